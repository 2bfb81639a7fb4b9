/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/check.h"

#include "cases/identity.h"

#include <string.h>

/*
 * Children recorded twice (DOMAIN §9.4): every daemon unites the same cases under the same survivor, and an unmerge
 * restores exactly. That is asked by leaving out, op by op, what was merged and taken back: each state must be the one
 * that it would have been, and the cases must be to each other what they would have been.
 */

#define TEXT_LEN_MAX ((size_t)4 << 20)
#define GONE_MAX 64

struct family {
    uint32_t count;
    uint32_t which[IDENTITY_CASES_MAX]; /* in s->cases */
    struct loaded_case *cases;
    const struct case_state *states[IDENTITY_CASES_MAX];
    struct identity_place places[IDENTITY_CASES_MAX];
};

static void gather(struct sim *s, struct sim_node *n, struct family *out)
{
    out->cases = ARENA_ARRAY(&s->scratch, struct loaded_case, IDENTITY_CASES_MAX);
    for (uint32_t i = 0; i < s->case_count && out->count < IDENTITY_CASES_MAX; i++) {
        struct loaded_case *c = &out->cases[out->count];

        if (s->case_kinds[i] != KIND_CHILD || !view_case(n, &s->cases[i], c) || c->state == NULL)
            continue;
        out->which[out->count] = i;
        out->states[out->count++] = c->state;
    }
}

static void resolve(const struct case_state *const *states, uint32_t count, struct identity_place *out)
{
    struct identity_edge edges[IDENTITY_EDGES_MAX];

    identity_resolve(states, count, edges, identity_edges(states, count, edges), out);
}

static bool same_place(const struct identity_place *a, const struct identity_place *b)
{
    return a->standing == b->standing && a->survivor == b->survivor && a->provisional == b->provisional &&
           a->pending == b->pending && a->class_mask == b->class_mask;
}

/* --- what was taken back ------------------------------------------------------------------------------------------ */

struct gone {
    uint32_t count;
    struct cw_op_id ops[GONE_MAX];
    char hex[GONE_MAX][2 * ID_LEN + 1];
};

static void list_gone(const struct case_state *state, struct gone *out)
{
    out->count = 0;
    for (uint32_t i = 0; i < state->event_count && out->count < GONE_MAX; i++) {
        const struct case_event *e = &state->events[i];
        const struct op *op = state->ops[e->op_index].op;
        bool merge = e->event == EVENT_IDENTITY_MERGED;

        if (!(merge && (e->withdrawn || (e->authorised && op->withdraws))) &&
            !(e->event == EVENT_IDENTITY_UNMERGED && e->authorised))
            continue;
        out->ops[out->count] = e->dot.op;
        hex_of(ID_SLICE(&e->dot.op), out->hex[out->count++]);
    }
}

static bool is_gone(const struct gone *g, const struct cw_op_id *op)
{
    for (uint32_t i = 0; i < g->count; i++) {
        if (ID_EQ(&g->ops[i], op))
            return true;
    }
    return false;
}

/* What is named decides about the order: an op that stays must not name one that goes, or something else would differ. */
static bool names_gone(const struct gone *g, const struct op *op)
{
    for (uint32_t i = 0; i < op->after_count; i++) {
        if (is_gone(g, &op->after[i]))
            return true;
    }
    for (uint32_t i = 0; i < op->correct_count; i++) {
        if (is_gone(g, &op->corrects[i].op))
            return true;
    }
    return false;
}

static bool can_be_left_out(const struct loaded_case *c, const struct gone *g)
{
    for (uint32_t i = 0; i < c->op_count; i++) {
        if (c->ops[i]->decoded && !is_gone(g, &c->ops[i]->op_id) && names_gone(g, &c->ops[i]->op))
            return false;
    }
    return true;
}

static const struct case_state *fold_without(struct sim *s, const struct loaded_case *c, const struct gone *g)
{
    struct fold *fold = fold_begin(&s->scratch, &c->id, NULL);
    const struct case_state *state = NULL;

    for (uint32_t i = 0; fold != NULL && i < c->op_count; i++) {
        struct case_op op = check_case_op(c->ops[i]);

        if (!is_gone(g, &op.op_id) && c->ops[i]->submission_ok)
            (void)fold_add(fold, &op); /* what the fold does not take is set aside, here as there */
    }
    return fold != NULL && fold_finish(fold, &state) == CW_OK ? state : NULL;
}

/* --- line by line --------------------------------------------------------------------------------------------------- */

