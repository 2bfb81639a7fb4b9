/* SPDX-License-Identifier: Apache-2.0 */
/* From what a person types to a signed submission. */
#include "lib/draft.h"

#include "tests/unit/client/history.h"

#include <check.h>
#include <stdlib.h>

Suite *suite_draft(void);

static const struct cw_case_id some_case = {{7}};

static struct cw_draft *child(void)
{
    struct cw_draft *draft;

    ck_assert_int_eq(cw_draft_set("missing_child", &some_case, &draft, NULL), CW_OK);
    return draft;
}

static struct cw_draft *seizure(void)
{
    struct cw_draft *draft;

    ck_assert_int_eq(cw_draft_event("operation", "seizure", &some_case, &draft, NULL), CW_OK);
    return draft;
}

static enum cw_err write_one(struct cw_draft *draft, const char *field, const char *value, struct cw_fault *fault)
{
    return cw_draft_write(draft, field, CW_SET, slice_of(value), fault);
}

static int64_t number_of(const char *field, const char *value)
{
    struct cw_draft *draft = seizure();
    struct cw_fault fault;
    int64_t number;

    if (write_one(draft, field, value, &fault) != CW_OK)
        ck_abort_msg("%s=%s: %s", field, value, fault.text);
    number = draft->writes[0]->value.number;
    cw_draft_free(draft);
    return number;
}

START_TEST(money_is_pence)
{
    ck_assert_int_eq(number_of("pence", "1250.50"), 125050);
    ck_assert_int_eq(number_of("pence", "£15,000"), 1500000);
    ck_assert_int_eq(number_of("pence", "12 GBP"), 1200);
    ck_assert_int_eq(number_of("pence", "125p"), 125);
    ck_assert_int_eq(number_of("pence", "0.5"), 50);
}
END_TEST

START_TEST(weights_are_milligrams)
{
    ck_assert_int_eq(number_of("mg", "250mg"), 250);
    ck_assert_int_eq(number_of("mg", "1.5g"), 1500);
    ck_assert_int_eq(number_of("mg", "0.75kg"), 750000);
}
END_TEST

START_TEST(values_that_are_none_are_refused_and_change_nothing)
{
    static const char *const bad[][2] = {
        {"pence", "-5"},
        {"pence", "1.234"},
        {"pence", ""},
        {"pence", "12,x"},
        {"pence", "99999999999999999999"},
        {"mg", "250"},
        {"mg", "x mg"},
        {"wraps", "1.5"},
        {"wraps", "99999999999"},
        {"seizure_kind", "sword"},
        {"occurred", "soon"},
        {"occurred", "2018-02-30"},
        {"occurred", "2018-03-19T25:00"},
        {"occurred", "2018-03-20/2018-03-19"},
        {"not_counted", "perhaps"},
        {"within", "abc"},
        {"text", "bad \xff bytes"},
        {"place", "two\nlines"},
        {"place", "turned \xe2\x80\xae around\xe2\x80\xac"},
    };
    struct cw_draft *d = seizure();
    struct cw_fault fault;

    for (size_t i = 0; i < CW_COUNT(bad); i++) {
        enum cw_err err = write_one(d, bad[i][0], bad[i][1], &fault);

        if (err == CW_OK)
            ck_abort_msg("%s=%s was taken", bad[i][0], bad[i][1]);
        ck_assert_int_eq(fault.code, err);
        ck_assert_str_ne(fault.text, "");
        ck_assert_uint_eq(d->write_count, 0);
    }
    cw_draft_free(d);
}
END_TEST

START_TEST(a_verb_that_there_is_not_is_refused)
{
    struct cw_draft *d = child();
    struct cw_fault fault;

    ck_assert_int_eq(cw_draft_write(d, "title", (enum cw_verb)99, slice_of("x"), &fault), CW_USAGE_ARGUMENT);
    ck_assert_str_eq(fault.where, "verb");
    ck_assert_int_eq(cw_draft_write(d, "title", (enum cw_verb)0, slice_of("x"), NULL), CW_USAGE_ARGUMENT);
    ck_assert_uint_eq(d->write_count, 0);
    cw_draft_free(d);
}
END_TEST

