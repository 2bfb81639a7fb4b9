/* SPDX-License-Identifier: Apache-2.0 */
/* What is in dispute in a view, who may decide it, and what waits for somebody. */
#include "tool/typed.h"
#include "tool/waiting.h"

#include "lib/draft.h"
#include "proto/schema.h"
#include "proto/wire.h"

#include <check.h>
#include <stdlib.h>

Suite *suite_dispute(void);

#define B(text) wire_bytes(slice_of(text))
#define VALUES 8

/* A child case of NTH; fields are added by the tests. */
struct scene {
    Cw__CaseView view;
    Cw__ViewField fields[4], *field_at[4];
    Cw__ViewValue values[VALUES];
    Cw__ViewValue *at[4][VALUES], *proposals[4][VALUES];
    Cw__Value plain[VALUES];
    Cw__OpRef refs[VALUES];
    uint8_t ops[VALUES][CW_ID_LEN];
    Cw__ViewConflict conflict, *conflict_at[1];
    Cw__ViewDeadline deadline, *deadline_at[1];
    Cw__ViewNote note, *note_at[1];
    Cw__ViewEvent event, *event_at[1];
    Cw__Author author;
    Cw__ViewEpisode episode, *episode_at[1];
    Cw__OpRef *named[1];
    ProtobufCBinaryData resolvers[2], notes[1];
    size_t value_count;
};

static struct scene *scene_new(void)
{
    static const uint8_t id[CW_ID_LEN] = {1};
    struct scene *s = calloc(1, sizeof(*s));

    ck_assert_ptr_nonnull(s);
    cw__case_view__init(&s->view);
    s->view.human_ref = B("MC/NTH/2026/K7Q2M4X-C");
    s->view.owner = B("NTH");
    s->view.case_id = wire_bytes(slice(id, sizeof(id)));
    s->view.fields = s->field_at;
    return s;
}

static Cw__ViewField *add_field(struct scene *s, uint32_t number)
{
    const struct schema_field *row = schema_field(number);
    size_t i = s->view.n_fields++;
    Cw__ViewField *f = &s->fields[i];

    cw__view_field__init(f);
    f->field = number;
    f->name = B(row->name);
    f->rule = B(schema_rule_name(row->rule));
    f->values = s->at[i];
    f->proposals = s->proposals[i];
    s->field_at[i] = f;
    return f;
}

static Cw__ViewValue *new_value(struct scene *s, const char *text, int64_t said_ms)
{
    size_t i = s->value_count++;
    Cw__ViewValue *v = &s->values[i];

    cw__view_value__init(v);
    cw__value__init(&s->plain[i]);
    cw__op_ref__init(&s->refs[i]);
    s->ops[i][0] = (uint8_t)(i + 1);
    s->refs[i].op = wire_bytes(slice(s->ops[i], CW_ID_LEN));
    s->plain[i].has_text = true;
    s->plain[i].text = B(text);
    v->value = &s->plain[i];
    v->set_by = &s->refs[i];
    v->has_text = true;
    v->text = B(text);
    v->has_author_time_ms = true;
    v->author_time_ms = (uint64_t)said_ms;
    return v;
}

static Cw__ViewValue *add_value(struct scene *s, Cw__ViewField *f, const char *text, int64_t said_ms)
{
    Cw__ViewValue *v = new_value(s, text, said_ms);

    f->values[f->n_values++] = v;
    return v;
}

static void add_conflict(struct scene *s, Cw__ViewField *f, const char *field)
{
    cw__view_conflict__init(&s->conflict);
    s->conflict.field = B(field);
    s->resolvers[0] = B("SUP");
    s->resolvers[1] = B("INSP");
    s->conflict.n_resolvers = 2;
    s->conflict.resolvers = s->resolvers;
    if (f != NULL) {
        f->conflict = true;
        s->conflict.n_candidates = f->n_values;
        s->conflict.candidates = f->values;
    }
    s->conflict_at[0] = &s->conflict;
    s->view.n_conflicts = 1;
    s->view.conflicts = s->conflict_at;
}

struct found {
    size_t count;
    struct dispute at[8];
};

static void keep(void *context, const struct dispute *d)
{
    struct found *found = context;

    ck_assert_uint_lt(found->count, CW_COUNT(found->at));
    found->at[found->count++] = *d;
}

static struct found find(const struct scene *s)
{
    struct found found = {.count = 0};

    dispute_find(&s->view, keep, &found);
    return found;
}

/* --- what is a dispute ------------------------------------------------------------------------------------ */

