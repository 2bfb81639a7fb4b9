/* SPDX-License-Identifier: Apache-2.0 */
#include "node/entry.h"
#include "node/turn.h"

#include <stdlib.h>

/* Links to other daemons: which are up, whom to dial and when, and the lab's cuts. */

const struct live_link *link_find(const struct node *n, link_id link)
{
    for (uint32_t i = 0; i < n->link_count; i++) {
        if (n->links[i].link == link)
            return &n->links[i];
    }
    return NULL;
}

static struct dialled *dialled_by_link(struct node *n, link_id link)
{
    for (uint32_t i = 0; i < n->dialled_count && link != 0; i++) {
        if (n->dialled[i].link == link)
            return &n->dialled[i];
    }
    return NULL;
}

static bool note_link(struct node *n, const struct input *in)
{
    if (link_find(n, in->who.link) != NULL)
        return true;
    if (n->link_count == n->link_max) {
        uint32_t max = n->link_max == 0 ? 16 : 2 * n->link_max;
        struct live_link *more = realloc(n->links, max * sizeof *more);

        if (more == NULL)
            return false;
        n->links = more;
        n->link_max = max;
    }
    struct live_link *l = &n->links[n->link_count++];
    l->link = in->who.link;
    l->cert = in->who.cert;
    l->incoming = in->as.link_up.incoming;
    memcpy(l->division, in->as.link_up.division, sizeof l->division);
    l->greeted = true; /* the core is told of it now */
    return true;
}

static void forget_link(struct node *n, link_id link)
{
    for (uint32_t i = 0; i < n->link_count; i++) {
        if (n->links[i].link == link) {
            n->links[i] = n->links[--n->link_count];
            return;
        }
    }
}

static void fill_link_up(const struct live_link *l, struct event *out)
{
    *out = (struct event){.kind = EVENT_LINK_UP};
    out->as.link_up.link = l->link;
    out->as.link_up.cert = l->cert;
    out->as.link_up.incoming = l->incoming;
    memcpy(out->as.link_up.division, l->division, sizeof l->division);
}

/* False: it was hung up. */
static bool came_up(struct node *n, const struct input *in, struct cw_mono now)
{
    struct dialled *d = dialled_by_link(n, in->who.link);

    if (in->who.subject != SUBJECT_DAEMON || !note_link(n, in)) {
        n->ports.net.hang(n->ports.net.ctx, in->who.link);
        return false;
    }
    if (d != NULL) {
        d->up_at = now;
        d->end = LINK_END_NONE;
    }
    return true;
}

enum cw_err link_up(struct turn *t, const struct input *in)
{
    struct event event;

    if (!came_up(t->n, in, t->now))
        return CW_OK;
    const struct live_link *l = link_find(t->n, in->who.link);
    CW_ASSERT(l != NULL);
    fill_link_up(l, &event);
    return turn_step(t, &event);
}

#define LINK_LASTED_MS 5000

static uint64_t jitter(const struct node *n)
{
    uint64_t random;

    n->ports.entropy.fill(n->ports.entropy.ctx, &random, sizeof random);
    return random;
}

/* Whatever ended it: a link that we dialled is dialled again after a while. */
static void note_end(struct dialled *d, enum link_end end, struct cw_mono now)
{
    bool knew_more = d->end == LINK_END_WRONG_KEY || d->end == LINK_END_NOT_HEARD;

    if (end == LINK_END_NONE || d->end == end || (end == LINK_END_SILENT && knew_more))
        return;
    d->end = end;
    d->end_since = now;
}

static void dial_ended(struct node *n, link_id link, enum dial_outcome outcome, enum link_end end)
{
    struct dialled *d = dialled_by_link(n, link);

    if (d == NULL)
        return;
    struct cw_mono now = n->ports.clock.mono(n->ports.clock.ctx);
    if (d->up_at.ms != CW_NEVER.ms && mono_reached(now, mono_after(d->up_at, LINK_LASTED_MS)))
        dial_linked(&d->dial); /* it served; what comes up and is dropped at once is a failure like any other */
    d->link = 0;
    d->up_at = CW_NEVER;
    note_end(d, end, now);
    dial_failed(&d->dial, outcome, now, jitter(n));
}

