/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/lab.h"

#include "node/answer.h"
#include "proto/seen.h"
#include "proto/wire.h"

#include <check.h>

/* Sessions: what was read at one daemon is there at the next, or the next says that it is behind. */

static struct lab *lab;
static struct lab_node *north, *east;
static struct room arena_memory = ROOM(16 << 20);
static uint8_t frame[MESSAGE_LEN_MAX], request_bytes[MESSAGE_LEN_MAX];

static void two_nodes(void)
{
    lab = lab_new(2);
    north = &lab->nodes[0];
    east = &lab->nodes[1];
    lab_start(north);
    lab_start(east);
    lab_run(lab, 500);
}

static void end(void)
{
    lab_free(lab);
}

/* --- asking ------------------------------------------------------------------------------------------------------ */

struct token {
    size_t len;
    uint8_t bytes[SEEN_LEN_MAX];
};

static void keep(const Cw__Answer *answer, struct token *out)
{
    ck_assert(answer->has_session && answer->session.len <= sizeof out->bytes);
    out->len = answer->session.len;
    memcpy(out->bytes, answer->session.data, out->len);
}

static const Cw__Answer *unpacked(struct cw_slice bytes)
{
    static struct room memory = ROOM(8 << 20);
    struct arena arena = room_arena(&memory);
    ProtobufCMessage *message;

    ck_assert_int_eq(wire_unpack(&cw__answer__descriptor, bytes, &arena, &message, NULL), CW_OK);
    return (const Cw__Answer *)message;
}

/* The officer submits; *out is what his session has seen then. */
static void submit(struct lab_node *n, const struct lab_op *op, struct token *out)
{
    const uint8_t track[] = {0xd0, 0x01, 0x01}; /* field 26: 1 */
    struct lab_op tracked = *op;

    memcpy(request_bytes, op->request.data, op->request.len);
    memcpy(request_bytes + op->request.len, track, sizeof track);
    tracked.request = slice(request_bytes, op->request.len + sizeof track);
    ck_assert_uint_eq(lab_ask(n, &tracked), CW_OK);
    keep(unpacked(slice(n->answer, n->answer_len)), out);
}

/* Asks for a case in a session that has seen `tokens`. */
static const Cw__Answer *get(struct lab_node *n, const struct cw_case_id *id, const struct token *const *tokens,
                             size_t count)
{
    struct reader_identity who = {.link = LAB_CLIENT, .cert = lab->world.officer.id, .subject = SUBJECT_PERSON};
    struct arena arena = room_arena(&arena_memory);
    struct writer out = writer_over(frame, sizeof frame);
    ProtobufCBinaryData session[SEEN_TOKENS_MAX + 1];
    Cw__Request request = CW__REQUEST__INIT;
    Cw__GetCase get_case = CW__GET_CASE__INIT;

    request.get = &get_case;
    get_case.has_case_id = 1;
    get_case.case_id = wire_bytes(ID_SLICE(id));
    request.has_track = request.track = 1;
    request.n_session = count;
    request.session = session;
    for (size_t i = 0; i < count; i++)
        session[i] = wire_bytes(slice(tokens[i]->bytes, tokens[i]->len));
    ck_assert_int_eq(answer_read(n->node, &who, &request, &arena, &out), CW_OK);
    return unpacked(slice(out.data, out.len));
}

static uint32_t get_with(struct lab_node *n, const struct cw_case_id *id, const struct token *token)
{
    const Cw__Answer *answer = get(n, id, &token, 1);

    ck_assert_int_eq(answer->code == CW_OK, answer->view != NULL);
    return answer->code;
}

/* --- stories -------------------------------------------------------------------------------------------------------- */

START_TEST(what_one_wrote_is_at_the_next_daemon_or_it_is_behind)
{
    struct token wrote;
    struct lab_op op;

    lab->cut = true;
    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    submit(north, &op, &wrote);
    ck_assert_uint_eq(get_with(north, &op.case_id, &wrote), CW_OK);
    ck_assert_uint_eq(get_with(east, &op.case_id, &wrote), CW_AGAIN_BEHIND);
    lab->cut = false;
    lab_run(lab, 200000);
    ck_assert_uint_eq(get_with(east, &op.case_id, &wrote), CW_OK);
}
END_TEST

