/* SPDX-License-Identifier: Apache-2.0 */
#include "cases/duties.h"
#include "tests/sim/check.h"

/*
 * Duties that nobody met are signed, once, and others are not (docs/fold.md §20): a division that holds a duty and whose
 * clock ran past its deadline shows one breach in effect; and who signed the breach of a duty that was met in time had not
 * heard of that when it signed.
 */

#define SIGNED_WITHIN_MS 5000
#define STOOD_IN_WITHIN_MS 55000 /* by whoever else can read the case */

/*
 * How long after its deadline a duty must show a breach here; INT64_MAX: it need not. At the end of a patient world everybody
 * has known of it for longer than anybody waits.
 */
static int64_t signed_within_ms(const struct sim_node *n, const struct case_state *state)
{
    if (state->owner.state == OWNER_NONE)
        return INT64_MAX;
    if (duty_is_held_by(state, slice_of(n->who->division)))
        return SIGNED_WITHIN_MS;
    return n->sim->options.patient ? STOOD_IN_WITHIN_MS : INT64_MAX;
}

/* Reckoned here, and not asked of what is under test. */
static bool is_due_here(const struct sim_node *n, const struct case_state *state, const struct case_clock *c)
{
    int64_t within = signed_within_ms(n, state), now = node_wall_noticed_ms(n);

    return within != INT64_MAX && now - within > c->deadline_ms && (c->end == CLOCK_RUNS || c->end_ms > c->deadline_ms);
}

static uint32_t breaches_in_effect(const struct case_state *state, const struct case_clock *c)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < c->mark_count; i++) {
        const struct case_mark *mark = &state->marks[c->first_mark + i];

        count += mark->event == EVENT_CLOCK_BREACHED && !mark->without_effect;
    }
    return count;
}

/* --- whether who signed knew --------------------------------------------------------------------------------------- */

/* The same certificate's: which of the two signed the certificate does not say, and each has its own ops. */
static bool has_twin(const struct sim *s, const struct cert_id *cert)
{
    for (uint32_t i = 0; i < s->node_count; i++) {
        if (s->nodes[i].copied && ID_EQ(&s->nodes[i].who->cert, cert))
            return true;
    }
    return false;
}

static struct sim_node *signer_of(struct sim *s, const struct cert_id *author)
{
    for (uint32_t i = 0; i < s->options.division_count; i++) {
        struct sim_node *n = &s->nodes[i];

        /* A disk that was lost, or went back, got its rows in another order than they were made in. */
        if (ID_EQ(&n->who->cert, author) && n->honest && !n->forker && !has_twin(s, author) && n->losses == 0)
            return n;
    }
    return NULL;
}

/* Told again: it was opened, or judged otherwise, after that. */
static bool changed_after(const struct look *l, const struct op_entry *e, uint64_t arrival)
{
    struct row_key key = row_key_feed(arrival);
    struct feed_row row;
    struct cw_slice value;

    while (look_next(l, TABLE_FEED, slice(NULL, 0), &key, &value)) {
        if (feed_row_parse(value, &row) == CW_OK && row.kind == FEED_ROW_AGAIN && row.seq == e->seq &&
            ID_EQ(&row.log, &e->log))
            return true;
    }
    return false;
}

static bool arrived(const struct look *l, const struct cw_op_id *op, struct op_row *out, uint64_t *out_arrival)
{
    struct entry_row entry;

    *out_arrival = UINT64_MAX;
    if (!look_op(l, op, out))
        return false;
    for (uint32_t i = 0; i < out->entry_count; i++) {
        if (look_entry(l, &out->entries[i].log, out->entries[i].seq, &entry) && entry.arrival < *out_arrival)
            *out_arrival = entry.arrival;
    }
    return *out_arrival != UINT64_MAX;
}

/* --- what the signer had when it signed ------------------------------------------------------------------------------ */

struct had {
    struct look look;
    uint64_t before; /* arrivals below it */
    bool changed;    /* an op that it had was opened, or judged otherwise, later: how it stood then nobody can say */
};

static enum cw_err pick_had(void *ctx, struct loaded_case *c)
{
    struct had *h = ctx;
    uint32_t count = c->op_count;

    c->op_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct op_row row;
        uint64_t at;

