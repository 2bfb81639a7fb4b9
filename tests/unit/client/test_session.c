/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions: what is remembered of which daemon, and what is brought along to the next. */
#include "tests/unit/client/fake.h"

#include "lib/session.h"
#include "lib/unpack.h"
#include "proto/wire.h"

#include <casewire/draft.h>
#include <casewire/submission.h>

#include <check.h>
#include <stdatomic.h>
#include <stdlib.h>

Suite *suite_session(void);

#define PATIENT_MS 60000
#define NEVER_MS 600000

static const uint8_t network[CW_ID_LEN] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                                           1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
static const struct session_carried nothing;

/* The token of a daemon (a start) at some time (a counter). */
struct made {
    uint8_t bytes[256];
    size_t len;
};

static struct made token(uint8_t start, uint64_t counter)
{
    struct made made = {.len = 0};
    struct seen seen = {.start = {start}, .counter = counter};
    struct writer w = writer_over(made.bytes, sizeof(made.bytes));

    memcpy(seen.network.b, network, CW_ID_LEN);
    seen_encode(&seen, &w);
    ck_assert(!w.failed);
    made.len = w.len;
    return made;
}

static enum cw_err learn(struct cw_session *s, uint8_t start, uint64_t counter, struct session_way way,
                         const struct session_carried *carried)
{
    struct made t = token(start, counter);

    return session_learn(s, slice(t.bytes, t.len), network, &way, carried);
}

static uint32_t carry(const struct cw_session *s, struct session_way way, struct session_carried *out)
{
    struct buf request = {0};

    ck_assert_int_eq(session_carry(s, &way, CW_MESSAGE_LEN_MAX, &request, out), CW_OK);
    ck_assert_int_eq(out->count > 0, request.len > 0);
    buf_done(&request);
    return out->count;
}

static struct cw_session *fresh(void)
{
    struct cw_session *s = NULL;

    ck_assert_int_eq(cw_session_new(&s), CW_OK);
    return s;
}

/* --- tokens --------------------------------------------------------------------------------------------------------- */

static const struct session_way north = {7, 1, 0}, north_again = {7, 2, 0}, east = {7, 1, 1}, elsewhere = {8, 1, 0};

START_TEST(a_daemon_is_not_told_what_it_told)
{
    struct cw_session *s = fresh();
    struct session_carried carried;

    ck_assert_uint_eq(carry(s, north, &carried), 0);
    ck_assert_int_eq(learn(s, 1, 5, north, &nothing), CW_OK);
    ck_assert_uint_eq(carry(s, north, &carried), 0);
    ck_assert_uint_eq(carry(s, north_again, &carried), 1); /* it may have been put back to an older copy */
    ck_assert_uint_eq(carry(s, east, &carried), 1);
    ck_assert_uint_eq(carry(s, elsewhere, &carried), 1);
    cw_session_free(s);
}
END_TEST

START_TEST(a_later_token_stands_for_an_earlier_one)
{
    struct cw_session *s = fresh();

    ck_assert_int_eq(learn(s, 1, 5, north, &nothing), CW_OK);
    ck_assert_int_eq(learn(s, 1, 9, north, &nothing), CW_OK);
    ck_assert_int_eq(learn(s, 1, 7, north, &nothing), CW_OK); /* answers overtake each other */
    ck_assert_uint_eq(s->count, 1);
    ck_assert_uint_eq(s->tokens[0].mark.counter, 9);
    cw_session_free(s);
}
END_TEST

START_TEST(an_answer_stands_for_what_its_question_brought_along)
{
    struct cw_session *s = fresh();
    struct session_carried carried;

    ck_assert_int_eq(learn(s, 1, 5, north, &nothing), CW_OK);
    ck_assert_uint_eq(carry(s, east, &carried), 1);
    ck_assert_int_eq(learn(s, 2, 3, east, &carried), CW_OK);
    ck_assert_uint_eq(s->count, 1);
    ck_assert_uint_eq(s->tokens[0].mark.start[0], 2);
    cw_session_free(s);
}
END_TEST

