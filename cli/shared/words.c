// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "shared/words.h"

int word_find(const char *const words[], size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(words[i], word))
			return i;
	return -1;
}

bool word_in_list(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (; *list; list += strcspn(list, ","), list += *list == ',')
		if (strcspn(list, ",") == len && !strncmp(list, word, len))
			return true;
	return false;
}
