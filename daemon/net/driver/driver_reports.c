/* SPDX-License-Identifier: Apache-2.0 */
#include "net/driver_internal.h"

#include "net/net_link.h"
#include "proto/link.pb-c.h"
#include "proto/wire.h"

#include <stdio.h>

/* The net process is the one that strangers talk to: what it says is bounded and made printable. */
static void copy_text(ProtobufCBinaryData b, char *out, size_t out_len)
{
    size_t len = b.len < out_len - 1 ? b.len : out_len - 1;

    for (size_t i = 0; i < len; i++)
        out[i] = b.data[i] >= 0x20 && b.data[i] < 0x7f ? (char)b.data[i] : '?';
    out[len] = '\0';
}

static uint64_t id_for_core(const struct driver *d, uint64_t id)
{
    return (id & LINK_INCOMING) == 0 ? id : id | d->generation << DRIVER_GENERATION_SHIFT;
}

static bool id_valid(uint64_t id)
{
    return id != 0 && (id & ~LINK_INCOMING) >> DRIVER_GENERATION_SHIFT == 0;
}

void driver_say_down(struct driver *d, uint64_t link, enum link_end end, const char *text)
{
    d->handler(d->ctx, &(struct net_event){.kind = NET_DOWN, .link = link, .end = end, .text = text});
}

void driver_say(struct driver *d, enum net_event_kind kind, uint64_t link, const char *text, uint64_t count)
{
    d->handler(d->ctx, &(struct net_event){.kind = kind, .link = link, .text = text, .count = count});
}

static bool take_ready(struct driver *d, const Cw__Ready *r)
{
    char text[DRIVER_TEXT_LEN_MAX], peers[144], clients[144];

    copy_text(r->peer_endpoint, peers, sizeof peers);
    copy_text(r->client_endpoint, clients, sizeof clients);
    snprintf(text, sizeof text, "%s %s", peers, clients);
    d->was_ready = d->is_ready = true;
    driver_say(d, NET_READY, 0, text, 0);
    return true;
}

static bool take_up(struct driver *d, const Cw__LinkUp *up)
{
    struct net_event e = {.kind = NET_UP, .link = id_for_core(d, up->link), .text = ""};
    bool added;

    if (!id_valid(up->link) || (up->has_cert && up->cert.len != ID_LEN) || (up->incoming && !up->has_cert))
        return false;
    e.known = up->has_cert;
    e.subject = (enum subject_kind)up->subject;
    e.incoming = up->incoming;
    e.client = up->client;
    if (up->has_cert)
        memcpy(e.cert.b, up->cert.data, ID_LEN);

    (void)pthread_mutex_lock(&d->lock);
    /* A dialled link that is not wanted any more was dropped here, and the order to hang up is on its way. */
    added = e.incoming ? driver_link_add(d, e.link) : driver_link_known(d, e.link);
    (void)pthread_mutex_unlock(&d->lock);
    if (added)
        d->handler(d->ctx, &e);
    return true;
}

static bool take_down(struct driver *d, const Cw__LinkDown *down)
{
    char why[DRIVER_TEXT_LEN_MAX];
    uint64_t id = id_for_core(d, down->link);
    bool known;

    if (!id_valid(down->link))
        return false;
    copy_text(down->reason, why, sizeof why);
    (void)pthread_mutex_lock(&d->lock);
    known = driver_link_remove(d, id);
    (void)pthread_mutex_unlock(&d->lock);
    if (known)
        driver_say_down(d, id, (enum link_end)down->end, why);
    return true;
}

static bool take_received(struct driver *d, const Cw__Received *r)
{
    struct net_event e = {.kind = NET_RECEIVED, .link = id_for_core(d, r->link), .text = ""};
    bool known;

    if (!id_valid(r->link) || r->frame.len > MESSAGE_LEN_MAX)
        return false;
    (void)pthread_mutex_lock(&d->lock);
    known = driver_link_known(d, e.link);
    (void)pthread_mutex_unlock(&d->lock);
    e.frame = wire_slice(r->frame);
    if (known)
        d->handler(d->ctx, &e);
    return true;
}

