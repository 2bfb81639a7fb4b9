/* SPDX-License-Identifier: Apache-2.0 */
/* Items of a feed as bridges hand them on, from daemons that mean well and others; options; statements. */
#include "bridges/bridge.h"
#include "bridges/postgres.h"

#include "lib/answer.h"
#include "proto/wire.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

Suite *suite_bridge(void);

#define B(text) wire_bytes(slice_of(text))

struct sample {
    Cw__FeedItem item, *items[1];
    Cw__FeedOp op;
    Cw__FeedWrite write, *writes[1];
    Cw__FeedCase of_case;
    Cw__Author author;
    ProtobufCBinaryData tags[2];
    uint32_t in_conflict[1];
    uint8_t id[CW_ID_LEN];
};

static void sample(struct sample *s)
{
    memset(s, 0, sizeof(*s));
    memset(s->id, 0xab, sizeof(s->id));
    cw__feed_item__init(&s->item);
    cw__feed_op__init(&s->op);
    cw__feed_case__init(&s->of_case);
    cw__feed_write__init(&s->write);
    cw__author__init(&s->author);
    s->author.has_name = s->author.has_division = true;
    s->author.name = B("Officer Wren");
    s->author.division = B("NTH");
    s->op.author = &s->author;
    s->op.has_author_time_ms = s->op.has_what = s->op.has_verdict = s->op.has_hlc = true;
    s->op.author_time_ms = 1521475205000;
    s->op.hlc = UINT64_C(1521475206000) << 16 | 3;
    s->op.what = B("sets missing_risk to high");
    s->op.verdict = B("effective");
    s->write.has_field = s->write.has_name = s->write.has_verb = s->write.has_text = true;
    s->write.field = 350;
    s->write.name = B("missing_risk");
    s->write.verb = 1;
    s->write.text = B("high");
    s->writes[0] = &s->write;
    s->op.writes = s->writes;
    s->op.n_writes = 1;
    s->of_case.has_case_id = s->of_case.has_human_ref = s->of_case.has_title = s->of_case.has_updated_hlc = true;
    s->of_case.case_id = wire_bytes(slice(s->id, sizeof(s->id)));
    s->of_case.human_ref = B("MC/NTH/2018/K7Q2M4X-C");
    s->of_case.title = B("Child M");
    s->of_case.updated_hlc = UINT64_C(1521475206000) << 16;
    s->tags[0] = B("repeat");
    s->tags[1] = B("urgent");
    s->of_case.tags = s->tags;
    s->of_case.n_tags = 2;
    s->item.has_id = s->item.has_why = s->item.has_late = true;
    s->item.id = wire_bytes(slice(s->id, sizeof(s->id)));
    s->item.why = 1;
    s->item.late = true;
    s->item.op = &s->op;
    s->item.case_ = &s->of_case;
}

static struct cw_answer *answer_of(struct sample *s)
{
    static uint8_t made[1 << 20];
    static uint8_t id[16];
    struct writer out = writer_over(made, sizeof(made));
    Cw__Answer message = CW__ANSWER__INIT;
    Cw__FeedItems feed = CW__FEED_ITEMS__INIT;
    struct cw_answer *answer;
    struct buf bytes = {0};

    s->items[0] = &s->item;
    feed.items = s->items;
    feed.n_items = 1;
    message.has_v = message.has_id = true;
    message.v = 1;
    message.id = wire_bytes(slice(id, sizeof(id)));
    message.feed = &feed;
    wire_pack(&message.base, &out);
    ck_assert(!out.failed);
    ck_assert_int_eq(buf_add(&bytes, slice(made, out.len)), CW_OK);
    ck_assert_int_eq(answer_take(&bytes, &answer), CW_OK);
    return answer;
}

static json_t *item_of(struct sample *s)
{
    struct cw_answer *answer = answer_of(s);
    json_t *item = bridge_item(answer, 0);

    cw_answer_close(answer);
    return item;
}

static const char *at(const json_t *object, const char *member, const char *inner)
{
    return json_string_value(json_object_get(json_object_get(object, member), inner));
}