START_TEST(values_in_conflict_are_to_be_decided)
{
    struct scene *s = scene_new();
    Cw__ViewField *f = add_field(s, FIELD_SUMMARY);
    struct found found;

    add_value(s, f, "here", 1000);
    add_value(s, f, "there", 2000);
    add_conflict(s, f, "summary");
    found = find(s);
    ck_assert_uint_eq(found.count, 1);
    ck_assert_int_eq(found.at[0].kind, DISPUTE_VALUES);
    ck_assert(dispute_is_open(&found.at[0]));
    ck_assert_uint_eq(found.at[0].choice_count, 2);
    ck_assert_int_eq(dispute_since(&found.at[0]).ms, 2000);
    ck_assert(dispute_is_for(&found.at[0], ROLE_MASK(INSP)));
    ck_assert(!dispute_is_for(&found.at[0], ROLE_MASK(PC)));
    free(s);
}
END_TEST

START_TEST(what_a_rule_put_aside_can_be_set_back)
{
    struct scene *s = scene_new();
    Cw__ViewField *f = add_field(s, FIELD_FOUND_BY);
    struct found found;

    add_value(s, f, "police", 2000);
    add_value(s, f, "partner", 1000);
    found = find(s);
    ck_assert_uint_eq(found.count, 1);
    ck_assert_int_eq(found.at[0].kind, DISPUTE_MERGED);
    ck_assert(!dispute_is_open(&found.at[0]));
    ck_assert_str_eq(dispute_why(&found.at[0]), "the last one written stands");
    free(s);
}
END_TEST

START_TEST(a_single_value_is_no_dispute)
{
    struct scene *s = scene_new();
    struct found found;

    add_value(s, add_field(s, FIELD_FOUND_BY), "police", 1000);
    add_value(s, add_field(s, FIELD_TAGS), "repeat", 1000);
    found = find(s);
    ck_assert_uint_eq(found.count, 0);
    free(s);
}
END_TEST

START_TEST(several_elements_of_a_set_are_none_but_one_that_was_removed_is)
{
    struct scene *s = scene_new();
    Cw__ViewField *f = add_field(s, FIELD_TAGS);
    struct found found;
    Cw__ViewValue *removed;

    add_value(s, f, "a", 1000);
    removed = add_value(s, f, "b", 1000);
    ck_assert_uint_eq(find(s).count, 0);
    s->notes[0] = B("removed by somebody who had not seen this entry");
    removed->notes = s->notes;
    removed->n_notes = 1;
    found = find(s);
    ck_assert_uint_eq(found.count, 1);
    ck_assert_int_eq(found.at[0].kind, DISPUTE_KEPT);
    ck_assert_ptr_eq(found.at[0].choices[0], removed);
    free(s);
}
END_TEST

START_TEST(a_proposal_stands_beside_what_is_there)
{
    struct scene *s = scene_new();
    Cw__ViewField *f = add_field(s, FIELD_TITLE);
    struct found found;

    add_value(s, f, "Child M", 1000);
    f->proposals[f->n_proposals++] = new_value(s, "Child Q", 2000);
    found = find(s);
    ck_assert_uint_eq(found.count, 1);
    ck_assert_int_eq(found.at[0].kind, DISPUTE_PROPOSAL);
    ck_assert_uint_eq(found.at[0].choice_count, 2);
    free(s);
}
END_TEST

/* --- what it asks for ------------------------------------------------------------------------------------------- */

/* DOMAIN 4.4: every assessment has its rationale and the next review; a number alone lowers no risk. */
START_TEST(a_lower_risk_is_told_apart)
{
    struct scene *s = scene_new();
    Cw__ViewField *f = add_field(s, FIELD_MISSING_RISK), *other = add_field(s, FIELD_FOUND_BY);
    struct dispute d = {.kind = DISPUTE_PROPOSAL, .view = &s->view, .field = f};

    ck_assert(!dispute_lowers_risk(&d, 1)); /* nothing stands */
    add_value(s, f, "medium", 1000)->value->number = 3;
    add_value(s, other, "police", 1000)->value->number = 3;
    ck_assert(dispute_lowers_risk(&d, 2));
    ck_assert(!dispute_lowers_risk(&d, 3));
    ck_assert(!dispute_lowers_risk(&d, 4));
    d.field = other;
    ck_assert(!dispute_lowers_risk(&d, 2));
    d.field = NULL;
    ck_assert(!dispute_lowers_risk(&d, 2));
    free(s);
}
END_TEST

