/* SPDX-License-Identifier: Apache-2.0 */
/* Commands that alerts run: ones that hang, fail or crowd each other first. */
#include "tool/alert.h"

#include "lib/link.h"
#include "proto/schema.h"
#include "proto/wire.h"
#include "tests/unit/client/history.h"
#include "tests/unit/client/overheard.h"

#include <check.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

Suite *suite_alert(void);

static char dir[64];
static Cw__CaseView view;

struct heard {
    size_t count;
    char last[300];
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
    cw__case_view__init(&view);
    view.human_ref = wire_bytes(slice_of("MC/NTH/2026/K7Q2M4X-C"));
    view.title = wire_bytes(slice_of("Child M; touch \"$DIR/injected\""));
    view.risk = wire_bytes(slice_of("high"));
}

static void end(void)
{
    folder_remove(dir);
}

static struct alerts *alerts_with(struct heard *heard, const char *command, int64_t limit_ms)
{
    struct alerts *a = calloc(1, sizeof(*a));

    ck_assert_ptr_nonnull(a);
    a->hooks[0] = (struct alert_hook){.role = "INSP", .roles = ROLE_MASK(INSP), .command = command};
    a->hook_count = 1;
    a->limit_ms = limit_ms;
    a->report = hear;
    a->context = heard;
    return a;
}

static void happen(struct alerts *a, uint32_t concerns)
{
    struct waiting item = {
        .class = WAITING_OVERDUE, .view = &view, .text = "a review was due", .next = "casewire inbox"};

    alerts_new(a, &item, concerns, link_now());
}

static bool idle(const struct alerts *a)
{
    for (size_t i = 0; i < ALERTS_AT_ONCE; i++)
        if (a->running[i].hook != NULL)
            return false;
    return a->waiting_count == 0;
}

/* Until all have ended: they are real processes. */
static void settle(struct alerts *a)
{
    struct cw_mono deadline = mono_after(link_now(), 100000);

    while (!idle(a)) {
        ck_assert_int_gt(link_ms_left(deadline), 0);
        poll(NULL, 0, 5);
        alerts_look(a, link_now());
    }
}

static bool there(const char *name)
{
    char path[PATH_LEN_MAX];

    return path_join(path, dir, "%s", name) && file_exists(path);
}

START_TEST(a_command_that_hangs_is_ended_with_all_it_started)
{
    struct heard heard = {0};
    struct alerts *a = alerts_with(&heard, "trap '' TERM; (trap '' TERM; sleep 30; touch $DIR/late) & sleep 30", 30);
    struct cw_mono began = link_now();

    happen(a, ROLE_MASK(INSP));
    ck_assert_int_lt(link_now().ms - began.ms, 15000); /* nobody waits for it */
    settle(a);
    ck_assert_int_lt(link_now().ms - began.ms, 15000);
    ck_assert_uint_eq(heard.count, 1);
    ck_assert_str_eq(heard.last,
                     "the alert for INSP took too long and was ended: trap '' TERM; (trap '' TERM; sleep 30; "
                     "touch $DIR/late) & sleep 30");
    alerts_done(a);
    free(a);
}
END_TEST

START_TEST(a_command_that_fails_is_reported_and_the_next_one_runs)
{
    struct heard heard = {0};
    struct alerts *a = alerts_with(&heard, "exit 3", 5000);

    happen(a, ROLE_MASK(INSP));
    settle(a);
    ck_assert_str_eq(heard.last, "the alert for INSP ended with 3: exit 3");
    a->hooks[0].command = "touch $DIR/ran";
    happen(a, ROLE_MASK(INSP));
    settle(a);
    ck_assert_uint_eq(heard.count, 1);
    ck_assert(there("ran"));
    alerts_done(a);
    free(a);
}
END_TEST

START_TEST(a_command_that_prints_without_end_is_heard_so_far_and_runs_to_its_end)
{
    struct heard heard = {0};
    struct alerts *a = alerts_with(&heard, "head -c 3000000 /dev/zero | tr '\\0' x; touch $DIR/ran", 60000);
    struct buf printed = {0};
    int kept = overhear_begin(dir);

    happen(a, ROLE_MASK(INSP));
    settle(a);
    overhear_end(dir, kept, &printed);
    ck_assert(there("ran"));
    ck_assert_uint_eq(printed.len, HOOK_OUTPUT_LEN_MAX + 1);
    ck_assert_int_eq(printed.data[HOOK_OUTPUT_LEN_MAX], '\n');
    ck_assert_uint_eq(heard.count, 1);
    ck_assert_msg(strstr(heard.last, "printed more, which is left out, than 4096: head") != NULL, "%s", heard.last);
    buf_done(&printed);
    alerts_done(a);
    free(a);
}
END_TEST

