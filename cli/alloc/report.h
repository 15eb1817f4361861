/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How tamalloc alloc shows an experiment. */
#ifndef REPORT_H
#define REPORT_H

#include "alloc/experiment.h"
#include "output/style.h"
#include "output/table.h"

/* Rows as they come; a row adds nothing to the figures. */
void report_open(struct table *table, const struct experiment *exp,
		 const struct style *style);
void report_row(struct table *table, const struct experiment *exp,
		const struct sample *sample);

/* Says in words what was done. */
void report_heading(const struct experiment *exp, const struct style *style);
void report_huge_pages(const struct experiment *exp);

/* Shows the stages, at the end. */
void report_stages(const struct experiment *exp, const struct style *style);

/* Returns how many lines the heading and the stages take. */
int report_lines(const struct plan *plan);

extern const struct columns report_columns;

#endif /* REPORT_H */
