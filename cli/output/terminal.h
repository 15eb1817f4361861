/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the terminal at a descriptor can do. */
#ifndef TERMINAL_H
#define TERMINAL_H

#include <stdbool.h>

/* Can it show a picture that is redrawn?  No file can, and no dumb one. */
bool terminal_redraws(int fd);

/* Colour, unless NO_COLOR says otherwise (no-color.org). */
bool terminal_has_colour(int fd);

/* Does the locale have block and line characters? */
bool terminal_is_unicode(void);

/* As it is now, for a window can be resized; 80 by 24 where nobody knows. */
void terminal_size(int fd, int *columns, int *rows);

/* Columns that a text takes. */
int terminal_width_of(const char *text);

#endif /* TERMINAL_H */
