/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How figures are written. */
#ifndef FIGURE_H
#define FIGURE_H

#include <stddef.h>
#include <stdint.h>

#include "output/format.h"
#include "output/style.h"
#include "shared/size.h"

/* Returns the text of a cell; it may be in @text. */
const char *cell_text(const struct table *table, size_t id,
		      char text[SIZE_TEXT]);

/* Formats digits for --bytes, --raw and JSON, else like size_format(). */
void format_bytes(const struct style *style, char text[SIZE_TEXT],
		  uint64_t bytes);

#endif /* FIGURE_H */
