/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_LIB_DRAFT_H
#define CASEWIRE_LIB_DRAFT_H

/* What an author is about to say, as plain structs; signing turns it into parts (draft_sign.c). */

#include <casewire/draft.h>

#include "proto/buf.h"
#include "proto/op.h"
#include "proto/schema.h"

#define DRAFT_CORRECTS_MAX 8
#define DRAFT_SAME_MAX 8

struct draft_write {
    const struct schema_field *field;
    enum write_verb verb;
    struct op_value value;
    char *text; /* owns value.text */
    uint32_t supersede_count;
    struct op_ref supersedes[SUPERSEDES_MAX];
};

struct cw_draft {
    enum op_type type;
    uint32_t kind, event;
    bool has_case, synthetic, withdraws;
    struct cw_case_id case_id;
    uint64_t epoch;
    uint32_t write_count, after_count, ref_count, correct_count, same_count;
    struct draft_write *writes[WRITES_MAX];
    struct cw_op_id after[AFTER_MAX];
    struct hash refs[REFS_MAX];
    struct op_ref corrects[DRAFT_CORRECTS_MAX];
    struct hash same_as[DRAFT_SAME_MAX];
};

/* Reads `text` as a value of the field. A text value borrows from `text`. The fault says what would do. */
enum cw_err draft_value_parse(const struct schema_field *field, struct cw_slice text, struct op_value *out,
                              struct cw_fault *fault);

/* The parts: parts[0] the frame, then values; personal values each in a part of their own while there is room. */
struct draft_parts {
    uint32_t count;
    struct buf payloads[PARTS_MAX];
};
enum cw_err draft_encode(const struct cw_draft *draft, struct draft_parts *out);
void draft_parts_done(struct draft_parts *parts);

#endif
