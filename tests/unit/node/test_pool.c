/* Frames of one link reach the turn in order, everything is bounded, and nobody waits for ever. */
#include "node/pool.h"
#include "tests/unit/runner.h"

#include <stdlib.h>

static struct pool pool;

static void setup(void)
{
    ck_assert(pool_init(&pool));
}

static void teardown(void)
{
    pool_stop(&pool);
    pool_done(&pool);
}

static struct reader_identity who(link_id link, enum subject_kind subject)
{
    return (struct reader_identity){.link = link, .cert.b = {(uint8_t)link}, .subject = subject};
}

static void add_lane(link_id link, bool peer)
{
    struct reader_identity w = who(link, peer ? SUBJECT_DAEMON : SUBJECT_PERSON);

    ck_assert(pool_add_lane(&pool, &w, peer, NULL));
}

static void put(link_id link, const char *text)
{
    ck_assert_int_eq(pool_put(&pool, link, slice_of(text)), POOL_TAKEN);
}

/* As a worker would: the input remembers which frame it was. */
static void verify(struct job *job)
{
    job->input = input_link_down(job->frame.data[0]);
    pool_to_turn(&pool, job);
}

/* What the turn gets now, as text: the first byte of each frame. */
static void ck_turn_gets(const char *expected)
{
    struct job *jobs[64];
    uint32_t count = pool_gather(&pool, jobs, 64, 0);

    ck_assert_uint_eq(count, strlen(expected));
    for (uint32_t i = 0; i < count; i++)
        ck_assert_int_eq((char)jobs[i]->input.who.link, expected[i]);
    pool_turned(&pool, jobs, count, count);
}

/* What the node thread would verify itself, put through; "" when it would rather take its turn. */
static const char *helped(int64_t wait_ms)
{
    static char text[2];
    struct job *job = pool_help(&pool, wait_ms);

    text[0] = job == NULL ? '\0' : (char)job->frame.data[0];
    if (job != NULL)
        verify(job);
    return text;
}

START_TEST(the_node_thread_takes_a_clients_frame_when_nothing_is_ready)
{
    struct job *worker;

    add_lane(1, false);
    put(1, "a");
    put(1, "b");
    ck_assert_str_eq(helped(1000), "a");
    ck_assert_str_eq(helped(1000), ""); /* "a" is ready: a turn comes first */
    worker = pool_take(&pool);
    ck_turn_gets("a");
    verify(worker);
    ck_turn_gets("b");
}
END_TEST

START_TEST(the_node_thread_leaves_peers_frames_to_the_workers)
{
    add_lane(1, true);
    put(1, "a");
    ck_assert_str_eq(helped(1), "");
    verify(pool_take(&pool));
    ck_turn_gets("a");
}
END_TEST

START_TEST(a_turn_that_is_due_waits_for_no_clients_frame)
{
    add_lane(1, false);
    put(1, "a");
    ck_assert_str_eq(helped(0), "");
    verify(pool_take(&pool));
    ck_turn_gets("a");
}
END_TEST

START_TEST(a_frame_whose_client_left_is_not_offered)
{
    struct input last = input_link_down(7);

    add_lane(1, false);
    put(1, "a");
    ck_assert(pool_end_lane(&pool, 1, &last));
    ck_turn_gets("\7");
    ck_assert_str_eq(helped(1), "");
}
END_TEST

START_TEST(one_links_frames_keep_their_order)
{
    struct job *a, *b, *c;

    add_lane(1, true);
    put(1, "a");
    put(1, "b");
    put(1, "c");
    a = pool_take(&pool);
    b = pool_take(&pool);
    c = pool_take(&pool);
    verify(c);
    verify(b);
    ck_turn_gets("");
    verify(a);
    ck_turn_gets("abc");
}
END_TEST

START_TEST(a_slow_frame_holds_up_its_own_link_only)
{
    struct job *slow, *other;

    add_lane(1, true);
    add_lane(2, true);
    put(1, "a");
    put(2, "x");
    slow = pool_take(&pool);
    other = pool_take(&pool);
    verify(other);
    ck_turn_gets("x");
    verify(slow);
    ck_turn_gets("a");
}
END_TEST

