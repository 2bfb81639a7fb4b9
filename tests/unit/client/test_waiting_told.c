/* SPDX-License-Identifier: Apache-2.0 */
/* What waits in a division's inbox of what others did, or of what others do not do. */
#include "tests/unit/client/scene.h"

#define NOW INT64_C(4000000000)
#define DUE INT64_C(3900000000)

Suite *suite_waiting_told(void);

static struct waits wait_at(const struct scene *s, const char *division, uint32_t roles)
{
    return scene_waits(s, division, roles, NOW);
}

/* --- events, newest first --------------------------------------------------------------------------------------- */

#define EVENTS 4

struct happened {
    Cw__ViewEvent events[EVENTS], *at[EVENTS];
    Cw__Author authors[EVENTS];
    uint8_t ids[EVENTS][CW_ID_LEN];
    Cw__ViewField fields[EVENTS], *field_at[EVENTS];
    Cw__ViewValue values[EVENTS], *value_at[EVENTS];
    Cw__Value plain[EVENTS];
};

/* Each is put before those that are there: said first, called first. */
static Cw__ViewEvent *happens(struct scene *s, struct happened *h, uint32_t type, const char *division)
{
    size_t i = s->view.n_events++, place = EVENTS - 1 - i;
    Cw__ViewEvent *e = &h->events[i];

    cw__view_event__init(e);
    cw__author__init(&h->authors[i]);
    h->authors[i].division = B(division);
    h->authors[i].name = B("Officer L");
    h->ids[i][0] = (uint8_t)(0x50 + i);
    e->type = type;
    e->name = B(schema_event(type)->name);
    e->author = &h->authors[i];
    e->op = e->event_id = wire_bytes(slice(h->ids[i], CW_ID_LEN));
    e->has_hlc = true;
    e->hlc = (uint64_t)(DUE + (int64_t)i) << 16;
    h->at[place] = e;
    s->view.events = &h->at[place];
    return e;
}

static Cw__ViewValue *says(struct happened *h, Cw__ViewEvent *e, uint32_t field)
{
    size_t i = (size_t)(e - h->events);

    cw__view_field__init(&h->fields[i]);
    cw__view_value__init(&h->values[i]);
    cw__value__init(&h->plain[i]);
    h->fields[i].field = field;
    h->fields[i].values = &h->value_at[i];
    h->fields[i].n_values = 1;
    h->value_at[i] = &h->values[i];
    h->values[i].value = &h->plain[i];
    h->field_at[i] = &h->fields[i];
    e->fields = &h->field_at[i];
    e->n_fields = 1;
    return &h->values[i];
}

static void is_seen_by(struct scene *s, struct happened *h, const Cw__ViewEvent *what, const char *division)
{
    says(h, happens(s, h, EVENT_SEEN, division), FIELD_ABOUT)->value->id = what->event_id;
}

/* --- a duty of an owner that is silent ---------------------------------------------------------------------------- */

struct marked {
    Cw__ViewMark marks[2], *at[2];
    Cw__Author authors[2];
    ProtobufCBinaryData told[1];
};

static void add_breached(struct scene *s, struct marked *m, const char *signed_by)
{
    cw__view_deadline__init(&s->deadline);
    s->deadline.clock = B("M2");
    s->deadline.state = B("breached");
    s->deadline.due_ms = DUE;
    m->told[0] = B("INSP");
    s->deadline.told = m->told;
    s->deadline.n_told = 1;
    s->deadline.marks = m->at;
    s->deadline_at[0] = &s->deadline;
    s->view.n_deadlines = 1;
    s->view.deadlines = s->deadline_at;
    for (size_t i = 0; i < CW_COUNT(m->marks); i++) {
        cw__view_mark__init(&m->marks[i]);
        cw__author__init(&m->authors[i]);
        m->at[i] = &m->marks[i];
        m->marks[i].author = &m->authors[i];
    }
    m->marks[0].what = B("breached");
    m->authors[0].division = B(signed_by);
    s->deadline.n_marks = 1;
}

