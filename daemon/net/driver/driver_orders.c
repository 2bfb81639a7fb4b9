/* SPDX-License-Identifier: Apache-2.0 */
#include "net/driver_internal.h"

#include "net/net_link.h"
#include "proto/link.pb-c.h"
#include "proto/wire.h"

#include <stdlib.h>
#include <sys/eventfd.h>

/* What callers gather is written by them in driver_flush; beyond this it does not wait that long. */
#define FLUSH_EARLY_LEN ((size_t)256 << 10)

/* --- the links that are under way ---------------------------------------------------------------------- */

static struct driver_link *find(struct driver *d, uint64_t id)
{
    struct driver_link *found;

    HASH_FIND(hh, d->links, &id, sizeof id, found);
    return found;
}

bool driver_link_known(struct driver *d, uint64_t id)
{
    return find(d, id) != NULL;
}

/* NOLINTNEXTLINE(readability-function-size): a hundred of the statements are uthash's */
bool driver_link_add(struct driver *d, uint64_t id)
{
    struct driver_link *link;

    if (find(d, id) != NULL)
        return true;
    link = calloc(1, sizeof *link);
    if (link == NULL)
        return false;
    link->id = id;
    HASH_ADD(hh, d->links, id, sizeof link->id, link);
    return true;
}

bool driver_link_remove(struct driver *d, uint64_t id)
{
    struct driver_link *link = find(d, id);

    if (link == NULL)
        return false;
    HASH_DEL(d->links, link);
    free(link);
    return true;
}

/* --- orders --------------------------------------------------------------------------------------------- */

/* The net process counts its own incoming links; which process it is stands above that. */
static uint64_t id_of_process(uint64_t id)
{
    uint64_t counter = (UINT64_C(1) << DRIVER_GENERATION_SHIFT) - 1;

    return (id & LINK_INCOMING) == 0 ? id : LINK_INCOMING | (id & counter);
}

/* An order that cannot be kept would leave the two apart: driver_run begins again with a new process. */
static void put(struct driver *d, const Cw__ToNet *order)
{
    bool secret = order->configure != NULL;

    if (!d->running || d->broken)
        return;
    if ((secret ? pipe_put_secret : pipe_put)(&d->pipe, &order->base) != CW_OK)
        d->broken = true;
    else if (pipe_pending(&d->pipe) > FLUSH_EARLY_LEN)
        d->broken = pipe_flush(&d->pipe) != CW_OK;
}

static void put_allow(struct driver *d)
{
    Cw__ToNet order = CW__TO_NET__INIT;
    Cw__AllowKeys list = CW__ALLOW_KEYS__INIT;
    Cw__AllowedKey *keys = calloc(d->row_count == 0 ? 1 : d->row_count, sizeof *keys);
    Cw__AllowedKey **at = calloc(d->row_count == 0 ? 1 : d->row_count, sizeof(Cw__AllowedKey *));

    for (uint32_t i = 0; keys != NULL && at != NULL && i < d->row_count; i++) {
        cw__allowed_key__init(&keys[i]);
        keys[i].has_curve_key = keys[i].has_cert = keys[i].has_subject = 1;
        keys[i].curve_key = wire_bytes(slice(d->rows[i].key, KEY_LEN));
        keys[i].cert = wire_bytes(ID_SLICE(&d->rows[i].cert));
        keys[i].subject = (uint32_t)d->rows[i].subject;
        keys[i].has_standing = 1;
        keys[i].standing = (uint32_t)d->rows[i].standing;
        at[i] = &keys[i];
    }
    list.n_keys = d->row_count;
    list.keys = at;
    list.has_replace = list.replace = 1;
    order.allow = &list;
    if (keys != NULL && at != NULL)
        put(d, &order);
    else
        d->broken = true;
    free(at);
    free(keys);
}

/* The list first: no door opens before it is known who may pass. */
void driver_put_configuration(struct driver *d)
{
    Cw__ToNet order = CW__TO_NET__INIT;
    Cw__Configure configure = CW__CONFIGURE__INIT;

    if (d->rows_given)
        put_allow(d);
    configure.has_curve_secret = configure.has_peer_listen = configure.has_client_listen = 1;
    configure.curve_secret = wire_bytes(slice(d->settings.curve_secret, KEY_LEN));
    configure.peer_listen = wire_bytes(slice_of(d->settings.peer_listen));
    configure.client_listen = wire_bytes(slice_of(d->settings.client_listen));
    order.configure = &configure;
    put(d, &order);
}

