/* SPDX-License-Identifier: Apache-2.0 */
#include "node/case_work.h"
#include "node/divisions.h"
#include "node/key_records.h"
#include "node/own_op.h"
#include "node/prepare.h"
#include "node/seen.h"
#include "node/turn.h"
#include "proto/ahead.h"

/*
 * The door for submissions: what only order and the case's present state can say. Whatever is refused here
 * leaves nothing behind.
 */

/* --- seen before? ------------------------------------------------------------------------------------------ */

static struct turn_submission *in_this_turn(struct turn *t, const struct cw_op_id *op)
{
    for (uint32_t i = 0; i < t->submission_count; i++) {
        if (ID_EQ(&t->submissions[i].prepared->op_id, op))
            return &t->submissions[i];
    }
    return NULL;
}

/* The same author and submission id with other bytes: a client's fault, or a stolen key. */
static enum cw_err check_submission_id(struct turn *t, const struct prepared *p, bool *out_seen,
                                       struct refusal *refusal)
{
    struct cw_slice known;
    struct cw_op_id known_op = {{0}};
    enum cw_err err =
        db_get(t->n, t->txn, TABLE_SUBMIT_ID, row_key_submit_id(&p->header.author, p->header.submission_id), &known);

    if (err == CW_LOCAL_NOT_FOUND)
        return CW_OK;
    if (err == CW_OK && known.len == ID_LEN)
        memcpy(known_op.b, known.data, ID_LEN);
    *out_seen = err == CW_OK && ID_EQ(&known_op, &p->op_id);
    if (err != CW_OK || *out_seen)
        return err;
    t->counters[COUNTER_REUSED_IDS]++;
    turn_alarm_reused(t, &p->header.author, &known_op, &p->op_id, "the second was refused");
    return refuse(refusal, CW_REFUSED_REUSED_ID, "header.submission_id",
                  "this submission id was used before with other content");
}

static bool is_whole(const struct op_row *op)
{
    uint32_t place;

    (void)op_row_verdict(op, &place);
    for (uint32_t i = 0; i < op->entries[place].part_count; i++) {
        enum part_state state = op_row_part(op, i, NULL);

        if (state != PART_OPENED && state != PART_ERASED)
            return false;
    }
    return true;
}

static void answer_again(struct turn *t, const struct input *in, bool proposal)
{
    struct reply *reply = reply_new(t, in, REPLY_RECEIPT);

    t->counters[COUNTER_REPEATED]++;
    if (reply == NULL)
        return;
    reply->op = in->as.submit->op_id;
    reply->repeated = true;
    reply->proposal = proposal;
    reply->held_by = in->as.submit->held_by;
    reply->deadline_ms = in->as.submit->deadline_ms;
}

/* *out_done: it is held already and was answered with its earlier entry's receipt. */
static enum cw_err check_repeated(struct turn *t, const struct input *in, bool *out_done)
{
    struct op_row op;
    const struct turn_submission *earlier = in_this_turn(t, &in->as.submit->op_id);

    if (earlier != NULL) {
        *out_done = true;
        answer_again(t, in, earlier->proposal);
        return CW_OK;
    }
    enum cw_err err = db_get_op(t->n, t->txn, &in->as.submit->op_id, &op);
    if (err == CW_OK && op.entry_count > 0 && op_row_verdict(&op, NULL) == VERDICT_EFFECTIVE && is_whole(&op)) {
        *out_done = true;
        answer_again(t, in, false);
    }
    return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
}

/* --- may it? ------------------------------------------------------------------------------------------------ */

/* The kind stands in the clear part of the case's row, once it was folded. */
static bool kind_is_known(struct turn *t, const struct cw_case_id *id, uint32_t *out_kind)
{
    struct cw_slice raw;
    struct case_row row;

    if (db_get(t->n, t->txn, TABLE_CASE, row_key_case(id), &raw) != CW_OK || case_row_parse(raw, &row) != CW_OK)
        return false;
    *out_kind = row.kind;
    return (row.flags & CASE_FOLDED) != 0 && row.kind != KIND_NONE;
}

/* The fold of the case when the op cannot be judged without it, else its kind alone. */
static enum cw_err state_for(struct turn *t, const struct cw_case_id *id, const struct op *op, struct case_state *bare,
                             const struct case_state **out)
{
    const struct loaded_case *loaded;

    if (!cases_check_needs_state(op) && kind_is_known(t, id, &bare->kind)) {
        bare->case_id = *id;
        *out = bare;
        return CW_OK;
    }
    enum cw_err err = case_cache_get(t, id, false, &loaded);
    if (err == CW_OK)
        *out = loaded->state;
    return err;
}

static bool hands_over(const struct op *op)
{
    const struct schema_event *event = op->type == OP_EVENT ? schema_event(op->event) : NULL;

    return event != NULL && event->class == EVENT_CLASS_OWNERSHIP;
}

/* The list of divisions is asked for by few ops. */
static bool names_division(const struct op *op)
{
    bool found = hands_over(op);

    for (uint32_t i = 0; i < op->write_count; i++)
        found = found || op->writes[i].field == FIELD_INTERESTED;
    return found;
}

