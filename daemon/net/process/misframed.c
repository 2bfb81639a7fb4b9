/* SPDX-License-Identifier: Apache-2.0 */
#include "net/misframed.h"

_Static_assert(MESSAGE_LEN_MAX == 1048576, "the sentences say how long a frame may be");

static const struct {
    const char *word, *sentence;
} rows[MISFRAMED_COUNT] = {
#define ROW(name, word, sentence) [MISFRAMED_##name] = {word, sentence},
    MISFRAMED_TABLE(ROW)
#undef ROW
};

const char *misframed_word(enum misframed what)
{
    return rows[(unsigned)what < MISFRAMED_COUNT ? what : MISFRAMED_UNREAD].word;
}

const char *misframed_sentence(enum misframed what)
{
    return rows[(unsigned)what < MISFRAMED_COUNT ? what : MISFRAMED_UNREAD].sentence;
}
