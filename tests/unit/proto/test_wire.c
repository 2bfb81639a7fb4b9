/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/client.pb-c.h"
#include "proto/wire_order.h"
#include "tests/unit/support/room.h"

#include <check.h>

static struct room memory = ROOM(4 << 20);
static uint8_t bytes[1 << 20];

static struct cw_slice packed_request(void)
{
    Cw__Request request = CW__REQUEST__INIT;
    Cw__Submit submit = CW__SUBMIT__INIT;
    Cw__SubmitPart part = CW__SUBMIT_PART__INIT;
    Cw__SubmitPart *parts[] = {&part};
    struct writer w = writer_over(bytes, sizeof(bytes));

    part.has_payload = true;
    part.payload = wire_bytes(slice_of("payload"));
    submit.n_parts = 1;
    submit.parts = parts;
    submit.has_held_by = true;
    submit.held_by = 3;
    request.has_id = true;
    request.id = wire_bytes(slice_of("sixteen bytes id"));
    request.submit = &submit;
    wire_pack(&request.base, &w);
    ck_assert(!w.failed);
    return slice(bytes, w.len);
}

static enum cw_err unpack(struct cw_slice raw, size_t arena_len, bool *unknown)
{
    struct arena arena = arena_over(room_bytes(&memory), arena_len);
    ProtobufCMessage *message;

    return wire_unpack(&cw__request__descriptor, raw, &arena, &message, unknown);
}

START_TEST(a_request_comes_back)
{
    struct arena arena = room_arena(&memory);
    ProtobufCMessage *message;
    bool unknown = true;

    ck_assert_int_eq(wire_unpack(&cw__request__descriptor, packed_request(), &arena, &message, &unknown), CW_OK);
    const Cw__Request *request = (const Cw__Request *)message;
    ck_assert(!unknown);
    ck_assert_uint_eq(request->submit->held_by, 3);
    ck_assert(slice_eq(wire_slice(request->submit->parts[0]->payload), slice_of("payload")));
}
END_TEST

START_TEST(a_request_cut_inside_a_field_is_refused)
{
    struct cw_slice whole = packed_request();

    for (size_t cut = 1; cut < whole.len; cut++) {
        if (cut != 18) /* where the second field begins: still a message */
            ck_assert_msg(unpack(slice(whole.data, cut), memory.len, NULL) != CW_OK, "at %zu", cut);
    }
}
END_TEST

static const struct {
    const char *name;
    uint8_t b[24];
    size_t len;
} bad[] = {
    {"a singular field twice", {0x08, 0x01, 0x08, 0x02}, 4},
    {"a singular sub-message twice", {0x52, 0x00, 0x52, 0x00}, 4},
    {"a group", {0x0b, 0x0c}, 2},
    {"an unknown group", {0xa3, 0x06, 0xa4, 0x06}, 4},
    {"field number zero", {0x00, 0x01}, 2},
    {"an overlong tag", {0x88, 0x00, 0x01}, 3},
    {"an overlong value", {0x08, 0x81, 0x00}, 3},
    {"bytes where a number belongs", {0x0a, 0x01, 0x01}, 3},
    {"a number where bytes belong", {0x10, 0x01}, 2},
    {"a length beyond the end", {0x12, 0x05, 'a'}, 3},
    {"a length of 2^63", {0x12, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01}, 11},
    {"a sub-message cut short", {0x52, 0x02, 0x0a, 0x05}, 4},
    {"a fixed32 cut short", {0xa5, 0x06, 0, 0}, 4},
    {"a wire type that does not exist", {0x0f, 0x01}, 2},
};

START_TEST(ill_formed_bytes_are_refused)
{
    ck_assert_msg(unpack(slice(bad[_i].b, bad[_i].len), memory.len, NULL) == CW_REFUSED_MALFORMED, "%s", bad[_i].name);
    ck_assert_int_eq(wire_prescan(&cw__request__descriptor, slice(bad[_i].b, bad[_i].len), 100), CW_REFUSED_MALFORMED);
}
END_TEST

START_TEST(unknown_fields_are_told)
{
    const uint8_t newer[] = {0xa2, 0x06, 0x02, 'h', 'i', 0xa8, 0x06, 0x05};
    bool unknown = false;

    ck_assert_int_eq(unpack(slice(newer, sizeof(newer)), memory.len, &unknown), CW_OK);
    ck_assert(unknown);
}
END_TEST

static const struct {
    const char *name;
    bool in_order;
    uint8_t b[24];
    size_t len;
} orders[] = {
    {"one behind the other", true, {0x08, 0x01, 0x12, 0x00}, 4},
    {"the second first", false, {0x12, 0x00, 0x08, 0x01}, 4},
    {"a repeated field, twice", true, {0x52, 0x04, 0x1a, 0x00, 0x1a, 0x00}, 6},
    {"out of order in a sub-message", false, {0x52, 0x04, 0x28, 0x01, 0x1a, 0x00}, 6},
    {"an unknown field before a known one", false, {0xa0, 0x06, 0x01, 0x08, 0x01}, 5},
    {"a number as large as its type", true, {0x08, 0xff, 0xff, 0xff, 0xff, 0x0f}, 6},
    {"a number above its type", false, {0x08, 0x80, 0x80, 0x80, 0x80, 0x10}, 6},
};