void driver_put_hang(struct driver *d, uint64_t id)
{
    Cw__ToNet order = CW__TO_NET__INIT;
    Cw__Hang hang = CW__HANG__INIT;

    hang.has_link = 1;
    hang.link = id_of_process(id);
    order.hang = &hang;
    put(d, &order);
}

/* Too much is waiting already: this link is over, and driver_run says so. */
static void drop(struct driver *d, uint64_t id)
{
    if (d->dropped_count == DRIVER_DROPPED_MAX) {
        d->broken = true; /* all links end, with a report each */
    } else {
        d->dropped[d->dropped_count++] = id;
        (void)driver_link_remove(d, id);
        driver_put_hang(d, id);
    }
    (void)eventfd_write(d->wake, 1);
}

void driver_send(struct driver *d, uint64_t link, struct cw_slice frame)
{
    Cw__ToNet order = CW__TO_NET__INIT;
    Cw__Send send = CW__SEND__INIT;

    send.has_link = send.has_frame = 1;
    send.link = id_of_process(link);
    send.frame = wire_bytes(frame);
    order.send = &send;

    (void)pthread_mutex_lock(&d->lock);
    if (driver_link_known(d, link)) {
        if (pipe_pending(&d->pipe) + frame.len > DRIVER_PENDING_LEN_MAX)
            drop(d, link);
        else
            put(d, &order);
    }
    (void)pthread_mutex_unlock(&d->lock);
}

void driver_dial(struct driver *d, uint64_t link, const char *address, const uint8_t server_key[static KEY_LEN])
{
    Cw__ToNet order = CW__TO_NET__INIT;
    Cw__Dial dial = CW__DIAL__INIT;

    dial.has_link = dial.has_address = dial.has_server_key = 1;
    dial.link = link;
    dial.address = wire_bytes(slice_of(address));
    dial.server_key = wire_bytes(slice(server_key, KEY_LEN));
    order.dial = &dial;

    (void)pthread_mutex_lock(&d->lock);
    if (!driver_link_add(d, link) || !d->running)
        drop(d, link); /* reported down by driver_run: the caller dials again later */
    else
        put(d, &order);
    (void)pthread_mutex_unlock(&d->lock);
}

void driver_hang(struct driver *d, uint64_t link)
{
    (void)pthread_mutex_lock(&d->lock);
    if (driver_link_known(d, link))
        driver_put_hang(d, link);
    (void)pthread_mutex_unlock(&d->lock);
}

void driver_kick(struct driver *d, const struct cert_id *cert)
{
    Cw__ToNet order = CW__TO_NET__INIT;
    Cw__Kick kick = CW__KICK__INIT;

    kick.has_cert = 1;
    kick.cert = wire_bytes(ID_SLICE(cert));
    order.kick = &kick;
    (void)pthread_mutex_lock(&d->lock);
    put(d, &order);
    (void)pthread_mutex_unlock(&d->lock);
}

void driver_allow(struct driver *d, const struct allow_row *rows, uint32_t count)
{
    struct allow_row *copy = calloc(count == 0 ? 1 : count, sizeof *copy);

    if (copy != NULL && count != 0)
        memcpy(copy, rows, count * sizeof *copy);

    (void)pthread_mutex_lock(&d->lock);
    if (copy == NULL || count > ALLOW_KEYS_MAX) {
        free(copy);
        d->broken = true; /* the old list may let in who was revoked: nobody passes until it can be replaced */
    } else {
        free(d->rows);
        d->rows = copy;
        d->row_count = count;
        d->rows_given = true;
        if (d->running)
            put_allow(d);
    }
    (void)pthread_mutex_unlock(&d->lock);
}

void driver_flush(struct driver *d)
{
    bool left;

    (void)pthread_mutex_lock(&d->lock);
    if (d->running && !d->broken)
        d->broken = pipe_flush(&d->pipe) != CW_OK;
    left = d->running && pipe_pending(&d->pipe) != 0;
    (void)pthread_mutex_unlock(&d->lock);
    if (left)
        (void)eventfd_write(d->wake, 1); /* driver_run writes the rest when there is room */
}