enum cw_err link_down(struct turn *t, const struct input *in)
{
    struct event event = {.kind = EVENT_LINK_DOWN};
    bool was_up = link_find(t->n, in->who.link) != NULL;

    waits_forget_link(t->n, in->who.link);
    dial_ended(t->n, in->who.link, DIAL_UNREACHABLE, in->as.link_down.end);
    if (!was_up)
        return CW_OK;
    event.as.link_down.link = in->who.link;
    enum cw_err err = turn_step(t, &event);
    if (err == CW_OK)
        forget_link(t->n, in->who.link);
    return err;
}

void link_dropped(struct node *n, link_id link, enum cw_err why)
{
    n->ports.net.hang(n->ports.net.ctx, link);
    forget_link(n, link);
    if (why == CW_PEER_NETWORK || why == CW_PEER_VERSION)
        node_count(n, why == CW_PEER_NETWORK ? COUNTER_PEER_NETWORK : COUNTER_PEER_VERSION);
    dial_ended(n, link, why == CW_PEER_NETWORK || why == CW_PEER_VERSION ? DIAL_REFUSED : DIAL_UNREACHABLE,
               LINK_END_NONE); /* the session says why */
}

/* --- after a turn that came to nothing, or could not speak ------------------------------------------------------ */

void link_missed(struct turn *t, const struct input *in)
{
    if (in->kind == INPUT_LINK_UP)
        (void)came_up(t->n, in, t->now);
    if (in->kind != INPUT_LINK_DOWN)
        return;
    waits_forget_link(t->n, in->who.link);
    dial_ended(t->n, in->who.link, DIAL_UNREACHABLE, in->as.link_down.end);
    forget_link(t->n, in->who.link);
}

void links_greet_later(struct node *n, link_id link, struct cw_mono at)
{
    for (uint32_t i = 0; i < n->link_count; i++) {
        if (link == 0 || n->links[i].link == link) {
            n->links[i].greeted = false;
            n->greet_at = at;
            n->greet_left = true;
        }
    }
}

/* The core may know of a session on it, where something was not said: that one is over. */
static enum cw_err greet(struct turn *t, struct live_link *l)
{
    struct event down = {.kind = EVENT_LINK_DOWN}, up;

    down.as.link_down.link = l->link;
    fill_link_up(l, &up);
    enum cw_err err = turn_step(t, &down);
    if (err == CW_OK)
        err = turn_step(t, &up);
    l->greeted = err == CW_OK;
    return err;
}

enum cw_err links_greet_due(struct turn *t)
{
    struct node *n = t->n;
    enum cw_err err = CW_OK;

    if (!n->greet_left || !mono_reached(t->now, n->greet_at))
        return CW_OK;
    for (uint32_t i = 0; i < n->link_count && err == CW_OK; i++) {
        if (!n->links[i].greeted)
            err = greet(t, &n->links[i]);
    }
    n->greet_left = err != CW_OK;
    return err;
}

/* --- dialling ---------------------------------------------------------------------------------------------- */

void links_dial_due(struct node *n)
{
    struct cw_mono now = n->ports.clock.mono(n->ports.clock.ctx);

    for (uint32_t i = 0; i < n->dialled_count; i++) {
        struct dialled *d = &n->dialled[i];

        if (d->cut || d->link != 0 || !dial_due(&d->dial, now))
            continue;
        d->link = LINK_DIALLED | ++n->next_link;
        d->up_at = CW_NEVER;
        dial_started(&d->dial);
        n->ports.net.dial(n->ports.net.ctx, d->link, d->where.address, d->where.server_key);
    }
}

struct cw_mono links_wake_at(const struct node *n)
{
    struct cw_mono at = n->greet_left ? n->greet_at : CW_NEVER;

    for (uint32_t i = 0; i < n->dialled_count; i++) {
        if (!n->dialled[i].cut && n->dialled[i].link == 0)
            at = mono_earlier(at, n->dialled[i].dial.next);
    }
    return at;
}

/* --- the settings were read again ---------------------------------------------------------------------------- */

static bool is_same_place(const struct node_peer *a, const struct node_peer *b)
{
    return strcmp(a->division, b->division) == 0 && strcmp(a->address, b->address) == 0 &&
           memcmp(a->server_key, b->server_key, KEY_LEN) == 0;
}

