/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which daemon a request goes to. The first of the list that is ready, and is not marked; while none is, connections
 * are begun one after the other, the next when the one before takes too long. A connection that was begun is kept, so
 * that requests return to a preferred daemon as soon as it has greeted again: nobody pays for trying.
 */
#include "lib/client.h"
#include "lib/fault.h"
#include "lib/need.h"

/* How long a greeting may take before the next daemon is greeted as well. */
#define GREETING_MS 500
#define MARK_MS_MIN 2000
#define MARK_MS_MAX 60000

static bool is_marked(const struct daemon *d, struct cw_mono now)
{
    return d->marked_until.ms > now.ms;
}

void daemon_failed(struct daemon *d, const struct cw_fault *fault)
{
    d->failures++;
    d->fault = *fault;
}

void daemon_mark(struct daemon *d, const struct cw_fault *fault, struct cw_mono now)
{
    int32_t ms = d->mark_ms < MARK_MS_MIN ? MARK_MS_MIN : d->mark_ms;

    daemon_failed(d, fault);
    d->marked_until = mono_after(now, ms);
    d->mark_ms = ms >= MARK_MS_MAX / 2 ? MARK_MS_MAX : 2 * ms;
    d->link->ops->shut(d->link);
    d->connection++;
    d->lost_seen = d->link->lost_count;
}

void daemon_answered(struct daemon *d)
{
    d->answers++;
    d->mark_ms = MARK_MS_MIN;
}

static enum cw_err open_daemon(struct daemon *d, struct cw_mono now)
{
    enum cw_err err = d->link->ops->open(d->link);

    d->needed = true;
    d->connection++;
    d->opened = now;
    d->overdue = false;
    d->lost_at_opening = d->lost_seen = d->link->lost_count;
    if (err == CW_OK)
        return CW_OK;
    daemon_failed(d, &d->link->fault);
    if (!d->link->once)
        d->marked_until = mono_after(now, MARK_MS_MIN); /* not again at once */
    return err;
}

/* Whether it is worth waiting for this one's greeting alone. */
static bool is_hopeful(const struct daemon *d)
{
    return !d->overdue && d->link->lost_count == d->lost_at_opening;
}

static enum pick pick_among(struct cw_client *client, uint32_t tried, bool marked, struct cw_mono now,
                            uint32_t *out_index)
{
    enum pick found = PICK_NONE;

    for (uint32_t i = 0; i < client->daemon_count; i++)
        if ((tried >> i & 1) == 0 && is_marked(&client->daemons[i], now) == marked &&
            client->daemons[i].link->state == LINK_READY) {
            *out_index = i;
            return PICK_READY;
        }
    for (uint32_t i = 0; i < client->daemon_count; i++) {
        struct daemon *d = &client->daemons[i];

        if ((tried >> i & 1) != 0 || is_marked(d, now) != marked)
            continue;
        *out_index = i;
        if (d->link->state == LINK_IDLE && open_daemon(d, now) != CW_OK)
            return PICK_FAILED;
        if (d->link->state == LINK_READY)
            return PICK_READY;
        found = PICK_WAIT;
        if (is_hopeful(d))
            break;
    }
    return found;
}

enum pick daemons_pick(struct cw_client *client, uint32_t tried, struct cw_mono now, uint32_t *out_index)
{
    enum pick found = pick_among(client, tried, false, now, out_index);

    return found != PICK_NONE ? found : pick_among(client, tried, true, now, out_index);
}

bool daemons_all_tried(const struct cw_client *client, uint32_t tried)
{
    return tried == (UINT32_C(1) << client->daemon_count) - 1;
}

/* Shut by a mark, and wanted again. */
static bool is_resting(const struct daemon *d)
{
    return d->needed && !d->link->once && d->link->state == LINK_IDLE;
}

static bool is_being_greeted(const struct daemon *d)
{
    return d->link->state == LINK_CONNECTING && is_hopeful(d);
}

void daemons_tend(struct cw_client *client, struct cw_mono now)
{
    for (uint32_t i = 0; i < client->daemon_count; i++) {
        struct daemon *d = &client->daemons[i];

        if (is_resting(d) && !is_marked(d, now))
            (void)!open_daemon(d, now);
        if (is_being_greeted(d) && mono_reached(now, mono_after(d->opened, GREETING_MS)))
            d->overdue = true;
    }
}

struct cw_mono daemons_wake_at(const struct cw_client *client)
{
    struct cw_mono at = CW_NEVER;

    for (uint32_t i = 0; i < client->daemon_count; i++) {
        const struct daemon *d = &client->daemons[i];

        if (is_resting(d))
            at = mono_earlier(at, d->marked_until);
        if (is_being_greeted(d))
            at = mono_earlier(at, mono_after(d->opened, GREETING_MS));
    }
    return at;
}

/* --- what a program may see of them ----------------------------------------------------------------------- */

size_t cw_client_daemon_count(const struct cw_client *client)
{
    if (MISSING(NULL, client))
        return 0;
    return client->daemon_count;
}

static enum cw_daemon_state state_of(const struct daemon *d)
{
    if (is_marked(d, link_now()))
        return CW_DAEMON_MARKED;
    if (!d->needed)
        return CW_DAEMON_IDLE;
    return d->link->state == LINK_READY ? CW_DAEMON_READY : CW_DAEMON_CONNECTING;
}

enum cw_err cw_client_daemon(const struct cw_client *client, size_t index, struct cw_daemon_view *out_view)
{
    if (MISSING(NULL, client, out_view))
        return CW_USAGE_ARGUMENT;
    const struct daemon *d = &client->daemons[index < client->daemon_count ? index : 0];

    if (index >= client->daemon_count || out_view->size != sizeof(*out_view))
        return CW_USAGE_ARGUMENT;
    out_view->state = state_of(d);
    out_view->answers = d->answers;
    out_view->failures = d->failures;
    out_view->fault = d->fault;
    return CW_OK;
}
