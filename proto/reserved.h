/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_PROTO_RESERVED_H
#define CASEWIRE_PROTO_RESERVED_H

/*
 * Records whose number and grammar are given now and whose behaviour is a later version's (docs/protocol.md §3.11): the
 * classes 5 to 9 and the acts 7 to 9. A daemon stores and relays them, and acts on none; what it decides, the verdict
 * of an entry above all, never asks whether such a record is well-formed. Parsing is as in message.h.
 */

#include "proto/message.h"

#define RESERVED_LEN_MAX 65536 /* of a record; an act's message fits its record's body anyhow */
#define OP_PARTS_MAX 1024
#define CUT_LOGS_MAX 512
#define REINSTATED_MAX 1024
#define AUDIENCES_ADDED_MAX KEYS_MAX
#define AUDIENCES_REMOVED_MAX 16
#define JUDGED_HEADS_MAX 8
#define OBJECT_VERSIONS_MAX 32

/* What reading any of them takes from an arena at most, and also what one that is refused takes on the way. */
#define RESERVED_ARENA_LEN 81920

/* One part of one op. Lists of them ascend by op, then part: each is named once, in one spelling. */
struct op_part {
    struct cw_op_id op;
    uint32_t part;
};

/* --- part 0 of the classes ------------------------------------------------------------------------ */

/* Class 5: these parts are wrapped for another reader; the wraps are the payload of part 1. */
struct wraps_record {
    struct key_record_id key;
    uint32_t part_count;
    const struct op_part *parts;
    struct hash wraps; /* LABEL_BLOB over one wrap of WRAP_LEN bytes for each part, in that order */
};

/* Class 6: a key's seed is sealed to more recipients, in the blob that the entry header names. */
struct envelopes_record {
    struct key_record_id key;
    uint32_t recipient_count;
    const struct cert_id *recipients; /* ascending */
    struct hash envelopes;            /* LABEL_BLOB over the envelopes blob */
};

enum erasure_basis {
    ERASURE_UNKNOWN = 0,
    ERASURE_REVIEW = 1,  /* a review of retention found no more reason to keep it */
    ERASURE_REQUEST = 2, /* the person asked, and had the right to */
    ERASURE_ORDER = 3,   /* a court or an inquiry ordered it */
    ERASURE_MISTAKE = 4, /* it should never have been entered */
};

/* Class 7: named parts, or a whole case below a cut. Two persons sign: the author, and the approver in the record. */
struct erasure_record {
    uint32_t part_count;
    const struct op_part *parts; /* none is a frame, part 0: that goes only when the whole case goes */
    bool has_case;
    struct cw_case_id case_id;
    uint32_t cut_count;
    const struct position *cut; /* ascending by log; the case's entries in a log that is not named stay */
    enum erasure_basis basis;
    struct cert_id requester, approver; /* the requester is the submission's author */
    struct signature approval;          /* approver's, LABEL_ERASE, over all bytes of the record before this field */
};

/* Class 8: the author, a daemon, has erased what the erasure names. */
struct erased_record {
    struct cw_op_id erasure;
    struct cw_wall erased_at;
    struct cw_wall backups_until; /* when the last backup of its keyring expires; 0: there is none */
};

/* Class 9: audiences that read a case. A removal beats an addition that it has not seen, and that has not seen it. */
struct audience_record {
    struct cw_case_id case_id;
    uint32_t added_count, removed_count, after_count;
    const struct cw_slice *added, *removed; /* names, ascending; none in both */
    const struct cw_op_id *after;           /* records of this class that the author knew, ascending */
};

/* --- acts of an authority or the root --------------------------------------------------------------- */

/* Act 7: these ops count although the certificate's revocation makes them void. */
struct act_reinstate {
    struct cert_id cert;
    uint32_t op_count;
    const struct cw_op_id *ops; /* ascending */
};

struct judged_head {
    uint64_t seq;
    struct hash seal;
};

enum judged_key {
    JUDGED_KEY_UNKNOWN = 0,
    JUDGED_KEY_STANDS = 1,
    JUDGED_KEY_SUPERSEDED = 2,
    JUDGED_KEY_COMPROMISED = 3
};

/* Act 8: of a log that forked, what leads to these heads is plain and nothing else from `from` on counts. */
struct act_fork_judgement {
    struct log_id log;
    uint64_t from; /* first seq that is judged */
    uint32_t head_count;
    struct judged_head heads[JUDGED_HEADS_MAX]; /* ascending by seq, then seal; none below `from` */
    enum judged_key key;
};

struct object_versions {
    uint32_t object; /* a number of docs/protocol.md §3.11 */
    uint32_t least, most;
};

/* Act 9: what writers may make from here on. */
struct act_versions {
    uint32_t writers_min; /* version of the fold that a writer has at least; 0: not said */
    uint32_t object_count;
    struct object_versions objects[OBJECT_VERSIONS_MAX]; /* ascending by object */
};

/* --- parse and encode ---------------------------------------------------------------------------- */

enum cw_err wraps_record_parse(struct cw_slice bytes, struct arena *arena, struct wraps_record *out);
enum cw_err envelopes_record_parse(struct cw_slice bytes, struct arena *arena, struct envelopes_record *out);
enum cw_err erasure_record_parse(struct cw_slice bytes, struct arena *arena, struct erasure_record *out);
enum cw_err erased_record_parse(struct cw_slice bytes, struct erased_record *out);
enum cw_err audience_record_parse(struct cw_slice bytes, struct arena *arena, struct audience_record *out);
enum cw_err act_reinstate_parse(struct cw_slice body, struct arena *arena, struct act_reinstate *out);
enum cw_err act_fork_judgement_parse(struct cw_slice body, struct act_fork_judgement *out);
enum cw_err act_versions_parse(struct cw_slice body, struct act_versions *out);

void wraps_record_encode(const struct wraps_record *in, struct writer *out);
void envelopes_record_encode(const struct envelopes_record *in, struct writer *out);
void erasure_record_encode(const struct erasure_record *in, struct writer *out);
void erased_record_encode(const struct erased_record *in, struct writer *out);
void audience_record_encode(const struct audience_record *in, struct writer *out);
void act_reinstate_encode(const struct act_reinstate *in, struct writer *out);
void act_fork_judgement_encode(const struct act_fork_judgement *in, struct writer *out);
void act_versions_encode(const struct act_versions *in, struct writer *out);

/* --- well-formed or not ---------------------------------------------------------------------------- */

/*
 * Whether the payload of part 0 is a record of that class: CW_OK, a parse error of message.h, or CW_REFUSED_CLASS for
 * a class that is not among these. scratch: RESERVED_ARENA_LEN bytes are enough for any payload, and are given back.
 */
enum cw_err reserved_record_check(enum op_class op_class, struct cw_slice payload, struct arena *scratch);
/* The same of an authority record's body; CW_REFUSED_UNKNOWN_OP for an act that is not among these. */
enum cw_err reserved_act_check(enum authority_act act, struct cw_slice body, struct arena *scratch);

#endif
