/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_NODE_H
#define CASEWIRE_NODE_NODE_H

/*
 * The node: takes turns. It owns the replica (core), the authority table, the vault, the keyring and the
 * fold of the cases, and meets the world only through ports.h. Deterministic: same ports, same inputs,
 * same calls to the ports.
 *
 * One thread, the node thread, calls node_open, node_turn, node_wake_at and node_close. Any thread may
 * call intake_* (intake.h) before the turn and answer_read (answer.h) beside it.
 *
 *   frame -> intake (verify, decrypt; any thread) -> struct input -> node_turn -> ports
 *                                                \-> a read -> answer_read -> frame
 */

#include "core/replica.h"
#include "node/ports.h"
#include "proto/link_end.h"

struct node;
struct input;        /* intake.h */
struct verify_cache; /* verify_cache.h */

/* Where a peer's daemon can be dialled, and the transport key it must show. */
#define NODE_ADDRESS_LEN_MAX 200
struct node_peer {
    char division[DIVISION_LEN_MAX + 1];
    char address[NODE_ADDRESS_LEN_MAX + 1]; /* "tcp://..." */
    uint8_t server_key[KEY_LEN];
};

struct node_config {
    struct cw_slice network_genesis; /* bytes; borrowed for node_open */
    struct cw_slice certificate;     /* this daemon's own, bytes; borrowed for node_open */
    const struct node_peer *peers;   /* whom to dial; copied */
    uint32_t peer_count;
    struct replica_limits replica;     /* zero members take the defaults */
    struct authority_limits authority; /* as above */
    size_t turn_arena_len;             /* 0: 32 MiB. A turn is cut before it fills */
    uint32_t fold_ops_max;      /* ops folded at the end of one turn; 0: 2000. The rest waits for the next turns */
    uint32_t slots_max;         /* local keys; 0: KEYRING_SLOTS_MAX */
    uint32_t case_cache_max;    /* cases kept decoded; 0: 64 */
    uint32_t audience_keys_max; /* keys held at once; 0: 4096 */
    size_t answer_cache_len;    /* bytes of answers that are kept while they are true; 0: 4 MiB */
    bool strict_memory;         /* refuse to run when secrets cannot be locked in memory */
    bool lab;                   /* cut and heal are taken; without a policy "network.synthetic" cases are synthetic */
    struct verify_cache *cache; /* shared with other nodes of the same network (simulator); NULL: one of its own */
};

/*
 * Loads everything from the store (an empty one is made this network's), decides the incarnation, checks
 * that the last own seal hashes to what the anchor and the log row say. Costs nothing that grows with
 * entries. *why (may be NULL) says what is wrong.
 *
 * Returns CW_OK, CW_LOCAL_FORMAT, CW_LOCAL_CORRUPT, CW_LOCAL_IO, CW_LOCAL_MEMORY, CW_LOCAL_CONFIG (the
 *         certificate or genesis is not of this network), CW_REFUSED_NETWORK (a store of another network)
 */
enum cw_err node_open(const struct node_config *config, const struct ports *ports, struct node **out,
                      struct refusal *why);
void node_close(struct node *n);

/*
 * One turn over the inputs, in order. Takes at most as many as fit (*out_taken); the caller gives the rest
 * again. Blocks on one commit. Inputs and what they point to must live until it returns.
 *
 * Returns CW_OK, also when single inputs were refused (they were answered) and when the store had no room
 *         (submitters were told CW_AGAIN_BUSY or CW_LOCAL_NO_SPACE; the node went back to the store).
 *         Any other error is fatal: the anchor is marked failed, the process must restart.
 */
enum cw_err node_turn(struct node *n, const struct input *inputs, uint32_t count, uint32_t *out_taken);
/* When a turn is wanted although nothing arrives: timers, dialling, folds left over. */
struct cw_mono node_wake_at(const struct node *n);

/* --- what may be seen from any thread ----------------------------------------------------------------- */

struct node_identity {
    struct network_id network;
    char network_name[NAME_LEN_MAX + 1];
    struct cert_id cert;
    char division[DIVISION_LEN_MAX + 1];
    bool lab;
    struct cw_wall started;
};
const struct node_identity *node_identity(const struct node *n); /* fixed while open */

enum counter {
    COUNTER_TURNS,
    COUNTER_SUBMITTED, /* sequenced here */
    COUNTER_REPEATED,  /* answered with an earlier entry's receipt */
    COUNTER_REFUSED,   /* refused at intake or admission */
    COUNTER_REUSED_IDS,
    COUNTER_ENTRIES,   /* stored, own and foreign (kept in the store) */
    COUNTER_CASES,     /* kept in the store */
    COUNTER_CONFLICTS, /* cases with one (kept in the store) */
    COUNTER_VOID,      /* kept in the store */
    COUNTER_PENDING,   /* kept in the store */
    COUNTER_UNOPENED,  /* entries of ours to open that do not open (kept in the store) */
    COUNTER_FOLDS,
    COUNTER_FOLDS_WAITING,
    COUNTER_QUARANTINED,
    COUNTER_PEER_MALFORMED, /* frames that cannot be read */
    COUNTER_SENT_BYTES,
    COUNTER_NO_SPACE,
    COUNTER_REFUSED_KEYS, /* as the net process tells: at most once a second for each key */
    COUNTER_PEER_NETWORK, /* sessions refused: the peer is of another network */
    COUNTER_PEER_VERSION, /* sessions refused: no common version */
    COUNTER_COUNT
};
const char *counter_name(enum counter c);
void node_count_refused_keys(struct node *n, uint64_t more); /* the net driver hears of it. Any thread */

