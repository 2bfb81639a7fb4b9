/* SPDX-License-Identifier: Apache-2.0 */
/* What is in dispute in a view, and who may decide it. */
#include "tests/unit/client/scene.h"

Suite *suite_dispute(void);

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
    f->values[0]->author_time_ms = 9000; /* a clock of somebody's own */
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
    ck_assert(dispute_is_for(&found.at[0], ROLE_MASK(PC))); /* by the table, when the daemon does not say */
    s->resolvers[0] = B("SUPT");
    f->resolvers = s->resolvers;
    f->n_resolvers = 1;
    found = find(s);
    ck_assert_uint_eq(dispute_roles(&found.at[0]), ROLE_MASK(SUPT)); /* policy's word */
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

Suite *suite_dispute(void)
{
    Suite *s = suite_create("dispute");
    TCase *all = tcase_create("disputes");

    tcase_add_test(all, values_in_conflict_are_to_be_decided);
    tcase_add_test(all, what_a_rule_put_aside_can_be_set_back);
    tcase_add_test(all, a_single_value_is_no_dispute);
    tcase_add_test(all, several_elements_of_a_set_are_none_but_one_that_was_removed_is);
    tcase_add_test(all, a_proposal_stands_beside_what_is_there);
    tcase_add_test(all, a_lower_risk_is_told_apart);
    tcase_add_test(all, a_choice_has_the_rationale_that_came_with_it);
    tcase_add_test(all, a_step_is_decided_by_what_leads_on_from_the_state);
    tcase_add_test(all, a_proposed_event_is_decided_by_whoever_may_record_it);
    tcase_add_test(all, a_proposed_event_is_answered_by_the_same_said_later_by_whoever_may);
    tcase_add_test(all, a_later_event_that_names_another_thing_is_no_answer);
    tcase_add_test(all, a_proposed_event_whose_fields_are_proposals_is_told_by_them);
    tcase_add_test(all, a_step_that_was_overtaken_is_no_longer_proposed);
    tcase_add_test(all, a_proposal_that_stands_or_that_another_goes_on_from_is_settled);
    tcase_add_test(all, the_risk_of_an_episode_that_is_over_is_not_decided_any_more);
    tcase_add_test(all, owners_and_steps_are_told_apart);
    tcase_add_test(all, an_id_changes_when_somebody_says_something_new);
    suite_add_tcase(s, all);
    return s;
}
