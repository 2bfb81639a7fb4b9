/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CASES_CLOCKS_H
#define CASEWIRE_CASES_CLOCKS_H

/*
 * Duties, from rows to clocks (docs/fold.md §19): what starts one, when it is due, what ends it, who said what about it.
 * Private to the room clock/. A row is walked by its starts; each becomes a clock; marks come last.
 */

#include "cases/calendar.h"
#include "cases/machine.h"
#include "cases/work.h"

#define MISSING_STATES (1u << 2 | 1u << 7 | 1u << 8 | 1u << 9) /* what a return turns out not to have been */

/* What starts a clock. */
struct clock_first {
    uint32_t op;
    struct hash scope;
    int64_t started_ms;
    uint32_t event; /* NONE: the opening, or a write */
    bool stands_in; /* for an opening that is not here: every answer is later than that */
    uint32_t last;  /* of an EVENT start: the event that was not replaced, whose chain it begins; NONE: a write */
    uint32_t named; /* of a NAMED row: where the chain begins whose duty it is */
    uint32_t field; /* of a FIELD start */
    int64_t birth;  /* of a BIRTH start: the day */
};

/* What may meet one. In order of (scope for bound rows, place, rank). */
struct clock_answer {
    uint32_t op, event; /* event: NONE for a write */
    uint32_t place;     /* the rank of its first, or of the write's op */
    uint32_t field;
};

/* Somebody waives the duty of this id, with effect or not. In order of (id, op's rank). */
struct clock_waiver {
    struct hash id;
    uint32_t op;
};

struct clock_run {
    struct fold *f;
    const struct schema_clock *row;
    struct case_clock *out; /* NULL: only counted */
    uint32_t count, max;
    uint32_t reported_count;
    const struct clock_first *reported; /* starts as of REPORTED, by time: of STRATEGY rows */
    bool bound;                         /* answers are of the clock's own scope */
    uint32_t waiver_count;
    const struct clock_waiver *waivers;
    const uint32_t *named; /* of a NAMED row, by event: clock_named.c; NULL: nothing starts it */
    uint32_t *scratch;     /* room for the indices of all writes */
    uint32_t answer_count;
    const struct clock_answer *answers;
};

static inline bool is_live(const struct case_machine *m)
{
    return m->state < 32 && (EPISODE_LIVE_STATES & (1u << m->state)) != 0;
}
static inline bool in_mask(uint32_t mask, int64_t number)
{
    return number >= 0 && number < 32 && (mask & (1u << number)) != 0;
}

/* clock_start.c: calls clock_begin for each. Reported starts: into *out, at most max. */
void clock_starts(struct clock_run *run);
uint32_t clock_reported(const struct fold *f, struct clock_first *out, uint32_t max);
bool event_shows(const struct fold *f, const struct work_event *e, uint32_t field, uint32_t mask);
bool write_starts(const struct clock_run *run, const struct work_write *w);
bool event_may_start(const struct work_event *e);
/* §19.3: of a child's case, not a review of a level that its author lacks, nor an assessment whose risk is a proposal. */
bool event_weighs(const struct fold *f, const struct work_event *e);
bool event_has_rank(const struct clock_run *run, const struct work_event *e); /* COMMAND, §19.3 */
/* The value of birth_date that is read as the earliest day (§19.4): its op and the day. */
bool birth_of(const struct fold *f, uint32_t *out_op, int64_t *out_day);

/* clock_chain.c: what corrections take from what they replace. Before any row is walked; of a REVIEW row's starts when it is. */
void clock_chains(struct fold *f);
void clock_chain_reviews(const struct clock_run *run);
int64_t clock_usual_of_op(const struct fold *f, uint32_t op);
int64_t clock_usual(const struct fold *f, const struct work_event *e);

/* clock.c */
void clock_begin(struct clock_run *run, const struct clock_first *first);

/* clock_due.c. False: there is no such duty. */
bool clock_due(const struct clock_run *run, const struct clock_first *first, int64_t *out_ms);
int64_t clock_review_due(const struct clock_run *run, const struct clock_first *first); /* of the start op alone */

/* clock_end.c */
bool clock_is_met_by(const struct schema_clock *row, uint32_t number);
enum cw_err clock_list_answers(struct clock_run *run);
void clock_find_end(const struct clock_run *run, const struct clock_first *first, struct case_clock *clock);

/* clock_named.c: of a NAMED row, which of several things an event is about. NONE: of none. */
enum cw_err clock_list_named(struct clock_run *run);
static inline uint32_t clock_named(const struct clock_run *run, uint32_t event)
{
    return run->named != NULL ? run->named[event] : NONE;
}

/* clock_set.c: of a set's cell each element that stands. */
void clock_start_set(struct clock_run *run, const struct work_cell *cell);

/* clock_waiver.c: before rows are walked; and the rank below which starts are covered by it (§19.9), NONE: all are. */
enum cw_err clock_list_waivers(struct clock_run *run);
uint32_t clock_covers(const struct clock_run *run, const struct case_clock *clock);

/* clock_mark.c: ids, marks, waivers, who has it in hand. Of finished, sorted clocks. */
bool event_is_mark(const struct work_event *e);
const struct op_value *mark_clock(const struct fold *f, const struct work_event *e); /* whose id it names, or NULL */
enum cw_err clock_marks(struct fold *f, struct case_clock *clocks, uint32_t count);

#endif