START_TEST(a_read_lets_those_behind_it_pass)
{
    struct job *read, *next;

    add_lane(1, false);
    put(1, "r");
    put(1, "b");
    read = pool_take(&pool);
    next = pool_take(&pool);
    verify(next);
    ck_turn_gets("");
    ck_assert(pool_to_readers(&pool, read));
    ck_turn_gets("b");
    ck_assert_ptr_eq(pool_take_read(&pool), read);
    pool_drop(&pool, read);
    ck_assert_uint_eq(pool.job_count, 0);
    ck_assert_uint_eq(pool.cost, 0);
}
END_TEST

START_TEST(what_is_asked_of_a_fold_goes_on_to_the_readers_after_the_turn)
{
    struct job *read, *jobs[2];

    add_lane(1, false);
    put(1, "r");
    put(1, "b");
    read = pool_take(&pool);
    read->input = (struct input){.kind = INPUT_FOLD};
    pool_to_turn(&pool, read);
    verify(pool_take(&pool));
    ck_assert_uint_eq(pool_gather(&pool, jobs, 2, 0), 2);
    pool_turned(&pool, jobs, 2, 1);
    ck_assert_ptr_eq(pool_take_read(&pool), read);
    ck_assert_uint_eq(pool.job_count, 2);
    pool_drop(&pool, read);
    ck_turn_gets("b");
    ck_assert_uint_eq(pool.job_count, 0);
    ck_assert_uint_eq(pool.cost, 0);
    ck_assert_uint_eq(pool.read_count, 0);
}
END_TEST

START_TEST(neither_peers_nor_clients_starve_the_others)
{
    add_lane(1, true);
    add_lane(2, false);
    for (int i = 0; i < 4; i++)
        put(1, "p");
    for (int i = 0; i < 4; i++)
        put(2, "c");

    int peers = 0;
    for (int i = 0; i < 4; i++) {
        struct job *job = pool_take(&pool);

        peers += job->kind == JOB_PEER;
        pool_drop(&pool, job);
    }
    ck_assert_int_eq(peers, 2);
}
END_TEST

START_TEST(up_comes_first_and_down_comes_last)
{
    struct reader_identity w = who(1, SUBJECT_DAEMON);
    struct input up = input_link_down('u'), down = input_link_down('d');
    struct job *job;

    ck_assert(pool_add_lane(&pool, &w, true, &up));
    put(1, "a");
    put(1, "z");
    job = pool_take(&pool);
    ck_assert(pool_end_lane(&pool, 1, &down));
    ck_turn_gets("u");
    verify(job);
    ck_turn_gets("ad"); /* z still waited: its link is over */
    ck_assert(!pool_end_lane(&pool, 1, &down));
    ck_assert_int_eq(pool_put(&pool, 1, slice_of("late")), POOL_NO_LANE);
    ck_assert_uint_eq(pool.job_count, 0);
}
END_TEST

START_TEST(a_link_that_is_there_is_not_added_again)
{
    struct reader_identity w = who(1, SUBJECT_PERSON);

    add_lane(1, false);
    ck_assert(!pool_add_lane(&pool, &w, false, NULL));
}
END_TEST

/* Clients from link 100 on, each with all that it may have. */
static void fill_pool(void)
{
    for (link_id link = 100; pool.job_count < POOL_JOBS_MAX; link++) {
        add_lane(link, false);
        for (int i = 0; i < POOL_HOLDER_JOBS_MAX; i++)
            put(link, "x");
    }
}

START_TEST(a_full_pool_tells_clients_so)
{
    add_lane(1, false);
    fill_pool();
    ck_assert_int_eq(pool_put(&pool, 1, slice_of("y")), POOL_BUSY);
    pool_drop(&pool, pool_take(&pool));
    ck_assert_int_eq(pool_put(&pool, 1, slice_of("y")), POOL_TAKEN);
}
END_TEST

START_TEST(large_frames_fill_it_too)
{
    uint8_t *megabyte = calloc(1, MESSAGE_LEN_MAX);
    int taken = 0;

    for (link_id link = 1; link <= 5; link++) {
        add_lane(link, false);
        while (pool_put(&pool, link, slice(megabyte, MESSAGE_LEN_MAX)) == POOL_TAKEN)
            taken++;
    }
    ck_assert_int_eq(taken, POOL_COST_MAX / MESSAGE_LEN_MAX - 1);
    free(megabyte);
}
END_TEST

static void *put_one_more(void *out)
{
    *(enum pool_put *)out = pool_put(&pool, 1, slice_of("late"));
    return NULL;
}