static struct cw_slice text_of(struct sim *s, const struct case_state *state)
{
    uint8_t *bytes = arena_take_raw(&s->scratch, TEXT_LEN_MAX, 1);
    struct writer w = writer_over(bytes, TEXT_LEN_MAX);

    CW_ASSERT(bytes != NULL && case_state_encode(state, &w) == CW_OK && !w.failed);
    return slice(w.data, w.len);
}

static bool speaks_of_gone(struct cw_slice line, const struct gone *g)
{
    for (uint32_t i = 0; i < g->count; i++) {
        if (memmem(line.data, line.len, g->hex[i], sizeof g->hex[i] - 1) != NULL)
            return true;
    }
    return line.len > 7 && memcmp(line.data, "counts ", 7) == 0;
}

/* The next line that says nothing of what is gone; empty: the end. */
static struct cw_slice next_line(struct cw_slice *rest, const struct gone *g)
{
    while (rest->len > 0) {
        const uint8_t *end = memchr(rest->data, '\n', rest->len);
        size_t len = end == NULL ? rest->len : (size_t)(end - rest->data) + 1;
        struct cw_slice line = slice(rest->data, len);

        *rest = slice(rest->data + len, rest->len - len);
        if (!speaks_of_gone(line, g))
            return line;
    }
    return slice("", 0);
}

static void compare_texts(struct sim *s, const struct sim_node *n, const struct case_state *with,
                          const struct case_state *without, const struct gone *g)
{
    struct cw_slice left = text_of(s, with), right = text_of(s, without), a, b;

    do {
        a = next_line(&left, g);
        b = next_line(&right, g);
    } while (a.len > 0 && slice_eq(a, b));
    if (a.len > 0 || b.len > 0)
        sim_fail(s, "merge", "after an unmerge %s shows: %.*s(without it: %.*s)", sim_name(n), (int)a.len,
                 (const char *)a.data, (int)b.len, (const char *)b.data);
}

/* --- the properties --------------------------------------------------------------------------------------------------- */

static void check_restored(struct sim *s, const struct sim_node *n, const struct family *f)
{
    const struct case_state *states[IDENTITY_CASES_MAX];
    struct identity_place places[IDENTITY_CASES_MAX];
    struct gone gone, none = {.count = 0};
    bool all = true;

    for (uint32_t i = 0; i < f->count && !s->failed; i++) {
        list_gone(f->states[i], &gone);
        states[i] = f->states[i];
        if (gone.count == 0)
            continue;
        all = all && can_be_left_out(&f->cases[i], &gone);
        if (!can_be_left_out(&f->cases[i], &gone))
            continue;
        const struct case_state *with = fold_without(s, &f->cases[i], &none);

        states[i] = fold_without(s, &f->cases[i], &gone);
        CW_ASSERT(with != NULL && states[i] != NULL);
        compare_texts(s, n, with, states[i], &gone);
    }
    if (s->failed || !all)
        return;
    resolve(states, f->count, places);
    for (uint32_t i = 0; i < f->count; i++) {
        if (!same_place(&places[i], &f->places[i]))
            sim_fail(s, "merge", "%s shows cases of a child otherwise than if nobody had ever merged and unmerged them",
                     sim_name(n));
    }
}

static void compare_families(struct sim *s, const struct sim_node *a, const struct family *f, const struct sim_node *b,
                             const struct family *g)
{
    bool same = f->count == g->count && memcmp(f->which, g->which, f->count * sizeof f->which[0]) == 0;

    for (uint32_t i = 0; same && i < f->count; i++) {
        if (!same_place(&f->places[i], &g->places[i]))
            sim_fail(s, "merge", "%s and %s unite a child's cases differently", sim_name(a), sim_name(b));
    }
}

static void at_end(struct sim *s)
{
    size_t mark = arena_mark(&s->scratch);
    struct family *families = ARENA_ARRAY(&s->scratch, struct family, NODES_MAX);
    struct sim_node *first = NULL;

    for (uint32_t i = 0; i < s->node_count && !s->failed; i++) {
        struct sim_node *n = &s->nodes[i];

        if (!n->up || !n->honest)
            continue;
        gather(s, n, &families[i]);
        resolve(families[i].states, families[i].count, families[i].places);
        check_restored(s, n, &families[i]);
        first = first == NULL ? n : first;
        if (!s->failed && n != first && check_same_branches(s, n, first))
            compare_families(s, n, &families[i], first, &families[first->index]);
    }
    arena_release(&s->scratch, mark);
}

const struct sim_check check_merge = {.name = "merge", .says = "an unmerge restores exactly", .at_end = at_end};
