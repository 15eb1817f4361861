/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON: one document, or an object on each line. */
#ifndef FORMAT_JSON_H
#define FORMAT_JSON_H

#include "output/format.h"

extern const struct table_format format_json;

#endif /* FORMAT_JSON_H */
