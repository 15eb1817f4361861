/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text format of Prometheus, in the form that is OpenMetrics as well. */
#ifndef FORMAT_OPENMETRICS_H
#define FORMAT_OPENMETRICS_H

#include "output/format.h"

extern const struct table_format format_openmetrics;

#endif /* FORMAT_OPENMETRICS_H */
