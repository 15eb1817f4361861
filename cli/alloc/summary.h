/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All that an experiment has found out. */
#ifndef SUMMARY_H
#define SUMMARY_H

#include "alloc/experiment.h"
#include "output/style.h"

/* Lines for people, or an object that is a line of JSON. */
void summary_print(const struct experiment *exp, const struct style *style);

#endif /* SUMMARY_H */
