/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_PROTO_MESSAGE_H
#define CASEWIRE_PROTO_MESSAGE_H

/*
 * The records of DESIGN.md §3 as plain structs, and the pure functions between them and their bytes.
 *
 * Whatever is signed or hashed is a byte string: parsed once, kept and relayed as received, never
 * encoded again. Every parse below refuses anything outside the strict header grammar: fields ascending,
 * each once (repeated ones adjacent), minimal varints, no unknown field, every bound kept.
 * A parsed struct borrows its slices from the bytes it was parsed from.
 *
 * Parse errors are CW_REFUSED_MALFORMED, CW_REFUSED_SIZE or CW_REFUSED_VERSION (v above 1); the caller
 * turns them into its own class. Encoders write into fixed memory of the size given by the *_LEN_MAX
 * below and cannot fail for a struct that keeps its bounds (asserted).
 */

#include "proto/id.h"
#include "proto/limits.h"

/* --- shared pieces ----------------------------------------------------------------------------- */

/* A position in a log: always a seal end. */
struct position {
    struct log_id log;
    uint64_t seq;
    struct hash seal;
};

struct positions {
    uint32_t count;
    struct position at[AUTH_POSITIONS_MAX];
};

struct signature {
    uint8_t b[SIGNATURE_LEN];
};

/* --- network and identity ---------------------------------------------------------------------- */

struct network_genesis {
    uint8_t nonce[32];
    struct cw_slice name; /* text, at most NAME_LEN_MAX */
    uint32_t root_key_count;
    uint8_t root_keys[ROOT_KEYS_MAX][KEY_LEN];
    uint32_t threshold;
};

enum subject_kind {
    SUBJECT_UNKNOWN = 0,
    SUBJECT_AUTHORITY = 1,
    SUBJECT_DAEMON = 2,
    SUBJECT_PERSON = 3,
    SUBJECT_REGIONAL = 4,
    SUBJECT_AUDITOR = 5,
};

struct certificate {
    struct network_id network;
    uint8_t serial[16];
    enum subject_kind subject;
    struct cw_slice division;   /* code, upper case, at most DIVISION_LEN_MAX */
    struct cw_slice name;       /* display name, at most NAME_LEN_MAX; role account preferred */
    uint8_t sign_key[KEY_LEN];  /* Ed25519 */
    uint8_t seal_key[KEY_LEN];  /* X25519, envelopes; zero when the subject reads through a daemon */
    uint8_t curve_key[KEY_LEN]; /* transport */
    uint32_t role_count;
    uint32_t roles[ROLES_MAX]; /* role numbers of proto/schema.h, ascending */
    bool may_bundle;
    struct cw_wall not_before, not_after;
    struct cert_id issuer; /* the authority's certificate; zero for an authority, which a root act admits */
};

/* Whether the holder of a certificate may connect and hand in now. History is never judged by it. */
enum cert_standing {
    STANDING_GOOD = 0,
    STANDING_REVOKED = 1,
    STANDING_EXPIRED = 2, /* after not_after, by the clock of whoever asks */
    STANDING_NOT_YET = 3, /* before not_before */
};

/* An authority log's record (class AUTHORITY) or a root log's (class ROOT): part 0, in clear. */
enum authority_act {
    ACT_UNKNOWN = 0,
    ACT_ISSUE = 1,           /* certificate, issuer's signature */
    ACT_REVOKE = 2,          /* cert id, kind, cut: grammar now, behaviour later */
    ACT_POLICY = 3,          /* roles, durations: name, value pairs */
    ACT_MEMBERSHIP = 4,      /* audience, member cert ids added/removed */
    ACT_ADMIT_AUTHORITY = 5, /* root only: an authority's certificate and its log id */
    ACT_ROTATE_ROOT = 6,     /* root only: new root keys and threshold */
    ACT_REINSTATE = 7,       /* grammar in reserved.h, behaviour later */
    ACT_FORK_JUDGEMENT = 8,  /* likewise */
    ACT_VERSIONS = 9,        /* likewise: what writers may make from here on */
};

struct authority_record {
    enum authority_act act;
    bool critical;        /* a reader that does not know the act stops applying later records */
    struct cw_slice body; /* act-specific message, parsed by the functions below */
};

