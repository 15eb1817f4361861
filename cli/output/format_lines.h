/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A line a row, at once. */
#ifndef FORMAT_LINES_H
#define FORMAT_LINES_H

#include "output/format.h"

extern const struct table_format format_lines;

/* A line of them, as wide as the columns are declared. */
void print_headings(const struct table *table);

#endif /* FORMAT_LINES_H */
