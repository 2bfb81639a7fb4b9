/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/workload_parts.h"

/* --- acts ------------------------------------------------------------------------------------------------------------ */

static void spoil_somehow(struct sim *s, struct draft *d)
{
    const struct sim_options *o = &s->options;

    if (rng_chance(work_dice(s), o->bad_signature_pm))
        d->bad_signature = true;
    else if (s->op_count > 0 && rng_chance(work_dice(s), o->reused_id_pm)) {
        const struct sim_op *before = &s->ops[rng_below(work_dice(s), s->op_count)];

        if (before->state == OP_ACKED && !before->invalid) { /* its author's program starts counting anew */
            memcpy(d->submission_id, before->submission_id, sizeof d->submission_id);
            d->author = before->author;
            d->reuses = true;
        }
    }
}

void work_hand_in(struct sim *s, struct draft *d, uint32_t division)
{
    uint32_t to = division;

    if (rng_chance(work_dice(s), s->options.retry_elsewhere_pm / 4))
        to = rng_below(work_dice(s), s->options.division_count);
    if (s->node_count > s->options.division_count && rng_chance(work_dice(s), 300))
        to = s->options.division_count; /* the copy of a division that runs twice */
    d->held_by = rng_chance(work_dice(s), s->options.held_by_pm)
                     ? 2 + rng_below(work_dice(s), s->options.division_count - 1)
                     : 1;
    spoil_somehow(s, d);
    client_submit(s, d, to);
}

uint32_t workload_open(struct sim *s, uint32_t kind, uint32_t division)
{
    struct draft d;
    bool coordinator = kind == KIND_OCG || kind == KIND_LINE;
    const struct actor *who = work_officer(s, division, coordinator ? OFFICER_COORD : OFFICER_SUP);

    draft_begin(s, &d, who, NULL, kind);
    draft_text(&d, FIELD_TITLE, work_text(s, schema_field(FIELD_TITLE)));
    if (kind == KIND_OCG)
        draft_text(&d, FIELD_OCG_NAME, work_text(s, schema_field(FIELD_OCG_NAME)));
    if (kind == KIND_LINE)
        draft_text(&d, FIELD_BRAND, work_text(s, schema_field(FIELD_BRAND)));
    if (kind == KIND_CHILD && rng_chance(work_dice(s), 500))
        draft_number(&d, FIELD_MISSING_RISK, 2 + rng_below(work_dice(s), 3));
    d.held_by = 1;
    return client_submit(s, &d, division);
}

static bool is_favourite(const struct sim *s, uint32_t field)
{
    return (field * 2654435761u ^ (uint32_t)s->options.seed * 40503u) % 7 == 0;
}

static const struct schema_field *some_field(struct sim *s, uint32_t kind)
{
    const struct schema_field *rows, *picked = NULL;
    size_t count;
    uint32_t seen = 0;

    rows = schema_fields(&count);
    for (size_t i = 0; i < count; i++) {
        bool fits = (rows[i].kinds & 1u << kind) != 0 && rows[i].place != PLACE_DETAIL &&
                    schema_field_is_written(&rows[i]) && rows[i].rule != RULE_IMM;
        uint32_t weight = rows[i].rule == RULE_MAX || rows[i].rule == RULE_MVR || rows[i].rule == RULE_ORS ? 3 : 1;

        if (rows[i].flags & FIELD_RISK)
            weight = 14;
        if (is_favourite(s, rows[i].number))
            weight *= 8; /* few fields, much written: so that writes meet */
        for (uint32_t w = 0; fits && w < weight; w++) {
            if (rng_below(work_dice(s), ++seen) == 0)
                picked = &rows[i];
        }
    }
    return picked;
}

/* What the screen shows is what the new value replaces, most of the time. */
static void name_what_is_shown(struct sim *s, struct draft *d, struct op_write *w, const struct schema_field *row,
                               const struct loaded_case *shown)
{
    struct op_ref heads[DRAFT_NAMES_MAX];
    size_t count;

    if (shown->state == NULL || rng_chance(work_dice(s), 250))
        return;
    count = state_heads(shown->state, &scope_none, row->number, schema_field_is_set(row) ? &w->value : NULL, heads,
                        CW_COUNT(heads));
    draft_names(d, w, heads, count);
}

