/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_PROTO_LETTERS_H
#define CASEWIRE_PROTO_LETTERS_H

/*
 * What a text looks like, beside what its bytes are. For the door, where a person can still write it anew: what is valid in a
 * signed record is text_check's alone (docs/protocol.md §2), and does not depend on the Unicode version of a library.
 */

#include "proto/bytes.h"

/*
 * Finds the first character that shows nothing and has no place in ordinary writing: zero-width space, soft hyphen, byte order
 * mark, fillers, tags. The joiners (U+200C, U+200D) and variation selectors are none: names and signs are written with them.
 */
bool letters_hide(struct cw_slice text, uint32_t *out_character);
/* Nothing of it would be seen: spaces, joiners and selectors only, or empty. */
bool letters_are_blank(struct cw_slice text);

/*
 * A line in ASCII, as a reader takes it: wide and mathematical letters are plain ones, marks on letters are gone, letters of other
 * scripts that look like capitals of ours are those, other letters are 'x', what else there is is a '-'. A character that
 * repeats itself and is no letter or digit is there once. Cut after max bytes, with an 'x' for what follows. Returns the length.
 */
size_t letters_plain(struct cw_slice line, char *out, size_t max);

/*
 * Whether a word of `names`, of at least min letters, is one of text too: whole, in capitals or not, with accents or without.
 * What is no letter parts words: of "Smith-Jones" each is one.
 */
bool letters_share_word(struct cw_slice text, struct cw_slice names, size_t min);

#endif
