/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_CLIENT_HISTORY_H
#define TESTS_UNIT_CLIENT_HISTORY_H

/* A small network made by hand: an authority, one daemon, one officer, and what the officer said. */

#include "tool/authority.h"

#include "lib/answer.h"

#define HISTORY_RECORDS_MAX 12

struct history {
    char dir[64];
    struct buf genesis;
    uint8_t network[CW_ID_LEN];
    struct cw_identity *officer;
    struct key_bundle daemon_keys;
    struct cert_id daemon;
    struct position authority; /* where the authority's log stands */
    struct sealer log;         /* the division's */
    size_t record_count;       /* the last one, with the count, included */
    struct buf records[HISTORY_RECORDS_MAX];
};

/* How the division's part is spoilt before it is sealed. */
enum spoil {
    SPOIL_NOTHING,
    SPOIL_UNKNOWN_AUTHOR, /* sealed by the daemon all the same: void, not tampering */
    SPOIL_SIGNATURE,      /* the author's signature was wrong from the start */
    SPOIL_POSITION,       /* the seal does not know the authority's log */
    SPOIL_OTHER_SEALER,   /* another key seals */
};

void history_make(struct history *h, enum spoil spoil);
void history_done(struct history *h);

/* Runs the verifier over the records; the caller frees. */
struct cw_verify *history_verify(const struct history *h);
/* The code of the first finding, CW_OK when there is none. */
enum cw_err history_first(const struct history *h);

/* An authority in a fresh folder, with one daemon and one officer of NTH. */
void authority_make(char dir[static 64]);
/* To sign, as anybody would read it. */
void authority_open_again(const char *dir, struct authority *out);
void folder_remove(const char *dir);
/* The officer's identity out of such a folder. */
struct cw_identity *officer_open(const char *dir);

#endif
