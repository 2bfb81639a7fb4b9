/* SPDX-License-Identifier: Apache-2.0 */
/* Words of a text, as they are told apart by who reads them. */
#include "proto/letters.h"

#include <utf8proc.h>

#define WORD_MAX 96  /* letters: of a longer word these are compared */
#define FOLDED_MAX 8 /* of one letter, folded and without its accents */

struct word {
    size_t len;
    int32_t letters[WORD_MAX];
};

static int32_t look_at(struct cw_slice text, size_t *out_step)
{
    utf8proc_int32_t c;
    utf8proc_ssize_t step = utf8proc_iterate(text.data, (utf8proc_ssize_t)text.len, &c);

    *out_step = step > 0 ? (size_t)step : 1;
    return step > 0 ? c : 0xfffd;
}

/* Letters make a word; marks and joiners stand in one and are not compared. */
static bool is_letter(int32_t c)
{
    utf8proc_category_t category = utf8proc_category(c);

    return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

static bool stands_in_word(int32_t c)
{
    utf8proc_category_t category = utf8proc_category(c);

    return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC || category == UTF8PROC_CATEGORY_ME ||
           category == UTF8PROC_CATEGORY_CF;
}

static void add_letter(struct word *word, int32_t c)
{
    utf8proc_int32_t parts[FOLDED_MAX];
    utf8proc_ssize_t count = utf8proc_decompose_char(
        c, parts, FOLDED_MAX, UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_STABLE, NULL);

    for (utf8proc_ssize_t i = 0; i < count && i < FOLDED_MAX; i++) {
        if (word->len < WORD_MAX && is_letter(parts[i]))
            word->letters[word->len++] = parts[i];
    }
}

/* The next word; false: there is none. */
static bool take_word(struct cw_slice *text, struct word *out)
{
    out->len = 0;
    while (text->len > 0) {
        size_t step;
        int32_t c = look_at(*text, &step);

        if (is_letter(c))
            add_letter(out, c);
        else if (out->len > 0 && !stands_in_word(c))
            return true;
        text->data += step;
        text->len -= step;
    }
    return out->len > 0;
}

static bool has_word(struct cw_slice text, const struct word *word)
{
    struct word other;

    while (take_word(&text, &other)) {
        if (other.len == word->len && memcmp(other.letters, word->letters, word->len * sizeof(word->letters[0])) == 0)
            return true;
    }
    return false;
}

bool letters_share_word(struct cw_slice text, struct cw_slice names, size_t min)
{
    struct word word;

    while (take_word(&names, &word)) {
        if (word.len >= min && has_word(text, &word))
            return true;
    }
    return false;
}