START_TEST(what_came_meanwhile_is_kept)
{
    struct cw_session *s = fresh();
    struct session_carried carried;

    ck_assert_int_eq(learn(s, 1, 5, north, &nothing), CW_OK);
    ck_assert_uint_eq(carry(s, east, &carried), 1);
    ck_assert_int_eq(learn(s, 1, 6, north, &nothing), CW_OK);
    ck_assert_int_eq(learn(s, 2, 3, east, &carried), CW_OK);
    ck_assert_uint_eq(s->count, 2);
    cw_session_free(s);
}
END_TEST

START_TEST(what_cannot_be_remembered_must_not_be_used)
{
    struct cw_session *s = fresh();
    struct session_carried carried;

    for (uint8_t i = 0; i < SEEN_TOKENS_MAX; i++)
        ck_assert_int_eq(learn(s, i, 1, (struct session_way){7, 1, i}, &nothing), CW_OK);
    ck_assert_int_eq(learn(s, 77, 1, north, &nothing), CW_AGAIN_BEHIND);
    /* Asking again makes room: everything is brought along, whichever way it came. */
    ck_assert_uint_eq(carry(s, north, &carried), SEEN_TOKENS_MAX);
    ck_assert_int_eq(learn(s, 77, 1, north, &carried), CW_OK);
    ck_assert_uint_eq(s->count, 1);
    cw_session_free(s);
}
END_TEST

START_TEST(what_is_no_token_of_this_network_is_garbage)
{
    struct cw_session *s = fresh();
    struct made t = token(1, 1);
    uint8_t other[CW_ID_LEN] = {2};

    ck_assert_int_eq(session_learn(s, slice(t.bytes, t.len), other, &north, &nothing), CW_PEER_MALFORMED);
    t.bytes[t.len - 1] ^= 1;
    ck_assert_int_eq(session_learn(s, slice(t.bytes, t.len), network, &north, &nothing), CW_PEER_MALFORMED);
    ck_assert_int_eq(session_learn(s, slice(NULL, 0), network, &north, &nothing), CW_PEER_MALFORMED);
    ck_assert_uint_eq(s->count, 0);
    cw_session_free(s);
}
END_TEST

START_TEST(a_request_never_grows_beyond_its_limit)
{
    struct cw_session *s = fresh();
    struct session_carried carried;
    struct buf request = {0};

    ck_assert_int_eq(learn(s, 1, 5, north, &nothing), CW_OK);
    ck_assert_int_eq(session_carry(s, &east, 40, &request, &carried), CW_REFUSED_SIZE);
    buf_done(&request);
    cw_session_free(s);
}
END_TEST

/* --- as bytes --------------------------------------------------------------------------------------------------------- */

START_TEST(a_session_comes_back_from_its_bytes)
{
    struct cw_session *s = fresh(), *back = NULL;
    struct session_carried carried;
    struct cw_slice bytes, again;

    ck_assert_int_eq(learn(s, 1, 5, north, &nothing), CW_OK);
    ck_assert_int_eq(learn(s, 2, 9, east, &nothing), CW_OK);
    ck_assert_int_eq(cw_session_bytes(s, &bytes), CW_OK);
    ck_assert_uint_le(bytes.len, CW_SESSION_LEN_MAX);
    ck_assert_int_eq(cw_session_from(bytes, &back), CW_OK);
    ck_assert_int_eq(cw_session_bytes(back, &again), CW_OK);
    ck_assert(slice_eq(bytes, again));
    /* Another process: nobody is known to know anything. */
    ck_assert_uint_eq(carry(back, north, &carried), 2);
    cw_session_clear(back);
    ck_assert_uint_eq(carry(back, north, &carried), 0);
    cw_session_free(back);
    cw_session_free(s);
}
END_TEST

