/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The summary of an experiment. */
#ifndef SUMMARY_H
#define SUMMARY_H

#include "alloc/experiment.h"
#include "output/style.h"

/* Prints lines for people, or a line with a JSON object. */
void summary_print(const struct experiment *exp, const struct style *style);

/* Returns how many lines for people there are. */
int summary_lines(const struct plan *plan);

#endif /* SUMMARY_H */
