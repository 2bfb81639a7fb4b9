/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One row for each daemon we know of: how far it is, from what it signed; what it lacks, since when and of which
 * cases, from the entries themselves; and why, as exactly as this side can know.
 */

#include "node/answer.h"
#include "node/entry.h"

#include "proto/wire.h"

#define LACKS_LOOKED_AT_MAX 256 /* entries, over all logs */
#define LACKS_CASES_MAX 8

struct node_status *answer_read_status(struct answering *a)
{
    struct node_status *status = ARENA_NEW(a->arena, struct node_status);

    if (status != NULL)
        node_status_read(a->node, status);
    return status;
}

struct cw_wall answer_now(const struct answering *a)
{
    return a->node->ports.clock.wall(a->node->ports.clock.ctx);
}

/* Milliseconds of wall time at which something happened, from a monotonic stamp of this run. */
static uint64_t wall_of(const struct node_status *status, struct cw_wall now, struct cw_mono then)
{
    int64_t ago = then.ms > status->at.ms ? 0 : status->at.ms - then.ms;

    return now.ms > ago ? (uint64_t)(now.ms - ago) : 0;
}

/* --- what it lacks ------------------------------------------------------------------------------------------ */

struct lacking {
    struct answering *a;
    const struct cert_id *peer;
    uint32_t looked_at;
    uint64_t first_hlc; /* 0: nothing */
    uint32_t case_count;
    struct cw_case_id cases[LACKS_CASES_MAX];
};

/* Up to where its last signed frontier holds this log. */
static uint64_t holds_up_to(const struct lacking *l, const struct log_id *log)
{
    struct cw_slice raw;
    struct frontier_item item;

    if (db_get(l->a->node, l->a->read.txn, TABLE_PEER, row_key_peer_item(l->peer, log), &raw) != CW_OK ||
        frontier_item_parse(raw, &item) != CW_OK)
        return 0;
    return item.seq;
}

static void note_case(struct lacking *l, const struct cw_case_id *id)
{
    for (uint32_t i = 0; i < l->case_count; i++) {
        if (ID_EQ(&l->cases[i], id))
            return;
    }
    if (l->case_count < LACKS_CASES_MAX)
        l->cases[l->case_count++] = *id;
}

static enum cw_err note_entry(struct lacking *l, const struct log_id *log, uint64_t seq)
{
    struct entry_in e;
    struct cw_case_id id;
    size_t mark = arena_mark(l->a->arena);
    enum cw_err err = entry_load(l->a->node, l->a->read.txn, log, seq, l->a->arena, &e);

    if (err == CW_OK && (l->first_hlc == 0 || e.header.hlc < l->first_hlc))
        l->first_hlc = e.header.hlc;
    if (err == CW_OK && entry_case(&e, &id))
        note_case(l, &id);
    arena_release(l->a->arena, mark);
    return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
}

static enum cw_err look_at_log(struct lacking *l, const struct log_head *head)
{
    enum cw_err err = CW_OK;

    for (uint64_t seq = holds_up_to(l, &head->log) + 1;
         seq <= head->seq && l->looked_at < LACKS_LOOKED_AT_MAX && err == CW_OK; seq++) {
        l->looked_at++;
        err = note_entry(l, &head->log, seq);
    }
    return err;
}

static enum cw_err look_at_logs(struct lacking *l)
{
    struct row_key from = {.len = 0};
    struct kv_pair pair;
    struct log_row row;
    enum cw_err err;

    while ((err = db_next(l->a->node, l->a->read.txn, TABLE_LOG, slice("", 0), row_key_slice(&from), true, &pair)) ==
           CW_OK) {
        if (pair.key.len != ID_LEN)
            return CW_LOCAL_CORRUPT;
        memcpy(from.b, pair.key.data, ID_LEN);
        from.len = ID_LEN;
        err = log_row_parse(pair.value, &row);
        if (err == CW_OK)
            err = look_at_log(l, &row.head);
        if (err != CW_OK)
            return err;
    }
    return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
}

static enum cw_err put_lacking(struct answering *a, const struct node_peer_status *peer, Cw__PeerRow *row)
{
    struct lacking l = {.a = a, .peer = &peer->is.cert};
    enum cw_err err = peer->is.behind == 0 ? CW_OK : look_at_logs(&l);

    if (err != CW_OK || l.first_hlc == 0)
        return err;
    SET_NUMBER(row, lacks_since_ms, l.first_hlc >> 16);
    row->lacks_cases = ARENA_ARRAY(a->arena, ProtobufCBinaryData, LACKS_CASES_MAX);
    if (row->lacks_cases == NULL)
        return CW_LOCAL_MEMORY;
    for (uint32_t i = 0; i < l.case_count; i++)
        row->lacks_cases[row->n_lacks_cases++] = answer_bytes(a, l.cases[i].b, ID_LEN);
    return CW_OK;
}

/* --- why --------------------------------------------------------------------------------------------------- */

static bool is_in_step(const struct peer_status *is)
{
    return is->state == PEER_STATE_IN_STEP && is->behind == 0 && is->ahead == 0;
}

/* What is wrong on our side comes before what our dialling met: until it is right no attempt comes to anything. */
static bool put_key(struct answering *a, const struct node_peer_status *peer, Cw__PeerRow *row)
{
    char text[NODE_KEY_WHY_LEN_MAX];

    if (!node_peer_key_why(peer, text))
        return false;
    SET_BYTES(row, why, answer_text(a, text));
    SET_BYTES(row, why_code, answer_text(a, peer->key == PEER_KEY_OTHER ? "other-key" : "no-certificate"));
    return true;
}

