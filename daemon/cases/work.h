/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CASES_WORK_H
#define CASEWIRE_CASES_WORK_H

/*
 * The fold's workbench: what its steps hand to each other. Private to this folder.
 *
 * Ops are sorted by op_id once, so that comparing two op indices compares two op_ids, and comparing (rank, index)
 * compares two writes in the order of docs/fold.md §3.3. Names of other ops are resolved to indices once.
 * The steps run in the order of fold_finish (fold.c); each says which section it is.
 */

#include "cases/fold.h"
#include "cases/sort.h"

#define NONE UINT32_MAX

struct work_op {
    uint64_t t;
    uint32_t rank;
    uint32_t first_write, write_count;  /* 0 writes when unopened */
    uint32_t first_name, name_count;    /* into work->names: effective ops only */
    uint32_t event;                     /* index into work->events, or NONE */
    bool stepped_case, stepped_episode; /* its step was applied */
    struct hash thing;                  /* thing_id of events; zero otherwise */
    struct hash scope;
};

struct work_write {
    uint32_t op, index;
    const struct op_write *write;
    const struct schema_field *row; /* NULL: not a field of this case */
    uint32_t cell;                  /* index into work->cells, or NONE */
    enum fate fate;                 /* 0: authorised, and its cell's rule decides */
    bool eligible;
    bool floor;
    bool superseded;
    bool struck;
    uint8_t remark;       /* VALUE_* found on the way */
    uint32_t removed_by;  /* the write that superseded it, when that is a remove; else NONE */
    uint32_t first_named; /* into work->named: resolved writes, NONE where not here */
};

struct work_cell {
    struct hash scope;
    const struct schema_field *row;
    uint32_t first, count; /* into work->by_cell */
};

struct work_event {
    uint32_t op;
    const struct schema_event *row;
    struct hash scope;
    bool authorised, withdrawal, withdrawn, corrected;
    bool corrects_own_type; /* corrects an event of its own number */
    bool corrected_other_type;
    bool counted;
    uint32_t class_root; /* union-find parent: event index */
};

struct work_epoch {
    struct cw_slice division;
    uint32_t raised_by;   /* op, NONE for the opening */
    uint32_t first_claim; /* op, NONE when nobody contested it */
};

struct work_void { /* a same_as declaration that a withdrawal took back */
    uint32_t event;
    struct hash id;
};

struct work_stuck { /* a step without effect */
    uint32_t op, machine;
    const struct schema_step *row;
};

struct work_dispute {
    uint32_t machine, returned, sighting; /* machine index, ops */
};

struct note_list {
    struct note_chunk *first, *last;
    uint32_t count;
};
#define NOTE_CHUNK_COUNT 64
struct note_chunk {
    struct note_chunk *next;
    uint32_t count;
    struct case_note notes[NOTE_CHUNK_COUNT];
};

struct conflict_list {
    struct conflict_item *first, *last;
    uint32_t count;
};
struct conflict_item {
    struct conflict_item *next;
    struct case_conflict conflict;
};

struct op_chunk {
    struct op_chunk *next;
    uint32_t count;
    struct case_op ops[64];
};

struct fold {
    struct arena *arena;
    struct case_policy const *policy;
    struct case_state *state; /* being filled; ops live there */
    struct op_chunk *first_chunk, *last_chunk;
    uint32_t added_count;

    struct case_op *ops; /* == state->ops */
    uint32_t op_count;
    struct work_op *extra;
    uint32_t *by_rank;
    uint32_t opening; /* op, or NONE */

    uint32_t write_count;
    struct work_write *writes;
    uint32_t *named; /* write indices */
    uint32_t *names; /* op indices: what each op names */
    uint32_t name_count;
    uint32_t *named_by;       /* reverse of names */
    uint32_t *first_named_by; /* op_count + 1 offsets */

    uint32_t *seen; /* stamps of the walks in order.c */
    uint32_t seen_stamp;
    uint32_t *stack;

    uint32_t event_count;
    struct work_event *events; /* in order */
    uint32_t *events_by_id;
    uint32_t *events_by_scope;
    uint32_t void_count;
    struct work_void *voids; /* sorted by (event, id) */

    uint32_t epoch_count;
    struct work_epoch *epochs; /* epoch n at n - 1 */
    uint32_t claim_ops[CLAIMANTS_MAX];

    uint32_t cell_count;
    struct work_cell *cells;
    uint32_t *by_cell; /* write indices, sorted by (scope, field, write) */
    uint32_t by_cell_count;

