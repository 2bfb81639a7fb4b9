/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which cases are one child's (docs/fold.md §18). The class is the truth, not the pointer: merges unite, withdrawn ones
 * do not, and who survives is asked of the whole class. Cases of a class are bits of a mask, so that nothing here walks
 * pointers and nothing can go in a ring.
 */
#include "cases/identity.h"
#include "cases/view.h"

enum { EPISODE_IS_CLOSED = 6, EPISODE_IS_CANCELLED = 7, EPISODE_IS_DEAD = 8 };

/* --- claims --------------------------------------------------------------------------------------------------------- */

static const struct op_value *id_detail(const struct case_state *state, const struct case_event *event, uint32_t field)
{
    const struct op *op = state->ops[event->op_index].op;

    for (uint32_t i = 0; op != NULL && i < op->write_count; i++) {
        if (op->writes[i].field == field && op->writes[i].has_value && op->writes[i].value.type == VALUE_ID)
            return &op->writes[i].value;
    }
    return NULL;
}

uint32_t identity_claims(const struct case_state *state, struct identity_claim *out, uint32_t max)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < state->naming_count && count < max; i++) {
        const struct case_event *e = &state->events[state->naming[i]];
        bool accepts = e->event == EVENT_IDENTITY_ACCEPTED;
        const struct op_value *about;

        if (!e->authorised || e->withdrawal || e->withdrawn || e->corrected ||
            (!accepts && e->event != EVENT_IDENTITY_MERGED))
            continue;
        about = id_detail(state, e, accepts ? FIELD_ABOUT : FIELD_SURVIVOR);
        if (about == NULL || ID_IS_ZERO(&about->id) || memcmp(about->id.b, state->case_id.b, ID_LEN) == 0)
            continue;
        out[count] =
            (struct identity_claim){.op = e->dot.op, .division = state->ops[e->op_index].division, .accepts = accepts};
        memcpy(out[count++].about.b, about->id.b, ID_LEN);
    }
    return count;
}

static bool says_so(const struct case_state *in, const struct case_state *about, struct cw_slice division)
{
    struct identity_claim claims[IDENTITY_EDGES_MAX];
    uint32_t count = identity_claims(in, claims, IDENTITY_EDGES_MAX);

    for (uint32_t i = 0; i < count; i++) {
        if (ID_EQ(&claims[i].about, &about->case_id) && slice_eq(claims[i].division, division))
            return true;
    }
    return false;
}

/* The owner of a has not said that b is the same child, in either case. One owner of both has said so by merging. */
static bool owner_is_silent(const struct case_state *a, const struct case_state *b)
{
    struct cw_slice owner = a->owner.division;

    return !slice_eq(owner, b->owner.division) && !says_so(a, b, owner) && !says_so(b, a, owner);
}

static uint32_t index_of(const struct case_state *const *states, uint32_t count, const struct cw_case_id *id)
{
    uint32_t at = 0;

    while (at < count && !ID_EQ(&states[at]->case_id, id))
        at++;
    return at;
}

uint32_t identity_edges(const struct case_state *const *states, uint32_t count,
                        struct identity_edge out[static IDENTITY_EDGES_MAX])
{
    struct identity_claim claims[IDENTITY_EDGES_MAX];
    uint32_t edges = 0;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t claim_count = identity_claims(states[i], claims, IDENTITY_EDGES_MAX);

        for (uint32_t j = 0; j < claim_count && edges < IDENTITY_EDGES_MAX; j++) {
            uint32_t other = index_of(states, count, &claims[j].about);

            if (claims[j].accepts || other == count)
                continue;
            struct identity_edge *edge = &out[edges++];

            *edge = (struct identity_edge){.loser = i, .survivor = other, .op = claims[j].op};
            edge->waits_loser = owner_is_silent(states[i], states[other]);
            edge->waits_survivor = owner_is_silent(states[other], states[i]);
            edge->pending = edge->waits_loser || edge->waits_survivor;
        }
    }
    return edges;
}

/* --- classes -------------------------------------------------------------------------------------------------------- */

struct graph {
    uint32_t count;
    uint32_t out[IDENTITY_CASES_MAX], both[IDENTITY_CASES_MAX]; /* masks of neighbours */
};

