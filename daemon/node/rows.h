/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_ROWS_H
#define CASEWIRE_NODE_ROWS_H

/*
 * Rows of the store: how keys are built and what values hold (docs/storage.md, "Rows"). Big-endian
 * throughout, so that key order is number order. Parsed rows borrow from the value they were parsed from.
 * A row that does not parse is CW_LOCAL_CORRUPT: we wrote it.
 */

#include "cases/state.h"
#include "core/replica.h"
#include "node/ports.h"

#define ROWS_FORMAT \
    14 /* 2: a path in ENTRY, the keyring's id in META; 3: more than one row of an op; 4: INDEX_FILTER; 5: INDEX_LINK; \
         6: INDEX_MOMENT, INDEX_OVERDUE; 7: in INDEX_LINK who claims an identity, and fold version 4; 8: in CASE on \
         which duties was acted; 9: fold version 5; 10: fold version 6, and what a line says of risk, areas, missing \
         episodes and a confirmed death; 11: fold version 7; 12: fold version 8; 13: fold version 9, what \
         a line says of episodes at high risk; and what an entry says of an op \
         whose submission it does not carry is gone from OP and CASE_OP (mend_ops.h); 14: fold version 10 */
#define ROWS_FORMAT_NAMED 13 /* before it, ops are mended */
#define ROWS_FORMAT_OLD 3    /* still opened: cases get the rows that are new when they are folded again */

/* --- keys ---------------------------------------------------------------------------------------------- */

struct row_key {
    uint8_t b[160];
    size_t len;
};
static inline struct cw_slice row_key_slice(const struct row_key *k)
{
    return slice(k->b, k->len);
}
/* Passed as one expression: KEY(row_key_op(&id)) */
#define KEY(expr) row_key_slice(&(struct row_key[1]){(expr)}[0])

enum blob_kind { BLOB_PART = 1, BLOB_WRAPS = 2, BLOB_ENVELOPES = 3 };

struct row_key row_key_text(const char *name); /* META */
/* META: behind this arrival, and until the next such row, entries of others came at the time that is its value (be64, ms). */
struct row_key row_key_arrived(uint64_t arrival);
bool row_key_is_arrived(struct cw_slice key);
struct row_key row_key_log(const struct log_id *log);
struct row_key row_key_seq(const struct log_id *log, uint64_t seq); /* ENTRY, SEAL (by last seq) */
struct row_key row_key_blob(const struct log_id *log, uint64_t seq, enum blob_kind kind, uint32_t index);
struct row_key row_key_op(const struct cw_op_id *op);
struct op_entry;
/* OP, behind the op's own row: op id, rank of the verdict (best first), hlc, log id, seq. */
struct row_key row_key_op_entry(const struct cw_op_id *op, const struct op_entry *e);
struct row_key row_key_submit_id(const struct cert_id *author, const uint8_t submission_id[static 16]);
struct row_key row_key_case(const struct cw_case_id *id);         /* also the prefix of its CASE_OP rows */
struct row_key row_key_case_begin(const uint8_t *id, size_t len); /* of all cases whose id begins so */
struct row_key row_key_case_op(const struct cw_case_id *id, uint64_t hlc, const struct cw_op_id *op);
struct row_key row_key_feed(uint64_t arrival);
struct row_key row_key_cert(const struct cert_id *cert); /* PEER: its signed head */
struct row_key row_key_peer_item(const struct cert_id *cert, const struct log_id *log);
struct row_key row_key_key(const struct key_record_id *record);

