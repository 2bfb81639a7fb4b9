/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_TURN_H
#define CASEWIRE_NODE_TURN_H

/* The pieces of a turn, one file each. */

#include "node/internal.h"

#define FAILED_HOLD_MS 2000 /* after a turn that came to nothing */

/* admit.c: CW_OK also when it was refused (the reply says so); CW_AGAIN_BUSY: not taken, cut the turn. */
enum cw_err admit_submission(struct turn *t, const struct input *in);
bool turn_is_short_of_space(struct turn *t);

/* links.c */
enum cw_err link_up(struct turn *t, const struct input *in);
enum cw_err link_down(struct turn *t, const struct input *in);
enum cw_err link_cut(struct turn *t, const struct input *in);
/* Whom to dial from now on; those that are known already keep what is known of them. The list is malloc's. */
enum cw_err dialled_make(const struct node *n, const struct node_peer *peers, uint32_t count, struct dialled **out,
                         uint32_t *out_count);
enum cw_err links_take_peers(struct turn *t, const struct input *in);
void link_missed(struct turn *t,
                 const struct input *in); /* the turn came to nothing; what it was told of a link is so */
/* The core was loaded anew, or something could not be said: the link (0: each) comes up again, not before `at`. */
void links_greet_later(struct node *n, link_id link, struct cw_mono at);
enum cw_err links_greet_due(struct turn *t);
void links_dial_due(struct node *n); /* after the turn */
struct cw_mono links_wake_at(const struct node *n);
void link_dropped(struct node *n, link_id link, enum cw_err why); /* the core is done with it */
const struct live_link *link_find(const struct node *n, link_id link);

/* publish.c */
enum cw_err publish_segments(struct turn *t, const struct input *in);

/* reply.c */
struct reply *reply_new(struct turn *t, const struct input *in, enum reply_kind kind); /* NULL: nobody waits */
void reply_refuse(struct turn *t, const struct input *in, const struct refusal *why);
void replies_send(struct turn *t); /* after commit */
/* The turn came to nothing: whoever waits is told so, those of `missed` too, which it never looked at. */
void replies_give_up(struct turn *t, enum cw_err code, const struct input *missed, uint32_t missed_count);
void reply_held(struct turn *t, uint64_t tag, uint32_t held);
void waits_give_up(struct node *n); /* the core forgot them */
void waits_forget_link(struct node *n, link_id link);

/* digest.c */
enum cw_err digest_heard(struct turn *t, const struct reader_identity *from, const struct peer_digest *message);
void digest_exchange(struct turn *t); /* after commit: rate-limited */

/* exec_own.c: after the core's turn, the row of the own log says what the core decided about it */
enum cw_err own_row_follow(struct turn *t);

/* A step of the core, its writes performed at once. */
enum cw_err turn_step(struct turn *t, struct event *event);

/* load.c: everything from the store; decides the incarnation only when asked to */
enum cw_err node_load(struct node *n, bool decide, struct refusal *why);
void node_unload(struct node *n);
enum cw_err node_open_store(struct node *n, struct refusal *why); /* open_store.c */
/* The keyring alone, to read with: it must be there, and the store's. */
enum cw_err node_open_keyring(struct node *n, struct refusal *why);
/* The anchor knows more of the own log than the store has. The node's store row is read already. */
bool incarnation_is_behind(struct node *n, struct kv_txn *txn);
enum cw_err incarnation_begin(struct node *n, bool decide, struct refusal *why); /* incarnation_begin.c */
enum cw_err node_write_anchor(struct node *n, bool failed);

#endif