static bool take_out_something(struct sim *s, struct draft *d, const struct schema_field *row,
                               const struct loaded_case *shown)
{
    const struct case_cell *cell = shown->state == NULL ? NULL : state_cell(shown->state, &scope_none, row->number);
    struct op_ref heads[DRAFT_NAMES_MAX];
    struct op_write *w;

    if (!schema_field_is_set(row) || cell == NULL || cell->value_count == 0 || rng_chance(work_dice(s), 600))
        return false;
    const struct case_value *v = &cell->values[rng_below(work_dice(s), cell->value_count)];
    w = draft_write(d, row->number, row->rule == RULE_ORS ? VERB_REMOVE : VERB_STRIKE);
    draft_names(d, w, heads, state_heads(shown->state, &scope_none, row->number, &v->value, heads, CW_COUNT(heads)));
    return true;
}

static void set_something(struct sim *s, uint32_t division, uint32_t kind, const struct loaded_case *shown)
{
    const struct schema_field *row = some_field(s, kind);
    bool wrong = rng_chance(work_dice(s), s->options.wrong_role_pm);
    const struct actor *who =
        work_someone_with(s, division, wrong ? ~row->set_roles : row->set_roles | row->lower_roles);
    struct draft d;

    if (who == NULL)
        return;
    draft_begin(s, &d, who, &shown->id, kind);
    if (row->rule == RULE_OWN && shown->state != NULL)
        d.op.epoch = shown->state->owner.epoch;
    if (!take_out_something(s, &d, row, shown))
        name_what_is_shown(s, &d, work_value(s, &d, row), row, shown);
    work_hand_in(s, &d, division);
}

static const struct schema_event *some_event(struct sim *s, uint32_t kind)
{
    const struct schema_event *rows, *picked = NULL;
    size_t count;
    uint32_t seen = 0;

    rows = schema_events(&count);
    for (size_t i = 0; i < count; i++) {
        bool fits =
            (rows[i].kinds & 1u << kind) != 0 && rows[i].number != EVENT_DISPOSED && rows[i].number != EVENT_MERGED;
        uint32_t weight = (rows[i].flags & EVENT_TALLIED) != 0 && kind == KIND_OPERATION ? 3 : 1;

        for (uint32_t w = 0; fits && w < weight; w++) {
            if (rng_below(work_dice(s), ++seen) == 0)
                picked = &rows[i];
        }
    }
    return picked;
}

void work_details(struct sim *s, struct draft *d, uint32_t event)
{
    const struct schema_event_field *rows;
    size_t count;

    rows = schema_event_fields(&count);
    for (size_t i = 0; i < count && d->op.write_count < DRAFT_WRITES_MAX - 2; i++) {
        if (rows[i].event == event && (rows[i].required || rng_chance(work_dice(s), 200)))
            work_value(s, d, schema_field(rows[i].field));
    }
}

/* The same arrest, told by two divisions: by exhibit or by name. */
static void say_it_again(struct sim *s, struct draft *d, const struct loaded_case *shown)
{
    const struct schema_event *row = schema_event(d->op.event);

    if (row == NULL || (row->flags & EVENT_TALLIED) == 0)
        return;
    if (rng_chance(work_dice(s), 300))
        draft_text(d, FIELD_EXHIBIT, work_text(s, schema_field(FIELD_EXHIBIT)));
    if (shown->state == NULL || rng_chance(work_dice(s), 600))
        return;
    for (uint32_t i = 0; i < shown->state->event_count && d->op.same_count < 2; i++) {
        if (shown->state->events[i].event == d->op.event && rng_chance(work_dice(s), 500))
            d->same_as[d->op.same_count++] = shown->state->events[i].id;
    }
}

static void answer_what_was_seen(struct sim *s, struct draft *d, const struct loaded_case *shown)
{
    for (uint32_t i = shown->op_count; i > 0 && d->op.after_count < 3; i--) {
        if (rng_chance(work_dice(s), 500))
            d->after[d->op.after_count++] = shown->ops[i - 1]->op_id;
    }
}

static void record_something(struct sim *s, uint32_t division, uint32_t kind, const struct loaded_case *shown)
{
    const struct schema_event *row = some_event(s, kind);
    const struct actor *who = row == NULL ? NULL : work_someone_with(s, division, row->roles);
    struct draft d;

    if (who == NULL)
        return;
    draft_begin(s, &d, who, &shown->id, kind);
    draft_event(&d, row->number);
    work_details(s, &d, row->number);
    say_it_again(s, &d, shown);
    answer_what_was_seen(s, &d, shown);
    work_hand_in(s, &d, division);
}

/* Several results at once, signed once. */
static void hand_in_bundle(struct sim *s, uint32_t division, uint32_t kind, const struct loaded_case *shown)
{
    struct draft drafts[4];
    uint32_t count = 2 + rng_below(work_dice(s), 3);

    for (uint32_t i = 0; i < count; i++) {
        draft_begin(s, &drafts[i], work_officer(s, division, OFFICER_COORD), &shown->id, kind);
        draft_event(&drafts[i], EVENT_NOTE);
        draft_text(&drafts[i], FIELD_TEXT, work_text(s, schema_field(FIELD_TEXT)));
        drafts[i].held_by = 1;
    }
    draft_bundle(s, drafts, count);
    for (uint32_t i = 0; i < count; i++)
        client_submit(s, &drafts[i], division);
}

