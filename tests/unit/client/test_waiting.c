/* SPDX-License-Identifier: Apache-2.0 */
/* What waits for somebody in a view. */
#include "tests/unit/client/scene.h"

Suite *suite_waiting(void);

static struct waits wait_of(const struct scene *s, uint32_t roles, int64_t now_ms)
{
    return scene_waits(s, "NTH", roles, now_ms);
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

START_TEST(what_is_no_duty_any_more_is_not_overdue)
{
    static const char *const over[] = {"waived", "ended"};
    struct scene *s = scene_new();

    add_deadline(s, "M4", 1000);
    s->deadline.state = B("breached");
    ck_assert_uint_eq(waiting_overdue(&s->view, (struct cw_wall){1000}), 0);
    ck_assert_uint_eq(waiting_overdue(&s->view, (struct cw_wall){1001}), 1);
    for (size_t i = 0; i < CW_COUNT(over); i++) {
        s->deadline.state = B(over[i]);
        ck_assert_uint_eq(waiting_overdue(&s->view, (struct cw_wall){1001}), 0);
    }
    s->deadline.state = B("met late");
    s->deadline.has_met_by = true;
    ck_assert_uint_eq(waiting_overdue(&s->view, (struct cw_wall){1001}), 0);
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

START_TEST(a_reported_death_and_a_case_that_nobody_opened_are_looked_at)
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
    s->note.kind = 16;
    w = wait_of(s, 0, 1000);
    ck_assert_uint_eq(w.count, 1);
    ck_assert_ptr_nonnull(strstr(w.at[0].text, "opened"));
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
    {"M14", "casewire case event K7Q2M4X order_ended order_kind=CAWN about=..."},
    {"M14R", "casewire case event K7Q2M4X review level=... decision=... about=..."},
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

START_TEST(a_duty_of_one_notice_comes_with_a_command_that_names_it)
{
    struct scene *s = scene_new();
    static const uint8_t op[CW_ID_LEN] = {7}, event[CW_ID_LEN] = {0xab, 0xcd};

    add_deadline(s, "M14", 1000);
    s->deadline.start = s->event.op = wire_bytes(slice(op, sizeof(op)));
    s->event.event_id = wire_bytes(slice(event, sizeof(event)));
    s->event_at[0] = &s->event;
    s->view.events = s->event_at;
    s->view.n_events = 1;
    ck_assert_str_eq(wait_of(s, ~0u, 2000).at[0].next,
                     "casewire case event K7Q2M4X order_ended order_kind=CAWN "
                     "about=abcd000000000000000000000000000000000000000000000000000000000000");
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

Suite *suite_waiting(void)
{
    Suite *s = suite_create("waiting");
    TCase *all = tcase_create("waiting");

    tcase_add_test(all, a_duty_is_soon_then_overdue_then_met);
    tcase_add_test(all, what_is_no_duty_any_more_is_not_overdue);
    tcase_add_test(all, duties_of_other_divisions_wait_for_others);
    tcase_add_test(all, what_no_division_holds_waits_for_whoever_coordinates);
    tcase_add_test(all, a_conflict_waits_for_those_who_may_decide);
    tcase_add_test(all, a_contested_case_waits_with_the_divisions_that_claim_it);
    tcase_add_test(all, a_reported_death_and_a_case_that_nobody_opened_are_looked_at);
    tcase_add_test(all, an_offer_waits_for_the_division_it_names);
    tcase_add_test(all, an_offer_accepted_without_effect_waits_for_an_inspector);
    tcase_add_loop_test(all, a_duty_comes_with_the_command_that_meets_it, 0, (int)CW_COUNT(answers));
    tcase_add_test(all, a_duty_of_one_notice_comes_with_a_command_that_names_it);
    tcase_add_test(all, a_duty_of_a_merged_record_comes_with_a_command_about_that_record);
    tcase_add_test(all, the_most_pressing_comes_first);
    suite_add_tcase(s, all);
    return s;
}
