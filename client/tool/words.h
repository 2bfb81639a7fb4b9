/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_WORDS_H
#define CASEWIRE_TOOL_WORDS_H

/*
 * A hash as words that people read to each other by telephone (docs/protocol.md §8.5). Twelve words of 256 are the
 * first 96 bits: to make another request with the words of a given one takes 2^96 tries.
 */

#include "proto/id.h"

#define WORDS_COUNT 12
#define WORDS_LEN_MAX 160 /* of all, with spaces between and the NUL */

const char *word_of(uint8_t byte);
void words_of(const struct hash *hash, char out[static WORDS_LEN_MAX]);
/*
 * Compares what somebody typed, in capitals or not, with whatever between the words. 0: the same; else the number
 * of the first word that is another, from 1; WORDS_COUNT + 1: something stands behind them.
 */
size_t words_differ(const char *text, const struct hash *hash);

#endif
