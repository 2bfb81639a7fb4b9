/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that reach people: hostile words, ones that hang, fail or crowd each other first. */
#include "tool/hook.h"

#include "lib/link.h"
#include "proto/schema.h"
#include "tests/unit/client/history.h"
#include "tests/unit/client/overheard.h"
#include "tool/files.h"

#include <check.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

Suite *suite_hook(void);

static char dir[64];

struct heard {
    size_t count;
    char last[400];
};

static void hear(void *context, const char *sentence)
{
    struct heard *heard = context;

    heard->count++;
    snprintf(heard->last, sizeof(heard->last), "%s", sentence);
}

static void begin(void)
{
    snprintf(dir, sizeof(dir), "/tmp/casewire-test.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    ck_assert_int_eq(setenv("DIR", dir, 1), 0);
}

static void end(void)
{
    folder_remove(dir);
}

/* A program of the folder: its path is in static memory. */
static const char *script(const char *name, const char *body)
{
    static char path[PATH_LEN_MAX];
    char text[600];

    ck_assert(path_join(path, dir, "%s", name));
    snprintf(text, sizeof(text), "#!/bin/sh\n%s\n", body);
    ck_assert_int_eq(file_write(path, slice_of(text), 0700), CW_OK);
    return path;
}

static struct hooks *hooks_of(struct heard *heard, const char *lines)
{
    struct hooks *h = calloc(1, sizeof(*h));
    char why[HOOK_TEXT_LEN_MAX];

    ck_assert_ptr_nonnull(h);
    ck_assert_msg(hooks_parse(slice_of(lines), h, why) == CW_OK, "%s", why);
    h->limit_ms = 100000;
    h->again_ms = 60000;
    h->report = hear;
    h->context = heard;
    return h;
}

static struct hooks *hooks_with(struct heard *heard, const char *kinds, const char *program)
{
    char line[PATH_LEN_MAX + 64];

    snprintf(line, sizeof(line), "%s %s one 'two three'\n", kinds, program);
    return hooks_of(heard, line);
}

static void happen(struct hooks *h, enum hook_kind kind, const char *event, const char *text)
{
    struct hook_news news = {.kind = kind};

    snprintf(news.event, sizeof(news.event), "%s", event);
    snprintf(news.text, sizeof(news.text), "%s", text);
    hooks_tell(h, &news, link_now());
}

/* Until all have ended: they are real processes. */
static void settle(struct hooks *h)
{
    struct cw_mono deadline = mono_after(link_now(), 100000);

    while (h->running.hook != NULL || h->waiting_count > 0) {
        ck_assert_int_gt(link_ms_left(deadline), 0);
        poll(NULL, 0, 5);
        hooks_look(h, link_now());
    }
}

static bool there(const char *name)
{
    char path[PATH_LEN_MAX];

    return path_join(path, dir, "%s", name) && file_exists(path);
}

static void check_file(const char *name, const char *expected)
{
    char path[PATH_LEN_MAX];
    struct buf text = {0};

    ck_assert(path_join(path, dir, "%s", name));
    ck_assert_int_eq(file_read(path, 4096, &text), CW_OK);
    ck_assert_msg(slice_eq(buf_slice(&text), slice_of(expected)), "%.*s", (int)text.len, (const char *)text.data);
    buf_done(&text);
}

/* --- the file ---------------------------------------------------------------------------------------------------- */

START_TEST(a_wrong_line_is_named)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"fork\n", "line 1: a program is named"},
        {"# a remark\n\nfork mail\n", "line 3: a program is named by its whole path"},
        {"fork,quux /bin/true\n", "line 1: it begins with fork"},
        {"fork:INSP /bin/true\n", "line 1: it begins with fork"},
        {"duty:QUUX /bin/true\n", "line 1: what stands behind duty: is no role"},
        {"duty: /bin/true\n", "line 1: what stands behind duty: is no role"},
        {", /bin/true\n", "line 1: it begins with fork"},
        {"any /bin/true 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n", "line 1: at most 16 words"},
    };
    struct hooks *h = calloc(1, sizeof(*h));
    char why[HOOK_TEXT_LEN_MAX];
    static char much[HOOK_FILE_LEN_MAX + 1];

    for (size_t i = 0; i < CW_COUNT(cases); i++) {
        ck_assert_msg(hooks_parse(slice_of(cases[i].text), h, why) == CW_LOCAL_CONFIG, "%s", cases[i].text);
        ck_assert_msg(strncmp(why, cases[i].why, strlen(cases[i].why)) == 0, "%s: %s", cases[i].text, why);
    }
    memset(much, '\n', sizeof(much));
    ck_assert_int_eq(hooks_parse(slice(much, sizeof(much)), h, why), CW_LOCAL_CONFIG);
    ck_assert_int_eq(hooks_parse(slice("any /bin/true\0x", 15), h, why), CW_LOCAL_CONFIG);
    ck_assert_int_eq(hooks_parse(slice(much, sizeof(much) - 1), h, why), CW_OK);
    ck_assert_uint_eq(h->count, 0);
    free(h);
}
END_TEST