/* Signed together they would be a dispute of the author with itself. */
START_TEST(one_statement_gives_a_field_one_value)
{
    struct cw_draft *d = child();
    struct cw_fault fault;

    ck_assert_int_eq(write_one(d, "title", "Child K", NULL), CW_OK);
    ck_assert_int_eq(write_one(d, "missing_risk", "high", NULL), CW_OK);
    ck_assert_int_eq(write_one(d, "title", "Child L", &fault), CW_USAGE_ARGUMENT);
    ck_assert_str_eq(fault.where, "title");
    ck_assert_int_eq(write_one(d, "missing_risk", "low", &fault), CW_USAGE_ARGUMENT);
    ck_assert_uint_eq(d->write_count, 2);
    ck_assert_int_eq(cw_draft_write(d, "tags", CW_ADD, slice_of("a"), NULL), CW_OK); /* a set takes many */
    ck_assert_int_eq(cw_draft_write(d, "tags", CW_ADD, slice_of("b"), NULL), CW_OK);
    cw_draft_free(d);
}
END_TEST

/* Whoever reads an event takes the first of them: the others would be signed, and never be read. */
START_TEST(one_event_gives_a_detail_one_value)
{
    struct cw_draft *d = NULL;
    struct cw_fault fault;

    ck_assert_int_eq(cw_draft_event("missing_child", "sighting", &some_case, &d, NULL), CW_OK);
    ck_assert_int_eq(write_one(d, "place", "Quarrel Lane", NULL), CW_OK);
    ck_assert_int_eq(write_one(d, "place", "Dunmarsh", &fault), CW_USAGE_ARGUMENT);
    ck_assert_str_eq(fault.where, "place");
    ck_assert_uint_eq(d->write_count, 1);
    cw_draft_free(d);
    ck_assert_int_eq(cw_draft_event("missing_child", "sighting", &some_case, &d, NULL), CW_OK);
    ck_assert_int_eq(write_one(d, "condition", "recipients North and west", NULL),
                     CW_OK); /* a handling code has several */
    ck_assert_int_eq(write_one(d, "condition", "consult_originator", NULL), CW_OK);
    cw_draft_free(d);
}
END_TEST

START_TEST(a_mistyped_name_gets_the_nearest_one)
{
    struct cw_draft *d = child(), *none;
    struct cw_fault fault;

    ck_assert_int_eq(write_one(d, "missing_rsik", "high", &fault), CW_REFUSED_UNKNOWN_FIELD);
    ck_assert_ptr_nonnull(strstr(fault.text, "\"missing_risk\""));
    ck_assert_int_eq(write_one(d, "missing_risk", "hihg", &fault), CW_REFUSED_VALUE);
    ck_assert_ptr_nonnull(strstr(fault.text, "\"high\""));
    ck_assert_int_eq(cw_draft_open("mising_child", &none, &fault), CW_USAGE_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(fault.text, "\"missing_child\""));
    ck_assert_int_eq(cw_draft_event("missing_child", "sihgting", &some_case, &none, &fault), CW_REFUSED_UNKNOWN_OP);
    ck_assert_ptr_nonnull(strstr(fault.text, "\"sighting\""));
    ck_assert_int_eq(cw_draft_event("county_line", "sighting", &some_case, &none, &fault), CW_REFUSED_UNKNOWN_OP);
    cw_draft_free(d);
}
END_TEST

START_TEST(what_is_worked_out_cannot_be_written)
{
    struct cw_draft *d = child();
    struct cw_fault fault;

    ck_assert_int_eq(write_one(d, "status", "open", &fault), CW_REFUSED_UNKNOWN_FIELD);
    ck_assert_int_eq(write_one(d, "human_ref", "x", &fault), CW_REFUSED_UNKNOWN_FIELD);
    ck_assert_int_eq(write_one(d, "episode_count", "1", &fault), CW_REFUSED_UNKNOWN_FIELD);
    ck_assert_int_eq(write_one(d, "confidence", "probable", &fault), CW_REFUSED_UNKNOWN_FIELD); /* of a sighting only */
    cw_draft_free(d);
}
END_TEST

START_TEST(a_secret_marking_is_refused_here_already)
{
    struct cw_draft *d = child();
    struct cw_fault fault;

    ck_assert_int_eq(write_one(d, "marking", "SECRET", &fault), CW_REFUSED_MARKING);
    ck_assert_int_eq(write_one(d, "marking", "TOP SECRET", &fault), CW_REFUSED_MARKING);
    cw_draft_free(d);
}
END_TEST

START_TEST(a_text_ends_where_its_field_says)
{
    char text[4100];
    struct cw_draft *d = child();

    memset(text, 'a', sizeof(text));
    text[80] = '\0';
    ck_assert_int_eq(write_one(d, "title", text, NULL), CW_OK);
    cw_draft_free(d);
    d = child();
    text[80] = 'a';
    text[81] = '\0';
    ck_assert_int_eq(write_one(d, "title", text, NULL), CW_REFUSED_VALUE);
    cw_draft_free(d);
}
END_TEST

