/* The start-up self-test is tested by taking away what it must miss. */
#include "net/selftest.h"
#include "tests/unit/runner.h"

#include <sodium.h>

struct bench {
    void *context, *server;
    struct allow allow;
    struct refused refused;
    struct zap zap;
    struct zsocket_keys keys;
};

static void setup_bench(struct bench *b, enum door door, bool handler)
{
    uint8_t secret[KEY_LEN];

    *b = (struct bench){0};
    ck_assert_int_ge(sodium_init(), 0);
    memset(secret, 3, sizeof secret);
    zsocket_keys_from(secret, &b->keys);
    b->context = zsocket_context();
    b->zap = (struct zap){.allow = &b->allow, .refused = &b->refused};
    if (handler)
        b->zap.socket = zsocket_zap(b->context);
    b->server = zsocket_server(b->context, &b->keys, door);
    ck_assert_ptr_nonnull(b->server);
}

static void done_bench(struct bench *b)
{
    zsocket_close(b->server);
    zsocket_close(b->zap.socket);
    (void)zmq_ctx_term(b->context);
}

static bool try_it(struct bench *b, enum door door)
{
    return selftest_run(
        &(struct selftest){b->context, b->zap.socket == NULL ? NULL : &b->zap, b->server, &b->keys, door});
}

START_TEST(a_door_with_its_handler_passes)
{
    struct bench b;

    for (int door = 0; door < DOOR_COUNT; door++) {
        setup_bench(&b, (enum door)door, true);
        ck_assert(try_it(&b, (enum door)door));
        ck_assert(!b.zap.probing);
        ck_assert_uint_eq(b.refused.count, 0); /* our own knocking is nothing to report */
        done_bench(&b);
    }
}
END_TEST

START_TEST(a_door_without_a_handler_does_not)
{
    struct bench b;

    setup_bench(&b, DOOR_PEERS, false);
    ck_assert(!try_it(&b, DOOR_PEERS));
    done_bench(&b);
}
END_TEST

START_TEST(a_door_that_lets_everybody_in_does_not)
{
    struct bench b;
    int off = 0;

    /* libzmq's default: without a handler, and without the enforcing option, any key comes in. */
    setup_bench(&b, DOOR_CLIENTS, false);
    ck_assert_int_eq(zmq_setsockopt(b.server, ZSOCKET_ENFORCE_DOMAIN, &off, sizeof off), 0);
    ck_assert(!try_it(&b, DOOR_CLIENTS));
    done_bench(&b);
}
END_TEST

START_TEST(a_door_of_the_other_kind_does_not)
{
    struct bench b;

    setup_bench(&b, DOOR_CLIENTS, true);
    ck_assert(!try_it(&b, DOOR_PEERS)); /* its domain is not the one that the probe is let in at */
    done_bench(&b);
}
END_TEST

START_TEST(what_was_tried_listens_nowhere)
{
    struct bench b;
    char endpoint[128];

    setup_bench(&b, DOOR_PEERS, true);
    ck_assert(try_it(&b, DOOR_PEERS));
    ck_assert(zsocket_bind(b.server, "tcp://127.0.0.1:*"));
    ck_assert(zsocket_endpoint(b.server, endpoint, sizeof endpoint));
    ck_assert_int_eq(zmq_unbind(b.server, endpoint), 0);
    ck_assert_int_eq(zmq_unbind(b.server, endpoint), -1);
    done_bench(&b);
}
END_TEST

Suite *suite_selftest(void)
{
    Suite *s = suite_create("selftest");
    TCase *t = tcase_create("selftest");

    tcase_add_test(t, a_door_with_its_handler_passes);
    tcase_add_test(t, a_door_without_a_handler_does_not);
    tcase_add_test(t, a_door_that_lets_everybody_in_does_not);
    tcase_add_test(t, a_door_of_the_other_kind_does_not);
    tcase_add_test(t, what_was_tried_listens_nowhere);
    suite_add_tcase(s, t);
    return s;
}
