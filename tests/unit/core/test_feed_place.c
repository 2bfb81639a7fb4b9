/* SPDX-License-Identifier: Apache-2.0 */
#include "core/feed_place.h"

#include <check.h>
#include <stdlib.h>

/*
 * A world of logs, some of which name earlier ones as prior, and daemons that hold different stretches of them. Each
 * seq ends a seal, whose hash says where it is.
 */

#define LOGS 12

struct made_log {
    uint64_t prior_seq; /* 0: none named */
    uint32_t prior;
    uint64_t end; /* what there is of it anywhere */
};

struct holder {
    uint64_t head[LOGS]; /* 0: not even known */
    uint8_t branch;      /* of a forked log 0 */
    struct feed_place memory[2 * LOGS + 4];
    struct feed_places places;
};

static struct made_log world[LOGS];
static struct holder here, there;
static struct position listed_authority[CURSOR_AUTHORITY_MAX], listed_logs[CURSOR_LOGS_MAX];

static struct log_id id_of(uint32_t log)
{
    struct log_id id = {{0}};

    id.b[0] = (uint8_t)(log * 83 + 1);
    id.b[1] = (uint8_t)log;
    return id;
}

static struct hash seal_of(uint32_t log, uint64_t seq, uint8_t branch)
{
    struct hash h = {{0}};

    h.b[0] = (uint8_t)log;
    h.b[1] = (uint8_t)seq;
    h.b[2] = 1;
    h.b[3] = branch;
    return h;
}

static struct position at(uint32_t log, uint64_t seq)
{
    struct position p = {id_of(log), seq, seal_of(log, seq, 0)};

    if (seq == 0)
        memset(&p.seal, 0, sizeof p.seal);
    return p;
}

static bool seal_at(void *ctx, const struct log_id *log, uint64_t seq, struct hash *out)
{
    const struct holder *h = ctx;
    uint32_t i = log->b[1];

    if (i >= LOGS || seq > h->head[i])
        return false;
    *out = seal_of(i, seq, i == 0 ? h->branch : 0);
    return true;
}

static bool is_closed(const struct holder *h, uint32_t log)
{
    for (uint32_t i = 0; i < LOGS; i++) {
        if (h->head[i] > 0 && world[i].prior_seq > 0 && world[i].prior == log)
            return true;
    }
    return false;
}

static void hold(struct holder *h)
{
    h->places = (struct feed_places){h->memory, 0, CW_COUNT(h->memory)};
    for (uint32_t i = 0; i < LOGS; i++) {
        struct log_head head = {.log = id_of(i), .scope = LOG_DIVISION, .seq = h->head[i]};

        if (h->head[i] == 0)
            continue;
        head.closed = is_closed(h, i);
        head.has_prior = world[i].prior_seq > 0;
        if (head.has_prior)
            head.prior = at(world[i].prior, world[i].prior_seq);
        ck_assert(feed_place_hold(&h->places, &head));
    }
}

static struct feed_place *place(struct holder *h, uint32_t log)
{
    struct log_id id = id_of(log);
    uint32_t i = feed_place_find(&h->places, &id);

    return i == FEED_PLACE_NONE ? NULL : &h->places.at[i];
}

static uint64_t told(struct holder *h, uint32_t log)
{
    const struct feed_place *p = place(h, log);

    return p == NULL ? 0 : p->told.seq;
}

static void tell(struct holder *h, uint32_t log, uint64_t seq)
{
    const struct position upto = at(log, seq);

    feed_place_told(place(h, log), &upto);
}

static struct cursor list(struct holder *h)
{
    struct cursor c = {.log_count = 0};

    ck_assert(feed_places_list(&h->places, listed_authority, listed_logs, &c));
    return c;
}

static uint64_t resolve(struct holder *h, const struct cursor *c)
{
    const struct feed_view view = {h, seal_at};
    uint64_t missing = 99;

    feed_places_resolve(&h->places, c, &view, &missing);
    return missing;
}

static void empty_world(void)
{
    memset(world, 0, sizeof world);
    memset(&here, 0, sizeof here);
    memset(&there, 0, sizeof there);
    for (uint32_t i = 0; i < LOGS; i++)
        world[i].end = 40;
}

/* --- hostile ------------------------------------------------------------------------------------------------- */

