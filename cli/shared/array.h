/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ARRAY_H
#define ARRAY_H

#define ARRAY_SIZE(array) (sizeof(array) / sizeof(*(array)))

#endif /* ARRAY_H */
