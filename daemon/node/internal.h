/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_INTERNAL_H
#define CASEWIRE_NODE_INTERNAL_H

/* What a node is made of. Only files of this folder include it. */

#include "cases/cases.h"
#include "core/dial.h"
#include "core/incarnation.h"
#include "core/replica.h"
#include "node/answer_cache.h"
#include "node/intake.h"
#include "node/node.h"
#include "node/rows.h"
#include "vault/keyring.h"
#include "vault/vault.h"

#include <pthread.h>
#include <stdatomic.h>

#define TURN_ARENA_LEN_DEFAULT ((size_t)32 << 20)
#define TURN_ARENA_LEFT_MIN ((size_t)4 << 20) /* a turn takes no further input below this */
#define TURN_EFFECTS_MAX 8192u
#define TURN_SUBMISSIONS_MAX 1024u
#define FOLD_OPS_DEFAULT 2000u
#define CASE_CACHE_DEFAULT 64u
#define LINK_DIALLED ((link_id)1 << 63) /* links that we dialled carry this bit: the driver numbers the others */

/* One peer's daemon that we know how to dial. */
struct dialled {
    struct node_peer where;
    struct dial dial;
    link_id link;         /* 0: none under way */
    struct cw_mono up_at; /* of that link; CW_NEVER: not up */
    bool cut;
    enum link_end end;        /* how the last link or attempt ended; NONE: one is up, or none was tried */
    struct cw_mono end_since; /* since when each attempt ended like this */
};

/* A daemon's link that is up. */
struct live_link {
    link_id link;
    struct cert_id cert;
    char division[DIVISION_LEN_MAX + 1];
    bool incoming;
    bool greeted; /* the core knows of it; false: it is told when greet_at comes */
};

/* Somebody waits until an op of ours is held by k divisions. */
struct wait {
    uint64_t tag;
    link_id link;
    struct cert_id cert; /* of whoever waits */
    uint8_t request_id[16];
    struct cw_op_id op;
    uint32_t k;
    bool repeated, proposal, track;
};

/* How a peer's digest compared, and what was last said to it. */
struct digest_peer {
    struct cert_id cert;
    enum digest_standing standing;
    struct hash root, whole;
};

struct digest_answer {
    struct cert_id to;
    bool ask;
    uint32_t bucket;
    struct digest_answer *next;
};

struct verify_cache;
struct case_cache;
struct feeds;
struct seen_token;

struct node {
    struct ports ports;
    struct node_identity identity;
    struct cert_id cert;
    uint8_t sign_key[KEY_LEN], seal_key[KEY_LEN];
    uint32_t former_looked; /* so many of the authority's certificates were looked at for former ones of this daemon */
    struct network_genesis genesis;
    uint8_t genesis_bytes[NETWORK_GENESIS_LEN_MAX];
    size_t genesis_len;
    bool owns_cache;
    struct replica_limits limits;
    struct authority_limits authority_limits;
    uint32_t fold_ops_max, case_cache_max, audience_keys_max, slots_max;
    bool strict_memory;

    /* deciding */
    void *replica_memory;
    struct replica *replica;
    pthread_rwlock_t authority_lock; /* held for writing while authority or policy change */
    void *authority_memory;
    struct authority *authority;
    _Atomic uint64_t
        authority_generation; /* counted up by every change of authority or policy, while readers are held off */
    struct case_policy policy;
    uint8_t policy_positions[1024]; /* what a fold under this policy depends on */
    size_t policy_positions_len;
    uint32_t policies_left_out; /* of those read, how many a fold has no room for */
    uint32_t policies_told_out; /* ... and how many of them an alarm told of */
    bool synthetic;             /* the network takes only synthetic cases */

    /* keys */
    struct vault *vault;
    struct keyring *keyring;
    struct entropy entropy;
    uint32_t slot_max;
    struct store_row store_row;
    uint8_t name_key[32];
    struct verify_cache *cache;
    struct case_cache *cases;
    struct answer_cache *answers; /* given from memory */

    /* the own log's life */
    struct anchor anchor;
    struct own_row own;
    struct frontier_row frontier; /* head borrows frontier_head_bytes */
    uint8_t frontier_head_bytes[FRONTIER_HEAD_LEN_MAX];
    bool frontier_signed;
    struct signature frontier_signature;
    uint64_t feed_next;
    bool failed; /* a commit failed for good: no turn any more */

    /* reading beside the node thread: a snapshot begins only between commit-with-anchor and the next */
    pthread_rwlock_t gate;
    uint64_t commits;        /* of this run, as the gate shows them */
    struct seen_token *seen; /* of what the gate shows */
    void *seen_making;       /* memory of seen.c */

