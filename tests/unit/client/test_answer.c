/* SPDX-License-Identifier: Apache-2.0 */
/* Answers: what a path finds, and what a hostile daemon may send. */
#include "lib/client.h"
#include "lib/fault.h"
#include "lib/unpack.h"

#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

Suite *suite_answer(void);

/* --- paths ---------------------------------------------------------------------------------------------- */

static struct cw_answer *a_view(void)
{
    Cw__Answer answer = CW__ANSWER__INIT;
    Cw__CaseView view = CW__CASE_VIEW__INIT;
    Cw__ViewField fields[2] = {CW__VIEW_FIELD__INIT, CW__VIEW_FIELD__INIT}, *field_at[2] = {&fields[0], &fields[1]};
    Cw__ViewValue value = CW__VIEW_VALUE__INIT, *value_at[1] = {&value};
    struct cw_answer *out;
    struct buf bytes = {0};

    answer.view = &view;
    view.has_title = view.has_op_count = view.has_incomplete = true;
    view.title = wire_bytes(slice_of("Child M"));
    view.op_count = 7;
    view.incomplete = true;
    view.n_fields = 2;
    view.fields = field_at;
    fields[1].n_values = 1;
    fields[1].values = value_at;
    value.has_text = true;
    value.text = wire_bytes(slice_of("high"));
    ck_assert_int_eq(message_pack(&answer.base, CW_MESSAGE_LEN_MAX, &bytes), CW_OK);
    ck_assert_int_eq(answer_take(&bytes, &out), CW_OK);
    return out;
}

START_TEST(a_path_finds_texts_and_numbers)
{
    struct cw_answer *a = a_view();
    struct cw_slice text;
    int64_t number;

    ck_assert_int_eq(cw_answer_text(a, "view.title", &text), CW_OK);
    ck_assert(slice_eq(text, slice_of("Child M")));
    ck_assert_int_eq(cw_answer_number(a, "view.op_count", &number), CW_OK);
    ck_assert_int_eq(number, 7);
    ck_assert_int_eq(cw_answer_number(a, "view.incomplete", &number), CW_OK);
    ck_assert_int_eq(number, 1);
    ck_assert_int_eq(cw_answer_text(a, "view.fields[1].values[0].text", &text), CW_OK);
    ck_assert(slice_eq(text, slice_of("high")));
    ck_assert_uint_eq(cw_answer_count(a, "view.fields"), 2);
    ck_assert_uint_eq(cw_answer_count(a, "view.fields[1].values"), 1);
    ck_assert_uint_eq(cw_answer_count(a, "view"), 1);
    cw_answer_close(a);
}
END_TEST

/* --- what was said once ----------------------------------------------------------------------------------- */

#define OP_ID "0123456789abcdef0123456789abcdef"

/* An event of two values: one that says nothing of itself, and one that somebody else set. */
static struct cw_answer *a_brief_view(void)
{
    Cw__Answer answer = CW__ANSWER__INIT;
    Cw__CaseView view = CW__CASE_VIEW__INIT;
    Cw__ViewEvent event = CW__VIEW_EVENT__INIT, *event_at[1] = {&event};
    Cw__ViewField fields[2] = {CW__VIEW_FIELD__INIT, CW__VIEW_FIELD__INIT}, *field_at[2] = {&fields[0], &fields[1]};
    Cw__ViewValue values[2] = {CW__VIEW_VALUE__INIT, CW__VIEW_VALUE__INIT}, *value_at[2] = {&values[0], &values[1]};
    Cw__Value value = CW__VALUE__INIT;
    Cw__Author author = CW__AUTHOR__INIT, other = CW__AUTHOR__INIT;
    struct cw_answer *out;
    struct buf bytes = {0};