/* The net process of a daemon that hangs keeps its links up. A heartbeat of its core's is overdue; the session ends later. */
#define SILENT_MS 40000

static bool is_silent(const struct node_status *status, const struct peer_status *is)
{
    struct cw_mono last = is->last_heard.ms > is->since.ms ? is->last_heard : is->since; /* it was greeted anew */

    return is->state != PEER_STATE_DOWN && is->last_heard.ms > 0 && status->at.ms - last.ms >= SILENT_MS;
}

static void say_why(struct answering *a, Cw__PeerRow *row, const char *why, const char *code)
{
    SET_BYTES(row, why, answer_text(a, why));
    SET_BYTES(row, why_code, answer_text(a, code));
}

/* What our dialling met comes before what a session said earlier: without a link there is no session. */
static void put_why(struct answering *a, const struct node_status *status, const struct node_peer_status *peer,
                    Cw__PeerRow *row)
{
    const struct peer_status *is = &peer->is;
    struct cw_mono since = is->since;

    if (is->cut) {
        say_why(a, row, "cut off on purpose: `casewire lab heal` ends it", "cut");
    } else if (put_key(a, peer, row)) {
        return; /* since when, nobody noted */
    } else if (is->state == PEER_STATE_DOWN && peer->end != LINK_END_NONE) {
        say_why(a, row, link_end_sentence(peer->end), link_end_word(peer->end));
        since = peer->end_since;
    } else if (is->last_error != CW_OK && is->state != PEER_STATE_IN_STEP) {
        say_why(a, row, cw_err_sentence(is->last_error), cw_err_name(is->last_error));
    } else if (is->state == PEER_STATE_DOWN && peer->address[0] != '\0') {
        say_why(a, row, "no link yet: it is being dialled", "dialling");
    } else if (is->state == PEER_STATE_DOWN) {
        say_why(a, row, "no link: it has not called, and this daemon has no address of it to dial", "no-link");
    } else if (is_silent(status, is)) {
        say_why(a, row, "the link is up, and nothing is heard: its daemon hangs, or is overloaded", "hangs");
        since = is->last_heard;
    } else {
        say_why(a, row, "catching up", "catching-up");
    }
    /* A session that came into step long ago may lack something only since a moment: the row says since when. */
    if ((is->state != PEER_STATE_IN_STEP || is_silent(status, is)) && since.ms > 0) /* 0: it was never met */
        SET_NUMBER(row, why_since_ms, wall_of(status, answer_now(a), since));
}

/* --- rows -------------------------------------------------------------------------------------------------- */

static Cw__PeerRow *peer_row(struct answering *a, const struct node_status *status, const struct node_peer_status *peer)
{
    static const char *const digests[] = {
        [DIGEST_NOT_COMPARED] = "not compared", [DIGEST_EQUAL] = "equal", [DIGEST_DIFFERS] = "differs"};
    struct cw_wall now = answer_now(a);
    Cw__PeerRow *row = ARENA_NEW(a->arena, Cw__PeerRow);

    if (row == NULL)
        return NULL;
    cw__peer_row__init(row);
    SET_BYTES(row, division, answer_text(a, peer->is.division));
    SET_BYTES(row, cert, answer_bytes(a, peer->is.cert.b, ID_LEN));
    SET_BYTES(row, address, answer_text(a, peer->address));
    SET_BYTES(row, state, answer_text(a, peer_state_name(peer->is.state)));
    SET_NUMBER(row, behind, peer->is.behind);
    SET_NUMBER(row, ahead, peer->is.ahead);
    if (peer->is.since.ms > 0)
        SET_NUMBER(row, since_ms, wall_of(status, now, peer->is.since));
    if (peer->is.last_heard.ms > 0)
        SET_NUMBER(row, last_seen_ms, wall_of(status, now, peer->is.last_heard));
    if (peer->is.last_error != CW_OK)
        SET_BYTES(row, last_error, answer_text(a, cw_err_sentence(peer->is.last_error)));
    SET_BYTES(row, digest, answer_text(a, digests[peer->digest]));
    if (peer->is.cut)
        SET_NUMBER(row, cut, 1);
    if (peer->is.software[0] != '\0')
        SET_BYTES(row, version, answer_text(a, peer->is.software));
    if (peer->is.says_time)
        SET_NUMBER(row, clock_ahead_millis, peer->is.clock_ahead_ms);
    return row;
}

static enum cw_err add_row(struct answering *a, const struct node_status *status, const struct node_peer_status *peer,
                           Cw__Peers *out)
{
    Cw__PeerRow *row = peer_row(a, status, peer);

    if (row == NULL)
        return CW_LOCAL_MEMORY;
    if (!is_in_step(&peer->is))
        put_why(a, status, peer, row);
    out->rows[out->n_rows++] = row;
    return put_lacking(a, peer, row);
}

enum cw_err answer_peers(struct answering *a, Cw__Answer *out)
{
    Cw__Peers *peers = ARENA_NEW(a->arena, Cw__Peers);
    struct node_status *status = answer_read_status(a);
    enum cw_err err = CW_OK;

    if (peers == NULL || status == NULL)
        return CW_LOCAL_MEMORY;
    cw__peers__init(peers);
    peers->rows = ARENA_ARRAY(a->arena, Cw__PeerRow *, status->peer_count + 1);
    if (peers->rows == NULL)
        return CW_LOCAL_MEMORY;
    for (uint32_t i = 0; i < status->peer_count && i < NODE_PEERS_SHOWN_MAX && err == CW_OK; i++)
        err = add_row(a, status, &status->peers[i], peers);
    out->peers = peers;
    return err;
}
