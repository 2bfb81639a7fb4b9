/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/proto/session_samples.h"

#include <check.h>

static uint8_t scratch_memory[1 << 16];
static uint8_t frame_memory[MESSAGE_LEN_MAX], back_memory[MESSAGE_LEN_MAX + 64], changed[1 << 15];
static uint8_t arena_memory[SESSION_ARENA_LEN];

static struct cw_slice encode(const struct peer_message *m, uint8_t *memory)
{
    struct arena scratch = arena_over(scratch_memory, sizeof(scratch_memory));
    struct writer out = writer_over(memory, MESSAGE_LEN_MAX);

    ck_assert_int_eq(peer_message_encode(m, &scratch, &out), CW_OK);
    return slice(memory, out.len);
}

static enum cw_err parse(struct cw_slice frame, struct peer_message *out)
{
    struct arena arena = arena_over(arena_memory, sizeof(arena_memory));

    return peer_message_parse(frame, &arena, out);
}

/* --- tests --------------------------------------------------------------------------------------- */

START_TEST(a_message_of_every_kind_comes_back)
{
    struct peer_message m = session_samples[_i](), back;
    struct cw_slice frame = encode(&m, frame_memory);

    ck_assert_int_eq(parse(frame, &back), CW_OK);
    ck_assert_int_eq(back.kind, m.kind);
    ck_assert_uint_eq(back.counter, 7);
    ck_assert_mem_eq(&back.from, &m.from, sizeof(m.from));
    ck_assert(slice_eq(encode(&back, back_memory), frame));
}
END_TEST

START_TEST(a_message_cut_anywhere_is_malformed)
{
    struct peer_message m = session_samples[_i](), back;
    struct cw_slice frame = encode(&m, frame_memory);

    for (size_t cut = 0; cut < frame.len; cut++)
        ck_assert_int_eq(parse(slice(frame.data, cut), &back), CW_PEER_MALFORMED);
}
END_TEST

