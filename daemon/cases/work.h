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
#define CASE_OP_NOTED /* flags that a note tells of (§13.1) */ \
    (CASE_OP_AFTER_REMOVAL | CASE_OP_CONCURRENT_REVOCATION | CASE_OP_REUSED_ID | CASE_OP_ERASED_CASE | CASE_OP_FORK)
#define EVENT_NUMBERS 256u   /* above all that the table has */
#define CLOCK_ID_INDEX 65536 /* ids of clocks: above those of writes; + the row's number */

struct work_op {
    uint64_t t;
    uint32_t rank;
    uint32_t first_write, write_count;   /* 0 writes when unopened */
    uint32_t first_name, name_count;     /* into work->names: effective ops only */
    uint32_t event;                      /* index into work->events, or NONE */
    bool stepped_case, stepped_episode;  /* its step was applied */
    uint8_t episode_state, episode_from; /* that it led to, and from, when it was */
    uint32_t step_before;                /* the episode's last step until then; NONE */
    struct hash thing;                   /* thing_id of events; zero otherwise */
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
    bool stood; /* authorised or a floor, and gives a value: whoever superseded it later */
    bool superseded;
    bool struck;
    uint8_t remark;       /* VALUE_* found on the way */
    uint32_t value_class; /* of a MVR cell: of equal values; ending.c's own */
    uint8_t stands_yet;   /* enum standing; the same */
    uint32_t unseated;    /* rank of the first op that superseded it with authority; NONE */
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
    bool corrects_own_type; /* corrects an event of its own number that is not withdrawn */
    bool corrected_other_type;
    bool unsaid_by_right, said_otherwise_by_right; /* withdrawn, corrected by somebody who may decide on it (§10.7) */
    bool replaced;  /* by a correction of its own number and scope that counts (§19.3) */
    bool no_effect; /* a step of the ownership that it, or the author's rank, did not allow; or the correction of one */
    bool
        contests; /* an acceptance of an offer that had lapsed, or an arbitration that did not know of another (§9.2) */
    bool counted;
    uint32_t class_root; /* union-find parent: event index */
    uint32_t first;   /* event index: where its chain of corrections begins; itself when it replaces nothing (§19.3) */
    int64_t since_ms; /* its time as a start (§19.4) */
    int64_t due_ms;   /* of a start of REVIEW: the least of it and what it replaces */
    uint32_t confirms;  /* event index of the claim that it, or what it replaces, confirmed; NONE */
    bool starts_review; /* its op is where a duty to look at the risk again begins */
    bool dated;         /* it, or what it replaces, says when it happened */
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
    uint32_t op, machine, resolvers;
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
    uint32_t room;      /* ops that may be appended to the state */
    bool missing_known; /* of the two below; append.c */
    uint32_t missing_count;
    struct hash *missing; /* named by an op, and not here: sorted */
    bool numbers_known;
    uint64_t numbers[EVENT_NUMBERS / 64]; /* of events that are here, a bit each */

    struct case_op *ops; /* == state->ops, and what else of the state grows by fold_append */
    uint32_t *by_id, *event_of;
    uint64_t *order_times;
    struct case_write *state_writes;
    struct case_event *state_events;
    uint32_t *naming;
    uint32_t op_count;
    struct work_op *extra;
    uint32_t *by_rank;
    uint32_t opening; /* op, or NONE */
    uint32_t begins;  /* op: the opening, or what stands in for it (§4.7); NONE */
    uint32_t
        reports; /* op: what the first episode of a child's case, of scope zero, is known by; NONE: there is none */

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
    uint32_t offer, lapse;     /* ops: of the offer that stands; of the lapse that took effect last. NONE */
    struct cw_slice lapsed_to; /* whom the lapsed offer invited */

    uint32_t cell_count;
    struct work_cell *cells;
    uint32_t *by_cell; /* write indices, sorted by (scope, field, write) */
    uint32_t by_cell_count;

