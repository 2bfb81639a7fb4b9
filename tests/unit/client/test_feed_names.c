/* SPDX-License-Identifier: Apache-2.0 */
/* An operation that is not there: a reader who mistyped it would hear nothing, and take that for peace. */
#include "lib/feed.h"
#include "tests/unit/client/fake.h"

#include "proto/schema.h"
#include "proto/wire.h"

#include <check.h>
#include <stdatomic.h>
#include <string.h>

Suite *suite_feed_names(void);

#define PATIENT_MS 60000

/* --- a daemon that knows one operation, and tells one message to each subscription -------------------------------- */

struct knower {
    uint32_t kind;    /* of the case that carries the name it knows */
    bool carries;     /* the name stands in its op_name, and not only in its title */
    uint32_t code;    /* of its answer to every question about a case; 0: by the name */
    unsigned spoiled; /* answers to such questions, the first ones, that are garbage */
    atomic_uint asked, subscribed, unsubscribed;
    struct hash before;
    uint8_t id[CW_ID_LEN];
    Cw__FeedItems feed;
    Cw__CaseView view;
    Cw__ViewField field, *fields[1];
    Cw__ViewValue value, *values[1];
};

#define KNOWN "operation larkspur"

static enum fake_act tell(struct knower *k, Cw__Answer *out)
{
    cw__feed_items__init(&k->feed);
    k->feed.has_before = k->feed.has_cursor = k->feed.has_level = 1;
    k->feed.before = wire_bytes(ID_SLICE(&k->before));
    k->feed.cursor = wire_bytes(slice_of("cursor"));
    k->feed.level = 1;
    out->feed = &k->feed;
    return FAKE_ANSWER;
}

static enum fake_act show(struct knower *k, Cw__Answer *out)
{
    cw__case_view__init(&k->view);
    cw__view_field__init(&k->field);
    cw__view_value__init(&k->value);
    k->value.has_text = 1;
    k->value.text = wire_bytes(slice_of("Operation Larkspur"));
    k->values[0] = &k->value;
    k->field.has_field = 1;
    k->field.field = FIELD_OP_NAME;
    k->field.values = k->values;
    k->field.n_values = 1;
    k->fields[0] = &k->field;
    k->view.has_kind = k->view.has_case_id = 1;
    k->view.kind = k->kind;
    k->view.case_id = wire_bytes(slice(k->id, CW_ID_LEN));
    k->view.fields = k->fields;
    k->view.n_fields = k->carries;
    out->view = &k->view;
    return FAKE_ANSWER;
}

static enum fake_act answer_get(struct knower *k, const Cw__GetCase *get, Cw__Answer *out)
{
    bool known = slice_eq(wire_slice(get->name), slice_of(KNOWN));

    if (atomic_fetch_add(&k->asked, 1) < k->spoiled)
        return FAKE_GARBAGE;
    if (known && k->code == 0)
        return show(k, out);
    out->has_code = 1;
    out->code = k->code != 0 ? k->code : CW_REFUSED_UNKNOWN_CASE;
    return FAKE_ANSWER;
}

static enum fake_act play(void *context, const Cw__Request *request, unsigned nth, Cw__Answer *out)
{
    struct knower *k = context;

    (void)nth;
    if (request->get != NULL)
        return answer_get(k, request->get, out);
    if (request->unsubscribe != NULL)
        atomic_fetch_add(&k->unsubscribed, 1);
    if (request->subscribe == NULL)
        return FAKE_SILENCE;
    memset(&k->before, 0, sizeof k->before);
    if (request->subscribe->cursor.len > 0)
        cursor_hash(wire_slice(request->subscribe->cursor), &k->before);
    atomic_fetch_add(&k->subscribed, 1);
    return tell(k, out);
}

/* --- a reader ------------------------------------------------------------------------------------------------------ */

static struct knower knower;
static struct cw_identity *identity;
static struct fake *daemon_there;
static struct cw_client *client;
static struct cw_feed *feed;

static void set_up(void)
{
    memset(&knower, 0, sizeof knower);
    knower.kind = KIND_OPERATION;
    identity = fake_identity();
    daemon_there = fake_start(0, play, &knower);
    client = fake_client(identity, 1000, 1, &daemon_there);
    feed = NULL;
}

static void tear_down(void)
{
    cw_feed_close(feed);
    cw_client_close(client);
    fake_stop(daemon_there);
    cw_identity_close(identity);
}

/* What the first message is, to somebody who asks for these operations. */
static enum cw_err first_of(const char *one, const char *other)
{
    struct cw_slice names[2] = {slice_of(one)};
    struct cw_feed_options o = {.size = sizeof o, .start = CW_FEED_NOW, .operations = {names, other == NULL ? 1 : 2}};
    struct cw_answer *answer = NULL;
    enum cw_err err;

    if (other != NULL)
        names[1] = slice_of(other);
    ck_assert_int_eq(cw_feed_open(client, &o, &feed), CW_OK);
    err = cw_feed_next(feed, PATIENT_MS, &answer);
    cw_answer_close(answer);
    return err;
}

