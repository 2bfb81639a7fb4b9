/* SPDX-License-Identifier: Apache-2.0 */
#include "node/answer.h"
#include "proto/wire.h"
#include "tests/unit/node/feed_pair.h"
#include "tests/unit/support/room.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

/* Who may ask what, for every request that there is: one of a later version fails here until somebody has decided. */

enum told {
    NOTHING,  /* refused: this certificate may not */
    ANSWERED, /* or refused for what it asks, not for who asks */
    FEED,     /* through the door of feeds, which leave out what is to be left out (test_feed_regional.c) */
    HANDED_IN /* the author's certificate counts, not the link's */
};

static const struct right {
    const char *request;
    enum told person, regional, other;
} rights[] = {
    {"submit", HANDED_IN, HANDED_IN, HANDED_IN},
    {"get", ANSWERED, NOTHING, NOTHING},
    {"list", ANSWERED, NOTHING, NOTHING},
    {"history", ANSWERED, NOTHING, NOTHING},
    {"status", ANSWERED, NOTHING, NOTHING},
    {"peers", ANSWERED, NOTHING, NOTHING},
    {"schema", ANSWERED, ANSWERED, ANSWERED},
    {"export", ANSWERED, NOTHING, NOTHING},
    {"publish", NOTHING, NOTHING, NOTHING},
    {"authority", ANSWERED, ANSWERED, ANSWERED},
    {"receipt", ANSWERED, NOTHING, NOTHING},
    {"admin", NOTHING, NOTHING, NOTHING},
    {"subscribe", FEED, FEED, FEED},
    {"credit", FEED, FEED, FEED},
    {"unsubscribe", FEED, FEED, FEED},
};

static const struct right *right_of(const char *request)
{
    for (size_t i = 0; i < CW_COUNT(rights); i++) {
        if (strcmp(rights[i].request, request) == 0)
            return &rights[i];
    }
    ck_abort_msg("nobody has decided who may ask \"%s\"", request);
    return NULL;
}

static enum told expected(const struct right *right, enum subject_kind subject)
{
    return subject == SUBJECT_PERSON ? right->person : subject == SUBJECT_REGIONAL ? right->regional : right->other;
}

struct reply_text {
    uint32_t code;
    char text[256];
};

static void read_answer(const struct writer *frame, struct reply_text *out)
{
    static struct room memory = ROOM(4 << 20);
    struct arena arena = room_arena(&memory);
    ProtobufCMessage *message;
    const Cw__Answer *answer;

    ck_assert_int_eq(wire_unpack(&cw__answer__descriptor, slice(frame->data, frame->len), &arena, &message, NULL),
                     CW_OK);
    answer = (const Cw__Answer *)(const void *)message;
    out->code = answer->code;
    snprintf(out->text, sizeof out->text, "%.*s", (int)answer->text.len, (const char *)answer->text.data);
    ck_assert(answer->code == CW_OK || answer->view == NULL);
}

/* As a client's frame comes. */
static enum told asks(Cw__Request *request, const struct reader_identity *who, struct reply_text *out)
{
    static struct room memory = ROOM(16 << 20);
    static uint8_t bytes[4096], answer[MESSAGE_LEN_MAX];
    struct arena arena = room_arena(&memory);
    struct writer frame = writer_over(bytes, sizeof bytes), w = writer_over(answer, sizeof answer);
    static const uint8_t id[16] = {1};
    const Cw__Request *read;
    struct input input;

    *out = (struct reply_text){0};
    SET_NUMBER(request, v, 1);
    SET_BYTES(request, id, wire_bytes(slice(id, sizeof id)));
    SET_BYTES(request, network, wire_bytes(ID_SLICE(&lab->world.network)));
    wire_pack(&request->base, &frame);
    switch (intake_client(north->node, who, slice(frame.data, frame.len), &arena, &input, &read, &w)) {
    case INTAKE_FEED:
        return FEED;
    case INTAKE_TURN:
        return HANDED_IN;
    case INTAKE_READ:
    case INTAKE_FOLD:
        ck_assert_int_eq(answer_read(north->node, who, read, &arena, &w), CW_OK);
        break;
    case INTAKE_ANSWER:
        read_answer(&w, out);
        return request->submit != NULL ? HANDED_IN : out->code == CW_REFUSED_ROLE ? NOTHING : ANSWERED;
    }
    read_answer(&w, out);
    return out->code == CW_REFUSED_READER ? NOTHING : ANSWERED;
}