START_TEST(a_breach_that_its_owner_has_not_taken_waits_for_whoever_has_a_hand_in_the_case)
{
    struct scene *s = scene_new();
    struct happened h = {0};
    struct marked m = {0};
    struct waits w;

    add_breached(s, &m, "WST");
    happens(s, &h, EVENT_SIGHTING, "EST");
    w = wait_at(s, "EST", ROLE_MASK(INSP));
    ck_assert_uint_eq(w.count, 1);
    ck_assert_int_eq(w.at[0].class, WAITING_OVERDUE);
    ck_assert_ptr_nonnull(strstr(w.at[0].text, "NTH owns it and does not answer"));
    ck_assert_str_eq(w.at[0].next, "casewire episode review K7Q2M4X");
    ck_assert_uint_eq(wait_at(s, "EST", ROLE_MASK(CRU) & ~R_ANY).count, 0);
    ck_assert_uint_eq(wait_at(s, "WST", ROLE_MASK(INSP)).count, 0); /* its daemon signed, its people said nothing */
    ck_assert_uint_eq(wait_at(s, "WST", ROLE_MASK(FCR)).count, 1);  /* the control room holds what nobody does */
    free(s);
}
END_TEST

START_TEST(a_breach_that_its_owner_knows_waits_with_the_owner)
{
    struct scene *s = scene_new();
    struct happened h = {0};
    struct marked m = {0};

    happens(s, &h, EVENT_SIGHTING, "EST");
    add_breached(s, &m, "NTH");
    ck_assert_uint_eq(wait_at(s, "EST", ROLE_MASK(INSP) | ROLE_MASK(FCR)).count, 0);
    add_breached(s, &m, "WST");
    ck_assert_uint_eq(wait_at(s, "EST", ROLE_MASK(INSP)).count, 1);
    m.marks[1].what = B("delivered");
    m.authors[1].division = B("NTH"); /* its daemon is back, and has it */
    s->deadline.n_marks = 2;
    ck_assert_uint_eq(wait_at(s, "EST", ROLE_MASK(INSP) | ROLE_MASK(FCR)).count, 0);
    ck_assert_uint_eq(wait_at(s, "NTH", ROLE_MASK(INSP)).count, 1);
    free(s);
}
END_TEST

START_TEST(a_breach_that_its_owner_signed_waits_elsewhere_once_its_daemon_is_not_heard)
{
    struct scene *s = scene_new();
    struct happened h = {0};
    struct marked m = {0};
    struct waiting_for who = {.roles = ROLE_MASK(INSP), .division = "EST", .now = {NOW}, .unheard_count = 1};
    struct waits waits = {.count = 0};

    happens(s, &h, EVENT_SIGHTING, "EST");
    add_breached(s, &m, "NTH");
    snprintf(who.unheard[0], sizeof(who.unheard[0]), "WST");
    waiting_find(&s->view, &who, keep_waiting, &waits);
    ck_assert_uint_eq(waits.count, 0);
    snprintf(who.unheard[0], sizeof(who.unheard[0]), "NTH");
    waiting_find(&s->view, &who, keep_waiting, &waits);
    ck_assert_uint_eq(waits.count, 1);
    ck_assert(waits.at[0].here);
    s->view.owner = B("NTH + WST"); /* the other one knows, and holds it too */
    waiting_find(&s->view, &who, keep_waiting, &waits);
    ck_assert_uint_eq(waits.count, 1);
    free(s);
}
END_TEST

static void add_missing(struct scene *s)
{
    cw__view_episode__init(&s->episode);
    s->episode.state = B("active");
    s->episode_at[0] = &s->episode;
    s->view.n_episodes = 1;
    s->view.episodes = s->episode_at;
}

