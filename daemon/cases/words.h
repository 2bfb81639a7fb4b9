/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CASES_WORDS_H
#define CASEWIRE_CASES_WORDS_H

/*
 * Bytes and words put one after the other into a writer: what the canonical encoding and the texts for people share.
 */

#include "proto/bytes.h"

void put_text(struct writer *out, const char *text);
void put_u64(struct writer *out, uint64_t number);
void put_i64(struct writer *out, int64_t number);
void put_hex(struct writer *out, struct cw_slice bytes);

#endif