START_TEST(a_line_says_for_what_and_for_whom)
{
    struct heard heard = {0};
    struct hooks *h = hooks_of(&heard, "fork,disk /a b\n duty:INSP,duty:SUPT\t/c\n# /d\nany /e\nduty /f\n");

    ck_assert_uint_eq(h->count, 4);
    ck_assert_uint_eq(h->at[0].kinds, 1U << HOOK_FORK | 1U << HOOK_DISK);
    ck_assert_str_eq(h->at[0].words[1], "b");
    ck_assert_ptr_null(h->at[0].words[2]);
    ck_assert_uint_eq(h->at[1].roles, ROLE_MASK(INSP) | ROLE_MASK(SUPT));
    ck_assert_uint_eq(h->at[2].kinds, (1U << HOOK_KINDS) - 1);
    ck_assert_uint_eq(h->at[2].roles, R_ANY);
    ck_assert_uint_eq(h->at[3].roles, R_ANY);
    free(h);
}
END_TEST

START_TEST(events_have_kinds_and_what_is_no_alarm_is_nobodys_business)
{
    enum hook_kind kind;

    ck_assert(hook_kind_of("fork-proven", 1, &kind) && kind == HOOK_FORK);
    ck_assert(hook_kind_of("net-refused", 4, &kind) && kind == HOOK_KEY);
    ck_assert(hook_kind_of("duty-breached", 4, &kind) && kind == HOOK_DUTY);
    ck_assert(hook_kind_of("digest-differs", 1, &kind) && kind == HOOK_ALARM);
    ck_assert(!hook_kind_of("peer-in-step", 6, &kind));
    ck_assert(!hook_kind_of("peer-session-ended", 4, &kind));
}
END_TEST

/* --- running ------------------------------------------------------------------------------------------------------ */

START_TEST(a_program_that_hangs_is_ended_with_all_it_started_and_nobody_waits)
{
    struct heard heard = {0};
    struct hooks *h =
        hooks_with(&heard, "any", script("hang", "trap '' TERM; (trap '' TERM; sleep 30; touch $DIR/late) & sleep 30"));
    struct cw_mono began = link_now();

    h->limit_ms = 30;
    happen(h, HOOK_FORK, "fork-proven", "x");
    ck_assert_int_lt(link_now().ms - began.ms, 1000);
    settle(h);
    ck_assert_int_lt(link_now().ms - began.ms, 15000);
    ck_assert_uint_eq(heard.count, 1);
    ck_assert_ptr_nonnull(strstr(heard.last, "the alert about fork-proven took too long and was ended: "));
    ck_assert(!there("late"));
    free(h);
}
END_TEST

START_TEST(one_that_fails_or_is_not_there_is_reported_and_the_next_runs)
{
    struct heard heard = {0};
    char lines[2 * PATH_LEN_MAX + 100];
    const char *path = script("fails", "exit 3");
    struct hooks *h;

    snprintf(lines, sizeof(lines), "any /no/such/program\nany %s\n", path);
    h = hooks_of(&heard, lines);
    happen(h, HOOK_ALARM, "memory", "x");
    ck_assert_ptr_nonnull(strstr(heard.last, "could not be started: /no/such/program"));
    settle(h);
    ck_assert_uint_eq(heard.count, 2);
    ck_assert_ptr_nonnull(strstr(heard.last, "ended with 3: "));
    free(h);
}
END_TEST

START_TEST(no_shell_reads_the_words_or_the_text)
{
    struct heard heard = {0};
    struct hooks *h =
        hooks_with(&heard, "alarm",
                   script("tell", "cat > $DIR/in; printf '%s|' \"$@\" > $DIR/words; "
                                  "printf '%s' \"$CASEWIRE_ALERT_KIND $CASEWIRE_ALERT_EVENT\" > $DIR/env"));

    ck_assert_int_eq(setenv("CASEWIRE_ALERT_KIND", "forged", 1), 0);
    happen(h, HOOK_ALARM, "memory", "a; touch $DIR/injected `touch $DIR/injected`");
    settle(h);
    ck_assert_uint_eq(heard.count, 0);
    check_file("in", "a; touch $DIR/injected `touch $DIR/injected`\n");
    check_file("words", "one|'two|three'|");
    check_file("env", "alarm memory");
    ck_assert(!there("injected"));
    free(h);
}
END_TEST

START_TEST(one_runs_at_a_time_and_what_is_too_much_is_said)
{
    struct heard heard = {0};
    struct hooks *h = hooks_with(&heard, "any", script("one", "mkdir $DIR/lock || touch $DIR/two; rmdir $DIR/lock"));
    char event[20];

    for (int i = 0; i < HOOK_WAITING_MAX + 5; i++) {
        snprintf(event, sizeof(event), "event-%d", i);
        happen(h, HOOK_ALARM, event, "x");
    }
    ck_assert_uint_eq(heard.count, 4); /* one runs, as many as there are places wait */
    ck_assert_str_eq(heard.last, "an alert was not told of: too many wait");
    settle(h);
    ck_assert(!there("two"));
    ck_assert_uint_eq(heard.count, 4);
    free(h);
}
END_TEST