static const enum subject_kind subjects[] = {SUBJECT_AUTHORITY, SUBJECT_DAEMON, SUBJECT_PERSON, SUBJECT_REGIONAL,
                                             SUBJECT_AUDITOR};

START_TEST(each_request_is_answered_to_those_who_may_ask_it)
{
    const enum subject_kind subject = subjects[_i];
    const struct reader_identity who = {.link = LAB_CLIENT, .cert = lab->world.officer.id, .subject = subject};
    const ProtobufCMessageDescriptor *kinds = &cw__request__descriptor;
    uint32_t asked = 0;

    (void)open_case(north, 1);
    for (unsigned i = 0; i < kinds->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &kinds->fields[i];
        Cw__Request request = CW__REQUEST__INIT;
        struct reply_text reply;

        if (field->type != PROTOBUF_C_TYPE_MESSAGE)
            continue;
        const ProtobufCMessageDescriptor *kind = field->descriptor;
        ProtobufCMessage *body = calloc(1, kind->sizeof_message);
        ck_assert_ptr_nonnull(body);
        kind->message_init(body);
        memcpy((uint8_t *)&request + field->offset, &body, sizeof(void *));
        enum told told = asks(&request, &who, &reply);
        ck_assert_msg(told == expected(right_of(field->name), subject), "%s, by subject %d: %u %s", field->name,
                      (int)subject, reply.code, reply.text);
        free(body);
        asked++;
    }
    ck_assert_uint_eq(asked, CW_COUNT(rights));
}
END_TEST

static Cw__GetCase by_id(const struct cw_case_id *id)
{
    Cw__GetCase get = CW__GET_CASE__INIT;

    SET_BYTES(&get, case_id, wire_bytes(ID_SLICE(id)));
    return get;
}

START_TEST(a_regional_unit_is_told_where_it_reads_instead)
{
    struct lab_op op = open_case(north, 1);
    struct reader_identity who = {.link = LAB_CLIENT, .cert = lab->world.officer.id, .subject = SUBJECT_PERSON};
    Cw__GetCase get = by_id(&op.case_id);
    Cw__Request request = CW__REQUEST__INIT;
    struct reply_text reply;

    request.get = &get;
    ck_assert_int_eq(asks(&request, &who, &reply), ANSWERED);
    ck_assert_uint_eq(reply.code, CW_OK);
    who.subject = SUBJECT_REGIONAL;
    ck_assert_int_eq(asks(&request, &who, &reply), NOTHING);
    ck_assert_ptr_nonnull(strstr(reply.text, "casewire feed"));
}
END_TEST

/* What anybody may ask opens no door to what they may not. */
START_TEST(a_request_that_asks_two_things_is_answered_to_who_may_ask_both)
{
    struct lab_op op = open_case(north, 1);
    const struct reader_identity stranger = {.link = LAB_CLIENT, .subject = SUBJECT_PERSON};
    Cw__GetCase get = by_id(&op.case_id);
    Cw__GetSchema schema = CW__GET_SCHEMA__INIT;
    Cw__GetAuthority authority = CW__GET_AUTHORITY__INIT;
    Cw__Request request = CW__REQUEST__INIT;
    struct reply_text reply;

    request.get = &get;
    request.schema = &schema;
    ck_assert_int_eq(asks(&request, &stranger, &reply), NOTHING);
    request.schema = NULL;
    request.authority = &authority;
    ck_assert_int_eq(asks(&request, &stranger, &reply), NOTHING);
}
END_TEST

Suite *suite_answer_readers(void);
Suite *suite_answer_readers(void)
{
    Suite *suite = suite_create("node/answer_readers");
    TCase *c = tcase_create("readers");

    tcase_add_checked_fixture(c, feed_pair_begin, feed_pair_end);
    tcase_add_loop_test(c, each_request_is_answered_to_those_who_may_ask_it, 0, CW_COUNT(subjects));
    tcase_add_test(c, a_regional_unit_is_told_where_it_reads_instead);
    tcase_add_test(c, a_request_that_asks_two_things_is_answered_to_who_may_ask_both);
    suite_add_tcase(suite, c);
    return suite;
}
