/* SPDX-License-Identifier: Apache-2.0 */
#include "main/turns.h"

#include "host/clock.h"
#include "host/journal.h"
#include "host/notify.h"
#include "net/driver.h"
#include "node/reasons.h"
#include "node/runner.h"
#include "store/store.h"

#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define TEND_MS 60000
#define STATUS_MS 1000 /* how old the service manager's line about us may be */
#define BEAT_MS 10000  /* idle or not: what is silent for longer than HEALTH_SILENT_MS is not well (main/health.h) */
#define READERS 2

static void on_said(void *ctx)
{
    driver_flush(((struct daemon *)ctx)->driver);
}

/* What `systemctl status` shows first. Said only when it has changed. */
static void tell_status(struct daemon *d)
{
    struct node_status *status = malloc(sizeof *status);
    char line[sizeof d->status_line];

    if (status == NULL)
        return;
    node_status_read(d->node, status);
    node_headline(status, d->settings.division, line, sizeof line);
    free(status);
    if (strcmp(line, d->status_line) != 0 && notify_status("%s", line) == CW_OK)
        memcpy(d->status_line, line, sizeof line);
}

/* The node thread came round: a watchdog that a timer fed would prove nothing. */
static void on_beat(void *ctx)
{
    struct daemon *d = ctx;
    struct cw_mono now = clock_mono();
    int64_t interval_ms = notify_interval_ms();

    atomic_store(&d->figures.beat_ms, now.ms);
    if (interval_ms > 0 && mono_reached(now, d->alive_at)) {
        (void)notify_alive();
        d->alive_at = mono_after(now, interval_ms / 2);
    }
    if (notify_is_heard() && mono_reached(now, d->status_at)) {
        tell_status(d);
        d->status_at = mono_after(now, STATUS_MS);
    }
    journal_tend(d->journal);
    if (mono_reached(now, d->tend_at)) {
        store_tend(d->store);
        d->tend_at = mono_after(now, TEND_MS);
    }
}

static void on_failed(void *ctx, enum cw_err err)
{
    struct daemon *d = ctx;

    journal_write(d->journal, LOG_LEVEL_ALARM, "turn-failed", cw_err_sentence(err));
    (void)eventfd_write(d->ended_fd, 1);
}

static uint32_t worker_count(const struct daemon *d)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);

    if (d->settings.workers != 0)
        return (uint32_t)d->settings.workers;
    return processors < 1 ? 1 : processors > RUNNER_THREADS_MAX ? RUNNER_THREADS_MAX : (uint32_t)processors;
}

static int64_t beat_ms(void)
{
    int64_t watchdog_ms = notify_interval_ms() / 2, own_ms = notify_is_heard() ? STATUS_MS : BEAT_MS;

    return watchdog_ms > 0 && watchdog_ms < own_ms ? watchdog_ms : own_ms;
}

enum cw_err turns_start(struct daemon *d)
{
    atomic_store(&d->figures.beat_ms, clock_mono().ms);
    enum cw_err err = runner_start(&(struct runner_options){.node = d->node,
                                                            .ports = &d->ports,
                                                            .workers = worker_count(d),
                                                            .readers = READERS,
                                                            .beat_ms = beat_ms(),
                                                            .ctx = d,
                                                            .said = on_said,
                                                            .beat = on_beat,
                                                            .failed = on_failed},
                                   &d->runner);

    if (err == CW_OK)
        gate_open(&d->gate);
    return err;
}
