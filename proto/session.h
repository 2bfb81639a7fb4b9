/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_PROTO_SESSION_H
#define CASEWIRE_PROTO_SESSION_H

/*
 * Peer session messages as plain structs, and the functions between them and their frames. Pure.
 * Arrays live in the parse arena; slices borrow from the frame. Every count is bounded before anything
 * is taken from the arena; a frame above MESSAGE_LEN_MAX is never parsed.
 */

#include "proto/message.h"

#define SESSION_ID_LEN 16
#define PROTOCOL_VERSION 1

/* What one frame may hold, so that SESSION_ARENA_LEN is enough for any legal one. */
#define SESSION_ARENA_LEN ((size_t)4 << 20)
#define ENTRIES_COUNT_MAX 512 /* entries of one ENTRIES message, over all its batches */
#define ENTRIES_BATCHES_MAX 256
#define BLOBS_COUNT_MAX 512
#define DIGEST_LEAVES_MAX 8192

struct session_id {
    uint8_t b[SESSION_ID_LEN];
};

enum peer_kind {
    PEER_HELLO = 10,
    PEER_FRONTIER = 11,
    PEER_WANT = 12,
    PEER_ENTRIES = 13,
    PEER_WANT_BLOBS = 14,
    PEER_BLOBS = 15,
    PEER_FORK_PROOF = 16,
    PEER_RESET = 17,
    PEER_DIGEST = 18,
};

#define HELLO_LOGS_MAX 64
#define SOFTWARE_LEN_MAX 40
struct peer_hello {
    uint32_t v_min, v_max;
    struct network_id network;
    struct cert_id cert;
    uint32_t own_count, your_count;
    struct position *own, *your;
    uint64_t features;
    bool reply;
    struct cw_slice software; /* at most SOFTWARE_LEN_MAX; empty: not said */
    uint64_t now_ms;          /* 0: not said */
};

struct peer_frontier {
    struct cw_slice head_bytes;
    struct signature signature;
    struct frontier_head head;
    bool full;
    uint64_t since;
    uint32_t item_count; /* at most LOGS_MAX */
    struct frontier_item *items;
    struct cw_slice *item_bytes;
    uint64_t now_ms; /* 0: not said */
};

#define WANT_LOGS_MAX 256
struct log_want {
    struct log_id log;
    uint64_t after;
};
struct peer_want {
    uint32_t log_count;
    struct log_want *logs;
    uint64_t credit;
};

struct entry_blobs {
    struct cw_slice parts[PARTS_MAX];
    uint32_t part_count;
    struct cw_slice wraps[KEYS_MAX];
    uint32_t wrap_count;
    struct cw_slice envelopes;
};

struct entry_record {
    struct cw_slice header_bytes, submission_bytes, proof_bytes, path_bytes;
    struct entry_header header;          /* parsed */
    struct submission_header submission; /* parsed when submission_ok */
    struct author_proof proof;           /* parsed when submission_ok */
    bool submission_ok;                  /* false: outside the grammar: the entry is stored void */
    struct hash hash;                    /* entry hash */
    struct entry_blobs blobs;
};

struct sealed_batch {
    struct signed_seal signed_seal;
    struct seal seal;
    struct hash seal_hash;
    uint32_t entry_count;
    struct entry_record *entries;
};

struct peer_entries {
    struct log_id log;
    struct cw_slice genesis_bytes; /* empty when absent */
    struct genesis genesis;
    uint32_t batch_count;
    struct sealed_batch *batches;
    bool pushed, last;
};

#define BLOB_SEQS_MAX 256
struct blob_want {
    struct log_id log;
    uint32_t seq_count;
    uint64_t *seqs;
};
struct peer_want_blobs {
    uint32_t log_count;
    struct blob_want *logs;
};
struct blobs_of {
    struct log_id log;
    uint64_t seq;
    struct entry_blobs blobs;
};
struct peer_blobs {
    uint32_t count;
    struct blobs_of *items;
};

struct fork_proof {
    struct cw_slice genesis_bytes;
    struct genesis genesis;
    struct signed_seal signed_a, signed_b;
    struct seal a, b;
};

struct peer_reset {
    uint32_t code;
    struct cw_slice text;
};

#define DIGEST_BUCKETS 256
struct digest_leaf {
    struct cw_case_id case_id;
    struct hash inputs, state;
};
struct peer_digest {
    uint32_t fold_version;
    struct cw_slice audience;
    uint32_t bucket_count; /* 0 or DIGEST_BUCKETS */
    struct hash *buckets;
    bool has_bucket, ask;
    uint32_t bucket;
    uint32_t leaf_count;
    struct digest_leaf *leaves;
};

struct peer_message {
    struct session_id from, to;
    uint64_t counter;
    enum peer_kind kind;
    union {
        struct peer_hello hello;
        struct peer_frontier frontier;
        struct peer_want want;
        struct peer_entries entries;
        struct peer_want_blobs want_blobs;
        struct peer_blobs blobs;
        struct fork_proof fork_proof;
        struct peer_reset reset;
        struct peer_digest digest;
    } as;
};

/*
 * Parses one frame: pre-scan, bounded unpack, then every contained record by its strict grammar.
 * Structure only: no signature, no Merkle root is checked here (daemon/node/verify does, before the turn).
 * CW_PEER_MALFORMED, or CW_LOCAL_MEMORY when the arena is too small (4 MiB suffices for any legal frame).
 */
enum cw_err peer_message_parse(struct cw_slice frame, struct arena *arena, struct peer_message *out);

/* cw.Entries and cw.ForkProof alone, as client messages, exports and the store carry them. Errors as the strict grammar. */
enum cw_err entries_parse(struct cw_slice bytes, struct arena *arena, struct peer_entries *out);
void entries_encode(const struct peer_entries *in, struct writer *out);
size_t entries_size(const struct peer_entries *in);
enum cw_err fork_proof_parse(struct cw_slice bytes, struct fork_proof *out);
void fork_proof_encode(const struct fork_proof *in, struct writer *out);

/* Encodes into out (cap MESSAGE_LEN_MAX); CW_REFUSED_SIZE when it does not fit. ENTRIES are encoded from the stored
 * bytes: header_bytes, submission_bytes, proof_bytes, path_bytes, blobs; parsed forms are ignored. */
enum cw_err peer_message_encode(const struct peer_message *in, struct arena *scratch, struct writer *out);

#endif