/* INDEX: a letter, then the key. Values are empty where nothing else is said. */
enum index_kind {
    INDEX_REFERENCE = 'R', /* human reference, 0, case id */
    INDEX_UPDATED = 'U',   /* be32 kind (0: all), be64 of ~hlc, case id: newest first */
    INDEX_CONFLICT = 'X',  /* as UPDATED, only cases in conflict */
    INDEX_NAME = 'N',      /* 16 bytes of a keyed hash of a folded prefix of title or op name, case id */
    INDEX_KEY = 'K',       /* key record id, case id */
    INDEX_AUTHOR = 'A',    /* certificate id, case id */
    INDEX_DIGEST = 'D',    /* case id -> H(inputs), H(state) */
    INDEX_LINK = 'L',    /* 16 bytes of a keyed hash of a sort and the id of a record, id of a case that refers to it */
    INDEX_MOMENT = 'T',  /* be64 ms of when something of its duties is to be looked at next, case id */
    INDEX_OVERDUE = 'O', /* be64 ms of the earliest deadline of a duty that runs, case id */
    INDEX_FILTER =
        'Q', /* 16 bytes of a keyed hash of what a case is listed by, be32 of ~day of its newest op, case id */
};
struct row_key row_key_index(enum index_kind kind); /* the beginning of all of this kind */
struct row_key
row_key_digest_of(uint32_t bucket); /* of INDEX_DIGEST's rows of one bucket, which is a case id's first byte */
/* Of the cases of one kind (0: all). */
struct row_key row_key_updated_of(enum index_kind kind_of_index, uint32_t case_kind);
struct row_key row_key_reference(struct cw_slice reference, const struct cw_case_id *id); /* id NULL: the prefix */
struct row_key row_key_updated(enum index_kind kind_of_index, uint32_t case_kind, uint64_t hlc,
                               const struct cw_case_id *id);
struct row_key row_key_name(const uint8_t hash[static 16], const struct cw_case_id *id); /* id NULL: the prefix */
struct row_key row_key_of(enum index_kind kind, const uint8_t id[static ID_LEN], const struct cw_case_id *case_id);
/* id NULL: the prefix. */
struct row_key row_key_link(const uint8_t hash[static 16], const struct cw_case_id *id);
/* id NULL: the prefix, without the day. */
struct row_key row_key_filter(const uint8_t hash[static 16], uint64_t hlc, const struct cw_case_id *id);
struct row_key row_key_moment(enum index_kind kind, int64_t ms, const struct cw_case_id *id);
/* The time in a key of INDEX_MOMENT or INDEX_OVERDUE; false when it is none. */
bool row_key_moment_of(struct cw_slice key, int64_t *out_ms, struct cw_case_id *out_id);
#define FILTER_PLACE_LEN (4 + ID_LEN) /* what follows the hash: the same in every row of a case */
/* The case id at the end of an index key; false when the key is too short. */
bool row_key_case_of(struct cw_slice key, struct cw_case_id *out);
bool row_key_has_prefix(struct cw_slice key, struct cw_slice prefix);

/* PENDING: a letter, then the key. */
enum pending_kind {
    PENDING_ENTRY = 'P', /* log, seq: a position, or what a record says, is not here yet */
    PENDING_FOLD = 'F',  /* case id: state older than its ops */
    PENDING_KEY = 'K',   /* key record id, log, seq: not opened for want of this key */
    PENDING_BLOBS = 'B', /* log, seq: some blob of it is not here */
};
struct row_key row_key_pending_all(enum pending_kind kind); /* the beginning of all of this kind */
struct row_key row_key_pending(enum pending_kind kind, const struct log_id *log, uint64_t seq);
struct row_key row_key_pending_fold(const struct cw_case_id *id);
struct row_key row_key_pending_key(const struct key_record_id *record, const struct log_id *log, uint64_t seq);

/* Of all that waits for this key: their beginning; and a key above them all, and below whatever waits for the next. */
struct row_key row_key_waits_for(const struct key_record_id *record);
struct row_key row_key_behind_waits_for(const struct key_record_id *record);
/* The key that such a row waits for; false when it is too short. */
bool row_key_waited_for(struct cw_slice key, struct key_record_id *out);

/* The (log, seq) at the end of a key; false when it is too short. */
bool row_key_seq_of(struct cw_slice key, struct log_id *out_log, uint64_t *out_seq);

