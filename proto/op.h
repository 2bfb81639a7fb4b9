/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_PROTO_OP_H
#define CASEWIRE_PROTO_OP_H

/*
 * What an author says, decoded: the frame (part 0) joined with its values (parts 1 to 7).
 * Meaning is daemon/cases' business; here are only shapes and bounds. Pure.
 */

#include "proto/message.h"

enum op_type {
    OP_UNKNOWN = 0,
    OP_OPEN = 1,  /* opens a case of `kind`; its header has no case id */
    OP_SET = 2,   /* writes fields of a case */
    OP_EVENT = 3, /* something that happened: `event`, with fields of its own */
};

enum write_verb { VERB_UNKNOWN = 0, VERB_SET = 1, VERB_ADD = 2, VERB_REMOVE = 3, VERB_STRIKE = 4 };

enum value_type { VALUE_NONE = 0, VALUE_TEXT = 1, VALUE_NUMBER = 2, VALUE_ID = 3, VALUE_INTERVAL = 4, VALUE_FLAG = 5 };

struct op_value {
    enum value_type type;
    struct cw_slice text; /* TEXT */
    int64_t number;       /* NUMBER, enum values, FLAG 0/1, INTERVAL earliest */
    int64_t latest;       /* INTERVAL */
    struct hash id;       /* ID */
};

struct op_ref {
    struct cw_op_id op;
    uint32_t index;
};

struct op_write {
    uint32_t field;
    enum write_verb verb; /* an unknown verb is kept as its number */
    bool has_value;       /* false also while the part that holds it is not readable here */
    bool withheld;        /* a value exists in a part that is absent, erased or unopenable */
    struct op_value value;
    bool has_max;
    uint64_t max_value;
    uint32_t supersede_count;
    const struct op_ref *supersedes;
};

struct op {
    uint32_t type; /* enum op_type, or a newer number */
    uint32_t schema;
    uint32_t kind;
    uint32_t event;
    uint32_t write_count;
    const struct op_write *writes;
    uint32_t after_count;
    const struct cw_op_id *after;
    uint32_t ref_count;
    const struct hash *refs;
    uint32_t correct_count;
    const struct op_ref *corrects;
    uint32_t same_count;
    const struct hash *same_as;
    uint32_t grade, marking, nature;
    uint64_t epoch;
    bool synthetic;
    bool withdraws;
    bool newer; /* holds fields or numbers this version does not know */
};

/*
 * Decodes padded-off payloads: payloads[0] is the frame, payloads[1..] the values; a slice with data NULL is a
 * part that is not readable here. Everything lives in the arena or borrows from the payloads.
 * CW_REFUSED_MALFORMED with *refusal (may be NULL) saying where; CW_LOCAL_MEMORY when the arena is full.
 */
enum cw_err op_decode(const struct cw_slice *payloads, uint32_t payload_count, struct arena *arena, struct op *out,
                      struct refusal *refusal);

/* Encodes: the frame into out_frame, and all values into ONE values part out_values (value_index = order of
 * writes that have a value, part = 1). An op without values leaves out_values empty. */
enum cw_err op_encode(const struct op *in, struct writer *out_frame, struct writer *out_values);

#endif