START_TEST(fields_out_of_order_and_numbers_cut_off_are_told)
{
    struct cw_slice raw = slice(orders[_i].b, orders[_i].len);

    ck_assert_msg(unpack(raw, memory.len, NULL) == CW_OK, "%s", orders[_i].name);
    ck_assert_msg(wire_in_order(&cw__request__descriptor, raw) == orders[_i].in_order, "%s", orders[_i].name);
}
END_TEST

/* protobuf-c alone takes 71 MB for this one. */
START_TEST(a_megabyte_of_empty_sub_messages_is_refused_before_it_is_unpacked)
{
    struct writer w = writer_over(bytes, sizeof(bytes));
    const size_t inner = sizeof(bytes) - 8;

    writer_u8(&w, 0x52); /* submit */
    writer_varint(&w, inner & ~(size_t)1);
    for (size_t i = 0; i < inner / 2; i++)
        writer_be16(&w, 0x1a00); /* an empty part */
    ck_assert(!w.failed);
    ck_assert_int_eq(unpack(slice(bytes, w.len), memory.len, NULL), CW_REFUSED_SIZE);
}
END_TEST

/* Below the bound on fields, and still 100 times its bytes in memory. */
START_TEST(forty_kilobytes_of_empty_sub_messages_are_refused_too)
{
    struct writer w = writer_over(bytes, sizeof(bytes));
    bool unknown;

    writer_u8(&w, 0x52);
    writer_varint(&w, 40000);
    for (size_t i = 0; i < 20000; i++)
        writer_be16(&w, 0x1a00);
    ck_assert_int_eq(unpack(slice(bytes, w.len), memory.len, &unknown), CW_REFUSED_SIZE);
    ck_assert_int_eq(wire_prescan(&cw__request__descriptor, slice(bytes, w.len), WIRE_FIELDS_MAX), CW_REFUSED_SIZE);
}
END_TEST

START_TEST(a_megabyte_of_unknown_numbers_is_refused)
{
    struct writer w = writer_over(bytes, sizeof(bytes));

    while (w.len + 3 < sizeof(bytes)) {
        writer_be16(&w, 0xa006);
        writer_u8(&w, 1);
    }
    ck_assert_int_eq(unpack(slice(bytes, w.len), memory.len, NULL), CW_REFUSED_SIZE);
}
END_TEST

START_TEST(the_field_bound_is_kept)
{
    struct cw_slice request = packed_request();

    ck_assert_int_eq(wire_prescan(&cw__request__descriptor, request, 5), CW_OK);
    ck_assert_int_eq(wire_prescan(&cw__request__descriptor, request, 4), CW_REFUSED_SIZE);
}
END_TEST

START_TEST(an_arena_that_is_too_small_at_any_point_is_local_and_left_as_it_was)
{
    struct cw_slice request = packed_request();

    for (size_t len = 0; len < 4096; len += 8) {
        struct arena arena = arena_over(room_bytes(&memory), len);
        ProtobufCMessage *message;
        enum cw_err err = wire_unpack(&cw__request__descriptor, request, &arena, &message, NULL);
        if (err == CW_OK)
            return;
        ck_assert_int_eq(err, CW_LOCAL_MEMORY);
        ck_assert_uint_eq(arena.used, 0);
    }
    ck_abort_msg("4 KiB were not enough for a small request");
}
END_TEST

START_TEST(packing_into_too_little_room_fails_the_writer)
{
    Cw__Request request = CW__REQUEST__INIT;
    uint8_t small[4];
    struct writer w = writer_over(small, sizeof(small));

    request.has_id = true;
    request.id = wire_bytes(slice_of("sixteen bytes id"));
    wire_pack(&request.base, &w);
    ck_assert(w.failed);
}
END_TEST

Suite *suite_wire(void)
{
    Suite *s = suite_create("wire");
    TCase *t = tcase_create("wire");

    tcase_add_test(t, a_request_comes_back);
    tcase_add_test(t, a_request_cut_inside_a_field_is_refused);
    tcase_add_loop_test(t, ill_formed_bytes_are_refused, 0, (int)CW_COUNT(bad));
    tcase_add_test(t, unknown_fields_are_told);
    tcase_add_loop_test(t, fields_out_of_order_and_numbers_cut_off_are_told, 0, (int)CW_COUNT(orders));
    tcase_add_test(t, a_megabyte_of_empty_sub_messages_is_refused_before_it_is_unpacked);
    tcase_add_test(t, forty_kilobytes_of_empty_sub_messages_are_refused_too);
    tcase_add_test(t, a_megabyte_of_unknown_numbers_is_refused);
    tcase_add_test(t, the_field_bound_is_kept);
    tcase_add_test(t, an_arena_that_is_too_small_at_any_point_is_local_and_left_as_it_was);
    tcase_add_test(t, packing_into_too_little_room_fails_the_writer);
    suite_add_tcase(s, t);
    return s;
}