/* --- values -------------------------------------------------------------------------------------------- */

/* META rows, by name */
#define META_STORE "store"       /* struct store_row */
#define META_GENESIS "genesis"   /* the network's genesis, bytes */
#define META_FRONTIER "frontier" /* struct frontier_row */
#define META_OWN "own"           /* struct own_row: the log this daemon continues, or is to open */
#define META_SLOT "slot"         /* be32: greatest keyring slot in use */
#define META_REFOLD "refold"     /* case id: every case up to it is folded under the present policy; absent: all are */
#define META_FEED "feed"         /* be64: next arrival number */
#define META_COUNTERS "counters" /* be64 per counter that is kept in the store */
#define META_CLOCK "clock"       /* be64: the wall clock by which moments of cases were last written; absent: unknown */

struct store_row {
    uint32_t format; /* as it was read */
    uint8_t store_id[16];
    struct network_id network;
    uint8_t keyring_id[16]; /* of the keyring whose slots the rows name */
    uint32_t name_slot;
    uint8_t name_key[32 + 40]; /* of INDEX_NAME, sealed under name_slot: without the keyring the index says nothing */
};
struct own_row {
    bool open;
    struct log_id log;
    bool has_prior; /* when not open: what the next genesis names */
    struct position prior;
    uint64_t next_n;
};
struct frontier_row {
    uint8_t start[16], replaces[16];
    uint64_t counter;
    struct cw_slice head; /* as last signed, or about to be */
};

struct log_row {
    struct log_head head;
    struct cw_slice genesis;
};

struct entry_row {
    uint64_t arrival;                                /* its row in FEED */
    struct cw_slice header, submission, proof, path; /* path: of a bundled proof, else empty */
};

struct seal_row {
    uint64_t first;
    struct hash hash;
    struct signed_seal seal;
    struct positions authority; /* cumulative along the log, as of this seal: judges its entries */
};

/* Verdicts are those of cases/state.h; VERDICT_VOID_FLOOR goes with REASON_REVOKED. */

/* Why not effective, or a flag worth knowing. Numbers are kept in the store. */
enum verdict_reason {
    REASON_NONE = 0,
    REASON_GRAMMAR = 1, /* the submission header cannot be read */
    REASON_KIND = 2,    /* entry kind and submission class differ */
    REASON_OP_ID = 3,   /* the entry's op id or submission hash is not the submission's */
    REASON_AUTHOR =
        4, /* no certificate in all that the seal names. Pending in rows of earlier versions: judged again */
    REASON_POSITION =
        5,              /* pending: authority records that it builds on are not here: named by its seal, or before it */
    REASON_NOT_YET = 6, /* certificate issued above the seal's authority position */
    REASON_REVOKED = 7,
    REASON_SIGNATURE = 8,
    REASON_BUNDLE = 9,   /* bundled without being allowed to, or a class that is signed singly */
    REASON_PARTS = 10,   /* parts of header and submission do not agree */
    REASON_SCOPE = 11,   /* a class that this log may not hold */
    REASON_SUBJECT = 12, /* a kind of certificate that does not make this class */
    REASON_RECORD = 13,  /* an authority or key record without effect: malformed or not allowed */
    REASON_MISSING = 14, /* pending: the bytes of an authority record are not here */
};
const char *verdict_reason_text(enum verdict_reason r);

/* Least first. What this daemon can do with one part of an op. */
enum part_state {
    PART_ABSENT = 0, /* no blob here */
    PART_SEALED = 1, /* here, but no key to open it */
    PART_BAD = 2,    /* opens to something else than its commitment, or not at all with the right key */
    PART_OPENED = 3,
    PART_ERASED = 4, /* later */
};

#define OP_ENTRIES_MAX 12 /* listed in the op's own row; which, and where the others are: op_entries.h */
/* flags: CASE_OP_* of cases/state.h as stored, and one of our own */
#define OP_FLAG_QUARANTINED (1u << 31) /* made the fold fail */