START_TEST(an_item_says_who_what_when_and_of_which_case)
{
    struct sample s;
    json_t *item, *write;

    sample(&s);
    item = item_of(&s);
    ck_assert_uint_eq(strspn(json_string_value(json_object_get(item, "id")), "ab"), (size_t)2 * CW_ID_LEN);
    ck_assert_str_eq(json_string_value(json_object_get(item, "why")), "op");
    ck_assert_str_eq(json_string_value(json_array_get(json_object_get(item, "flags"), 0)), "late");
    ck_assert_str_eq(at(item, "op", "author"), "Officer Wren");
    ck_assert_str_eq(at(item, "op", "time"), "2018-03-19T16:00:05.000Z");
    ck_assert_str_eq(at(item, "op", "logged"), "2018-03-19T16:00:06.000Z");
    ck_assert_str_eq(at(item, "case", "reference"), "MC/NTH/2018/K7Q2M4X-C");
    ck_assert_str_eq(json_string_value(json_array_get(json_object_get(json_object_get(item, "case"), "tags"), 1)),
                     "urgent");
    write = json_array_get(json_object_get(json_object_get(item, "op"), "writes"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(write, "verb")), "set");
    ck_assert_str_eq(json_string_value(json_object_get(write, "text")), "high");
    json_decref(item);
}
END_TEST

START_TEST(text_from_outside_breaks_no_reader)
{
    static const uint8_t bad[] = {'a', 0, 0x1b, '\n', 0xff, 0xc3, 'z'};
    struct sample s;
    json_t *item;
    char *text;

    sample(&s);
    s.of_case.title = s.author.name = s.tags[0] = s.write.text = wire_bytes(slice(bad, sizeof(bad)));
    item = item_of(&s);
    text = json_dumps(item, JSON_COMPACT);
    ck_assert_ptr_nonnull(text);
    ck_assert_ptr_null(strstr(text, "\\u00"));
    ck_assert_ptr_null(strstr(text, "\\n"));
    ck_assert_str_eq(at(item, "case", "title"), "a   ??z");
    free(text);
    json_decref(item);
}
END_TEST

START_TEST(an_item_without_anything_is_one)
{
    struct sample s = {.item = CW__FEED_ITEM__INIT};
    json_t *item = item_of(&s);

    ck_assert_ptr_nonnull(item);
    ck_assert_str_eq(json_string_value(json_object_get(item, "why")), "unrecognised");
    ck_assert_uint_eq(strlen(json_string_value(json_object_get(item, "id"))), (size_t)2 * CW_ID_LEN);
    ck_assert_ptr_null(json_object_get(item, "op"));
    ck_assert_ptr_null(json_object_get(item, "case"));
    json_decref(item);
}
END_TEST

START_TEST(a_time_beyond_calendars_is_none)
{
    static const uint64_t times[] = {0, UINT64_MAX, INT64_MAX, UINT64_C(253402300800000)};

    for (size_t i = 0; i < CW_COUNT(times); i++) {
        struct sample s;
        json_t *item;

        sample(&s);
        s.op.author_time_ms = times[i];
        item = item_of(&s);
        ck_assert(json_is_null(json_object_get(json_object_get(item, "op"), "time")));
        json_decref(item);
    }
}
END_TEST

START_TEST(an_index_beyond_the_items_is_none)
{
    struct sample s;
    struct cw_answer *answer;

    sample(&s);
    answer = answer_of(&s);
    ck_assert_ptr_null(bridge_item(answer, 1));
    ck_assert_ptr_null(bridge_item(answer, SIZE_MAX));
    cw_answer_close(answer);
}
END_TEST

static void stamp_of(struct sample *s, char out[static BRIDGE_STAMP_LEN])
{
    json_t *item = item_of(s);

    bridge_stamp(item, out);
    json_decref(item);
}

START_TEST(a_stamp_is_of_what_was_said_and_judged)
{
    char first[BRIDGE_STAMP_LEN], other[BRIDGE_STAMP_LEN];
    struct sample s;

    sample(&s);
    stamp_of(&s, first);
    s.item.late = false;
    s.item.n_in_conflict = 1;
    s.item.in_conflict = s.in_conflict;
    s.of_case.title = B("Another title");
    stamp_of(&s, other);
    ck_assert_str_eq(first, other);
    s.op.verdict = B("void");
    stamp_of(&s, other);
    ck_assert_str_ne(first, other);
    s.op.verdict = B("effective");
    s.write.has_withheld = s.write.withheld = true;
    stamp_of(&s, other);
    ck_assert_str_ne(first, other);
}
END_TEST

/* The bridge or its daemon may be lost before the correction: what the stream shows of the case would stay old. */
START_TEST(told_again_with_the_right_line_an_op_is_news)
{
    char right[BRIDGE_STAMP_LEN], old[BRIDGE_STAMP_LEN];
    struct sample s;

    sample(&s);
    stamp_of(&s, right);
    s.item.has_revising = s.item.revising = true;
    stamp_of(&s, old);
    ck_assert_str_ne(right, old);
}
END_TEST

/* --- options -------------------------------------------------------------------------------------------- */