START_TEST(a_program_that_prints_without_end_is_heard_so_far_and_runs_to_its_end)
{
    struct heard heard = {0};
    struct hooks *h =
        hooks_with(&heard, "any", script("loud", "head -c 3000000 /dev/zero | tr '\\0' x >&2; touch $DIR/ran"));
    struct buf printed = {0};
    int kept = overhear_begin(dir);

    happen(h, HOOK_ALARM, "loud", "x");
    settle(h);
    overhear_end(dir, kept, &printed);
    ck_assert(there("ran"));
    ck_assert_uint_eq(printed.len, HOOK_OUTPUT_LEN_MAX + 1);
    ck_assert_int_eq(printed.data[HOOK_OUTPUT_LEN_MAX], '\n');
    ck_assert_uint_eq(heard.count, 1);
    ck_assert_msg(strstr(heard.last, "alert about loud printed more, which is left out, than 4096: ") != NULL, "%s",
                  heard.last);
    buf_done(&printed);
    free(h);
}
END_TEST

START_TEST(the_same_is_told_once_for_a_while_and_then_how_often_it_was)
{
    struct heard heard = {0};
    struct hooks *h =
        hooks_with(&heard, "key", script("count", "echo $CASEWIRE_ALERT_MORE >> $DIR/told; cat >> $DIR/in"));
    struct hook_news news = {.kind = HOOK_KEY, .event = "net-refused", .text = "a key"};
    struct cw_mono now = link_now();

    for (int i = 0; i < 5; i++)
        hooks_tell(h, &news, now);
    settle(h);
    snprintf(news.peer, sizeof(news.peer), "EST"); /* about somebody else: another thing */
    hooks_tell(h, &news, now);
    settle(h);
    news.peer[0] = '\0';
    hooks_tell(h, &news, mono_after(now, h->again_ms - 1));
    hooks_tell(h, &news, mono_after(now, h->again_ms));
    settle(h);
    check_file("told", "0\n0\n5\n");
    check_file("in", "a key\na key\na key\nThe same happened 5 times since it was told last.\n");
    free(h);
}
END_TEST

START_TEST(of_duties_none_is_held_back)
{
    struct heard heard = {0};
    struct hooks *h = hooks_with(&heard, "any", script("duties", "cat >> $DIR/in"));

    happen(h, HOOK_DUTY, "duty-breached", "one");
    happen(h, HOOK_DUTY, "duty-breached", "two");
    settle(h);
    check_file("in", "one\ntwo\n");
    free(h);
}
END_TEST

START_TEST(a_duty_is_told_to_whom_it_reaches)
{
    struct heard heard = {0};
    struct hooks *h = hooks_with(&heard, "duty:INSP", script("duty", "echo $CASEWIRE_ALERT_ROLES >> $DIR/told"));
    static const char *const roles[] = {"SUP", "SUP,INSP", "", "nobody", "anyone"};

    for (size_t i = 0; i < CW_COUNT(roles); i++) {
        struct hook_news news = {.kind = HOOK_DUTY, .event = "duty-breached", .text = "x"};

        snprintf(news.roles, sizeof(news.roles), "%s", roles[i]);
        hooks_tell(h, &news, link_now());
        settle(h);
    }
    happen(h, HOOK_FORK, "fork-proven", "not for it");
    settle(h);
    check_file("told", "SUP,INSP\nanyone\n");
    free(h);
}
END_TEST

Suite *suite_hook(void)
{
    Suite *s = suite_create("hook");
    TCase *t = tcase_create("hook");

    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, a_wrong_line_is_named);
    tcase_add_test(t, a_line_says_for_what_and_for_whom);
    tcase_add_test(t, events_have_kinds_and_what_is_no_alarm_is_nobodys_business);
    tcase_add_test(t, a_program_that_hangs_is_ended_with_all_it_started_and_nobody_waits);
    tcase_add_test(t, one_that_fails_or_is_not_there_is_reported_and_the_next_runs);
    tcase_add_test(t, no_shell_reads_the_words_or_the_text);
    tcase_add_test(t, one_runs_at_a_time_and_what_is_too_much_is_said);
    tcase_add_test(t, a_program_that_prints_without_end_is_heard_so_far_and_runs_to_its_end);
    tcase_add_test(t, the_same_is_told_once_for_a_while_and_then_how_often_it_was);
    tcase_add_test(t, of_duties_none_is_held_back);
    tcase_add_test(t, a_duty_is_told_to_whom_it_reaches);
    suite_add_tcase(s, t);
    return s;
}