START_TEST(damaged_bytes_are_refused)
{
    struct cw_session *s = fresh(), *back = NULL;
    struct cw_slice bytes;
    uint8_t copy[1024];

    ck_assert_int_eq(learn(s, 1, 5, north, &nothing), CW_OK);
    ck_assert_int_eq(learn(s, 2, 9, east, &nothing), CW_OK);
    ck_assert_int_eq(cw_session_bytes(s, &bytes), CW_OK);
    ck_assert_uint_lt(bytes.len, sizeof(copy));
    for (size_t cut = 0; cut < bytes.len; cut++)
        ck_assert_int_eq(cw_session_from(slice(bytes.data, cut), &back), CW_REFUSED_MALFORMED);
    memcpy(copy, bytes.data, bytes.len);
    for (size_t i = 1; i < bytes.len; i++) {
        copy[i] ^= 0x81;
        ck_assert_int_ne(cw_session_from(slice(copy, bytes.len), &back), CW_OK);
        copy[i] ^= 0x81;
    }
    copy[0] = 9;
    ck_assert_int_eq(cw_session_from(slice(copy, bytes.len), &back), CW_REFUSED_VERSION);
    ck_assert_ptr_null(back);
    cw_session_free(s);
}
END_TEST

/* --- through a handle --------------------------------------------------------------------------------------------------- */

/* A daemon that gives its token with each answer, and looks at what is brought along. */
struct keeper {
    struct made token;
    atomic_uint brought; /* tokens with the last request */
    atomic_uint tracked;
    enum fake_act acts[3];
    uint32_t codes[3];
    bool garbage;
};

static void acknowledge(const Cw__Submit *submit, Cw__Answer *out)
{
    static Cw__Submitted submitted;
    static struct cw_op_id op;

    cw__submitted__init(&submitted);
    op_id_of(wire_slice(submit->header), &op);
    submitted.has_op_id = true;
    submitted.op_id = wire_bytes(ID_SLICE(&op));
    out->submitted = &submitted;
}

static enum fake_act keep(void *context, const Cw__Request *request, unsigned nth, Cw__Answer *out)
{
    static Cw__CaseView view = CW__CASE_VIEW__INIT;
    struct keeper *k = context;

    atomic_store(&k->brought, (unsigned)request->n_session);
    atomic_store(&k->tracked, request->has_track && request->track);
    if (request->status != NULL)
        return fake_status(NULL, request, nth, out);
    if (request->submit != NULL)
        acknowledge(request->submit, out);
    else
        out->view = &view;
    out->has_session = 1;
    out->session = k->garbage ? wire_bytes(slice_of("no token")) : wire_bytes(slice(k->token.bytes, k->token.len));
    if (nth >= CW_COUNT(k->acts))
        return FAKE_ANSWER;
    out->has_code = 1;
    out->code = k->codes[nth];
    if (k->codes[nth] != 0)
        out->view = NULL;
    return k->acts[nth];
}

struct pair {
    struct cw_identity *identity;
    struct keeper keepers[2];
    struct fake *daemons[2];
    struct cw_client *client;
};

static void pair_open(struct pair *p)
{
    p->identity = fake_identity();
    for (uint8_t i = 0; i < 2; i++) {
        p->keepers[i].token = token((uint8_t)(i + 1), 5);
        p->daemons[i] = fake_start(0, keep, &p->keepers[i]);
    }
    p->client = fake_client(p->identity, NEVER_MS, 2, p->daemons);
}

static void pair_close(struct pair *p)
{
    cw_client_close(p->client);
    fake_stop(p->daemons[0]);
    fake_stop(p->daemons[1]);
    cw_identity_close(p->identity);
}

static enum cw_err get(struct pair *p, int32_t timeout_ms)
{
    struct cw_answer *answer = NULL;
    enum cw_err err = cw_client_get(p->client, slice_of("MC-NTH-27-AAAAAAA-B"), timeout_ms, &answer);

    cw_answer_close(answer);
    return err;
}

