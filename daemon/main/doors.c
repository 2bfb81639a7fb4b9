/* SPDX-License-Identifier: Apache-2.0 */
#include "main/doors.h"

#include "host/clock.h"
#include "host/journal.h"
#include "host/passed.h"
#include "main/links.h"
#include "net/admin.h"
#include "net/driver.h"
#include "node/runner.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>

#define NET_READY_MS 30000

static void take_link_event(struct daemon *d, const struct net_event *e)
{
    struct reader_identity who = {.link = link_from_driver(e->link), .cert = e->cert, .subject = e->subject};

    if (!gate_wait_until_open(&d->gate))
        return;
    if (e->kind == NET_UP)
        runner_link_up(d->runner, &who, e->incoming);
    else if (e->kind == NET_DOWN)
        runner_link_down(d->runner, who.link, e->end);
    else
        runner_frame(d->runner, who.link, e->frame);
}

static void tell_counted(struct daemon *d, enum log_level level, const char *id, const struct net_event *e)
{
    char text[DRIVER_TEXT_LEN_MAX + 32];

    snprintf(text, sizeof text, "%s (%" PRIu64 " so far)", e->text, e->count);
    journal_write(d->journal, level, id, text);
}

/* The text is the place, ": " and why. Clients come and go; whom we dialled is worth a line, but not each attempt. */
static void tell_down(struct daemon *d, const struct net_event *e)
{
    struct journal_fields fields = {.code = link_end_word(e->end)};
    const char *why = strstr(e->text, ": ");
    char text[DRIVER_TEXT_LEN_MAX + 48];
    uint32_t held_back;

    bool dialled = (e->link & LINK_TOP) == 0 && why != NULL;

    if (!dialled || !quiet_lets(&d->quiet, slice(e->text, (size_t)(why - e->text)), e->end, clock_mono(), &held_back)) {
        journal_write_about(d->journal, LOG_LEVEL_DEBUG, "net-link-down", e->text, &fields);
        return;
    }
    snprintf(text, sizeof text, held_back == 0 ? "%s" : "%s (%" PRIu32 " more times since it was said)", e->text,
             held_back);
    journal_write_about(d->journal, LOG_LEVEL_INFO, "net-link-down", text, &fields);
}

static void on_net(void *ctx, const struct net_event *e)
{
    struct daemon *d = ctx;

    switch (e->kind) {
    case NET_READY:
        journal_write(d->journal, LOG_LEVEL_INFO, "net-listening", e->text);
        atomic_store(&d->figures.listening, true);
        gate_net_ready(&d->gate);
        break;
    case NET_FAILED:
        atomic_store(&d->figures.listening, false);
        (void)refuse(&d->net_why, e->settings ? CW_LOCAL_CONFIG : CW_LOCAL_SELF_TEST, "net", "%s", e->text);
        journal_write(d->journal, LOG_LEVEL_ALARM, "net-failed", e->text);
        break;
    case NET_LOST:
        atomic_store(&d->figures.listening, false);
        atomic_fetch_add(&d->figures.net_lost, 1);
        tell_counted(d, LOG_LEVEL_ALARM, "net-lost", e);
        break;
    case NET_REFUSED:
        atomic_fetch_add(&d->figures.refused_keys[e->verdict], e->fresh);
        if (atomic_load(&d->figures.serving))
            node_count_refused_keys(d->node, e->fresh);
        tell_counted(d, LOG_LEVEL_WARNING, "net-refused", e);
        break;
    case NET_MISFRAMED:
        atomic_fetch_add(&d->figures.misframed[e->misframed], 1);
        journal_write_about(d->journal, LOG_LEVEL_WARNING, "net-misframed", e->text,
                            &(struct journal_fields){.code = misframed_word(e->misframed)});
        break;
    case NET_DOWN:
        if ((unsigned)e->end < LINK_END_COUNT)
            atomic_fetch_add(&d->figures.link_ends[e->end], 1);
        tell_down(d, e);
        take_link_event(d, e);
        break;
    case NET_UP:
    case NET_RECEIVED:
        take_link_event(d, e);
        break;
    }
}

static void on_admin_up(void *ctx, uint64_t connection)
{
    runner_link_up(((struct daemon *)ctx)->runner,
                   &(struct reader_identity){.link = link_from_admin(connection), .admin = true}, true);
}

static void on_admin_frame(void *ctx, uint64_t connection, struct cw_slice frame)
{
    runner_frame(((struct daemon *)ctx)->runner, link_from_admin(connection), frame);
}

static void on_admin_down(void *ctx, uint64_t connection)
{
    runner_link_down(((struct daemon *)ctx)->runner, link_from_admin(connection), LINK_END_CLOSED);
}

/* driver_run ends of itself only when there is nothing left to run: at the start a refusal, later the end of us. */
static void *driver_thread(void *ctx)
{
    struct daemon *d = ctx;

    driver_run(d->driver);
    gate_net_gone(&d->gate);
    (void)eventfd_write(d->ended_fd, 1);
    return NULL;
}

static void *admin_thread(void *ctx)
{
    admin_run(((struct daemon *)ctx)->admin);
    return NULL;
}

enum cw_err doors_open_driver(struct daemon *d)
{
    struct driver_settings s = {.peer_listen = ""};

    snprintf(s.peer_listen, sizeof s.peer_listen, "%s", d->settings.listen_peers);
    snprintf(s.client_listen, sizeof s.client_listen, "%s", d->settings.listen_clients);
    s.curve_secret = d->identity.keys.curve.b;
    return driver_open(&d->keeper, &s, on_net, d, &d->driver);
}

enum cw_err doors_open_net(struct daemon *d, struct refusal *why)
{
    if (pthread_create(&d->driver_thread, NULL, driver_thread, d) != 0)
        return CW_LOCAL_MEMORY;
    d->driver_runs = true;
    if (gate_wait_for_net(&d->gate, NET_READY_MS))
        return CW_OK;
    if (!gate_is_net_gone(&d->gate))
        return refuse(why, CW_LOCAL_SELF_TEST, "net", "the net process did not open its doors within %d seconds",
                      NET_READY_MS / 1000);
    if (d->net_why.code == CW_OK)
        return refuse(why, CW_LOCAL_SELF_TEST, "net", "the net process ended before it opened its doors");
    *why = d->net_why;
    return why->code;
}

enum cw_err doors_open_admin(struct daemon *d, struct refusal *why)
{
    struct admin_handler handler = {d, on_admin_up, on_admin_frame, on_admin_down};
    enum cw_err err = admin_open(d->settings.admin_socket, passed_descriptor("admin"), &handler, &d->admin, why);

    if (err != CW_OK)
        return err;
    d->admin_runs = pthread_create(&d->admin_thread, NULL, admin_thread, d) == 0;
    return d->admin_runs ? CW_OK : CW_LOCAL_MEMORY;
}

void doors_shut(struct daemon *d)
{
    if (d->admin_runs) {
        admin_stop(d->admin);
        (void)pthread_join(d->admin_thread, NULL);
    }
    if (d->driver_runs) {
        driver_stop(d->driver);
        (void)pthread_join(d->driver_thread, NULL);
    }
}

void doors_close(struct daemon *d)
{
    admin_close(d->admin);
    driver_close(d->driver);
}