    answer.view = &view;
    view.n_events = 1;
    view.events = event_at;
    event.n_fields = 2;
    event.fields = field_at;
    event.author = &author;
    event.has_op = event.has_hlc = event.has_author_time_ms = author.has_name = other.has_name = true;
    event.op = wire_bytes(slice_of(OP_ID));
    event.hlc = 77;
    event.author_time_ms = 88;
    author.name = wire_bytes(slice_of("Officer One"));
    other.name = wire_bytes(slice_of("Officer Two"));
    for (int i = 0; i < 2; i++) {
        fields[i].n_values = 1;
        fields[i].values = &value_at[i];
        values[i].value = &value;
    }
    value.has_text = true;
    value.text = wire_bytes(slice_of("seen at the harbour"));
    values[0].author = &other;
    ck_assert_int_eq(message_pack(&answer.base, CW_MESSAGE_LEN_MAX, &bytes), CW_OK);
    ck_assert_int_eq(answer_take(&bytes, &out), CW_OK);
    return out;
}

static void expect_said(const struct cw_answer *a)
{
    struct cw_slice text;
    int64_t number;

#define VALUE(index) "view.events[0].fields[" #index "].values[0]."
    ck_assert_int_eq(cw_answer_text(a, VALUE(1) "author.name", &text), CW_OK);
    ck_assert(slice_eq(text, slice_of("Officer One")));
    ck_assert_int_eq(cw_answer_text(a, VALUE(1) "set_by.op", &text), CW_OK);
    ck_assert(slice_eq(text, slice_of(OP_ID)));
    ck_assert_int_eq(cw_answer_number(a, VALUE(1) "set_by.index", &number), CW_OK);
    ck_assert_int_eq(number, 1);
    ck_assert_int_eq(cw_answer_number(a, VALUE(1) "hlc", &number), CW_OK);
    ck_assert_int_eq(number, 77);
    ck_assert_int_eq(cw_answer_number(a, VALUE(1) "author_time_ms", &number), CW_OK);
    ck_assert_int_eq(number, 88);
    ck_assert_int_eq(cw_answer_text(a, VALUE(1) "text", &text), CW_OK);
    ck_assert(slice_eq(text, slice_of("seen at the harbour")));
    ck_assert_int_eq(cw_answer_text(a, VALUE(0) "author.name", &text), CW_OK);
    ck_assert(slice_eq(text, slice_of("Officer Two"))); /* it spoke for itself */
    ck_assert_int_eq(cw_answer_text(a, VALUE(0) "set_by.op", &text), CW_LOCAL_NOT_FOUND);
#undef VALUE
}

START_TEST(what_was_said_once_is_said_of_each_value_again)
{
    struct cw_answer *a = a_brief_view();

    expect_said(a);
    cw_answer_close(a);
}
END_TEST

/* Bindings that unpack the bytes themselves need not know that rule. */
START_TEST(an_answers_bytes_say_all_of_it)
{
    struct cw_answer *a = a_brief_view(), *again;
    struct cw_slice bytes = cw_answer_bytes(a);
    struct buf copy = {0};

    ck_assert_uint_gt(bytes.len, a->bytes.len);
    ck_assert_ptr_eq(cw_answer_bytes(a).data, bytes.data); /* they stay as long as the answer */
    ck_assert_int_eq(buf_reserve(&copy, bytes.len), CW_OK);
    memcpy(copy.data, bytes.data, bytes.len);
    copy.len = bytes.len;
    ck_assert_int_eq(answer_take(&copy, &again), CW_OK);
    ck_assert_ptr_null(again->refs); /* nothing was left to say */
    expect_said(again);
    cw_answer_close(again);
    cw_answer_close(a);
}
END_TEST

START_TEST(what_is_absent_is_told_from_what_does_not_exist)
{
    struct cw_answer *a = a_view();
    struct cw_slice text;
    int64_t number;

    ck_assert_int_eq(cw_answer_text(a, "view.status", &text), CW_LOCAL_NOT_FOUND);
    ck_assert_int_eq(cw_answer_text(a, "status.division", &text), CW_LOCAL_NOT_FOUND);
    ck_assert_int_eq(cw_answer_text(a, "view.fields[2].name", &text), CW_LOCAL_NOT_FOUND);
    ck_assert_int_eq(cw_answer_number(a, "view.owner_epoch", &number), CW_LOCAL_NOT_FOUND);
    ck_assert_uint_eq(cw_answer_count(a, "view.fields[0].values"), 0);
    ck_assert_uint_eq(cw_answer_count(a, "list"), 0);
    ck_assert_int_eq(cw_answer_text(a, "view.titel", &text), CW_USAGE_ARGUMENT);
    ck_assert_int_eq(cw_answer_text(a, "view.op_count", &text), CW_USAGE_ARGUMENT);
    ck_assert_int_eq(cw_answer_number(a, "view.title", &number), CW_USAGE_ARGUMENT);
    cw_answer_close(a);
}
END_TEST

