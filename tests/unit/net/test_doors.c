/* Who gets a byte through, over real sockets on the loopback. */
#include "tests/unit/net/raw.h"
#include "tests/unit/net/world.h"
#include "tests/unit/runner.h"

#include "net/refused.h"

START_TEST(an_unknown_key_gets_no_answer_and_one_counted_report)
{
    struct person known = person_of(1, SUBJECT_PERSON), stranger = person_of(7, SUBJECT_PERSON);
    struct world *w = world_new(&known, 1);
    char fingerprint[FINGERPRINT_LEN + 1];
    void *s = knock(w, &stranger, w->clients);

    say_to(s, "let me in");
    const struct world_event *e = world_wait(w, NET_REFUSED);
    fingerprint_of(stranger.keys.public_key, fingerprint);
    ck_assert_ptr_nonnull(strstr(e->text, fingerprint));
    ck_assert_ptr_nonnull(strstr(e->text, "no certificate"));
    ck_assert_uint_eq(e->is.count, 1);
    ck_assert_int_eq(e->is.verdict, ALLOW_UNKNOWN);

    /* Nothing of what it said came through: the first that is heard is the known one, later. */
    void *friendly = knock(w, &known, w->clients);
    say_to(friendly, "hello");
    e = world_wait(w, NET_RECEIVED);
    ck_assert_mem_eq(e->frame, "hello", 5);
    ck_assert_int_eq(zmq_recv(s, (char[8]){0}, 8, ZMQ_DONTWAIT), -1);
    zsocket_close(s);
    zsocket_close(friendly);
    world_free(w);
}
END_TEST

START_TEST(ten_knocks_of_one_stranger_are_fewer_reports_with_a_number)
{
    struct person stranger = person_of(7, SUBJECT_PERSON);
    struct world *w = world_new(NULL, 0);
    uint64_t count = 0;
    uint32_t reports = 0;
    void *s[10];

    for (int i = 0; i < 10; i++) {
        s[i] = knock(w, &stranger, w->peers);
        say_to(s[i], "x");
    }
    for (; count < 10; reports++)
        count = world_wait(w, NET_REFUSED)->is.count;
    ck_assert_uint_eq(count, 10);
    ck_assert_uint_lt(reports, 10);
    for (int i = 0; i < 10; i++)
        zsocket_close(s[i]);
    world_free(w);
}
END_TEST

START_TEST(an_allowed_key_is_heard_named_and_answered)
{
    struct person officer = person_of(1, SUBJECT_PERSON);
    struct world *w = world_new(&officer, 1);
    void *s = knock(w, &officer, w->clients);

    say_to(s, "hello");
    const struct world_event *up = world_wait(w, NET_UP);
    ck_assert(up->is.known && up->is.incoming && up->is.client);
    ck_assert_int_eq(up->is.subject, SUBJECT_PERSON);
    ck_assert(ID_EQ(&up->is.cert, &officer.cert));
    ck_assert_uint_eq(up->is.link >> 63, 1);

    const struct world_event *heard = world_wait(w, NET_RECEIVED);
    ck_assert_uint_eq(heard->is.link, up->is.link);
    ck_assert_uint_eq(heard->frame_len, 5);
    driver_send(w->driver, up->is.link, slice_of("good day"));
    driver_flush(w->driver);
    hear(s, "good day");

    zsocket_close(s);
    ck_assert_uint_eq(world_wait(w, NET_DOWN)->is.link, up->is.link);
    world_free(w);
}
END_TEST

START_TEST(a_revoked_certificate_is_told_so)
{
    struct person gone = person_of(1, SUBJECT_PERSON);
    gone.standing = STANDING_REVOKED;
    struct world *w = world_new(&gone, 1);
    void *s = knock(w, &gone, w->clients);

    say_to(s, "hello");
    const struct world_event *e = world_wait(w, NET_REFUSED);
    ck_assert_ptr_nonnull(strstr(e->text, "revoked"));
    ck_assert_int_eq(e->is.verdict, ALLOW_REVOKED);
    ck_assert(!world_has(w, NET_UP));
    zsocket_close(s);
    world_free(w);
}
END_TEST

static void expect_kept_out(enum cert_standing standing, enum allow_verdict verdict, const char *reason)
{
    struct person officer = person_of(1, SUBJECT_PERSON), good = person_of(2, SUBJECT_PERSON);
    officer.standing = standing;
    struct person people[2] = {officer, good};
    struct world *w = world_new(people, 2);
    void *s = knock(w, &officer, w->clients), *other;

    say_to(s, "hello");
    const struct world_event *e = world_wait(w, NET_REFUSED);
    ck_assert_ptr_nonnull(strstr(e->text, reason));
    ck_assert_int_eq(e->is.verdict, verdict);
    ck_assert(!world_has(w, NET_UP));
    other = knock(w, &good, w->clients);
    say_to(other, "hello");
    (void)world_wait(w, NET_RECEIVED); /* nothing of the first came before */
    zsocket_close(s);
    zsocket_close(other);
    world_free(w);
}

START_TEST(a_certificate_out_of_its_dates_is_kept_out)
{
    expect_kept_out(STANDING_EXPIRED, ALLOW_EXPIRED, "expired");
    expect_kept_out(STANDING_NOT_YET, ALLOW_NOT_YET, "not valid yet");
}
END_TEST

