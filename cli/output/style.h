/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How figures are shown. */
#ifndef STYLE_H
#define STYLE_H

#include <stdbool.h>

#include "output/columns.h"

enum format {
	FORMAT_TABLE,
	FORMAT_JSON,
	FORMAT_RAW,
};

struct style {
	enum format format;
	bool bytes; /* sizes exact, in the table too */
	bool no_headings;
	struct column_choice columns;
};

#endif /* STYLE_H */
