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

#define BELOW(name, number, word, sentence) \
    _Static_assert((number) < LINK_END_COUNT, "a reason why a link ended has a number that is not counted");
LINK_END_TABLE(BELOW)
#undef BELOW

bool link_end_is_failure(enum link_end end)
{
    switch (end) {
    case LINK_END_NO_LISTENER:
    case LINK_END_NO_ANSWER:
    case LINK_END_WRONG_KEY:
    case LINK_END_NOT_HEARD:
    case LINK_END_REFUSED:
    case LINK_END_NOT_CASEWIRE:
    case LINK_END_CUT_SHORT:
    case LINK_END_HERE_REFUSED:
    case LINK_END_HERE_EXPIRED:
    case LINK_END_HERE_NOT_YET:
    case LINK_END_SILENT:
    case LINK_END_ADDRESS:
        return true;
    case LINK_END_NONE:
    case LINK_END_CLOSED:
    case LINK_END_VIOLATION:
    case LINK_END_HUNG_UP:
    case LINK_END_OVERFLOW:
    case LINK_END_NET_LOST:
        break;
    }
    return false;
}

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