START_TEST(what_one_read_is_at_the_next_daemon_or_it_is_behind)
{
    const struct token *read = &(struct token){0};
    struct token first, second;
    struct lab_op op, set;

    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    submit(north, &op, &first);
    lab_run(lab, 2000);
    lab->cut = true;
    lab_set(lab, 2, &op.case_id, FIELD_TITLE, "Operation Foxglove", &lab->world.officer, &set);
    ck_assert_uint_eq(lab_ask(north, &set), CW_OK);
    /* Somebody else's write: it counts once it was read. */
    ck_assert_uint_eq(get_with(east, &op.case_id, &first), CW_OK);
    read = &first;
    keep(get(north, &op.case_id, &read, 1), &second);
    ck_assert_uint_eq(get_with(east, &op.case_id, &second), CW_AGAIN_BEHIND);
    lab->cut = false;
    lab_run(lab, 200000);
    ck_assert_uint_eq(get_with(east, &op.case_id, &second), CW_OK);
}
END_TEST

START_TEST(a_session_at_two_daemons_at_once_has_seen_both)
{
    struct token here, there;
    const struct token *both[] = {&here, &there};
    struct lab_op first, second;

    lab->cut = true;
    lab_open_case(lab, 1, SPOIL_NOTHING, &first);
    lab_open_case(lab, 2, SPOIL_NOTHING, &second);
    submit(north, &first, &here);
    submit(east, &second, &there);
    ck_assert_uint_eq(get(north, &first.case_id, both, 2)->code, CW_AGAIN_BEHIND);
    ck_assert_uint_eq(get(east, &second.case_id, both, 2)->code, CW_AGAIN_BEHIND);
    ck_assert_uint_eq(get(north, &first.case_id, both, 1)->code, CW_OK);
    lab->cut = false;
    lab_run(lab, 200000);
    ck_assert_uint_eq(get(north, &second.case_id, both, 2)->code, CW_OK);
    ck_assert_uint_eq(get(east, &first.case_id, both, 2)->code, CW_OK);
}
END_TEST

/* An op of a case that this daemon does not know yet is no mistake of the officer's. */
START_TEST(a_refusal_for_want_of_what_the_session_wrote_is_none)
{
    struct token wrote;
    struct lab_op op, set, with;
    struct writer w = writer_over(request_bytes + MESSAGE_LEN_MAX / 2, MESSAGE_LEN_MAX / 2);

    lab->cut = true;
    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    submit(north, &op, &wrote);
    lab_set(lab, 2, &op.case_id, FIELD_TITLE, "Operation Foxglove", &lab->world.officer, &set);
    ck_assert_uint_eq(lab_ask(east, &set), CW_REFUSED_UNKNOWN_CASE);
    with = set;
    writer_slice(&w, set.request);
    writer_varint(&w, 24 << 3 | 2);
    writer_varint(&w, wrote.len);
    writer_bytes(&w, wrote.bytes, wrote.len);
    ck_assert_int_eq(writer_finish(&w, &with.request), CW_OK);
    ck_assert_uint_eq(lab_ask(east, &with), CW_AGAIN_BEHIND);
    /* Whoever is not behind says what he has to say. */
    lab->cut = false;
    lab_run(lab, 200000);
    ck_assert_uint_eq(lab_ask(east, &with), CW_OK);
    lab_set(lab, 3, &(struct cw_case_id){{9}}, FIELD_TITLE, "x", &lab->world.officer, &set);
    ck_assert_uint_eq(lab_ask(east, &set), CW_REFUSED_UNKNOWN_CASE);
}
END_TEST

/* Nor is a certificate that is not known here yet. */
START_TEST(a_refusal_for_want_of_a_certificate_is_none)
{
    struct token first;
    struct lab_op op, stranger, with;
    struct writer w = writer_over(request_bytes + MESSAGE_LEN_MAX / 2, MESSAGE_LEN_MAX / 2);

    lab->cut = true;
    lab_hand_in(north, lab->late);
    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    submit(north, &op, &first);
    lab_open_case(lab, 2, SPOIL_STRANGER, &stranger);
    ck_assert_uint_eq(lab_ask(east, &stranger), CW_REFUSED_AUTHOR);
    with = stranger;
    writer_slice(&w, stranger.request);
    writer_varint(&w, 24 << 3 | 2);
    writer_varint(&w, first.len);
    writer_bytes(&w, first.bytes, first.len);
    ck_assert_int_eq(writer_finish(&w, &with.request), CW_OK);
    ck_assert_uint_eq(lab_ask(east, &with), CW_AGAIN_BEHIND);
}
END_TEST