START_TEST(lists_end_at_their_bounds)
{
    struct cw_draft *d = child();
    struct cw_op_id op = {{0}};
    struct hash event = {{9}};

    ck_assert_int_eq(cw_draft_supersedes(d, &op, 0), CW_USAGE_ORDER);
    for (uint32_t i = 0; i < WRITES_MAX; i++)
        ck_assert_int_eq(cw_draft_write(d, "tags", CW_ADD, slice_of("x"), NULL), CW_OK);
    ck_assert_int_eq(cw_draft_write(d, "tags", CW_ADD, slice_of("x"), NULL), CW_REFUSED_SIZE);
    for (uint32_t i = 0; i < SUPERSEDES_MAX; i++)
        ck_assert_int_eq(cw_draft_supersedes(d, &op, i), CW_OK);
    ck_assert_int_eq(cw_draft_supersedes(d, &op, 99), CW_REFUSED_SIZE);
    for (uint32_t i = 0; i < AFTER_MAX; i++) {
        op.b[0] = (uint8_t)i;
        ck_assert_int_eq(cw_draft_after(d, &op), CW_OK);
    }
    ck_assert_int_eq(cw_draft_after(d, &op), CW_OK); /* named already */
    op.b[0] = AFTER_MAX;
    ck_assert_int_eq(cw_draft_after(d, &op), CW_REFUSED_SIZE);
    for (uint32_t i = 0; i < DRAFT_SAME_MAX; i++)
        ck_assert_int_eq(cw_draft_same_as(d, event.b), CW_OK);
    ck_assert_int_eq(cw_draft_same_as(d, event.b), CW_REFUSED_SIZE);
    cw_draft_free(d);
}
END_TEST

/* --- what becomes of it --------------------------------------------------------------------------------- */

static uint8_t scratch[1 << 20];

static struct op decoded(const struct draft_parts *parts, struct arena *arena)
{
    struct cw_slice payloads[PARTS_MAX];
    struct refusal refusal;
    struct op op;

    *arena = arena_over(scratch, sizeof(scratch));
    for (uint32_t i = 0; i < parts->count; i++)
        payloads[i] = parts->payloads[i].len != 0 ? buf_slice(&parts->payloads[i]) : slice(NULL, 0);
    if (op_decode(payloads, parts->count, arena, &op, &refusal) != CW_OK)
        ck_abort_msg("%s: %s", refusal.where, refusal.text);
    return op;
}

START_TEST(what_was_said_is_what_is_decoded)
{
    struct cw_draft *d = seizure();
    struct draft_parts parts;
    struct cw_op_id seen = {{3}};
    struct arena arena;
    struct op op;

    ck_assert_int_eq(write_one(d, "seizure_kind", "cash", NULL), CW_OK);
    ck_assert_int_eq(write_one(d, "pence", "£1,250", NULL), CW_OK);
    ck_assert_int_eq(cw_draft_supersedes(d, &seen, 4), CW_OK);
    ck_assert_int_eq(write_one(d, "occurred", "2018-03-19T06:30", NULL), CW_OK);
    ck_assert_int_eq(write_one(d, "not_counted", "no", NULL), CW_OK);
    ck_assert_int_eq(cw_draft_after(d, &seen), CW_OK);
    ck_assert_int_eq(draft_encode(d, &parts), CW_OK);
    op = decoded(&parts, &arena);
    ck_assert_uint_eq(op.type, OP_EVENT);
    ck_assert_uint_eq(op.event, EVENT_SEIZURE);
    ck_assert_uint_eq(op.write_count, 4);
    ck_assert_int_eq(op.writes[0].value.number, 2);
    ck_assert_int_eq(op.writes[1].value.number, 125000);
    ck_assert_uint_eq(op.writes[1].supersede_count, 1);
    ck_assert_uint_eq(op.writes[1].supersedes[0].index, 4);
    ck_assert_int_eq(op.writes[2].value.number, INT64_C(1521441000000));
    ck_assert_int_eq(op.writes[2].value.latest, INT64_C(1521441000000));
    ck_assert_int_eq(op.writes[3].value.number, 0);
    ck_assert_uint_eq(op.after_count, 1);
    ck_assert(!op.newer);
    draft_parts_done(&parts);
    cw_draft_free(d);
}
END_TEST

