/* SPDX-License-Identifier: Apache-2.0 */
#include "core/frontier.h"

#include <check.h>
#include <stdlib.h>

/* A daemon's frontier as its peers come to know it: by wholes and by deltas. */

enum { LOGS = 40, MEMORY = 1 << 20 };

static uint8_t memory[MEMORY], made_memory[MEMORY];
static struct arena made;
static struct known_frontier known;
static struct frontier_scratch scratch;
static struct frontier_item truth[LOGS];
static uint32_t truth_count;
static struct frontier_head head;

static void make(void)
{
    struct arena arena = arena_over(memory, sizeof memory);

    srand(5);
    known_frontier_init(&known, &arena, LOGS);
    frontier_scratch_init(&scratch, &arena, LOGS);
    made = arena_over(made_memory, sizeof made_memory);
    truth_count = 0;
    head = (struct frontier_head){.start = {1}};
}

static int by_log(const void *a, const void *b)
{
    return ID_COMPARE(&((const struct frontier_item *)a)->log, &((const struct frontier_item *)b)->log);
}

static void restate(void)
{
    struct hash leaves[LOGS];

    qsort(truth, truth_count, sizeof *truth, by_log);
    for (uint32_t i = 0; i < truth_count; i++)
        frontier_leaf(&truth[i], &leaves[i]);
    merkle_root(MERKLE_ITEMS, leaves, truth_count, &head.root);
    head.item_count = truth_count;
    head.counter++;
}

static void grow_item(struct frontier_item *item)
{
    uint32_t holes = (uint32_t)rand() % 4;

    item->seq += 1 + (uint64_t)(rand() % 50);
    item->seal.b[0]++;
    item->blob_seq = item->seq;
    item->hole_count = item->seq > 8 ? holes : 0;
    for (uint32_t i = 0; i < item->hole_count; i++)
        item->holes[i] = 1 + i;
}

/* Changes or adds a few items; those come into `changed`, sorted. */
static uint32_t change(struct frontier_item *changed)
{
    uint32_t count = 1 + (uint32_t)rand() % 3;
    bool touched[LOGS] = {false};
    uint32_t listed = 0;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t at =
            truth_count < LOGS && (truth_count == 0 || rand() % 3 == 0) ? truth_count : (uint32_t)rand() % truth_count;

        if (at == truth_count) {
            memset(&truth[at], 0, sizeof truth[at]);
            for (size_t b = 0; b < ID_LEN; b++)
                truth[at].log.b[b] = (uint8_t)rand();
            truth_count++;
        }
        grow_item(&truth[at]);
        touched[at] = true;
    }
    for (uint32_t i = 0; i < truth_count; i++) {
        if (touched[i])
            changed[listed++] = truth[i];
    }
    qsort(changed, listed, sizeof *changed, by_log);
    restate();
    return listed;
}

static struct peer_frontier say(const struct frontier_item *items, uint32_t count, bool full, uint64_t since)
{
    struct peer_frontier f = {.head = head, .full = full, .since = since, .item_count = count};

    made.used = 0;
    f.items = ARENA_ARRAY(&made, struct frontier_item, count + 1);
    f.item_bytes = ARENA_ARRAY(&made, struct cw_slice, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        struct writer w = writer_over(arena_take(&made, 1024, 1), 1024);

        f.items[i] = items[i];
        frontier_item_encode(&items[i], &w);
        f.item_bytes[i] = slice(w.data, w.len);
    }
    return f;
}

static void ck_known_is_truth(void)
{
    ck_assert_uint_eq(known.item_count, truth_count);
    ck_assert_uint_eq(known.counter, head.counter);
    for (uint32_t i = 0; i < truth_count; i++) {
        const struct known_item *item = known_frontier_find(&known, &truth[i].log);

        ck_assert_ptr_nonnull(item);
        ck_assert(item->seq == truth[i].seq && ID_EQ(&item->seal, &truth[i].seal) &&
                  item->blob_seq == truth[i].blob_seq);
        bool same = true;

        for (uint64_t seq = 1; seq <= 8; seq++) /* the holes are all below */
            same = same && known_item_holds_blob(&known, item, seq) ==
                               log_holds_blob(truth[i].blob_seq, truth[i].holes, truth[i].hole_count, seq);
        ck_assert(same);
    }
}