struct op_entry {
    struct log_id log;
    uint64_t seq, hlc;
    enum case_verdict verdict;
    enum verdict_reason reason;
    uint32_t part_count;
    uint8_t parts[PARTS_MAX]; /* enum part_state */
    bool own;                 /* sequenced by this daemon */
};
#define OP_ENTRY_LEN_MAX (ID_LEN + 8 + 8 + 4 + PARTS_MAX)

/* One op: its entries in (hlc, log id) order, and what they make of it. */
struct op_row {
    enum op_class op_class;
    struct cert_id author;
    bool has_case;
    struct cw_case_id case_id; /* the opened case's for an opening op */
    uint32_t flags;
    uint32_t more; /* entries that are not listed here */
    uint32_t entry_count;
    struct op_entry entries[OP_ENTRIES_MAX + 1]; /* the last is for whoever adds one */
};
/* The greater, the more it counts: effective, pending, void but a floor, void. */
uint32_t case_verdict_rank(enum case_verdict v);
/*
 * The same of an entry; 0: it waits and carries other words than the op's, which a root or an authority log may hold until
 * its turn comes. That makes no op wait.
 */
uint32_t op_entry_rank(const struct op_entry *e);
/* By place: (hlc, log id), and seq where a log holds the op again. */
bool op_entry_before(const struct op_entry *a, const struct op_entry *b);
/* Effective if any entry makes it so, else pending if any may, else void; *out_place: the least entry of that verdict. */
enum case_verdict op_row_verdict(const struct op_row *op, uint32_t *out_place);
/* The least entry of that verdict that carries the op's own words, from which parts are taken; its place when none does. */
uint32_t op_row_speaker(const struct op_row *op);
/* Best state of part `index` over all entries, and which entry has it. */
enum part_state op_row_part(const struct op_row *op, uint32_t index, uint32_t *out_entry);

/*
 * CASE_OP: what a fold needs of the op, in the order in which it needs it, so that a case is read by one walk
 * along its rows. Long payloads are not repeated here: they are opened from the op's entries.
 */
#define CASE_OP_PAYLOADS_LEN_MAX 1536 /* of all its parts together; LMDB keeps such a row in a leaf */
struct case_op_row {
    enum case_verdict verdict;
    enum verdict_reason reason;
    uint32_t flags;
    struct log_id log; /* of the entry that is its place */
    uint64_t seq;
    bool submission_ok; /* the four below are of its submission */
    struct cert_id author;
    struct cw_wall author_time;
    uint32_t part_count;
    uint8_t parts[PARTS_MAX]; /* enum part_state: the best over all entries of the op */
    struct cw_slice sealed;   /* payloads, sealed under the case's local key (case_op.h); empty: see the entries */
};

/* FEED: what arrived or changed, in the order in which it did. */
enum feed_row_kind {
    FEED_ROW_ENTRY, /* a new entry */
    FEED_ROW_AGAIN, /* an entry that was stored earlier is opened, or judged otherwise */
    FEED_ROW_CASE,  /* a case shows something else, though no op of it came: the policy changed */
};
struct feed_row {
    enum feed_row_kind kind;
    struct log_id log; /* not of FEED_ROW_CASE */
    uint64_t seq;
    struct cw_case_id case_id; /* of FEED_ROW_CASE */
};
#define FEED_ROW_LEN_MAX 41

/* CASE: clear numbers, then two sealed pieces under the case's local key (AD: "case", case id, 's' or 'f'). */
#define CASE_INCOMPLETE 1u
#define CASE_NEWER 2u
#define CASE_REVISING 4u
#define CASE_DEGRADED 8u
#define CASE_SYNTHETIC 16u
#define CASE_FOLDED 32u /* opened and folded at least once: kind and summary stand */
#define CASE_CONFLICT 64u
#define CASE_DUTIES 128u  /* the row says when its duties are looked at: rows of an older format do not */
#define CASE_ACTED 256u   /* ... and on which of them was acted */
#define CASE_REKEYED 512u /* its local key was damaged: some of its entries may lack their wraps since */
#define CASE_FILTERS_MAX 80u
#define CASE_ACTED_MAX 64u
#define CASE_ROW_LEN_MAX (6144 + 1 + 4 * CASE_ACTED_MAX) /* encoded */

