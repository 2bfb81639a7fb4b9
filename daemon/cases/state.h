/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CASES_STATE_H
#define CASEWIRE_CASES_STATE_H

/*
 * What the fold makes of a set of ops: docs/fold.md defines every field below and its order.
 *
 * Nothing is silently lost: every write of every op has one fate, in state->writes.
 * All memory belongs to the arena of fold_begin; texts borrow from the ops that were added.
 */

#include "proto/op.h"
#include "proto/schema.h"

enum case_verdict {
    VERDICT_EFFECTIVE = 1,
    VERDICT_PENDING = 2,    /* authority records that decide it are not here yet */
    VERDICT_VOID = 3,       /* bad signature, never had a role, erased beyond use */
    VERDICT_VOID_FLOOR = 4, /* void by a revocation or a cut: its assessments stay as a floor */
};

/* Flags of an op, given by the caller; they go into H(inputs) and are shown, they change no value. */
#define CASE_OP_AFTER_REMOVAL (1u << 0)         /* written after its division left the audience */
#define CASE_OP_CONCURRENT_REVOCATION (1u << 1) /* stands, but its author was being revoked */
#define CASE_OP_REUSED_ID (1u << 2)             /* its submission id was used with other bytes too */
#define CASE_OP_ERASED_CASE (1u << 3)           /* written to an erased case */
#define CASE_OP_FORK (1u << 4)                  /* its log forked */
#define CASE_OP_PART_ERASED (1u << 5)           /* a part was erased */
#define CASE_OP_PART_UNOPENED (1u << 6)         /* a part is missing or does not open here */

/* One op in one entry. The same op in several entries may be added several times. */
struct case_op {
    struct cw_op_id op_id;
    uint64_t hlc;
    struct log_id log;
    struct cert_id author;
    uint32_t roles;           /* mask of 1 << role, as the entry's seal allows */
    struct cw_slice division; /* the author's */
    enum case_verdict verdict;
    struct cw_wall author_time;
    uint32_t flags;
    const struct op *op; /* NULL: the frame does not open here */
};

/* A write: the index-th of an op. Where an op is meant as a whole (an event, a step) the index is 0. */
struct dot {
    struct cw_op_id op;
    uint32_t index;
};

/* Exactly one for every write. docs/fold.md §6. */
enum fate {
    FATE_CURRENT = 1,    /* shown, alone or as a member of a set */
    FATE_CONFLICT = 2,   /* one of several that stand against each other */
    FATE_SUPERSEDED = 3, /* an authorised write named it */
    FATE_OUTRANKED = 4,  /* not named, but the rule shows another: LWW, MAX, MIN, OWN, IMM */
    FATE_PROPOSAL = 5,   /* its author could not set it: shown to those who can */
    FATE_PENDING = 6,
    FATE_VOID = 7,
    FATE_FLOOR = 8,    /* void assessment that still holds a MAX up */
    FATE_DETAIL = 9,   /* part of an event */
    FATE_UNKNOWN = 10, /* newer data: field, verb or place that this version does not know */
    FATE_ACT = 11,     /* a remove or strike that took effect */
};

#define VALUE_STRUCK (1u << 0)            /* GOS: struck out, kept */
#define VALUE_FLOOR (1u << 1)             /* comes from a void op: to be confirmed or lowered by name */
#define VALUE_WITHHELD (1u << 2)          /* exists, but its part is erased or does not open here */
#define VALUE_REMOVED_ONCE (1u << 3)      /* ORS: a concurrent remove did not see this add */
#define VALUE_UNRECOGNISED (1u << 4)      /* enum number of a newer version */
#define VALUE_RAISED_CONCURRENT (1u << 5) /* MAX: a lowering did not account for it */

/* One value with its provenance: who set it, when, with which roles, replacing what. */
struct case_value {
    struct op_value value;
    enum fate fate;
    uint32_t flags;
    struct dot dot;
    uint32_t op_index;  /* in state->ops */
    uint32_t add_count; /* sets: standing adds of this element */
    uint32_t replaces_count;
    const struct op_ref *replaces;
};