START_TEST(a_choice_has_the_rationale_that_came_with_it)
{
    struct scene *s = scene_new();
    Cw__ViewField *f = add_field(s, FIELD_MISSING_RISK), *rationale = add_field(s, FIELD_RATIONALE),
                  *reason = add_field(s, FIELD_REASON), *details[2] = {reason, rationale};
    struct dispute d = {.kind = DISPUTE_PROPOSAL, .view = &s->view, .field = f};
    Cw__ViewValue *low = add_value(s, f, "low", 1000), *high = add_value(s, f, "high", 1000);
    const Cw__ViewValue *why = add_value(s, rationale, "At her aunt's", 1000),
                        *wrong = add_value(s, reason, "It was misread", 1000);

    cw__view_event__init(&s->event);
    s->event.op = low->set_by->op;
    s->event.fields = details;
    s->event.n_fields = 2;
    s->event_at[0] = &s->event;
    s->view.events = s->event_at;
    s->view.n_events = 1;
    ck_assert_ptr_eq(dispute_reason(&d, low), why);
    ck_assert_ptr_null(dispute_reason(&d, high)); /* said by no event that is shown */
    s->event.n_fields = 1;
    ck_assert_ptr_eq(dispute_reason(&d, low), wrong);
    high->set_by = NULL;
    ck_assert_ptr_null(dispute_reason(&d, high));
    free(s);
}
END_TEST

static bool leads_on(const struct dispute *d, uint32_t roles, uint32_t event)
{
    uint32_t events[DISPUTE_STEPS_MAX];
    size_t count = dispute_steps(d, roles, events);
    bool found = false;

    for (size_t i = 0; i < count; i++)
        found = found || events[i] == event;
    return found;
}

START_TEST(a_step_is_decided_by_what_leads_on_from_the_state)
{
    struct scene *s = scene_new();
    struct dispute d = {.kind = DISPUTE_STEP, .view = &s->view, .conflict = &s->conflict};
    uint32_t events[DISPUTE_STEPS_MAX];

    add_conflict(s, NULL, "episode_state");
    s->view.kind = KIND_CHILD;
    s->conflict.shown = new_value(s, "returned", 1000);
    ck_assert(leads_on(&d, ROLE_MASK(SUP), EVENT_EPISODE_CLOSED));
    ck_assert(!leads_on(&d, ROLE_MASK(SUP), EVENT_STILL_MISSING)); /* an inspector's */
    ck_assert(leads_on(&d, ROLE_MASK(INSP), EVENT_STILL_MISSING));
    ck_assert(!leads_on(&d, ROLE_MASK(INSP), EVENT_LONG_TERM)); /* of a child that is missing */
    ck_assert(!leads_on(&d, ROLE_MASK(PC), EVENT_EPISODE_CLOSED));
    s->conflict.shown->text = B("of a newer version");
    ck_assert_uint_eq(dispute_steps(&d, ROLE_MASK(SUP), events), 0);
    s->conflict.shown = NULL;
    ck_assert_uint_eq(dispute_steps(&d, ROLE_MASK(SUP), events), 0);
    free(s);
}
END_TEST

/* An offer that an officer proposed, and that a sergeant may make. */
static Cw__ViewEvent *add_proposed(struct scene *s)
{
    static const uint8_t op[CW_ID_LEN] = {7};
    Cw__ViewEvent *event = &s->event;

    cw__view_event__init(event);
    event->type = EVENT_HANDOVER_OFFER;
    event->name = B("handover_offer");
    event->op = wire_bytes(slice(op, sizeof(op)));
    event->proposal = true;
    cw__author__init(&s->author);
    s->author.division = B("NTH");
    event->author = &s->author;
    event->hlc = 100;
    s->resolvers[0] = B("SUP");
    event->resolvers = s->resolvers;
    event->n_resolvers = 1;
    s->event_at[0] = event;
    s->view.events = s->event_at;
    s->view.n_events = 1;
    return event;
}

START_TEST(a_proposed_event_is_decided_by_whoever_may_record_it)
{
    struct scene *s = scene_new();
    struct found found;

    add_proposed(s);
    found = find(s);
    ck_assert_uint_eq(found.count, 1);
    ck_assert_int_eq(found.at[0].kind, DISPUTE_EVENT);
    ck_assert(dispute_is_open(&found.at[0]));
    ck_assert(dispute_is_for(&found.at[0], ROLE_MASK(SUP)));
    ck_assert(!dispute_is_for(&found.at[0], ROLE_MASK(PC)));
    ck_assert(slice_eq(dispute_field(&found.at[0]), slice_of("handover_offer")));
    s->event.n_resolvers = 0; /* taken up or left */
    ck_assert_uint_eq(find(s).count, 0);
    free(s);
}
END_TEST

