/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/workload.h"

#include "proto/schema.h"

#include <stdio.h>

static struct rng *dice(struct sim *s)
{
    return &s->work;
}

static const struct actor *officer(const struct sim *s, uint32_t division, enum officer post)
{
    return &s->cast->officers[division][post];
}

/* One of the division's officers with any of the roles; NULL when nobody has. */
static const struct actor *someone_with(struct sim *s, uint32_t division, uint32_t roles)
{
    uint32_t first = rng_below(dice(s), OFFICERS_PER_DIVISION);

    for (uint32_t i = 0; i < OFFICERS_PER_DIVISION; i++) {
        const struct actor *a = officer(s, division, (enum officer)((first + i) % OFFICERS_PER_DIVISION));

        if ((a->roles & roles) != 0)
            return a;
    }
    return NULL;
}

/* --- values ------------------------------------------------------------------------------------------------------- */

static int64_t some_ordinal(struct sim *s, enum scale scale)
{
    const struct schema_value *values;
    size_t count;
    uint32_t seen = 0;
    int64_t picked = 1;

    values = schema_values(&count);
    for (size_t i = 0; i < count; i++) {
        if (values[i].scale == scale && rng_below(dice(s), ++seen) == 0)
            picked = values[i].number;
    }
    return picked;
}

static const char *some_text(struct sim *s, const struct schema_field *row)
{
    static const char *const words[] = {"ash", "birch", "cedar"};
    char text[64];
    const char *word = words[rng_below(dice(s), CW_COUNT(words))];
    const char *first = row->scale == SCALE_NONE ? NULL : schema_value_name(row->scale, some_ordinal(s, row->scale));

    if ((row->flags & FORM_PHONE) != 0)
        snprintf(text, sizeof text, "07700 900%03u", rng_below(dice(s), 1000));
    else if ((row->flags & FORM_CODE) != 0)
        snprintf(text, sizeof text, "%s", s->cast->daemons[rng_below(dice(s), s->options.division_count)].division);
    else if (row->type == TYPE_DATE)
        snprintf(text, sizeof text, "2010-0%u", 1 + rng_below(dice(s), 9));
    else if (first != NULL)
        snprintf(text, sizeof text, "%s %s", first, (row->flags & FORM_REFERENCE) != 0 ? "A-1/22" : word);
    else if ((row->flags & FORM_REFERENCE) != 0)
        snprintf(text, sizeof text, "EX-%u", rng_below(dice(s), 6));
    else
        snprintf(text, sizeof text, "%s %u", word, rng_below(dice(s), 2));
    if (row->bound > 0 && strlen(text) > (size_t)row->bound)
        text[row->bound] = '\0';
    return arena_copy(&s->keep, text, strlen(text) + 1);
}

static void some_interval(struct sim *s, struct op_write *w, bool point)
{
    w->has_value = true;
    w->value.type = VALUE_INTERVAL;
    w->value.number = INT64_C(1800000000000) + (int64_t)rng_below(dice(s), 1000) * 60000;
    w->value.latest = w->value.number + (point ? 0 : (int64_t)rng_below(dice(s), 60) * 60000);
}

static struct op_write *some_value(struct sim *s, struct draft *d, const struct schema_field *row)
{
    struct op_write *w;

    switch (row->type) {
    case TYPE_ENUM:
        return draft_number(d, row->number, some_ordinal(s, row->scale));
    case TYPE_FLAG:
        return draft_number(d, row->number, rng_below(dice(s), 2));
    case TYPE_NUMBER:
    case TYPE_PENCE:
    case TYPE_MG:
        return draft_number(d, row->number, 1 + rng_below(dice(s), 200));
    case TYPE_INTERVAL:
    case TYPE_TIME:
        w = draft_write(d, row->number, VERB_SET);
        some_interval(s, w, row->type == TYPE_TIME);
        return w;
    case TYPE_REF:
        w = draft_write(d, row->number, schema_field_is_set(row) ? VERB_ADD : VERB_SET);
        w->has_value = true;
        w->value.type = VALUE_ID;
        memset(w->value.id.b, 1 + (int)rng_below(dice(s), 4), ID_LEN);
        return w;
    default:
        return draft_text(d, row->number, some_text(s, row));
    }
}

