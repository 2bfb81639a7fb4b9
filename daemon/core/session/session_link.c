/* SPDX-License-Identifier: Apache-2.0 */
#include "core/session.h"

/* Both sides compute the same: the link whose dialler has the smaller certificate id. */
static enum link_way preferred_way(const struct replica *r, const struct peer *p)
{
    return ID_COMPARE(&r->self.cert, &p->cert) < 0 ? LINK_OUT : LINK_IN;
}

enum link_way session_best_way(const struct replica *r, const struct peer *p)
{
    enum link_way preferred = preferred_way(r, p);

    return p->links[preferred] != 0 ? preferred : preferred == LINK_OUT ? LINK_IN : LINK_OUT;
}

static void drop(struct replica *r, link_id link, enum cw_err why)
{
    struct effect *effect = effects_add(r->out, EFFECT_DROP_LINK);

    effect->as.drop_link.link = link;
    effect->as.drop_link.why = why;
}

static struct peer *peer_for(struct replica *r, const struct cert_id *cert, const char *division)
{
    struct peer *p = peers_find(&r->peers, cert);

    if (p == NULL)
        p = peers_add(&r->peers, cert, division);
    if (p == NULL)
        p = peers_replace(&r->peers, r->view, cert, division);
    if (p == NULL)
        effects_note(r->out, NOTE_LIMIT, CW_LOCAL_MEMORY, "peers_max")->as.note.cert = *cert;
    return p;
}

/*
 * Two daemons with one certificate, one a copy of the other, would replace each other's links without end and neither
 * get anywhere: each gets its turn.
 */
static bool has_its_turn(const struct replica *r, const struct peer *p, enum link_way way)
{
    return p->links[way] != 0 && !mono_reached(r->now, mono_after(p->link_at[way], LINK_MS_MIN));
}

void session_link_up(struct replica *r, const struct event *event)
{
    link_id link = event->as.link_up.link;
    enum link_way way = event->as.link_up.incoming ? LINK_IN : LINK_OUT, before;
    bool is_self = ID_EQ(&event->as.link_up.cert, &r->self.cert);
    struct peer *p = is_self ? NULL : peer_for(r, &event->as.link_up.cert, event->as.link_up.division);

    if (p == NULL || p->cut || has_its_turn(r, p, way)) {
        drop(r, link, CW_AGAIN_NO_PEER);
        return;
    }
    /* The peer would not dial twice: the earlier link of this kind is one it has lost. */
    bool lost = p->links[way] != 0 && p->links[way] != link;

    if (lost)
        drop(r, p->links[way], CW_PEER_SESSION);
    if (p->division[0] == '\0')
        peer_name(p, event->as.link_up.division); /* it was cut before it was ever met */
    before = p->way;
    p->links[way] = link;
    p->link_at[way] = r->now;
    if (session_best_way(r, p) != before)
        session_move(r, p, session_best_way(r, p));
    p->standby_hellos = 0;
    if (p->state == PEER_STATE_DOWN || p->state == PEER_STATE_REFUSED || p->way != before || (lost && p->way == way))
        session_greet(r, p);
}

void session_link_down(struct replica *r, const struct event *event)
{
    enum link_way way;
    struct peer *p = peers_of_link(&r->peers, event->as.link_down.link, &way);

    if (p == NULL)
        return;
    p->links[way] = 0;
    if (p->way != way)
        return;
    p->way = session_best_way(r, p);
    session_forget(r, p);
    if (peer_link(p) != 0)
        session_greet(r, p);
    else
        peer_move(p, PEER_STATE_DOWN, r->now);
}

void session_cut(struct replica *r, const struct event *event)
{
    struct peer *p = peer_for(r, &event->as.cut.cert, "");

    if (p == NULL)
        return;
    p->cut = event->as.cut.on;
    if (!p->cut)
        return;
    for (enum link_way way = LINK_OUT; way < LINK_WAYS; way++) {
        if (p->links[way] != 0)
            drop(r, p->links[way], CW_AGAIN_NO_PEER);
        p->links[way] = 0;
    }
    session_forget(r, p);
    if (p->state != PEER_STATE_DOWN)
        peer_move(p, PEER_STATE_DOWN, r->now);
}