START_TEST(a_child_is_told_of_before_anything_is_over_when_its_owner_is_not_heard)
{
    struct scene *s = scene_new();
    struct happened h = {0};
    struct waiting_for who = {.roles = ROLE_MASK(PC), .division = "EST", .now = {NOW}, .unheard_count = 1};
    struct waits waits = {.count = 0};

    happens(s, &h, EVENT_EPISODE_REPORTED, "EST");
    snprintf(who.unheard[0], sizeof(who.unheard[0]), "NTH");
    waiting_find(&s->view, &who, keep_waiting, &waits);
    ck_assert_uint_eq(waits.count, 0); /* nobody is missing */
    add_missing(s);
    waiting_find(&s->view, &who, keep_waiting, &waits);
    ck_assert_uint_eq(waits.count, 1);
    ck_assert_int_eq(waits.at[0].class, WAITING_LOOK);
    ck_assert_str_eq(waits.at[0].text, "this child is missing: NTH owns the case and does not answer");
    who.unheard_count = 0;
    waiting_find(&s->view, &who, keep_waiting, &waits);
    ck_assert_uint_eq(waits.count, 1); /* north is there: theirs */
    who.unheard_count = 1;
    snprintf(who.division, sizeof(who.division), "WST");
    waiting_find(&s->view, &who, keep_waiting, &waits);
    ck_assert_uint_eq(waits.count, 1); /* no hand in it */
    who.coordinates = true;
    waiting_find(&s->view, &who, keep_waiting, &waits);
    ck_assert_uint_eq(waits.count, 2);
    free(s);
}
END_TEST

START_TEST(an_offer_that_lapsed_waits_for_the_division_it_was_made_to)
{
    struct scene *s = scene_new();
    struct happened h = {0};
    struct marked m = {0};
    struct waits w;

    says(&h, happens(s, &h, EVENT_HANDOVER_OFFER, "NTH"), FIELD_TO_DIVISION)->text = B("EST");
    h.values[0].has_text = true;
    add_breached(s, &m, "WST");
    s->deadline.clock = B("W1");
    m.told[0] = B("FCR");
    w = wait_at(s, "EST", ROLE_MASK(SUP));
    ck_assert_uint_eq(w.count, 1);
    ck_assert_str_eq(w.at[0].next, "casewire clock ack K7Q2M4X W1"); /* there is no offer to answer any more */
    ck_assert_uint_eq(wait_at(s, "WST", ROLE_MASK(SUP)).count, 0);
    free(s);
}
END_TEST

/* --- hand-overs ------------------------------------------------------------------------------------------------------ */

START_TEST(what_became_of_an_offer_waits_for_its_sender_until_it_is_seen)
{
    struct scene *s = scene_new();
    struct happened h = {0};
    struct waits w;

    says(&h, happens(s, &h, EVENT_HANDOVER_OFFER, "NTH"), FIELD_TO_DIVISION)->text = B("EST");
    says(&h, happens(s, &h, EVENT_HANDOVER_DECLINE, "EST"), FIELD_REASON)->text = B("No beds");
    h.values[1].has_text = true;
    w = wait_at(s, "NTH", ROLE_MASK(INSP));
    ck_assert_uint_eq(w.count, 1);
    ck_assert_int_eq(w.at[0].class, WAITING_LOOK);
    ck_assert_str_eq(w.at[0].text, "EST (Officer L) declined the hand-over: No beds");
    ck_assert_str_eq(w.at[0].next, "casewire shift brief K7Q2M4X --seen");
    ck_assert_uint_eq(wait_at(s, "EST", ROLE_MASK(INSP)).count, 0); /* who did it knows */
    h.events[1].has_author_time_ms = true;                          /* a device whose clock was never set */
    ck_assert_uint_eq(wait_at(s, "NTH", ROLE_MASK(INSP)).count, 1);
    is_seen_by(s, &h, &h.events[1], "EST");
    ck_assert_uint_eq(wait_at(s, "NTH", ROLE_MASK(INSP)).count, 1); /* not by its own people */
    is_seen_by(s, &h, &h.events[1], "NTH");
    ck_assert_uint_eq(wait_at(s, "NTH", ROLE_MASK(INSP)).count, 0);
    free(s);
}
END_TEST

