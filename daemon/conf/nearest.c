/* SPDX-License-Identifier: Apache-2.0 */
#include "conf/table.h"

#define NAME_MAX_COMPARED 32
#define FAR 3 /* so many letters differ that the guess would be a nuisance */

static size_t least_of(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;

    return ab < c ? ab : c;
}

/* Letters added, removed or changed (Levenshtein), row by row. */
static size_t distance(const char *a, const char *b)
{
    size_t row[NAME_MAX_COMPARED + 1];
    size_t b_len = strlen(b);

    for (size_t j = 0; j <= b_len; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1] != '\0'; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t above = row[j];

            row[j] = least_of(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
            diagonal = above;
        }
    }
    return row[b_len];
}

const char *setting_nearest(const struct setting *table, size_t count, const char *name)
{
    const char *nearest = NULL;
    size_t least = FAR;

    if (strnlen(name, NAME_MAX_COMPARED + 1) > NAME_MAX_COMPARED)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        size_t d = distance(name, table[i].name);

        CW_ASSERT(strlen(table[i].name) <= NAME_MAX_COMPARED);
        if (d < least) {
            least = d;
            nearest = table[i].name;
        }
    }
    return nearest;
}

bool setting_is_nearly_peer(const char *name)
{
    static const struct setting section = {.name = "peer"};
    char small[SETTINGS_TITLE_LEN_MAX + 1];
    size_t len = strlen(name);

    if (len >= sizeof small)
        return false;
    for (size_t i = 0; i <= len; i++)
        small[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] - 'A' + 'a' : name[i]);
    return setting_nearest(&section, 1, small) != NULL;
}
