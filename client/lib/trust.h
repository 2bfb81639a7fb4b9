/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_LIB_TRUST_H
#define CASEWIRE_LIB_TRUST_H

/*
 * From a network id to certificates: the genesis names the root keys; the root log, sealed by them, admits
 * authorities and their logs; an authority log, sealed by its authority, issues certificates.
 */

#include <casewire/trust.h>

#include "lib/chain.h"
#include "proto/policy.h"

struct trust_cert {
    struct cert_id id;
    uint8_t *bytes;
    struct certificate parsed; /* borrows from bytes */
    struct log_id issued_log;
    uint64_t issued_seq;
    bool revoked;
    enum revoke_kind revoke_kind;
    uint64_t revoked_seq; /* in the issuing authority's log */
};

struct trust_authority {
    struct cert_id cert;
    struct log_id log;
    struct chain chain;
    bool started;
    bool
        stopped; /* a critical act that this version does not know, or a record that is not whole: no later one applies */
};

/* One thing that a policy changes. */
struct trust_change {
    enum policy_what what;
    uint32_t number;
};

struct cw_trust {
    struct network_id network;
    struct buf genesis_bytes;
    struct network_genesis genesis; /* borrows */
    uint32_t root_key_count, threshold;
    uint8_t root_keys[ROOT_KEYS_MAX][KEY_LEN];
    struct act_rotate_root rotation; /* of the batch being followed: in force from the next one on */
    bool rotates;
    uint32_t rotation_count;
    struct chain root;
    bool root_started, root_stopped;
    struct trust_authority *authorities;
    size_t authority_count;
    struct trust_cert *certs; /* ascending by id */
    size_t cert_count, cert_room;
    uint32_t change_count; /* of what daemons keep */
    struct trust_change changes[POLICY_CHANGES_MAX];
    uint64_t void_count; /* records whose author or contents do not count */
    bool memory_failed;
    bool goes_on; /* behind a record that is not whole: for who names what was changed, and believes nothing then */
    /* Where problems go while entries are being added. */
    const struct chain_watcher *watcher;
};

const struct trust_cert *trust_find(const struct cw_trust *trust, const struct cert_id *id);
/* trust_policy.c. A policy is recorded, or about to be. */
void trust_note_policy(struct cw_trust *trust, const struct policy_said *said);
/* Whether daemons would keep what it changes, beside all that is changed already. */
bool trust_has_room_for(const struct cw_trust *trust, const struct policy_said *said);
/* Follows one message of the root log or an authority log; problems, entries and seals are told to the watcher. */
void trust_follow(struct cw_trust *trust, const Cw__Entries *message, const struct chain_watcher *watcher);
/* A watcher's problem: keeps the first, in a struct trust_first_fault. */
struct trust_first_fault {
    bool any;
    struct cw_fault fault;
};
void trust_keep_first(void *context, const struct chain *chain, uint64_t seq, const struct cw_fault *fault);

/* --- trust_fetch.c: what a daemon has of the root and authority logs, asked for by whoever holds the handle ---- */

struct trust_fetch {
    struct cw_trust *trust;
    struct cw_answer *list; /* its logs; owned. NULL: no fetch is on */
    uint32_t scope;         /* the root's first: it says which authority logs to believe */
    size_t next;
};
/* The answer to cw_client_export() of no log. */
void trust_fetch_begin(struct trust_fetch *fetch, struct cw_trust *trust, struct cw_answer *list);
void trust_fetch_end(struct trust_fetch *fetch);
/* The log to ask for now, and after which entry; NULL: all are here. */
const uint8_t *trust_fetch_next(const struct trust_fetch *fetch, uint64_t *out_after);
/* The answer to that. What does not hold ends the fetch. */
enum cw_err trust_fetch_take(struct trust_fetch *fetch, const struct cw_answer *answer, struct cw_fault *fault);

/* The chain of a root or authority log that has started; NULL otherwise. */
struct chain *trust_chain(struct cw_trust *trust, const struct log_id *log);

#endif