START_TEST(a_proposed_event_is_answered_by_the_same_said_later_by_whoever_may)
{
    struct scene *s = scene_new();
    Cw__ViewEvent *proposed = add_proposed(s), other, *both[2] = {proposed, &other};

    other = *proposed;
    other.proposal = false;
    other.n_resolvers = 0;
    other.hlc = 101;
    s->view.events = both;
    s->view.n_events = 2;
    ck_assert_uint_eq(find(s).count, 0);
    other.hlc = 99; /* said before it was proposed */
    ck_assert_uint_eq(find(s).count, 1);
    other.hlc = 101;
    other.episode = B("another one"); /* about another episode */
    ck_assert_uint_eq(find(s).count, 1);
    free(s);
}
END_TEST

START_TEST(a_later_event_that_names_another_thing_is_no_answer)
{
    static const uint8_t one[CW_ID_LEN] = {1}, two[CW_ID_LEN] = {2};
    struct scene *s = scene_new();
    Cw__ViewEvent *proposed = add_proposed(s), other, *both[2] = {proposed, &other};
    Cw__Value ids[2];
    Cw__ViewValue values[2], *value_at[2] = {&values[0], &values[1]};
    Cw__ViewField fields[2], *field_at[2] = {&fields[0], &fields[1]};

    for (size_t i = 0; i < 2; i++) {
        cw__value__init(&ids[i]);
        cw__view_value__init(&values[i]);
        cw__view_field__init(&fields[i]);
        ids[i].id = wire_bytes(slice(i == 0 ? one : two, CW_ID_LEN));
        values[i].value = &ids[i];
        fields[i].field = FIELD_ABOUT;
        fields[i].values = &value_at[i];
        fields[i].n_values = 1;
    }
    other = *proposed;
    other.proposal = false;
    other.hlc = 101;
    other.n_resolvers = 0;
    proposed->fields = &field_at[0];
    other.fields = &field_at[1];
    proposed->n_fields = other.n_fields = 1;
    s->view.events = both;
    s->view.n_events = 2;
    ck_assert_uint_eq(find(s).count, 1);
    ids[1].id = ids[0].id;
    ck_assert_uint_eq(find(s).count, 0);
    free(s);
}
END_TEST

START_TEST(a_proposed_event_whose_fields_are_proposals_is_told_by_them)
{
    struct scene *s = scene_new();
    Cw__ViewEvent *proposed = add_proposed(s);
    Cw__ViewField *f = add_field(s, FIELD_SUMMARY);
    Cw__ViewValue *v = new_value(s, "there", 2000);

    f->proposals[f->n_proposals++] = v;
    ck_assert_uint_eq(find(s).count, 2);
    v->set_by->op = proposed->op;
    ck_assert_uint_eq(find(s).count, 1);
    free(s);
}
END_TEST

START_TEST(a_step_that_was_overtaken_is_no_longer_proposed)
{
    struct scene *s = scene_new();
    Cw__ViewEvent *proposed = add_proposed(s);

    s->view.owner = B("EST"); /* NTH proposed to offer it, and it is east's by now */
    ck_assert_uint_eq(find(s).count, 0);
    proposed->type = EVENT_HANDOVER_CLAIM;
    ck_assert_uint_eq(find(s).count, 1);
    s->view.owner = B("NTH");
    ck_assert_uint_eq(find(s).count, 0);
    free(s);
}
END_TEST

START_TEST(a_proposal_that_stands_or_that_another_goes_on_from_is_settled)
{
    struct scene *s = scene_new();
    Cw__ViewField *f = add_field(s, FIELD_MISSING_RISK);
    Cw__ViewValue *first, *second;

    add_value(s, f, "high", 1000);
    first = new_value(s, "low", 2000);
    second = new_value(s, "low", 3000);
    f->proposals[f->n_proposals++] = first;
    f->proposals[f->n_proposals++] = second;
    ck_assert_uint_eq(find(s).count, 2);
    s->named[0] = first->set_by;
    second->replaced = s->named;
    second->n_replaced = 1;
    ck_assert_uint_eq(find(s).count, 1);
    ck_assert_ptr_eq(find(s).at[0].choices[1], second);
    f->values[0]->text = B("low"); /* somebody who may has said so */
    ck_assert_uint_eq(find(s).count, 0);
    free(s);
}
END_TEST