    struct case_machine *machines; /* == state->machines */
    uint32_t guarded_count;
    uint32_t weighed_count; /* acceptances whose author lacks the rank for a high risk */
    uint32_t decided_count; /* arbitrations of which it was asked whether they knew of others */
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
enum cw_err fold_opening(struct fold *f);   /* §4.1, 7   opening.c */
enum cw_err fold_events(struct fold *f);    /* §10       events.c */
enum cw_err fold_classify(struct fold *f);  /* §5        classify.c */
enum cw_err fold_naming(struct fold *f);    /* §5.10, §7 naming.c: all cells but those of owners' fields */
enum cw_err fold_machines(struct fold *f);  /* §12       machine.c */
enum cw_err fold_disputes(struct fold *f);  /* §12.6, 7  dispute.c */
enum cw_err fold_ownership(struct fold *f); /* §9        ownership.c: asks what state and risk were */
enum cw_err fold_owned(struct fold *f);     /* §5.9, §7  naming.c: cells of owners' fields */
enum cw_err fold_rules(struct fold *f);     /* §8        rules.c */
enum cw_err fold_tallies(struct fold *f);   /* §11       tally.c */
enum cw_err fold_clocks(struct fold *f);    /* §19       clock.c */
enum cw_err fold_findings(struct fold *f);  /* §13       findings.c */
enum cw_err fold_conflicts(struct fold *f); /* §13.2     conflicts.c, from findings.c */

/* --- helpers ---------------------------------------------------------------------------------------- */

static inline bool op_counts(const struct fold *f, uint32_t op)
{
    return f->ops[op].verdict == VERDICT_EFFECTIVE && f->ops[op].op != NULL;
}

/* So many of the state's writes and events: with room for those that may be appended. */
#define ROOM_WRITES_EACH 4u
static inline size_t with_room(const struct fold *f, uint32_t count, uint32_t each)
{
    return (size_t)count + (size_t)f->room * each;
}

/* Row fits the case's kind (§4.4). */
static inline bool row_fits(const struct fold *f, uint32_t kinds)
{
    uint32_t kind = f->state->kind;

    return kind == KIND_NONE || (kind < 32 && (kinds & (1u << kind)) != 0);
}

bool op_is_bounded(const struct op *op);                              /* §1.4; fold.c */
uint32_t find_op(const struct fold *f, const struct cw_op_id *op_id); /* NONE: not in the set; unite.c */
bool op_could_open(const struct fold *f, uint32_t op); /* an opening that is void by a revocation (§5.12); opening.c */
bool op_knows(struct fold *f, uint32_t a, uint32_t b); /* order.c */
bool op_directly_knows(const struct fold *f, uint32_t a, uint32_t b);
void mark_known_by(struct fold *f, uint32_t op); /* after it, is_marked(x): op knows x. One walk at a time. */
void mark_knowing(struct fold *f, uint32_t op);  /* adds to the marks: x knows op */
/*
 * Of several ops the first that knows b, after begin_marks: what was walked is marked, and not walked for the next. Names that are
 * earlier than b lead to nothing.
 */
void begin_marks(struct fold *f);
bool op_knows_marked(struct fold *f, uint32_t a, uint32_t b);
static inline bool is_marked(const struct fold *f, uint32_t op)
{
    return f->seen[op] == f->seen_stamp;
}

static inline uint32_t rank_of(const struct fold *f, uint32_t op)
{
    return f->extra[op].rank;
}

/* The cell's writes are f->by_cell[first .. first + count). NULL: there is none. level.c */
const struct work_cell *find_cell(const struct fold *f, const struct hash *scope, uint32_t field);
/* The greatest of a MAX cell as it stood at an op's place; RANK_LAST: in the end. False: nothing did. */
#define RANK_LAST (NONE - 1)
bool level_at(const struct fold *f, const struct hash *scope, uint32_t field, uint32_t rank, uint64_t *out);
/* Some episode was live and its risk high when the op of this rank came (§9.6). n in events, writes and machines. */
bool missing_at_high_risk(const struct fold *f, uint32_t rank);

enum cw_err episodes_merge(struct fold *f);                       /* §4.6, from events.c; episodes.c */
uint32_t find_event(const struct fold *f, const struct hash *id); /* event index or NONE; events.c */
/* The event that `from` replaces by this of its corrects (§19.3), or NULL; events.c */
struct work_event *replaced_by(struct fold *f, const struct work_event *from, const struct op_ref *ref);
/* Somebody with these roles (§10.1). row: NULL, an event that is not in the table. */
bool may_record_event(const struct fold *f, uint32_t roles, const struct schema_event *row);
/* Belongs to state->naming; findings.c. */
bool event_names(const struct case_event *event, const struct op *op);
const struct op_value *op_detail(const struct op *op, uint32_t field); /* as event_detail */
/* The first readable value of that detail, or NULL (§11.4). */
const struct op_value *event_detail(const struct fold *f, const struct work_event *event, uint32_t field);
void event_occurred(const struct fold *f, const struct work_event *event, int64_t *out_earliest, int64_t *out_latest);
/* Events of one scope, in order: [*out_first, returned end) of events_by_scope. */
uint32_t events_in_scope(const struct fold *f, const struct hash *scope, uint32_t *out_first);
static inline bool event_stands(const struct work_event *e)
{
    return e->authorised && !e->withdrawn && !e->withdrawal;
}

static inline bool event_reports_death(const struct work_event *e)
{
    return event_stands(e) && e->row->number == EVENT_FOUND_DEAD;
}

static inline bool sighting_stands(const struct work_event *e) /* §10.7 */
{
    return e->authorised && !e->withdrawal && !e->unsaid_by_right;
}

static inline bool event_counts(const struct work_event *e) /* §19.3 */
{
    return event_stands(e) && !e->corrected_other_type;
}
/* It contested the case: it settles nothing, and is to be arbitrated as a claim is. */
static inline bool event_decides_anew(const struct work_event *e)
{
    return e->contests && e->row->number == EVENT_ARBITRATION;
}
/* Starts or ends a duty, if its number does: of the ownership what was done, whatever was said of it later (§19.3). */
static inline bool event_speaks(const struct work_event *e)
{
    return event_stands(e) && e->row->class == EVENT_CLASS_OWNERSHIP ? !e->no_effect && !event_decides_anew(e)
                                                                     : event_counts(e);
}
struct case_machine *find_episode(const struct fold *f,
                                  const struct hash *scope); /* NULL: no such episode; machine.c */

/* The epoch an OWN write speaks for, and whether it may (§9.4, §9.5); ownership.c */
uint64_t write_epoch(const struct fold *f, uint32_t op);
bool write_is_owners(const struct fold *f, uint32_t op);
/* §5.10, of a MVR cell whose writes were judged otherwise: who ends a conflict without the roles proposes; ending.c */
enum cw_err judge_endings(struct fold *f, const struct work_cell *cell);
bool op_opens_episode(const struct op *op); /* classify.c */
/* §7.1: the named write when it is in the same cell, is given a value, and is not the naming write itself; naming.c */
struct work_write *named_write(struct fold *f, const struct work_write *w, uint32_t i);

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