START_TEST(a_log_that_nobody_has_is_missing_not_believed)
{
    struct position stranger = {{{9, 9}}, 7, {{1}}};
    struct cursor c = {.log_count = 1, .logs = &stranger};

    empty_world();
    here.head[1] = 5;
    hold(&here);
    ck_assert_uint_eq(resolve(&here, &c), 7);
}
END_TEST

START_TEST(a_seal_that_is_not_ours_counts_as_nothing_told)
{
    struct position forged = at(1, 3);
    struct cursor c = {.log_count = 1, .logs = &forged};

    empty_world();
    forged.seal.b[7] ^= 1;
    here.head[1] = 5;
    hold(&here);
    ck_assert_uint_eq(resolve(&here, &c), 0);
    ck_assert_uint_eq(told(&here, 1), 0);
}
END_TEST

/* --- what a cursor means -------------------------------------------------------------------------------------- */

START_TEST(a_daemon_behind_the_cursor_says_by_how_much)
{
    struct cursor c;

    empty_world();
    here.head[1] = 30;
    here.head[2] = 10;
    hold(&here);
    tell(&here, 1, 30);
    tell(&here, 2, 10);
    c = list(&here);
    there.head[1] = 21;
    there.head[2] = 10;
    hold(&there);
    ck_assert_uint_eq(resolve(&there, &c), 9);
}
END_TEST

/* Perhaps it was told of a branch that only it has seen: what is here is told again rather than taken for told. */
START_TEST(of_a_log_that_goes_on_elsewhere_nothing_counts_as_told)
{
    struct cursor c;

    empty_world();
    here.head[1] = 30;
    here.head[2] = 10;
    hold(&here);
    tell(&here, 1, 30);
    tell(&here, 2, 10);
    c = list(&here);
    there.head[1] = 21;
    there.head[2] = 10;
    hold(&there);
    ck_assert_uint_eq(resolve(&there, &c), 9);
    ck_assert_uint_eq(told(&there, 1), 0);
    ck_assert_uint_eq(told(&there, 2), 10);
}
END_TEST

START_TEST(a_closed_log_told_to_its_end_is_implied_and_its_prior_too)
{
    struct cursor c;

    empty_world();
    world[2] = (struct made_log){20, 1, 40};
    world[3] = (struct made_log){8, 2, 40};
    here.head[1] = 20;
    here.head[2] = 8;
    here.head[3] = 5;
    hold(&here);
    tell(&here, 1, 20);
    tell(&here, 2, 8);
    tell(&here, 3, 4);
    c = list(&here);
    ck_assert_uint_eq(c.log_count, 1);
    memcpy(there.head, here.head, sizeof here.head);
    hold(&there);
    ck_assert_uint_eq(resolve(&there, &c), 0);
    ck_assert_uint_eq(told(&there, 1), 20);
    ck_assert_uint_eq(told(&there, 2), 8);
    ck_assert_uint_eq(told(&there, 3), 4);
}
END_TEST

/* Less than its end, or beyond what its successor knew: then it must be said. */
START_TEST(a_closed_log_told_elsewhere_is_listed)
{
    empty_world();
    world[2] = (struct made_log){20, 1, 40};
    here.head[1] = 25;
    here.head[2] = 5;
    hold(&here);
    tell(&here, 1, 20 + (uint64_t)_i * 5 - (_i == 0 ? 3 : 0));
    tell(&here, 2, 5);
    ck_assert_uint_eq(list(&here).log_count, 2);
    tell(&here, 1, 20);
    ck_assert_uint_eq(list(&here).log_count, _i == 0 ? 1 : 2);
}
END_TEST

/* It names a prior that this daemon never got: who holds it must not take it for told. */
START_TEST(a_prior_that_is_not_held_is_listed_as_not_told)
{
    struct cursor c;

    empty_world();
    world[2] = (struct made_log){20, 1, 40};
    here.head[2] = 5;
    hold(&here);
    tell(&here, 2, 5);
    c = list(&here);
    ck_assert_uint_eq(c.log_count, 2);
    there.head[1] = 20;
    there.head[2] = 5;
    hold(&there);
    ck_assert_uint_eq(resolve(&there, &c), 0);
    ck_assert_uint_eq(told(&there, 1), 0);
    ck_assert_uint_eq(told(&there, 2), 5);
}
END_TEST