static void expect_refused(const char *name)
{
    struct cw_answer *answer = NULL;

    ck_assert_str_eq(cw_feed_fault(feed)->where, "filter.operations");
    ck_assert_ptr_nonnull(strstr(cw_feed_fault(feed)->text, name));
    ck_assert_int_eq(cw_feed_next(feed, PATIENT_MS, &answer), CW_REFUSED_UNKNOWN_CASE);
    ck_assert_int_eq(cw_client_fault(client)->code, CW_REFUSED_UNKNOWN_CASE);
    ck_assert_uint_eq(atomic_load(&knower.subscribed), 1);
}

/* --- tests ---------------------------------------------------------------------------------------------------------- */

START_TEST(an_operation_that_is_not_there_is_refused_by_name)
{
    ck_assert_int_eq(first_of("Operation Foxglvoe", NULL), CW_REFUSED_UNKNOWN_CASE);
    expect_refused("Operation Foxglvoe");
}
END_TEST

START_TEST(each_of_several_must_be_there)
{
    ck_assert_int_eq(first_of(KNOWN, "Operation Foxglvoe"), CW_REFUSED_UNKNOWN_CASE);
    expect_refused("Operation Foxglvoe");
    ck_assert_uint_eq(atomic_load(&knower.asked), 2);
}
END_TEST

START_TEST(a_case_of_another_kind_is_no_operation)
{
    knower.kind = KIND_LINE;
    ck_assert_int_eq(first_of(KNOWN, NULL), CW_REFUSED_UNKNOWN_CASE);
    expect_refused(KNOWN);
}
END_TEST

START_TEST(an_operation_that_is_there_is_told_and_asked_about_once)
{
    struct cw_answer *answer = NULL;

    knower.kind = _i == 0 ? KIND_OPERATION : KIND_LINE;
    knower.carries = _i == 1;
    ck_assert_int_eq(first_of(KNOWN, NULL), CW_OK);
    ck_assert_int_eq(cw_feed_next(feed, 0, &answer), CW_LOCAL_NOT_FOUND);
    ck_assert_uint_eq(atomic_load(&knower.asked), 1);
}
END_TEST

/* Several cases carry the name; this reader may not look at cases: it is no mistyped name as far as we know. */
static const uint32_t others[] = {CW_REFUSED_AMBIGUOUS, CW_REFUSED_READER};

START_TEST(what_is_not_known_to_be_wrong_is_told)
{
    knower.code = others[_i];
    ck_assert_int_eq(first_of("Operation Foxglove", NULL), CW_OK);
}
END_TEST

/* The daemon answers the question with garbage, is left, and is asked again. */
START_TEST(a_question_that_failed_is_asked_again)
{
    knower.spoiled = 1;
    ck_assert_int_eq(first_of("Operation Foxglvoe", NULL), CW_REFUSED_UNKNOWN_CASE);
    ck_assert_uint_ge(atomic_load(&knower.asked), 2);
}
END_TEST

START_TEST(a_feed_may_be_closed_while_it_asks)
{
    struct cw_slice name = slice_of(KNOWN);
    struct cw_feed_options o = {.size = sizeof o, .start = CW_FEED_NOW, .operations = {&name, 1}};
    struct cw_answer *answer = NULL;

    ck_assert_int_eq(cw_feed_open(client, &o, &feed), CW_OK);
    for (int waited = 0; waited < PATIENT_MS && atomic_load(&knower.asked) == 0; waited++) {
        ck_assert_int_ne(cw_feed_next(feed, 1, &answer), CW_USAGE_ORDER);
        cw_answer_close(answer);
        answer = NULL;
    }
    ck_assert_uint_eq(atomic_load(&knower.asked), 1);
    if (_i == 0)
        return; /* the feed is closed first */
    cw_client_close(client);
    client = NULL;
    ck_assert_int_eq(cw_feed_next(feed, 0, &answer), CW_USAGE_ORDER);
}
END_TEST

Suite *suite_feed_names(void)
{
    Suite *suite = suite_create("client/feed_names");
    TCase *c = tcase_create("names");

    tcase_add_checked_fixture(c, set_up, tear_down);
    tcase_set_timeout(c, 60);
    tcase_add_test(c, an_operation_that_is_not_there_is_refused_by_name);
    tcase_add_test(c, each_of_several_must_be_there);
    tcase_add_test(c, a_case_of_another_kind_is_no_operation);
    tcase_add_loop_test(c, an_operation_that_is_there_is_told_and_asked_about_once, 0, 2);
    tcase_add_loop_test(c, what_is_not_known_to_be_wrong_is_told, 0, CW_COUNT(others));
    tcase_add_test(c, a_question_that_failed_is_asked_again);
    tcase_add_loop_test(c, a_feed_may_be_closed_while_it_asks, 0, 2);
    suite_add_tcase(suite, c);
    return suite;
}
