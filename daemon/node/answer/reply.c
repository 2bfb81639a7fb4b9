/* SPDX-License-Identifier: Apache-2.0 */
#include "node/reply_frame.h"

#include "node/case_store.h"
#include "node/entry.h"
#include "node/receipt_tree.h"
#include "node/seen.h"
#include "node/turn.h"
#include "proto/wire.h"

#include <stdlib.h>

/* What the turn answers: nothing before the commit, everything after it. */

/* --- noting down --------------------------------------------------------------------------------------------- */

struct reply *reply_new(struct turn *t, const struct input *in, enum reply_kind kind)
{
    if (in->who.link == 0 || t->reply_count == t->reply_max)
        return NULL;
    struct reply *r = &t->replies[t->reply_count++];
    memset(r, 0, sizeof *r);
    r->kind = kind;
    r->link = in->who.link;
    r->cert = in->who.cert;
    r->track = in->track;
    memcpy(r->request_id, in->request_id, sizeof r->request_id);
    return r;
}

void reply_refuse(struct turn *t, const struct input *in, const struct refusal *why)
{
    struct reply *r = reply_new(t, in, REPLY_REFUSED);

    if (r != NULL)
        r->refusal = *why;
}

/* --- sending ---------------------------------------------------------------------------------------------------- */

static void send_frame(struct node *n, link_id link, struct cw_slice frame)
{
    n->counters[COUNTER_SENT_BYTES] += frame.len;
    n->ports.net.send(n->ports.net.ctx, link, frame);
}

static void send_refusal(struct node *n, link_id link, const uint8_t request_id[static 16], const struct refusal *why)
{
    uint8_t bytes[ANSWER_REFUSAL_LEN_MAX];
    struct writer w = writer_over(bytes, sizeof bytes);

    reply_refusal(request_id, why, &w);
    if (!w.failed)
        send_frame(n, link, slice(bytes, w.len));
}

/* What does not fit a frame is not sent: whoever asked is to be told. */
static enum cw_err send_answer(struct turn *t, link_id link, const Cw__Answer *answer)
{
    size_t mark = arena_mark(&t->arena), cap = protobuf_c_message_get_packed_size(&answer->base);
    struct writer w = writer_over(arena_take_raw(&t->arena, cap, 1), cap);
    enum cw_err err = cap > MESSAGE_LEN_MAX ? CW_REFUSED_SIZE : w.data == NULL ? CW_LOCAL_MEMORY : CW_OK;

    if (err == CW_OK) {
        wire_pack(&answer->base, &w);
        send_frame(t->n, link, slice(w.data, w.len));
    } else {
        node_alarm(t->n, "memory", "an answer of %zu bytes could not be made", cap);
    }
    arena_release(&t->arena, mark);
    return err;
}

static void add_reference(struct turn *t, const struct op_row *op, Cw__Submitted *out)
{
    struct cw_slice raw;
    struct case_row row;

    if (!op->has_case)
        return;
    out->has_case_id = 1;
    out->case_id = wire_bytes(ID_SLICE(&op->case_id));
    if (db_get(t->n, t->txn, TABLE_CASE, row_key_case(&op->case_id), &raw) != CW_OK ||
        case_row_parse(raw, &row) != CW_OK)
        return;
    out->has_human_ref = row.reference.len > 0;
    out->human_ref = wire_bytes(row.reference);
}

/* Whom a receipt goes to, and which one. */
struct acknowledgement {
    link_id link;
    const uint8_t *request_id; /* 16 bytes */
    const struct cw_op_id *op;
    uint32_t held_max; /* evidence of that many others at most; 0: none is looked for */
    bool repeated, proposal, track;
};

static enum cw_err send_receipt(struct turn *t, const struct acknowledgement *to, struct receipt_tree *tree)
{
    const struct node_read read = {.node = t->n, .txn = t->txn};
    struct op_row op;
    Cw__Answer answer;
    Cw__Submitted submitted;
    Cw__Receipt *receipt;
    uint32_t held;
    enum cw_err err = t->txn == NULL ? CW_AGAIN_BUSY : db_get_op(t->n, t->txn, to->op, &op);

