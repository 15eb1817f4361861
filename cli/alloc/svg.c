// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>
#include <sys/utsname.h>

#include "alloc/svg.h"
#include "shared/i18n.h"
#include "shared/size.h"

/* The picture, and the field with the curves in it. */
#define WIDTH 720
#define HEIGHT 420
#define LEFT 80
#define RIGHT 690
#define TOP 70
#define BOTTOM 340

#define MAX_TICKS 6

struct svg {
	FILE *file;
	const struct experiment *exp;
	const struct series *series;
	uint64_t total;   /* bytes at the right edge */
	uint64_t highest; /* and at the top edge */
};

static void put_text(FILE *file, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '<':
			fputs("&lt;", file);
			break;
		case '>':
			fputs("&gt;", file);
			break;
		case '&':
			fputs("&amp;", file);
			break;
		default:
			putc(*text, file);
		}
	}
}

static void put_label(FILE *file, double x, double y, const char *style,
		      const char *text)
{
	fprintf(file, "<text x=\"%.1f\" y=\"%.1f\" %s>", x, y, style);
	put_text(file, text);
	fputs("</text>\n", file);
}

static double x_of(const struct svg *svg, uint64_t done)
{
	return LEFT + (double)(RIGHT - LEFT) * done / svg->total;
}

static double y_of(const struct svg *svg, uint64_t bytes)
{
	return BOTTOM - (double)(BOTTOM - TOP) * bytes / svg->highest;
}

/* Returns 1, 2 or 5 times a power of ten of a unit, or half a unit. */
static uint64_t tick_of(uint64_t max)
{
	static const unsigned int factors[] = { 1, 2, 5 };
	uint64_t unit = 1;

	while (max / unit >= 1024)
		unit *= 1024;
	if (unit > 1 && max / unit < 3)
		return unit / 2;
	for (;; unit *= 10)
		for (int i = 0; i < 3; i++)
			if (max / (unit * factors[i]) <= MAX_TICKS)
				return unit * factors[i];
}

static void put_title(const struct svg *svg)
{
	char size[SIZE_TEXT], touched[SIZE_TEXT], text[128];

	size_format(size, svg->exp->plan.size);
	size_format(touched, svg->exp->plan.touch);
	snprintf(text, sizeof(text), _("%s reserved, %s touched"), size,
		 touched);
	fputs("<title>", svg->file);
	put_text(svg->file, text);
	fputs("</title>\n", svg->file);
	fprintf(svg->file, "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n",
		WIDTH, HEIGHT);
	put_label(svg->file, LEFT, 32, "font-size=\"18\"", text);
}

static void put_conditions(const struct svg *svg)
{
	struct utsname kernel;
	char text[256];

	uname(&kernel);
	snprintf(text, sizeof(text),
		 strcmp(experiment_thp(svg->exp), "always") ?
			 _("Linux %s, without huge pages") :
			 _("Linux %s, with huge pages"),
		 kernel.release);
	put_label(svg->file, LEFT, 52, "fill=\"#555\"", text);
}

static void put_y_axis(const struct svg *svg)
{
	uint64_t tick = tick_of(svg->highest);
	char text[SIZE_TEXT];

	for (uint64_t bytes = 0; bytes <= svg->highest; bytes += tick) {
		double y = y_of(svg, bytes);

		fprintf(svg->file,
			"<path d=\"M%d %.1fH%d\" "
			"stroke=\"#ddd\"/>\n",
			LEFT, y, RIGHT);
		size_format(text, bytes);
		put_label(svg->file, LEFT - 8, y + 4, "text-anchor=\"end\"",
			  text);
	}
	fprintf(svg->file, "<g transform=\"rotate(-90)\">");
	put_label(svg->file, -(TOP + BOTTOM) / 2.0, 20,
		  "text-anchor=\"middle\"", _("more than before (bytes)"));
	fputs("</g>\n", svg->file);
}

