/* Outgoing links: what comes of them, and why they end. */
#include "tests/unit/net/world.h"
#include "tests/unit/runner.h"

#include <stdlib.h>

#define OUR_LINK 7

/* The world's own key, as a certificate of the other's list. */
static struct person daemon_with(uint8_t key_seed, uint8_t cert)
{
    struct person p = person_of(key_seed, SUBJECT_DAEMON);

    memset(p.cert.b, cert, sizeof p.cert.b);
    return p;
}

struct two {
    struct world *here, *there;
};

/* `known`: what the other side thinks of us. */
static struct two two_worlds(const struct person *known, uint32_t count)
{
    struct person other = daemon_with(WORLD_SEED, 50);
    struct two t;

    t.there = world_new(known, count);
    t.here = world_start(98, "tcp://127.0.0.1:*", "tcp://127.0.0.1:*", &other, 1);
    world_wait_ready(t.here);
    return t;
}

static void two_free(struct two *t)
{
    world_free(t->here);
    world_free(t->there);
}

static void dial(struct world *w, const char *address, const uint8_t key[static KEY_LEN])
{
    driver_dial(w->driver, OUR_LINK, address, key);
    driver_flush(w->driver);
}

/* The other side lets its core say anything: what is too long is seen where it comes in. */
START_TEST(a_dialled_daemon_that_says_too_much_is_told_of_and_hung_up_on)
{
    struct person us = daemon_with(98, 60);
    struct two t = two_worlds(&us, 1);
    uint8_t *large = calloc(1, MESSAGE_LEN_MAX + 1);

    ck_assert_ptr_nonnull(large);
    dial(t.here, t.there->peers, t.there->keys.public_key);
    (void)world_wait(t.here, NET_UP);
    driver_send(t.here->driver, OUR_LINK, slice_of("hello"));
    driver_flush(t.here->driver);
    uint64_t in = world_wait(t.there, NET_UP)->is.link;

    driver_send(t.there->driver, in, slice(large, MESSAGE_LEN_MAX + 1));
    driver_flush(t.there->driver);
    const struct world_event *told = world_wait(t.here, NET_MISFRAMED);
    ck_assert_int_eq(told->is.misframed, MISFRAMED_TOO_LONG);
    ck_assert(told->is.known && !told->is.client);
    ck_assert_uint_eq(told->is.cert.b[0], 50);
    ck_assert_ptr_nonnull(strstr(told->text, "a daemon, certificate 3232"));
    ck_assert_int_eq(world_wait(t.here, NET_DOWN)->is.end, LINK_END_VIOLATION);
    ck_assert(!world_has(t.here, NET_LOST));
    free(large);
    two_free(&t);
}
END_TEST

START_TEST(a_dialled_daemon_is_named_and_heard_both_ways)
{
    struct person us = daemon_with(98, 60);
    struct two t = two_worlds(&us, 1);

    dial(t.here, t.there->peers, t.there->keys.public_key);
    const struct world_event *up = world_wait(t.here, NET_UP);
    ck_assert_uint_eq(up->is.link, OUR_LINK);
    ck_assert(up->is.known && !up->is.incoming && !up->is.client);
    ck_assert_uint_eq(up->is.cert.b[0], 50);

    driver_send(t.here->driver, OUR_LINK, slice_of("hello"));
    driver_flush(t.here->driver);
    const struct world_event *in = world_wait(t.there, NET_UP);
    ck_assert_uint_eq(in->is.cert.b[0], 60);
    ck_assert_int_eq(in->is.subject, SUBJECT_DAEMON);
    ck_assert(in->is.incoming && !in->is.client);
    ck_assert_mem_eq(world_wait(t.there, NET_RECEIVED)->frame, "hello", 5);

    driver_send(t.there->driver, in->is.link, slice_of("good day"));
    driver_flush(t.there->driver);
    const struct world_event *heard = world_wait(t.here, NET_RECEIVED);
    ck_assert_uint_eq(heard->is.link, OUR_LINK);
    ck_assert_mem_eq(heard->frame, "good day", 8);

    driver_hang(t.here->driver, OUR_LINK);
    driver_flush(t.here->driver);
    ck_assert_ptr_nonnull(strstr(world_wait(t.here, NET_DOWN)->text, "hung up"));
    ck_assert_uint_eq(world_wait(t.there, NET_DOWN)->is.link, in->is.link);
    two_free(&t);
}
END_TEST

START_TEST(a_link_that_the_other_side_ends_says_so)
{
    struct person us = daemon_with(98, 60);
    struct two t = two_worlds(&us, 1);

    dial(t.here, t.there->peers, t.there->keys.public_key);
    (void)world_wait(t.here, NET_UP);
    driver_send(t.here->driver, OUR_LINK, slice_of("hello"));
    driver_flush(t.here->driver);
    driver_kick(t.there->driver, &world_wait(t.there, NET_UP)->is.cert);
    driver_flush(t.there->driver);
    ck_assert_int_eq(world_wait(t.here, NET_DOWN)->is.end, LINK_END_CLOSED);
    two_free(&t);
}
END_TEST

