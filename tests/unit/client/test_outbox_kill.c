/* SPDX-License-Identifier: Apache-2.0 */
/* Processes that die at their outbox: what they were told is safe is sent, and has one effect. */
#include "tests/unit/client/registrar.h"

#include <casewire/outbox.h>

#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

Suite *suite_outbox_kill(void);

#define PATIENT_MS 60000
#define REPORTS_MAX 256
#define AT_ONCE 4 /* entries of a process before it waits until they are stored */

static struct registrar r;
static struct cw_trust *trust;
static char path[PATH_LEN_MAX];

static void open_registrar(void)
{
    registrar_open(&r);
    registrar_start(&r);
    trust = registrar_trust(&r, true);
    ck_assert(path_join(path, r.dir, "outbox"));
}

static void close_registrar(void)
{
    cw_trust_free(trust);
    registrar_close(&r);
}

static struct cw_outbox *open_outbox(void)
{
    struct cw_outbox_options options = {.size = sizeof(options), .path = path, .identity = r.officer, .trust = trust};
    struct cw_outbox *outbox = NULL;
    struct cw_fault fault;

    ck_assert_int_eq(cw_outbox_open(&options, &outbox, &fault), CW_OK);
    return outbox;
}

/* --- the process that dies ------------------------------------------------------------------------------------------ */

/* What it says once its outbox has said that the submission is safe. */
static void report(int told, const struct cw_submission *submission)
{
    struct cw_op_id op;

    cw_submission_op(submission, &op);
    if (write(told, op.b, sizeof(op.b)) != (ssize_t)sizeof(op.b))
        _exit(3);
}

static void add_some(struct cw_outbox *outbox, int told)
{
    for (unsigned i = 0; i < AT_ONCE; i++) {
        struct cw_submission *submission = registrar_opening(&r, i);
        const struct cw_submission *one = submission;

        if (cw_outbox_add(outbox, &one, 1, NULL, NULL, NULL) != CW_OK)
            _exit(4);
        report(told, submission);
        cw_submission_free(submission);
    }
}

/* Adds and sends until somebody kills it, or `rounds` are over. */
static void work(int told, unsigned rounds)
{
    struct cw_outbox *outbox = open_outbox();
    struct cw_client *client = registrar_client(&r);

    if (cw_outbox_attach(outbox, client, NULL, NULL) != CW_OK)
        _exit(5);
    while (rounds-- > 0) {
        add_some(outbox, told);
        if (cw_outbox_flush(outbox, PATIENT_MS, NULL) != CW_OK)
            _exit(6);
    }
}

/* What it says here: the number that it was given. */
static void tell_number(int told, uint64_t number)
{
    struct cw_op_id report = {{0}};

    memcpy(report.b, &number, sizeof(number));
    if (write(told, report.b, sizeof(report.b)) != (ssize_t)sizeof(report.b))
        _exit(3);
}

static uint64_t add_one(struct cw_outbox *outbox, unsigned title)
{
    struct cw_submission *submission = registrar_opening(&r, title);
    const struct cw_submission *one = submission;
    uint64_t number = 0;

    if (cw_outbox_add(outbox, &one, 1, NULL, &number, NULL) != CW_OK)
        _exit(4);
    cw_submission_free(submission);
    return number;
}

/* Empties its outbox after each statement, until somebody kills it. Tells each number when it has it, and when it is gone. */
static void work_and_empty(int told, unsigned rounds)
{
    struct cw_outbox *outbox = open_outbox();
    struct cw_client *client = registrar_client(&r);

    if (cw_outbox_attach(outbox, client, NULL, NULL) != CW_OK)
        _exit(5);
    while (rounds-- > 0) {
        uint64_t number = add_one(outbox, rounds);

        tell_number(told, number);
        while (cw_outbox_flush(outbox, PATIENT_MS, NULL) == CW_OK && cw_outbox_count(outbox) > 0)
            if (cw_outbox_forget(outbox, number - cw_outbox_count(outbox) + 1, NULL) != CW_OK)
                _exit(8);
        if (cw_outbox_compact(outbox, NULL) != CW_OK)
            _exit(9);
        tell_number(told, number);
    }
}

