/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/story.h"

/* Stories of officers and what they hand in. */

void story_of_the_same_submission_to_every_daemon_has_one_effect(void);
void story_of_the_same_submission_to_every_daemon_has_one_effect(void)
{
    struct sim *s = story_world(3, 31);
    struct draft d;
    uint32_t op;

    story_open(s, 0, KIND_OPERATION);
    story_sync(s);
    for (uint32_t n = 0; n < 3; n++)
        story_isolate(s, n);
    draft_begin(s, &d, &s->cast->officers[0][OFFICER_PC], &s->cases[0], KIND_OPERATION);
    draft_event(&d, EVENT_ARREST);
    op = story_hand_in(s, &d, 0);
    client_send(s, op, 1);
    client_send(s, op, 2);
    client_send(s, op, 0);
    sim_run_ms(s, 3000);
    EXPECT(s, s->ops[op].answers == 4);
    story_sync(s);
    for (uint32_t n = 0; n < 3; n++)
        EXPECT(s, story_happenings(s, n, 0, EVENT_ARREST) == 1);
    story_ends(s);
}

void story_of_one_happening_told_by_two_divisions_counts_once(void);
void story_of_one_happening_told_by_two_divisions_counts_once(void)
{
    struct sim *s = story_world(2, 32);

    story_open(s, 0, KIND_OPERATION);
    story_sync(s);
    story_isolate(s, 0);
    story_result(s, 0, 0, EVENT_ARREST, "EX-1");
    story_result(s, 1, 0, EVENT_ARREST, "EX-1");
    story_result(s, 1, 0, EVENT_ARREST, "EX-2");
    story_sync(s);
    EXPECT(s, story_happenings(s, 0, 0, EVENT_ARREST) == 2);
    EXPECT(s, story_happenings(s, 1, 0, EVENT_ARREST) == 2);
    story_ends(s);
}

void story_of_a_late_certificate_lets_its_officer_write(void);
void story_of_a_late_certificate_lets_its_officer_write(void)
{
    struct sim *s = story_world(3, 33);
    struct draft d;
    uint32_t early, late;

    story_open(s, 0, KIND_OPERATION);
    story_sync(s);
    draft_begin(s, &d, &s->cast->late, &s->cases[0], KIND_OPERATION);
    draft_event(&d, EVENT_ARREST);
    early = story_hand_in(s, &d, 1);
    EXPECT(s, !story_answered(s, early) && s->ops[early].refused == CW_REFUSED_AUTHOR);

    story_isolate(s, 2); /* the record does not reach it, what the officer writes does: through a relay, later */
    node_publish(&s->nodes[1], SEGMENT_LATE);
    sim_run_ms(s, 3000);
    draft_begin(s, &d, &s->cast->late, &s->cases[0], KIND_OPERATION);
    draft_event(&d, EVENT_ARREST);
    late = story_hand_in(s, &d, 1);
    EXPECT(s, story_answered(s, late));
    story_sync(s);
    for (uint32_t n = 0; n < 3; n++)
        EXPECT(s, story_happenings(s, n, 0, EVENT_ARREST) == 1);
    story_ends(s);
}

void story_of_a_clock_wrong_by_an_hour_changes_no_order_that_was_named(void);
void story_of_a_clock_wrong_by_an_hour_changes_no_order_that_was_named(void)
{
    struct sim *s = story_world(2, 34);

    s->nodes[0].clock.skew_ms = 3600000;
    story_open(s, 0, KIND_LINE);
    story_sync(s);
    story_text(s, 0, OFFICER_COORD, 0, FIELD_SUMMARY, "written in the future", true);
    story_sync(s);
    story_text(s, 1, OFFICER_COORD, 0, FIELD_SUMMARY, "written now, having read it", true);
    story_sync(s);
    for (uint32_t n = 0; n < 2; n++)
        EXPECT(s, !story_in_conflict(s, n, 0, FIELD_SUMMARY));

    s->nodes[0].clock.skew_ms = 0; /* put right: the log that it ran ahead in is closed */
    story_text(s, 0, OFFICER_COORD, 0, FIELD_SUMMARY, "written after the clock was put right", true);
    story_sync(s);
    EXPECT(s, story_incarnation(s, 0) == 2);
    EXPECT(s, !story_in_conflict(s, 1, 0, FIELD_SUMMARY));
    story_ends(s);
}

static uint32_t live_links(const struct sim *s, uint32_t node)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < s->link_count; i++) {
        const struct sim_link *l = &s->links[i];

        count += !l->doomed && ((l->end[0] == node && l->up[0]) || (l->end[1] == node && l->up[1]));
    }
    return count;
}