/* Everything standing for one field of the case (scope zero) or of one episode. Sorted by (scope, field). */
struct case_cell {
    struct hash scope;
    uint32_t field;
    const struct schema_field *row;
    bool in_conflict;
    uint32_t shown;       /* index into values: what a view shows first; single-value rules only */
    uint32_t value_count; /* CURRENT, CONFLICT, FLOOR and OUTRANKED writes that are not superseded */
    const struct case_value *values;
    uint32_t superseded_count;
    uint32_t proposal_count;
};

/* Something that happened. Sorted by (order time, op_id). */
struct case_event {
    struct dot dot;
    struct hash id; /* thing_id_of(op, 0) */
    uint32_t op_index;
    uint32_t event;
    const struct schema_event *row; /* NULL: newer */
    struct hash scope;              /* of the episode, zero otherwise */
    uint64_t order_time;
    bool authorised; /* false: a proposal */
    bool corrected;  /* a later event stands for it */
    bool withdrawn;
    bool withdrawal;      /* it takes others back, and says nothing that counts itself */
    bool counted;         /* head of its class in the tally */
    uint32_t class_index; /* of equal happenings; events of one class share it */
};

/* A total. Sorted by (event, subtype, within, dimension, value). docs/fold.md §11. */
struct case_tally {
    uint32_t event;
    int64_t subtype;       /* -1: the event has none or does not state it */
    bool within;           /* a sub-count: not added to the total again */
    uint32_t dimension;    /* 0 total, 1 division, or a detail field number */
    struct cw_slice value; /* of the dimension, as text */
    uint64_t happenings;   /* classes */
    uint64_t count;
    uint64_t pence, mg, wraps;
    bool unknown;     /* at least one names the measure without a number */
    bool overlapping; /* a happening is in several rows of this dimension */
    bool differs;     /* records of one happening do not agree */
};
#define TALLY_TOTAL 0
#define TALLY_DIVISION 1

struct case_machine {
    enum machine machine;
    struct hash scope;
    uint32_t state;
    uint32_t last_step; /* op index of the step that led here; UINT32_MAX: the opening */
};

/* A report of an absence that people said another one is of too (docs/fold.md §4.6). Sorted by scope. */
struct case_merged {
    struct hash scope; /* its own */
    struct hash into;  /* the scope that stands for both */
};

enum owner_state { OWNER_NONE = 0, OWNER_OWNED = 1, OWNER_OFFERED = 2, OWNER_CONTESTED = 3 };
#define CLAIMANTS_MAX 8

struct case_owner {
    enum owner_state state;
    struct cw_slice division;
    uint64_t epoch; /* from 1 */
    struct cw_slice offered_to;
    uint32_t claimant_count; /* contested: every duty holder besides the owner */
    struct cw_slice claimants[CLAIMANTS_MAX];
};

/* An open conflict a person must settle. */
struct case_conflict {
    struct hash scope;
    uint32_t field;
    uint32_t cell; /* index into state->cells; UINT32_MAX: of a state machine or ownership */
    uint32_t candidate_count;
    const struct dot *candidates;
    uint32_t resolvers; /* role mask */
    struct dot shown;
};

enum note_kind {
    NOTE_LOWER_UNAWARE = 1,   /* op lowers a MAX without naming about: the higher stands */
    NOTE_STEP_NO_EFFECT = 2,  /* the state did not allow this step when it was reached */
    NOTE_STEP_HELD = 3,       /* a close is held back: it did not know of about */
    NOTE_STEP_ROLE = 4,       /* the author could not take this step */
    NOTE_RETURN_DISPUTED = 5, /* a sighting contradicts the return */
    NOTE_NEW_EPISODE = 6,     /* a sighting after a verified return: ask whether a new episode began */
    NOTE_DEATH_UNCONFIRMED = 7,
    NOTE_REMOVE_UNAWARE = 8,   /* a remove did not see an add: the element stays */
    NOTE_NO_LRO = 9,           /* active group without a lead responsible officer */
    NOTE_SAME_OTHER_TYPE = 10, /* same_as between events of different types: ignored */
    NOTE_OWNER_NO_EFFECT = 11, /* an ownership step that the ownership state did not allow */
    NOTE_FLAGGED_OP = 12,      /* the op carries a caller's flag */
    NOTE_FLOOR = 13,           /* a void assessment holds a value up until a decision names it */
    NOTE_EPISODES_APART = 14,  /* a merge of episodes: the child had been back from one of them before */
    NOTE_CASE_OPEN = 15,       /* a child's case was closed or set to be monitored while an episode is live */
    NOTE_OPENING_MISSING = 16, /* a child's case by what others say: its opening is not here, or void */
};

