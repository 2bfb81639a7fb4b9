/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/check.h"

/*
 * I27 Any number of resends to any daemons gives one effect: an op is in its case once, a daemon does not sequence
 * one op twice in one log, and a tally counts happenings, not tellings.
 *
 * An op whose entry waits for authority records does not count, perhaps for long: told again, it is sequenced once more,
 * under the records that are here, and counts. Records come late in some worlds only; in all others a log has it once.
 */

static void in_case_once(struct sim *s, struct sim_node *n, const struct loaded_case *c)
{
    for (uint32_t i = 1; i < c->state->op_count; i++) {
        if (ID_COMPARE(&c->state->ops[i - 1].op_id, &c->state->ops[i].op_id) >= 0)
            sim_fail(s, "I27", "%s folds one op twice", sim_name(n));
    }
}

static void in_log_once(struct sim *s, struct sim_node *n, const struct loaded_op *op)
{
    struct op_row row;
    struct look l;

    if (s->options.late_record != 0 || !look_begin(&l, n))
        return;
    if (look_op(&l, &op->op_id, &row)) {
        for (uint32_t i = 1; i < row.entry_count; i++) {
            for (uint32_t k = 0; k < i; k++) {
                if (ID_EQ(&row.entries[i].log, &row.entries[k].log))
                    sim_fail(s, "I27", "one log holds an op twice, as %s has it", sim_name(n));
            }
        }
    }
    look_done(&l);
}

/* --- tallies, counted again by hand ------------------------------------------------------------------------------ */

#define EVENTS_MAX 256

static uint32_t root_of(const uint32_t *up, uint32_t i)
{
    while (up[i] != i)
        i = up[i];
    return i;
}

static bool same_exhibit(const struct loaded_case *c, const struct case_event *a, const struct case_event *b)
{
    const struct op *x = c->state->ops[a->op_index].op, *y = c->state->ops[b->op_index].op;

    for (uint32_t i = 0; i < x->write_count; i++) {
        for (uint32_t k = 0; k < y->write_count; k++) {
            if (x->writes[i].field == FIELD_EXHIBIT && y->writes[k].field == FIELD_EXHIBIT &&
                x->writes[i].value.text.len > 0 && slice_eq(x->writes[i].value.text, y->writes[k].value.text))
                return true;
        }
    }
    return false;
}

static bool says_same(const struct loaded_case *c, const struct case_event *a, const struct case_event *b)
{
    const struct op *x = c->state->ops[a->op_index].op;

    for (uint32_t i = 0; i < x->same_count; i++) {
        if (ID_EQ(&x->same_as[i], &b->id))
            return true;
    }
    return false;
}

static bool corrects(const struct loaded_case *c, const struct case_event *a, const struct case_event *b)
{
    const struct op *x = c->state->ops[a->op_index].op;

    for (uint32_t i = 0; i < x->correct_count && !a->withdrawn; i++) {
        if (ID_EQ(&x->corrects[i].op, &b->dot.op))
            return true;
    }
    return false;
}

/* What was withdrawn says nothing of what is the same any more, and stays the correction's other end. */
static bool are_one(const struct loaded_case *c, const struct case_event *a, const struct case_event *b)
{
    return (!a->withdrawn && !b->withdrawn && same_exhibit(c, a, b)) || (!a->withdrawn && says_same(c, a, b)) ||
           (!b->withdrawn && says_same(c, b, a)) || corrects(c, a, b) || corrects(c, b, a);
}

static bool is_member(const struct loaded_case *c, const struct case_event *e, uint32_t event)
{
    return e->event == event && e->authorised && !c->state->ops[e->op_index].op->withdraws;
}

static uint64_t happenings_by_hand(const struct loaded_case *c, uint32_t event)
{
    uint32_t up[EVENTS_MAX], at[EVENTS_MAX], count = 0;
    bool stands[EVENTS_MAX] = {false};
    uint64_t distinct = 0;

    for (uint32_t i = 0; i < c->state->event_count && count < EVENTS_MAX; i++) {
        if (is_member(c, &c->state->events[i], event)) {
            at[count] = i;
            up[count] = count;
            count++;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t k = 0; k < i; k++) {
            if (are_one(c, &c->state->events[at[i]], &c->state->events[at[k]]))
                up[root_of(up, i)] = root_of(up, k);
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct case_event *e = &c->state->events[at[i]];

        if (!e->corrected && !e->withdrawn && !stands[root_of(up, i)]) {
            stands[root_of(up, i)] = true;
            distinct++;
        }
    }
    return distinct;
}

static uint64_t happenings_told(const struct case_state *state, uint32_t event)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < state->tally_count; i++) {
        if (state->tallies[i].event == event && state->tallies[i].dimension == TALLY_TOTAL)
            sum += state->tallies[i].happenings;
    }
    return sum;
}

static void check_tallies(struct sim *s, struct sim_node *n, const struct loaded_case *c)
{
    for (uint32_t i = 0; i < c->state->tally_count && !s->failed; i++) {
        uint32_t event = c->state->tallies[i].event;
        uint64_t hand = happenings_by_hand(c, event), told = happenings_told(c->state, event);

        if (hand != told)
            sim_fail(s, "I27", "%s counts %llu happenings of event %u, there are %llu", sim_name(n),
                     (unsigned long long)told, event, (unsigned long long)hand);
    }
}

static void on_case(struct sim *s, struct sim_node *n, const struct loaded_case *c)
{
    in_case_once(s, n, c);
    for (uint32_t i = 0; i < c->op_count && !s->failed; i++)
        in_log_once(s, n, c->ops[i]);
    check_tallies(s, n, c);
}

/* Who knows the one must refuse the other. */
static void on_ack(struct sim *s, struct sim_op *op, struct sim_node *n)
{
    if (!op->reuses)
        return;
    for (uint32_t i = 0; i < s->op_count; i++) {
        const struct sim_op *other = &s->ops[i];

        if (other != op && other->state == OP_ACKED && other->author == op->author && other->acked_by == n->index &&
            other->acked_at < op->sent_at && n->lost_at < other->acked_at && op->acked_at == s->now &&
            memcmp(other->submission_id, op->submission_id, 16) == 0)
            sim_fail(s, "I27", "%s takes two submissions with one id", sim_name(n));
    }
}

const struct sim_check check_i27 = {
    .name = "I27", .says = "any number of resends has one effect", .on_case = on_case, .on_ack = on_ack};
