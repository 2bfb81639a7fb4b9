/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NET_ALLOW_H
#define CASEWIRE_NET_ALLOW_H

/*
 * Whom the net process lets in: the core's list of transport keys, replaced as a whole. Default deny: a key
 * that is not listed is nobody. DESIGN.md §3, rule 9: "unknown key 300 (silent close), revoked 400. Peer
 * socket: daemon certificates only; client socket: people and regional units". A certificate out of its dates is
 * refused as a revoked one is (REPLICATION.md §3.9); the core, which has the clock, says which those are.
 */

#include "proto/id.h"
#include "proto/link_end.h"
#include "proto/message.h"

#define ALLOW_KEYS_MAX 8192

/* Which of the two listening sockets. */
enum door { DOOR_PEERS, DOOR_CLIENTS, DOOR_COUNT };

struct allow_row {
    uint8_t key[KEY_LEN]; /* CURVE public key */
    struct cert_id cert;
    enum subject_kind subject;
    enum cert_standing standing;
    uint32_t order; /* place in the list as given; allow_replace sets it */
};

struct allow {
    struct allow_row *rows; /* sorted by key; of one key, the row that speaks for it first */
    uint32_t count;
};

void allow_done(struct allow *a);
/* Copies; CW_REFUSED_SIZE above ALLOW_KEYS_MAX, CW_LOCAL_MEMORY: the old list stands. */
enum cw_err allow_replace(struct allow *a, const struct allow_row *rows, uint32_t count);
/* NULL: unknown. A renewed certificate may keep its key: the last listed that is good speaks for it, else the last. */
const struct allow_row *allow_find(const struct allow *a, const uint8_t key[static KEY_LEN]);
enum allow_verdict {
    ALLOW_YES,
    ALLOW_UNKNOWN,
    ALLOW_REVOKED,
    ALLOW_EXPIRED,
    ALLOW_NOT_YET,
    ALLOW_WRONG_DOOR,
    ALLOW_VERDICTS
};
enum allow_verdict allow_judge(const struct allow_row *row, enum door door); /* row NULL: unknown */
/* May this certificate be connected at all now, at whatever door? Asked again whenever the list changes. */
enum allow_verdict allow_judge_cert(const struct allow *a, const struct cert_id *cert);
/* Why a link to whom the verdict is about is not there: not of ALLOW_YES. */
enum link_end allow_end(enum allow_verdict verdict);
/* For people, and in a word for programs: "unknown-key". Of what is no verdict, those of UNKNOWN. */
const char *allow_reason(enum allow_verdict verdict);
const char *allow_word(enum allow_verdict verdict);

#endif