#define CASE_NO_MOMENT INT64_MAX
#define CASE_ACTED_ALL 255u
/* When a case's duties are looked at: node/duties.h. All in wall ms, from 0. */
struct case_moments {
    int64_t acted_ms;     /* moments up to this one were acted on, of the duties below; 0: none yet */
    int64_t waiting_ms;   /* since when a breach waits here for the division that holds the duty; 0: none does */
    int64_t next_ms;      /* its row of INDEX_MOMENT; CASE_NO_MOMENT: it has none */
    int64_t overdue_ms;   /* its row of INDEX_OVERDUE; CASE_NO_MOMENT: it has none */
    uint32_t acted_count; /* CASE_ACTED_ALL: of every duty: they were too many, or the row's format is older */
    uint32_t acted[CASE_ACTED_MAX]; /* marks of duties that ran and were due soon at acted_ms (duty_index.c) */
};

struct case_row {
    uint32_t slot; /* of the keyring; the store's own: the case has none yet */
    uint32_t flags;
    uint32_t fold_version;
    uint32_t kind;
    uint32_t op_count;
    uint64_t updated_hlc;
    struct hash inputs, state;   /* the digest leaf */
    struct cw_slice reference;   /* human reference, as indexed */
    struct cw_slice summary;     /* sealed: case_store.h */
    struct case_moments moments; /* with CASE_DUTIES */
    struct cw_slice filters;     /* hashes of its INDEX_FILTER rows, 16 bytes each; rows of an older format have none */
};

struct key_row {
    struct log_id log;
    uint64_t seq;
    struct cw_slice record;
};

/* FORK: the proof as a PeerMessage frame holding FORK_PROOF. Stored as is. */

void store_row_encode(const struct store_row *in, struct writer *out);
void own_row_encode(const struct own_row *in, struct writer *out);
void frontier_row_encode(const struct frontier_row *in, struct writer *out);
void log_row_encode(const struct log_row *in, struct writer *out);
void entry_row_encode(const struct entry_row *in, struct writer *out);
void seal_row_encode(const struct seal_row *in, struct writer *out);
void op_row_encode(const struct op_row *in, struct writer *out);
void op_entry_encode(const struct op_entry *e, struct writer *w);
void case_op_row_encode(const struct case_op_row *in, struct writer *out);
void case_row_encode(const struct case_row *in, struct writer *out);
void key_row_encode(const struct key_row *in, struct writer *out);
void feed_row_encode(const struct feed_row *in, struct writer *out);

enum cw_err store_row_parse(struct cw_slice raw, struct store_row *out);
enum cw_err own_row_parse(struct cw_slice raw, struct own_row *out);
enum cw_err frontier_row_parse(struct cw_slice raw, struct frontier_row *out);
enum cw_err log_row_parse(struct cw_slice raw, struct log_row *out);
enum cw_err entry_row_parse(struct cw_slice raw, struct entry_row *out);
enum cw_err seal_row_parse(struct cw_slice raw, struct seal_row *out);
enum cw_err op_row_parse(struct cw_slice raw, struct op_row *out);
enum cw_err op_entry_parse(struct cw_slice raw, struct op_entry *out);
enum cw_err case_op_row_parse(struct cw_slice raw, struct case_op_row *out);
enum cw_err case_row_parse(struct cw_slice raw, struct case_row *out);
enum cw_err key_row_parse(struct cw_slice raw, struct key_row *out);
enum cw_err feed_row_parse(struct cw_slice raw, struct feed_row *out);

#define ROW_LEN_MAX 16384 /* the longest encoded row but ENTRY's and BLOB's, which are bounded by their records */

#endif
