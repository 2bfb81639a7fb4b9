/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/link_end.h"

static const struct row {
    enum link_end end;
    const char *word, *sentence;
} rows[] = {
#define ROW(name, number, word, sentence) {LINK_END_##name, word, sentence},
    LINK_END_TABLE(ROW)
#undef ROW
};

static const struct row *row_of(enum link_end end)
{
    for (size_t i = 0; i < CW_COUNT(rows); i++) {
        if (rows[i].end == end)
            return &rows[i];
    }
    return &rows[LINK_END_CLOSED];
}

const char *link_end_word(enum link_end end)
{
    return row_of(end)->word;
}

const char *link_end_sentence(enum link_end end)
{
    return row_of(end)->sentence;
}