struct act_issue {
    struct cw_slice certificate; /* as hashed */
    struct signature issuer;     /* over the certificate, LABEL_CERT */
    struct signature possession; /* subject's sign_key over the certificate, LABEL_POSSESSION */
};

enum revoke_kind { REVOKE_UNKNOWN = 0, REVOKE_RETIRED = 1, REVOKE_SUPERSEDED = 2, REVOKE_COMPROMISED = 3 };
struct act_revoke {
    struct cert_id cert;
    enum revoke_kind kind;
    struct positions cut;
};

struct act_policy {
    struct cw_slice name;  /* "clock.M8.duration_s", "role.lower.missing_risk" */
    struct cw_slice value; /* text */
};

struct act_membership {
    struct cw_slice audience; /* audience name, at most NAME_LEN_MAX; "force" here */
    uint32_t added_count, removed_count;
    const struct cert_id *added; /* at most 512, in the parse arena */
    const struct cert_id *removed;
};

struct act_admit_authority {
    struct cw_slice certificate; /* subject AUTHORITY; self-signed issuer signature */
    struct signature issuer;
    struct log_id log; /* the authority's log: H(genesis) */
};

struct act_rotate_root {
    uint32_t root_key_count;
    uint8_t root_keys[ROOT_KEYS_MAX][KEY_LEN];
    uint32_t threshold;
};

/* --- submissions ------------------------------------------------------------------------------- */

/* One number space for a submission's class and an entry's kind: they must be equal. */
enum op_class {
    CLASS_UNKNOWN = 0,
    CLASS_CASE = 1,      /* parts encrypted: part 0 frame, then values */
    CLASS_KEY = 2,       /* key record in clear; author a daemon */
    CLASS_AUTHORITY = 3, /* authority record in clear; author an authority, in its own log */
    CLASS_ROOT = 4,      /* root record in clear; proof carries `threshold` root signatures */
    CLASS_WRAPS = 5,     /* grammar in reserved.h, behaviour later; so the next four */
    CLASS_ENVELOPES = 6,
    CLASS_ERASURE = 7,
    CLASS_ERASED = 8,   /* receipt of an erasure */
    CLASS_AUDIENCE = 9, /* which audiences read a case */
    CLASS_NOTE = 10,    /* reserved */
};

static inline bool class_in_clear(enum op_class c)
{
    return c != CLASS_CASE && c != CLASS_NOTE;
}

struct part_ref {
    uint8_t commit[32]; /* hash_keyed(LABEL_COMMIT, r, padded payload) */
    uint32_t size_class;
};

struct submission_header {
    struct cert_id author;
    uint8_t submission_id[16];
    enum op_class op_class;
    bool has_case; /* absent on the op that opens a case, and on classes that concern none */
    struct cw_case_id case_id;
    uint32_t part_count; /* 1 to PARTS_MAX */
    struct part_ref parts[PARTS_MAX];
    struct cw_wall author_time;
    uint8_t device[16];
    struct positions seen; /* authority positions the author knew: information only */
};

enum proof_kind { PROOF_SINGLE = 1, PROOF_BUNDLE = 2, PROOF_THRESHOLD = 3 };

struct author_proof {
    enum proof_kind kind;
    struct signature signature; /* single: over the header, LABEL_OP (so over op_id); bundle: over the head */
    /* bundle */
    struct cw_slice bundle_head; /* {v, count, root} as signed, LABEL_BUNDLE */
    uint32_t bundle_count, bundle_index;
    struct hash bundle_root;
    struct cw_slice path; /* hashes of 32 bytes, as carried beside the proof; empty for the other kinds */
    /* threshold: root signatures over the header, LABEL_OP, by root key index, ascending */
    uint32_t root_count;
    uint32_t root_index[ROOT_KEYS_MAX];
    struct signature root_signature[ROOT_KEYS_MAX];
};

/* What travels from an author to a daemon. Slices borrow from the request. */
struct submission_part {
    uint8_t r[32];           /* blinding; zero for classes in clear, whose commitment uses it all the same */
    struct cw_slice payload; /* unpadded */
};

struct submission {
    struct cw_slice header;
    struct cw_slice proof;
    struct cw_slice path; /* of a bundle, else empty */
    uint32_t part_count;
    struct submission_part parts[PARTS_MAX];
};