/* A file that cannot grow beyond this: the system kills whoever writes there, in the middle of a record or not. */
static void wall_in(uint64_t file_len_max)
{
    struct rlimit limit = {file_len_max, file_len_max}, none = {0, 0};

    signal(SIGXFSZ, SIG_DFL);
    if (setrlimit(RLIMIT_CORE, &none) != 0 || setrlimit(RLIMIT_FSIZE, &limit) != 0)
        _exit(7);
}

struct worker {
    pid_t pid;
    int heard; /* its reports */
};

typedef void job(int told, unsigned rounds);

static struct worker start(job *what, unsigned rounds, uint64_t file_len_max)
{
    struct worker w;
    int ends[2];

    ck_assert_int_eq(pipe(ends), 0);
    w.heard = ends[0];
    w.pid = fork();
    ck_assert_int_ge(w.pid, 0);
    if (w.pid == 0) {
        close(ends[0]);
        if (file_len_max > 0)
            wall_in(file_len_max);
        what(ends[1], rounds);
        _exit(0);
    }
    close(ends[1]);
    return w;
}

/* --- what it was told ------------------------------------------------------------------------------------------------- */

struct promises {
    struct cw_op_id ops[REPORTS_MAX];
    size_t count;
};

/* Up to `count` reports; fewer when it is dead. */
static void hear(struct worker *w, size_t count, struct promises *out)
{
    while (out->count < count) {
        ck_assert_uint_lt(out->count, REPORTS_MAX);
        if (read(w->heard, out->ops[out->count].b, CW_ID_LEN) != CW_ID_LEN)
            return;
        out->count++;
    }
}

