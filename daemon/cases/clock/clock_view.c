/* SPDX-License-Identifier: Apache-2.0 */
/* A duty at a time (docs/fold.md §19.11): the one place where a clock meets now. */
#include "cases/view.h"

static bool is_open_after_deadline(const struct case_clock *c)
{
    return c->end == CLOCK_RUNS || c->end_ms > c->deadline_ms;
}

enum clock_status clock_status_at(const struct case_clock *clock, struct cw_wall now)
{
    switch (clock->end) {
    case CLOCK_END_MET:
        return clock->end_ms <= clock->deadline_ms ? CLOCK_MET : CLOCK_MET_LATE;
    case CLOCK_END_WAIVED:
        return CLOCK_WAIVED;
    case CLOCK_END_OVER:
        return CLOCK_OVER;
    case CLOCK_RUNS:
        break;
    }
    if (now.ms > clock->deadline_ms)
        return CLOCK_BREACHED;
    return now.ms >= clock->soon_ms ? CLOCK_DUE_SOON : CLOCK_RUNNING;
}

const char *clock_status_name(enum clock_status status)
{
    static const char *const names[] = {
        [CLOCK_RUNNING] = "running",   [CLOCK_BREACHED] = "breached", [CLOCK_MET] = "met",
        [CLOCK_MET_LATE] = "met late", [CLOCK_DUE_SOON] = "due soon", [CLOCK_WAIVED] = "waived",
        [CLOCK_OVER] = "ended",
    };
    return (size_t)status < CW_COUNT(names) ? names[status] : NULL;
}

int64_t clock_status_since(const struct case_clock *clock, struct cw_wall now)
{
    switch (clock_status_at(clock, now)) {
    case CLOCK_BREACHED:
        return clock->deadline_ms;
    case CLOCK_DUE_SOON:
        return clock->soon_ms;
    case CLOCK_RUNNING:
        return clock->started_ms;
    case CLOCK_MET:
    case CLOCK_MET_LATE:
    case CLOCK_WAIVED:
    case CLOCK_OVER:
        break;
    }
    return clock->end_ms;
}

/* The first rung above all that have a role in common with who is told at once: a superintendent's duty does not climb to a sergeant. */
static uint32_t first_rung(const struct case_state *state, uint32_t told)
{
    uint32_t rung = LADDER_RUNGS;

    while (rung > 0 && (state->ladder[rung - 1] & told) == 0)
        rung--;
    return rung;
}

static int64_t later(int64_t at_ms, int64_t ms)
{
    return at_ms > INT64_MAX - ms ? INT64_MAX : at_ms + ms;
}

uint32_t clock_may_acknowledge(const struct case_state *state, const struct case_clock *clock)
{
    uint32_t roles = clock->told;

    for (uint32_t rung = 0; rung < LADDER_RUNGS && clock->step_ms > 0; rung++)
        roles |= state->ladder[rung] | state->beside;
    return roles;
}

/* When it stops climbing: somebody has it in hand, or it is over. */
static int64_t held_at(const struct case_state *state, const struct case_clock *c)
{
    int64_t at = c->end != CLOCK_RUNS ? c->end_ms : INT64_MAX;

    if (c->ack != UINT32_MAX) {
        int64_t ack = state->ops[state->marks[c->ack].op_index].author_time.ms;

        at = ack < at ? ack : at;
    }
    return at;
}

struct clock_reach clock_reach_at(const struct case_state *state, const struct case_clock *clock, struct cw_wall now)
{
    struct clock_reach reach = {0};
    int64_t held = held_at(state, clock), at = clock->deadline_ms;

    if (!is_open_after_deadline(clock))
        return reach;
    if (now.ms <= clock->deadline_ms) {
        reach.next = clock->told;
        reach.next_ms = clock->deadline_ms;
        return reach;
    }
    reach.told = clock->told;
    reach.level = 1;
    for (uint32_t rung = first_rung(state, clock->told); rung < LADDER_RUNGS && clock->step_ms > 0; rung++) {
        uint32_t roles = state->ladder[rung] | state->beside;

        at = later(at, clock->step_ms);
        if (held <= at)
            break;
        if (now.ms <= at) {
            reach.next = roles;
            reach.next_ms = at;
            break;
        }
        reach.told |= roles;
        reach.level++;
    }
    return reach;
}

int64_t clock_wakes_at(const struct case_state *state, const struct case_clock *clock, struct cw_wall now)
{
    struct clock_reach reach;

    if (clock->end != CLOCK_RUNS)
        return INT64_MAX;
    if (now.ms < clock->soon_ms)
        return clock->soon_ms;
    reach = clock_reach_at(state, clock, now);
    return reach.next_ms != 0 ? later(reach.next_ms, 1) : INT64_MAX; /* a rung may have nobody on it */
}