START_TEST(another_branch_of_a_forked_log_is_told_from_its_beginning)
{
    struct cursor c;

    empty_world();
    here.head[0] = 9;
    there.head[0] = 12;
    there.branch = 1;
    hold(&here);
    hold(&there);
    tell(&here, 0, 9);
    c = list(&here);
    ck_assert_uint_eq(resolve(&there, &c), 0);
    ck_assert_uint_eq(told(&there, 0), 0);
}
END_TEST

/* Beyond our head nobody can compare: what we hold of a forked log may be what the reader was never told. */
START_TEST(a_forked_log_read_further_elsewhere_is_told_from_its_beginning)
{
    struct log_head head = {.log = id_of(0), .scope = LOG_DIVISION, .seq = 5, .forked = true};
    struct cursor c;

    empty_world();
    here.head[0] = 9;
    hold(&here);
    tell(&here, 0, 9);
    c = list(&here);
    hold(&there);
    ck_assert(feed_place_hold(&there.places, &head));
    ck_assert_uint_eq(resolve(&there, &c), 0);
    ck_assert_uint_eq(told(&there, 0), 0);
}
END_TEST

START_TEST(what_was_told_never_goes_back)
{
    empty_world();
    here.head[1] = 9;
    hold(&here);
    tell(&here, 1, 9);
    tell(&here, 1, 4);
    ck_assert_uint_eq(told(&here, 1), 9);
    ck_assert_uint_eq(place(&here, 1)->walked, 9);
}
END_TEST

/* --- laws ------------------------------------------------------------------------------------------------------- */

static void draw_world(void)
{
    empty_world();
    for (uint32_t i = 0; i < LOGS; i++) {
        world[i].end = 1 + (uint64_t)(rand() % 30);
        if (i > 0 && rand() % 2 == 0) {
            world[i].prior = (uint32_t)rand() % i;
            world[i].prior_seq = 1 + (uint64_t)rand() % world[world[i].prior].end;
        }
    }
}

static void draw_heads(struct holder *h)
{
    for (uint32_t i = 0; i < LOGS; i++)
        h->head[i] = rand() % 4 == 0 ? 0 : 1 + (uint64_t)rand() % world[i].end;
    hold(h);
}

static void draw_told(struct holder *h)
{
    for (uint32_t i = 0; i < LOGS; i++) {
        uint64_t head = h->head[i];

        if (head > 0)
            tell(h, i, rand() % 3 == 0 ? head : (uint64_t)rand() % (head + 1));
    }
}

START_TEST(a_cursor_says_no_more_than_was_told_wherever_it_is_read)
{
    srand(5);
    for (int round = 0; round < 3000; round++) {
        struct cursor c;

        draw_world();
        draw_heads(&here);
        draw_told(&here);
        c = list(&here);
        draw_heads(&there);
        (void)resolve(&there, &c);
        for (uint32_t i = 0; i < LOGS; i++)
            ck_assert_msg(told(&there, i) <= told(&here, i), "round %d: log %u", round, i);
    }
}
END_TEST

START_TEST(a_cursor_says_all_that_was_told_to_whoever_holds_as_much)
{
    srand(6);
    for (int round = 0; round < 3000; round++) {
        struct cursor c;

        draw_world();
        draw_heads(&here);
        draw_told(&here);
        c = list(&here);
        draw_heads(&there);
        for (uint32_t i = 0; i < LOGS; i++)
            there.head[i] = there.head[i] > here.head[i] ? there.head[i] : here.head[i];
        hold(&there);
        ck_assert_uint_eq(resolve(&there, &c), 0);
        for (uint32_t i = 0; i < LOGS; i++)
            ck_assert_msg(told(&there, i) == told(&here, i), "round %d: log %u", round, i);
    }
}
END_TEST

/* --- too many ----------------------------------------------------------------------------------------------------- */

#define CROWD 1000

static struct feed_place crowd_memory[CROWD];

