/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_PROTO_CODEC_H
#define CASEWIRE_PROTO_CODEC_H

/* Tables that several codec_*.c share. */

#include "proto/grammar.h"
#include "proto/message.h"

extern const struct grammar position_grammar;    /* struct position */
extern const struct grammar signed_seal_grammar; /* struct signed_seal */

#define CLASS_NUMBER_MAX 65535

/* repeated Position n -> struct positions */
#define POSITIONS_FIELD(n, kind, member) \
    MESSAGES_FIELD(n, kind, member.at, member.count, 0, AUTH_POSITIONS_MAX, &position_grammar)

/* The same key twice would let one custodian count as two. keys: count times KEY_LEN bytes. */
bool root_keys_differ(const uint8_t *keys, uint32_t count);

#endif
