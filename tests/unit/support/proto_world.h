/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_SUPPORT_PROTO_WORLD_H
#define TESTS_UNIT_SUPPORT_PROTO_WORLD_H

/*
 * A small network made from fixed seeds, so that unit tests, vectors and fuzz targets speak of the same
 * keys and the same bytes: three root keys, one force's authority, three divisions' daemons, one officer.
 * Every failure aborts: the test itself would be wrong.
 */

#include "proto/keyfile.h"
#include "proto/receipt.h"
#include "proto/session.h"
#include "proto/submission.h"

#define WORLD_MEMORY_LEN ((size_t)1 << 20)
#define WORLD_TIME_MS INT64_C(1790000000000)

struct world_identity {
    struct key_bundle keys;
    struct cw_slice bytes; /* the certificate */
    struct cert_id id;
    struct certificate cert;
};

enum { WORLD_NTH, WORLD_EST, WORLD_WST, WORLD_DAEMONS };

struct world {
    struct arena arena;
    struct cw_slice genesis; /* of the network */
    struct network_id network;
    uint32_t root_count, threshold;
    struct key_bundle roots[ROOT_KEYS_MAX];
    uint8_t root_keys[ROOT_KEYS_MAX][KEY_LEN];
    struct world_identity authority, officer, daemons[WORLD_DAEMONS];
};

_Noreturn void world_fail(const char *what);
static inline void world_must(bool held, const char *what)
{
    if (!held)
        world_fail(what);
}

void world_make(struct world *w, void *memory, uint32_t root_count, uint32_t threshold);
/* Knows every certificate of the world. */
struct cert_source world_certs(const struct world *w);

/* A text, a number, an id that depend only on `tag`. */
void world_bytes(const char *tag, uint32_t number, void *out, size_t len);
#define WORLD_FILL(member, tag, number) world_bytes((tag), (number), &(member), sizeof(member))

struct world_submission {
    struct cw_slice header, proof, path;
    struct cw_op_id op;
    struct submission_header parsed;
    struct author_proof parsed_proof;
    uint32_t part_count;
    struct submission_part parts[PARTS_MAX];
};

/* Signed singly by the officer: a frame and one values part of the texts given, class CASE. */
void world_submit(struct world *w, uint32_t number, struct world_submission *out);
/* Part 0 alone, of any class, signed by `author`, or by the threshold of root keys when author is NULL. */
void world_submit_clear(struct world *w, uint32_t number, enum op_class op_class, struct cw_slice payload,
                        const struct world_identity *author, struct world_submission *out);

/* Signs again what was submitted, as one bundle of at most WORLD_BUNDLE_MAX. */
#define WORLD_BUNDLE_MAX 8
void world_bundle(struct world *w, struct world_submission *subs, uint32_t count);

struct world_log {
    struct cw_slice genesis;
    struct genesis parsed;
    struct log_id id;
    const struct world_identity *owner; /* NULL: the root log */
    uint64_t seq, hlc;
    struct hash head; /* of the last seal; the log id's bytes at first */
};

void world_log_open(struct world *w, enum log_scope scope, const struct world_identity *owner, uint32_t number,
                    struct world_log *out);

#define WORLD_BATCH_MAX 64
struct world_batch {
    uint32_t count;
    struct cw_slice headers[WORLD_BATCH_MAX];
    struct hash hashes[WORLD_BATCH_MAX];
    struct signed_seal seal;
    struct hash seal_hash;
    struct seal parsed;
};

/* Sequences the submissions as the log's next entries under one seal, parts as their commitments (no ciphertext). */
void world_sequence(struct world *w, struct world_log *log, const struct world_submission *subs, uint32_t count,
                    struct world_batch *out);
void world_sign_seal(const struct world *w, const struct world_identity *owner, struct signed_seal *seal);
struct cw_slice world_keep(struct world *w, const struct writer *from);

/* What `holder` says it holds: one item per log given, at the log's present head. */
struct world_frontier {
    struct cw_slice items[WORLD_DAEMONS];
    struct cw_slice head;
    struct signature signature;
    struct hash leaves[WORLD_DAEMONS];
    uint32_t count;
};
void world_frontier_of(struct world *w, const struct world_identity *holder, const struct world_log *const *logs,
                       uint32_t count, struct world_frontier *out);

/* A receipt for entry 2 of a batch of five in NTH's log, held by EST at that seal and by WST two seals later. */
struct cw_slice world_receipt(struct world *w);

#endif