        if (!arrived(&h->look, &c->ops[i]->op_id, &row, &at) || at >= h->before)
            continue;
        for (uint32_t e = 0; e < row.entry_count; e++)
            h->changed = h->changed || changed_after(&h->look, &row.entries[e], h->before);
        c->ops[c->op_count++] = c->ops[i];
    }
    return c->op_count > 0 ? CW_OK : CW_REFUSED_UNKNOWN_CASE;
}

static bool is_met_in_time(const struct case_state *state, const struct hash *clock)
{
    for (uint32_t i = 0; i < state->clock_count; i++) {
        const struct case_clock *c = &state->clocks[i];

        if (ID_EQ(&c->id, clock))
            return c->end == CLOCK_END_MET && c->end_ms <= c->deadline_ms;
    }
    return false;
}

/* Of its own ops, and not of those that whoever accuses it has: one that it knew may have taken the answer back. */
static bool met_with(struct sim_node *signer, const struct cw_case_id *id, const struct hash *clock, struct had *h)
{
    struct arena *scratch = &signer->sim->scratch;
    size_t mark = arena_mark(scratch);
    struct loaded_case c = {0};
    struct node_read read;
    bool met;

    if (!signer->up || node_read_begin(signer->node, &read) != CW_OK)
        return false;
    met =
        case_load_picked(&read, id, scratch, pick_had, h, &c) == CW_OK && !h->changed && is_met_in_time(c.state, clock);
    node_read_done(&read);
    arena_release(scratch, mark);
    return met;
}

static bool knew(struct sim_node *signer, const struct cw_case_id *id, const struct hash *clock,
                 const struct cw_op_id *breach)
{
    struct had had = {0};
    struct op_row row;
    bool did;

    if (!look_begin(&had.look, signer))
        return false;
    did = arrived(&had.look, breach, &row, &had.before) && met_with(signer, id, clock, &had);
    look_done(&had.look);
    return did;
}

static void check_met(struct sim *s, struct sim_node *n, const struct loaded_case *of, const struct case_clock *c)
{
    const struct case_state *state = of->state;
    const struct case_mark *breach = duty_breach(state, c);
    const struct case_op *op = breach == NULL ? NULL : &state->ops[breach->op_index];
    struct sim_node *signer = op == NULL ? NULL : signer_of(s, &op->author);

    if (op == NULL)
        return;
    if (!c->learned_late)
        sim_fail(s, "duties", "%s: %s was met in time, and its breach does not say that it was learned late",
                 sim_name(n), c->row->name);
    if (signer != NULL && knew(signer, &of->id, &c->id, &op->op_id))
        sim_fail(s, "duties", "%s signed the breach of %s although it held what had met it in time", sim_name(signer),
                 c->row->name);
}

/* --- asked ---------------------------------------------------------------------------------------------------------- */

static void check_clock(struct sim *s, struct sim_node *n, const struct loaded_case *c, const struct case_clock *clock)
{
    const struct case_state *state = c->state;
    uint32_t count = breaches_in_effect(state, clock);

    if (count > 1)
        sim_fail(s, "duties", "%s: %u breaches of one %s are in effect", sim_name(n), count, clock->row->name);
    if (clock->end == CLOCK_END_MET && clock->end_ms <= clock->deadline_ms)
        check_met(s, n, c, clock);
    if (s->ended && count == 0 && (c->flags & (CASE_INCOMPLETE | CASE_DEGRADED)) == 0 && is_due_here(n, state, clock))
        sim_fail(s, "duties", "%s %s %s of case %02x%02x, which was due %lld ms ago, and nobody signed its breach",
                 sim_name(n), duty_is_held_by(state, slice_of(n->who->division)) ? "holds" : "knows of",
                 clock->row->name, c->id.b[0], c->id.b[1], (long long)(node_wall(n).ms - clock->deadline_ms));
}

static void on_case(struct sim *s, struct sim_node *n, const struct loaded_case *c)
{
    for (uint32_t i = 0; i < c->state->clock_count && !s->failed; i++)
        check_clock(s, n, c, &c->state->clocks[i]);
}

const struct sim_check check_duties = {.name = "duties", .says = "a missed duty has one breach", .on_case = on_case};
