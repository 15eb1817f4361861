// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/chart.h"
#include "shared/i18n.h"

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
	const struct chart *chart;
	const struct series *series;
	uint64_t total;   /* x at the right edge */
	uint64_t highest; /* bytes at the top edge */
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

static double x_of(const struct svg *svg, uint64_t x)
{
	return LEFT + (double)(RIGHT - LEFT) * x / svg->total;
}

static double y_of(const struct svg *svg, uint64_t bytes)
{
	return BOTTOM - (double)(BOTTOM - TOP) * bytes / svg->highest;
}

/* Returns 1, 2 or 5 times a power of ten of @unit. */
static uint64_t decimal_tick(uint64_t max, uint64_t unit)
{
	static const unsigned int factors[] = { 1, 2, 5 };

	for (;; unit *= 10)
		for (int i = 0; i < 3; i++)
			if (max / (unit * factors[i]) <= MAX_TICKS)
				return unit * factors[i];
}

/* Returns a round number of a unit, or half a unit. */
static uint64_t byte_tick(uint64_t max)
{
	uint64_t unit = 1;

	while (max / unit >= 1024)
		unit *= 1024;
	if (unit > 1 && max / unit < 3)
		return unit / 2;
	return decimal_tick(max, unit);
}

static uint64_t millisecond_tick(uint64_t max)
{
	return decimal_tick(max, 1);
}

static void format_seconds(char text[SIZE_TEXT], uint64_t milliseconds)
{
	snprintf(text, SIZE_TEXT, "%g", milliseconds / 1000.0);
}

const struct chart_unit chart_bytes = {
	.tick = byte_tick,
	.format = size_format,
};

const struct chart_unit chart_milliseconds = {
	.tick = millisecond_tick,
	.format = format_seconds,
};

static void put_title(const struct svg *svg)
{
	fputs("<title>", svg->file);
	put_text(svg->file, svg->chart->title);
	fputs("</title>\n", svg->file);
	fprintf(svg->file, "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n",
		WIDTH, HEIGHT);
	put_label(svg->file, LEFT, 32, "font-size=\"18\"", svg->chart->title);
	put_label(svg->file, LEFT, 52, "fill=\"#555\"", svg->chart->conditions);
}

static void put_y_axis(const struct svg *svg)
{
	uint64_t tick = byte_tick(svg->highest);
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
		  "text-anchor=\"middle\"", svg->chart->y_label);
	fputs("</g>\n", svg->file);
}

static void put_stage(const struct svg *svg, uint64_t from,
		      const struct chart_stage *stage)
{
	const struct chart_unit *unit = svg->chart->unit;
	uint64_t tick = unit->tick(svg->total);
	char text[SIZE_TEXT];

	for (uint64_t x = 0; x <= stage->length; x += tick) {
		double at = x_of(svg, from + x);

		fprintf(svg->file, "<path d=\"M%.1f %dv5\" stroke=\"#555\"/>\n",
			at, BOTTOM);
		/* The point where two stages meet belongs to the first. */
		if (from && !x)
			continue;
		unit->format(text, x);
		put_label(svg->file, at, BOTTOM + 20, "text-anchor=\"middle\"",
			  text);
	}
	put_label(svg->file, x_of(svg, from + stage->length / 2), BOTTOM + 42,
		  "text-anchor=\"middle\"", stage->label);
}

static void put_border(const struct svg *svg, uint64_t x)
{
	fprintf(svg->file,
		"<path d=\"M%.1f %dV%d\" stroke=\"#555\" "
		"stroke-dasharray=\"4 4\"/>\n",
		x_of(svg, x), TOP, BOTTOM);
}

static void put_axes(const struct svg *svg)
{
	uint64_t from = 0;

	put_y_axis(svg);
	for (size_t i = 0; i < svg->chart->n_stages; i++) {
		if (i)
			put_border(svg, from);
		put_stage(svg, from, &svg->chart->stages[i]);
		from += svg->chart->stages[i].length;
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
		fprintf(svg->file, "L%.1f %.1f", x_of(svg, series->points[i].x),
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
			x_of(svg, series->points[i].x),
			y_of(svg, series->points[i].reserved));
	fputs("\" fill=\"none\" stroke=\"#c33\" stroke-width=\"2\"/>\n",
	      svg->file);
}

static void put_peak(const struct svg *svg)
{
	const struct point *peak = svg->chart->peak;
	double x = x_of(svg, peak->x), y = y_of(svg, peak->used);
	char text[SIZE_TEXT];

	fprintf(svg->file,
		"<circle id=\"peak\" cx=\"%.1f\" cy=\"%.1f\" r=\"4\" "
		"fill=\"#282\"/>\n",
		x, y);
	size_format(text, peak->used);
	/* On the side where there is room. */
	put_label(svg->file, x, y - 8,
		  x < (LEFT + RIGHT) / 2.0 ? "" : "text-anchor=\"end\"", text);
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

static uint64_t total_of(const struct chart *chart)
{
	uint64_t total = 0;

	for (size_t i = 0; i < chart->n_stages; i++)
		total += chart->stages[i].length;
	return total ? total : 1;
}

void chart_write(FILE *file, const struct chart *chart)
{
	const struct svg svg = {
		.file = file,
		.chart = chart,
		.series = chart->series,
		.total = total_of(chart),
		.highest = series_highest(chart->series),
	};

	fprintf(file,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" "
		"width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
		"font-family=\"sans-serif\" font-size=\"13\">\n",
		WIDTH, HEIGHT, WIDTH, HEIGHT);
	put_title(&svg);
	put_used(&svg);
	put_axes(&svg);
	put_reserved(&svg);
	if (chart->peak)
		put_peak(&svg);
	put_legend(&svg);
	fputs("</svg>\n", file);
}