START_TEST(who_handed_a_case_over_is_told_that_it_was_accepted)
{
    struct scene *s = scene_new();
    struct happened h = {0};
    struct waits w;

    s->view.owner = B("EST");
    says(&h, happens(s, &h, EVENT_HANDOVER_OFFER, "NTH"), FIELD_TO_DIVISION)->text = B("EST");
    happens(s, &h, EVENT_HANDOVER_ACCEPT, "EST");
    w = wait_at(s, "NTH", ROLE_MASK(SUP));
    ck_assert_uint_eq(w.count, 1);
    ck_assert_str_eq(w.at[0].text, "EST (Officer L) accepted the hand-over: the case and its duties are theirs");
    ck_assert_uint_eq(wait_at(s, "EST", ROLE_MASK(SUP)).count, 0);
    ck_assert_uint_eq(wait_at(s, "WST", ROLE_MASK(SUP)).count, 0);
    free(s);
}
END_TEST

START_TEST(an_acceptance_without_effect_is_told_to_both_sides)
{
    struct scene *s = scene_new();
    struct happened h = {0};
    struct waits w;

    says(&h, happens(s, &h, EVENT_HANDOVER_OFFER, "NTH"), FIELD_TO_DIVISION)->text = B("EST");
    happens(s, &h, EVENT_HANDOVER_WITHDRAW, "NTH");
    happens(s, &h, EVENT_HANDOVER_ACCEPT, "EST")->refused_transition = true;
    for (size_t i = 0; i < 2; i++) {
        w = wait_at(s, i == 0 ? "EST" : "NTH", ROLE_MASK(INSP));
        ck_assert_uint_eq(w.count, 1);
        ck_assert_str_eq(w.at[0].text, "EST (Officer L) accepted the hand-over WITHOUT EFFECT: the case is NTH's");
    }
    ck_assert_uint_eq(wait_at(s, "WST", ROLE_MASK(INSP)).count, 0);
    free(s);
}
END_TEST

START_TEST(all_of_both_divisions_that_claim_a_case_are_told)
{
    struct scene *s = scene_new();
    struct waits w;

    s->view.owner = B("NTH + EST");
    add_conflict(s, NULL, "owner");
    s->resolvers[0] = B("SUPT");
    s->conflict.n_resolvers = 1;
    for (size_t i = 0; i < 2; i++) {
        w = wait_at(s, i == 0 ? "EST" : "NTH", ROLE_MASK(SUP));
        ck_assert_uint_eq(w.count, 1);
        ck_assert_int_eq(w.at[0].class, WAITING_LOOK);
        ck_assert_ptr_nonnull(strstr(w.at[0].text, "NTH + EST"));
        ck_assert_uint_eq(w.at[0].roles, R_ANY); /* so an alert of any role tells of it */
    }
    ck_assert_uint_eq(wait_at(s, "WST", ROLE_MASK(SUP)).count, 0);
    ck_assert_int_eq(wait_at(s, "WST", ROLE_MASK(SUPT)).at[0].class, WAITING_DECIDE);
    free(s);
}
END_TEST

/* --- a return in doubt --------------------------------------------------------------------------------------------- */

START_TEST(a_disputed_return_is_told_to_both_divisions_and_the_control_rooms)
{
    struct scene *s = scene_new();
    struct happened h = {0};

    happens(s, &h, EVENT_RETURNED, "NTH");
    happens(s, &h, EVENT_SIGHTING, "EST");
    cw__view_note__init(&s->note);
    s->note.kind = 5;
    s->note.op = h.events[1].op;
    s->note.about = h.events[0].op;
    s->note_at[0] = &s->note;
    s->view.n_notes = 1;
    s->view.notes = s->note_at;
    ck_assert_uint_eq(wait_at(s, "NTH", ROLE_MASK(PC)).count, 1);
    ck_assert_uint_eq(wait_at(s, "EST", ROLE_MASK(PC)).count, 1);
    ck_assert_uint_eq(wait_at(s, "WST", ROLE_MASK(PC)).count, 0);
    ck_assert_uint_eq(wait_at(s, "WST", ROLE_MASK(FCR)).count, 1);
    s->note.kind = 6; /* perhaps a new episode: its owner's to say */
    ck_assert_uint_eq(wait_at(s, "WST", ROLE_MASK(FCR)).count, 0);
    free(s);
}
END_TEST

