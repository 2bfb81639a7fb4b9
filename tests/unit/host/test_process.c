/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/host/folder.h"

#include "host/clock.h"
#include "host/entropy.h"
#include "host/journal.h"
#include "host/journal_limit.h"
#include "host/limits.h"
#include "host/notify.h"
#include "host/signals.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* --- time and chance ---------------------------------------------------------------------------------------- */

START_TEST(a_time_is_written_as_everybody_writes_it)
{
    static const struct {
        int64_t ms;
        const char *text;
    } cases[] = {
        {0, "1970-01-01T00:00:00.000Z"},         {1521446400123, "2018-03-19T08:00:00.123Z"},
        {-1, "1969-12-31T23:59:59.999Z"},        {INT64_MAX, "9999-12-31T23:59:59.999Z"},
        {INT64_MIN, "0000-01-01T00:00:00.000Z"},
    };

    for (size_t i = 0; i < CW_COUNT(cases); i++) {
        char text[CLOCK_TEXT_LEN];

        clock_text((struct cw_wall){cases[i].ms}, text);
        ck_assert_str_eq(text, cases[i].text);
    }
}
END_TEST

START_TEST(the_monotonic_clock_does_not_go_back)
{
    struct cw_mono before = clock_mono();

    for (int i = 0; i < 1000; i++) {
        struct cw_mono now = clock_mono();

        ck_assert(mono_reached(now, before));
        before = now;
    }
}
END_TEST

START_TEST(random_bytes_fill_all_that_was_asked_and_nothing_more)
{
    static uint8_t bytes[100001];
    static uint8_t seen[256];
    uint32_t values = 0;

    bytes[100000] = 0x77;
    entropy_fill(NULL, bytes, 100000);
    ck_assert_uint_eq(bytes[100000], 0x77);
    for (size_t i = 0; i < 100000; i++)
        seen[bytes[i]] = 1;
    for (size_t i = 0; i < 256; i++)
        values += seen[i];
    ck_assert_uint_eq(values, 256); /* a value that 100,000 draws miss: odds of one in 10^170 */
}
END_TEST

/* --- the log ------------------------------------------------------------------------------------------------- */

START_TEST(a_line_has_time_level_id_and_text)
{
    char line[JOURNAL_LINE_LEN_MAX];
    size_t len = journal_line((struct cw_wall){0}, LOG_LEVEL_WARNING, "fork-proven", "log 12ab", 0, line);

    ck_assert_str_eq(line, "1970-01-01T00:00:00.000Z warning fork-proven: log 12ab\n");
    ck_assert_uint_eq(len, strlen(line));
}
END_TEST

START_TEST(a_text_cannot_begin_a_line_of_its_own)
{
    char line[JOURNAL_LINE_LEN_MAX];

    (void)journal_line((struct cw_wall){0}, LOG_LEVEL_INFO, "x", "a\nalarm y: b\x1b[2J\x7f", 0, line);
    ck_assert_ptr_eq(strchr(line, '\n'), line + strlen(line) - 1);
    ck_assert_ptr_null(strchr(line, '\x1b'));
    ck_assert_ptr_null(strchr(line, '\x7f'));
}
END_TEST

START_TEST(a_long_text_and_a_long_id_are_cut)
{
    char line[JOURNAL_LINE_LEN_MAX], text[2000];
    size_t len;

    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    len = journal_line((struct cw_wall){0}, LOG_LEVEL_INFO, text, text, 4000000000U, line);
    ck_assert_uint_lt(len, JOURNAL_LINE_LEN_MAX);
    ck_assert_int_eq(line[len - 1], '\n');
    ck_assert_ptr_nonnull(strstr(line, "(and 4000000000 more before)"));
}
END_TEST

START_TEST(an_id_is_held_back_after_its_share_and_the_rest_is_counted)
{
    static struct journal_limit l;
    struct cw_mono t = {1000};
    uint32_t held = 99;

    for (int i = 0; i < JOURNAL_LIMIT_LINES; i++) {
        ck_assert(journal_limit_allows(&l, "noisy", t, &held));
        ck_assert_uint_eq(held, 0);
    }
    for (int i = 0; i < 7; i++)
        ck_assert(!journal_limit_allows(&l, "noisy", t, &held));
    ck_assert_uint_eq(l.held_back, 7);
    ck_assert(journal_limit_allows(&l, "other", t, &held)); /* each id for itself */
    t = mono_after(t, JOURNAL_LIMIT_WINDOW_MS - 1);
    ck_assert(!journal_limit_allows(&l, "noisy", t, &held));
    t = mono_after(t, 1);
    ck_assert(journal_limit_allows(&l, "noisy", t, &held));
    ck_assert_uint_eq(held, 8);
    ck_assert(journal_limit_allows(&l, "noisy", t, &held));
    ck_assert_uint_eq(held, 0);
}
END_TEST