static const char *own_value;

/* Standard output and error are not ours to fill while it complains. */
static int read_words(const char *line, struct bridge_options *out)
{
    static const struct bridge_option own[] = {{"target", "URL", "...", &own_value}, {NULL, NULL, NULL, NULL}};
    static char words[400], name[] = "bridge";
    char *argv[20] = {name}, *rest = words, *word;
    int argc = 1, status, was[2] = {dup(1), dup(2)}, nowhere;
    FILE *null = fopen("/dev/null", "w");

    ck_assert_ptr_nonnull(null);
    nowhere = fileno(null);
    snprintf(words, sizeof(words), "%s", line);
    while ((word = strsep(&rest, " ")) != NULL && argc < 19)
        if (*word != '\0')
            argv[argc++] = word;
    fflush(stdout);
    dup2(nowhere, 1);
    dup2(nowhere, 2);
    optind = 0;
    status = bridge_read_options(argc, argv, "...", own, out);
    fflush(stdout);
    dup2(was[0], 1);
    dup2(was[1], 2);
    close(was[0]);
    close(was[1]);
    fclose(null);
    return status;
}

START_TEST(options_are_what_the_feed_is_asked_for)
{
    struct bridge_options o;

    ck_assert_int_eq(
        read_words("--target t --home h --start now --kind ocg --kind missing_child --kind phone --risk high "
                   "--risk low --records --exit-at-end",
                   &o),
        -1);
    ck_assert_str_eq(own_value, "t");
    ck_assert_str_eq(o.home, "h");
    ck_assert(o.to_end);
    ck_assert_int_eq(o.feed.start, CW_FEED_NOW);
    ck_assert_uint_eq(o.feed.kind_count, 3);
    ck_assert_uint_eq(o.feed.kinds[1], 3);
    ck_assert_uint_eq(o.feed.kinds[2], 6);
    ck_assert_uint_eq(o.feed.risks.count, 2);
    ck_assert_uint_eq(o.feed.risks.at[1].len, 3);
    ck_assert_uint_eq(o.feed.tags.count, 0);
    ck_assert_int_eq(o.feed.records, 1);
    ck_assert_int_eq(read_words("", &o), -1);
    ck_assert_int_eq(o.feed.start, CW_FEED_SNAPSHOT);
}
END_TEST

START_TEST(options_that_mean_nothing_are_usage)
{
    static const char *const lines[] = {"--start sometime", "--kind teapot", "--no-such", "word", "--risk"};
    struct bridge_options o;

    for (size_t i = 0; i < CW_COUNT(lines); i++)
        ck_assert_msg(read_words(lines[i], &o) == 2, "%s", lines[i]);
    ck_assert_int_eq(read_words("--help", &o), 0);
}
END_TEST

/* --- statements ----------------------------------------------------------------------------------------- */

START_TEST(a_schema_that_needs_quotes_is_refused)
{
    static const char *const bad[] = {
        "",       "Case", "1st", "a b",
        "a;drop", "a\"b", "a.b", "a123456789012345678901234567890123456789012345678901234567890123"};
    struct postgres_target *t = calloc(1, sizeof(*t));

    ck_assert_ptr_nonnull(t);
    for (size_t i = 0; i < CW_COUNT(bad); i++) {
        t->schema = bad[i];
        ck_assert_msg(!postgres_statements(t), "%s", bad[i]);
    }
    t->schema = "a12345678901234567890123456789012345678901234567890123456789012";
    ck_assert(postgres_statements(t));
    ck_assert_ptr_null(strchr(t->insert_events, '@'));
    ck_assert_ptr_nonnull(strstr(t->insert_cases, "89012.cases"));
    free(t);
}
END_TEST

Suite *suite_bridge(void)
{
    Suite *suite = suite_create("bridge");
    TCase *tcase = tcase_create("all");

    tcase_add_test(tcase, an_item_says_who_what_when_and_of_which_case);
    tcase_add_test(tcase, text_from_outside_breaks_no_reader);
    tcase_add_test(tcase, an_item_without_anything_is_one);
    tcase_add_test(tcase, a_time_beyond_calendars_is_none);
    tcase_add_test(tcase, an_index_beyond_the_items_is_none);
    tcase_add_test(tcase, a_stamp_is_of_what_was_said_and_judged);
    tcase_add_test(tcase, told_again_with_the_right_line_an_op_is_news);
    tcase_add_test(tcase, options_are_what_the_feed_is_asked_for);
    tcase_add_test(tcase, options_that_mean_nothing_are_usage);
    tcase_add_test(tcase, a_schema_that_needs_quotes_is_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}