START_TEST(the_risk_of_an_episode_that_is_over_is_not_decided_any_more)
{
    struct scene *s = scene_new();
    Cw__ViewField *f = add_field(s, FIELD_MISSING_RISK);

    add_value(s, f, "high", 1000);
    f->proposals[f->n_proposals++] = new_value(s, "low", 2000);
    cw__view_episode__init(&s->episode);
    s->episode.state = B("active");
    s->episode_at[0] = &s->episode;
    s->view.episodes = s->episode_at;
    s->view.n_episodes = 1;
    ck_assert_uint_eq(find(s).count, 1);
    s->episode.state = B("closed");
    ck_assert_uint_eq(find(s).count, 0);
    free(s);
}
END_TEST

START_TEST(owners_and_steps_are_told_apart)
{
    struct scene *s = scene_new();

    add_conflict(s, NULL, "owner");
    ck_assert_int_eq(find(s).at[0].kind, DISPUTE_OWNER);
    add_conflict(s, NULL, "status");
    ck_assert_int_eq(find(s).at[0].kind, DISPUTE_STEP);
    free(s);
}
END_TEST

START_TEST(an_id_changes_when_somebody_says_something_new)
{
    struct scene *s = scene_new();
    Cw__ViewField *f = add_field(s, FIELD_FOUND_BY);
    struct found before, swapped, after;
    Cw__ViewValue *first;

    add_value(s, f, "police", 2000);
    add_value(s, f, "partner", 1000);
    before = find(s);
    first = f->values[0];
    f->values[0] = f->values[1]; /* another order is the same dispute */
    f->values[1] = first;
    swapped = find(s);
    add_value(s, f, "carer_or_family", 3000);
    after = find(s);
    ck_assert_mem_eq(before.at[0].id, swapped.at[0].id, DISPUTE_ID_LEN);
    ck_assert_mem_ne(before.at[0].id, after.at[0].id, DISPUTE_ID_LEN);
    free(s);
}
END_TEST

/* --- what waits ------------------------------------------------------------------------------------------- */

struct waits {
    size_t count;
    struct waiting at[8];
};

static void keep_waiting(void *context, const struct waiting *w)
{
    struct waits *waits = context;

    ck_assert_uint_lt(waits->count, CW_COUNT(waits->at));
    waits->at[waits->count++] = *w;
}

static struct waits wait_of(const struct scene *s, uint32_t roles, int64_t now_ms)
{
    struct waiting_for who = {
        .roles = roles, .division = "NTH", .coordinates = (roles & ROLE_MASK(FCR)) != 0, .now = {now_ms}, .digits = 4};
    struct waits waits = {.count = 0};

    waiting_find(&s->view, &who, keep_waiting, &waits);
    return waits;
}

static void add_deadline(struct scene *s, const char *clock, int64_t due_ms)
{
    cw__view_deadline__init(&s->deadline);
    s->deadline.clock = B(clock);
    s->deadline.due_ms = (uint64_t)due_ms;
    s->deadline_at[0] = &s->deadline;
    s->view.n_deadlines = 1;
    s->view.deadlines = s->deadline_at;
}

START_TEST(a_duty_is_soon_then_overdue_then_met)
{
    struct scene *s = scene_new();
    struct waits w;

    add_deadline(s, "M1", 100000000);
    ck_assert_uint_eq(wait_of(s, ROLE_MASK(INSP), 100000000 - WAITING_SOON_MS - 1).count, 0);
    w = wait_of(s, ROLE_MASK(INSP), 100000000 - WAITING_SOON_MS);
    ck_assert_uint_eq(w.count, 1);
    ck_assert_int_eq(w.at[0].class, WAITING_SOON);
    ck_assert_ptr_nonnull(strstr(w.at[0].text, "risk assessment is due"));
    ck_assert_str_eq(w.at[0].next, "casewire episode assess K7Q2M4X");
    w = wait_of(s, ROLE_MASK(INSP), 100000001);
    ck_assert_int_eq(w.at[0].class, WAITING_OVERDUE);
    ck_assert_ptr_nonnull(strstr(w.at[0].text, "was due"));
    s->deadline.has_met_by = true;
    ck_assert_uint_eq(wait_of(s, ROLE_MASK(INSP), 100000001).count, 0);
    free(s);
}
END_TEST

START_TEST(duties_of_other_divisions_wait_for_others)
{
    struct scene *s = scene_new();

    add_deadline(s, "M1", 1000);
    s->view.owner = B("EST");
    ck_assert_uint_eq(wait_of(s, ROLE_MASK(INSP), 2000).count, 0);
    s->view.owner = B("EST + NTH"); /* contested: both have them */
    ck_assert_uint_eq(wait_of(s, ROLE_MASK(INSP), 2000).count, 1);
    s->view.owner = B("NTHX");
    ck_assert_uint_eq(wait_of(s, ROLE_MASK(INSP), 2000).count, 0);
    free(s);
}
END_TEST