/* --- around the case ------------------------------------------------------------------------------------------ */

bool work_event(const struct desk *at, struct draft *d, uint32_t event)
{
    const struct actor *who = work_someone_with(at->s, at->division, schema_event(event)->roles);

    if (who == NULL)
        return false;
    draft_begin(at->s, d, who, &at->shown->id, at->kind);
    draft_event(d, event);
    return true;
}

struct op_write *work_id(struct draft *d, uint32_t field, const uint8_t id[ID_LEN])
{
    struct op_write *w = draft_write(d, field, VERB_SET);

    w->has_value = true;
    w->value.type = VALUE_ID;
    memcpy(w->value.id.b, id, ID_LEN);
    return w;
}

const struct case_event *work_earlier(const struct desk *at, uint32_t event)
{
    const struct case_state *state = at->shown->state;
    const struct case_event *picked = NULL;
    uint32_t seen = 0;

    for (uint32_t i = 0; i < state->event_count; i++) {
        const struct case_event *e = &state->events[i];

        if (e->row != NULL && (event == EVENT_NONE || e->event == event) && !e->withdrawn && !e->corrected &&
            rng_below(work_dice(at->s), ++seen) == 0)
            picked = e;
    }
    return picked;
}

static uint32_t count_things(const struct sim *s)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < s->case_count; i++)
        count += (K_ENTITY & 1u << s->case_kinds[i]) != 0;
    return count;
}

/* What concerns more than the fields of one case. */
static void act_widely(struct sim *s, uint32_t division, uint32_t which)
{
    struct loaded_case shown = {0};
    struct desk at = {s, division, which, s->case_kinds[which], &shown};

    if (count_things(s) < s->options.thing_count_max && rng_chance(work_dice(s), 300)) {
        work_open_thing(s, division);
        return;
    }
    if (!view_case(&s->nodes[division], &s->cases[which], &shown) || shown.state == NULL)
        return;
    if (rng_chance(work_dice(s), (K_ENTITY & 1u << at.kind) != 0 ? 700 : 350))
        work_records(&at);
    else
        work_handling(&at);
}

/* Where officers do everything, most cases are children's: of them there is most to tell. */
static uint32_t some_kind(struct sim *s)
{
    uint32_t kind = 1 + rng_below(work_dice(s), 4);

    return s->options.wide_pm > 0 && rng_chance(work_dice(s), 500) ? KIND_CHILD : kind;
}

void workload_act(struct sim *s, uint32_t division)
{
    size_t mark = arena_mark(&s->scratch);
    uint32_t which = rng_below(work_dice(s), s->case_count);
    struct loaded_case shown = {0};

    if (s->options.wide_pm > 0 && s->case_count > 0 && rng_chance(work_dice(s), s->options.wide_pm)) {
        act_widely(s, division, which);
    } else if (s->case_count < s->options.case_count_max &&
               rng_chance(work_dice(s), 200 + 800 * (s->case_count == 0))) {
        workload_open(s, some_kind(s), division);
    } else if (s->case_count > 0 && view_case(&s->nodes[division], &s->cases[which], &shown)) {
        uint32_t kind = s->case_kinds[which];

        if (rng_chance(work_dice(s), s->options.bundle_pm))
            hand_in_bundle(s, division, kind, &shown);
        else if (rng_chance(work_dice(s), kind == KIND_OPERATION ? 700 : 350))
            record_something(s, division, kind, &shown);
        else
            set_something(s, division, kind, &shown);
    }
    arena_release(&s->scratch, mark);
}

static void on_act(struct sim *s, struct sim_event *e)
{
    workload_act(s, e->node);
}

static void on_late_record(struct sim *s, struct sim_event *e)
{
    if (s->nodes[e->node].up)
        node_publish(&s->nodes[e->node], SEGMENT_LATE);
}

void workload_begin(struct sim *s)
{
    const struct sim_options *o = &s->options;

    for (uint32_t i = 0; i < o->op_count; i++) {
        struct sim_event *e = sim_at(s, 100 + rng_between(work_dice(s), 0, o->safety_ms - 500), "act", on_act);

        e->node = rng_below(work_dice(s), o->division_count);
    }
    if (o->late_record > 0)
        sim_at(s, rng_between(work_dice(s), 100, o->safety_ms), "late-record", on_late_record)->node =
            rng_below(work_dice(s), o->division_count);
}
