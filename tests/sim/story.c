/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/story.h"

#include <stdio.h>
#include <stdlib.h>

#define ANSWER_MS_MAX 30000
#define SYNC_MS_MAX 120000

static bool told_well, told_loudly;

bool story_run(const struct story *story, bool verbose)
{
    told_well = false;
    told_loudly = verbose;
    if (verbose)
        printf("--- %s\n", story->name);
    story->tell();
    if (!told_well)
        printf("story %s: failed\n", story->name);
    return told_well;
}

struct sim *story_world_with(const struct sim_options *options)
{
    struct sim *s = sim_new(options);

    s->verbose = told_loudly;
    sim_run_ms(s, 3000); /* everybody meets */
    return s;
}

struct sim *story_world(uint32_t divisions, uint64_t seed)
{
    return story_world_with(&(struct sim_options){.seed = seed,
                                                  .division_count = divisions,
                                                  .delay_ms_min = 1,
                                                  .delay_ms_max = 10,
                                                  .commit_ms_max = 3,
                                                  .down_ms_max = 100});
}

void story_ends(struct sim *s)
{
    sim_calm(s);
    if (s->failed)
        printf("at %lld ms: %s does not hold: %s\n", (long long)s->now, s->found_by, s->found);
    told_well = !s->failed;
    sim_free(s);
}

/* --- officers ------------------------------------------------------------------------------------------------------ */

bool story_answered(struct sim *s, uint32_t op)
{
    int64_t until = s->now + ANSWER_MS_MAX;

    while (!s->failed && s->ops[op].state == OP_WAITING && s->now < until)
        sim_run_ms(s, 10);
    return s->ops[op].state == OP_ACKED;
}

uint32_t story_hand_in(struct sim *s, struct draft *d, uint32_t node)
{
    if (d->held_by == 0)
        d->held_by = 1;
    return client_submit(s, d, node);
}

static uint32_t hand_in_and_wait(struct sim *s, struct draft *d, uint32_t node)
{
    uint32_t op = story_hand_in(s, d, node);

    EXPECT(s, story_answered(s, op));
    return op;
}

uint32_t story_open(struct sim *s, uint32_t node, uint32_t kind)
{
    struct draft d;
    bool coordinator = kind == KIND_OCG || kind == KIND_LINE;

    draft_begin(s, &d, &s->cast->officers[node][coordinator ? OFFICER_COORD : OFFICER_SUP], NULL, kind);
    draft_text(&d, FIELD_TITLE, "a case of this story");
    if (kind == KIND_OCG)
        draft_text(&d, FIELD_OCG_NAME, "Kestrel");
    if (kind == KIND_LINE)
        draft_text(&d, FIELD_BRAND, "Heron");
    return hand_in_and_wait(s, &d, node);
}

static void name_shown(struct sim *s, struct draft *d, uint32_t node, struct op_write *w)
{
    size_t mark = arena_mark(&s->scratch);
    struct loaded_case c = {0};
    struct op_ref heads[DRAFT_NAMES_MAX];
    size_t count;

    if (view_case(&s->nodes[node], &d->case_id, &c)) {
        count = state_heads(c.state, &scope_none, w->field, &w->value, heads, CW_COUNT(heads));
        draft_names(d, w, heads, count);
    }
    arena_release(&s->scratch, mark);
}

uint32_t story_number(struct sim *s, uint32_t node, enum officer who, uint32_t the_case, uint32_t field, int64_t number,
                      bool names_shown)
{
    struct draft d;
    struct op_write *w;

    draft_begin(s, &d, &s->cast->officers[node][who], &s->cases[the_case], s->case_kinds[the_case]);
    w = draft_number(&d, field, number);
    if (names_shown)
        name_shown(s, &d, node, w);
    return hand_in_and_wait(s, &d, node);
}

uint32_t story_assess(struct sim *s, uint32_t node, enum officer who, uint32_t the_case, int64_t risk, bool names_shown)
{
    struct draft d;
    struct op_write *w, *review;

    draft_begin(s, &d, &s->cast->officers[node][who], &s->cases[the_case], KIND_CHILD);
    draft_event(&d, EVENT_RISK_ASSESSMENT);
    w = draft_number(&d, FIELD_MISSING_RISK, risk);
    if (names_shown)
        name_shown(s, &d, node, w);
    draft_text(&d, FIELD_RATIONALE, "what was found since");
    review = draft_write(&d, FIELD_NEXT_REVIEW, VERB_SET);
    review->has_value = true;
    review->value.type = VALUE_INTERVAL;
    review->value.number = review->value.latest = node_wall(&s->nodes[node]).ms + 3600000;
    return hand_in_and_wait(s, &d, node);
}

