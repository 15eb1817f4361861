/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The abilities of the terminal at a descriptor. */
#ifndef TERMINAL_H
#define TERMINAL_H

#include <stdbool.h>

/*
 * Returns whether it can redraw a picture: no file can, and no dumb terminal.
 */
bool terminal_redraws(int fd);

/* Returns whether to use colour: unless NO_COLOR is set (no-color.org). */
bool terminal_has_colour(int fd);

/* Returns whether the locale has block and line characters. */
bool terminal_is_unicode(void);

/* Returns the current size, which may change; 80 by 24 if unknown. */
void terminal_size(int fd, int *columns, int *rows);

/* Returns how many columns a text takes. */
int terminal_width_of(const char *text);

#endif /* TERMINAL_H */
