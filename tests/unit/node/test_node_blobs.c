/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/lab.h"

#include "node/internal.h"
#include <check.h>

/* Blobs that come later: what a peer says twice, or without need, costs little, and nobody's turn. */

#define HLC(i) (((uint64_t)(WORLD_TIME_MS + 500) << 16) + (i))
#define TEXTS 60 /* of a field: together a part of sixteen kilobytes */

static struct lab *lab;
static struct lab_node *north, *east;
static struct lab_op op, note;
static struct peer_message said;
static struct room memory = ROOM(4 << 20);
static uint8_t frame[1 << 20], answer[1 << 17];

static void long_note(void)
{
    static char text[240];
    struct op_write writes[TEXTS] = {{0}};
    struct op set = {.type = OP_SET, .schema = SCHEMA_VERSION, .write_count = TEXTS, .writes = writes};

    memset(text, 'x', sizeof text - 1);
    for (uint32_t i = 0; i < TEXTS; i++) {
        writes[i] = (struct op_write){.field = FIELD_HANDLING, .verb = VERB_ADD, .has_value = true};
        writes[i].value = (struct op_value){.type = VALUE_TEXT, .text = slice_of(text)};
    }
    lab_say(lab, 2, &op.case_id, &set, &lab->world.officer, &note);
}

static struct cw_slice encoded(struct arena *arena)
{
    struct writer w = writer_over(frame, sizeof frame);

    ck_assert_int_eq(peer_message_encode(&said, arena, &w), CW_OK);
    return slice(w.data, w.len);
}

/* North holds all of an entry but its wraps, and east all of it. */
static void two_nodes(void)
{
    struct arena arena = room_arena(&memory);

    lab = lab_new(2);
    north = &lab->nodes[0];
    east = &lab->nodes[1];
    lab_start(north);
    lab_start(east);
    lab_run(lab, 2000);
    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    lab_run(lab, 2000);
    long_note();
    struct cw_slice whole = lab_sealed_copy(lab, &note, &note, east, 1, HLC(9));
    ck_assert_int_eq(peer_message_parse(whole, &arena, &said), CW_OK);
    said.as.entries.batches[0].entries[0].blobs.wrap_count = 0;
    lab_hand_in(north, encoded(&arena));
    lab_hand_in(east, whole);
}

static void end(void)
{
    lab_free(lab);
}

/* The frame with which east answers is taken out of north's inbox, into `said`. */
static link_id next_answer(struct arena *arena)
{
    for (uint32_t i = 0; i < 300; i++) {
        lab->now += 100;
        ck_assert_int_eq(lab_turn(east), CW_OK);
        for (struct lab_frame *f = north->inbox; f != NULL; f = f->next) {
            *arena = room_arena(&memory);
            ck_assert_uint_le(f->len, sizeof answer);
            memcpy(answer, f->bytes, f->len);
            if (f->from_client || peer_message_parse(slice(answer, f->len), arena, &said) != CW_OK ||
                said.kind != PEER_BLOBS)
                continue;
            link_id link = f->link;
            lab_drop_frames(north);
            return link;
        }
        ck_assert_int_eq(lab_turn(north), CW_OK);
    }
    ck_abort_msg("north did not ask for what it lacks");
}

static void expect_turn(link_id link, struct cw_slice bytes)
{
    struct lab_op other;

    lab_set(lab, 3, &op.case_id, FIELD_TITLE, "Operation Teasel", &lab->world.officer, &other);
    lab_put_frame(north, link, false, bytes);
    north->last_alarm[0] = '\0';
    ck_assert_uint_eq(lab_ask(north, &other), CW_OK);
    ck_assert_str_eq(north->last_alarm, "");
}

START_TEST(an_entry_named_five_hundred_times_in_a_frame_fails_no_turn)
{
    static struct blobs_of items[512];
    struct arena arena;
    link_id link = next_answer(&arena);

    for (uint32_t i = 0; i < CW_COUNT(items); i++)
        items[i] = (struct blobs_of){.log = said.as.blobs.items[0].log, .seq = said.as.blobs.items[0].seq};
    said.as.blobs.count = CW_COUNT(items);
    said.as.blobs.items = items;
    expect_turn(link, encoded(&arena));
    lab_run(lab, 60000);
    ck_assert(lab_same_case(lab, &op.case_id));
}
END_TEST

/* North holds the parts: said again without the wraps, or said with them, each is one row more at most. */
START_TEST(only_what_was_not_here_is_put)
{
    struct arena arena;
    link_id link = next_answer(&arena);
    uint64_t rows = mem_store_rows(north->disk, TABLE_BLOB), feed = mem_store_rows(north->disk, TABLE_FEED);
    static struct blobs_of item;

    item = said.as.blobs.items[0];
    struct entry_blobs all = item.blobs;
    ck_assert_uint_gt(all.part_count, 0);
    item.blobs.wrap_count = 0;
    said.as.blobs.count = 1;
    said.as.blobs.items = &item;
    lab_put_frame(north, link, false, encoded(&arena));
    ck_assert_int_eq(lab_turn(north), CW_OK);
    ck_assert_uint_eq(mem_store_rows(north->disk, TABLE_BLOB), rows);
    ck_assert_uint_eq(mem_store_rows(north->disk, TABLE_FEED), feed);
    lab_run(lab, 60000);
    ck_assert_uint_eq(mem_store_rows(north->disk, TABLE_BLOB), rows + 1);
    ck_assert(lab_same_case(lab, &op.case_id));
}
END_TEST

Suite *suite_node_blobs(void);
Suite *suite_node_blobs(void)
{
    Suite *suite = suite_create("node/blobs");
    TCase *t = tcase_create("blobs");

    tcase_add_checked_fixture(t, two_nodes, end);
    tcase_add_test(t, an_entry_named_five_hundred_times_in_a_frame_fails_no_turn);
    tcase_add_test(t, only_what_was_not_here_is_put);
    suite_add_tcase(suite, t);
    return suite;
}