START_TEST(any_sequence_of_deltas_leads_to_what_the_whole_says)
{
    struct frontier_item changed[LOGS];

    for (int round = 0; round < 400; round++) {
        uint64_t before = head.counter;
        uint32_t count = change(changed);
        bool full = round % 37 == 0;
        struct peer_frontier f = full ? say(truth, truth_count, true, 0) : say(changed, count, false, before);

        ck_assert_int_eq(frontier_take(&known, &scratch, &f), FRONTIER_TAKEN);
        ck_known_is_truth();
    }
}
END_TEST

START_TEST(a_delta_with_an_item_left_out_changed_or_added_is_not_taken)
{
    struct frontier_item changed[LOGS];
    struct peer_frontier f;
    uint64_t before;
    uint32_t count;

    for (int i = 0; i < 20; i++)
        change(changed);
    f = say(truth, truth_count, true, 0);
    ck_assert_int_eq(frontier_take(&known, &scratch, &f), FRONTIER_TAKEN);
    before = head.counter;
    do
        count = change(changed);
    while (count < 2);
    /* Several changes happened since `before`: only the state at `before` plus all of them has this root. */
    f = say(changed, count - 1, false, before);
    ck_assert_int_eq(frontier_take(&known, &scratch, &f), FRONTIER_GAP);
    changed[0].seq++;
    f = say(changed, count, false, before);
    ck_assert_int_eq(frontier_take(&known, &scratch, &f), FRONTIER_GAP);
    ck_assert_uint_eq(known.counter, before);
}
END_TEST

START_TEST(a_delta_since_another_counter_or_start_is_a_gap)
{
    struct frontier_item changed[LOGS];
    struct peer_frontier f;
    uint32_t count;

    change(changed);
    f = say(truth, truth_count, true, 0);
    ck_assert_int_eq(frontier_take(&known, &scratch, &f), FRONTIER_TAKEN);
    change(changed);
    count = change(changed);
    f = say(changed, count, false, head.counter - 1);
    ck_assert_int_eq(frontier_take(&known, &scratch, &f), FRONTIER_GAP);
    f.since = known.counter;
    f.head.start[3] = 1;
    ck_assert_int_eq(frontier_take(&known, &scratch, &f), FRONTIER_GAP);
}
END_TEST

START_TEST(items_out_of_order_twice_or_without_a_position_are_wrong)
{
    struct frontier_item items[2] = {{.log = {{2}}, .seq = 5, .blob_seq = 5}, {.log = {{1}}, .seq = 5, .blob_seq = 5}};
    struct peer_frontier f = say(items, 2, true, 0);

    ck_assert_int_eq(frontier_take(&known, &scratch, &f), FRONTIER_WRONG);
    items[1].log = items[0].log;
    f = say(items, 2, true, 0);
    ck_assert_int_eq(frontier_take(&known, &scratch, &f), FRONTIER_WRONG);
    items[0].seq = 0;
    f = say(items, 1, true, 0);
    ck_assert_int_eq(frontier_take(&known, &scratch, &f), FRONTIER_WRONG);
    items[0].seq = 4;
    f = say(items, 1, true, 0);
    ck_assert_int_eq(frontier_take(&known, &scratch, &f), FRONTIER_WRONG); /* blobs above the head */
    ck_assert(!known.known);
}
END_TEST

