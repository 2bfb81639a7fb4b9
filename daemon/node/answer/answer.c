/* SPDX-License-Identifier: Apache-2.0 */
/* One read, one answer: who asks, what for, and the frame it goes home in. */

#include "node/answer.h"

#include "node/seen.h"

#include "proto/schema.h"
#include "proto/wire.h"

ProtobufCBinaryData answer_bytes(struct answering *a, const void *data, size_t len)
{
    uint8_t *copy = arena_copy(a->arena, data, len);

    a->starved = a->starved || copy == NULL;
    return (ProtobufCBinaryData){copy == NULL ? 0 : len, copy};
}

ProtobufCBinaryData answer_text(struct answering *a, const char *text)
{
    return answer_bytes(a, text, strlen(text));
}

/* Partners submit, they never browse (DOMAIN.md §2); daemons and authorities read by other ways. */
enum cw_err answer_admit_reader(struct answering *a)
{
    const struct clock_port *clock = &a->node->ports.clock;
    const struct cw_wall now = clock->wall(clock->ctx);
    const struct authority *authority;
    const struct authority_cert *cert;
    enum cw_err err = CW_OK;

    a->rights.admin = a->who->admin;
    if (a->who->admin)
        return CW_OK;
    a->rights.subject = (uint32_t)a->who->subject;
    authority = node_authority(a->node);
    cert = authority_find(authority, &a->who->cert);
    if (cert == NULL)
        err = CW_REFUSED_READER;
    else if (authority_standing(cert, now) != STANDING_GOOD)
        err = CW_REFUSED_EXPIRED;
    else {
        a->rights.roles = cert->roles;
        memcpy(a->rights.division, cert->division, sizeof a->rights.division);
    }
    node_authority_done(a->node);
    if (err == CW_REFUSED_EXPIRED)
        return refuse(&a->refusal, err, "certificate", "the certificate was revoked, or is not valid today");
    if (err == CW_OK && a->who->subject == SUBJECT_PERSON && (a->rights.roles & ~(uint64_t)ROLE_MASK(PARTNER)) == 0)
        err = CW_REFUSED_READER;
    if (a->who->subject != SUBJECT_PERSON && a->who->subject != SUBJECT_REGIONAL)
        err = CW_REFUSED_READER;
    if (err != CW_OK)
        return refuse(&a->refusal, err, "certificate", "this certificate may hand in, but not read here");
    return CW_OK;
}

/* What a request asks: one thing. Of a hostile one that asks several, the first is answered, to who may ask for that. */
enum asked {
    ASKED_NOTHING_KNOWN,
    ASKED_GET,
    ASKED_LIST,
    ASKED_HISTORY,
    ASKED_STATUS,
    ASKED_PEERS,
    ASKED_SCHEMA,
    ASKED_EXPORT,
    ASKED_AUTHORITY,
    ASKED_RECEIPT,
};

static enum asked asked_of(const Cw__Request *request)
{
    const struct {
        const void *set;
        enum asked asked;
    } kinds[] = {
        {request->get, ASKED_GET},       {request->list, ASKED_LIST},           {request->history, ASKED_HISTORY},
        {request->status, ASKED_STATUS}, {request->peers, ASKED_PEERS},         {request->schema, ASKED_SCHEMA},
        {request->export, ASKED_EXPORT}, {request->authority, ASKED_AUTHORITY}, {request->receipt, ASKED_RECEIPT}};

    for (size_t i = 0; i < CW_COUNT(kinds); i++) {
        if (kinds[i].set != NULL)
            return kinds[i].asked;
    }
    return ASKED_NOTHING_KNOWN;
}

static enum cw_err answer_one(struct answering *a, enum asked asked, const Cw__Request *request, Cw__Answer *out)
{
    switch (asked) {
    case ASKED_GET:
        return answer_get(a, request->get, out);
    case ASKED_LIST:
        return answer_list(a, request->list, out);
    case ASKED_HISTORY:
        return answer_history(a, request->history, out);
    case ASKED_STATUS:
        return answer_status(a, out);
    case ASKED_PEERS:
        return answer_peers(a, out);
    case ASKED_SCHEMA:
        return answer_schema(a, out);
    case ASKED_EXPORT:
        return answer_export(a, request->export, out);
    case ASKED_AUTHORITY:
        return answer_authority(a, request->authority, out);
    case ASKED_RECEIPT:
        return answer_receipt(a, request->receipt, out);
    case ASKED_NOTHING_KNOWN:
        break;
    }
    return refuse(&a->refusal, CW_REFUSED_UNKNOWN_OP, "request",
                  "this daemon knows no such request: it may be older than the program that asks");
}