    /* links */
    struct dialled *dialled;
    uint32_t dialled_count;
    struct live_link *links;
    uint32_t link_count, link_max;
    bool greet_left;         /* some of them are to be greeted anew */
    struct cw_mono greet_at; /* not before: on a full disk it would be at once, for ever */
    uint64_t next_link;
    bool allow_stale;                       /* authority or dates changed: the net driver's list must be made again */
    struct cw_wall allow_from, allow_until; /* of the wall clock: as long as this list is right */
    struct cw_mono allow_due;               /* to be looked at again */

    struct feeds *feeds; /* readers that are told what changes: node/feed.h */

    /* waiting */
    struct wait *waits;
    uint32_t wait_count, wait_max;
    uint64_t next_tag;
    struct event *later; /* events for the next turn */
    uint32_t later_count, later_max;
    struct cw_case_id folded_last; /* of the marked ones: the round goes on after it */
    bool folds_left;
    _Atomic bool folds_shown; /* the same, as of the last commit: any thread */
    struct cw_mono folds_at;  /* when the marked cases are folded: submitters go first */
    struct cw_mono folds_by;  /* ... but not for longer than until then */
    bool refold_left;
    int64_t duty_next_ms;        /* the first row of INDEX_MOMENT, by the wall clock; CASE_NO_MOMENT: there is none */
    int64_t duty_wall_ms;        /* the wall clock of the last turn that was committed; 0: none yet, in no run */
    int64_t clock_noted_ms;      /* META_CLOCK as it stands */
    struct cw_mono duty_at;      /* when a turn is wanted for it */
    struct cw_mono duty_hold;    /* not before: submitters go first, or nothing can be said now */
    bool judge_left, judge_over; /* a round over the waiting entries is going on; another follows it */
    struct row_key judged_to;    /* how far the round got; len 0: its beginning */
    bool open_left;              /* entries may wait for a key that is here: a round over those that wait is going on */
    struct row_key opened_to;    /* how far it got; len 0: its beginning */
    bool keys_left;              /* a look at the local keys of all cases is going on */
    struct row_key keys_at;      /* how far it got; len 0: its beginning */
    bool told_filling, told_full; /* of the keyring, in this run */
    _Atomic bool keys_suspect;    /* one did not open: they are looked at again */

    /* the turn's memory */
    uint8_t *arena_memory;
    size_t arena_len;
    struct effect *effects;
    uint32_t effects_max;
    struct turn *turn;

    /* what is shown */
    uint64_t counters[COUNTER_COUNT];
    _Atomic uint64_t outside[COUNTER_COUNT]; /* counted by other threads */
    pthread_mutex_t status_lock;
    struct node_status *status;
    struct cw_mono peers_shown; /* peers are shown again from then on */
    bool peers_stale;
    bool digest_dirty[DIGEST_BUCKETS];
    struct hash digest[DIGEST_BUCKETS];
    struct hash digest_of_all; /* of the buckets as last made, when digest_known */
    bool digest_known;
    struct cw_mono digest_at;   /* not before: the next exchange */
    struct cw_mono digest_next; /* when a turn is wanted for it; CW_NEVER: when something moves */
    struct hash digest_root;    /* frontier as of the last exchange */
    bool digest_waiting;        /* some session is not in step yet */
    struct digest_peer *digest_peers;
    uint32_t digest_peer_count;
};

/* A submission on its way through the turn. */
struct turn_submission {
    const struct prepared *prepared;
    const struct input *input; /* NULL: our own key record */
    uint64_t tag;
    struct entry_header draft;
    struct cw_slice header_bytes; /* of the entry, once sequenced */
    struct hash entry_hash;
    uint64_t seq;
    struct key_record_id key_record;
    struct cw_slice wraps, envelopes;
    bool proposal;
    bool reused; /* another op with its submission id arrived in this turn */
};

enum reply_kind { REPLY_REFUSED, REPLY_RECEIPT, REPLY_PUBLISHED, REPLY_DONE };
struct reply {
    enum reply_kind kind;
    link_id link;
    struct cert_id cert;
    uint8_t request_id[16];
    struct refusal refusal;
    struct cw_op_id op;
    bool repeated, proposal;
    bool track;       /* a session wants to know what it has seen */
    uint32_t held_by; /* more than 1: wait for it */
    uint32_t deadline_ms;
    uint64_t stored;
    const char *said; /* DONE: for a person; NULL: nothing */
};

struct dirty_case {
    struct cw_case_id id;
    bool foreign; /* touched by more than this turn's own submissions: the cached copy is stale */
    struct dirty_case *next;
};
#define DIRTY_SLOTS 1024