START_TEST(a_start_replaces_another_even_when_lower_and_each_goes_its_own_way)
{
    struct frontier_item changed[LOGS], *lower = changed;
    struct frontier_head old;
    struct peer_frontier f;

    for (int i = 0; i < 5; i++)
        change(changed);
    f = say(truth, truth_count, true, 0);
    ck_assert_int_eq(frontier_take(&known, &scratch, &f), FRONTIER_TAKEN);
    old = head;

    memcpy(head.replaces, head.start, sizeof head.replaces);
    head.start[0] = 9;
    head.counter = 0;
    truth_count = 1;
    truth[0].seq = truth[0].blob_seq = 1;
    truth[0].hole_count = 0;
    restate();
    f = say(truth, truth_count, true, 0);
    ck_assert_int_eq(frontier_take(&known, &scratch, &f), FRONTIER_TAKEN);
    ck_known_is_truth();

    /* The daemon runs twice, from a copy: both are heard in turn, by wholes. */
    f = say(lower, 0, false, 0);
    f.head = old;
    ck_assert_int_eq(frontier_take(&known, &scratch, &f), FRONTIER_GAP);
    head = old;
    head.counter = 1000;
    restate();
    f = say(truth, truth_count, true, 0);
    ck_assert_int_eq(frontier_take(&known, &scratch, &f), FRONTIER_TAKEN);
    ck_known_is_truth();
    f.head.counter--;
    ck_assert_int_eq(frontier_take(&known, &scratch, &f), FRONTIER_BACK);
}
END_TEST

START_TEST(one_counter_names_one_state)
{
    struct frontier_item changed[LOGS];
    struct peer_frontier f;

    change(changed);
    f = say(truth, truth_count, true, 0);
    ck_assert_int_eq(frontier_take(&known, &scratch, &f), FRONTIER_TAKEN);
    change(changed);
    head.counter--;
    f = say(truth, truth_count, true, 0);
    ck_assert_int_eq(frontier_take(&known, &scratch, &f), FRONTIER_BACK);
}
END_TEST

START_TEST(holes_beyond_the_pool_make_less_believed_never_more)
{
    enum { FULL = KNOWN_HOLES_MAX / HOLES_MAX + 2 };
    struct frontier_item *items = truth;

    ck_assert_uint_le(FULL, LOGS);
    memset(truth, 0, sizeof truth);
    for (uint32_t i = 0; i < FULL; i++) {
        items[i] = (struct frontier_item){.log = {{(uint8_t)i}}, .seq = 500, .blob_seq = 500, .hole_count = HOLES_MAX};
        for (uint32_t h = 0; h < HOLES_MAX; h++)
            items[i].holes[h] = 2 * h + 3;
    }
    truth_count = FULL;
    restate();
    struct peer_frontier f = say(truth, truth_count, true, 0);

    ck_assert_int_eq(frontier_take(&known, &scratch, &f), FRONTIER_TAKEN);
    for (uint32_t i = 0; i < FULL; i++) {
        const struct known_item *item = known_frontier_find(&known, &truth[i].log);

        for (uint64_t seq = 1; seq <= 500; seq++)
            ck_assert(!known_item_holds_blob(&known, item, seq) ||
                      log_holds_blob(truth[i].blob_seq, truth[i].holes, truth[i].hole_count, seq));
    }
    ck_assert(known_item_holds_blob(&known, known_frontier_find(&known, &truth[0].log), 499));
    ck_assert(!known_item_holds_blob(&known, known_frontier_find(&known, &truth[FULL - 1].log), 499));
}
END_TEST

Suite *suite_frontier(void)
{
    Suite *suite = suite_create("core/frontier");
    TCase *c = tcase_create("frontier");

    tcase_add_checked_fixture(c, make, NULL);
    tcase_add_test(c, items_out_of_order_twice_or_without_a_position_are_wrong);
    tcase_add_test(c, a_delta_with_an_item_left_out_changed_or_added_is_not_taken);
    tcase_add_test(c, a_delta_since_another_counter_or_start_is_a_gap);
    tcase_add_test(c, one_counter_names_one_state);
    tcase_add_test(c, a_start_replaces_another_even_when_lower_and_each_goes_its_own_way);
    tcase_add_test(c, holes_beyond_the_pool_make_less_believed_never_more);
    tcase_add_test(c, any_sequence_of_deltas_leads_to_what_the_whole_says);
    suite_add_tcase(suite, c);
    return suite;
}
