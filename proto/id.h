/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_PROTO_ID_H
#define CASEWIRE_PROTO_ID_H

/*
 * Ids, and how each is made: BLAKE2b-256 personalised with the 16-byte label of what is hashed, so that
 * no byte string of one kind is ever another's id. Pure functions (libsodium behind them).
 */

#include "proto/bytes.h"

#define ID_LEN CW_ID_LEN

/* One-field structs, so that the compiler keeps them apart. */
struct network_id {
    uint8_t b[ID_LEN];
};
struct log_id {
    uint8_t b[ID_LEN];
};
struct cert_id {
    uint8_t b[ID_LEN];
};
struct key_record_id {
    uint8_t b[ID_LEN];
};
struct hash {
    uint8_t b[ID_LEN];
}; /* entry, seal, submission, blob and Merkle hashes */

#define ID_EQ(x, y) (memcmp((x)->b, (y)->b, ID_LEN) == 0)
#define ID_COMPARE(x, y) (memcmp((x)->b, (y)->b, ID_LEN))
#define ID_SLICE(x) slice((x)->b, ID_LEN)

/*
 * Where a row stands among rows in ascending order of an id that each holds. true: it is there. false: it is not,
 * and *out_rank is where it would stand.
 *
 *   ID_FIND(struct cert_row, rows, count, id, &wanted, &rank)    for rows of `struct cert_row { struct cert_id id; ... }`
 */
#define ID_FIND(type, rows, count, member, id, out_rank) \
    id_find((rows), (count), sizeof(type), offsetof(type, member), (id)->b, (out_rank))
bool id_find(const void *rows, size_t count, size_t row_len, size_t id_offset, const uint8_t id[static ID_LEN],
             size_t *out_rank);

static inline bool id_is_zero(const uint8_t b[static ID_LEN])
{
    uint8_t any = 0;

    for (size_t i = 0; i < ID_LEN; i++)
        any |= b[i];
    return any == 0;
}
#define ID_IS_ZERO(x) id_is_zero((x)->b)

/*
 * Labels: text, padded with zeros to 16 bytes; both the BLAKE2b personalisation and the head of every
 * signed string. Never reused for another format (docs/protocol.md, number registry).
 */
#define LABEL_LEN 16
#define LABEL_TABLE(X)                                                                              \
    X(LABEL_NETWORK, "cw1:network")       /* network genesis -> network_id */                       \
    X(LABEL_CERT, "cw1:cert")             /* certificate -> cert_id; issuer's signature */          \
    X(LABEL_POSSESSION, "cw1:possess")    /* proof of possession of a certificate's keys */         \
    X(LABEL_OP, "cw1:op")                 /* submission header -> op_id; author's signature */      \
    X(LABEL_CASE, "cw1:case")             /* op_id of the opening op -> case_id */                  \
    X(LABEL_THING, "cw1:thing")           /* op_id, index -> event or entity id */                  \
    X(LABEL_SUBMISSION, "cw1:submission") /* op id, author's proof -> submission hash */            \
    X(LABEL_COMMIT, "cw1:commit")         /* keyed with r: padded payload -> commitment */          \
    X(LABEL_BUNDLE, "cw1:bundle")         /* bundle head: author's signature over it */             \
    X(LABEL_BUNDLE_LEAF, "cw1:bundleleaf")                                                          \
    X(LABEL_BUNDLE_NODE, "cw1:bundlenode")                                                          \
    X(LABEL_ENTRY, "cw1:entry")          /* entry header -> entry hash */                           \
    X(LABEL_ENTRY_LEAF, "cw1:entryleaf") /* Merkle tree of a seal's entries */                      \
    X(LABEL_ENTRY_NODE, "cw1:entrynode")                                                            \
    X(LABEL_SEAL, "cw1:seal")            /* seal -> seal hash; daemon's signature */                \
    X(LABEL_GENESIS, "cw1:genesis")      /* log genesis -> log_id */                                \
    X(LABEL_BLOB, "cw1:blob")            /* ciphertext, wraps, envelopes -> what names them */      \
    X(LABEL_KEY_RECORD, "cw1:keyrecord") /* key record -> key record id */                          \
    X(LABEL_KEY_COMMIT, "cw1:keycommit") /* keyed with the seed: key commitment */                  \
    X(LABEL_KEY_X25519, "cw1:keyx25519") /* seed -> X25519 secret of the audience key */            \
    X(LABEL_KEY_WRAP, "cw1:keywrap")     /* seed -> symmetric wrap key of the audience key */       \
    X(LABEL_FRONTIER, "cw1:frontier")    /* frontier head: daemon's signature */                    \
    X(LABEL_ITEM_LEAF, "cw1:itemleaf")   /* Merkle tree of a frontier's items */                    \
    X(LABEL_ITEM_NODE, "cw1:itemnode")                                                              \
    X(LABEL_CLOSED, "cw1:closed")     /* closed logs' buckets */                                    \
    X(LABEL_DIGEST, "cw1:digest")     /* H(inputs), H(state), digest leaves and buckets */          \
    X(LABEL_BACKUP, "cw1:backup")     /* reserved */                                                \
    X(LABEL_SNAPSHOT, "cw1:snapshot") /* reserved */                                                \
    X(LABEL_TOKEN, "cw1:token")       /* reserved: deconfliction tokens */                          \
    X(LABEL_LOCAL, "cw1:local")       /* at rest, this machine only */                              \
    X(LABEL_CURSOR, "cw1:cursor")     /* a feed's cursor: its check, its hash */                    \
    X(LABEL_FEED, "cw1:feed")         /* case, inputs, state -> id of an item that is no op */      \
    X(LABEL_SEEN, "cw1:seen")         /* what a session has seen: its check */                      \
    X(LABEL_ENROL, "cw1:enrol")       /* a request to be admitted: holder's signature, words */     \
    X(LABEL_JOIN, "cw1:join")         /* what a new division gets: authority's signature */         \
    X(LABEL_MEMBERS, "cw1:members")   /* an audience's last records, where several logs say them */ \
    X(LABEL_ERASE, "cw1:erase")       /* erasure record: approver's signature */

