/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What people read goes through gettext; what programs read does not. */
#ifndef I18N_H
#define I18N_H

#include <libintl.h>

#define PACKAGE "tamalloc" /* the text domain */

#define _(text) gettext(text)
#define N_(text) (text) /* translated where it is printed */

#endif /* I18N_H */