START_TEST(a_path_that_is_none_is_refused)
{
    static const char *const bad[] = {"",
                                      ".",
                                      "view.",
                                      ".view",
                                      "view..title",
                                      "view.fields[",
                                      "view.fields[1",
                                      "view.fields[x].name",
                                      "view.fields[1]name",
                                      "view.title[0]",
                                      "view.title.more",
                                      "a_name_that_is_longer_than_any_field_of_this_protocol"};
    struct cw_answer *a = a_view();
    struct cw_slice text;

    for (size_t i = 0; i < CW_COUNT(bad); i++)
        ck_assert_int_eq(cw_answer_text(a, bad[i], &text), CW_USAGE_ARGUMENT);
    cw_answer_close(a);
}
END_TEST

/* --- bytes ---------------------------------------------------------------------------------------------- */

static enum cw_err take(const void *bytes, size_t len)
{
    struct buf b = {0};
    struct cw_answer *answer = NULL;
    enum cw_err err;

    ck_assert_int_eq(buf_add(&b, slice(bytes, len)), CW_OK);
    err = answer_take(&b, &answer);
    if (err != CW_OK)
        ck_assert_ptr_null(answer);
    cw_answer_close(answer);
    buf_done(&b);
    return err;
}

START_TEST(bytes_that_are_no_answer_are_refused)
{
    static uint8_t many[CW_MESSAGE_LEN_MAX + 1];
    uint8_t nested[200];

    ck_assert_int_eq(take("\x08", 1), CW_PEER_MALFORMED);             /* a number that is cut short */
    ck_assert_int_eq(take("\x12\x7f", 2), CW_PEER_MALFORMED);         /* longer than what is there */
    ck_assert_int_eq(take("\x0a\x00", 2), CW_PEER_MALFORMED);         /* v as bytes */
    ck_assert_int_eq(take("\x08\x01\x08\x01", 4), CW_PEER_MALFORMED); /* v twice */
    memset(many, 0x5a, sizeof(many));
    ck_assert_int_eq(take(many, sizeof(many)), CW_PEER_MALFORMED);
    for (size_t i = 0; i < sizeof(nested); i += 2) {
        nested[i] = 0x5a;
        nested[i + 1] = (uint8_t)(sizeof(nested) - i - 2 < 127 ? sizeof(nested) - i - 2 : 127);
    }
    ck_assert_int_eq(take(nested, sizeof(nested)), CW_PEER_MALFORMED);
}
END_TEST

/* A megabyte of empty fields of a view would take hundreds of megabytes. */
START_TEST(a_message_that_would_take_all_memory_is_refused)
{
    static uint8_t bomb[CW_MESSAGE_LEN_MAX];
    struct writer w = writer_over(bomb, sizeof(bomb));

    writer_u8(&w, 0x5a);
    writer_varint(&w, sizeof(bomb) - 5);
    while (w.len + 2 <= sizeof(bomb) - 1)
        writer_be16(&w, 0x4a00);
    ck_assert_int_ne(take(bomb, w.len), CW_OK);
}
END_TEST

/* --- a daemon that means no good ------------------------------------------------------------------------ */

enum mischief {
    SAY_NOTHING,
    SAY_GARBAGE,
    SAY_TOO_LONG,
    SAY_HALF,
    ANSWER_ANOTHER_REQUEST,
    ANSWER_ANOTHER_QUESTION,
    REFUSE_WITH_ESCAPES,
    REFUSE_WITH_UNKNOWN_CODE,
    REFUSE_WITH_CODE_OF_NO_ERROR,
};

struct villain {
    enum mischief how;
    char path[64];
    int listener;
    pthread_t thread;
};

