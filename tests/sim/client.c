/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/client.h"

#include "proto/wire.h"

#include <stdlib.h>

#define CLIENT_LINK ((link_id)1 << 40) /* then the op's number and the try */
#define TRIES_MAX 12
#define PATIENCE_MS 4000

bool client_is_link(link_id link)
{
    return link >> 40 == 1;
}

static struct sim_op *op_of(struct sim *s, link_id link)
{
    uint64_t index = (link >> 8) & 0xffffffffu;

    CW_ASSERT(index < s->op_count);
    return &s->ops[index];
}

/* --- sending ---------------------------------------------------------------------------------------------------- */

static void on_request(struct sim *s, struct sim_event *e)
{
    struct sim_node *n = &s->nodes[e->node];
    const struct sim_op *op = op_of(s, e->a);
    struct inbox_item item = {.kind = INBOX_CLIENT, .who = {e->a, false, op->author->cert, SUBJECT_PERSON}};

    node_put(n, &item, slice(e->bytes, e->len));
}

static void on_patience_over(struct sim *s, struct sim_event *e)
{
    struct sim_op *op = &s->ops[e->a];
    uint32_t to = op->node;

    if (op->state != OP_WAITING || op->tries != e->b)
        return;
    if (op->tries >= TRIES_MAX && !s->calm) {
        op->state = OP_GIVEN_UP;
        return;
    }
    if (!s->calm && rng_chance(&s->work, s->options.retry_elsewhere_pm))
        to = rng_below(&s->work, s->options.division_count);
    client_send(s, (uint32_t)e->a, to);
}

static void wait_for_answer(struct sim *s, uint32_t op)
{
    struct sim_event *e = sim_at(s, s->now + PATIENCE_MS, "patience", on_patience_over);

    e->a = op;
    e->b = s->ops[op].tries;
}

void client_send(struct sim *s, uint32_t index, uint32_t node)
{
    struct sim_op *op = &s->ops[index];
    struct sim_event *e = sim_at_with(s, s->now + 1 + rng_below(&s->work, 20), "request", on_request,
                                      slice(op->request, op->request_len));

    op->tries++;
    op->node = node;
    op->sent_at = s->now;
    e->node = node;
    e->a = CLIENT_LINK | (uint64_t)index << 8 | (op->tries & 0xff);
    wait_for_answer(s, index);
}

static void know_case(struct sim *s, const struct sim_op *op)
{
    if (!op->opens || s->case_count == CW_COUNT(s->cases))
        return;
    s->case_kinds[s->case_count] = op->kind;
    s->cases[s->case_count++] = op->case_id;
}

uint32_t client_submit(struct sim *s, struct draft *draft, uint32_t node)
{
    if (s->op_count == s->op_max) {
        s->op_max = s->op_max == 0 ? 128 : s->op_max * 2;
        s->ops = realloc(s->ops, s->op_max * sizeof *s->ops);
        CW_ASSERT(s->ops != NULL);
    }
    uint32_t index = s->op_count++;
    draft_build(s, draft, &s->ops[index]);
    client_send(s, index, node);
    return index;
}

/* --- hearing ---------------------------------------------------------------------------------------------------- */

static void take_receipt(struct sim_node *n, struct sim_op *op, const Cw__Submitted *answer)
{
    struct sim *s = n->sim;
    bool first = op->state != OP_ACKED;

    if (!answer->has_op_id || answer->op_id.len != CW_ID_LEN || memcmp(answer->op_id.data, op->id.b, CW_ID_LEN) != 0) {
        sim_fail(s, "I27", "%s answers a submission with the receipt of another", sim_name(n));
        return;
    }
    op->answers++;
    if (first) {
        op->state = OP_ACKED;
        op->acked_at = s->now;
        op->acked_by = n->index;
        op->losses_at_ack = s->losses;
        op->proposal = answer->has_proposal && answer->proposal;
        know_case(s, op);
    }
    if (answer->has_held_by && answer->held_by > op->held_by) {
        op->held_by = answer->held_by;
        op->losses_at_ack = s->losses;
    }
    if (op->invalid)
        sim_fail(s, "P2", "%s takes a submission that it must refuse", sim_name(n));
    else
        checks_on_ack(s, op, n);
}

static void take_refusal(struct sim *s, struct sim_node *n, struct sim_op *op, const Cw__Answer *answer)
{
    enum cw_err err = (enum cw_err)answer->code;

    sim_say(s, "%s refuses an op of %s: %s (%.*s: %.*s)", sim_name(n), op->author->name, cw_err_name(err),
            (int)answer->where.len, (const char *)answer->where.data, (int)answer->text.len,
            (const char *)answer->text.data);
    if (cw_err_class_of(err) == CW_CLASS_REFUSED && op->state == OP_WAITING) {
        op->state = OP_REFUSED;
        op->refused = err;
    }
}

static void keep_token(const struct sim_node *n, struct sim_op *op, const Cw__Answer *answer)
{
    if (op->token != NULL || !answer->has_session)
        return;
    op->token = malloc(answer->session.len);
    CW_ASSERT(op->token != NULL);
    memcpy(op->token, answer->session.data, answer->session.len);
    op->token_len = answer->session.len;
    op->token_from = n->index;
}

/*
 * A promise counts from the moment it leaves the daemon, whether or not it arrives: so it is read here. Whether
 * the officer hears it, and so tries again, is another matter.
 */
void client_hear(struct sim_node *n, link_id link, struct cw_slice frame)
{
    struct sim *s = n->sim;
    struct sim_op *op = op_of(s, link);
    size_t mark = arena_mark(&s->scratch);
    ProtobufCMessage *message;

    if (wire_unpack(&cw__answer__descriptor, frame, &s->scratch, &message, NULL) != CW_OK) {
        sim_fail(s, "answer", "%s gives an answer that cannot be read", sim_name(n));
        return;
    }
    const Cw__Answer *answer = (const Cw__Answer *)message;
    if (answer->submitted != NULL) {
        keep_token(n, op, answer);
        take_receipt(n, op, answer->submitted);
    } else if (answer->has_code && answer->code != CW_OK)
        take_refusal(s, n, op, answer);
    arena_release(&s->scratch, mark);
    if (op->state == OP_ACKED && !s->calm && rng_chance(&s->work, 100)) { /* the answer got lost: once more */
        struct sim_event *e =
            sim_at_with(s, s->now + PATIENCE_MS, "request", on_request, slice(op->request, op->request_len));

        e->node = rng_below(&s->work, s->options.division_count);
        e->a = link;
    }
}
