/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CORE_EVENT_H
#define CASEWIRE_CORE_EVENT_H

/*
 * What can happen to a replica. Everything arrives already parsed and, where a signature is involved,
 * already verified against the certificate it names: the core decides, it never computes a signature.
 * Every event carries its time: the core has no clock.
 *
 * Whatever an event points at stays valid until the turn's effects have been performed: effects point into it.
 */

#include "proto/message.h"
#include "proto/session.h"

typedef uint64_t link_id; /* given by the shell, never reused in one run; 0 is none */

enum event_kind {
    EVENT_TICK,    /* replica_wake_at() has come, or any other time */
    EVENT_LINK_UP, /* a transport link to an authenticated daemon certificate */
    EVENT_LINK_DOWN,
    EVENT_MESSAGE,       /* a peer message on a link */
    EVENT_SUBMIT,        /* a local op, admitted and sealed by the vault: sequence it */
    EVENT_SENT,          /* how far an EFFECT_SEND_ENTRIES got */
    EVENT_BLOBS,         /* an entry's blobs are now held (or known missing); of several, the lowest seq first */
    EVENT_WATCH,         /* tell when an op of ours is held by k divisions */
    EVENT_ADMIN_ENTRIES, /* sealed segments from the admin socket: like entries of a peer that cannot be asked */
    EVENT_CUT,           /* lab: refuse (on=true) or allow links with one certificate */
};

/* What the verifiers found about one sealed batch of an ENTRIES message. */
struct batch_verdict {
    bool signer_known; /* false: the log's certificate is not known here yet */
    bool seal_ok;      /* signature, Merkle root over the entry hashes, submissions match the headers' hashes */
    bool is_member;    /* this division is a member of every entry's audience (holes are counted for members) */
    /* entry_count flags: blobs present but of other bytes or, for a member, not opening: a hole until EVENT_BLOBS.
     * NULL: what is present counts as held. */
    const bool *unheld;
};

struct event {
    enum event_kind kind;
    struct cw_mono now;
    struct cw_wall wall;
    union {
        struct {
            link_id link;
            struct cert_id cert;
            char division[DIVISION_LEN_MAX + 1];
            bool incoming;
        } link_up;
        struct {
            link_id link;
        } link_down;
        struct {
            link_id link;
            const struct peer_message *message;
            size_t frame_len;
            bool signature_ok;   /* FRONTIER: head signature by the link's certificate; FORK_PROOF: holds */
            bool signer_unknown; /* FORK_PROOF: the log's certificate is not known here yet */
            const struct batch_verdict *batches; /* ENTRIES: one per batch */
        } message;
        struct {
            uint64_t tag;                     /* the shell's name for it, comes back in effects */
            const struct entry_header *draft; /* log, seq and hlc are filled by the core, at the turn's end */
        } submit;
        /* Every EFFECT_SEND_ENTRIES is answered by exactly one, unless its link went down. */
        struct {
            link_id link;
            struct session_id from; /* as the effect said */
            uint64_t counter;       /* as the effect said */
            struct log_id log;
            uint64_t upto;  /* last seq sent: a seal end; the effect's `after` when nothing was */
            uint64_t bytes; /* frame length, not less; 0 when nothing was sent */
            bool more;      /* stopped for credit or frame size, not at the head; the frame's `last` is its opposite */
        } sent;
        struct {
            struct log_id log;
            uint64_t seq;
            bool held;
        } blobs;
        struct {
            uint64_t tag;
            struct log_id log;
            uint64_t seq;
            uint32_t k;
            struct cw_mono deadline;
        } watch;
        struct {
            const struct peer_entries *entries;
            const struct batch_verdict *batches;
        } admin;
        struct {
            struct cert_id cert;
            bool on;
        } cut;
    } as;
};

#endif
