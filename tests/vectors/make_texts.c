/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/vectors/vectors.h"

/* NOLINTBEGIN(misc-misleading-bidirectional): they are here to be refused */
static const struct {
    const char *name, *reason, *text;
    size_t len;
} texts[] = {
#define TEXT(name, reason, text)             \
    {                                        \
        name, reason, text, sizeof(text) - 1 \
    }
    TEXT("plain", NULL, "duty inspector"),
    TEXT("composed", NULL, "caf\xc3\xa9"),
    TEXT("dash", NULL, "north \xe2\x80\x93 south"),
    TEXT("hangul syllable", NULL, "\xea\xb0\x80"),
    TEXT("arabic", NULL, "\xd8\xb3\xd9\x84\xd8\xa7\xd9\x85"),
    TEXT("above the first plane", NULL, "\xf0\x9f\x9a\x93"),
    TEXT("marks that compose with nothing, in order", NULL, "q\xcc\xa3\xcc\x87"),
    TEXT("NUL", "control character", "a\0b"),
    TEXT("line feed", "control character", "a\nb"),
    TEXT("escape", "control character", "\x1b[31m"),
    TEXT("delete", "control character", "a\x7f"),
    TEXT("C1", "control character", "\xc2\x85"),
    TEXT("line separator", "control character", "\xe2\x80\xa8"),
    TEXT("right-to-left override", "direction control",
         "a\xe2\x80\xae"
         "b"),
    TEXT("isolate", "direction control", "\xe2\x81\xa6"),
    TEXT("arabic letter mark", "direction control", "\xd8\x9c"),
    TEXT("overlong", "not UTF-8", "\xc0\xaf"),
    TEXT("surrogate", "not UTF-8", "\xed\xa0\x80"),
    TEXT("above U+10FFFF", "not UTF-8", "\xf4\x90\x80\x80"),
    TEXT("cut short", "not UTF-8", "a\xe2\x82"),
    TEXT("lone continuation", "not UTF-8", "a\x80"),
    TEXT("noncharacter", "noncharacter", "\xef\xbf\xbe"),
    TEXT("new in Unicode 14.0", NULL, "\xf0\x9f\xab\xa0"),
    TEXT("private use", NULL, "\xee\x80\x80"),
    TEXT("never assigned", "not in Unicode 14.0", "a\xcd\xb8"),
    TEXT("new in Unicode 15.0, a letter", "not in Unicode 14.0", "\xe0\xb3\xb3"),
    TEXT("new in Unicode 15.0, marks", "not in Unicode 14.0", "a \xf0\x9e\x82\x8f \xf0\x90\xbb\xbd"),
    TEXT("new in Unicode 15.0, the last of the new", "not in Unicode 14.0", "\xf0\xb2\x8e\xaf"),
    TEXT("decomposed", "not in normal form C", "cafe\xcc\x81"),
    TEXT("singleton", "not in normal form C", "\xe2\x84\xa6"),
    TEXT("marks out of order", "not in normal form C", "q\xcc\x87\xcc\xa3"),
    TEXT("decomposed hangul", "not in normal form C", "\xe1\x84\x80\xe1\x85\xa1"),
#undef TEXT
};
/* NOLINTEND(misc-misleading-bidirectional) */

void make_texts(struct out *o)
{
    for (size_t i = 0; i < CW_COUNT(texts); i++) {
        struct cw_slice text = slice((const uint8_t *)texts[i].text, texts[i].len);

        out_vector(o, "text", texts[i].name, texts[i].reason);
        out_hex(o, "bytes", text);
        out_check(o, (text_check(text, NAME_LEN_MAX, false, "", NULL) == CW_OK) == (texts[i].reason == NULL),
                  texts[i].name);
    }
}
