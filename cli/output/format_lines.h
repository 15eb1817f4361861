/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints each row at once, on a line. */
#ifndef FORMAT_LINES_H
#define FORMAT_LINES_H

#include "output/format.h"

extern const struct table_format format_lines;

/* Prints the headings, as wide as the columns are declared. */
void print_headings(const struct table *table);

#endif /* FORMAT_LINES_H */