START_TEST(the_next_daemon_is_shown_what_the_session_has_seen)
{
    struct pair p = {.keepers = {{.acts = {FAKE_ANSWER, FAKE_DIE, FAKE_DIE}}}};

    pair_open(&p);
    ck_assert_int_eq(get(&p, PATIENT_MS), CW_OK);
    ck_assert_uint_eq(p.keepers[0].brought, 0);
    ck_assert_uint_eq(p.keepers[0].tracked, 1);
    ck_assert_int_eq(get(&p, PATIENT_MS), CW_OK);
    ck_assert_uint_eq(fake_count(p.daemons[1]), 1);
    ck_assert_uint_eq(p.keepers[1].brought, 1);
    ck_assert_int_eq(get(&p, PATIENT_MS), CW_OK);
    ck_assert_uint_eq(p.keepers[1].brought, 0);
    pair_close(&p);
}
END_TEST

START_TEST(a_daemon_that_is_behind_is_left_for_one_that_is_not)
{
    struct pair p = {.keepers = {{.acts = {FAKE_ANSWER}, .codes = {CW_AGAIN_BEHIND}}}};

    pair_open(&p);
    ck_assert_int_eq(get(&p, PATIENT_MS), CW_OK);
    ck_assert_uint_eq(fake_count(p.daemons[1]), 1);
    ck_assert_int_eq(cw_client_daemon(p.client, 0, &(struct cw_daemon_view){.size = sizeof(struct cw_daemon_view)}),
                     CW_OK);
    pair_close(&p);
}
END_TEST

START_TEST(a_daemon_as_it_is_is_asked_without_a_session)
{
    struct pair p = {0};
    struct cw_answer *answer = NULL;

    pair_open(&p);
    ck_assert_int_eq(get(&p, PATIENT_MS), CW_OK);
    ck_assert_int_eq(cw_client_status(p.client, PATIENT_MS, &answer), CW_OK);
    cw_answer_close(answer);
    ck_assert_uint_eq(p.keepers[0].brought, 0);
    ck_assert_uint_eq(p.keepers[0].tracked, 0);
    pair_close(&p);
}
END_TEST

static struct cw_submission *opening(const struct cw_identity *author)
{
    struct cw_submission *submission = NULL;
    struct cw_draft *draft = NULL;

    ck_assert_int_eq(cw_draft_open("missing_child", &draft, NULL), CW_OK);
    ck_assert_int_eq(cw_draft_write(draft, "title", CW_SET, slice_of("Child M"), NULL), CW_OK);
    ck_assert_int_eq(cw_draft_sign(draft, author, (struct cw_wall){1795348800000}, &submission, NULL), CW_OK);
    cw_draft_free(draft);
    return submission;
}

/* The same with so much in its part that a request has no room for more. */
static struct cw_submission *longest(const struct cw_identity *author)
{
    static uint8_t stuff[CW_MESSAGE_LEN_MAX - 400];
    struct cw_submission *plain = opening(author), *submission = NULL;
    ProtobufCMessage *message;
    struct buf bytes = {0};
    Cw__Submit *submit;
    void *memory;

    ck_assert_int_eq(message_unpack(&cw__submit__descriptor, cw_submission_bytes(plain), &memory, &message, NULL),
                     CW_OK);
    submit = (Cw__Submit *)message;
    submit->parts[0]->payload = wire_bytes(slice(stuff, sizeof(stuff)));
    ck_assert_int_eq(message_pack(message, CW_MESSAGE_LEN_MAX, &bytes), CW_OK);
    ck_assert_uint_gt(bytes.len, CW_MESSAGE_LEN_MAX - 128);
    ck_assert_int_eq(cw_submission_from(buf_slice(&bytes), &submission), CW_OK);
    buf_done(&bytes);
    free(memory);
    cw_submission_free(plain);
    return submission;
}

static void submit(struct pair *p, struct cw_submission *submission)
{
    struct cw_answer *answer = NULL;

    ck_assert_int_eq(cw_client_submit(p->client, submission, NULL, PATIENT_MS, &answer), CW_OK);
    cw_answer_close(answer);
    cw_submission_free(submission);
}

