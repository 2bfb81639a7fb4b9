/* SPDX-License-Identifier: Apache-2.0 */
/* What readers are shown of a removal: what it took out, not what its author says that this was. */
#include "tests/unit/node/lab_logs.h"
#include "tests/unit/node/pair.h"

#include <check.h>

#define HLC ((uint64_t)(WORLD_TIME_MS + 60000) << 16)

Suite *suite_removed(void);

static struct lab_op added;

static void begin(void)
{
    struct lab_op child;

    pair = (struct pair){.lab = lab_new(1)};
    pair.north = &pair.lab->nodes[0];
    lab_start(pair.north);
    lab_run(pair.lab, 2000);
    lab_open_child(pair.lab, ++pair.number, &child);
    ck_assert_uint_eq(lab_ask(pair.north, &child), CW_OK);
    pair.a = child.case_id;
    lab_put(pair.lab, ++pair.number, &pair.a, NULL, FIELD_TAGS, "night bus", &added);
    ck_assert_uint_eq(lab_ask(pair.north, &added), CW_OK);
    lab_run(pair.lab, 2000);
}

static void end(void)
{
    lab_free(pair.lab);
}

static struct lab_op removal(const struct cw_op_id *of, const char *said)
{
    struct lab_op op;

    lab_put(pair.lab, ++pair.number, &pair.a, of, FIELD_TAGS, said, &op);
    return op;
}

static const Cw__HistoryItem *last_item(void)
{
    Cw__Request request = CW__REQUEST__INIT;
    Cw__GetHistory history = CW__GET_HISTORY__INIT;
    const Cw__Answer *answer;

    SET_BYTES(&history, case_id, wire_bytes(ID_SLICE(&pair.a)));
    request.history = &history;
    answer = pair_ask(&request);
    ck_assert_uint_eq(answer->code, CW_OK);
    ck_assert_uint_gt(answer->history->n_items, 0);
    return answer->history->items[answer->history->n_items - 1];
}

static void ck_shown(const char *what, const char *line)
{
    const Cw__HistoryItem *item = last_item();

    ck_assert_uint_eq(item->n_lines, 1);
    ck_assert_msg(slice_eq(wire_slice(item->what), slice_of(what)), "%.*s", (int)item->what.len, item->what.data);
    ck_assert_msg(slice_eq(wire_slice(item->lines[0]), slice_of(line)), "%.*s", (int)item->lines[0].len,
                  item->lines[0].data);
}

START_TEST(a_marking_does_not_come_in_by_a_removal)
{
    struct lab_op op = removal(&added.op, "TOP SECRET - call 07123 456789");
    uint64_t refused = lab_counter(pair.north, COUNTER_REFUSED), entries = lab_counter(pair.north, COUNTER_ENTRIES);

    ck_assert_uint_eq(lab_ask(pair.north, &op), CW_REFUSED_SIZE);
    op = removal(&added.op, "TOP SECRET");
    ck_assert_uint_eq(lab_ask(pair.north, &op), CW_REFUSED_MARKING);
    ck_assert_uint_eq(lab_counter(pair.north, COUNTER_REFUSED), refused + 2);
    ck_assert_uint_eq(lab_counter(pair.north, COUNTER_ENTRIES), entries);
}
END_TEST

START_TEST(a_history_shows_what_was_removed)
{
    struct lab_op op = removal(&added.op, "grey van");

    ck_assert_uint_eq(lab_ask(pair.north, &op), CW_OK);
    lab_run(pair.lab, 2000);
    ck_shown("removes from tags = night bus", "tags - night bus  [done]");
}
END_TEST

/* From a division whose door is open: it names nothing, and its words are nobody's to read. */
START_TEST(what_came_by_sync_and_removes_nothing_is_not_shown)
{
    static const struct cw_op_id nothing = {{7}};
    struct lab_op op = removal(&nothing, "TOP SECRET");

    lab_hand_in(pair.north, lab_sealed_copy(pair.lab, &op, &op, pair.north, 1, HLC));
    lab_run(pair.lab, 5000);
    ck_shown("removes from tags", "tags - (not shown)  [done]");
}
END_TEST

Suite *suite_removed(void)
{
    Suite *suite = suite_create("node/removed");
    TCase *all = tcase_create("removed");

    tcase_add_checked_fixture(all, begin, end);
    tcase_add_test(all, a_marking_does_not_come_in_by_a_removal);
    tcase_add_test(all, a_history_shows_what_was_removed);
    tcase_add_test(all, what_came_by_sync_and_removes_nothing_is_not_shown);
    suite_add_tcase(suite, all);
    return suite;
}