START_TEST(what_happened_is_in_the_environment_and_is_never_run)
{
    struct heard heard = {0};
    struct alerts *a =
        alerts_with(&heard,
                    "[ \"$CASEWIRE_ALERT_CLASS/$CASEWIRE_ALERT_ROLE/$CASEWIRE_ALERT_RISK\" = overdue/INSP/high ] && "
                    "[ \"$CASEWIRE_ALERT_REFERENCE\" = MC/NTH/2026/K7Q2M4X-C ] && [ \"$CASEWIRE_ALERT_TEXT\" = 'a "
                    "review was due' ] && "
                    "touch $DIR/right",
                    5000);

    ck_assert_int_eq(setenv("CASEWIRE_ALERT_CLASS", "pretended", 1), 0);
    happen(a, ROLE_MASK(INSP));
    settle(a);
    ck_assert(there("right"));
    ck_assert(!there("injected"));
    ck_assert_uint_eq(heard.count, 0);
    alerts_done(a);
    free(a);
}
END_TEST

START_TEST(only_hooks_of_its_roles_run)
{
    struct heard heard = {0};
    struct alerts *a = alerts_with(&heard, "touch $DIR/ran", 5000);

    happen(a, ROLE_MASK(PC));
    ck_assert(idle(a));
    ck_assert(!there("ran"));
    ck_assert_uint_eq(alerts_roles(a), ROLE_MASK(INSP));
    alerts_done(a);
    free(a);
}
END_TEST

START_TEST(many_at_once_take_turns_and_too_many_are_said_to_be)
{
    struct heard heard = {0};
    struct alerts *a = alerts_with(&heard, "exec sleep 30", 60000);

    for (size_t i = 0; i < ALERTS_AT_ONCE + ALERTS_WAITING_MAX; i++)
        happen(a, ROLE_MASK(INSP));
    ck_assert_uint_eq(heard.count, 0);
    ck_assert_uint_eq(a->waiting_count, ALERTS_WAITING_MAX);
    happen(a, ROLE_MASK(INSP));
    ck_assert_uint_eq(heard.count, 1);
    ck_assert_ptr_nonnull(strstr(heard.last, "was not run"));
    kill(a->running[0].pid, SIGKILL);
    while (a->waiting_count == ALERTS_WAITING_MAX) {
        poll(NULL, 0, 5);
        alerts_look(a, link_now());
    }
    ck_assert_uint_eq(a->waiting_count, ALERTS_WAITING_MAX - 1); /* one more runs */
    ck_assert_ptr_nonnull(strstr(heard.last, "by signal 9"));
    alerts_done(a);
    ck_assert(idle(a));
    free(a);
}
END_TEST

START_TEST(options_that_name_no_role_or_no_command_are_refused)
{
    static const char *const bad[] = {"page", "=page", "INSP=", "QUARREL=page", "INSPECTOR-OF-ALL=page"};
    struct alerts *a = calloc(1, sizeof(*a));
    struct cli cli = {.quiet = true, .json = true};

    ck_assert_ptr_nonnull(a);
    for (size_t i = 0; i < CW_COUNT(bad); i++) {
        cli.values[0].name = "alert";
        cli.values[0].value = bad[i];
        cli.value_count = 1;
        a->hook_count = 0;
        ck_assert_msg(alerts_read(&cli, a) == EXIT_USAGE, "%s", bad[i]);
    }
    cli.values[0].value = "any=page everybody";
    a->hook_count = 0;
    ck_assert_int_eq(alerts_read(&cli, a), EXIT_DONE);
    ck_assert_str_eq(a->hooks[0].command, "page everybody");
    ck_assert_int_eq(a->limit_ms, ALERT_LIMIT_MS_DEFAULT);
    free(a);
}
END_TEST

Suite *suite_alert(void)
{
    Suite *s = suite_create("alert");
    TCase *t = tcase_create("commands");

    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, a_command_that_hangs_is_ended_with_all_it_started);
    tcase_add_test(t, a_command_that_fails_is_reported_and_the_next_one_runs);
    tcase_add_test(t, a_command_that_prints_without_end_is_heard_so_far_and_runs_to_its_end);
    tcase_add_test(t, what_happened_is_in_the_environment_and_is_never_run);
    tcase_add_test(t, only_hooks_of_its_roles_run);
    tcase_add_test(t, many_at_once_take_turns_and_too_many_are_said_to_be);
    tcase_add_test(t, options_that_name_no_role_or_no_command_are_refused);
    suite_add_tcase(s, t);
    return s;
}