uint32_t story_text(struct sim *s, uint32_t node, enum officer who, uint32_t the_case, uint32_t field, const char *text,
                    bool names_shown)
{
    struct draft d;
    struct op_write *w;

    draft_begin(s, &d, &s->cast->officers[node][who], &s->cases[the_case], s->case_kinds[the_case]);
    w = draft_text(&d, field, text);
    if (names_shown)
        name_shown(s, &d, node, w);
    return hand_in_and_wait(s, &d, node);
}

uint32_t story_result(struct sim *s, uint32_t node, uint32_t the_case, uint32_t event, const char *exhibit)
{
    struct draft d;

    draft_begin(s, &d, &s->cast->officers[node][OFFICER_PC], &s->cases[the_case], s->case_kinds[the_case]);
    draft_event(&d, event);
    if (exhibit != NULL)
        draft_text(&d, FIELD_EXHIBIT, exhibit);
    return hand_in_and_wait(s, &d, node);
}

/* --- the network ---------------------------------------------------------------------------------------------------- */

void story_isolate(struct sim *s, uint32_t node)
{
    for (uint32_t i = 0; i < s->node_count; i++) {
        if (i != node)
            network_cut(s, node, i, true);
    }
}

void story_sync(struct sim *s)
{
    int64_t until = s->now + SYNC_MS_MAX;
    char why[256] = "";

    network_heal_all(s);
    while (!s->failed && !check_converged(s, why, sizeof why)) {
        sim_run_ms(s, 100);
        if (s->now > until)
            sim_fail(s, "I14", "no agreement: %s", why);
    }
}

/* --- what is shown ----------------------------------------------------------------------------------------------------- */

static int64_t shown_in(const struct loaded_case *c, uint32_t field)
{
    const struct case_value *v = state_value(c->state, &scope_none, field);
    const struct case_op *op = v == NULL ? NULL : state_op(c->state, &v->dot.op);

    if (op == NULL || op->op == NULL)
        return -1;
    const struct op_write *w = &op->op->writes[v->dot.index];
    return w->has_max ? (int64_t)w->max_value : w->value.number;
}

int64_t story_shown(struct sim *s, uint32_t node, uint32_t the_case, uint32_t field)
{
    size_t mark = arena_mark(&s->scratch);
    struct loaded_case c = {0};
    int64_t shown = -1;

    if (view_case(&s->nodes[node], &s->cases[the_case], &c))
        shown = shown_in(&c, field);
    arena_release(&s->scratch, mark);
    return shown;
}

bool story_in_conflict(struct sim *s, uint32_t node, uint32_t the_case, uint32_t field)
{
    size_t mark = arena_mark(&s->scratch);
    struct loaded_case c = {0};
    bool in_conflict = false;

    if (view_case(&s->nodes[node], &s->cases[the_case], &c)) {
        const struct case_cell *cell = state_cell(c.state, &scope_none, field);

        in_conflict = cell != NULL && cell->in_conflict && cell->value_count > 1;
    }
    arena_release(&s->scratch, mark);
    return in_conflict;
}

uint64_t story_happenings(struct sim *s, uint32_t node, uint32_t the_case, uint32_t event)
{
    size_t mark = arena_mark(&s->scratch);
    struct loaded_case c = {0};
    uint64_t sum = 0;

    if (view_case(&s->nodes[node], &s->cases[the_case], &c)) {
        for (uint32_t i = 0; i < c.state->tally_count; i++) {
            if (c.state->tallies[i].event == event && c.state->tallies[i].dimension == TALLY_TOTAL)
                sum += c.state->tallies[i].happenings;
        }
    }
    arena_release(&s->scratch, mark);
    return sum;
}

static const struct node_status *status_of(struct sim *s, uint32_t node)
{
    static struct node_status status;

    if (!s->nodes[node].up)
        return NULL;
    node_status_read(s->nodes[node].node, &status);
    return &status;
}

bool story_alarmed(struct sim *s, uint32_t node, const char *alarm)
{
    const struct node_status *status = status_of(s, node);

    for (uint32_t i = 0; status != NULL && i < status->alarm_count; i++) {
        if (strcmp(status->alarms[i].id, alarm) == 0)
            return true;
    }
    return false;
}

uint64_t story_counter(struct sim *s, uint32_t node, enum counter c)
{
    const struct node_status *status = status_of(s, node);

    return status == NULL ? 0 : status->counters[c];
}

uint64_t story_incarnation(struct sim *s, uint32_t node)
{
    const struct node_status *status = status_of(s, node);

    return status == NULL || !status->has_own_log ? 0 : status->n;
}
