/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How often a child was reported missing (DOMAIN §4.3, §4.5): computed from what the fold has, and never sent. Each
 * report has its duty to assess the risk, which says when it was; one that was cancelled was no disappearance.
 */
#include "cases/view.h"

#include "cases/policy.h"

enum { EPISODE_CANCELLED = 7 };
#define NEWEST_MAX 64 /* policy that wants more of them for a repeat has none */

static int64_t window_ms(const struct case_policy *policy)
{
    return policy_span(policy, SPAN_M6_WINDOW) * 1000;
}

static bool is_counted(const struct case_state *state, const struct case_clock *clock)
{
    const struct case_machine *m;

    if (clock->clock != CLOCK_M1)
        return false;
    m = state_machine(state, MACHINE_EPISODE, &clock->scope);
    return m == NULL || m->state != EPISODE_CANCELLED;
}

/* Later than any time that a report may name, and no overflow. */
static int64_t leaves_at(int64_t reported_ms, int64_t window)
{
    return reported_ms > INT64_MAX - 1 - window ? INT64_MAX : reported_ms + window + 1;
}

struct case_episodes episodes_at(const struct case_state *state, const struct case_policy *policy, struct cw_wall now)
{
    struct case_episodes out = {.changes_ms = INT64_MAX, .window_days = policy_span(policy, SPAN_M6_WINDOW) / 86400};
    int64_t window = window_ms(policy), newest = INT64_MIN;

    for (uint32_t i = 0; i < state->clock_count; i++) {
        const struct case_clock *clock = &state->clocks[i];
        int64_t leaves = leaves_at(clock->started_ms, window);

        if (!is_counted(state, clock))
            continue;
        out.count++;
        if (clock->started_ms >= newest) {
            newest = clock->started_ms;
            out.newest = clock->start;
        }
        if (leaves <= now.ms)
            continue;
        out.recent++;
        if (leaves < out.changes_ms)
            out.changes_ms = leaves;
    }
    out.repeat = out.recent > 0 && out.recent >= policy_span(policy, SPAN_M6_EPISODES);
    return out;
}

/* `newest` descends; what does not fit falls off its end. */
static void put_newest(int64_t newest[static NEWEST_MAX], uint32_t *count, uint32_t wanted, int64_t at)
{
    uint32_t place = *count;

    while (place > 0 && newest[place - 1] < at)
        place--;
    if (*count < wanted)
        ++*count;
    for (uint32_t i = *count; i > place + 1; i--)
        newest[i - 1] = newest[i - 2];
    if (place < *count)
        newest[place] = at;
}

int64_t episodes_repeat_until(const struct case_state *state, const struct case_policy *policy)
{
    int64_t wanted = policy_span(policy, SPAN_M6_EPISODES), newest[NEWEST_MAX];
    uint32_t count = 0;

    if (wanted < 1 || wanted > NEWEST_MAX)
        return 0;
    for (uint32_t i = 0; i < state->clock_count; i++) {
        if (is_counted(state, &state->clocks[i]))
            put_newest(newest, &count, (uint32_t)wanted, state->clocks[i].started_ms);
    }
    return count < wanted ? 0 : leaves_at(newest[wanted - 1], window_ms(policy));
}