/* All room is taken by clients, and a frame of link 1 waits for some in a thread of its own. */
static pthread_t wait_for_room(enum pool_put *out)
{
    pthread_t thread;

    fill_pool();
    ck_assert_int_eq(pthread_create(&thread, NULL, put_one_more, out), 0);
    return thread;
}

START_TEST(a_peers_frame_waits_for_room)
{
    enum pool_put result = POOL_BUSY;
    pthread_t thread;

    add_lane(1, true);
    thread = wait_for_room(&result);
    pool_drop(&pool, pool_take(&pool));
    (void)pthread_join(thread, NULL);
    ck_assert_int_eq(result, POOL_TAKEN);
}
END_TEST

START_TEST(a_peers_frame_does_not_wait_for_a_link_that_ended)
{
    enum pool_put result = POOL_BUSY;
    pthread_t thread;

    add_lane(1, true);
    thread = wait_for_room(&result);
    ck_assert(pool_end_lane(&pool, 1, NULL));
    (void)pthread_join(thread, NULL);
    ck_assert_int_eq(result, POOL_NO_LANE);
}
END_TEST

START_TEST(stopping_wakes_who_waits)
{
    enum pool_put result = POOL_BUSY;
    pthread_t thread;

    add_lane(1, true);
    thread = wait_for_room(&result);
    pool_stop(&pool);
    (void)pthread_join(thread, NULL);
    ck_assert_int_eq(result, POOL_NO_LANE);
    ck_assert_ptr_null(pool_take(&pool));
    ck_assert_ptr_null(pool_take_read(&pool));
    ck_assert_uint_eq(pool_gather(&pool, (struct job *[1]){NULL}, 1, -1), 0);
}
END_TEST

START_TEST(what_a_turn_did_not_take_comes_first_next_time)
{
    struct job *jobs[64];

    add_lane(1, true);
    for (const char *text = "abcd"; *text != '\0'; text++) {
        put(1, (char[2]){*text, '\0'});
        verify(pool_take(&pool));
    }
    ck_assert_uint_eq(pool_gather(&pool, jobs, 3, 0), 3);
    pool_turned(&pool, jobs, 3, 1);
    ck_turn_gets("bcd");
}
END_TEST

START_TEST(a_frame_gets_a_larger_arena_once)
{
    struct job *job = job_new(JOB_PEER, NULL, slice_of("small"));
    size_t before = job->arena.len;

    ck_assert(job_grow(job));
    ck_assert_uint_gt(job->arena.len, before);
    ck_assert_uint_eq(job->arena.used, 0);
    ck_assert(!job_grow(job));
    ck_assert(slice_eq(job->frame, slice_of("small")));
    job_free(job);
}
END_TEST

Suite *suite_pool(void)
{
    Suite *s = suite_create("pool");
    TCase *t = tcase_create("pool");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, one_links_frames_keep_their_order);
    tcase_add_test(t, the_node_thread_takes_a_clients_frame_when_nothing_is_ready);
    tcase_add_test(t, the_node_thread_leaves_peers_frames_to_the_workers);
    tcase_add_test(t, a_turn_that_is_due_waits_for_no_clients_frame);
    tcase_add_test(t, a_frame_whose_client_left_is_not_offered);
    tcase_add_test(t, a_slow_frame_holds_up_its_own_link_only);
    tcase_add_test(t, a_read_lets_those_behind_it_pass);
    tcase_add_test(t, what_is_asked_of_a_fold_goes_on_to_the_readers_after_the_turn);
    tcase_add_test(t, neither_peers_nor_clients_starve_the_others);
    tcase_add_test(t, up_comes_first_and_down_comes_last);
    tcase_add_test(t, a_link_that_is_there_is_not_added_again);
    tcase_add_test(t, a_full_pool_tells_clients_so);
    tcase_add_test(t, large_frames_fill_it_too);
    tcase_add_test(t, a_peers_frame_waits_for_room);
    tcase_add_test(t, a_peers_frame_does_not_wait_for_a_link_that_ended);
    tcase_add_test(t, stopping_wakes_who_waits);
    tcase_add_test(t, what_a_turn_did_not_take_comes_first_next_time);
    tcase_add_test(t, a_frame_gets_a_larger_arena_once);
    suite_add_tcase(s, t);
    return s;
}
