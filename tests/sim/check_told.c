/* SPDX-License-Identifier: Apache-2.0 */
#include "cases/duties.h"
#include "node/duty_notice.h"
#include "tests/sim/check.h"

#include <stdlib.h>

/*
 * No missed duty passes in silence (docs/decisions/0013, "Alerts"): every daemon that can read a case tells of it, holder or
 * not, as far as it has climbed; and not again while the case stays as it is, where nothing went wrong.
 */

#define TOLD_WITHIN_MS 5000

struct told_duty {
    struct cw_case_id case_id;
    const struct schema_clock *duty;
    int64_t due_ms;
    uint32_t level;    /* the highest */
    uint32_t breached; /* how often it was told as breached */
};

static struct told_duty *told_of(const struct sim_node *n, const struct cw_case_id *id, const struct schema_clock *duty,
                                 int64_t due_ms)
{
    for (uint32_t i = 0; i < n->told_count; i++) {
        struct told_duty *t = &n->told[i];

        if (t->duty == duty && t->due_ms == due_ms && ID_EQ(&t->case_id, id))
            return t;
    }
    return NULL;
}

static struct told_duty *add(struct sim_node *n, const struct duty_notice *notice)
{
    if (n->told_count == n->told_max) {
        n->told_max = n->told_max == 0 ? 16 : 2 * n->told_max;
        n->told = realloc(n->told, n->told_max * sizeof *n->told);
        CW_ASSERT(n->told != NULL);
    }
    n->told[n->told_count] = (struct told_duty){notice->case_id, notice->duty, notice->due_ms, 0, 0};
    return &n->told[n->told_count++];
}

void duty_told(struct sim_node *n, const struct duty_notice *notice)
{
    struct told_duty *t;

    if (notice->event != DUTY_BREACHED && notice->event != DUTY_CLIMBED)
        return;
    t = told_of(n, &notice->case_id, notice->duty, notice->due_ms);
    if (t == NULL)
        t = add(n, notice);
    t->level = notice->level > t->level ? notice->level : t->level;
    t->breached += notice->event == DUTY_BREACHED;
}

/* --- asked ---------------------------------------------------------------------------------------------------------- */

/* What is told twice when a turn fails, a process dies, a disk goes back, or somebody sets the clock. */
static bool tells_once(const struct sim_node *n)
{
    const struct sim_options *o = &n->sim->options;

    return n->starts == 1 && n->clock.set_at == 0 && o->full_disk_pm == 0 && o->commit_fail_pm == 0;
}

/*
 * One that had ended and runs again is told again, and an op brought each of that about; episodes that were reported at one
 * time have duties that no notice tells apart.
 */
static uint32_t told_at_most(const struct loaded_case *c, const struct case_clock *clock)
{
    uint32_t count = c->op_count;

    for (uint32_t i = 0; i < c->state->clock_count; i++)
        count += c->state->clocks[i].row == clock->row && c->state->clocks[i].deadline_ms == clock->deadline_ms;
    return count;
}

static void check_clock(struct sim *s, struct sim_node *n, const struct loaded_case *c, const struct case_clock *clock)
{
    struct cw_wall then = {node_wall_noticed_ms(n) - TOLD_WITHIN_MS};
    uint32_t level = clock->end == CLOCK_RUNS ? clock_reach_at(c->state, clock, then).level : 0;
    const struct told_duty *told = told_of(n, &c->id, clock->row, clock->deadline_ms);

    if (level > 0 && (told == NULL || told->level < level))
        sim_fail(s, "told", "%s: %s of case %02x%02x was due %lld ms ago, and it was told up to level %u of %u",
                 sim_name(n), clock->row->name, c->id.b[0], c->id.b[1],
                 (long long)(node_wall(n).ms - clock->deadline_ms), told == NULL ? 0 : told->level, level);
    if (told != NULL && told->breached > told_at_most(c, clock) && tells_once(n))
        sim_fail(s, "told", "%s: that %s of case %02x%02x is breached was told %u times", sim_name(n), clock->row->name,
                 c->id.b[0], c->id.b[1], told->breached);
}

static void on_case(struct sim *s, struct sim_node *n, const struct loaded_case *c)
{
    for (uint32_t i = 0; s->ended && i < c->state->clock_count && !s->failed; i++)
        check_clock(s, n, c, &c->state->clocks[i]);
}

const struct sim_check check_told = {.name = "told", .says = "no missed duty passes in silence", .on_case = on_case};