/* --- acts ------------------------------------------------------------------------------------------------------------ */

static void spoil_somehow(struct sim *s, struct draft *d)
{
    const struct sim_options *o = &s->options;

    if (rng_chance(dice(s), o->bad_signature_pm))
        d->bad_signature = true;
    else if (s->op_count > 0 && rng_chance(dice(s), o->reused_id_pm)) {
        const struct sim_op *before = &s->ops[rng_below(dice(s), s->op_count)];

        if (before->state == OP_ACKED && !before->invalid) { /* its author's program starts counting anew */
            memcpy(d->submission_id, before->submission_id, sizeof d->submission_id);
            d->author = before->author;
            d->reuses = true;
        }
    }
}

static void hand_in(struct sim *s, struct draft *d, uint32_t division)
{
    uint32_t to = division;

    if (rng_chance(dice(s), s->options.retry_elsewhere_pm / 4))
        to = rng_below(dice(s), s->options.division_count);
    if (s->node_count > s->options.division_count && rng_chance(dice(s), 300))
        to = s->options.division_count; /* the copy of a division that runs twice */
    d->held_by = rng_chance(dice(s), s->options.held_by_pm) ? 2 + rng_below(dice(s), s->options.division_count - 1) : 1;
    spoil_somehow(s, d);
    client_submit(s, d, to);
}

uint32_t workload_open(struct sim *s, uint32_t kind, uint32_t division)
{
    struct draft d;
    bool coordinator = kind == KIND_OCG || kind == KIND_LINE;
    const struct actor *who = officer(s, division, coordinator ? OFFICER_COORD : OFFICER_SUP);

    draft_begin(s, &d, who, NULL, kind);
    draft_text(&d, FIELD_TITLE, some_text(s, schema_field(FIELD_TITLE)));
    if (kind == KIND_OCG)
        draft_text(&d, FIELD_OCG_NAME, some_text(s, schema_field(FIELD_OCG_NAME)));
    if (kind == KIND_LINE)
        draft_text(&d, FIELD_BRAND, some_text(s, schema_field(FIELD_BRAND)));
    if (kind == KIND_CHILD && rng_chance(dice(s), 500))
        draft_number(&d, FIELD_MISSING_RISK, 2 + rng_below(dice(s), 3));
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
            if (rng_below(dice(s), ++seen) == 0)
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

    if (shown->state == NULL || rng_chance(dice(s), 250))
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

    if (!schema_field_is_set(row) || cell == NULL || cell->value_count == 0 || rng_chance(dice(s), 600))
        return false;
    const struct case_value *v = &cell->values[rng_below(dice(s), cell->value_count)];
    w = draft_write(d, row->number, row->rule == RULE_ORS ? VERB_REMOVE : VERB_STRIKE);
    draft_names(d, w, heads, state_heads(shown->state, &scope_none, row->number, &v->value, heads, CW_COUNT(heads)));
    return true;
}

static void set_something(struct sim *s, uint32_t division, uint32_t kind, const struct loaded_case *shown)
{
    const struct schema_field *row = some_field(s, kind);
    bool wrong = rng_chance(dice(s), s->options.wrong_role_pm);
    const struct actor *who = someone_with(s, division, wrong ? ~row->set_roles : row->set_roles | row->lower_roles);
    struct draft d;

    if (who == NULL)
        return;
    draft_begin(s, &d, who, &shown->id, kind);
    if (row->rule == RULE_OWN && shown->state != NULL)
        d.op.epoch = shown->state->owner.epoch;
    if (!take_out_something(s, &d, row, shown))
        name_what_is_shown(s, &d, some_value(s, &d, row), row, shown);
    hand_in(s, &d, division);
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
            if (rng_below(dice(s), ++seen) == 0)
                picked = &rows[i];
        }
    }
    return picked;
}

