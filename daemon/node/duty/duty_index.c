/* SPDX-License-Identifier: Apache-2.0 */
#include "cases/duties.h"
#include "node/case_work.h"
#include "node/duties.h"
#include "node/prepare.h"

/*
 * When a case is looked at next because of its duties, and the index rows that say so. A case has one row of each kind,
 * however many duties it has: whoever follows it folds the case, and finds them all.
 */

#define MEMBERS_MAX 512
#define GRACE_MS 20000 /* how long the division that holds a duty is waited for */
#define STEP_MS 1000   /* between one deputy and the next */
#define RANK_MAX 30u   /* all later ones sign together: with the grace, less than what counts as learned late */

/* --- whose turn it is ------------------------------------------------------------------------------------------ */

static void weigh(const struct hash *duty, const struct cert_id *cert, struct hash *out)
{
    uint8_t bytes[2 * ID_LEN];

    memcpy(bytes, duty->b, ID_LEN);
    memcpy(bytes + ID_LEN, cert->b, ID_LEN);
    hash_one(LABEL_THING, slice(bytes, sizeof bytes), out->b);
}

/* How many other divisions' daemons go before this one: in order of H(duty, certificate), as DESIGN §3 does for keys. */
static uint32_t rank_among_deputies(const struct node *n, const struct hash *duty)
{
    struct cert_id members[MEMBERS_MAX];
    struct position membership;
    uint32_t count = authority_members(n->authority, slice_of(AUDIENCE_FORCE), members, MEMBERS_MAX, &membership);
    struct hash own, other;
    uint32_t rank = 0;

    weigh(duty, &n->cert, &own);
    for (uint32_t i = 0; i < count && i < MEMBERS_MAX && rank < RANK_MAX; i++) {
        weigh(duty, &members[i], &other);
        rank += ID_COMPARE(&other, &own) < 0;
    }
    return rank;
}

static int64_t later(int64_t at_ms, int64_t ms)
{
    return at_ms > INT64_MAX - ms ? INT64_MAX : at_ms + ms;
}

static bool breach_is_missing(const struct node *n, const struct case_state *state, const struct case_clock *clock,
                              struct cw_wall now)
{
    return duty_was_missed(clock, now) && duty_breach(state, clock) == NULL &&
           !duty_breach_is_said_by(state, clock, &n->cert);
}

/*
 * Who holds the duty signs at once; who does not, gives it time, from when it knew. Before the deadline everybody waits for
 * it: what ended the duty may say that it did so later.
 */
int64_t breach_signed_at(const struct node *n, const struct case_state *state, const struct case_clock *clock,
                         struct cw_wall now, int64_t waiting_ms)
{
    int64_t passed = later(clock->deadline_ms, 1), since;
    struct cw_wall then = {now.ms > passed ? now.ms : passed};

    if (state->owner.state == OWNER_NONE || !breach_is_missing(n, state, clock, then))
        return CASE_NO_MOMENT;
    if (now.ms < passed || duty_is_held_by(state, slice_of(n->identity.division)))
        return passed;
    since = waiting_ms > passed ? waiting_ms : passed;
    return later(since, GRACE_MS + STEP_MS * (int64_t)rank_among_deputies(n, &clock->id));
}

/* --- a case's moments ------------------------------------------------------------------------------------------- */

/*
 * Which duty, with which deadline: one that comes to be known late, or whose deadline moves behind what was acted on, was not
 * acted on. Ids are hashes: that two of one case are alike by chance does not happen.
 */
static uint32_t acted_mark(const struct case_clock *clock)
{
    uint64_t due = (uint64_t)clock->deadline_ms * 0x9e3779b97f4a7c15u;
    struct reader id = reader_over(slice(clock->id.b, sizeof clock->id.b));

    return reader_be32(&id) ^ (uint32_t)(due >> 32);
}

/* While somebody has it in hand it does not climb: when that has no effect any more, the steps in between were not acted on. */
#define ACTED_IN_HAND 1u

static bool is_in_hand(const struct case_clock *clock)
{
    return clock->ack != UINT32_MAX;
}

struct cw_wall case_acted_until(const struct case_moments *m, const struct case_clock *clock)
{
    uint32_t mark = acted_mark(clock);

    if (m->acted_count == CASE_ACTED_ALL)
        return (struct cw_wall){m->acted_ms};
    for (uint32_t i = 0; i < m->acted_count; i++) {
        if (m->acted[i] == mark || (is_in_hand(clock) && m->acted[i] == (mark ^ ACTED_IN_HAND)))
            return (struct cw_wall){m->acted_ms};
    }
    return (struct cw_wall){0};
}

