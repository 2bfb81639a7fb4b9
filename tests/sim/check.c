/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/check.h"

/* Asks every property at the moments it wants to be asked. */

#define EACH_CHECK(c) \
    for (const struct sim_check *const *c = sim_checks; *c != NULL && !s->failed && !s->unwatched; c++)

void checks_after_turn(struct sim *s, struct sim_node *n)
{
    EACH_CHECK(c)
    {
        if ((*c)->after_turn != NULL)
            (*c)->after_turn(s, n);
    }
}

void checks_on_send(struct sim *s, struct sim_node *n, const struct sim_link *link, struct cw_slice frame)
{
    size_t mark = arena_mark(&s->scratch);
    struct peer_message *message;

    if (s->unwatched)
        return;
    message = ARENA_NEW(&s->scratch, struct peer_message);
    enum cw_err err = peer_message_parse(frame, &s->scratch, message);

    if (err != CW_OK)
        sim_fail(s, "send", "%s sends a frame of %zu bytes that cannot be read: %s (%zu bytes of scratch left)",
                 sim_name(n), frame.len, cw_err_name(err), s->scratch.len - s->scratch.used);
    EACH_CHECK(c)
    {
        if ((*c)->on_send != NULL)
            (*c)->on_send(s, n, link, message);
    }
    arena_release(&s->scratch, mark);
}

void checks_on_start(struct sim *s, struct sim_node *n)
{
    EACH_CHECK(c)
    {
        if ((*c)->on_start != NULL)
            (*c)->on_start(s, n);
    }
}

void checks_on_ack(struct sim *s, struct sim_op *op, struct sim_node *n)
{
    EACH_CHECK(c)
    {
        if ((*c)->on_ack != NULL)
            (*c)->on_ack(s, op, n);
    }
}

static void look_at_case(struct sim *s, struct sim_node *n, const struct cw_case_id *id)
{
    size_t mark = arena_mark(&s->scratch);
    struct loaded_case loaded = {0};

    if (view_case(n, id, &loaded)) {
        EACH_CHECK(c)
        {
            if ((*c)->on_case != NULL)
                (*c)->on_case(s, n, &loaded);
        }
    } else if (s->ended && !check_is_on_a_branch(s, check_opening(s, id))) {
        sim_fail(s, "I6", "%s does not know a case that was acknowledged", sim_name(n));
    }
    arena_release(&s->scratch, mark);
}

static void look_at_cases(struct sim *s)
{
    for (uint32_t c = 0; c < s->case_count && !s->failed && !s->unwatched; c++) {
        if (!check_is_safe(s, check_opening(s, &s->cases[c])))
            continue;
        for (uint32_t i = 0; i < s->node_count && !s->failed; i++) {
            if (s->nodes[i].up && s->nodes[i].honest)
                look_at_case(s, &s->nodes[i], &s->cases[c]);
        }
    }
}

void checks_at_heal(struct sim *s)
{
    EACH_CHECK(c)
    {
        if ((*c)->at_heal != NULL)
            (*c)->at_heal(s);
    }
    look_at_cases(s);
}

void checks_at_end(struct sim *s)
{
    s->ended = true;
    EACH_CHECK(c)
    {
        if ((*c)->at_end != NULL)
            (*c)->at_end(s);
    }
    look_at_cases(s);
    EACH_CHECK(c)
    {
        if ((*c)->at_last != NULL)
            (*c)->at_last(s);
    }
}

/* --- what several properties ask ------------------------------------------------------------------------------ */

const struct sim_op *check_op(const struct sim *s, const struct cw_op_id *id)
{
    for (uint32_t i = 0; i < s->op_count; i++) {
        if (ID_EQ(&s->ops[i].id, id))
            return &s->ops[i];
    }
    return NULL;
}

const struct sim_op *check_opening(const struct sim *s, const struct cw_case_id *id)
{
    for (uint32_t i = 0; i < s->op_count; i++) {
        if (s->ops[i].opens && ID_EQ(&s->ops[i].case_id, id))
            return &s->ops[i];
    }
    return NULL;
}

/*
 * Whether a promise was made that nothing has released since. "local" survives everything but the loss of its
 * disk; "held by k" the loss of any k-1. A disk that goes back in time is lost as far as it goes back.
 */
bool check_is_safe(const struct sim *s, const struct sim_op *op)
{
    uint32_t held = op == NULL || op->held_by == 0 ? 1 : op->held_by;

    if (op == NULL || op->state != OP_ACKED || !s->nodes[op->acked_by].honest || s->nodes[op->acked_by].forker)
        return false;
    if (s->options.tamper_pm > 0 && held > 1)
        held--; /* the hostile one may say that it holds what it does not */
    return s->losses - op->losses_at_ack < held || s->nodes[op->acked_by].lost_at < op->acked_at;
}

static struct position head_at(const struct look *l, const struct log_id *log)
{
    struct log_row row = {0};

    (void)look_log(l, log, &row);
    return (struct position){*log, row.head.seq, row.head.seal};
}

bool check_same_branches(const struct sim *s, struct sim_node *a, struct sim_node *b)
{
    const struct made_log *logs;
    uint32_t count = history_logs(s->history, &logs);
    struct look at_a, at_b;
    bool same = true;

    if (!look_begin(&at_a, a))
        return false;
    if (!look_begin(&at_b, b)) {
        look_done(&at_a);
        return false;
    }
    for (uint32_t i = 0; i < count && same; i++) {
        struct position here = head_at(&at_a, &logs[i].log), there = head_at(&at_b, &logs[i].log);

        same = !logs[i].forked || (here.seq == there.seq && ID_EQ(&here.seal, &there.seal));
    }
    look_done(&at_b);
    look_done(&at_a);
    return same;
}

bool check_is_steady(const struct sim_node *n)
{
    return n->honest && !n->forker;
}

struct case_op check_case_op(const struct loaded_op *op)
{
    return (struct case_op){.op_id = op->op_id,
                            .hlc = op->hlc,
                            .log = op->log,
                            .author = op->author,
                            .roles = (uint32_t)op->author_roles,
                            .division = op->author_division,
                            .verdict = op->verdict,
                            .author_time = op->author_time,
                            .flags = op->flags & ~OP_FLAG_QUARANTINED,
                            .op = op->decoded ? &op->op : NULL};
}
