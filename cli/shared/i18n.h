/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text for people goes through gettext; output for programs does not. */
#ifndef I18N_H
#define I18N_H

#include <libintl.h>

#define PACKAGE "tamalloc" /* the text domain */

#define _(text) gettext(text)
#define N_(text) (text) /* translated when it is printed */

#endif /* I18N_H */
