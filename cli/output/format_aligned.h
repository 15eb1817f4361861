/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A table whose columns are as wide as their contents. */
#ifndef FORMAT_ALIGNED_H
#define FORMAT_ALIGNED_H

#include "output/format.h"

extern const struct table_format format_aligned;

#endif /* FORMAT_ALIGNED_H */
