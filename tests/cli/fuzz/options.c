// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * For libFuzzer: a command line, a word between NUL bytes, as far as the choice
 * of the source, where the work begins.  Whatever it is, it is taken, answered
 * with help or the version, or refused with exit status 2 and a line that says
 * why.  The linker's --wrap leads here what would end the process or open a
 * file.
 */
#include <err.h>
#include <errno.h>
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/exit.h"
#include "source/choose.h"

#define WORDS_MAX 64
#define TAKEN (-1)

extern int tamalloc_main(int argc, char **argv);

static jmp_buf out;
static int exit_status;
static unsigned int lines;	/* on stderr */

static _Noreturn void leave(int status)
{
	exit_status = status;
	longjmp(out, 1);
}

static void count_line(const char *format, va_list args)
{
	char text[4096];

	/* Formatted, for what is wrong with the arguments to be found. */
	if (vsnprintf(text, sizeof(text), format, args) <= 0)
		abort();
	lines++;
}

_Noreturn void __wrap_exit(int status)
{
	leave(status);
}

void __wrap_vwarnx(const char *format, va_list args)
{
	count_line(format, args);
}

void __wrap_warnx(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	count_line(format, args);
	va_end(args);
}

_Noreturn void __wrap_errx(int status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	count_line(format, args);
	va_end(args);
	leave(status);
}

/* Nothing has been opened or measured yet that could fail. */
_Noreturn void __wrap_err(int status, const char *format, ...)
{
	fprintf(stderr, "err(%d, \"%s\")\n", status, format);
	abort();
}

int __wrap_atexit(void (*function)(void))
{
	(void)function;
	return 0;
}

const struct source *__wrap_source_choose(enum source_choice choice)
{
	if (choice > SOURCE_PROCFS)
		abort();
	leave(TAKEN);
}

/*
 * glibc's own takes memory and time without limit for "x++++++++++++++++", and
 * is not what is tried here.
 */
int __wrap_regcomp(regex_t *regex, const char *pattern, int flags)
{
	(void)regex;
	(void)pattern;
	(void)flags;
	return 0;
}

/* Nothing is written to, whatever the words name. */
void __wrap_plot_check(const char *path)
{
	(void)path;
}

FILE *__wrap_fopen(const char *path, const char *mode)
{
	(void)path;
	(void)mode;
	errno = ENOENT;
	return NULL;
}

static int split(char *text, size_t size, char *argv[WORDS_MAX + 2])
{
	int argc = 0;

	argv[argc++] = program_invocation_short_name;
	for (char *word = text; word < text + size && argc <= WORDS_MAX;
	     word += strlen(word) + 1)
		argv[argc++] = word;
	argv[argc] = NULL;
	return argc;
}

static void judge(void)
{
	/* getopt_long() itself writes what it refuses. */
	if (exit_status != TAKEN && exit_status != EXIT_SUCCESS &&
	    exit_status != EXIT_MISUSE) {
		fprintf(stderr, "exit status %d\n", exit_status);
		abort();
	}
	if (exit_status == TAKEN && lines)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *argv[WORDS_MAX + 2];
	char *text = malloc(size + 1);
	int argc;

	memcpy(text, data, size);
	text[size] = '\0';
	argc = split(text, size, argv);
	lines = 0;
	optind = 0;	/* getopt_long() begins anew */
	if (!setjmp(out))
		leave(tamalloc_main(argc, argv));
	judge();
	free(text);
	return 0;
}
