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
        (void)notify_stopping();
    } else {
        say_why(d, "start-failed", err,
                &why); /* the same once more: the last line of a journal is the one that is read */
        code = say_exit_code(err);
    }
    stop_daemon(d);
    return code;
}