static bool same_person(const void *people, const struct cert_id *a, const struct cert_id *b)
{
    return authority_same_holder(people, a, b);
}

/* Of the record that the op names, when that has arrived. What was opened a moment ago may not be folded yet. */
static uint32_t kind_named(struct turn *t, const struct op *op)
{
    struct cw_case_id id;
    const struct loaded_case *loaded;
    uint32_t kind = KIND_NONE;

    if (!cases_names_record(op, &id))
        return KIND_NONE;
    if (!kind_is_known(t, &id, &kind))
        kind = case_cache_get(t, &id, false, &loaded) == CW_OK ? loaded->state->kind : KIND_NONE;
    return kind;
}

/* By which nothing is signed too far ahead: a slow clock of our own, when most others say that it is, keeps nobody out. */
static struct cw_wall latest_now(const struct turn *t, struct cw_wall author_time)
{
    if (author_time.ms <= t->wall.ms + CLOCKS_DIFFER_MS)
        return t->wall;
    return (struct cw_wall){t->wall.ms + replica_clock_behind_ms(t->n->replica)};
}

static enum cw_err check_case(struct turn *t, const struct prepared *p, const struct op *op, bool *out_proposal,
                              struct refusal *refusal)
{
    struct node *n = t->n;
    const struct authority_cert *cert = authority_find(n->authority, &p->header.author);
    struct case_state bare = {0};
    const struct case_state *state = NULL;
    const uint32_t named = kind_named(t, op); /* first: it may load another case */

    if (cert == NULL || cert->revoked) /* since intake */
        return refuse(refusal, CW_REFUSED_EXPIRED, "author", "the certificate was revoked");
    if (!own_seal_knows(n, &p->header.author)) /* it would be stored as pending, or void */
        return refuse(refusal, CW_AGAIN_BEHIND, "author",
                      "records of the authority are still on their way to this daemon: send the same bytes again in a "
                      "moment, or to another division");
    if (op->type != OP_OPEN) {
        enum cw_err err = state_for(t, &p->case_id, op, &bare, &state);

        if (err != CW_OK)
            return err == CW_REFUSED_UNKNOWN_CASE
                       ? refuse(refusal, err, "header.case",
                                "no such case is known here: wait for it to arrive, or check the reference")
                       : err;
    }
    struct admission_request request = {
        .op = op,
        .roles = (uint32_t)roles_of_author(cert),
        .division = slice_of(cert->division),
        .author_time = p->header.author_time,
        .now = latest_now(t, p->header.author_time),
        .state = state,
        .policy = &n->policy,
        .named_kind = named,
        .network_synthetic = n->synthetic,
        .author = p->header.author,
        .same_person = same_person,
        .people = n->authority,
    };
    if (names_division(op) &&
        (request.divisions = divisions_list(n->authority, &t->arena, &request.division_count)) == NULL)
        return CW_LOCAL_MEMORY;
    switch (cases_check_op(&request, refusal)) {
    case ADMIT:
        return CW_OK;
    case ADMIT_PROPOSAL:
        *out_proposal = true;
        return CW_OK;
    case ADMIT_REFUSED:
        break;
    }
    return refusal->code;
}

static enum cw_err check_content(struct turn *t, const struct prepared *p, bool *out_proposal, struct refusal *refusal)
{
    size_t mark = arena_mark(&t->arena);
    struct op *op = ARENA_NEW(&t->arena, struct op);
    enum cw_err err = op == NULL ? CW_LOCAL_MEMORY : op_decode(p->payloads, p->part_count, &t->arena, op, refusal);

    if (err == CW_OK)
        err = check_case(t, p, op, out_proposal, refusal);
    arena_release(&t->arena, mark);
    return err;
}

/* --- sequencing --------------------------------------------------------------------------------------------- */

static void fill_draft(const struct prepared *p, struct turn_submission *s)
{
    struct entry_header *d = &s->draft;

    memset(d, 0, sizeof *d);
    d->kind = p->header.op_class;
    d->op_id = p->op_id;
    d->submission = p->submission_hash;
    d->part_count = p->part_count;
    memcpy(d->parts, p->hashes, sizeof p->hashes);
    if (s->wraps.len > 0) {
        d->key_count = 1;
        d->keys[0].record = s->key_record;
        hash_one(LABEL_BLOB, s->wraps, d->keys[0].wraps.b);
    }
    if (s->envelopes.len > 0) {
        d->has_envelopes = true;
        hash_one(LABEL_BLOB, s->envelopes, d->envelopes.b);
    }
}

static enum cw_err sequence(struct turn *t, const struct turn_submission *draft)
{
    struct turn_submission *s = &t->submissions[t->submission_count];
    struct event event = {.kind = EVENT_SUBMIT};

    *s = *draft;
    s->tag = ++t->n->next_tag;
    fill_draft(s->prepared, s);
    event.as.submit.tag = s->tag;
    event.as.submit.draft = &s->draft;
    enum cw_err err = turn_step(t, &event);
    if (err == CW_OK)
        t->submission_count++;
    return err;
}