/* Forty years ahead, every certificate has expired there: by its own clock, for the others nothing is wrong. */
void story_of_a_clock_beyond_the_certificates_dates_lets_nobody_in(void);
void story_of_a_clock_beyond_the_certificates_dates_lets_nobody_in(void)
{
    struct sim *s = story_world(3, 38);
    struct draft d;
    uint32_t op;

    story_open(s, 0, KIND_OPERATION);
    story_sync(s);
    EXPECT(s, live_links(s, 2) > 0);
    s->nodes[2].clock.skew_ms = INT64_C(40) * 365 * 86400 * 1000;
    sim_run_ms(s, 70000);
    EXPECT(s, live_links(s, 2) == 0);
    EXPECT(s, live_links(s, 0) > 0);
    draft_begin(s, &d, &s->cast->officers[2][OFFICER_PC], &s->cases[0], KIND_OPERATION);
    draft_event(&d, EVENT_ARREST);
    op = story_hand_in(s, &d, 2);
    EXPECT(s, !story_answered(s, op) && s->ops[op].refused == CW_REFUSED_EXPIRED);
    story_result(s, 0, 0, EVENT_ARREST, NULL);
    s->nodes[2].clock.skew_ms = 0;
    sim_run_ms(s, 70000);
    story_sync(s);
    EXPECT(s, story_happenings(s, 2, 0, EVENT_ARREST) == 1); /* what the others wrote meanwhile counts */
    story_ends(s);
}

void story_of_nobody_takes_a_spoilt_signature(void);
void story_of_nobody_takes_a_spoilt_signature(void)
{
    struct sim *s = story_world(2, 35);
    struct draft d;
    uint32_t op;

    story_open(s, 0, KIND_OPERATION);
    draft_begin(s, &d, &s->cast->officers[0][OFFICER_PC], &s->cases[0], KIND_OPERATION);
    draft_event(&d, EVENT_ARREST);
    d.bad_signature = true;
    op = story_hand_in(s, &d, 0);
    EXPECT(s, !story_answered(s, op) && s->ops[op].refused == CW_REFUSED_SIGNATURE);

    draft_begin(s, &d, &s->cast->stranger, &s->cases[0], KIND_OPERATION);
    draft_event(&d, EVENT_ARREST);
    d.invalid = true;
    op = story_hand_in(s, &d, 0);
    EXPECT(s, !story_answered(s, op) && s->ops[op].refused == CW_REFUSED_AUTHOR);
    story_sync(s);
    EXPECT(s, story_happenings(s, 0, 0, EVENT_ARREST) == 0);
    story_ends(s);
}

/* Two programs with one officer's key, or one that counts anew: both reports count, and say so everywhere alike. */
void story_of_one_submission_id_used_apart_is_flagged_alike(void);
void story_of_one_submission_id_used_apart_is_flagged_alike(void)
{
    struct sim *s = story_world(3, 37);
    struct draft first, second;
    uint32_t a, b;

    story_open(s, 0, KIND_OPERATION);
    story_sync(s);
    story_isolate(s, 0);
    draft_begin(s, &first, &s->cast->officers[0][OFFICER_PC], &s->cases[0], KIND_OPERATION);
    draft_event(&first, EVENT_ARREST);
    second = first; /* the same id, another happening */
    draft_event(&second, EVENT_PATROL);
    a = story_hand_in(s, &first, 0);
    b = story_hand_in(s, &second, 1);
    EXPECT(s, story_answered(s, a) && story_answered(s, b));
    story_sync(s);
    for (uint32_t n = 0; n < 3; n++) {
        EXPECT(s, story_happenings(s, n, 0, EVENT_ARREST) == 1);
        EXPECT(s, story_happenings(s, n, 0, EVENT_PATROL) == 1);
        EXPECT(s, story_alarmed(s, n, "submission-id-reused"));
    }
    story_ends(s); /* I9: the flags, and so the digests, are equal */
}

/* --- a peer that sends nonsense -------------------------------------------------------------------------------- */

static void send_nonsense(struct sim *s, struct sim_node *to)
{
    static const uint8_t nonsense[64] = {0xff, 0x07, 0x01, 0x80, 0x80};
    struct rng r = rng_of(5, 5);
    uint8_t noise[200];

    for (uint32_t i = 0; i < s->link_count; i++) {
        for (uint32_t end = 0; end < 2; end++) {
            if (s->links[i].end[end] != to->index || !s->links[i].up[end])
                continue;
            struct inbox_item item = {
                .kind = INBOX_PEER,
                .who = {s->links[i].id[end], false, s->nodes[s->links[i].end[1 - end]].who->cert, SUBJECT_DAEMON}};

            rng_fill(&r, noise, sizeof noise);
            node_put(to, &item, slice(nonsense, sizeof nonsense));
            node_put(to, &item, slice(noise, sizeof noise));
            node_put(to, &item, slice(NULL, 0));
        }
    }
}

void story_of_garbage_ends_a_session_and_nothing_else(void);
void story_of_garbage_ends_a_session_and_nothing_else(void)
{
    struct sim *s = story_world(3, 36);

    story_open(s, 0, KIND_OPERATION);
    story_sync(s);
    for (uint32_t i = 0; i < 5; i++) {
        send_nonsense(s, &s->nodes[0]);
        sim_run_ms(s, 3000);
    }
    EXPECT(s, s->nodes[0].starts == 1);
    story_result(s, 1, 0, EVENT_ARREST, NULL);
    story_sync(s);
    EXPECT(s, story_happenings(s, 0, 0, EVENT_ARREST) == 1);
    story_ends(s);
}