static void fill_details(struct sim *s, struct draft *d, uint32_t event)
{
    const struct schema_event_field *rows;
    size_t count;

    rows = schema_event_fields(&count);
    for (size_t i = 0; i < count && d->op.write_count < DRAFT_WRITES_MAX - 2; i++) {
        if (rows[i].event == event && (rows[i].required || rng_chance(dice(s), 200)))
            some_value(s, d, schema_field(rows[i].field));
    }
}

/* The same arrest, told by two divisions: by exhibit or by name. */
static void say_it_again(struct sim *s, struct draft *d, const struct loaded_case *shown)
{
    const struct schema_event *row = schema_event(d->op.event);

    if (row == NULL || (row->flags & EVENT_TALLIED) == 0)
        return;
    if (rng_chance(dice(s), 300))
        draft_text(d, FIELD_EXHIBIT, some_text(s, schema_field(FIELD_EXHIBIT)));
    if (shown->state == NULL || rng_chance(dice(s), 600))
        return;
    for (uint32_t i = 0; i < shown->state->event_count && d->op.same_count < 2; i++) {
        if (shown->state->events[i].event == d->op.event && rng_chance(dice(s), 500))
            d->same_as[d->op.same_count++] = shown->state->events[i].id;
    }
}

static void answer_what_was_seen(struct sim *s, struct draft *d, const struct loaded_case *shown)
{
    for (uint32_t i = shown->op_count; i > 0 && d->op.after_count < 3; i--) {
        if (rng_chance(dice(s), 500))
            d->after[d->op.after_count++] = shown->ops[i - 1]->op_id;
    }
}

static void record_something(struct sim *s, uint32_t division, uint32_t kind, const struct loaded_case *shown)
{
    const struct schema_event *row = some_event(s, kind);
    const struct actor *who = row == NULL ? NULL : someone_with(s, division, row->roles);
    struct draft d;

    if (who == NULL)
        return;
    draft_begin(s, &d, who, &shown->id, kind);
    draft_event(&d, row->number);
    fill_details(s, &d, row->number);
    say_it_again(s, &d, shown);
    answer_what_was_seen(s, &d, shown);
    hand_in(s, &d, division);
}

/* Several results at once, signed once. */
static void hand_in_bundle(struct sim *s, uint32_t division, uint32_t kind, const struct loaded_case *shown)
{
    struct draft drafts[4];
    uint32_t count = 2 + rng_below(dice(s), 3);

    for (uint32_t i = 0; i < count; i++) {
        draft_begin(s, &drafts[i], officer(s, division, OFFICER_COORD), &shown->id, kind);
        draft_event(&drafts[i], EVENT_NOTE);
        draft_text(&drafts[i], FIELD_TEXT, some_text(s, schema_field(FIELD_TEXT)));
        drafts[i].held_by = 1;
    }
    draft_bundle(s, drafts, count);
    for (uint32_t i = 0; i < count; i++)
        client_submit(s, &drafts[i], division);
}

void workload_act(struct sim *s, uint32_t division)
{
    size_t mark = arena_mark(&s->scratch);
    uint32_t which = rng_below(dice(s), s->case_count);
    struct loaded_case shown = {0};

    if (s->case_count < s->options.case_count_max && rng_chance(dice(s), 200 + 800 * (s->case_count == 0))) {
        workload_open(s, 1 + rng_below(dice(s), 4), division);
    } else if (s->case_count > 0 && view_case(&s->nodes[division], &s->cases[which], &shown)) {
        uint32_t kind = s->case_kinds[which];

        if (rng_chance(dice(s), s->options.bundle_pm))
            hand_in_bundle(s, division, kind, &shown);
        else if (rng_chance(dice(s), kind == KIND_OPERATION ? 700 : 350))
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
        struct sim_event *e = sim_at(s, 100 + rng_between(dice(s), 0, o->safety_ms - 500), "act", on_act);

        e->node = rng_below(dice(s), o->division_count);
    }
    if (o->late_record > 0)
        sim_at(s, rng_between(dice(s), 100, o->safety_ms), "late-record", on_late_record)->node =
            rng_below(dice(s), o->division_count);
}