START_TEST(whose_certificate_expires_is_cut_off)
{
    struct person people[2] = {person_of(1, SUBJECT_PERSON), person_of(2, SUBJECT_PERSON)};
    struct world *w = world_new(people, 2);
    void *first = knock(w, &people[0], w->clients), *second = knock(w, &people[1], w->clients);

    say_to(first, "hello");
    uint64_t link = world_wait(w, NET_UP)->is.link;
    say_to(second, "hello");
    (void)world_wait(w, NET_UP);
    people[0].standing = STANDING_EXPIRED;
    world_allow(w, people, 2);
    const struct world_event *down = world_wait(w, NET_DOWN);
    ck_assert_uint_eq(down->is.link, link);
    ck_assert_ptr_nonnull(strstr(down->text, "has expired"));
    say_to(second, "still here");
    (void)world_wait(w, NET_RECEIVED);
    zsocket_close(first);
    zsocket_close(second);
    world_free(w);
}
END_TEST

START_TEST(nobody_comes_in_by_the_other_door)
{
    struct person people[2] = {person_of(1, SUBJECT_PERSON), person_of(2, SUBJECT_DAEMON)};
    struct world *w = world_new(people, 2);
    void *officer = knock(w, &people[0], w->peers);

    say_to(officer, "hello");
    ck_assert_ptr_nonnull(strstr(world_wait(w, NET_REFUSED)->text, "does not belong"));
    void *daemon = knock(w, &people[1], w->clients);
    say_to(daemon, "hello");
    ck_assert_ptr_nonnull(strstr(world_wait(w, NET_REFUSED)->text, "does not belong"));
    ck_assert(!world_has(w, NET_UP));
    zsocket_close(officer);
    zsocket_close(daemon);
    world_free(w);
}
END_TEST

START_TEST(whoever_is_struck_off_the_list_is_cut_off)
{
    struct person people[2] = {person_of(1, SUBJECT_PERSON), person_of(2, SUBJECT_PERSON)};
    struct world *w = world_new(people, 2);
    struct raw *first = raw_knock(w, &people[0], w->clients, "");
    void *second = knock(w, &people[1], w->clients);

    ck_assert(raw_send(first, "hello", 5, false));
    uint64_t link = world_wait(w, NET_UP)->is.link;
    say_to(second, "hello");
    (void)world_wait(w, NET_UP);

    world_allow(w, &people[1], 1);
    const struct world_event *down = world_wait(w, NET_DOWN);
    ck_assert_uint_eq(down->is.link, link);
    ck_assert_ptr_nonnull(strstr(down->text, "no certificate of this network has this key"));
    ck_assert(raw_is_cut(first));
    say_to(second, "still here");
    (void)world_wait(w, NET_RECEIVED);
    raw_free(first);
    zsocket_close(second);
    world_free(w);
}
END_TEST

START_TEST(a_kick_ends_the_connections_of_one_certificate)
{
    struct person officer = person_of(1, SUBJECT_PERSON);
    struct world *w = world_new(&officer, 1);
    struct raw *s = raw_knock(w, &officer, w->clients, "");

    ck_assert(raw_send(s, "hello", 5, false));
    (void)world_wait(w, NET_UP);
    driver_kick(w->driver, &officer.cert);
    driver_flush(w->driver);
    ck_assert_str_eq(world_wait(w, NET_DOWN)->text, "kicked");
    ck_assert(raw_is_cut(s));
    raw_free(s);
    world_free(w);
}
END_TEST

START_TEST(a_hung_up_link_is_over_on_both_sides)
{
    struct person officer = person_of(1, SUBJECT_PERSON);
    struct world *w = world_new(&officer, 1);
    struct raw *s = raw_knock(w, &officer, w->clients, "");

    ck_assert(raw_send(s, "hello", 5, false));
    driver_hang(w->driver, world_wait(w, NET_UP)->is.link);
    driver_flush(w->driver);
    ck_assert_str_eq(world_wait(w, NET_DOWN)->text, "hung up");
    ck_assert(raw_is_cut(s));
    raw_free(s);
    world_free(w);
}
END_TEST

START_TEST(one_certificate_does_not_get_unlimited_links)
{
    struct person officer = person_of(1, SUBJECT_PERSON);
    struct world *w = world_new(&officer, 1);
    struct raw *s[17];

    for (int i = 0; i < 17; i++) {
        s[i] = raw_knock(w, &officer, w->clients, "");
        ck_assert(raw_send(s[i], "hello", 5, false));
        if (i < 16)
            (void)world_wait(w, NET_UP);
    }
    ck_assert(raw_is_cut(s[16]));
    for (int i = 0; i < 17; i++)
        raw_free(s[i]);
    world_free(w);
}
END_TEST

Suite *suite_doors(void)
{
    Suite *s = suite_create("doors");
    TCase *t = tcase_create("doors");

    tcase_add_test(t, an_unknown_key_gets_no_answer_and_one_counted_report);
    tcase_add_test(t, ten_knocks_of_one_stranger_are_fewer_reports_with_a_number);
    tcase_add_test(t, an_allowed_key_is_heard_named_and_answered);
    tcase_add_test(t, a_revoked_certificate_is_told_so);
    tcase_add_test(t, a_certificate_out_of_its_dates_is_kept_out);
    tcase_add_test(t, whose_certificate_expires_is_cut_off);
    tcase_add_test(t, nobody_comes_in_by_the_other_door);
    tcase_add_test(t, whoever_is_struck_off_the_list_is_cut_off);
    tcase_add_test(t, a_kick_ends_the_connections_of_one_certificate);
    tcase_add_test(t, a_hung_up_link_is_over_on_both_sides);
    tcase_add_test(t, one_certificate_does_not_get_unlimited_links);
    suite_add_tcase(s, t);
    return s;
}