/* --- entries, seals, logs ---------------------------------------------------------------------- */

enum log_scope { LOG_DIVISION = 1, LOG_AUTHORITY = 2, LOG_ROOT = 3 };

struct genesis {
    enum log_scope scope;
    struct network_id network;
    struct cw_slice division; /* code of the division or force; empty for the root */
    struct cert_id cert;      /* whose sign_key seals; zero for the root log (root keys seal, `threshold` of them) */
    uint64_t n;               /* incarnation number: for people; the nonce makes the log unique */
    uint8_t nonce[32];
    bool has_prior;
    struct position prior; /* last known head of the log this one closes */
};

struct part_hash {
    struct hash hash; /* LABEL_BLOB over the ciphertext, or over the clear bytes */
    uint32_t len;
};

struct entry_key {
    struct key_record_id record;
    struct hash wraps; /* LABEL_BLOB over the wraps blob: part_count * WRAP_LEN bytes, in part order */
};

struct entry_header {
    struct log_id log;
    uint64_t seq; /* from 1 */
    uint64_t hlc; /* milliseconds << 16 | counter */
    enum op_class kind;
    struct cw_op_id op_id;
    struct hash submission; /* submission_hash_of */
    uint32_t part_count;
    struct part_hash parts[PARTS_MAX];
    uint32_t key_count; /* 0 for classes in clear */
    struct entry_key keys[KEYS_MAX];
    /* KEY and ENVELOPES entries: the detached envelope blob */
    bool has_envelopes;
    struct hash envelopes;
};

struct seal {
    struct log_id log;
    uint64_t first, last;       /* at most SEAL_ENTRIES_MAX entries */
    struct hash root;           /* Merkle root (MERKLE_ENTRIES) over entry_hash leaves */
    struct hash prev;           /* previous seal's hash; the log id's bytes for the first */
    uint64_t hlc;               /* of the last entry */
    struct positions authority; /* changes only: absent log = as before in this log */
    struct cw_slice ext;        /* reserved, at most 64 bytes, kept */
};

/* A seal as stored and sent: its bytes, and one signature (`threshold` root signatures in the root log). */
struct signed_seal {
    struct cw_slice bytes;
    uint32_t signature_count;             /* 1 to ROOT_KEYS_MAX */
    uint32_t signer_index[ROOT_KEYS_MAX]; /* root key index; 0 when one certificate signs */
    struct signature signatures[ROOT_KEYS_MAX];
};

/* Largest last-first+1 that is legal, checked by seal_parse. */
struct receipt_item {
    struct cw_slice entry; /* header bytes */
    struct signed_seal seal;
    uint32_t path_count;
    struct hash path[SEAL_PATH_MAX];
};

/* --- keys -------------------------------------------------------------------------------------- */

struct key_record {
    struct cw_slice audience;    /* name */
    struct position membership;  /* authority position of the membership it was made for */
    uint8_t public_key[KEY_LEN]; /* X25519 */
    uint8_t commitment[32];      /* hash_keyed(LABEL_KEY_COMMIT, seed, audience) */
};

/* One envelope of the envelopes blob: crypto_box_seal({v, audience, key commitment, recipient, seed}). */
struct envelope {
    struct cert_id recipient;
    struct cw_slice sealed;
};

/* What a sealed box of an envelope holds. */
struct envelope_plain {
    struct cw_slice audience;
    uint8_t commitment[32]; /* of the key record */
    struct cert_id recipient;
    uint8_t seed[32];
};

/* --- frontier ---------------------------------------------------------------------------------- */

struct frontier_item {
    struct log_id log;
    uint64_t seq;
    struct hash seal;
    uint64_t blob_seq;
    uint32_t hole_count;
    uint64_t holes[HOLES_MAX]; /* ascending, each < blob_seq */
};

struct frontier_head {
    struct cert_id signer;
    uint8_t start[16];
    uint8_t replaces[16]; /* zero: none */
    uint64_t counter;
    uint32_t item_count;
    struct hash root;   /* Merkle root (MERKLE_ITEMS) of the item bytes, sorted by log id */
    struct hash closed; /* zero, or hash of the 256 bucket hashes of closed logs */
    struct positions authority;
};

