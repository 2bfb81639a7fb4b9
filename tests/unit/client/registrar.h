/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TESTS_UNIT_CLIENT_REGISTRAR_H
#define CASEWIRE_TESTS_UNIT_CLIENT_REGISTRAR_H

/*
 * A daemon that keeps a log: a fake whose receipts verify. It takes every submission once, seals it as a batch of its
 * own, and gives the same receipt again for the same submission. What it says and when is the test's.
 */

#include "lib/sealer.h"
#include "tests/unit/client/fake.h"
#include "tests/unit/client/history.h"

#define REGISTRAR_OPS_MAX 1200

struct registered {
    struct cw_op_id op;
    struct cw_case_id case_id;
    void *memory; /* of what follows */
    const Cw__Entries *entries;
    struct buf header, proof, path;
    unsigned times; /* how often it came */
};

struct registrar {
    char dir[64];
    struct buf genesis;
    struct authority_segments segments;
    uint8_t network[CW_ID_LEN];
    struct cw_identity *officer; /* may bundle */
    struct cert_id north, east;
    struct key_bundle north_keys, east_keys;
    struct sealer log;
    bool known; /* the log's seals have named the authority's position */
    struct position authority;

    /* what it does; set by the test before or between requests */
    enum fake_act act;          /* to every submission after it was stored */
    unsigned act_from, act_to;  /* ... that is the nth from act_from up to act_to; others are answered */
    enum cw_err refuse;         /* CW_OK: takes them */
    uint32_t refuse_kind_of_op; /* 0: all; else only the nth op that it sees, from 1 */
    bool held_by_two;           /* EST holds it as well */
    uint32_t says_held_by;      /* whatever its receipts prove; 0: as many as they do */
    bool spoil;                 /* receipts do not verify */
    bool new_start;             /* each answer is of another start, as if it were another daemon */
    bool strict_cases;          /* an op of a case that was not opened here is refused */

    struct registered ops[REGISTRAR_OPS_MAX];
    unsigned op_count, seen, starts, lists;
    struct fake *fake;
};

void registrar_open(struct registrar *r);  /* makes the network; no daemon yet */
void registrar_start(struct registrar *r); /* the daemon, at any port */
void registrar_stop(struct registrar *r);
void registrar_close(struct registrar *r);
/* A handle of the officer on this daemon alone. */
struct cw_client *registrar_client(struct registrar *r);
/* Knows every certificate, or none yet. */
struct cw_trust *registrar_trust(const struct registrar *r, bool filled);
/* Opens an invented case; the title says which. */
struct cw_submission *registrar_opening(const struct registrar *r, unsigned number);
/* A note on a case. */
struct cw_submission *registrar_note(const struct registrar *r, const struct cw_case_id *id, unsigned number);
struct cw_draft *registrar_note_draft(const struct cw_case_id *id, unsigned number);
/* How many different ops it has. */
unsigned registrar_count(struct registrar *r);

#endif