static bool read_request(int fd, uint8_t id[static 16])
{
    uint8_t head[4], *body;
    ProtobufCMessage *message;
    void *memory;
    uint32_t len;
    bool ok;

    if (recv(fd, head, 4, MSG_WAITALL) != 4)
        return false;
    len = (uint32_t)head[0] << 24 | (uint32_t)head[1] << 16 | (uint32_t)head[2] << 8 | head[3];
    body = malloc(len);
    ok = body != NULL && recv(fd, body, len, MSG_WAITALL) == (ssize_t)len &&
         message_unpack(&cw__request__descriptor, slice(body, len), &memory, &message, NULL) == CW_OK;
    if (ok) {
        memcpy(id, ((Cw__Request *)message)->id.data, 16);
        free(memory);
    }
    free(body);
    return ok;
}

static void send_frame(int fd, uint32_t claimed_len, struct cw_slice bytes)
{
    uint8_t head[4] = {(uint8_t)(claimed_len >> 24), (uint8_t)(claimed_len >> 16), (uint8_t)(claimed_len >> 8),
                       (uint8_t)claimed_len};

    send(fd, head, 4, MSG_NOSIGNAL);
    send(fd, bytes.data, bytes.len, MSG_NOSIGNAL);
}

static void send_answer(int fd, Cw__Answer *answer, const uint8_t id[static 16])
{
    struct buf bytes = {0};

    answer->has_v = answer->has_id = true;
    answer->v = 1;
    answer->id = wire_bytes(slice(id, 16));
    if (message_pack(&answer->base, CW_MESSAGE_LEN_MAX, &bytes) == CW_OK)
        send_frame(fd, (uint32_t)bytes.len, buf_slice(&bytes));
    buf_done(&bytes);
}

static void misbehave(enum mischief how, int fd, const uint8_t id[static 16])
{
    Cw__Answer answer = CW__ANSWER__INIT;
    Cw__Peers peers = CW__PEERS__INIT;
    uint8_t other[16] = {0};

    answer.has_code = answer.has_text = how >= REFUSE_WITH_ESCAPES;
    answer.text = wire_bytes(slice_of("\033[2Jnothing\r\nbad \xe2\x80\xaehappened\xe2\x80\xac"));
    answer.code = how == REFUSE_WITH_ESCAPES ? CW_REFUSED_ROLE : how == REFUSE_WITH_UNKNOWN_CODE ? 4000000000u : 3;
    switch (how) {
    case SAY_NOTHING:
        return;
    case SAY_GARBAGE:
        send_frame(fd, 6, slice_of("\xff\xff\xff\xff\xff\xff"));
        return;
    case SAY_TOO_LONG:
        send_frame(fd, CW_MESSAGE_LEN_MAX + 1, slice_of("x"));
        return;
    case SAY_HALF:
        send_frame(fd, 100, slice_of("x"));
        return;
    case ANSWER_ANOTHER_REQUEST:
        send_answer(fd, &answer, other);
        return;
    default:
        answer.peers = how == ANSWER_ANOTHER_QUESTION ? &peers : NULL;
        send_answer(fd, &answer, id);
    }
}

static void *villain_run(void *context)
{
    struct villain *v = context;
    int fd = accept(v->listener, NULL, NULL);
    uint8_t id[16];
    uint8_t rest;

    if (fd >= 0 && read_request(fd, id))
        misbehave(v->how, fd, id);
    if (fd >= 0 && (v->how == SAY_NOTHING || v->how == ANSWER_ANOTHER_REQUEST))
        recv(fd, &rest, 1, 0); /* stays until the other side goes */
    if (fd >= 0)
        close(fd);
    return NULL;
}

static enum cw_err ask(enum mischief how, struct cw_fault *fault)
{
    struct villain v = {.how = how};
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    struct cw_client_options options = {.size = sizeof(options)};
    struct cw_client *client;
    struct cw_answer *answer = NULL;
    enum cw_err err;