START_TEST(what_was_held_back_is_said_when_the_window_ends_and_no_line_follows)
{
    static struct journal_limit l;
    struct cw_mono t = {1000};
    char id[JOURNAL_LIMIT_ID_LEN_MAX + 1];
    uint32_t held;

    for (int i = 0; i < JOURNAL_LIMIT_LINES + 7; i++)
        (void)journal_limit_allows(&l, "noisy", t, &held);
    (void)journal_limit_allows(&l, "quiet", t, &held);
    ck_assert(!journal_limit_due(&l, mono_after(t, JOURNAL_LIMIT_WINDOW_MS - 1), id, &held));
    ck_assert(journal_limit_due(&l, mono_after(t, JOURNAL_LIMIT_WINDOW_MS), id, &held));
    ck_assert_str_eq(id, "noisy");
    ck_assert_uint_eq(held, 7);
    ck_assert(!journal_limit_due(&l, mono_after(t, JOURNAL_LIMIT_WINDOW_MS), id, &held)); /* said once */
    ck_assert(journal_limit_allows(&l, "noisy", mono_after(t, JOURNAL_LIMIT_WINDOW_MS), &held));
    ck_assert_uint_eq(held, 0);
}
END_TEST

/* Every line that was not written is in the number of one that was, whether the daemon goes on or ends. */
START_TEST(a_journal_says_at_its_end_how_many_lines_it_left_out)
{
    struct journal *j = NULL;
    char text[16384];
    int ends[2];
    ssize_t len;

    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(journal_open(&(struct journal_options){.division = "NTH", .fd = ends[1]}, &j), CW_OK);
    for (int i = 0; i < JOURNAL_LIMIT_LINES + 7; i++)
        journal_write(j, LOG_LEVEL_WARNING, "net-refused", "a key");
    journal_tend(j); /* the window has not ended */
    journal_close(j);
    len = read(ends[0], text, sizeof text - 1);
    ck_assert_int_gt(len, 0);
    text[len] = '\0';
    ck_assert_ptr_nonnull(strstr(text, "warning net-refused: 7 more of these were not written\n"));
    (void)close(ends[0]);
    (void)close(ends[1]);
}
END_TEST

START_TEST(no_line_about_a_duty_is_held_back)
{
    static struct journal_limit l;
    uint32_t held = 7;

    for (uint32_t i = 0; i < 10 * JOURNAL_LIMIT_LINES; i++) {
        ck_assert(journal_limit_allows(&l, "duty-breached", (struct cw_mono){0}, &held));
        ck_assert_uint_eq(held, 0);
    }
    ck_assert_uint_eq(l.count, 0);
}
END_TEST

START_TEST(more_ids_than_the_table_holds_share_its_last_row)
{
    static struct journal_limit l;
    uint32_t held, allowed = 0;

    for (int i = 0; i < 1000; i++) {
        char id[16];

        (void)snprintf(id, sizeof id, "id-%d", i);
        allowed += journal_limit_allows(&l, id, (struct cw_mono){0}, &held) ? 1U : 0U;
    }
    ck_assert_uint_eq(allowed, JOURNAL_LIMIT_IDS - 1 + JOURNAL_LIMIT_LINES);
}
END_TEST

static void read_pipe(int fd, char out[static 2048])
{
    ssize_t len = read(fd, out, 2047);

    out[len > 0 ? len : 0] = '\0';
}

START_TEST(lines_below_the_least_level_are_not_written)
{
    struct journal_options o = {.division = "NTH", .least = LOG_LEVEL_WARNING};
    struct journal *j;
    int fds[2];
    char text[2048];

    ck_assert_int_eq(pipe(fds), 0);
    o.fd = fds[1];
    ck_assert_int_eq(journal_open(&o, &j), CW_OK);
    journal_write(j, LOG_LEVEL_INFO, "quiet", "no");
    journal_write(j, LOG_LEVEL_ALARM, "loud", "yes");
    journal_set_level(j, LOG_LEVEL_DEBUG);
    journal_write(j, LOG_LEVEL_DEBUG, "now", "too");
    read_pipe(fds[0], text);
    ck_assert_ptr_null(strstr(text, "quiet"));
    ck_assert_ptr_nonnull(strstr(text, "alarm loud: yes\n"));
    ck_assert_ptr_nonnull(strstr(text, "debug now: too\n"));
    journal_close(j);
}
END_TEST

START_TEST(levels_have_names_and_names_have_levels)
{
    for (int i = 0; i < LOG_LEVEL_COUNT; i++) {
        enum log_level level;

        ck_assert(log_level_parse(log_level_name((enum log_level)i), &level));
        ck_assert_int_eq(level, i);
    }
    enum log_level ignored;
    ck_assert(!log_level_parse("loud", &ignored));
    ck_assert(!log_level_parse("", &ignored));
}
END_TEST

