/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/check.h"

#include "proto/wire.h"

/*
 * I29 An officer reads what he wrote: right after the receipt, that daemon's view of the case has the op; and any other
 * daemon, asked at any later time with the token that came with the receipt, has it too or says that it is behind.
 */

#define ANSWER_LEN 65536
#define ASK_EVERY_TURNS 4

static void on_ack(struct sim *s, struct sim_op *op, struct sim_node *n)
{
    size_t mark = arena_mark(&s->scratch);
    struct loaded_case c = {0};

    if (op->acked_at != s->now || op->tries > 1)
        return;
    if (!view_case(n, &op->case_id, &c) || c.state == NULL || state_op(c.state, &op->id) == NULL)
        sim_fail(s, "I29", "%s acknowledges an op and does not show it", sim_name(n));
    arena_release(&s->scratch, mark);
}

/* --- elsewhere, later ----------------------------------------------------------------------------------------- */

/* What a question in the op's session gets; about a case that nobody knows, so that it costs nothing to answer. */
static enum cw_err ask_in_session(struct sim_node *n, const struct sim_op *op)
{
    static const uint8_t nowhere[ID_LEN] = {0xff};
    struct arena *arena = &n->sim->scratch;
    struct reader_identity who = {.cert = op->author->cert, .subject = SUBJECT_PERSON};
    struct writer out = writer_over(arena_take(arena, ANSWER_LEN, 1), ANSWER_LEN);
    ProtobufCBinaryData token = wire_bytes(slice(op->token, op->token_len));
    Cw__Request request = CW__REQUEST__INIT;
    Cw__GetCase get = CW__GET_CASE__INIT;
    ProtobufCMessage *answer;

    request.get = &get;
    get.has_case_id = 1;
    get.case_id = wire_bytes(slice(nowhere, sizeof nowhere));
    request.n_session = 1;
    request.session = &token;
    if (answer_read(n->node, &who, &request, arena, &out) != CW_OK ||
        wire_unpack(&cw__answer__descriptor, slice(out.data, out.len), arena, &answer, NULL) != CW_OK)
        return CW_LOCAL_MEMORY;
    return (enum cw_err)((Cw__Answer *)answer)->code;
}

static bool shows(struct sim_node *n, const struct sim_op *op)
{
    struct loaded_case c = {0};

    if (!view_case(n, &op->case_id, &c))
        return false;
    for (uint32_t i = 0; i < c.op_count; i++) {
        if (ID_EQ(&c.ops[i]->op_id, &op->id))
            return c.ops[i]->decoded || op->newer;
    }
    return false;
}

static bool is_asked(const struct sim *s, const struct sim_node *n, const struct sim_op *op)
{
    return op->token != NULL && op->state == OP_ACKED && check_is_steady(&s->nodes[op->token_from]) &&
           check_is_steady(n) && n->up && !n->dead;
}

static void after_turn(struct sim *s, struct sim_node *n)
{
    const struct sim_op *op = s->op_count == 0 ? NULL : &s->ops[n->turns / ASK_EVERY_TURNS % s->op_count];
    size_t mark = arena_mark(&s->scratch);

    if (op == NULL || n->turns % ASK_EVERY_TURNS != 0 || !is_asked(s, n, op))
        return;
    if (ask_in_session(n, op) == CW_REFUSED_UNKNOWN_CASE && !shows(n, op))
        sim_fail(s, "I29", "%s is not behind a session that wrote at %s, and lacks what it wrote", sim_name(n),
                 sim_name(&s->nodes[op->token_from]));
    arena_release(&s->scratch, mark);
}

const struct sim_check check_i29 = {
    .name = "I29",
    .says = "one reads what one wrote",
    .on_ack = on_ack,
    .after_turn = after_turn,
};