/* A certificate needs no case to be read, nor does the schema. */
static bool is_for_anybody(enum asked asked)
{
    return asked == ASKED_SCHEMA || asked == ASKED_AUTHORITY;
}

/*
 * Everything else is for people: status and lists would count the compartmented cases too, so whoever is told less has a feed,
 * which leaves out what is to be left out, and nothing beside it (docs/feeds.md).
 */
static enum cw_err admit(struct answering *a, enum asked asked)
{
    enum cw_err err = is_for_anybody(asked) ? CW_OK : answer_admit_reader(a);

    if (err != CW_OK || is_for_anybody(asked) || a->who->admin || a->who->subject != SUBJECT_REGIONAL)
        return err;
    return refuse(&a->refusal, CW_REFUSED_READER, "certificate",
                  "a regional unit reads its feed (casewire feed), and asks for nothing else here");
}

static void put_refusal(struct answering *a, enum cw_err err, Cw__Answer *out)
{
    const char *text = a->refusal.code == err && a->refusal.text[0] != '\0' ? a->refusal.text : cw_err_sentence(err);

    SET_NUMBER(out, code, (uint32_t)err);
    SET_BYTES(out, text, answer_text(a, text));
    if (a->refusal.code == err && a->refusal.where[0] != '\0')
        SET_BYTES(out, where, answer_text(a, a->refusal.where));
}

static void start_answer(const Cw__Request *request, Cw__Answer *out)
{
    cw__answer__init(out);
    SET_NUMBER(out, v, 1);
    if (request->has_id)
        SET_BYTES(out, id, request->id);
    SET_NUMBER(out, code, CW_OK);
}

/* What was kept in bytes goes last: fields of a message may come in any order. */
static void pack_answer(const struct answering *a, const Cw__Answer *answer, struct writer *out)
{
    wire_pack(&answer->base, out);
    writer_slice(out, a->view);
}

enum cw_err answer_read(struct node *n, const struct reader_identity *who, const Cw__Request *request,
                        struct arena *arena, struct writer *out)
{
    struct answering a = {.node = n, .who = who, .arena = arena};
    enum asked asked = asked_of(request);
    size_t start = out->len;
    Cw__Answer answer;
    enum cw_err err;

    start_answer(request, &answer);
    err = admit(&a, asked);
    if (err == CW_OK)
        err = node_read_begin(n, &a.read);
    if (err == CW_OK) {
        a.moment = (struct answer_moment){a.read.commit, n->authority_generation, answer_now(&a)};
        err = request->n_session > 0 ? seen_check(&a, request->session, request->n_session) : CW_OK;
        if (err == CW_OK)
            err = answer_one(&a, asked, request, &answer);
        if (err == CW_OK && a.starved)
            err = CW_LOCAL_MEMORY;
        if (err == CW_OK && request->has_track && request->track)
            seen_put(a.read.seen, &answer);
        if (err == CW_OK)
            pack_answer(&a, &answer, out); /* while the snapshot still holds what it borrows */
        node_read_done(&a.read);
    }
    if (err == CW_LOCAL_MEMORY)
        return err;
    if (err == CW_OK && out->failed) {
        err =
            refuse(&a.refusal, CW_REFUSED_SIZE, "answer", "the answer is larger than a frame: ask for less at a time");
        *out = (struct writer){out->data, out->cap, start, false};
    }
    if (err != CW_OK) {
        start_answer(request, &answer);
        put_refusal(&a, err, &answer);
        wire_pack(&answer.base, out);
    }
    return CW_OK;
}

enum cw_err answer_find_case(struct answering *a, bool has_id, ProtobufCBinaryData id, bool has_name,
                             ProtobufCBinaryData name, struct cw_case_id *out)
{
    enum cw_err err;

    if (has_id) {
        if (id.len != ID_LEN)
            return refuse(&a->refusal, CW_REFUSED_VALUE, "case_id", "a case id has 32 bytes");
        memcpy(out->b, id.data, ID_LEN);
        return CW_OK;
    }
    if (!has_name || name.len == 0)
        return refuse(&a->refusal, CW_REFUSED_MISSING, "name",
                      "name a case: its reference, or at least 4 digits of its id");
    err = case_find(&a->read, wire_slice(name), a->arena, out);
    if (err == CW_REFUSED_UNKNOWN_CASE)
        return refuse(&a->refusal, err, "name", "no case of this name is known at this division");
    if (err == CW_REFUSED_AMBIGUOUS)
        return refuse(&a->refusal, err, "name",
                      "several cases have this name, or begin so: give the whole reference, or more digits");
    return err;
}