    if (err == CW_OK)
        err = receipt_build_with(&read, to->op, &op, to->held_max, tree, &t->arena, &receipt, &held);
    if (err != CW_OK)
        return err;
    reply_begin(&answer, to->request_id, CW_OK);
    cw__submitted__init(&submitted);
    answer.submitted = &submitted;
    submitted.has_op_id = 1;
    submitted.op_id = wire_bytes(ID_SLICE(to->op));
    submitted.receipt = receipt;
    submitted.has_held_by = submitted.has_repeated = submitted.has_proposal = 1;
    submitted.held_by = held;
    submitted.repeated = to->repeated;
    submitted.proposal = to->proposal;
    add_reference(t, &op, &submitted);
    if (to->track)
        seen_put(t->n->seen, &answer); /* this thread alone changes it */
    return send_answer(t, to->link, &answer);
}

static void send_or_say_why(struct turn *t, const struct acknowledgement *to, struct receipt_tree *tree)
{
    size_t mark = arena_mark(&t->arena);
    enum cw_err err = tree == NULL ? CW_LOCAL_MEMORY : send_receipt(t, to, tree);
    struct refusal why = {0};

    arena_release(&t->arena, mark);
    if (err == CW_OK)
        return;
    if (t->txn != NULL) /* otherwise speak() has said it */
        node_alarm(t->n, "receipt", "a receipt could not be made: %s", cw_err_sentence(err));
    (void)refuse(&why, CW_AGAIN_BUSY, "", "stored, but the receipt could not be made: ask for it again");
    send_refusal(t->n, to->link, to->request_id, &why);
}

/* --- held by k --------------------------------------------------------------------------------------------------- */

static bool note_wait(struct node *n, const struct wait *wait)
{
    if (n->wait_count == n->wait_max) {
        uint32_t max = n->wait_max == 0 ? 64 : 2 * n->wait_max;
        struct wait *more = max > n->limits.watches_max && n->wait_max >= n->limits.watches_max
                                ? NULL
                                : realloc(n->waits, max * sizeof *more);

        if (more == NULL)
            return false;
        n->waits = more;
        n->wait_max = max;
    }
    n->waits[n->wait_count++] = *wait;
    return true;
}

#define WAITS_SHARE 8 /* one certificate has that part of the waits at most */

static bool has_its_share(const struct node *n, const struct cert_id *cert)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < n->wait_count; i++)
        count += ID_EQ(&n->waits[i].cert, cert);
    return count >= n->limits.watches_max / WAITS_SHARE;
}

/* False: answer at once with what is held. */
static bool wait_for_holders(struct turn *t, const struct reply *r)
{
    struct wait wait = {.tag = ++t->n->next_tag, .link = r->link, .op = r->op, .k = r->held_by};
    struct event event = {.kind = EVENT_WATCH};
    struct op_row op;
    uint32_t place;

    if (r->held_by <= 1 || t->txn == NULL || db_get_op(t->n, t->txn, &r->op, &op) != CW_OK)
        return false;
    memcpy(wait.request_id, r->request_id, sizeof wait.request_id);
    wait.repeated = r->repeated;
    wait.proposal = r->proposal;
    wait.track = r->track;
    wait.cert = r->cert;
    if (has_its_share(t->n, &r->cert) || !note_wait(t->n, &wait))
        return false;
    op_row_verdict(&op, &place);
    event.as.watch.tag = wait.tag;
    event.as.watch.log = op.entries[place].log;
    event.as.watch.seq = op.entries[place].seq;
    event.as.watch.k = r->held_by;
    event.as.watch.deadline = mono_after(t->now, r->deadline_ms);
    turn_event_later(t->n, &event);
    return true;
}