static struct dialled *dialled_at(struct dialled *list, uint32_t count, const struct node_peer *where)
{
    for (uint32_t i = 0; i < count; i++) {
        if (is_same_place(&list[i].where, where))
            return &list[i];
    }
    return NULL;
}

/* A link that is up ends as any other does: the driver says so. */
static void hang_up_removed(struct node *n, struct dialled *now, uint32_t count)
{
    for (uint32_t i = 0; i < n->dialled_count; i++) {
        const struct dialled *d = &n->dialled[i];

        if (d->link != 0 && dialled_at(now, count, &d->where) == NULL)
            n->ports.net.hang(n->ports.net.ctx, d->link);
    }
}

enum cw_err dialled_make(const struct node *n, const struct node_peer *peers, uint32_t count, struct dialled **out,
                         uint32_t *out_count)
{
    struct cw_mono now = n->ports.clock.mono(n->ports.clock.ctx);
    struct dialled *list = calloc((size_t)count + 1, sizeof *list);
    uint32_t made = 0;

    if (list == NULL)
        return CW_LOCAL_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        const struct dialled *known = dialled_at(n->dialled, n->dialled_count, &peers[i]);

        if (strcmp(peers[i].division, n->identity.division) == 0 || dialled_at(list, made, &peers[i]) != NULL)
            continue;
        struct dialled *d = &list[made++];
        if (known != NULL) {
            *d = *known;
        } else {
            d->where = peers[i];
            dial_init(&d->dial, now);
        }
    }
    *out = list; /* may be the node's own, so both are written last */
    *out_count = made;
    return CW_OK;
}

enum cw_err links_take_peers(struct turn *t, const struct input *in)
{
    struct node *n = t->n;
    const struct settings_port *settings = &n->ports.settings;
    struct node_peer *peers;
    struct dialled *list;
    uint32_t count;
    size_t mark = arena_mark(&t->arena);
    enum cw_err err = settings->peers(settings->ctx, &t->arena, &peers, &count);

    if (err == CW_OK)
        err = dialled_make(n, peers, count, &list, &count);
    arena_release(&t->arena, mark);
    if (err != CW_OK)
        return err;
    hang_up_removed(n, list, count);
    free(n->dialled);
    n->dialled = list;
    n->dialled_count = count;
    struct reply *reply = reply_new(t, in, REPLY_DONE);
    if (reply != NULL)
        reply->said = in->as.peers.said;
    return CW_OK;
}

/* --- cut and heal: labs only -------------------------------------------------------------------------------- */

static bool names(const char *wanted, const char *division)
{
    return wanted[0] == '\0' || strcmp(wanted, division) == 0;
}

static void cut_dialling(struct node *n, const char *division, bool on)
{
    for (uint32_t i = 0; i < n->dialled_count; i++) {
        struct dialled *d = &n->dialled[i];

        if (!names(division, d->where.division) || d->cut == on)
            continue;
        d->cut = on;
        if (on && d->link != 0 && link_find(n, d->link) == NULL) { /* still dialling */
            n->ports.net.hang(n->ports.net.ctx, d->link);
            d->link = 0;
        }
        dial_init(&d->dial, n->ports.clock.mono(n->ports.clock.ctx));
    }
}

enum cw_err link_cut(struct turn *t, const struct input *in)
{
    struct node *n = t->n;
    uint32_t count = authority_cert_count(n->authority);

    if (!n->identity.lab)
        return CW_OK;
    for (uint32_t i = 0; i < count; i++) {
        const struct authority_cert *cert = authority_cert_at(n->authority, i);
        struct event event = {.kind = EVENT_CUT};

        if (cert->subject != SUBJECT_DAEMON || ID_EQ(&cert->id, &n->cert) ||
            !names(in->as.cut.division, cert->division))
            continue;
        event.as.cut.cert = cert->id;
        event.as.cut.on = in->as.cut.on;
        enum cw_err err = turn_step(t, &event);
        if (err != CW_OK)
            return err;
    }
    cut_dialling(n, in->as.cut.division, in->as.cut.on);
    (void)reply_new(t, in, REPLY_DONE);
    return CW_OK;
}
