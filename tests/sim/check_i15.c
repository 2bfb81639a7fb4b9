/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/check.h"

/* I15 Nothing has effect whose author this daemon does not know, or who had not the role: proposals stay proposals. */

static const struct actor *author_of(const struct sim *s, const struct cert_id *cert)
{
    const struct cast *c = s->cast;

    for (uint32_t d = 0; d < s->options.division_count; d++) {
        if (ID_EQ(&c->daemons[d].cert, cert))
            return &c->daemons[d];
        for (uint32_t i = 0; i < OFFICERS_PER_DIVISION; i++) {
            if (ID_EQ(&c->officers[d][i].cert, cert))
                return &c->officers[d][i];
        }
    }
    return ID_EQ(&c->late.cert, cert) ? &c->late : NULL;
}

static bool knows(struct sim_node *n, const struct cert_id *cert)
{
    bool known = authority_find(node_authority(n->node), cert) != NULL;

    node_authority_done(n->node);
    return known;
}

/* What a daemon says by itself: docs/fold.md §20. */
static bool is_a_daemons(const struct op *op)
{
    return op->type == OP_EVENT && (op->event == EVENT_CLOCK_BREACHED || op->event == EVENT_DELIVERED);
}

static void check_op_of(struct sim *s, struct sim_node *n, const struct loaded_case *c, const struct loaded_op *op)
{
    const struct actor *author = author_of(s, &op->author);

    if (op->verdict != VERDICT_EFFECTIVE)
        return;
    if (author == NULL || !knows(n, &op->author))
        sim_fail(s, "I15", "%s gives effect to an op of an author it does not know", sim_name(n));
    else if (author->subject == SUBJECT_DAEMON && op->decoded && !is_a_daemons(&op->op))
        sim_fail(s, "I15", "%s gives effect to an op of a daemon that speaks of no duty: event %u", sim_name(n),
                 op->op.event);
    for (uint32_t w = 0; op->decoded && author != NULL && w < op->op.write_count; w++) {
        const struct schema_field *row = schema_field(op->op.writes[w].field);
        enum fate fate = state_fate(c->state, &(struct dot){op->op_id, w});

        if (row != NULL && row->place != PLACE_DETAIL && (author->roles & (row->set_roles | row->lower_roles)) == 0 &&
            (fate == FATE_CURRENT || fate == FATE_CONFLICT || fate == FATE_ACT))
            sim_fail(s, "I15", "at %s a write of %s by %s stands without the role", sim_name(n), row->name,
                     author->name);
    }
}

static void on_case(struct sim *s, struct sim_node *n, const struct loaded_case *c)
{
    for (uint32_t i = 0; i < c->op_count && !s->failed; i++)
        check_op_of(s, n, c, c->ops[i]);
}

const struct sim_check check_i15 = {.name = "I15", .says = "no effect without author and role", .on_case = on_case};