/* The signal that killed it; 0: it did all that it was to do. */
static int bury(struct worker *w, struct promises *out)
{
    int status;

    hear(w, SIZE_MAX, out);
    close(w->heard);
    ck_assert_int_eq(waitpid(w->pid, &status, 0), w->pid);
    ck_assert(WIFSIGNALED(status) || (WIFEXITED(status) && WEXITSTATUS(status) == 0));
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static bool is_there(const struct cw_outbox *outbox, const struct cw_op_id *op)
{
    for (size_t i = 0; i < cw_outbox_count(outbox); i++) {
        struct cw_outbox_entry entry = {.size = sizeof(entry)};

        ck_assert_int_eq(cw_outbox_at(outbox, i, &entry), CW_OK);
        if (ID_EQ(&entry.op, op))
            return true;
    }
    return false;
}

static void expect_all_stored(const struct cw_outbox *outbox)
{
    for (size_t i = 0; i < cw_outbox_count(outbox); i++) {
        struct cw_outbox_entry entry = {.size = sizeof(entry)};

        ck_assert_int_eq(cw_outbox_at(outbox, i, &entry), CW_OK);
        ck_assert_int_eq(entry.state, CW_OUTBOX_STORED);
    }
}

/* The next process at the same file, which lives. `before`: ops that the daemon had before this file was there. */
static void deliver(const struct promises *promised, unsigned before)
{
    struct cw_outbox *outbox = open_outbox();
    struct cw_client *client = registrar_client(&r);

    ck_assert_uint_le(cw_outbox_damage_count(outbox), 1);
    if (cw_outbox_damage_count(outbox) == 1)
        ck_assert(cw_outbox_damage_at(outbox, 0)->unfinished);
    for (size_t i = 0; i < promised->count; i++)
        ck_assert_msg(is_there(outbox, &promised->ops[i]), "report %zu of %zu is lost", i, promised->count);
    ck_assert_int_eq(cw_outbox_attach(outbox, client, NULL, NULL), CW_OK);
    ck_assert_int_eq(cw_outbox_flush(outbox, PATIENT_MS, NULL), CW_OK);
    expect_all_stored(outbox);
    ck_assert_uint_eq(registrar_count(&r), before + cw_outbox_count(outbox));
    cw_outbox_close(outbox);
    cw_client_close(client);
}

/* --- the deaths -------------------------------------------------------------------------------------------------------- */

START_TEST(a_process_that_is_killed_loses_nothing_it_was_told_is_safe)
{
    for (unsigned reports = 1; reports <= 24; reports++) {
        unsigned before = registrar_count(&r);
        struct promises promised = {.count = 0};
        struct worker w = start(work, UINT32_MAX, 0);

        hear(&w, reports, &promised);
        ck_assert_int_eq(kill(w.pid, SIGKILL), 0);
        ck_assert_int_eq(bury(&w, &promised), SIGKILL);
        deliver(&promised, before);
        ck_assert_int_eq(unlink(path), 0);
    }
}
END_TEST

static uint64_t len_of_a_whole_run(void)
{
    struct promises promised = {.count = 0};
    unsigned before = registrar_count(&r);
    struct worker w = start(work, 1, 0);
    struct stat info;

    ck_assert_int_eq(bury(&w, &promised), 0);
    ck_assert_uint_eq(promised.count, AT_ONCE);
    deliver(&promised, before);
    ck_assert_int_eq(stat(path, &info), 0);
    ck_assert_int_eq(unlink(path), 0);
    return (uint64_t)info.st_size;
}

START_TEST(a_process_that_dies_at_any_write_loses_nothing_it_was_told_is_safe)
{
    uint64_t whole = len_of_a_whole_run();
    unsigned deaths = 0;

    for (uint64_t len = 1; len < whole; len += whole / 97 + 1) {
        unsigned before = registrar_count(&r);
        struct promises promised = {.count = 0};
        struct worker w = start(work, 1, len);

        int signal = bury(&w, &promised);
        if (signal == 0)
            ck_assert_uint_gt(len, whole / 2); /* it had less to write than the first: answers that came together */
        else
            ck_assert_int_eq(signal, SIGXFSZ);
        deaths += signal != 0;
        deliver(&promised, before);
        ck_assert_int_eq(unlink(path), 0);
    }
    ck_assert_uint_ge(deaths, 48);
}
END_TEST

static uint64_t number_of(const struct cw_op_id *report)
{
    uint64_t number;

    memcpy(&number, report->b, sizeof(number));
    return number;
}

START_TEST(a_process_that_is_killed_never_gives_a_number_twice)
{
    uint64_t highest = 0;

    for (unsigned deaths = 0; deaths < 24; deaths++) {
        struct promises promised = {.count = 0};
        struct worker w = start(work_and_empty, UINT32_MAX, 0);

        hear(&w, 1 + deaths % 6, &promised);
        ck_assert_int_eq(kill(w.pid, SIGKILL), 0);
        ck_assert_int_eq(bury(&w, &promised), SIGKILL);
        ck_assert_uint_gt(number_of(&promised.ops[0]), highest);
        highest = number_of(&promised.ops[promised.count - 1]);
    }
    ck_assert_uint_ge(highest, 24);
}
END_TEST

Suite *suite_outbox_kill(void)
{
    Suite *s = suite_create("outbox_kill");
    TCase *t = tcase_create("deaths");

    tcase_add_checked_fixture(t, open_registrar, close_registrar);
    tcase_set_timeout(t, 120);
    tcase_add_test(t, a_process_that_is_killed_loses_nothing_it_was_told_is_safe);
    tcase_add_test(t, a_process_that_dies_at_any_write_loses_nothing_it_was_told_is_safe);
    tcase_add_test(t, a_process_that_is_killed_never_gives_a_number_twice);
    suite_add_tcase(s, t);
    return s;
}
