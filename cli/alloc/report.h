/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tamalloc alloc shows of an experiment. */
#ifndef REPORT_H
#define REPORT_H

#include "alloc/experiment.h"
#include "output/style.h"
#include "output/table.h"

/* Rows as they come: nothing that shows in the figures is done for one. */
void report_open(struct table *table, const struct experiment *exp,
		 const struct style *style);
void report_row(struct table *table, const struct experiment *exp,
		const struct sample *sample);

/* What was done, for people. */
void report_heading(const struct experiment *exp, const struct style *style);
void report_huge_pages(const struct experiment *exp);

/* The stages, at the end. */
void report_stages(const struct experiment *exp, const struct style *style);

extern const struct columns report_columns;

#endif /* REPORT_H */
