/* SPDX-License-Identifier: Apache-2.0 */
/* A wrong value never leaves: it is refused with the field, what it may hold, and who may write it - for every field. */
#include "tool/verb.h"

#include "lib/draft.h"

#include <check.h>
#include <stdlib.h>
#include <unistd.h>

Suite *suite_refused(void);

#define LONG_LEN 5000

static char said[8192];

/* What standard error heard since begin(). */
static struct hearing {
    int fd, was;
} hearing;

static void begin(void)
{
    char path[] = "/tmp/casewire-test.XXXXXX";

    hearing.fd = mkstemp(path);
    ck_assert_int_ge(hearing.fd, 0);
    unlink(path);
    hearing.was = dup(STDERR_FILENO);
    fflush(stderr);
    dup2(hearing.fd, STDERR_FILENO);
}

static void end(void)
{
    ssize_t len;

    fflush(stderr);
    dup2(hearing.was, STDERR_FILENO);
    close(hearing.was);
    len = pread(hearing.fd, said, sizeof(said) - 1, 0);
    ck_assert_int_ge(len, 0);
    said[len] = '\0';
    close(hearing.fd);
}

/* Something that a field of this type never takes. */
static const char *wrong_value(const struct schema_field *field)
{
    static char too_long[LONG_LEN + 1];

    switch (field->type) {
    case TYPE_ENUM:
        return "quarrelsome";
    case TYPE_FLAG:
        return "perhaps";
    case TYPE_NUMBER:
    case TYPE_PENCE:
    case TYPE_MG:
        return "many";
    case TYPE_INTERVAL:
    case TYPE_TIME:
        return "some time ago";
    case TYPE_REF:
        return "K7Q2M4X";
    case TYPE_TEXT:
    case TYPE_LINES:
    case TYPE_PERSON:
    case TYPE_DATE:
        break;
    }
    memset(too_long, 'x', LONG_LEN);
    return too_long;
}

/* Says `name`=wrong about the event, or about the opening of the kind; what was heard is in `said`. */
static enum exit_code say_wrong(const char *kind, const struct schema_event *event, const struct schema_field *field,
                                const char *typed)
{
    const struct cli cli = {.json = false};
    const struct cw_case_id id = {{7}};
    struct writing w = {.cli = &cli, .kind = kind, .typed = typed};
    static char assignment[LONG_LEN + 100];
    struct cw_fault fault;
    enum exit_code code;

    w.subject = event != NULL ? event->name : kind;
    if (event != NULL)
        ck_assert_int_eq(cw_draft_event(kind, event->name, &id, &w.draft, &fault), CW_OK);
    else
        ck_assert_int_eq(cw_draft_open(kind, &w.draft, &fault), CW_OK);
    snprintf(assignment, sizeof(assignment), "%s=%s", field->name, wrong_value(field));
    begin();
    code = writing_assign(&w, assignment, CW_SAY);
    end();
    ck_assert_uint_eq(w.draft->write_count, 0);
    cw_draft_free(w.draft);
    return code;
}

static void check_said(const struct schema_field *field)
{
    ck_assert_msg(strstr(said, "nothing was recorded") != NULL, "%s: %s", field->name, said);
    ck_assert_msg(strstr(said, field->name) != NULL, "%s: %s", field->name, said);
    ck_assert_msg(strstr(said, "allowed: ") != NULL, "%s: %s", field->name, said);
    ck_assert_msg(strstr(said, "set by ") != NULL || strstr(said, "recorded by ") != NULL, "%s: %s", field->name, said);
    ck_assert_msg(strstr(said, "next:  casewire ") != NULL, "%s: %s", field->name, said);
}

START_TEST(every_field_of_every_kind_says_what_it_takes)
{
    size_t kind_count, field_count, tried = 0;
    const struct schema_kind *kinds = schema_kinds(&kind_count);
    const struct schema_field *fields = schema_fields(&field_count);

    for (size_t k = 0; k < kind_count; k++)
        for (size_t f = 0; f < field_count; f++) {
            if (fields[f].place == PLACE_DETAIL || !schema_field_is_written(&fields[f]) ||
                (fields[f].kinds & (1u << kinds[k].number)) == 0)
                continue;
            ck_assert_int_eq(say_wrong(kinds[k].name, NULL, &fields[f], NULL), EXIT_USAGE);
            check_said(&fields[f]);
            tried++;
        }
    ck_assert_uint_gt(tried, 150);
}
END_TEST

START_TEST(every_field_of_every_event_says_what_it_takes)
{
    size_t event_count, field_count, tried = 0;
    const struct schema_event *events = schema_events(&event_count);
    const struct schema_field *fields = schema_fields(&field_count);

    for (size_t e = 0; e < event_count; e++)
        for (size_t f = 0; f < field_count; f++) {
            if ((events[e].kinds & K_CHILD) == 0 || !schema_event_carries(events[e].number, &fields[f]))
                continue;
            ck_assert_int_eq(say_wrong("missing_child", &events[e], &fields[f], NULL), EXIT_USAGE);
            check_said(&fields[f]);
            tried++;
        }
    ck_assert_uint_gt(tried, 400);
}
END_TEST

START_TEST(the_name_that_was_typed_stands_first)
{
    const struct schema_event *sighting = schema_event(EVENT_SIGHTING);

    ck_assert_int_eq(say_wrong("missing_child", sighting, schema_field(FIELD_OCCURRED), "when"), EXIT_USAGE);
    ck_assert_ptr_nonnull(strstr(said, "where: when (occurred)"));
    ck_assert_ptr_nonnull(strstr(said, "yesterday 23:10"));
    ck_assert_int_eq(say_wrong("missing_child", sighting, schema_field(FIELD_CONFIDENCE), "confidence"), EXIT_USAGE);
    ck_assert_ptr_nonnull(strstr(said, "where: confidence\n"));
    ck_assert_ptr_nonnull(strstr(said, "unconfirmed, probable, confirmed, refuted"));
}
END_TEST

Suite *suite_refused(void)
{
    Suite *s = suite_create("refused");
    TCase *t = tcase_create("fields");

    tcase_add_test(t, every_field_of_every_kind_says_what_it_takes);
    tcase_add_test(t, every_field_of_every_event_says_what_it_takes);
    tcase_add_test(t, the_name_that_was_typed_stands_first);
    suite_add_tcase(s, t);
    return s;
}