/* The audience has no key at its present membership: one is made, and goes first. At the head of a turn only, where the
 * core has room for it in any case: a key that the vault knows and no log does would lock its case for ever. */
static enum cw_err make_key(struct turn *t, struct key_record_id *out_record, struct refusal *refusal)
{
    struct turn_submission s = {0};
    struct prepared *p;

    if (t->submission_count > 0)
        return CW_AGAIN_BUSY;
    enum cw_err err = key_record_make(t, &p, &s.envelopes, out_record);
    if (err == CW_AGAIN_BUSY || err == CW_USAGE_ARGUMENT)
        return refuse(refusal, CW_AGAIN_BEHIND, "",
                      "this daemon is in no audience yet, the authority's membership record has not arrived: send the "
                      "same bytes again in a moment, or to another division");
    if (err != CW_OK)
        return err;
    s.prepared = p;
    err = sequence(t, &s);
    return err == CW_AGAIN_BUSY ? CW_LOCAL_MEMORY : err;
}

static enum cw_err wrap(struct turn *t, const struct prepared *p, struct turn_submission *s, struct refusal *refusal)
{
    enum cw_err err = CW_OK;

    if (!audience_current_key(t->n, &s->key_record))
        err = make_key(t, &s->key_record, refusal);
    if (err != CW_OK)
        return err;
    if (p->wrapped && ID_EQ(&p->key_record, &s->key_record)) {
        s->wraps = p->wraps;
        return CW_OK;
    }
    return prepare_wraps(t->n, p, &s->key_record, &t->kept, &s->wraps);
}

static enum cw_err remember(struct turn *t, const struct prepared *p)
{
    enum cw_err err =
        db_put(t, TABLE_SUBMIT_ID, row_key_submit_id(&p->header.author, p->header.submission_id), ID_SLICE(&p->op_id));

    if (err != CW_OK)
        return err;
    return case_cache_admit(t, &p->case_id, p);
}

static enum cw_err accept(struct turn *t, const struct input *in, bool proposal, struct refusal *refusal)
{
    const struct prepared *p = in->as.submit;
    struct turn_submission s = {.prepared = p, .input = in, .proposal = proposal};
    enum cw_err err = wrap(t, p, &s, refusal);

    if (err == CW_OK)
        err = sequence(t, &s);
    if (err == CW_OK)
        err = remember(t, p);
    if (err != CW_OK)
        return err;
    t->counters[COUNTER_SUBMITTED]++;
    struct reply *reply = reply_new(t, in, REPLY_RECEIPT);
    if (reply != NULL) {
        reply->op = p->op_id;
        reply->proposal = proposal;
        reply->held_by = p->held_by;
        reply->deadline_ms = p->deadline_ms;
    }
    return CW_OK;
}

enum cw_err admit_own(struct turn *t, const struct prepared *p)
{
    struct turn_submission s = {.prepared = p};
    struct refusal refusal = {0};
    enum cw_err err = wrap(t, p, &s, &refusal);

    if (err == CW_OK)
        err = sequence(t, &s);
    return err == CW_OK ? remember(t, p) : err;
}

/* Asked of the file system once a turn: a turn is shorter than any disk fills. */
bool turn_is_short_of_space(struct turn *t)
{
    if (!t->asked_for_space)
        t->low_on_space = node_store(t->n)->low_on_space(node_store(t->n)->ctx);
    t->asked_for_space = true;
    return t->low_on_space;
}

static enum cw_err judge(struct turn *t, const struct input *in, struct refusal *refusal)
{
    const struct prepared *p = in->as.submit;
    bool seen = false, done = false, proposal = false;

    if (turn_is_short_of_space(t))
        return refuse(refusal, CW_LOCAL_NO_SPACE, "",
                      "this daemon's disk, or its map_size, is nearly full: submit to another division");
    enum cw_err err = check_submission_id(t, p, &seen, refusal);
    if (err == CW_OK && seen) /* an op that counts has its submission id noted: without that it is new */
        err = check_repeated(t, in, &done);
    if (err != CW_OK || done)
        return err;
    err = check_content(t, p, &proposal, refusal);
    return err == CW_OK ? accept(t, in, proposal, refusal) : err;
}

enum cw_err admit_submission(struct turn *t, const struct input *in)
{
    struct refusal refusal = {0};
    enum cw_err err = judge(t, in, &refusal);

    if (err == CW_OK)
        return CW_OK;
    if (cw_err_class_of(err) == CW_CLASS_REFUSED && refusal.code != err) /* nobody wrote a sentence */
        (void)refuse(&refusal, err, "", "%s", cw_err_sentence(err));
    if (refusal.code != err)
        return err;
    if (cw_err_class_of(err) == CW_CLASS_REFUSED)
        (void)seen_excuse(t->n, t->txn, in, &t->arena, &refusal);
    t->counters[COUNTER_REFUSED]++;
    reply_refuse(t, in, &refusal);
    return CW_OK;
}