START_TEST(a_risk_is_in_the_frame_so_that_erasing_never_lowers_it)
{
    struct cw_draft *d = child();
    struct draft_parts parts;
    struct arena arena;
    struct op op;

    ck_assert_int_eq(write_one(d, "missing_risk", "high", NULL), CW_OK);
    ck_assert_int_eq(draft_encode(d, &parts), CW_OK);
    ck_assert_uint_eq(parts.count, 2);
    buf_clear(&parts.payloads[1]); /* every part but the frame is erased */
    op = decoded(&parts, &arena);
    ck_assert(op.writes[0].withheld);
    ck_assert(op.writes[0].has_max);
    ck_assert_uint_eq(op.writes[0].max_value, 4);
    draft_parts_done(&parts);
    cw_draft_free(d);
}
END_TEST

START_TEST(each_personal_value_has_a_part_of_its_own_and_the_frame_holds_none)
{
    struct cw_draft *d = child();
    struct draft_parts parts;

    ck_assert_int_eq(write_one(d, "title", "Child M", NULL), CW_OK);
    ck_assert_int_eq(write_one(d, "given_names", "Quillan", NULL), CW_OK);
    ck_assert_int_eq(write_one(d, "family_name", "Ostrabel", NULL), CW_OK);
    ck_assert_int_eq(write_one(d, "summary", "Seen", NULL), CW_OK);
    ck_assert_int_eq(draft_encode(d, &parts), CW_OK);
    ck_assert_uint_eq(parts.count, 4); /* frame; title and summary; two names */
    for (uint32_t i = 0; i < parts.count; i++) {
        struct cw_slice p = buf_slice(&parts.payloads[i]);

        ck_assert_int_eq(memmem(p.data, p.len, "Quillan", 7) != NULL, i == 2);
        ck_assert_int_eq(memmem(p.data, p.len, "Ostrabel", 8) != NULL, i == 3);
        ck_assert_int_eq(memmem(p.data, p.len, "Seen", 4) != NULL, i == 1);
    }
    draft_parts_done(&parts);
    cw_draft_free(d);
}
END_TEST

START_TEST(more_personal_values_than_parts_share_the_last)
{
    struct cw_draft *d = child();
    struct draft_parts parts;
    struct arena arena;
    struct op op;

    for (uint32_t i = 0; i < 12; i++)
        ck_assert_int_eq(cw_draft_write(d, "known_places", CW_ADD, slice_of("grey"), NULL), CW_OK);
    ck_assert_int_eq(write_one(d, "title", "x", NULL), CW_OK);
    ck_assert_int_eq(draft_encode(d, &parts), CW_OK);
    ck_assert_uint_eq(parts.count, PARTS_MAX);
    op = decoded(&parts, &arena);
    for (uint32_t i = 0; i < 12; i++)
        ck_assert(slice_eq(op.writes[i].value.text, slice_of("grey")));
    ck_assert(slice_eq(op.writes[12].value.text, slice_of("x")));
    draft_parts_done(&parts);
    cw_draft_free(d);
}
END_TEST

/* 2026-11-22T12:00Z: the author's own clock, and nobody else is asked. */
static enum cw_err sign_at_noon(struct cw_draft *draft, struct cw_fault *fault)
{
    char dir[64];
    struct cw_identity *officer;
    struct cw_submission *made = NULL;
    enum cw_err err;

    authority_make(dir);
    officer = officer_open(dir);
    err = cw_draft_sign(draft, officer, (struct cw_wall){1795348800000}, &made, fault);
    cw_submission_free(made);
    cw_identity_close(officer);
    folder_remove(dir);
    cw_draft_free(draft);
    return err;
}

static struct cw_draft *event_at(const char *kind, const char *event, const char *when)
{
    struct cw_draft *draft;

    ck_assert_int_eq(cw_draft_event(kind, event, &some_case, &draft, NULL), CW_OK);
    ck_assert_int_eq(write_one(draft, "occurred", when, NULL), CW_OK);
    return draft;
}

START_TEST(what_has_not_been_yet_is_refused_before_it_is_signed)
{
    static const char *const ahead[] = {"2026-11-23 09:00", "2026-11-22 10:00/2026-11-22 20:00", "2026-11-23"};
    static const char *const been[] = {"2026-11-22 12:30", "2026-11-22", "2026-11-21/2026-11-22", "2030-06-01 10:00"};
    struct cw_fault fault;

    for (size_t i = 0; i < CW_COUNT(ahead); i++) {
        ck_assert_int_eq(sign_at_noon(event_at("missing_child", "sighting", ahead[i]), &fault), CW_REFUSED_VALUE);
        ck_assert_str_eq(fault.where, "occurred");
        ck_assert_ptr_nonnull(strstr(fault.text, "lies ahead of the time this was written"));
    }
    for (size_t i = 0; i < CW_COUNT(been); i++)
        ck_assert_int_eq(sign_at_noon(event_at("missing_child", "sighting", been[i]), &fault), CW_OK);
    ck_assert_int_eq(sign_at_noon(event_at("operation", "commitment", "2026-12-01"), &fault), CW_OK);
}
END_TEST