/* --- what others decided about an own child --------------------------------------------------------------------------- */

static void add_risk(struct scene *s, const Cw__ViewEvent *by, const char *risk)
{
    Cw__ViewValue *v = add_value(s, s->view.n_fields > 0 ? &s->fields[0] : add_field(s, FIELD_MISSING_RISK), risk, DUE);

    v->author = by->author;
    v->set_by->op = by->op;
    v->hlc = by->hlc;
}

START_TEST(a_risk_that_another_division_set_is_looked_at)
{
    struct scene *s = scene_new();
    struct happened h = {0};
    struct waits w;

    add_missing(s);
    add_risk(s, happens(s, &h, EVENT_RISK_ASSESSMENT, "EST"), "low");
    w = wait_at(s, "NTH", ROLE_MASK(SUP));
    ck_assert_uint_eq(w.count, 1);
    ck_assert_str_eq(w.at[0].text, "EST (Officer L) set the risk of your child to low");
    ck_assert_uint_eq(wait_at(s, "EST", ROLE_MASK(SUP)).count, 0);
    is_seen_by(s, &h, &h.events[0], "NTH");
    ck_assert_uint_eq(wait_at(s, "NTH", ROLE_MASK(SUP)).count, 0);
    free(s);
}
END_TEST

START_TEST(a_risk_of_the_own_division_is_no_news)
{
    struct scene *s = scene_new();
    struct happened h = {0};

    add_missing(s);
    add_risk(s, happens(s, &h, EVENT_RISK_ASSESSMENT, "NTH"), "low");
    ck_assert_uint_eq(wait_at(s, "NTH", ROLE_MASK(SUP)).count, 0);
    h.authors[0].division = B("EST");
    ck_assert_uint_eq(wait_at(s, "NTH", ROLE_MASK(SUP)).count, 1);
    says(&h, happens(s, &h, EVENT_HANDOVER_OFFER, "EST"), FIELD_TO_DIVISION)->text = B("NTH");
    happens(s, &h, EVENT_HANDOVER_ACCEPT, "NTH"); /* it stood when they took the child over */
    ck_assert_uint_eq(wait_at(s, "NTH", ROLE_MASK(SUP)).count, 0);
    free(s);
}
END_TEST

START_TEST(a_duty_that_another_division_waived_is_looked_at)
{
    struct scene *s = scene_new();
    struct happened h = {0};
    struct marked m = {0};
    struct waits w;

    add_breached(s, &m, "EST");
    s->deadline.clock = B("M4");
    s->deadline.state = B("waived");
    m.marks[0].what = B("waived");
    m.marks[0].text = B("He is known there");
    m.authors[0].name = B("Inspector E");
    m.marks[0].op = happens(s, &h, EVENT_CLOCK_WAIVED, "EST")->op;
    w = wait_at(s, "NTH", ROLE_MASK(SUP));
    ck_assert_uint_eq(w.count, 1);
    ck_assert_str_eq(w.at[0].text, "EST (Inspector E) waived circulated as missing: He is known there");
    m.marks[0].without_effect = true;
    ck_assert_uint_eq(wait_at(s, "NTH", ROLE_MASK(SUP)).count, 0);
    m.marks[0].without_effect = false;
    is_seen_by(s, &h, &h.events[0], "NTH");
    ck_assert_uint_eq(wait_at(s, "NTH", ROLE_MASK(SUP)).count, 0);
    free(s);
}
END_TEST