static bool take_refused(struct driver *d, const Cw__Refused *r)
{
    char text[DRIVER_TEXT_LEN_MAX], fingerprint[24], reason[100];
    struct net_event e = {.kind = NET_REFUSED, .text = text, .count = r->count, .fresh = r->fresh};

    copy_text(r->fingerprint, fingerprint, sizeof fingerprint);
    copy_text(r->reason, reason, sizeof reason);
    if (fingerprint[0] != '\0')
        snprintf(text, sizeof text, "key %s: %s", fingerprint, reason);
    else
        snprintf(text, sizeof text, "other keys, more than are told apart: %s", reason);
    e.verdict = r->verdict < ALLOW_VERDICTS ? (enum allow_verdict)r->verdict : ALLOW_UNKNOWN;
    d->handler(d->ctx, &e);
    return true;
}

/* "a client, certificate 0123456789abcdef, at 192.0.2.7: a frame ...": not more of an id than tells it from others. */
static bool take_misframed(struct driver *d, const Cw__Misframed *m)
{
    char text[DRIVER_TEXT_LEN_MAX], address[MISFRAMED_ADDRESS_LEN], cert[17] = "";
    struct net_event e = {.kind = NET_MISFRAMED, .text = text, .known = m->has_cert, .client = m->client};

    if (m->has_cert && m->cert.len != ID_LEN)
        return false;
    e.misframed = m->what < MISFRAMED_COUNT ? (enum misframed)m->what : MISFRAMED_UNREAD;
    if (m->has_cert)
        memcpy(e.cert.b, m->cert.data, ID_LEN);
    for (size_t i = 0; m->has_cert && i < 8; i++)
        snprintf(cert + 2 * i, sizeof cert - 2 * i, "%02x", e.cert.b[i]);
    copy_text(m->address, address, sizeof address);
    snprintf(text, sizeof text, "%s%s%s%s%s: %s; the connection was ended", m->client ? "a client" : "a daemon",
             cert[0] == '\0' ? " that had not said a whole word" : ", certificate ", cert,
             address[0] == '\0' ? "" : ", at ", address, misframed_sentence(e.misframed));
    d->handler(d->ctx, &e);
    return true;
}

static bool take_failed(struct driver *d, const Cw__Failed *f)
{
    char text[DRIVER_TEXT_LEN_MAX];

    copy_text(f->text, text, sizeof text);
    d->handler(d->ctx,
               &(struct net_event){.kind = NET_FAILED, .text = text, .settings = f->has_settings && f->settings});
    return true;
}

static bool take_report(struct driver *d, struct cw_slice bytes)
{
    struct arena arena = arena_over(d->arena_memory, DRIVER_ARENA_LEN);
    ProtobufCMessage *unpacked;
    const Cw__FromNet *m;

    if (wire_unpack(&cw__from_net__descriptor, bytes, &arena, &unpacked, NULL) != CW_OK)
        return false;
    m = (const Cw__FromNet *)(const void *)unpacked;
    if (m->received != NULL)
        return take_received(d, m->received);
    if (m->up != NULL)
        return take_up(d, m->up);
    if (m->down != NULL)
        return take_down(d, m->down);
    if (m->ready != NULL)
        return take_ready(d, m->ready);
    if (m->refused != NULL)
        return take_refused(d, m->refused);
    if (m->misframed != NULL)
        return take_misframed(d, m->misframed);
    return m->failed != NULL && take_failed(d, m->failed);
}

bool driver_take_reports(struct driver *d)
{
    struct cw_slice report;
    enum cw_err filled = pipe_fill(&d->pipe);
    enum cw_err err;

    while ((err = pipe_next(&d->pipe, &report)) == CW_OK) {
        if (!take_report(d, report))
            return false;
    }
    return err == CW_AGAIN_BUSY && (filled == CW_OK || filled == CW_AGAIN_BUSY);
}
