/* SPDX-License-Identifier: Apache-2.0 */
#include "net/loop.h"

#include "proto/link.pb-c.h"
#include "proto/wire.h"

static ProtobufCBinaryData text_bytes(const char *text)
{
    return wire_bytes(slice_of(text));
}

/* A report that cannot be kept would leave the core with a wrong picture: begin again with a new process. */
static void put(struct loop *l, const Cw__FromNet *message)
{
    if (pipe_put(&l->core, &message->base) == CW_OK)
        return;
    l->stopping = true;
    l->exit_code = 1;
}

void report_ready(struct loop *l, const char *peers, const char *clients)
{
    Cw__FromNet m = CW__FROM_NET__INIT;
    Cw__Ready ready = CW__READY__INIT;

    ready.has_peer_endpoint = ready.has_client_endpoint = 1;
    ready.peer_endpoint = text_bytes(peers);
    ready.client_endpoint = text_bytes(clients);
    m.ready = &ready;
    put(l, &m);
}

void report_failed(struct loop *l, const char *text, bool settings)
{
    Cw__FromNet m = CW__FROM_NET__INIT;
    Cw__Failed failed = CW__FAILED__INIT;

    failed.has_text = 1;
    failed.text = text_bytes(text);
    failed.has_settings = 1;
    failed.settings = settings;
    m.failed = &failed;
    put(l, &m);
}

void report_up(struct loop *l, const struct net_link *link)
{
    Cw__FromNet m = CW__FROM_NET__INIT;
    Cw__LinkUp up = CW__LINK_UP__INIT;

    up.has_link = up.has_incoming = up.has_client = 1;
    up.link = link->id;
    up.incoming = link->dial == NULL;
    up.client = link->dial == NULL && link->rid.door == DOOR_CLIENTS;
    up.has_cert = up.has_subject = link->known;
    up.cert = wire_bytes(ID_SLICE(&link->cert));
    up.subject = (uint32_t)link->subject;
    m.up = &up;
    put(l, &m);
}

void report_down(struct loop *l, uint64_t id, enum link_end end, const char *why)
{
    Cw__FromNet m = CW__FROM_NET__INIT;
    Cw__LinkDown down = CW__LINK_DOWN__INIT;

    down.has_link = down.has_reason = down.has_end = 1;
    down.link = id;
    down.end = (uint32_t)end;
    down.reason = text_bytes(why);
    m.down = &down;
    put(l, &m);
}

void report_received(struct loop *l, uint64_t id, struct cw_slice frame)
{
    Cw__FromNet m = CW__FROM_NET__INIT;
    Cw__Received received = CW__RECEIVED__INIT;

    received.has_link = received.has_frame = 1;
    received.link = id;
    received.frame = wire_bytes(frame);
    m.received = &received;
    put(l, &m);
}

void report_misframed(struct loop *l, enum misframed what, const struct misframed_by *by)
{
    Cw__FromNet m = CW__FROM_NET__INIT;
    Cw__Misframed misframed = CW__MISFRAMED__INIT;

    misframed.has_what = misframed.has_client = misframed.has_address = 1;
    misframed.what = (uint32_t)what;
    misframed.client = by->client;
    misframed.has_cert = by->known;
    misframed.cert = wire_bytes(ID_SLICE(&by->cert));
    misframed.address = text_bytes(by->address);
    m.misframed = &misframed;
    put(l, &m);
}

void report_refused(struct loop *l, const struct refused_key *key)
{
    Cw__FromNet m = CW__FROM_NET__INIT;
    Cw__Refused refused = CW__REFUSED__INIT;

    refused.has_fingerprint = refused.has_count = refused.has_reason = refused.has_verdict = refused.has_fresh = 1;
    refused.fingerprint = text_bytes(key->fingerprint);
    refused.count = key->count;
    refused.fresh = key->fresh;
    refused.reason = text_bytes(allow_reason(key->why));
    refused.verdict = (uint32_t)key->why;
    m.refused = &refused;
    put(l, &m);
}