/* For the case that it would be refused there for want of what the session has seen. */
START_TEST(a_write_brings_along_what_was_seen_and_stands_for_nothing)
{
    struct pair p = {.keepers = {{.acts = {FAKE_ANSWER, FAKE_DIE, FAKE_DIE}}}};

    pair_open(&p);
    ck_assert_int_eq(get(&p, PATIENT_MS), CW_OK);
    submit(&p, opening(p.identity));
    ck_assert_uint_eq(fake_count(p.daemons[1]), 1);
    ck_assert_uint_eq(p.keepers[1].brought, 1);
    ck_assert_uint_eq(p.keepers[1].tracked, 1);
    ck_assert_uint_eq(cw_client_session(p.client)->count, 2); /* it need not have what it was shown */
    pair_close(&p);
}
END_TEST

START_TEST(a_write_that_has_no_room_for_a_token_goes_without)
{
    struct pair p = {.keepers = {{.acts = {FAKE_ANSWER, FAKE_DIE, FAKE_DIE}}}};

    pair_open(&p);
    ck_assert_int_eq(get(&p, PATIENT_MS), CW_OK);
    submit(&p, longest(p.identity));
    ck_assert_uint_eq(fake_count(p.daemons[1]), 1);
    ck_assert_uint_eq(p.keepers[1].brought, 0);
    pair_close(&p);
}
END_TEST

START_TEST(a_token_that_is_none_is_garbage)
{
    struct pair p = {.keepers = {{.garbage = true}}};

    pair_open(&p);
    ck_assert_int_eq(get(&p, PATIENT_MS), CW_OK);
    ck_assert_uint_eq(fake_count(p.daemons[1]), 1);
    pair_close(&p);
}
END_TEST

START_TEST(two_handles_may_share_a_session)
{
    struct pair p = {0};
    struct cw_client_options options = {.size = sizeof(options), .daemon_count = 1};
    struct cw_session *session = fresh();
    struct cw_client *other = NULL;
    struct cw_daemon daemon = {.address = "tcp://127.0.0.1:1"};
    struct session_carried carried;

    pair_open(&p);
    cw_client_close(p.client);
    options.identity = p.identity;
    options.daemons = &daemon;
    options.session = session;
    memset(options.network_id, 1, CW_ID_LEN);
    ck_assert_int_eq(cw_client_open(&options, &other, NULL), CW_OK);
    ck_assert_ptr_eq(cw_client_session(other), session);
    ck_assert_int_eq(learn(session, 1, 5, north, &nothing), CW_OK);
    cw_client_close(other);
    ck_assert_uint_eq(carry(session, east, &carried), 1); /* it outlives the handles */
    cw_session_free(session);
    p.client = NULL;
    pair_close(&p);
}
END_TEST

Suite *suite_session(void)
{
    Suite *s = suite_create("session");
    TCase *tokens = tcase_create("tokens"), *bytes = tcase_create("bytes"), *handle = tcase_create("handles");

    tcase_add_test(tokens, a_daemon_is_not_told_what_it_told);
    tcase_add_test(tokens, a_later_token_stands_for_an_earlier_one);
    tcase_add_test(tokens, an_answer_stands_for_what_its_question_brought_along);
    tcase_add_test(tokens, what_came_meanwhile_is_kept);
    tcase_add_test(tokens, what_cannot_be_remembered_must_not_be_used);
    tcase_add_test(tokens, what_is_no_token_of_this_network_is_garbage);
    tcase_add_test(tokens, a_request_never_grows_beyond_its_limit);
    suite_add_tcase(s, tokens);
    tcase_add_test(bytes, a_session_comes_back_from_its_bytes);
    tcase_add_test(bytes, damaged_bytes_are_refused);
    suite_add_tcase(s, bytes);
    tcase_add_test(handle, the_next_daemon_is_shown_what_the_session_has_seen);
    tcase_add_test(handle, a_daemon_that_is_behind_is_left_for_one_that_is_not);
    tcase_add_test(handle, a_daemon_as_it_is_is_asked_without_a_session);
    tcase_add_test(handle, a_write_brings_along_what_was_seen_and_stands_for_nothing);
    tcase_add_test(handle, a_write_that_has_no_room_for_a_token_goes_without);
    tcase_add_test(handle, a_token_that_is_none_is_garbage);
    tcase_add_test(handle, two_handles_may_share_a_session);
    suite_add_tcase(s, handle);
    return s;
}
