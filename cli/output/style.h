/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How to show figures. */
#ifndef STYLE_H
#define STYLE_H

#include <stdbool.h>

#include "output/columns.h"

enum format {
	FORMAT_TABLE,
	FORMAT_JSON,
	FORMAT_RAW,
	FORMAT_OPENMETRICS,
};

struct style {
	enum format format;
	bool bytes; /* exact sizes, also in the table */
	bool no_headings;
	struct column_choice columns;
};

#endif /* STYLE_H */