/* Sorted by (kind, op, about, field). */
struct case_note {
    enum note_kind kind;
    uint32_t field; /* or event number for steps */
    struct dot op;
    struct cw_op_id about; /* zero: nothing */
};

enum clock_end { CLOCK_RUNS = 0, CLOCK_END_MET = 1, CLOCK_END_WAIVED = 2, CLOCK_END_OVER = 3 };

/*
 * A duty with its deadline. Views compare it with now (view.h); the fold does not. docs/fold.md §19.
 * Sorted by (clock, scope, start op).
 */
struct case_clock {
    uint32_t clock;
    const struct schema_clock *row;
    struct hash id; /* what marks name */
    struct hash scope;
    struct cw_op_id start;
    int64_t started_ms, soon_ms, deadline_ms;
    enum clock_end end;
    struct cw_op_id end_op; /* zero while it runs */
    int64_t end_ms;
    uint32_t told, waive; /* roles: whom a breach reaches first, who may waive it */
    int64_t step_ms;      /* how long each rung of the ladder waits; 0: nothing climbs */
    uint32_t ack;         /* the mark of whoever has it in hand; UINT32_MAX: nobody */
    bool learned_late;
    uint32_t first_mark, mark_count; /* in state->marks */
};

/* What people and daemons said about a clock, in order. */
struct case_mark {
    uint32_t event;    /* EVENT_CLOCK_ACK, ... */
    uint32_t op_index; /* in state->ops */
    bool without_effect;
};

#define LADDER_RUNGS 3

/* The fate of one write, in the order of (op_index, index). */
struct case_write {
    uint32_t op_index;
    uint32_t index;
    enum fate fate;
    struct hash scope;
};

#define STATE_NO_OPENING \
    (1u << 0) /* the op that opened the case is not effective here: what else says the kind, if anything */
#define STATE_INCOMPLETE (1u << 1) /* ops or parts do not open here */
#define STATE_NEWER (1u << 2)      /* holds data of a newer version */
#define STATE_FLOOR (1u << 3)      /* a void assessment holds a value up */

struct case_state {
    struct cw_case_id case_id;
    uint32_t kind;
    bool synthetic;
    uint32_t flags;
    struct cw_slice opened_by_division;
    struct cw_wall opened;
    struct case_owner owner;
    struct cw_wall last_happened; /* DRV: greatest occurred of activity, sightings and intelligence; 0: none */

    /* Distinct ops, sorted by op_id; those that were appended (fold_append) stand behind, as they came. */
    uint32_t op_count;
    const struct case_op *ops;
    const uint32_t *by_id;    /* all of them, ascending by op_id: op indices */
    const uint32_t *event_of; /* by op index: in events; UINT32_MAX: it records none */
    uint32_t effective_count, pending_count, void_count, unopened_count;
    const uint64_t *order_times; /* by op index */

    uint32_t write_count;
    const struct case_write *writes;
    uint32_t cell_count;
    const struct case_cell *cells;
    uint32_t event_count;
    const struct case_event *events;
    /* Indices of events, ascending: those by which the case is found, or that are about owners, duties, other cases. */
    uint32_t naming_count;
    const uint32_t *naming;
    uint32_t tally_count;
    const struct case_tally *tallies;
    uint32_t machine_count;
    const struct case_machine *machines;
    uint32_t merged_count;
    const struct case_merged *merged;
    uint32_t conflict_count;
    const struct case_conflict *conflicts;
    uint32_t note_count;
    const struct case_note *notes;
    uint32_t clock_count;
    const struct case_clock *clocks;
    uint32_t mark_count;
    const struct case_mark *marks; /* clock by clock */
    uint32_t ladder[LADDER_RUNGS]; /* roles, rung by rung */
    uint32_t beside;               /* roles told with each of them */
    uint32_t proposal_count;       /* writes and events whose fate is a proposal */
};

#endif