/* Draws a stage, whose numbers begin with 0. */
static void put_x_axis(const struct svg *svg, uint64_t from, const char *label)
{
	uint64_t touch = svg->exp->plan.touch, tick = tick_of(svg->total);
	char text[SIZE_TEXT];

	for (uint64_t done = 0; done <= touch; done += tick) {
		double x = x_of(svg, from + done);

		fprintf(svg->file, "<path d=\"M%.1f %dv5\" stroke=\"#555\"/>\n",
			x, BOTTOM);
		/* The point where two stages meet belongs to the first. */
		if (from && !done)
			continue;
		size_format(text, done);
		put_label(svg->file, x, BOTTOM + 20, "text-anchor=\"middle\"",
			  text);
	}
	put_label(svg->file, x_of(svg, from + touch / 2), BOTTOM + 42,
		  "text-anchor=\"middle\"", label);
}

static void put_axes(const struct svg *svg)
{
	const struct plan *plan = &svg->exp->plan;

	put_y_axis(svg);
	put_x_axis(svg, 0,
		   plan->read ? _("read (bytes)") : _("written (bytes)"));
	if (plan->release) {
		fprintf(svg->file,
			"<path d=\"M%.1f %dV%d\" stroke=\"#555\" "
			"stroke-dasharray=\"4 4\"/>\n",
			x_of(svg, plan->touch), TOP, BOTTOM);
		put_x_axis(svg, plan->touch, _("given back (bytes)"));
	}
	fprintf(svg->file,
		"<path d=\"M%d %dV%dH%d\" fill=\"none\" "
		"stroke=\"#555\"/>\n",
		LEFT, TOP, BOTTOM, RIGHT);
}

static void put_used(const struct svg *svg)
{
	const struct series *series = svg->series;

	fprintf(svg->file, "<path id=\"used\" d=\"M%d %d", LEFT, BOTTOM);
	for (size_t i = 0; i < series->n; i++)
		fprintf(svg->file, "L%.1f %.1f",
			x_of(svg, series->points[i].done),
			y_of(svg, series->points[i].used));
	fprintf(svg->file,
		"V%dZ\" fill=\"#8c8\" stroke=\"#282\" "
		"stroke-width=\"1.5\"/>\n",
		BOTTOM);
}

static void put_reserved(const struct svg *svg)
{
	const struct series *series = svg->series;

	fputs("<polyline id=\"reserved\" points=\"", svg->file);
	for (size_t i = 0; i < series->n; i++)
		fprintf(svg->file, "%s%.1f,%.1f", i ? " " : "",
			x_of(svg, series->points[i].done),
			y_of(svg, series->points[i].reserved));
	fputs("\" fill=\"none\" stroke=\"#c33\" stroke-width=\"2\"/>\n",
	      svg->file);
}

static void put_legend(const struct svg *svg)
{
	int y = HEIGHT - 14;

	fprintf(svg->file,
		"<path d=\"M%d %dh24\" stroke=\"#c33\" "
		"stroke-width=\"2\"/>\n",
		LEFT, y - 4);
	put_label(svg->file, LEFT + 32, y, "", _("reserved"));
	fprintf(svg->file,
		"<rect x=\"%d\" y=\"%d\" width=\"24\" height=\"10\" "
		"fill=\"#8c8\" stroke=\"#282\"/>\n",
		LEFT + 160, y - 9);
	put_label(svg->file, LEFT + 192, y, "", _("used"));
}

void svg_write(FILE *file, const struct experiment *exp,
	       const struct series *series)
{
	size_t work = plan_work(&exp->plan);
	struct svg svg = {
		.file = file,
		.exp = exp,
		.series = series,
		.total = work ? work : 1,
		.highest = series_highest(series),
	};

	fprintf(file,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" "
		"width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
		"font-family=\"sans-serif\" font-size=\"13\">\n",
		WIDTH, HEIGHT, WIDTH, HEIGHT);
	put_title(&svg);
	put_conditions(&svg);
	put_used(&svg);
	put_axes(&svg);
	put_reserved(&svg);
	put_legend(&svg);
	fputs("</svg>\n", file);
}