START_TEST(what_no_division_holds_waits_for_whoever_coordinates)
{
    struct scene *s = scene_new();
    struct waits w;

    add_deadline(s, "M8", 1000);
    s->view.owner = B("QQQ");
    s->view.orphaned = true;
    ck_assert_uint_eq(wait_of(s, ROLE_MASK(SUPT), 2000).count, 0);
    w = wait_of(s, ROLE_MASK(FCR), 2000); /* M8 is told to others only: here there are none */
    ck_assert_uint_eq(w.count, 2);
    ck_assert_ptr_nonnull(strstr(w.at[0].text, "QQQ"));
    ck_assert_int_eq(w.at[0].class, WAITING_LOOK);
    ck_assert_str_eq(w.at[0].next, "casewire handover claim K7Q2M4X");
    ck_assert_int_eq(w.at[1].class, WAITING_OVERDUE);
    ck_assert_uint_eq(w.at[0].roles & w.at[1].roles, ROLE_MASK(FCR));
    free(s);
}
END_TEST

START_TEST(a_conflict_waits_for_those_who_may_decide)
{
    struct scene *s = scene_new();
    Cw__ViewField *f = add_field(s, FIELD_SUMMARY);
    struct waits w;

    add_value(s, f, "here", 1000);
    add_value(s, f, "there", 2000);
    add_conflict(s, f, "summary");
    ck_assert_uint_eq(wait_of(s, ROLE_MASK(PC), 3000).count, 0);
    w = wait_of(s, ROLE_MASK(SUP), 3000);
    ck_assert_uint_eq(w.count, 1);
    ck_assert_int_eq(w.at[0].class, WAITING_DECIDE);
    ck_assert_int_eq(strncmp(w.at[0].next, "casewire conflict show ", 23), 0);
    free(s);
}
END_TEST

START_TEST(a_contested_case_waits_with_the_divisions_that_claim_it)
{
    struct scene *s = scene_new();
    struct waits w;

    s->view.owner = B("NTH+WST");
    add_conflict(s, NULL, "owner");
    w = wait_of(s, ROLE_MASK(SUP), 3000);
    ck_assert_uint_eq(w.count, 1);
    ck_assert_str_eq(w.at[0].text, "owner: NTH+WST, several divisions claim the case");
    free(s);
}
END_TEST

START_TEST(a_reported_death_is_looked_at)
{
    struct scene *s = scene_new();
    struct waits w;

    cw__view_note__init(&s->note);
    s->note.kind = 7;
    s->note_at[0] = &s->note;
    s->view.n_notes = 1;
    s->view.notes = s->note_at;
    w = wait_of(s, 0, 1000);
    ck_assert_uint_eq(w.count, 1);
    ck_assert_int_eq(w.at[0].class, WAITING_LOOK);
    s->note.kind = 1; /* said at the value itself */
    ck_assert_uint_eq(wait_of(s, 0, 1000).count, 0);
    free(s);
}
END_TEST

START_TEST(an_offer_waits_for_the_division_it_names)
{
    struct scene *s = scene_new();

    s->view.owner = B("EST");
    s->view.offered_to = B("NTH");
    ck_assert_uint_eq(wait_of(s, 0, 2000).count, 1);
    ck_assert_int_eq(wait_of(s, 0, 2000).at[0].class, WAITING_OFFER);
    ck_assert_str_eq(wait_of(s, 0, 2000).at[0].text, "EST offers this case to NTH");
    s->view.offered_to = B("WST");
    ck_assert_uint_eq(wait_of(s, 0, 2000).count, 0);
    s->view.offered_to = wire_bytes(slice(NULL, 0)); /* it was answered, or is over */
    ck_assert_uint_eq(wait_of(s, 0, 2000).count, 0);
    free(s);
}
END_TEST