void reply_held(struct turn *t, uint64_t tag, uint32_t held)
{
    struct node *n = t->n;
    size_t mark = arena_mark(&t->arena);
    struct receipt_tree *tree = receipt_tree_new(&t->arena);

    (void)held; /* the receipt counts what its evidence shows */
    for (uint32_t i = 0; i < n->wait_count; i++) {
        struct wait w = n->waits[i];
        struct acknowledgement to = {w.link, w.request_id, &w.op, w.k - 1, w.repeated, w.proposal, w.track};

        if (w.tag != tag)
            continue;
        n->waits[i] = n->waits[--n->wait_count];
        send_or_say_why(t, &to, tree);
        break;
    }
    arena_release(&t->arena, mark);
}

void waits_give_up(struct node *n)
{
    struct refusal why = {0};

    (void)refuse(&why, CW_AGAIN_BUSY, "", "stored here, but nobody watches for other holders any more: send it again");
    for (uint32_t i = 0; i < n->wait_count; i++)
        send_refusal(n, n->waits[i].link, n->waits[i].request_id, &why);
    n->wait_count = 0;
}

void waits_forget_link(struct node *n, link_id link)
{
    for (uint32_t i = 0; i < n->wait_count;) {
        if (n->waits[i].link == link)
            n->waits[i] = n->waits[--n->wait_count];
        else
            i++;
    }
}

/* --- at the end of the turn ---------------------------------------------------------------------------------------- */

static void send_published(struct turn *t, const struct reply *r)
{
    Cw__Answer answer;
    Cw__Published published;

    reply_begin(&answer, r->request_id, CW_OK);
    cw__published__init(&published);
    published.has_stored = 1;
    published.stored = r->stored;
    if (r->kind == REPLY_PUBLISHED)
        answer.published = &published;
    answer.has_text = r->said != NULL;
    if (r->said != NULL)
        answer.text = wire_bytes(slice_of(r->said));
    (void)send_answer(t, r->link, &answer); /* a sentence and a number: it fits */
}

static void send_reply(struct turn *t, const struct reply *r, struct receipt_tree *tree)
{
    struct acknowledgement to = {r->link, r->request_id, &r->op, 0, r->repeated, r->proposal, r->track};

    switch (r->kind) {
    case REPLY_REFUSED:
        send_refusal(t->n, r->link, r->request_id, &r->refusal);
        break;
    case REPLY_RECEIPT:
        if (!wait_for_holders(t, r))
            send_or_say_why(t, &to, tree);
        break;
    case REPLY_PUBLISHED:
    case REPLY_DONE:
        send_published(t, r);
        break;
    }
}

void replies_send(struct turn *t)
{
    struct receipt_tree *tree;

    if (t->reply_count == 0)
        return;
    tree = receipt_tree_new(&t->arena);
    CW_ASSERT(tree != NULL);
    for (uint32_t i = 0; i < t->reply_count; i++)
        send_reply(t, &t->replies[i], tree);
}

static bool is_request(const struct input *in)
{
    return in->who.link != 0 &&
           (in->kind == INPUT_SUBMIT || in->kind == INPUT_PUBLISH || in->kind == INPUT_CUT || in->kind == INPUT_PEERS);
}

void replies_give_up(struct turn *t, enum cw_err code, const struct input *missed, uint32_t missed_count)
{
    struct refusal why = {0};

    (void)refuse(&why, code, "", "nothing was stored: %s", cw_err_sentence(code));
    for (uint32_t i = 0; i < t->reply_count; i++)
        send_refusal(t->n, t->replies[i].link, t->replies[i].request_id,
                     t->replies[i].kind == REPLY_REFUSED ? &t->replies[i].refusal : &why);
    for (uint32_t i = 0; i < missed_count; i++) {
        if (is_request(&missed[i]))
            send_refusal(t->n, missed[i].who.link, missed[i].request_id, &why);
    }
}
