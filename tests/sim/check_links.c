/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/check.h"

#include "cases/links.h"
#include "proto/wire.h"

/*
 * A link is shown from both ends (DOMAIN §6.2): what a daemon's view says of links is what the states of all its cases
 * say together, whatever it answered before. States are equal by I9, so all replicas show the same. Readers ask in the
 * middle of it all as well: what was kept of those answers must not be told any more.
 */

#define ANSWER_ARENA_LEN ((size_t)16 << 20)
#define EXPECTED_MAX 512

struct expected {
    struct cw_op_id op;
    bool incoming;
};

struct expecting {
    uint32_t count;
    struct expected links[EXPECTED_MAX];
};

/* NULL: it does not know the case, or nobody is let in by its clock. */
static const Cw__CaseView *ask(struct sim_node *n, const struct cw_case_id *id)
{
    struct arena *scratch = &n->sim->scratch;
    struct arena arena = arena_over(arena_take_raw(scratch, ANSWER_ARENA_LEN, alignof(max_align_t)), ANSWER_ARENA_LEN);
    struct writer out = writer_over(arena_take_raw(scratch, MESSAGE_LEN_MAX, 1), MESSAGE_LEN_MAX);
    const struct reader_identity who = {.admin = true};
    Cw__Request request = CW__REQUEST__INIT;
    Cw__GetCase get = CW__GET_CASE__INIT;
    ProtobufCMessage *answer = NULL;

    request.get = &get;
    get.has_case_id = 1;
    get.case_id = wire_bytes(ID_SLICE(id));
    if (answer_read(n->node, &who, &request, &arena, &out) != CW_OK ||
        wire_unpack(&cw__answer__descriptor, slice(out.data, out.len), scratch, &answer, NULL) != CW_OK)
        return NULL;
    return ((const Cw__Answer *)(const void *)answer)->view;
}

static void expect_links(const struct case_state *in, const struct cw_case_id *shown, struct arena *scratch,
                         struct expecting *out)
{
    struct case_link *links = ARENA_ARRAY(scratch, struct case_link, STATE_LINKS_MAX);
    bool own = ID_EQ(&in->case_id, shown);
    uint32_t count = state_links(in, links, STATE_LINKS_MAX);

    for (uint32_t i = 0; i < count && out->count < EXPECTED_MAX; i++) {
        if (links[i].stands && (own || (!links[i].one_side && ID_EQ(&links[i].to, shown))))
            out->links[out->count++] = (struct expected){in->events[links[i].event_index].dot.op, !own};
    }
}

static bool is_shown(const Cw__CaseView *view, const struct expected *e)
{
    for (size_t i = 0; i < view->n_links; i++) {
        const Cw__ViewLink *link = view->links[i];

        if (link->op.len == ID_LEN && memcmp(link->op.data, e->op.b, ID_LEN) == 0 &&
            (link->has_incoming && link->incoming) == e->incoming)
            return true;
    }
    return false;
}

static void compare(struct sim *s, const struct sim_node *n, const Cw__CaseView *view, const struct expecting *e)
{
    for (uint32_t i = 0; i < e->count; i++) {
        if (!is_shown(view, &e->links[i])) {
            sim_fail(s, "links", "%s does not show link %02x%02x at the end %s which it leads", sim_name(n),
                     e->links[i].op.b[0], e->links[i].op.b[1], e->links[i].incoming ? "to" : "from");
            return;
        }
    }
    if (view->n_links != e->count)
        sim_fail(s, "links", "%s shows %zu links of a case of which %u stand", sim_name(n), view->n_links, e->count);
}

static void look_at_node(struct sim *s, struct sim_node *n)
{
    struct loaded_case *cases = ARENA_ARRAY(&s->scratch, struct loaded_case, s->case_count);
    struct expecting *e = ARENA_NEW(&s->scratch, struct expecting);
    bool known[CASES_MAX] = {false};

    for (uint32_t i = 0; i < s->case_count; i++)
        known[i] = view_case(n, &s->cases[i], &cases[i]) && cases[i].state != NULL;
    for (uint32_t i = 0; i < s->case_count && !s->failed; i++) {
        size_t mark = arena_mark(&s->scratch);
        const Cw__CaseView *view = known[i] ? ask(n, &s->cases[i]) : NULL;

        e->count = 0;
        for (uint32_t k = 0; view != NULL && k < s->case_count; k++) {
            if (known[k])
                expect_links(cases[k].state, &s->cases[i], &s->scratch, e);
        }
        if (view != NULL)
            compare(s, n, view, e);
        arena_release(&s->scratch, mark);
    }
}

static void at_end(struct sim *s)
{
    for (uint32_t i = 0; i < s->node_count && !s->failed && s->options.wide_pm > 0; i++) {
        size_t mark = arena_mark(&s->scratch);

        if (s->nodes[i].up && s->nodes[i].honest)
            look_at_node(s, &s->nodes[i]);
        arena_release(&s->scratch, mark);
    }
}

/* Somebody reads the case of which something was said, and another. */
static void on_ack(struct sim *s, struct sim_op *op, struct sim_node *n)
{
    size_t mark = arena_mark(&s->scratch);

    if (s->options.wide_pm == 0 || s->case_count == 0)
        return;
    (void)ask(n, &s->cases[op->id.b[0] % s->case_count]);
    arena_release(&s->scratch, mark);
    if (op->op.event == EVENT_LINK || op->op.event == EVENT_LINK_WITHDRAWN)
        (void)ask(n, &op->case_id);
    arena_release(&s->scratch, mark);
}

const struct sim_check check_links = {
    .name = "links", .says = "a link is shown from both ends", .on_ack = on_ack, .at_end = at_end};