/* --- parse and encode -------------------------------------------------------------------------- */

enum cw_err network_genesis_parse(struct cw_slice bytes, struct network_genesis *out);
enum cw_err certificate_parse(struct cw_slice bytes, struct certificate *out);
enum cw_err authority_record_parse(struct cw_slice bytes, struct authority_record *out);
enum cw_err act_issue_parse(struct cw_slice body, struct act_issue *out);
enum cw_err act_revoke_parse(struct cw_slice body, struct act_revoke *out);
enum cw_err act_policy_parse(struct cw_slice body, struct act_policy *out);
enum cw_err act_membership_parse(struct cw_slice body, struct arena *arena, struct act_membership *out);
enum cw_err act_admit_authority_parse(struct cw_slice body, struct act_admit_authority *out);
enum cw_err act_rotate_root_parse(struct cw_slice body, struct act_rotate_root *out);
enum cw_err submission_header_parse(struct cw_slice bytes, struct submission_header *out);
/* path: what was carried beside it, of any length; proof_path_fits looks at it. */
enum cw_err author_proof_parse(struct cw_slice bytes, struct cw_slice path, struct author_proof *out);
enum cw_err genesis_parse(struct cw_slice bytes, struct genesis *out);
enum cw_err entry_header_parse(struct cw_slice bytes, struct entry_header *out);
enum cw_err seal_parse(struct cw_slice bytes, struct seal *out);
enum cw_err key_record_parse(struct cw_slice bytes, struct key_record *out);
enum cw_err frontier_head_parse(struct cw_slice bytes, struct frontier_head *out);
enum cw_err frontier_item_parse(struct cw_slice bytes, struct frontier_item *out);
/* Envelopes blob: at most ENVELOPES_MAX recipients; CW_REFUSED_SIZE when there are more than max. out is scratch on failure. */
enum cw_err envelopes_parse(struct cw_slice blob, struct envelope *out, uint32_t max, uint32_t *out_count);
enum cw_err envelope_plain_parse(struct cw_slice bytes, struct envelope_plain *out);
/* cw.SignedSeal, as carried and stored. Structure only: the seal inside is seal_parse's. */
enum cw_err signed_seal_parse(struct cw_slice bytes, struct signed_seal *out);

void network_genesis_encode(const struct network_genesis *in, struct writer *out);
void certificate_encode(const struct certificate *in, struct writer *out);
void authority_record_encode(const struct authority_record *in, struct writer *out);
void act_issue_encode(const struct act_issue *in, struct writer *out);
void act_revoke_encode(const struct act_revoke *in, struct writer *out);
void act_policy_encode(const struct act_policy *in, struct writer *out);
void act_membership_encode(const struct act_membership *in, struct writer *out);
void act_admit_authority_encode(const struct act_admit_authority *in, struct writer *out);
void act_rotate_root_encode(const struct act_rotate_root *in, struct writer *out);
void submission_header_encode(const struct submission_header *in, struct writer *out);
void author_proof_encode(const struct author_proof *in, struct writer *out); /* without the path */
/* What a bundle's author signs: how many, and the root of their tree. */
enum cw_err bundle_head_parse(struct cw_slice bytes, uint32_t *out_count, struct hash *out_root);
void bundle_head_encode(uint32_t count, const struct hash *root, struct writer *out);
void genesis_encode(const struct genesis *in, struct writer *out);
void entry_header_encode(const struct entry_header *in, struct writer *out);
void seal_encode(const struct seal *in, struct writer *out);
void key_record_encode(const struct key_record *in, struct writer *out);
void frontier_head_encode(const struct frontier_head *in, struct writer *out);
void frontier_item_encode(const struct frontier_item *in, struct writer *out);
void envelopes_encode(const struct envelope *in, uint32_t count, struct writer *out);
void envelope_plain_encode(const struct envelope_plain *in, struct writer *out);
void signed_seal_encode(const struct signed_seal *in, struct writer *out);

/* Text rule of every text in every record: valid UTF-8, NFC, no NUL, no control character (LF where allowed),
 * no bidirectional control, at most max bytes. *out_refusal may be NULL. */
enum cw_err text_check(struct cw_slice text, size_t max, bool line_feed, const char *where,
                       struct refusal *out_refusal);

#endif