void case_acted_now(const struct case_state *state, struct cw_wall now, struct case_moments *m)
{
    m->acted_ms = now.ms < 0 ? 0 : now.ms;
    m->acted_count = 0;
    for (uint32_t i = 0; i < state->clock_count; i++) {
        const struct case_clock *clock = &state->clocks[i];

        if (clock->end != CLOCK_RUNS || clock->soon_ms > m->acted_ms)
            continue;
        if (m->acted_count == CASE_ACTED_MAX) {
            m->acted_count = CASE_ACTED_ALL;
            return;
        }
        m->acted[m->acted_count++] = acted_mark(clock) ^ (is_in_hand(clock) ? ACTED_IN_HAND : 0);
    }
}

static bool waits_for_another(const struct node *n, const struct case_state *state, struct cw_wall now)
{
    if (state->owner.state == OWNER_NONE || duty_is_held_by(state, slice_of(n->identity.division)))
        return false;
    for (uint32_t i = 0; i < state->clock_count; i++) {
        if (breach_is_missing(n, state, &state->clocks[i], now))
            return true;
    }
    return false;
}

static int64_t earlier(int64_t a, int64_t b)
{
    int64_t least = a < b ? a : b;

    return least < 0 ? 0 : least;
}

static int64_t next_moment(const struct node *n, const struct case_state *state, struct cw_wall now,
                           const struct case_moments *m)
{
    struct duty_delivery deliveries[DUTY_DELIVERIES_MAX];
    int64_t next = CASE_NO_MOMENT;

    if (duty_deliveries(state, slice_of(n->identity.division), &n->cert, deliveries) > 0)
        return 0;
    for (uint32_t i = 0; i < state->clock_count; i++) {
        const struct case_clock *clock = &state->clocks[i];

        next = earlier(next, clock_wakes_at(state, clock, case_acted_until(m, clock)));
        next = earlier(next, breach_signed_at(n, state, clock, now, m->waiting_ms));
    }
    return next;
}

int64_t case_first_deadline(const struct case_state *state)
{
    int64_t first = CASE_NO_MOMENT;

    for (uint32_t i = 0; i < state->clock_count; i++) {
        if (state->clocks[i].end == CLOCK_RUNS)
            first = earlier(first, state->clocks[i].deadline_ms);
    }
    return first;
}

/* A wall clock that was set back comes to the moments in between once more: they were acted on by a clock that was wrong. */
void case_moments_of(const struct node *n, const struct case_state *state, struct cw_wall now,
                     const struct case_moments *old, struct case_moments *out)
{
    int64_t since = earlier(now.ms, old->waiting_ms > 0 ? old->waiting_ms : INT64_MAX);

    *out = *old;
    out->acted_ms = earlier(now.ms, old->acted_ms);
    out->waiting_ms = waits_for_another(n, state, now) ? since : 0;
    out->next_ms = next_moment(n, state, now, out);
    out->overdue_ms = case_first_deadline(state);
}

/* --- its rows ---------------------------------------------------------------------------------------------------- */

static enum cw_err move_row(struct turn *t, enum index_kind kind, const struct cw_case_id *id, int64_t from, int64_t to)
{
    enum cw_err err = CW_OK;

    if (from == to)
        return CW_OK;
    if (from != CASE_NO_MOMENT)
        err = db_del(t, TABLE_INDEX, row_key_moment(kind, from, id));
    return err == CW_OK && to != CASE_NO_MOMENT ? db_put(t, TABLE_INDEX, row_key_moment(kind, to, id), slice("", 0))
                                                : err;
}

enum cw_err case_moments_index(struct turn *t, const struct cw_case_id *id, const struct case_moments *old,
                               const struct case_moments *new)
{
    enum cw_err err = move_row(t, INDEX_MOMENT, id, old->next_ms, new->next_ms);

    return err == CW_OK ? move_row(t, INDEX_OVERDUE, id, old->overdue_ms, new->overdue_ms) : err;
}

enum cw_err case_moments_put(struct turn *t, const struct cw_case_id *id, struct case_row *row,
                             const struct case_moments *moments)
{
    struct case_moments old = row->moments;
    uint8_t bytes[CASE_ROW_LEN_MAX];
    struct writer w = writer_over(bytes, sizeof bytes);

    row->flags |= CASE_DUTIES | CASE_ACTED;
    row->moments = *moments;
    case_row_encode(row, &w);
    CW_ASSERT(!w.failed);
    enum cw_err err = db_put(t, TABLE_CASE, row_key_case(id), slice(bytes, w.len));
    return err == CW_OK ? case_moments_index(t, id, &old, moments) : err;
}
