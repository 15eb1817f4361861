// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "alloc/curve.h"
#include "output/plot.h"
#include "shared/i18n.h"
#include "shared/size.h"

void curve_add(struct series *series, const struct experiment *exp,
	       const struct sample *sample)
{
	const struct point point = {
		.x = sample->touched + sample->released,
		.reserved = growth_or_none(sample_reserved_growth(exp, sample)),
		.used = growth_or_none(sample_used_growth(exp, sample)),
	};

	series_add(series, &point);
}

static void format_title(char text[128], const struct plan *plan)
{
	char size[SIZE_TEXT], touched[SIZE_TEXT];

	size_format(size, plan->size);
	size_format(touched, plan->touch);
	snprintf(text, 128, _("%s reserved, %s touched"), size, touched);
}

static void format_conditions(char text[256], const struct experiment *exp)
{
	struct utsname kernel;

	uname(&kernel);
	snprintf(text, 256,
		 strcmp(experiment_thp(exp), "always") ?
			 _("Linux %s, without huge pages") :
			 _("Linux %s, with huge pages"),
		 kernel.release);
}

bool curve_write(const char *path, const struct experiment *exp,
		 const struct series *series)
{
	const struct plan *plan = &exp->plan;
	const struct chart_stage stages[] = {
		{ plan->touch,
		  plan->read ? _("read (bytes)") : _("written (bytes)") },
		{ plan->touch, _("given back (bytes)") },
	};
	char title[128], conditions[256];
	const struct chart chart = {
		.title = title,
		.conditions = conditions,
		.y_label = _("more than before (bytes)"),
		.unit = &chart_bytes,
		.stages = stages,
		.n_stages = plan->release ? 2 : 1,
		.series = series,
	};

	format_title(title, plan);
	format_conditions(conditions, exp);
	return plot_write(path, &chart);
}
