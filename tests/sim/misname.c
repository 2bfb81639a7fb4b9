/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/hand_division.h"

#include <stdlib.h>

/*
 * A hostile division is a member of the audience: it can seal words of its own under the id of an officer's op, well
 * signed, in a log of its own. Somebody hears that before the op itself, others after it; nobody may show it.
 */

#define EVERY_MS 500
#define LIES_MAX 6u /* in a world */
#define NEWEST 6u   /* ops of which one is taken: some of them nobody else has heard yet */
#define LOG_N 1000000u

struct misnaming {
    struct hand_division division;
    struct rng dice;
    uint32_t lies;
};

static struct sim_node *somebody_honest(struct sim *s)
{
    struct sim_node *n = &s->nodes[rng_below(&s->misnaming->dice, s->options.division_count)];

    return n->present && n->honest && n->up && !n->dead && !n->in_turn ? n : NULL;
}

/* Of the op's case, of another, or opening one. */
static void draft_other_words(struct sim *s, const struct sim_op *op, struct draft *d)
{
    struct misnaming *m = s->misnaming;
    const struct actor *author = &s->cast->officers[m->division.index][OFFICER_SUP];
    uint32_t other = rng_below(&m->dice, s->case_count), kind = s->case_kinds[other];
    const struct cw_case_id *id = &s->cases[other];

    if (rng_chance(&m->dice, 500)) {
        id = &op->case_id;
        kind = op->kind;
    }
    if (rng_chance(&m->dice, 200)) {
        draft_begin(s, d, author, NULL, KIND_OPERATION);
        draft_text(d, FIELD_TITLE, "Operation Nightshade");
    } else {
        draft_begin(s, d, author, id, kind);
        draft_event(d, EVENT_NOTE);
        draft_text(d, FIELD_TEXT, "nobody said this");
    }
    d->under = &op->id;
}

static void lie(struct sim *s)
{
    struct misnaming *m = s->misnaming;
    struct sim_node *to = somebody_honest(s);
    uint32_t recent = s->op_count < NEWEST ? s->op_count : NEWEST;
    struct draft d;

    if (to == NULL || s->case_count == 0 || recent == 0)
        return;
    const struct sim_op *op = &s->ops[s->op_count - 1 - rng_below(&m->dice, recent)];
    if (op->reuses || !hand_division_new_log(&m->division, LOG_N + m->lies, to->index))
        return;
    sim_say(s, "%s is told other words under an op's id", sim_name(to));
    draft_other_words(s, op, &d);
    (void)hand_division_write(&m->division, &d, to->index);
    m->lies++;
}

static void on_misname(struct sim *s, struct sim_event *e)
{
    (void)e;
    if (s->calm || s->misnaming->lies == LIES_MAX)
        return;
    if (rng_chance(&s->misnaming->dice, s->options.misname_pm))
        lie(s);
    sim_at(s, s->now + EVERY_MS, "misname", on_misname);
}

void misnaming_begin(struct sim *s)
{
    struct misnaming *m;

    if (s->options.misname_pm == 0)
        return;
    m = s->misnaming = calloc(1, sizeof *m);
    CW_ASSERT(m != NULL);
    hand_division_beside(&m->division, s, s->options.division_count - 1);
    m->dice = rng_of(s->options.seed, 4001);
    sim_at(s, s->now + EVERY_MS, "misname", on_misname);
}

void misnaming_done(struct sim *s)
{
    if (s->misnaming != NULL)
        hand_division_done(&s->misnaming->division);
    free(s->misnaming);
}
