/* SPDX-License-Identifier: Apache-2.0 */
#include "main/serve.h"

#include "host/journal.h"
#include "host/limits.h"
#include "host/notify.h"
#include "host/signals.h"
#include "main/reload.h"
#include "main/say.h"
#include "main/start.h"

#include <errno.h>
#include <inttypes.h>
#include <malloc.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>

/* Whoever sent the signal hears nothing: the journal says what came of it. */
static void reload(struct daemon *d)
{
    struct refusal why = {0};

    (void)notify_reloading();
    (void)reload_settings(d, false, NULL, &why);
    (void)notify_ready();
}

/* Where the division is not known, for the settings cannot be read, the unit's name has to do. */
static void tell_manager(const struct daemon *d, const char *what, const char *why)
{
    const char *division = d->settings.division;

    (void)notify_status("%s%s%s%s", division, division[0] != '\0' ? ": " : "", what, why);
}

/* What is shown of us from now on. */
static void tell_end(const struct daemon *d, enum cw_err err, int code, const struct refusal *why)
{
    if (err != CW_OK)
        tell_manager(d, "did not start: ", say_text(err, why));
    else
        tell_manager(d, code == EXIT_SUCCESS ? "stopped" : "ended by itself: its journal says why", "");
}

/* Until a signal says stop (0) or something that we cannot do without has ended (1). */
static int wait_for_the_end(struct daemon *d)
{
    struct pollfd fds[2] = {{.fd = d->signal_fd, .events = POLLIN}, {.fd = d->ended_fd, .events = POLLIN}};

    for (;;) {
        if (poll(fds, 2, -1) < 0 && errno != EINTR)
            return EXIT_FAILURE;
        if (fds[1].revents != 0)
            return EXIT_FAILURE;
        switch (fds[0].revents == 0 ? SIGNAL_NONE : signals_read(d->signal_fd)) {
        case SIGNAL_STOP:
            return EXIT_SUCCESS;
        case SIGNAL_RELOAD:
            reload(d);
            break;
        case SIGNAL_NONE:
            break;
        }
    }
}

int serve_run(struct daemon *d)
{
    struct refusal why = {0};
    enum cw_err err = signals_open(&d->signal_fd);
    int code;

    /*
     * Small frames and cases reuse warm memory; large ones are given back at once. Setting these also stops
     * the allocator from raising them by itself, which would keep what one large case took.
     */
    (void)mallopt(M_MMAP_THRESHOLD, 1 << 20);
    (void)mallopt(M_TRIM_THRESHOLD, 8 << 20);
    (void)mallopt(M_ARENA_MAX, 4);
    d->ended_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    gate_init(&d->gate);
    if (err == CW_OK)
        err = limits_apply(&why);
    if (err == CW_OK)
        err = start_daemon(d, &why);
    if (err == CW_OK) {
        (void)notify_ready();
        code = wait_for_the_end(d);
        tell_manager(d, "stopping", "");
        (void)notify_stopping();
    } else {
        say_why(d, "start-failed", err,
                &why); /* the same once more: the last line of a journal is the one that is read */
        code = say_exit_code(err);
    }
    stop_daemon(d);
    tell_end(d, err, code, &why); /* after the last thread that says how we are */
    return code;
}

/* The first of them in the journal, with its number and priority: whoever watches that is told. */
int serve_refused(struct daemon *d, const struct problems *problems, enum cw_err err)
{
    struct refusal why = {0};

    (void)say_problems(problems, err);
    if (problems->count + problems->more > 1)
        (void)refuse(&why, err, "settings", "%s (and %" PRIu32 " more)", problems->text[0],
                     problems->count + problems->more - 1);
    else if (problems->count == 1)
        (void)refuse(&why, err, "settings", "%s", problems->text[0]);
    if (journal_open(&(struct journal_options){d->settings.division, LOG_LEVEL_ALARM, 2}, &d->journal) == CW_OK) {
        (void)say_why(d, "start-failed", err, &why);
        journal_close(d->journal);
        d->journal = NULL;
    }
    tell_end(d, err, EXIT_CONFIG, &why);
    return EXIT_CONFIG;
}