START_TEST(the_shortest_open_logs_are_left_out_of_a_full_cursor)
{
    struct feed_places crowd = {crowd_memory, 0, CROWD};
    struct cursor c;
    static uint8_t bytes[CURSOR_LEN_MAX];
    struct writer w = writer_over(bytes, sizeof bytes);

    for (uint32_t i = 0; i < CROWD; i++) {
        struct position told = {{{(uint8_t)(i >> 8), (uint8_t)i}}, (UINT64_C(1) << 60) + i, {{1}}};
        struct log_head head = {.log = told.log, .scope = LOG_DIVISION, .seq = told.seq};

        ck_assert(feed_place_hold(&crowd, &head));
        feed_place_told(&crowd.at[i], &told);
    }
    ck_assert(feed_places_list(&crowd, listed_authority, listed_logs, &c));
    ck_assert_uint_eq(c.log_count, FEED_LISTED_MAX);
    ck_assert_uint_eq(c.logs[0].seq, (UINT64_C(1) << 60) + CROWD - FEED_LISTED_MAX);
    cursor_encode(&c, &w);
    ck_assert(!w.failed);
}
END_TEST

/* Leaving out a closed log that was not told would say that it was. */
START_TEST(a_cursor_full_of_what_must_be_said_is_not_written)
{
    struct feed_places crowd = {crowd_memory, 0, CROWD};
    struct log_head later = {.scope = LOG_DIVISION, .seq = 1, .has_prior = true, .prior.seq = 9};
    struct cursor c;

    for (uint32_t i = 0; i < CROWD / 2; i++) {
        later.log = (struct log_id){{1, (uint8_t)(i >> 8), (uint8_t)i}};
        later.prior.log = (struct log_id){{2, (uint8_t)(i >> 8), (uint8_t)i}};
        ck_assert(feed_place_hold(&crowd, &later));
        feed_place_told(&crowd.at[feed_place_find(&crowd, &later.log)], &(struct position){later.log, 1, {{1}}});
    }
    ck_assert(feed_places_list(&crowd, listed_authority, listed_logs, &c));
    for (uint32_t i = 0; i < c.log_count; i++)
        ck_assert(c.logs[i].seq == 0 || c.logs[i].log.b[0] == 1);
    for (uint32_t i = 0; i < CROWD; i++) /* now nothing may be left out */
        crowd_memory[i].prior = (struct position){.log = crowd_memory[(i + CROWD / 2) % CROWD].log, .seq = 9};
    for (uint32_t i = 0; i < CROWD; i++) {
        crowd_memory[i].has_prior = true;
        crowd_memory[i].told.seq = 1;
    }
    ck_assert(!feed_places_list(&crowd, listed_authority, listed_logs, &c));
}
END_TEST

Suite *suite_feed_place(void);
Suite *suite_feed_place(void)
{
    Suite *suite = suite_create("core/feed_place");
    TCase *hostile = tcase_create("hostile"), *plain = tcase_create("meaning");

    tcase_add_test(hostile, a_log_that_nobody_has_is_missing_not_believed);
    tcase_add_test(hostile, a_seal_that_is_not_ours_counts_as_nothing_told);
    suite_add_tcase(suite, hostile);
    tcase_add_test(plain, a_daemon_behind_the_cursor_says_by_how_much);
    tcase_add_test(plain, of_a_log_that_goes_on_elsewhere_nothing_counts_as_told);
    tcase_add_test(plain, a_closed_log_told_to_its_end_is_implied_and_its_prior_too);
    tcase_add_loop_test(plain, a_closed_log_told_elsewhere_is_listed, 0, 2);
    tcase_add_test(plain, a_prior_that_is_not_held_is_listed_as_not_told);
    tcase_add_test(plain, another_branch_of_a_forked_log_is_told_from_its_beginning);
    tcase_add_test(plain, a_forked_log_read_further_elsewhere_is_told_from_its_beginning);
    tcase_add_test(plain, what_was_told_never_goes_back);
    tcase_add_test(plain, a_cursor_says_no_more_than_was_told_wherever_it_is_read);
    tcase_add_test(plain, a_cursor_says_all_that_was_told_to_whoever_holds_as_much);
    tcase_add_test(plain, the_shortest_open_logs_are_left_out_of_a_full_cursor);
    tcase_add_test(plain, a_cursor_full_of_what_must_be_said_is_not_written);
    suite_add_tcase(suite, plain);
    return suite;
}