START_TEST(an_offer_accepted_without_effect_waits_for_an_inspector)
{
    struct scene *s = scene_new();
    static const uint8_t id[CW_ID_LEN] = {9};
    Cw__ViewEvent offer = CW__VIEW_EVENT__INIT, *events[] = {&s->event, &offer};
    Cw__Author sergeant = CW__AUTHOR__INIT;
    struct waits w;

    s->view.owner = B("EST");
    s->view.offered_to = B("NTH");
    cw__view_event__init(&s->event);
    cw__view_note__init(&s->note);
    sergeant.name = B("Sergeant K");
    offer.type = EVENT_HANDOVER_OFFER;
    s->event.type = EVENT_HANDOVER_ACCEPT;
    s->event.refused_transition = true;
    s->event.author = &sergeant;
    s->event.op = s->note.op = wire_bytes(slice(id, sizeof(id)));
    s->note.kind = 4;
    s->note_at[0] = &s->note;
    s->view.events = events;
    s->view.n_events = 2;
    s->view.notes = s->note_at;
    s->view.n_notes = 1;
    w = wait_of(s, 0, 2000);
    ck_assert_uint_eq(w.count, 1);
    ck_assert_str_eq(w.at[0].text, "EST offers this case to NTH: an inspector or a superintendent must accept; that "
                                   "Sergeant K accepted had no effect");
    free(s);
}
END_TEST

static const struct {
    const char *clock, *next;
} answers[] = {
    {"M1", "casewire episode assess K7Q2M4X"},
    {"M3", "casewire episode review K7Q2M4X level='supt|panel'"},
    {"M4", "casewire case add K7Q2M4X external_refs='PNCID ...'"},
    {"M5", "casewire case event K7Q2M4X disclosure recipient_kind=missing_persons_unit recipient=..."},
    {"M8", "casewire episode rhi K7Q2M4X step='declined|completed'"},
    {"M12", "casewire case set K7Q2M4X exploitation_risk_sexual=..."},
    {"W1", "casewire handover withdraw K7Q2M4X"}, /* of the division that made the offer */
    {"W2", "casewire conflict show K7Q2M4X.owner"},
    {"ZZ", "casewire case show K7Q2M4X"},
};

START_TEST(a_duty_comes_with_the_command_that_meets_it)
{
    struct scene *s = scene_new();

    add_deadline(s, answers[_i].clock, 1000);
    ck_assert_str_eq(wait_of(s, ~0u, 2000).at[0].next, answers[_i].next);
    free(s);
}
END_TEST

START_TEST(a_duty_of_a_merged_record_comes_with_a_command_about_that_record)
{
    struct scene *s = scene_new();
    Cw__ViewIdentity identity = CW__VIEW_IDENTITY__INIT;
    static const uint8_t episode[CW_ID_LEN] = {0xab, 0xcd, 0xef, 0x12};

    add_deadline(s, "M1", 1000);
    identity.standing = B("alias");
    s->view.identity = &identity;
    ck_assert_str_eq(wait_of(s, ~0u, 2000).at[0].next, "casewire episode assess K7Q2M4X --episode K7Q2M4X");
    s->deadline.episode = wire_bytes(slice(episode, sizeof(episode)));
    ck_assert_str_eq(wait_of(s, ~0u, 2000).at[0].next, "casewire episode assess K7Q2M4X --episode abcdef12");
    s->deadline.clock = B("M4");
    ck_assert_str_eq(wait_of(s, ~0u, 2000).at[0].next,
                     "casewire case add K7Q2M4X external_refs='PNCID ...' --as-recorded");
    free(s);
}
END_TEST

START_TEST(the_most_pressing_comes_first)
{
    struct scene *s = scene_new();
    struct waiting items[] = {
        {.class = WAITING_RULE, .view = &s->view, .at = {9}},
        {.class = WAITING_SOON, .view = &s->view, .at = {8}},
        {.class = WAITING_SOON, .view = &s->view, .at = {7}},
        {.class = WAITING_DECIDE, .view = &s->view, .at = {1}},
        {.class = WAITING_DECIDE, .view = &s->view, .at = {2}},
        {.class = WAITING_OVERDUE, .view = &s->view, .at = {5}},
        {.class = WAITING_OVERDUE, .view = &s->view, .at = {4}},
    };
    static const int64_t order[] = {4, 5, 2, 1, 7, 8, 9};

    qsort(items, CW_COUNT(items), sizeof(items[0]), waiting_compare);
    for (size_t i = 0; i < CW_COUNT(items); i++)
        ck_assert_int_eq(items[i].at.ms, order[i]);
    free(s);
}
END_TEST

/* --- values, typed again ------------------------------------------------------------------------------------ */

static const struct {
    uint32_t field;
    const char *typed;
} samples[] = {
    {FIELD_SUMMARY, "Seen at Dunmarsh,\nwith older males"},
    {FIELD_MISSING_RISK, "high"},
    {FIELD_PENCE, "125050p"},
    {FIELD_MG, "1500mg"},
    {FIELD_COUNT, "12"},
    {FIELD_NOT_COUNTED, "yes"},
    {FIELD_OCCURRED, "2018-03-19T16:00:00.000Z/2018-03-19T17:30:00.000Z"},
    {FIELD_OCCURRED, "2018-03-19T00:00:00.000Z/2018-03-19T23:59:59.999Z"}, /* the whole day */
    {FIELD_NEXT_REVIEW, "2030-01-01T08:00:00.000Z"},
    {FIELD_BIRTH_DATE, "~2015-06"},
};