enum label {
#define LABEL_NAME(name, text) name,
    LABEL_TABLE(LABEL_NAME)
#undef LABEL_NAME
        LABEL_COUNT
};

const char *label_text(enum label label);
void label_bytes(enum label label, uint8_t out[static LABEL_LEN]);

/* BLAKE2b-256(personal = label, parts concatenated). */
void hash_labelled(enum label label, const struct cw_slice *parts, size_t part_count, uint8_t out[static ID_LEN]);
void hash_one(enum label label, struct cw_slice bytes, uint8_t out[static ID_LEN]);
/* The same, keyed (BLAKE2b key parameter, 32 bytes): commitments. */
void hash_keyed(enum label label, const uint8_t key[static 32], struct cw_slice bytes, uint8_t out[static ID_LEN]);

void network_id_of(struct cw_slice network_genesis, struct network_id *out);
void cert_id_of(struct cw_slice certificate, struct cert_id *out);
void op_id_of(struct cw_slice submission_header, struct cw_op_id *out);
void case_id_of(const struct cw_op_id *opening, struct cw_case_id *out);
void thing_id_of(const struct cw_op_id *op, uint32_t index, struct hash *out); /* LABEL_THING over op_id, be32(index) */
void log_id_of(struct cw_slice genesis, struct log_id *out);
void entry_hash_of(struct cw_slice entry_header, struct hash *out);
void seal_hash_of(struct cw_slice seal, struct hash *out);
void key_record_id_of(struct cw_slice key_record, struct key_record_id *out);
/* H(op id of the header, proof): kind, signatures, bundle head and index are under it, a bundle's path is not. */
void submission_hash_of(struct cw_slice header, struct cw_slice proof, struct hash *out);

/*
 * RFC 6962 trees: leaf = H_leaf(bytes), node = H_node(left, right), split at the largest power of two
 * below n. Two label pairs per use. merkle_root of 0 leaves is all zeros. Paths are bottom-up.
 */
enum merkle_kind { MERKLE_BUNDLE, MERKLE_ENTRIES, MERKLE_ITEMS };
#define MERKLE_LEAVES_MAX 1048576
#define MERKLE_PATH_MAX 20

/* leaf_hashes holds H_leaf values and is used as scratch: its content is lost. */
void merkle_root(enum merkle_kind kind, struct hash *leaf_hashes, size_t count, struct hash *out);
void merkle_leaf(enum merkle_kind kind, struct cw_slice bytes, struct hash *out);
/* Path of leaf `index` of `count`; returns its exact length (0 to MERKLE_PATH_MAX); leaf_hashes is read only, scratch has count hashes. */
size_t merkle_path(enum merkle_kind kind, const struct hash *leaf_hashes, size_t count, size_t index,
                   struct hash *scratch, struct hash out[static MERKLE_PATH_MAX]);
/* Refuses any path whose length is not exactly that of (index, count). */
enum cw_err merkle_check(enum merkle_kind kind, const struct hash *leaf, size_t index, size_t count,
                         const struct hash *path, size_t path_count, const struct hash *root);

#endif