    struct case_machine *machines; /* == state->machines */
    uint32_t guarded_count;
    uint32_t stuck_count;
    struct work_stuck *stuck;
    uint32_t dispute_count;
    struct work_dispute *disputes; /* by machine */
    struct note_list notes;
    struct conflict_list conflicts;
};

/* --- steps, in this order; CW_LOCAL_MEMORY when the arena is full ---------------------------------- */

enum cw_err fold_unite(struct fold *f);     /* §2, §4.1  unite.c */
enum cw_err fold_resolve(struct fold *f);   /* names     resolve.c */
enum cw_err fold_order(struct fold *f);     /* §3        order.c */
enum cw_err fold_events(struct fold *f);    /* §10       events.c */
enum cw_err fold_ownership(struct fold *f); /* §9        ownership.c */
enum cw_err fold_classify(struct fold *f);  /* §5        classify.c */
enum cw_err fold_naming(struct fold *f);    /* §5.10, §7 naming.c */
enum cw_err fold_rules(struct fold *f);     /* §8        rules.c */
enum cw_err fold_tallies(struct fold *f);   /* §11       tally.c */
enum cw_err fold_machines(struct fold *f);  /* §12       machine.c */
enum cw_err fold_disputes(struct fold *f);  /* §12.6-8   dispute.c */
enum cw_err fold_clocks(struct fold *f);    /* §13.3-4   clock.c */
enum cw_err fold_findings(struct fold *f);  /* §13       findings.c */
enum cw_err fold_conflicts(struct fold *f); /* §13.2     conflicts.c, from findings.c */

/* --- helpers ---------------------------------------------------------------------------------------- */

static inline bool op_counts(const struct fold *f, uint32_t op)
{
    return f->ops[op].verdict == VERDICT_EFFECTIVE && f->ops[op].op != NULL;
}

/* Row fits the case's kind (§4.4). */
static inline bool row_fits(const struct fold *f, uint32_t kinds)
{
    uint32_t kind = f->state->kind;

    return kind == KIND_NONE || (kind < 32 && (kinds & (1u << kind)) != 0);
}

uint32_t find_op(const struct fold *f, const struct cw_op_id *op_id); /* NONE: not in the set; unite.c */
bool op_knows(struct fold *f, uint32_t a, uint32_t b);                /* order.c */
bool op_directly_knows(const struct fold *f, uint32_t a, uint32_t b);
void mark_known_by(struct fold *f, uint32_t op); /* after it, is_marked(x): op knows x. One walk at a time. */
void mark_knowing(struct fold *f, uint32_t op);  /* adds to the marks: x knows op */
static inline bool is_marked(const struct fold *f, uint32_t op)
{
    return f->seen[op] == f->seen_stamp;
}

uint32_t find_event(const struct fold *f, const struct hash *id); /* event index or NONE; events.c */
/* The first readable value of that detail, or NULL (§11.4). */
const struct op_value *event_detail(const struct fold *f, const struct work_event *event, uint32_t field);
void event_occurred(const struct fold *f, const struct work_event *event, int64_t *out_earliest, int64_t *out_latest);
/* Events of one scope, in order: [*out_first, returned end) of events_by_scope. */
uint32_t events_in_scope(const struct fold *f, const struct hash *scope, uint32_t *out_first);
static inline bool event_stands(const struct work_event *e)
{
    return e->authorised && !e->withdrawn && !e->withdrawal;
}

/* The epoch an OWN write speaks for, and whether it may (§9.4, §9.5); ownership.c */
uint64_t write_epoch(const struct fold *f, uint32_t op);
bool write_is_owners(const struct fold *f, uint32_t op);

bool write_ordinal(const struct work_write *w, uint64_t *out);         /* MAX; classify.c */
bool values_equal(const struct op_value *a, const struct op_value *b); /* same type and content; classify.c */
int value_compare(const struct op_value *a, const struct op_value *b); /* §8.10; classify.c */
static inline bool write_later(const struct fold *f, const struct work_write *a, const struct work_write *b)
{
    uint32_t ra = f->extra[a->op].rank, rb = f->extra[b->op].rank;

    return ra != rb ? ra > rb : a->index > b->index;
}

struct dot dot_of(const struct fold *f, uint32_t op, uint32_t index);
enum cw_err note_add(struct fold *f, enum note_kind kind, uint32_t field, struct dot op,
                     uint32_t about_op); /* notes.c */
enum cw_err conflict_add(struct fold *f, const struct case_conflict *conflict);

#endif