/* A reboot opens another log; a session need not carry the one before. */
START_TEST(a_log_that_ended_is_implied_by_the_one_after_it)
{
    struct arena arena = room_arena(&arena_memory);
    struct token before, after;
    struct lab_op first, second;
    struct seen seen;
    uint32_t listed;

    lab->cut = true;
    lab_open_case(lab, 1, SPOIL_NOTHING, &first);
    submit(north, &first, &before);
    ck_assert_int_eq(seen_parse(slice(before.bytes, before.len), &arena, &seen), CW_OK);
    listed = seen.item_count;
    lab_crash(north);
    lab->boot_id[0] ^= 1;
    lab_start(north);
    ck_assert_uint_eq(get_with(north, &first.case_id, &before), CW_OK);
    lab_open_case(lab, 2, SPOIL_NOTHING, &second);
    submit(north, &second, &after);
    ck_assert_int_eq(seen_parse(slice(after.bytes, after.len), &arena, &seen), CW_OK);
    ck_assert_uint_eq(seen.item_count, listed);
    ck_assert_uint_eq(get_with(east, &second.case_id, &after), CW_AGAIN_BEHIND);
    lab->cut = false;
    lab_crash(east);
    lab_start(east);
    lab_run(lab, 2000);
    ck_assert_uint_eq(get_with(east, &second.case_id, &after), CW_OK);
    ck_assert_uint_eq(get_with(north, &first.case_id, &after), CW_OK);
}
END_TEST

/* --- hostile ----------------------------------------------------------------------------------------------------------- */

START_TEST(tokens_that_are_none_are_refused)
{
    struct token wrote, bad;
    const struct token *many[SEEN_TOKENS_MAX + 1];
    struct lab_op op;

    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    submit(north, &op, &wrote);
    bad = wrote;
    bad.bytes[40] ^= 1;
    ck_assert_uint_eq(get_with(north, &op.case_id, &bad), CW_REFUSED_MALFORMED);
    bad = wrote;
    bad.bytes[1] = 2;
    ck_assert_uint_eq(get_with(north, &op.case_id, &bad), CW_REFUSED_VERSION);
    for (size_t i = 0; i <= SEEN_TOKENS_MAX; i++)
        many[i] = &wrote;
    ck_assert_uint_eq(get(north, &op.case_id, many, SEEN_TOKENS_MAX)->code, CW_OK);
    ck_assert_uint_eq(get(north, &op.case_id, many, SEEN_TOKENS_MAX + 1)->code, CW_REFUSED_SIZE);
}
END_TEST

START_TEST(a_session_of_another_network_is_refused)
{
    struct arena arena = room_arena(&arena_memory);
    struct token wrote, other;
    struct lab_op op;
    struct seen seen;
    struct writer w = writer_over(other.bytes, sizeof other.bytes);

    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    submit(north, &op, &wrote);
    ck_assert_int_eq(seen_parse(slice(wrote.bytes, wrote.len), &arena, &seen), CW_OK);
    seen.network.b[0] ^= 1;
    seen_encode(&seen, &w);
    other.len = w.len;
    ck_assert_uint_eq(get_with(north, &op.case_id, &other), CW_REFUSED_NETWORK);
}
END_TEST

START_TEST(a_token_comes_only_when_it_is_asked_for)
{
    struct lab_op op;

    lab_open_case(lab, 1, SPOIL_NOTHING, &op);
    ck_assert_uint_eq(lab_ask(north, &op), CW_OK);
    ck_assert(!unpacked(slice(north->answer, north->answer_len))->has_session);
}
END_TEST

Suite *suite_node_session(void)
{
    Suite *suite = suite_create("node/session");
    TCase *stories = tcase_create("stories"), *hostile = tcase_create("hostile");

    tcase_add_checked_fixture(hostile, two_nodes, end);
    tcase_add_test(hostile, tokens_that_are_none_are_refused);
    tcase_add_test(hostile, a_session_of_another_network_is_refused);
    tcase_add_test(hostile, a_token_comes_only_when_it_is_asked_for);
    suite_add_tcase(suite, hostile);
    tcase_add_checked_fixture(stories, two_nodes, end);
    tcase_add_test(stories, what_one_wrote_is_at_the_next_daemon_or_it_is_behind);
    tcase_add_test(stories, what_one_read_is_at_the_next_daemon_or_it_is_behind);
    tcase_add_test(stories, a_session_at_two_daemons_at_once_has_seen_both);
    tcase_add_test(stories, a_refusal_for_want_of_what_the_session_wrote_is_none);
    tcase_add_test(stories, a_refusal_for_want_of_a_certificate_is_none);
    tcase_add_test(stories, a_log_that_ended_is_implied_by_the_one_after_it);
    suite_add_tcase(suite, stories);
    return suite;
}
