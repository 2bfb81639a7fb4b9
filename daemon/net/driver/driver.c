/* SPDX-License-Identifier: Apache-2.0 */
#include "net/driver_internal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BACKOFF_MS_MIN 100
#define BACKOFF_MS_MAX 10000
#define HEALTHY_MS 60000 /* a process that lived this long did not die of its configuration */
#define END_MS_MAX 500

static int64_t now_ms(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

enum cw_err driver_open(struct keeper *keeper, const struct driver_settings *settings, net_handler *handler, void *ctx,
                        struct driver **out)
{
    struct driver *d = calloc(1, sizeof *d);

    if (d == NULL)
        return CW_LOCAL_MEMORY;
    d->keeper = keeper;
    d->settings = *settings;
    d->handler = handler;
    d->ctx = ctx;
    d->pipe.fd = -1;
    d->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    d->arena_memory = malloc(DRIVER_ARENA_LEN);
    if (d->wake < 0 || d->arena_memory == NULL || pthread_mutex_init(&d->lock, NULL) != 0) {
        driver_close(d);
        return CW_LOCAL_MEMORY;
    }
    *out = d;
    return CW_OK;
}

/* The table goes as a whole; its links still know each other. */
static void free_links(struct driver_link *links)
{
    struct driver_link *link = links, *next;

    HASH_CLEAR(hh, links);
    for (; link != NULL; link = next) {
        next = link->hh.next;
        free(link);
    }
}

void driver_close(struct driver *d)
{
    if (d == NULL)
        return;
    free_links(d->links);
    pipe_done(&d->pipe);
    if (d->wake >= 0)
        (void)close(d->wake);
    (void)pthread_mutex_destroy(&d->lock);
    free(d->rows);
    free(d->arena_memory);
    free(d);
}

void driver_stop(struct driver *d)
{
    atomic_store(&d->stopping, true);
    (void)eventfd_write(d->wake, 1);
}

pid_t driver_net_pid(struct driver *d)
{
    return atomic_load(&d->net_pid);
}

/* --- one net process ------------------------------------------------------------------------------------ */

static bool begin(struct driver *d)
{
    int fd = -1;
    pid_t pid = 0;

    if (keeper_ask(d->keeper, &fd, &pid) != CW_OK)
        return false;
    atomic_store(&d->net_pid, pid);
    (void)pthread_mutex_lock(&d->lock);
    d->generation++;
    d->broken = d->is_ready = false;
    pipe_init(&d->pipe, fd);
    d->running = true;
    driver_put_configuration(d);
    (void)pthread_mutex_unlock(&d->lock);
    return true;
}

static void report_dropped(struct driver *d)
{
    uint64_t dropped[DRIVER_DROPPED_MAX];
    uint32_t count;

    (void)pthread_mutex_lock(&d->lock);
    count = d->dropped_count;
    memcpy(dropped, d->dropped, count * sizeof dropped[0]);
    d->dropped_count = 0;
    (void)pthread_mutex_unlock(&d->lock);
    for (uint32_t i = 0; i < count; i++)
        driver_say_down(d, dropped[i], LINK_END_OVERFLOW, "dropped: more is waiting for it than may");
}

/* Writes what can be written; true: more is left for later. */
static bool write_some(struct driver *d, bool *out_broken)
{
    bool left;

    (void)pthread_mutex_lock(&d->lock);
    if (!d->broken)
        d->broken = pipe_flush(&d->pipe) != CW_OK;
    left = pipe_pending(&d->pipe) != 0;
    *out_broken = d->broken;
    (void)pthread_mutex_unlock(&d->lock);
    return left;
}

/* Until the process is gone, is of no use, or is not wanted any more. */
static void serve(struct driver *d)
{
    for (;;) {
        eventfd_t unused;
        bool broken;
        bool left = write_some(d, &broken);
        struct pollfd fds[2] = {{.fd = d->pipe.fd, .events = (short)(POLLIN | (left ? POLLOUT : 0))},
                                {.fd = d->wake, .events = POLLIN}};

        if (broken || atomic_load(&d->stopping))
            return;
        if (poll(fds, 2, -1) < 0 && errno != EINTR)
            return;
        if ((fds[1].revents & POLLIN) != 0)
            (void)eventfd_read(d->wake, &unused);
        report_dropped(d);
        if ((fds[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0 && !driver_take_reports(d))
            return;
    }
}

static void report_all_down(struct driver *d)
{
    struct driver_link *links;

    (void)pthread_mutex_lock(&d->lock);
    links = d->links;
    d->links = NULL;
    (void)pthread_mutex_unlock(&d->lock);
    for (const struct driver_link *link = links; link != NULL; link = link->hh.next)
        driver_say_down(d, link->id, LINK_END_NET_LOST, "the net process ended");
    free_links(links);
}

static void describe(int status, char *out, size_t out_len)
{
    if (WIFSIGNALED(status))
        snprintf(out, out_len, "ended by signal %d", WTERMSIG(status));
    else
        snprintf(out, out_len, "ended with status %d", WEXITSTATUS(status));
}

/* It ends when our end is closed. One that does not is stuck: its keeper has not reaped it, so the pid is still its. */
static void make_sure_it_ends(struct driver *d)
{
    struct pollfd keeper = {.fd = d->keeper->fd, .events = POLLIN};

    if (poll(&keeper, 1, END_MS_MAX) == 0)
        (void)kill(atomic_load(&d->net_pid), SIGKILL);
}

/* Closes our end, so that it ends if it has not yet. false: the keeper is gone too. */
static bool end(struct driver *d)
{
    char text[64];
    int status = 0;
    bool heard;

    (void)pthread_mutex_lock(&d->lock);
    d->running = false;
    pipe_done(&d->pipe);
    (void)pthread_mutex_unlock(&d->lock);
    make_sure_it_ends(d);
    heard = keeper_heard(d->keeper, &status);
    atomic_store(&d->net_pid, 0);
    report_dropped(d);
    report_all_down(d);
    if (!atomic_load(&d->stopping)) {
        describe(status, text, sizeof text);
        driver_say(d, NET_LOST, 0, heard ? text : "the keeper of net processes is gone", d->generation);
    }
    return heard;
}

static void wait_before_next(struct driver *d, int64_t *backoff_ms, int64_t lived_ms)
{
    int64_t until;

    *backoff_ms = lived_ms >= HEALTHY_MS || *backoff_ms == 0 ? BACKOFF_MS_MIN : *backoff_ms * 2;
    if (*backoff_ms > BACKOFF_MS_MAX)
        *backoff_ms = BACKOFF_MS_MAX;
    until = now_ms() + *backoff_ms;
    while (!atomic_load(&d->stopping) && now_ms() < until) {
        struct pollfd wake = {.fd = d->wake, .events = POLLIN};
        eventfd_t unused;

        if (poll(&wake, 1, (int)(until - now_ms() + 1)) > 0)
            (void)eventfd_read(d->wake, &unused);
        report_dropped(d); /* dials that came meanwhile */
    }
}

void driver_run(struct driver *d)
{
    int64_t backoff_ms = 0;

    while (!atomic_load(&d->stopping)) {
        int64_t since = now_ms();

        if (!begin(d)) {
            driver_say(d, NET_FAILED, 0, "the keeper of net processes is gone", 0);
            return;
        }
        serve(d);
        if (!end(d) || !d->was_ready)
            return;
        wait_before_next(d, &backoff_ms, now_ms() - since);
    }
}