START_TEST(a_kept_submission_is_the_same_submission)
{
    char dir[64];
    struct cw_identity *officer;
    struct cw_draft *d = child();
    struct cw_submission *first, *again, *other;
    struct cw_op_id a, b, c;
    struct cw_wall now = {1795348800000};

    authority_make(dir);
    officer = officer_open(dir);
    ck_assert_int_eq(cw_draft_sign(d, officer, now, &first, NULL), CW_USAGE_ARGUMENT); /* it says nothing */
    ck_assert_int_eq(write_one(d, "title", "Child M", NULL), CW_OK);
    ck_assert_int_eq(cw_draft_sign(d, officer, now, &first, NULL), CW_OK);
    ck_assert_int_eq(cw_submission_from(cw_submission_bytes(first), &again), CW_OK);
    ck_assert_int_eq(cw_draft_sign(d, officer, now, &other, NULL), CW_OK);
    cw_submission_op(first, &a);
    cw_submission_op(again, &b);
    cw_submission_op(other, &c);
    ck_assert_mem_eq(a.b, b.b, CW_ID_LEN);
    ck_assert_mem_ne(a.b, c.b, CW_ID_LEN); /* said twice on purpose is two statements */
    cw_submission_free(first);
    cw_submission_free(again);
    cw_submission_free(other);
    ck_assert_int_ne(cw_submission_from(slice_of("no submission"), &again), CW_OK);
    cw_identity_close(officer);
    cw_draft_free(d);
    folder_remove(dir);
}
END_TEST

START_TEST(keys_of_another_certificate_do_not_open)
{
    char dir[64], path[PATH_LEN_MAX];
    struct cw_identity_options options = {.size = sizeof(options)};
    struct cw_identity *identity;
    struct buf key = {0}, cert = {0};
    struct cw_fault fault;

    authority_make(dir);
    ck_assert(path_join(path, dir, "daemon/key"));
    ck_assert_int_eq(file_read(path, KEYFILE_LEN_MAX, &key), CW_OK);
    ck_assert(path_join(path, dir, "officer/cert"));
    ck_assert_int_eq(file_read(path, CERT_LEN_MAX, &cert), CW_OK);
    options.key_file = buf_slice(&key);
    options.certificate = buf_slice(&cert);
    ck_assert_int_eq(cw_identity_open(&options, &identity, &fault), CW_LOCAL_KEY);
    ck_assert_str_eq(fault.where, "key_file");
    options.size = 3;
    ck_assert_int_eq(cw_identity_open(&options, &identity, &fault), CW_USAGE_ARGUMENT);
    buf_done(&key);
    buf_done(&cert);
    folder_remove(dir);
}
END_TEST

Suite *suite_draft(void)
{
    Suite *s = suite_create("draft");
    TCase *t = tcase_create("drafts");

    tcase_add_test(t, money_is_pence);
    tcase_add_test(t, weights_are_milligrams);
    tcase_add_test(t, values_that_are_none_are_refused_and_change_nothing);
    tcase_add_test(t, a_verb_that_there_is_not_is_refused);
    tcase_add_test(t, one_statement_gives_a_field_one_value);
    tcase_add_test(t, one_event_gives_a_detail_one_value);
    tcase_add_test(t, a_mistyped_name_gets_the_nearest_one);
    tcase_add_test(t, what_is_worked_out_cannot_be_written);
    tcase_add_test(t, a_secret_marking_is_refused_here_already);
    tcase_add_test(t, a_text_ends_where_its_field_says);
    tcase_add_test(t, lists_end_at_their_bounds);
    tcase_add_test(t, what_was_said_is_what_is_decoded);
    tcase_add_test(t, a_risk_is_in_the_frame_so_that_erasing_never_lowers_it);
    tcase_add_test(t, each_personal_value_has_a_part_of_its_own_and_the_frame_holds_none);
    tcase_add_test(t, more_personal_values_than_parts_share_the_last);
    tcase_add_test(t, what_has_not_been_yet_is_refused_before_it_is_signed);
    tcase_add_test(t, a_kept_submission_is_the_same_submission);
    tcase_add_test(t, keys_of_another_certificate_do_not_open);
    suite_add_tcase(s, t);
    return s;
}