START_TEST(a_value_typed_again_is_the_same_value)
{
    const struct schema_field *row = schema_field(samples[_i].field);
    struct op_value parsed;
    Cw__ViewValue view = CW__VIEW_VALUE__INIT;
    Cw__Value value = CW__VALUE__INIT;
    Cw__Interval interval = CW__INTERVAL__INIT;
    char out[200];

    ck_assert_ptr_nonnull(row);
    ck_assert_int_eq(draft_value_parse(row, slice_of(samples[_i].typed), &parsed, NULL), CW_OK);
    value.has_text = parsed.type == VALUE_TEXT;
    value.text = wire_bytes(parsed.text);
    value.has_number = parsed.type == VALUE_NUMBER;
    value.number = parsed.number;
    value.has_flag = parsed.type == VALUE_FLAG;
    value.flag = parsed.number != 0;
    interval.earliest_ms = parsed.number;
    interval.latest_ms = parsed.latest;
    value.interval = parsed.type == VALUE_INTERVAL ? &interval : NULL;
    view.value = &value;
    ck_assert(typed_value(row, &view, out, sizeof(out)));
    ck_assert_str_eq(out, samples[_i].typed);
    ck_assert(!typed_value(row, &view, out, strlen(samples[_i].typed))); /* not cut */
    view.withheld = true;
    ck_assert(!typed_value(row, &view, out, sizeof(out)));
}
END_TEST

Suite *suite_dispute(void)
{
    Suite *s = suite_create("dispute");
    TCase *t = tcase_create("disputes"), *w = tcase_create("waiting"), *v = tcase_create("values");

    tcase_add_test(t, values_in_conflict_are_to_be_decided);
    tcase_add_test(t, what_a_rule_put_aside_can_be_set_back);
    tcase_add_test(t, a_single_value_is_no_dispute);
    tcase_add_test(t, several_elements_of_a_set_are_none_but_one_that_was_removed_is);
    tcase_add_test(t, a_proposal_stands_beside_what_is_there);
    tcase_add_test(t, a_lower_risk_is_told_apart);
    tcase_add_test(t, a_choice_has_the_rationale_that_came_with_it);
    tcase_add_test(t, a_step_is_decided_by_what_leads_on_from_the_state);
    tcase_add_test(t, a_proposed_event_is_decided_by_whoever_may_record_it);
    tcase_add_test(t, a_proposed_event_is_answered_by_the_same_said_later_by_whoever_may);
    tcase_add_test(t, a_later_event_that_names_another_thing_is_no_answer);
    tcase_add_test(t, a_proposed_event_whose_fields_are_proposals_is_told_by_them);
    tcase_add_test(t, a_step_that_was_overtaken_is_no_longer_proposed);
    tcase_add_test(t, a_proposal_that_stands_or_that_another_goes_on_from_is_settled);
    tcase_add_test(t, the_risk_of_an_episode_that_is_over_is_not_decided_any_more);
    tcase_add_test(t, owners_and_steps_are_told_apart);
    tcase_add_test(t, an_id_changes_when_somebody_says_something_new);
    suite_add_tcase(s, t);
    tcase_add_test(w, a_duty_is_soon_then_overdue_then_met);
    tcase_add_test(w, duties_of_other_divisions_wait_for_others);
    tcase_add_test(w, what_no_division_holds_waits_for_whoever_coordinates);
    tcase_add_test(w, a_conflict_waits_for_those_who_may_decide);
    tcase_add_test(w, a_contested_case_waits_with_the_divisions_that_claim_it);
    tcase_add_test(w, a_reported_death_is_looked_at);
    tcase_add_test(w, an_offer_waits_for_the_division_it_names);
    tcase_add_test(w, an_offer_accepted_without_effect_waits_for_an_inspector);
    tcase_add_loop_test(w, a_duty_comes_with_the_command_that_meets_it, 0, (int)CW_COUNT(answers));
    tcase_add_test(w, a_duty_of_a_merged_record_comes_with_a_command_about_that_record);
    tcase_add_test(w, the_most_pressing_comes_first);
    suite_add_tcase(s, w);
    tcase_add_loop_test(v, a_value_typed_again_is_the_same_value, 0, (int)CW_COUNT(samples));
    suite_add_tcase(s, v);
    return s;
}