    snprintf(v.path, sizeof(v.path), "/tmp/casewire-test-%d.sock", (int)getpid());
    unlink(v.path);
    memcpy(at.sun_path, v.path, strlen(v.path) + 1);
    v.listener = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(v.listener, (const struct sockaddr *)&at, sizeof(at)), 0);
    ck_assert_int_eq(listen(v.listener, 1), 0);
    ck_assert_int_eq(pthread_create(&v.thread, NULL, villain_run, &v), 0);
    options.admin_socket = v.path;
    ck_assert_int_eq(cw_client_open(&options, &client, fault), CW_OK);
    err = cw_client_status(client, how == SAY_NOTHING || how == ANSWER_ANOTHER_REQUEST ? 100 : 5000, &answer);
    ck_assert_ptr_null(answer);
    *fault = *cw_client_fault(client);
    cw_client_close(client);
    pthread_join(v.thread, NULL);
    close(v.listener);
    unlink(v.path);
    return err;
}

START_TEST(a_hostile_daemon_gets_an_error_and_nothing_else)
{
    struct cw_fault fault;

    ck_assert_int_eq(ask(SAY_NOTHING, &fault), CW_AGAIN_NO_DAEMON);
    ck_assert_int_eq(ask(SAY_GARBAGE, &fault), CW_PEER_MALFORMED);
    ck_assert_int_eq(ask(SAY_TOO_LONG, &fault), CW_PEER_MALFORMED);
    ck_assert_int_eq(ask(SAY_HALF, &fault), CW_AGAIN_NO_DAEMON);
    ck_assert_int_eq(ask(ANSWER_ANOTHER_REQUEST, &fault), CW_AGAIN_NO_DAEMON);
    ck_assert_int_eq(ask(ANSWER_ANOTHER_QUESTION, &fault), CW_PEER_MALFORMED);
    ck_assert_int_eq(ask(REFUSE_WITH_UNKNOWN_CODE, &fault), CW_PEER_MALFORMED);
}
END_TEST

START_TEST(a_refusal_is_never_taken_for_success_or_shown_unclean)
{
    struct cw_fault fault;

    ck_assert_int_eq(ask(REFUSE_WITH_ESCAPES, &fault), CW_REFUSED_ROLE);
    ck_assert_str_eq(fault.text, "?[2Jnothing??bad ???happened???");
    ck_assert_int_ne(ask(REFUSE_WITH_CODE_OF_NO_ERROR, &fault), CW_OK);
}
END_TEST

START_TEST(nobody_there_is_said_so)
{
    struct cw_client_options options = {.size = sizeof(options), .admin_socket = "/tmp/casewire-test-nobody.sock"};
    struct cw_client *client;
    struct cw_answer *answer;
    struct cw_fault fault;

    ck_assert_int_eq(cw_client_open(&options, &client, &fault), CW_OK);
    ck_assert_int_eq(cw_client_status(client, 100, &answer), CW_AGAIN_NO_DAEMON);
    ck_assert_int_eq(cw_client_status(client, 0, &answer), CW_USAGE_ARGUMENT);
    ck_assert_int_eq(cw_client_status(client, CW_TIMEOUT_MS_MAX + 1, &answer), CW_USAGE_ARGUMENT);
    cw_client_close(client);
    options.size--;
    ck_assert_int_eq(cw_client_open(&options, &client, &fault), CW_USAGE_ARGUMENT);
}
END_TEST

Suite *suite_answer(void)
{
    Suite *s = suite_create("answer");
    TCase *t = tcase_create("answers");

    tcase_add_test(t, a_path_finds_texts_and_numbers);
    tcase_add_test(t, what_was_said_once_is_said_of_each_value_again);
    tcase_add_test(t, an_answers_bytes_say_all_of_it);
    tcase_add_test(t, what_is_absent_is_told_from_what_does_not_exist);
    tcase_add_test(t, a_path_that_is_none_is_refused);
    tcase_add_test(t, bytes_that_are_no_answer_are_refused);
    tcase_add_test(t, a_message_that_would_take_all_memory_is_refused);
    tcase_add_test(t, a_hostile_daemon_gets_an_error_and_nothing_else);
    tcase_add_test(t, a_refusal_is_never_taken_for_success_or_shown_unclean);
    tcase_add_test(t, nobody_there_is_said_so);
    suite_add_tcase(s, t);
    return s;
}