/* --- the service manager --------------------------------------------------------------------------------------- */

static int listen_at(const char *name)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    size_t len = strlen(name);

    memcpy(at.sun_path, name, len);
    if (name[0] == '@')
        at.sun_path[0] = '\0';
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)), 0);
    ck_assert_int_eq(setenv("NOTIFY_SOCKET", name, 1), 0);
    return fd;
}

START_TEST(a_status_arrives_as_one_datagram_of_one_line)
{
    int fd = listen_at(in_folder("notify"));
    char text[2048];

    ck_assert_int_eq(notify_status("3 of %d in sync\nREADY=1", 4), CW_OK);
    read_pipe(fd, text);
    ck_assert_str_eq(text, "STATUS=3 of 4 in sync READY=1");
    ck_assert_int_eq(notify_ready(), CW_OK);
    read_pipe(fd, text);
    ck_assert_str_eq(text, "READY=1");
    ck_assert_int_eq(notify_reloading(), CW_OK);
    read_pipe(fd, text);
    ck_assert_ptr_nonnull(strstr(text, "RELOADING=1\nMONOTONIC_USEC="));
    (void)close(fd);
}
END_TEST

START_TEST(a_status_that_was_cut_within_a_character_is_still_text)
{
    int fd = listen_at(in_folder("notify"));
    char text[2048];

    ck_assert_int_eq(
        notify_status("%.3s.conf, %s: \xc3\xa9 \xe2\x82\xac \xf0\x9f\x9a\x93", "x\xc3\xa9\xc3", "\xe2\x82"), CW_OK);
    read_pipe(fd, text);
    ck_assert_str_eq(text, "STATUS=x\xc3\xa9.conf, ??: \xc3\xa9 \xe2\x82\xac \xf0\x9f\x9a\x93");
    ck_assert_int_eq(notify_status("%*s\xc3\xa9", 503, ""), CW_OK); /* its room ends within the last character */
    read_pipe(fd, text);
    ck_assert_uint_eq(strlen(text), 511);
    ck_assert_int_eq(text[510], '?');
    (void)close(fd);
}
END_TEST

START_TEST(an_abstract_socket_is_reached)
{
    char name[64], text[2048];
    int fd;

    (void)snprintf(name, sizeof name, "@casewire-test-%ld", (long)getpid());
    fd = listen_at(name);
    ck_assert_int_eq(notify_stopping(), CW_OK);
    read_pipe(fd, text);
    ck_assert_str_eq(text, "STOPPING=1");
    (void)close(fd);
}
END_TEST

START_TEST(nobody_listening_is_fine_and_nonsense_is_not)
{
    char longer[300];

    ck_assert_int_eq(unsetenv("NOTIFY_SOCKET"), 0);
    ck_assert_int_eq(notify_ready(), CW_OK);
    ck_assert_int_eq(setenv("NOTIFY_SOCKET", "relative", 1), 0);
    ck_assert_int_eq(notify_ready(), CW_LOCAL_CONFIG);
    memset(longer, 'a', sizeof longer);
    longer[0] = '/';
    longer[sizeof longer - 1] = '\0';
    ck_assert_int_eq(setenv("NOTIFY_SOCKET", longer, 1), 0);
    ck_assert_int_eq(notify_ready(), CW_LOCAL_CONFIG);
    ck_assert_int_eq(setenv("NOTIFY_SOCKET", in_folder("absent"), 1), 0);
    ck_assert_int_eq(notify_ready(), CW_LOCAL_IO);
}
END_TEST

START_TEST(a_watchdog_is_fed_at_half_its_time_and_only_ours)
{
    char pid[24];

    ck_assert_int_eq(unsetenv("WATCHDOG_USEC"), 0);
    ck_assert_int_eq(notify_interval_ms(), 0);
    ck_assert_int_eq(setenv("WATCHDOG_USEC", "30000000", 1), 0);
    ck_assert_int_eq(notify_interval_ms(), 15000);
    (void)snprintf(pid, sizeof pid, "%ld", (long)getpid());
    ck_assert_int_eq(setenv("WATCHDOG_PID", pid, 1), 0);
    ck_assert_int_eq(notify_interval_ms(), 15000);
    ck_assert_int_eq(setenv("WATCHDOG_PID", "1", 1), 0);
    ck_assert_int_eq(notify_interval_ms(), 0);
    ck_assert_int_eq(unsetenv("WATCHDOG_PID"), 0);
    ck_assert_int_eq(setenv("WATCHDOG_USEC", "soon", 1), 0);
    ck_assert_int_eq(notify_interval_ms(), 0);
}
END_TEST

/* --- signals and limits ------------------------------------------------------------------------------------------ */