struct touched_log {
    struct log_id log;
    struct cw_slice genesis; /* of a new log; empty: the row has it */
    struct touched_log *next;
};

/* The local key of the case that was written to last: an op has several rows under it. */
struct turn_local {
    bool has_slot, has_key;
    struct cw_case_id id;
    uint32_t slot;
    struct local_key key;
};

struct turn {
    struct node *n;
    struct kv_txn *txn;
    struct arena arena; /* scratch: given back by mark and release */
    struct arena kept;  /* what is noted down until the turn ends */
    struct arena said;  /* the core's messages */
    struct effects effects;
    uint32_t effects_done; /* writes performed up to here */
    uint32_t keys_before;  /* of the vault: those made or learned in this turn are only durable after the commit */
    bool applying_own;     /* the entry being applied was admitted in this turn */
    bool applying_reused;  /* ... and another op carries its submission id */
    bool core_open;        /* between replica_begin_turn and replica_end_turn: steps may be taken */
    struct cw_mono now;
    struct cw_wall wall;
    const struct input *input;               /* being handled */
    const struct verified_message *verified; /* the message being handled */

    struct turn_submission *submissions;
    uint32_t submission_count, sequenced, sealed;
    struct reply *replies;
    uint32_t reply_count, reply_max;

    struct dirty_case *dirty[DIRTY_SLOTS];
    uint32_t dirty_count, foreign_count; /* cases; ops that peers sent */
    struct touched_log *touched;
    struct digest_answer *digest_answers;
    bool authority_changed, policy_changed, own_changed;
    bool reader_waits; /* for the marked cases to be folded */
    bool asked_for_space, low_on_space;
    bool arrival_noted;                 /* of this turn's entries of others */
    uint32_t folded_cases, acted_cases; /* acted: whose duties were looked at */
    uint64_t counters[COUNTER_COUNT];   /* as the turn will leave them, once it is committed */
    struct position own_head;
    struct turn_local local;
};

/* --- status.c ------------------------------------------------------------------------------------------- */

void node_count(struct node *n, enum counter c); /* any thread */
/* A journal line, and an alarm in the status; id is a static text. Any thread. */
void node_alarm(struct node *n, const char *id, const char *format, ...) __attribute__((format(printf, 3, 4)));
void node_journal(const struct node *n, enum journal_level level, const char *id, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* The same, with what the line is about: borrowed for the call. */
void node_alarm_about(struct node *n, const char *id, const struct journal_about *about, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void node_journal_about(const struct node *n, enum journal_level level, const char *id,
                        const struct journal_about *about, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
void status_publish(struct node *n);  /* node thread: shows the end of the turn */
bool counter_is_kept(enum counter c); /* in the store, across runs */

enum digest_standing digest_compared_with(const struct node *n, const struct cert_id *peer); /* digest.c */

/* --- store access: db.c ------------------------------------------------------------------------------- */

static inline const struct store_port *node_store(const struct node *n)
{
    return &n->ports.store;
}
enum cw_err db_get(const struct node *n, struct kv_txn *txn, enum table table, struct row_key key,
                   struct cw_slice *out);
enum cw_err db_put(struct turn *t, enum table table, struct row_key key, struct cw_slice value);
enum cw_err db_del(struct turn *t, enum table table, struct row_key key);
bool db_has(const struct node *n, struct kv_txn *txn, enum table table, struct row_key key);
/* First pair at or above `from` whose key starts with prefix; CW_LOCAL_NOT_FOUND when there is none. */
enum cw_err db_next(const struct node *n, struct kv_txn *txn, enum table table, struct cw_slice prefix,
                    struct cw_slice from, bool after, struct kv_pair *out);
/* A value that outlives the next write: copied into the arena. */
enum cw_err db_get_copy(const struct node *n, struct kv_txn *txn, enum table table, struct row_key key,
                        struct arena *arena, struct cw_slice *out);
enum cw_err db_get_op(const struct node *n, struct kv_txn *txn, const struct cw_op_id *op, struct op_row *out);
enum cw_err db_put_op(struct turn *t, const struct cw_op_id *op, const struct op_row *row);
/* The row borrows from the txn. */
enum cw_err db_get_log(const struct node *n, struct kv_txn *txn, const struct log_id *log, struct log_row *out);
enum cw_err db_get_entry(const struct node *n, struct kv_txn *txn, const struct log_id *log, uint64_t seq,
                         struct entry_row *out);
/* The seal that covers seq. *out_last: its last seq. */
enum cw_err db_get_seal(const struct node *n, struct kv_txn *txn, const struct log_id *log, uint64_t seq,
                        struct seal_row *out, uint64_t *out_last);

#endif