static void connect(struct graph *g, uint32_t loser, uint32_t survivor)
{
    g->out[loser] |= 1u << survivor;
    g->both[loser] |= 1u << survivor;
    g->both[survivor] |= 1u << loser;
}

/* Everything reachable from `from` without passing `without`. */
static uint32_t reach(const struct graph *g, uint32_t from, uint32_t without)
{
    uint32_t seen = 1u << from, before = 0;

    while (seen != before) {
        before = seen;
        for (uint32_t i = 0; i < g->count; i++) {
            if ((seen & 1u << i) != 0)
                seen |= g->both[i] & ~without;
        }
    }
    return seen;
}

static uint32_t first_of(uint32_t mask)
{
    uint32_t at = 0;

    while ((mask & 1u << at) == 0)
        at++;
    return at;
}

/* Merged into several that only its own merges connect: nobody says that those are one, so it speaks for none of them. */
static bool is_contested(const struct graph *g, uint32_t at)
{
    uint32_t targets = g->out[at];

    return targets != 0 && (targets & ~reach(g, first_of(targets), 1u << at)) != 0;
}

static bool is_live(const struct case_state *state)
{
    for (uint32_t i = 0; i < state->machine_count; i++) {
        const struct case_machine *m = &state->machines[i];

        if (m->machine == MACHINE_EPISODE && m->state != EPISODE_IS_CLOSED && m->state != EPISODE_IS_CANCELLED &&
            m->state != EPISODE_IS_DEAD)
            return true;
    }
    return false;
}

/* The one with a live episode, else the one opened earlier; the lesser id where all is equal. */
static bool survives_over(const struct case_state *a, const struct case_state *b)
{
    bool a_live = is_live(a), b_live = is_live(b);

    if (a_live != b_live)
        return a_live;
    if (a->opened.ms != b->opened.ms)
        return a->opened.ms < b->opened.ms;
    return ID_COMPARE(&a->case_id, &b->case_id) < 0;
}

/* A single case that is merged into no other is the survivor that people named; else it is chosen, for the time being. */
static uint32_t survivor_of(const struct case_state *const *states, const struct graph *g, uint32_t class_mask,
                            bool *out_provisional)
{
    uint32_t best = IDENTITY_CASES_MAX, ends = 0, end = 0;

    for (uint32_t i = 0; i < g->count; i++) {
        if ((class_mask & 1u << i) == 0)
            continue;
        if (g->out[i] == 0) {
            ends++;
            end = i;
        }
        if (best == IDENTITY_CASES_MAX || survives_over(states[i], states[best]))
            best = i;
    }
    *out_provisional = ends != 1;
    return ends == 1 ? end : best;
}

static void place(const struct case_state *const *states, const struct graph *g, bool contested, uint32_t at,
                  struct identity_place *out)
{
    out->class_mask = reach(g, at, 0);
    out->survivor = at;
    if (contested) {
        out->standing = IDENTITY_UNRESOLVED;
        return;
    }
    out->standing = IDENTITY_ALONE;
    if (out->class_mask == 1u << at)
        return;
    out->survivor = survivor_of(states, g, out->class_mask, &out->provisional);
    out->standing = out->survivor == at ? IDENTITY_SURVIVOR : IDENTITY_ALIAS;
}

void identity_resolve(const struct case_state *const *states, uint32_t count, const struct identity_edge *edges,
                      uint32_t edge_count, struct identity_place *out)
{
    struct graph said = {.count = count}, holds = {.count = count};

    CW_ASSERT(count <= IDENTITY_CASES_MAX);
    memset(out, 0, count * sizeof(*out));
    for (uint32_t i = 0; i < edge_count; i++) {
        if (!edges[i].pending)
            connect(&said, edges[i].loser, edges[i].survivor);
        out[edges[i].loser].pending = out[edges[i].loser].pending || edges[i].pending;
        out[edges[i].survivor].pending = out[edges[i].survivor].pending || edges[i].pending;
    }
    for (uint32_t i = 0; i < edge_count; i++) {
        if (!edges[i].pending && !is_contested(&said, edges[i].loser))
            connect(&holds, edges[i].loser, edges[i].survivor);
    }
    for (uint32_t i = 0; i < count; i++)
        place(states, &holds, is_contested(&said, i), i, &out[i]);
}