/* Often a handshake is over before a loop that has to wait for its processor sees it begin: then the next attempt tells. */
#define ATTEMPTS_MAX 1000

static enum link_end end_of_dialling(struct world *w, const char *address, const uint8_t key[static KEY_LEN])
{
    enum link_end end = LINK_END_SILENT;

    for (int i = 0; i < ATTEMPTS_MAX && end == LINK_END_SILENT; i++) {
        dial(w, address, key);
        end = world_wait(w, NET_DOWN)->is.end;
    }
    return end;
}

START_TEST(a_revoked_daemon_learns_that_it_is)
{
    struct person us = daemon_with(98, 60);
    us.standing = STANDING_REVOKED;
    struct two t = two_worlds(&us, 1);

    dial(t.here, t.there->peers, t.there->keys.public_key);
    const struct world_event *down = world_wait(t.here, NET_DOWN);
    ck_assert_int_eq(down->is.end, LINK_END_REFUSED);
    ck_assert_ptr_nonnull(strstr(down->text, "revoked or not allowed, or out of its dates by its clock"));
    two_free(&t);
}
END_TEST

START_TEST(an_unknown_daemon_meets_silence_and_learns_that_it_is_not_known_yet)
{
    struct two t = two_worlds(NULL, 0);

    ck_assert_int_eq(end_of_dialling(t.here, t.there->peers, t.there->keys.public_key), LINK_END_NOT_HEARD);
    two_free(&t);
}
END_TEST

START_TEST(another_key_than_the_expected_one_is_not_taken)
{
    struct person us = daemon_with(98, 60), other = person_of(5, SUBJECT_DAEMON);
    struct two t = two_worlds(&us, 1);

    world_allow(t.here, &other, 1); /* somebody certified, but not who listens there */
    ck_assert_int_eq(end_of_dialling(t.here, t.there->peers, other.keys.public_key), LINK_END_WRONG_KEY);
    ck_assert(!world_has(t.here, NET_UP));
    two_free(&t);
}
END_TEST

START_TEST(nobody_there_is_reported_at_once)
{
    struct person other = daemon_with(WORLD_SEED, 50);
    struct world *w = world_new(&other, 1);

    dial(w, "tcp://127.0.0.1:1", other.keys.public_key);
    ck_assert_int_eq(world_wait(w, NET_DOWN)->is.end, LINK_END_NO_LISTENER);
    world_free(w);
}
END_TEST

START_TEST(an_address_of_another_kind_is_not_dialled)
{
    struct person other = daemon_with(WORLD_SEED, 50);
    struct world *w = world_new(&other, 1);

    dial(w, "ipc:///run/elsewhere", other.keys.public_key);
    ck_assert_ptr_nonnull(strstr(world_wait(w, NET_DOWN)->text, "not an address"));
    dial(w, "tcp://", other.keys.public_key);
    (void)world_wait(w, NET_DOWN);
    world_free(w);
}
END_TEST

START_TEST(a_revoked_certificate_is_not_dialled)
{
    struct person other = daemon_with(WORLD_SEED, 50);
    other.standing = STANDING_REVOKED;
    struct world *w = world_new(&other, 1);

    dial(w, "tcp://127.0.0.1:1", other.keys.public_key);
    ck_assert_ptr_nonnull(strstr(world_wait(w, NET_DOWN)->text, "revoked"));
    world_free(w);
}
END_TEST

START_TEST(a_key_without_a_certificate_comes_up_without_a_name)
{
    struct person us = daemon_with(98, 60);
    struct two t = two_worlds(&us, 1);

    world_allow(t.here, NULL, 0);
    dial(t.here, t.there->peers, t.there->keys.public_key);
    ck_assert(!world_wait(t.here, NET_UP)->is.known);
    two_free(&t);
}
END_TEST

Suite *suite_dial(void)
{
    Suite *s = suite_create("dial");
    TCase *t = tcase_create("dial");

    tcase_add_test(t, a_dialled_daemon_is_named_and_heard_both_ways);
    tcase_add_test(t, a_dialled_daemon_that_says_too_much_is_told_of_and_hung_up_on);
    tcase_add_test(t, a_link_that_the_other_side_ends_says_so);
    tcase_add_test(t, a_revoked_daemon_learns_that_it_is);
    tcase_add_test(t, an_unknown_daemon_meets_silence_and_learns_that_it_is_not_known_yet);
    tcase_add_test(t, another_key_than_the_expected_one_is_not_taken);
    tcase_add_test(t, nobody_there_is_reported_at_once);
    tcase_add_test(t, an_address_of_another_kind_is_not_dialled);
    tcase_add_test(t, a_revoked_certificate_is_not_dialled);
    tcase_add_test(t, a_key_without_a_certificate_comes_up_without_a_name);
    suite_add_tcase(s, t);
    return s;
}
