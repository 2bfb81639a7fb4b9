/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/cli.h"

#define WORD_LEN_MAX 40

static size_t min3(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;

    return least < c ? least : c;
}

/* Edit distance with neighbours swapped as one step: how people mistype. */
static size_t distance(const char *a, const char *b)
{
    size_t a_len = strlen(a), b_len = strlen(b);
    size_t d[WORD_LEN_MAX + 1][WORD_LEN_MAX + 1];

    if (a_len > WORD_LEN_MAX || b_len > WORD_LEN_MAX)
        return WORD_LEN_MAX;
    for (size_t i = 0; i <= a_len; i++)
        d[i][0] = i;
    for (size_t j = 0; j <= b_len; j++)
        d[0][j] = j;
    for (size_t i = 1; i <= a_len; i++)
        for (size_t j = 1; j <= b_len; j++) {
            d[i][j] = min3(d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && d[i - 2][j - 2] + 1 < d[i][j])
                d[i][j] = d[i - 2][j - 2] + 1;
        }
    return d[a_len][b_len];
}

const char *suggest(const char *word, const char *const *names, size_t count)
{
    const char *best = NULL;
    size_t best_distance = WORD_LEN_MAX;

    for (size_t i = 0; i < count; i++) {
        size_t d = distance(word, names[i]);

        if (d < best_distance && d * 3 <= strlen(names[i]) + 2) {
            best = names[i];
            best_distance = d;
        }
    }
    return best;
}