#define NODE_ALARMS_MAX 64
struct node_alarm {
    char id[32];
    char text[160];
    struct cw_wall since, last; /* first and last time it was raised in this run */
    uint64_t times;
    bool over; /* what happened is over: it is told of for a day, and nobody is out of step for it */
};

/*
 * Of daemons the settings name 320 at most (SETTINGS_PEERS_MAX): the rest is for certificates that were renewed and are
 * remembered for a while. Certificates count for ever, also those taken back: a force of 5,000 officers has room for ten years.
 */
#define NODE_PEERS_MAX 512
#define NODE_CERTS_MAX 65536
#define NODE_PEERS_SHOWN_MAX NODE_PEERS_MAX
struct node_status {
    struct cw_mono at;
    bool has_own_log;
    struct position own;
    uint64_t n;
    struct hash frontier_root;
    struct positions authority;
    uint64_t counters[COUNTER_COUNT];
    uint64_t hole_count;
    uint32_t local_keys; /* given out */
    bool has_digest;
    struct hash digest; /* H over the buckets, of the moment they were last asked for */
    bool low_on_space;
    uint32_t alarm_count;
    struct node_alarm alarms[NODE_ALARMS_MAX];
    uint32_t peer_count;
    struct node_peer_status {
        struct peer_status is;
        char address[NODE_ADDRESS_LEN_MAX + 1]; /* "" when it only connects to us */
        enum link_end end; /* why our dialling comes to nothing; NONE: it does not, or we do not dial it */
        struct cw_mono end_since;
        /* Of one that is dialled and not there: what the authority's logs here say of the key that the settings name. */
        enum peer_key { PEER_KEY_GOOD, PEER_KEY_NO_CERT, PEER_KEY_OTHER } key;
        uint8_t cert_key[KEY_LEN]; /* OTHER: that of its certificate */
        enum digest_standing { DIGEST_NOT_COMPARED, DIGEST_EQUAL, DIGEST_DIFFERS } digest;
    } peers[NODE_PEERS_SHOWN_MAX];
};
/* What a person is told of a peer whose key is not right. false: it is, or nobody knows. Threads: any. */
#define NODE_KEY_WHY_LEN_MAX 240
bool node_peer_key_why(const struct node_peer_status *peer, char out[static NODE_KEY_WHY_LEN_MAX]);
/* As of the end of the last turn; about 150 KiB: give it an arena or the heap, not the stack. Threads: any. */
void node_status_read(const struct node *n, struct node_status *out);

/* A snapshot for reading: what it shows is committed and anchored. End it with node_read_done soon. Threads: any. */
struct node_read {
    struct node *node;
    struct kv_txn *txn;
    struct seen_token *seen; /* what a session has seen that reads it (seen.h); held */
    uint64_t commit;         /* which of this run's it is */
};
enum cw_err node_read_begin(struct node *n, struct node_read *out);
void node_read_done(struct node_read *r);

/*
 * When the first entry that is here, and that the peer's last signed frontier lacks, was sequenced; 0: it lacks none. One
 * entry of each log is looked at. Threads: any.
 */
enum cw_err node_lacks_since(const struct node_read *r, const struct cert_id *peer, struct cw_wall *out_since);

/* Cases, at most max, with a duty that runs and was due before now. Cost: a row for each of them. Threads: any. */
enum cw_err node_overdue_cases(const struct node_read *r, struct cw_wall now, uint32_t max, uint32_t *out_count);

/*
 * Certificates as they are now. Holds off changes of authority until node_authority_done: short, no waiting
 * inside. Threads: any.
 */
const struct authority *node_authority(struct node *n);
void node_authority_done(struct node *n);

/*
 * Walks a whole store, read-only, and names the first thing that is wrong: format, chains, seals and their
 * signatures, entry and blob hashes, author's proofs against the stored verdicts, indexes against rows.
 * *why says which row. Returns CW_OK or CW_LOCAL_CORRUPT (or the store's own error).
 *
 * Of the ports those of store and keyring are used, and the signer's seal_secret, by which the keyring opens: every slot that a
 * case names, and what lies under it; and the anchor, as it was before the store was opened, for what was acknowledged. Without
 * a keyring or an anchor (read NULL) that is not looked at.
 */
struct verify_facts {
    uint64_t logs, seals, entries, blobs, ops, cases, index_rows;
};
enum cw_err node_verify_store(const struct ports *ports, struct cw_slice network_genesis, struct verify_facts *out,
                              struct refusal *why);

#endif