START_TEST(signals_are_read_in_turn_and_kill_nobody)
{
    int fd;

    ck_assert_int_eq(signals_open(&fd), CW_OK);
    ck_assert_int_eq(signals_read(fd), SIGNAL_NONE);
    ck_assert_int_eq(raise(SIGHUP), 0);
    ck_assert_int_eq(signals_read(fd), SIGNAL_RELOAD);
    ck_assert_int_eq(raise(SIGTERM), 0);
    ck_assert_int_eq(signals_read(fd), SIGNAL_STOP);
    ck_assert_int_eq(raise(SIGINT), 0);
    ck_assert_int_eq(signals_read(fd), SIGNAL_STOP);
    ck_assert_int_eq(raise(SIGPIPE), 0); /* ignored: we are still here */
    ck_assert_int_eq(raise(SIGXFSZ), 0);
    ck_assert_int_eq(signals_read(fd), SIGNAL_NONE);
    (void)close(fd);
}
END_TEST

START_TEST(a_process_with_limits_leaves_no_dump)
{
    struct refusal why = {0};
    struct rlimit core;

    ck_assert_int_eq(limits_apply(&why), CW_OK);
    ck_assert_int_eq(getrlimit(RLIMIT_CORE, &core), 0);
    ck_assert_uint_eq(core.rlim_cur, 0);
    ck_assert_uint_eq(core.rlim_max, 0);
#if !defined(__SANITIZE_ADDRESS__)
    ck_assert_int_eq(prctl(PR_GET_DUMPABLE), 0);
#endif
}
END_TEST

START_TEST(a_limit_that_cannot_be_raised_is_said_and_not_fatal)
{
    const struct rlimit few = {256, 256};
    struct refusal why = {0};
    struct rlimit files;

    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
    if (geteuid() == 0)
        ck_assert_int_eq(setresuid(65534, 65534, 65534), 0);
    ck_assert_int_eq(limits_apply(&why), CW_OK);
    ck_assert_ptr_nonnull(strstr(why.text, "open files"));
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &files), 0);
    ck_assert_uint_eq(files.rlim_cur, 256);
}
END_TEST

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
START_TEST(memory_above_the_cap_is_not_given)
{
    void *small, *large;

    ck_assert_int_eq(limits_cap_memory((uint64_t)64 << 20), CW_OK);
    small = malloc((size_t)1 << 20);
    large = malloc((size_t)256 << 20);
    ck_assert_ptr_nonnull(small);
    ck_assert_ptr_null(large);
    free(large);
    free(small);
}
END_TEST
#endif

Suite *suite_process(void)
{
    Suite *suite = suite_create("process");
    TCase *t = tcase_create("process");
    TCase *other_user = tcase_create("other user"); /* has no folder: it could not remove it */

    tcase_add_checked_fixture(t, folder_make, folder_remove);
    tcase_add_test(t, a_time_is_written_as_everybody_writes_it);
    tcase_add_test(t, the_monotonic_clock_does_not_go_back);
    tcase_add_test(t, random_bytes_fill_all_that_was_asked_and_nothing_more);
    tcase_add_test(t, a_line_has_time_level_id_and_text);
    tcase_add_test(t, a_text_cannot_begin_a_line_of_its_own);
    tcase_add_test(t, a_long_text_and_a_long_id_are_cut);
    tcase_add_test(t, an_id_is_held_back_after_its_share_and_the_rest_is_counted);
    tcase_add_test(t, what_was_held_back_is_said_when_the_window_ends_and_no_line_follows);
    tcase_add_test(t, a_journal_says_at_its_end_how_many_lines_it_left_out);
    tcase_add_test(t, no_line_about_a_duty_is_held_back);
    tcase_add_test(t, more_ids_than_the_table_holds_share_its_last_row);
    tcase_add_test(t, lines_below_the_least_level_are_not_written);
    tcase_add_test(t, levels_have_names_and_names_have_levels);
    tcase_add_test(t, a_status_that_was_cut_within_a_character_is_still_text);
    tcase_add_test(t, a_status_arrives_as_one_datagram_of_one_line);
    tcase_add_test(t, an_abstract_socket_is_reached);
    tcase_add_test(t, nobody_listening_is_fine_and_nonsense_is_not);
    tcase_add_test(t, a_watchdog_is_fed_at_half_its_time_and_only_ours);
    tcase_add_test(t, signals_are_read_in_turn_and_kill_nobody);
    tcase_add_test(t, a_process_with_limits_leaves_no_dump);
    tcase_add_test(other_user, a_limit_that_cannot_be_raised_is_said_and_not_fatal);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    tcase_add_test(t, memory_above_the_cap_is_not_given);
#endif
    suite_add_tcase(suite, t);
    suite_add_tcase(suite, other_user);
    return suite;
}
