/* SPDX-License-Identifier: Apache-2.0 */
#include "core/session.h"

/* Messages that the shell composes itself (digests: it knows the leaves) go out inside the session like any other. */

bool replica_say(struct replica *r, const struct cert_id *peer, struct peer_message *message, link_id *out_link)
{
    struct peer *p = peers_find(&r->peers, peer);

    if (p == NULL || !peer_state_is_session(p->state))
        return false;
    message->from = p->mine;
    message->to = p->theirs;
    message->counter = session_next_counter(p);
    *out_link = peer_link(p);
    return true;
}