START_TEST(a_message_with_a_bit_turned_is_read_or_malformed_never_more)
{
    struct peer_message m = session_samples[_i](), back;
    struct cw_slice frame = encode(&m, frame_memory);

    memcpy(changed, frame.data, frame.len);
    for (size_t bit = 0; bit < 8 * frame.len; bit += 3) {
        changed[bit / 8] ^= (uint8_t)(1 << bit % 8);
        enum cw_err err = parse(slice(changed, frame.len), &back);
        ck_assert(err == CW_OK || err == CW_PEER_MALFORMED);
        changed[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}
END_TEST

static enum cw_err parse_hello_of(const char *software)
{
    struct peer_message m = session_samples[0](), back;

    ck_assert_int_eq(m.kind, PEER_HELLO);
    m.as.hello.software = slice_of(software);
    return parse(encode(&m, frame_memory), &back);
}

START_TEST(what_a_peer_says_it_runs_is_a_short_text)
{
    ck_assert_int_eq(parse_hello_of("0.1.0+dirty~rc1 of a tree with a name"), CW_OK);
    ck_assert_int_eq(parse_hello_of("12345678901234567890123456789012345678901"), CW_PEER_MALFORMED);
    ck_assert_int_eq(parse_hello_of("0.1\x1b[2J"), CW_PEER_MALFORMED);
    ck_assert_int_eq(parse_hello_of("0.1\n0.2"), CW_PEER_MALFORMED);
    ck_assert_int_eq(parse_hello_of("\xff"), CW_PEER_MALFORMED);
}
END_TEST

START_TEST(fields_of_a_newer_peer_are_read_over)
{
    struct peer_message m = session_samples[_i](), back;
    struct cw_slice frame = encode(&m, frame_memory);
    struct writer out = writer_over(changed, sizeof(changed));

    writer_slice(&out, frame);
    writer_bytes(&out, (const uint8_t[]){0xa2, 0x06, 1, 'x', 0xa2, 0x06, 0}, 7);
    ck_assert_int_eq(parse(slice(changed, out.len), &back), CW_OK);
}
END_TEST

START_TEST(entries_borrow_from_the_frame_and_carry_their_hashes)
{
    struct peer_message m = sample_entries(), back;
    struct cw_slice frame = encode(&m, frame_memory);

    ck_assert_int_eq(parse(frame, &back), CW_OK);
    const struct sealed_batch *b = &back.as.entries.batches[0];
    ck_assert(b->entries[1].header_bytes.data > frame.data && b->entries[1].header_bytes.data < frame.data + frame.len);
    ck_assert(ID_EQ(&b->seal_hash, &sw.batches[0].seal_hash));
    ck_assert(ID_EQ(&b->entries[1].hash, &sw.batches[0].hashes[1]));
    ck_assert(b->entries[1].submission_ok);
    ck_assert(slice_empty(b->entries[1].blobs.parts[0]));
    ck_assert(slice_eq(b->entries[1].blobs.parts[1], slice_of("ciphertext of part 1")));
}
END_TEST

START_TEST(an_authors_bad_bytes_do_not_spoil_the_batch)
{
    struct peer_message m = sample_entries(), back;

    m.as.entries.batches[0].entries[0].submission_bytes = slice_of("not a header");
    m.as.entries.batches[0].entries[1].proof_bytes = slice(NULL, 0);
    ck_assert_int_eq(parse(encode(&m, frame_memory), &back), CW_OK);
    ck_assert(!back.as.entries.batches[0].entries[0].submission_ok);
    ck_assert(!back.as.entries.batches[0].entries[1].submission_ok);
}
END_TEST

START_TEST(entries_that_are_not_what_the_seal_says_are_malformed)
{
    struct peer_message m = sample_entries(), back;

    m.as.entries.batches[0].entry_count = 1;
    ck_assert_int_eq(parse(encode(&m, frame_memory), &back), CW_PEER_MALFORMED);

    m = sample_entries(); /* in the wrong order */
    struct entry_record first = m.as.entries.batches[0].entries[0];
    m.as.entries.batches[0].entries[0] = m.as.entries.batches[0].entries[1];
    m.as.entries.batches[0].entries[1] = first;
    ck_assert_int_eq(parse(encode(&m, frame_memory), &back), CW_PEER_MALFORMED);

    m = sample_entries(); /* sw.batches with a gap */
    m.as.entries.batches[0] = m.as.entries.batches[1];
    ck_assert_int_eq(parse(encode(&m, frame_memory), &back), CW_PEER_MALFORMED);

    m = sample_entries(); /* another log's */
    m.as.entries.log.b[0] ^= 1;
    ck_assert_int_eq(parse(encode(&m, frame_memory), &back), CW_PEER_MALFORMED);

    m = sample_entries();
    m.as.entries.genesis_bytes = sw.w.genesis;
    ck_assert_int_eq(parse(encode(&m, frame_memory), &back), CW_PEER_MALFORMED);
}
END_TEST

START_TEST(a_frontier_out_of_order_or_miscounted_is_malformed)
{
    struct peer_message m = sample_frontier(), back;
    struct cw_slice twice[2] = {sw.shown.items[0], sw.shown.items[0]};

    m.as.frontier.item_count = 2;
    m.as.frontier.item_bytes = twice;
    m.as.frontier.full = false; /* so that it is the order that speaks */
    ck_assert_int_eq(parse(encode(&m, frame_memory), &back), CW_PEER_MALFORMED);

    m = sample_frontier();
    m.as.frontier.item_count = 0; /* full, and yet fewer than its head counts */
    ck_assert_int_eq(parse(encode(&m, frame_memory), &back), CW_PEER_MALFORMED);
    m.as.frontier.full = false;
    ck_assert_int_eq(parse(encode(&m, frame_memory), &back), CW_OK);
}
END_TEST

START_TEST(no_body_and_two_bodies_are_malformed)
{
    struct peer_message m = sample_reset(), back;
    struct cw_slice frame = encode(&m, frame_memory);
    struct writer out = writer_over(changed, sizeof(changed));

    ck_assert_int_eq(parse(slice(frame.data, 2 + 18 + 18 + 2), &back), CW_PEER_MALFORMED);
    writer_slice(&out, frame);
    writer_bytes(&out, (const uint8_t[]){0x92, 0x01, 0}, 3);
    ck_assert_int_eq(parse(slice(changed, out.len), &back), CW_PEER_MALFORMED);
}
END_TEST

START_TEST(a_newer_envelope_is_malformed)
{
    struct peer_message m = sample_reset(), back;
    struct cw_slice frame = encode(&m, frame_memory);

    frame_memory[1] = 2;
    ck_assert_int_eq(parse(frame, &back), CW_PEER_MALFORMED);
}
END_TEST

/* The head of a frame up to the length of its body of the given kind. */
static struct writer bomb(unsigned kind, size_t body_len)
{
    struct peer_message m = message_of(PEER_RESET);
    struct writer out = writer_over(frame_memory, sizeof(frame_memory));

    encode(&m, frame_memory);
    out.len = 2 + 18 + 18 + 2;
    writer_varint(&out, kind << 3 | 2);
    writer_varint(&out, body_len);
    return out;
}

START_TEST(a_megabyte_of_empty_entries_is_malformed_and_takes_only_the_arena)
{
    struct peer_message back;
    size_t body_len = sizeof(frame_memory) - 64;
    struct writer out = bomb(PEER_ENTRIES, body_len);

    writer_be16(&out, 0x0a20);
    writer_slice(&out, ID_SLICE(&sw.log.id));
    while (out.len + 1000 < sizeof(frame_memory)) { /* sw.batches of 256 entries that hold nothing */
        writer_u8(&out, 0x1a);
        writer_varint(&out, 512);
        for (int i = 0; i < 256; i++)
            writer_be16(&out, 0x1200);
    }
    ck_assert_int_eq(parse(slice(frame_memory, out.len), &back), CW_PEER_MALFORMED);
}
END_TEST

START_TEST(a_megabyte_of_wants_is_malformed)
{
    struct peer_message back;
    struct writer out = bomb(PEER_WANT, (sizeof(frame_memory) - 64) & ~(size_t)1);

    while (out.len + 2 < sizeof(frame_memory))
        writer_be16(&out, 0x0a00);
    ck_assert_int_eq(parse(slice(frame_memory, out.len), &back), CW_PEER_MALFORMED);
}
END_TEST

START_TEST(a_frame_above_the_limit_is_never_parsed)
{
    static uint8_t big[MESSAGE_LEN_MAX + 1];
    struct peer_message back;

    ck_assert_int_eq(parse(slice(big, sizeof(big)), &back), CW_PEER_MALFORMED);
}
END_TEST

START_TEST(an_arena_smaller_than_promised_is_our_own_shortage)
{
    struct peer_message m = sample_entries(), back;
    struct cw_slice frame = encode(&m, frame_memory);
    struct arena small = arena_over(arena_memory, 8192);

    ck_assert_int_eq(peer_message_parse(frame, &small, &back), CW_LOCAL_MEMORY);
    ck_assert_uint_eq(small.used, 0);
}
END_TEST

START_TEST(what_does_not_fit_a_frame_is_refused)
{
    static uint8_t part[MESSAGE_LEN_MAX];
    struct peer_message m = sample_blobs();
    struct arena scratch = arena_over(scratch_memory, sizeof(scratch_memory));
    struct writer out = writer_over(back_memory, sizeof(back_memory));

    m.as.blobs.items[0].blobs.parts[0] = slice(part, sizeof(part));
    ck_assert_int_eq(peer_message_encode(&m, &scratch, &out), CW_REFUSED_SIZE);
}
END_TEST

Suite *suite_session(void)
{
    Suite *s = suite_create("session");
    TCase *t = tcase_create("session");
    const int kinds = SESSION_SAMPLES;

    tcase_add_checked_fixture(t, session_world_make, NULL);
    tcase_add_loop_test(t, a_message_of_every_kind_comes_back, 0, kinds);
    tcase_add_loop_test(t, a_message_cut_anywhere_is_malformed, 0, kinds);
    tcase_add_loop_test(t, a_message_with_a_bit_turned_is_read_or_malformed_never_more, 0, kinds);
    tcase_add_test(t, what_a_peer_says_it_runs_is_a_short_text);
    tcase_add_loop_test(t, fields_of_a_newer_peer_are_read_over, 0, kinds);
    tcase_add_test(t, entries_borrow_from_the_frame_and_carry_their_hashes);
    tcase_add_test(t, an_authors_bad_bytes_do_not_spoil_the_batch);
    tcase_add_test(t, entries_that_are_not_what_the_seal_says_are_malformed);
    tcase_add_test(t, a_frontier_out_of_order_or_miscounted_is_malformed);
    tcase_add_test(t, no_body_and_two_bodies_are_malformed);
    tcase_add_test(t, a_newer_envelope_is_malformed);
    tcase_add_test(t, a_megabyte_of_empty_entries_is_malformed_and_takes_only_the_arena);
    tcase_add_test(t, a_megabyte_of_wants_is_malformed);
    tcase_add_test(t, a_frame_above_the_limit_is_never_parsed);
    tcase_add_test(t, an_arena_smaller_than_promised_is_our_own_shortage);
    tcase_add_test(t, what_does_not_fit_a_frame_is_refused);
    suite_add_tcase(s, t);
    return s;
}