START_TEST(a_child_that_may_be_another_is_looked_at_until_somebody_has)
{
    struct scene *s = scene_new();
    static uint8_t other[CW_ID_LEN] = {7};
    Cw__ViewCandidate candidate = CW__VIEW_CANDIDATE__INIT, *candidates[] = {&candidate};
    ProtobufCBinaryData agrees[] = {B("name and birth date"), B("PNCID")};
    struct happened h = {0};
    struct waits w;

    candidate.n_agrees = CW_COUNT(agrees);
    candidate.agrees = agrees;
    candidate.case_id = wire_bytes(slice(other, sizeof(other)));
    candidate.human_ref = B("MC/EST/2026/8Q2M4XK-D");
    candidate.shared = 2;
    s->view.candidates = candidates;
    s->view.n_candidates = 1;
    w = wait_at(s, "NTH", ROLE_MASK(PC));
    ck_assert_uint_eq(w.count, 1);
    ck_assert_str_eq(w.at[0].text, "MC/EST/2026/8Q2M4XK-D shares name and birth date, PNCID: is it the same child? "
                                   "Merging takes two identifiers that agree");
    ck_assert_str_eq(w.at[0].next, "casewire child show 8Q2M4XK");
    ck_assert_uint_eq(wait_at(s, "EST", ROLE_MASK(PC)).count, 0);
    says(&h, happens(s, &h, EVENT_SEEN, "NTH"), FIELD_ABOUT)->value->id = candidate.case_id;
    ck_assert_uint_eq(wait_at(s, "NTH", ROLE_MASK(PC)).count, 0);
    free(s);
}
END_TEST

START_TEST(a_merging_asks_the_inspectors_of_the_owner_that_has_not_agreed)
{
    struct scene *s = scene_new();
    Cw__ViewMerge merge = CW__VIEW_MERGE__INIT, *merges[] = {&merge};
    Cw__ViewIdentity identity = CW__VIEW_IDENTITY__INIT;
    struct waits w;

    merge.loser = B("MC/EST/2026/8Q2M4XK-D");
    merge.survivor = s->view.human_ref;
    merge.survivor_waits_for = B("NTH");
    identity.standing = B("alone");
    identity.merges = merges;
    identity.n_merges = 1;
    s->view.identity = &identity;
    w = wait_at(s, "NTH", ROLE_MASK(INSP));
    ck_assert_uint_eq(w.count, 1);
    ck_assert_str_eq(w.at[0].next, "casewire child agree K7Q2M4X with=8Q2M4XK");
    ck_assert_uint_eq(wait_at(s, "NTH", ROLE_MASK(SUP)).count, 0);
    merge.survivor_waits_for = wire_bytes(slice(NULL, 0)); /* it has: the other owner is asked */
    merge.loser_waits_for = B("EST");
    ck_assert_uint_eq(wait_at(s, "NTH", ROLE_MASK(INSP)).count, 0);
    free(s);
}
END_TEST

Suite *suite_waiting_told(void)
{
    Suite *s = suite_create("waiting_told");
    TCase *all = tcase_create("waiting_told");

    tcase_add_test(all, a_breach_that_its_owner_has_not_taken_waits_for_whoever_has_a_hand_in_the_case);
    tcase_add_test(all, a_breach_that_its_owner_knows_waits_with_the_owner);
    tcase_add_test(all, a_breach_that_its_owner_signed_waits_elsewhere_once_its_daemon_is_not_heard);
    tcase_add_test(all, a_child_is_told_of_before_anything_is_over_when_its_owner_is_not_heard);
    tcase_add_test(all, a_merging_asks_the_inspectors_of_the_owner_that_has_not_agreed);
    tcase_add_test(all, an_offer_that_lapsed_waits_for_the_division_it_was_made_to);
    tcase_add_test(all, what_became_of_an_offer_waits_for_its_sender_until_it_is_seen);
    tcase_add_test(all, who_handed_a_case_over_is_told_that_it_was_accepted);
    tcase_add_test(all, an_acceptance_without_effect_is_told_to_both_sides);
    tcase_add_test(all, all_of_both_divisions_that_claim_a_case_are_told);
    tcase_add_test(all, a_disputed_return_is_told_to_both_divisions_and_the_control_rooms);
    tcase_add_test(all, a_risk_that_another_division_set_is_looked_at);
    tcase_add_test(all, a_risk_of_the_own_division_is_no_news);
    tcase_add_test(all, a_duty_that_another_division_waived_is_looked_at);
    tcase_add_test(all, a_child_that_may_be_another_is_looked_at_until_somebody_has);
    suite_add_tcase(s, all);
    return s;
}
