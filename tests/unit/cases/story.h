/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_CASES_STORY_H
#define TESTS_UNIT_CASES_STORY_H

/*
 * A small vocabulary to tell what officers did and see what the fold makes of it.
 *
 *     struct story *s = story_open(KIND_CHILD, "NTH", ROLE_MASK(MCET));
 *     uint32_t high = story_set_number(s, "EST", ROLE_MASK(INSP), FIELD_MISSING_RISK, 4);
 *     const struct case_state *state = story_fold(s);
 *
 * Ops are numbered from 0 (the opening); times run by one with each op unless said otherwise. Everything lives in
 * static memory that story_open begins again.
 */

#include "cases/cases.h"

#include <check.h>

#define STORY_HLC (UINT64_C(1) << 62) /* what daemons' clocks begin with: far behind all that officers say */
#define STORY_OPS_MAX 4096
#define STORY_WRITES_MAX 8
#define MINUTE_MS INT64_C(60000)
#define NOON INT64_C(1795867200000) /* Saturday 28 November 2026, 12:00 UTC */
#define STORY_NAMED_MAX 16
#define STORY_AFTER_MAX 16

struct story_write {
    struct op_write write;
    struct op_ref named[STORY_NAMED_MAX];
};

struct story_op {
    struct case_op head;
    struct op op;
    struct op_write writes[STORY_WRITES_MAX];
    struct op_ref named[STORY_WRITES_MAX][STORY_NAMED_MAX];
    struct cw_op_id after[STORY_AFTER_MAX];
    struct hash refs[4];
    struct op_ref corrects[4];
    struct hash same[4];
};

struct story {
    struct cw_case_id case_id;
    struct arena texts;
    struct arena folding;
    uint32_t count;
    uint64_t now; /* the next op's hlc (from STORY_HLC on) and author time */
    struct case_policy policy;
    const struct cw_slice *divisions; /* of its network, as the door is told; NULL: it does not ask */
    uint32_t division_count;
    struct story_op ops[STORY_OPS_MAX];
};

struct story *story_open(uint32_t kind, const char *division, uint32_t roles);

/* Each adds one op and returns its number. The op can be changed through story_at before folding. */
uint32_t story_op(struct story *s, const char *division, uint32_t roles, uint32_t type);
uint32_t story_set_number(struct story *s, const char *division, uint32_t roles, uint32_t field, int64_t number);
uint32_t story_set_text(struct story *s, const char *division, uint32_t roles, uint32_t field, const char *text);
uint32_t story_add_text(struct story *s, const char *division, uint32_t roles, uint32_t field, const char *text);
uint32_t story_event(struct story *s, const char *division, uint32_t roles, uint32_t event);
/* Its author says so many minutes after NOON. Returns the op. */
uint32_t story_dated(struct story *s, uint32_t op, int64_t minutes);
uint32_t story_said(struct story *s, const char *division, uint32_t roles, uint32_t event, int64_t minutes);
/* A child's case that the control room of NTH opened at NOON. */
struct story *story_child_missing(void);
/* Takes away the first write of op `added`. */
uint32_t story_remove(struct story *s, const char *division, uint32_t roles, uint32_t field, uint32_t added);

static inline struct story_op *story_at(struct story *s, uint32_t op)
{
    return &s->ops[op];
}
/* More writes on an op; each returns the write's index. */
uint32_t story_write(struct story *s, uint32_t op, uint32_t field, enum write_verb verb, struct op_value value);
uint32_t story_number(struct story *s, uint32_t op, uint32_t field, int64_t number);
uint32_t story_text(struct story *s, uint32_t op, uint32_t field, const char *text);
uint32_t story_interval(struct story *s, uint32_t op, uint32_t field, int64_t earliest, int64_t latest);
uint32_t story_ref(struct story *s, uint32_t op, uint32_t field, const struct hash *id);

void story_names(struct story *s, uint32_t op, uint32_t write, uint32_t named_op, uint32_t named_write);
void story_after(struct story *s, uint32_t op, uint32_t earlier);
void story_corrects(struct story *s, uint32_t op, uint32_t event);
void story_same_as(struct story *s, uint32_t op, uint32_t event);
void story_scope(struct story *s, uint32_t op, const struct hash *id); /* refs[0] */
struct hash story_event_id(const struct story *s, uint32_t op);

/* Folds; what it returns stands until the next fold. */
const struct case_state *story_fold(struct story *s);
const struct case_state *story_fold_in(struct story *s, const uint32_t *order, uint32_t count, struct arena *arena);
/* The canonical text, NUL-terminated, in the arena after the state. */
const char *story_encode(const struct case_state *state, struct arena *arena);

struct dot story_dot(const struct story *s, uint32_t op, uint32_t write);
enum fate story_fate(const struct case_state *state, const struct story *s, uint32_t op);
int64_t story_shown(const struct case_state *state, uint32_t field);
const char *story_shown_text(const struct case_state *state, uint32_t field);
bool story_has_note(const struct case_state *state, const struct story *s, enum note_kind kind, uint32_t op);
uint32_t story_state_of(const struct case_state *state, enum machine machine);
enum admission story_check(struct story *s, const struct case_state *state, uint32_t op, struct refusal *refusal);
/* Refused with this code and place, and a sentence; which is in story_refusal then. */
extern struct refusal story_refusal;
void ck_story_refused(struct story *s, const struct case_state *state, uint32_t op, enum cw_err code,
                      const char *where);

/* Deterministic drawing of worlds. */
struct draw {
    uint64_t state;
};
uint32_t draw_below(struct draw *d, uint32_t n);
void draw_shuffle(struct draw *d, uint32_t *items, uint32_t count);

#endif
