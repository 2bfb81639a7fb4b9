/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/write.h"

#include "tool/dispute.h"
#include "tool/lookup.h"
#include "tool/verb.h"

#include "lib/draft.h"
#include "lib/fault.h"
#include "lib/when.h"
#include "proto/schema.h"
#include "proto/wire.h"

#include <stdlib.h>
#include <strings.h>

struct cw_case_id view_case_id(const Cw__CaseView *view)
{
    struct cw_case_id id = {{0}};

    if (view->case_id.len == CW_ID_LEN)
        memcpy(id.b, view->case_id.data, CW_ID_LEN);
    return id;
}

/* --- the case --------------------------------------------------------------------------------------------- */

static enum exit_code need_box(struct writing *w)
{
    return w->box.outbox != NULL ? EXIT_DONE : box_open(w->cli, w->context, &w->box);
}

static enum exit_code look_in_outbox(struct writing *w, const char *name)
{
    const char *kind = cli_value(w->cli, "kind");
    enum exit_code code = need_box(w);
    enum cw_err err;

    if (code != EXIT_DONE)
        return code;
    w->offline = true;
    err = box_find_case(&w->box, name, kind, &w->case_id, &w->kind);
    if (err == CW_OK)
        return EXIT_DONE;
    if (err == CW_REFUSED_VALUE)
        return complain(
            w->cli, EXIT_USAGE,
            &(struct trouble){"the option was not understood", "--kind", "there is no such kind", "casewire schema"});
    return complain(
        w->cli, EXIT_UNREACHABLE,
        &(struct trouble){"the case was not found", name,
                          "no daemon is in reach, and the outbox opened no one case that begins so; a whole "
                          "case id with --kind KIND will do",
                          "casewire outbox list"});
}

static bool is_out_of_reach(enum cw_err err)
{
    return err == CW_AGAIN_NO_DAEMON || err == CW_AGAIN_KEPT_OUT;
}

enum exit_code writing_look(struct writing *w, const char *name)
{
    bool may_wait = cli_flag(w->cli, "outbox");
    char known[LOOKUP_LEN_MAX];
    enum exit_code code;

    w->as_recorded = w->as_recorded || cli_flag(w->cli, "as-recorded");
    if (may_wait && is_out_of_reach(lookup_case(w->context, name, w->cli->timeout_ms, known)))
        return look_in_outbox(w, name);
    if (may_wait && is_out_of_reach(cw_client_get(w->context->client, slice_of(known), w->cli->timeout_ms, &w->seen)))
        return look_in_outbox(w, name);
    code = EXIT_DONE;
    if (w->seen == NULL)
        code = w->as_recorded ? lookup_record(w->cli, w->context, name, &w->seen)
                              : lookup_view(w->cli, w->context, name, &w->seen);
    if (code != EXIT_DONE)
        return code;
    w->view = answer_message(w->seen)->view;
    w->case_id = view_case_id(w->view);
    w->kind = schema_kind_name(w->view->kind);
    if (w->kind == NULL)
        w->kind = "";
    return writing_look_beside(w);
}

void writing_done(struct writing *w)
{
    cw_answer_close(w->seen);
    cw_draft_free(w->draft);
    box_close(&w->box);
    if (w->beside != NULL)
        gather_done(w->beside);
    free(w->beside);
    w->beside = NULL;
    w->seen = NULL;
    w->draft = NULL;
}

/* --- naming what is replaced -------------------------------------------------------------------------- */

static bool same_name(ProtobufCBinaryData bytes, const char *name)
{
    return bytes.len == strlen(name) && memcmp(bytes.data, name, bytes.len) == 0;
}

static void supersede(struct writing *w, const Cw__OpRef *by)
{
    struct cw_op_id op;

    if (by == NULL || by->op.len != CW_ID_LEN)
        return;
    memcpy(op.b, by->op.data, CW_ID_LEN);
    /* At most 64 are named; the view shows no more than a person can have seen. */
    (void)!cw_draft_supersedes(w->draft, &op, by->index);
}

/* A set's element is named only by a write of the same element; a single value by any write. */
static bool names(const Cw__ViewValue *value, bool is_set, const char *text)
{
    return !is_set || text == NULL ||
           (value->text.len == strlen(text) && memcmp(value->text.data, text, value->text.len) == 0) ||
           (value->value != NULL && value->value->text.len == strlen(text) &&
            memcmp(value->value->text.data, text, value->value->text.len) == 0);
}

static bool is_set_rule(const Cw__ViewField *field)
{
    return same_name(field->rule, "ORS") || same_name(field->rule, "GOS");
}

/* A field of an episode has its values there: those of another stay as they are. */
static bool is_meant(const struct writing *w, const Cw__ViewField *f)
{
    const struct schema_field *row = schema_field(f->field);
    const struct schema_event *event = w->subject != NULL ? schema_event_by_name(slice_of(w->subject)) : NULL;
    bool of_episode = row != NULL && row->place == PLACE_EPISODE;

    if (of_episode && event != NULL && (event->flags & EVENT_OPENS_EPISODE) != 0)
        return false; /* one that nothing was said of yet */
    return of_episode ? slice_eq(wire_slice(f->episode), wire_slice(w->episode)) : f->episode.len == 0;
}

static void name_replaced(struct writing *w, const char *field, const char *text)
{
    for (size_t i = 0; i < w->view->n_fields; i++) {
        const Cw__ViewField *f = w->view->fields[i];

        if (!same_name(f->name, field) || !is_meant(w, f))
            continue;
        for (size_t v = 0; v < f->n_values; v++)
            if (names(f->values[v], is_set_rule(f), text))
                supersede(w, f->values[v]->set_by);
        for (size_t v = 0; text != NULL && v < f->n_proposals; v++)
            if (names(f->proposals[v], true, text))
                supersede(w, f->proposals[v]->set_by); /* who says the same takes it up: it waits no longer */
        return;
    }
}

/* The verb that says it: add where the field holds several. */
static enum cw_verb verb_for(const struct writing *w, const char *name, enum cw_verb verb)
{
    const struct schema_event *event = w->subject != NULL ? schema_event_by_name(slice_of(w->subject)) : NULL;
    const struct schema_field *field;

    if (verb != CW_SAY)
        return verb;
    field = event != NULL ? schema_event_field_by_name(event->number, slice_of(name))
                          : schema_field_by_name(w->subject != NULL ? schema_kind_by_name(slice_of(w->subject))
                                                                    : (uint32_t)KIND_NONE,
                                                 slice_of(name));
    return field != NULL && schema_field_is_set(field) ? CW_ADD : CW_SET;
}

enum exit_code writing_assign(struct writing *w, const char *assignment, enum cw_verb verb)
{
    const char *equals = strchr(assignment, '=');
    const char *base = cli_value(w->cli, "base-on"), *value = equals != NULL ? equals + 1 : NULL;
    struct cw_fault fault = {0};
    char field[64];
    int len = equals != NULL ? (int)(equals - assignment) : (int)strlen(assignment);

    if (equals == NULL && verb != CW_REMOVE)
        return complain(w->cli, EXIT_USAGE,
                        &(struct trouble){"a value is missing", assignment, "it is written FIELD=VALUE", NULL});
    if (base != NULL && strcmp(base, "none") != 0)
        return complain(w->cli, EXIT_USAGE,
                        &(struct trouble){"the option was not understood", "--base-on", "it is \"none\"", NULL});
    snprintf(field, sizeof(field), "%.*s", len, assignment);
    verb = verb_for(w, field, verb);
    if (cw_draft_write(w->draft, field, verb, slice(value, value != NULL ? strlen(value) : 0), &fault) != CW_OK)
        return writing_refused(w, &fault);
    if (w->view != NULL && base == NULL)
        name_replaced(w, field, value);
    return EXIT_DONE;
}

/* --- sending ------------------------------------------------------------------------------------------ */

static enum exit_code check_receipt(struct writing *w, const struct cw_answer *answer, const struct cw_op_id *op,
                                    uint32_t *out_proven)
{
    struct cw_trust *trust = NULL;
    struct cw_receipt_facts facts;
    struct cw_fault fault = {0};
    struct context *c = w->context;
    enum cw_err err = cw_trust_new(buf_slice(&c->genesis), c->network, &trust, &fault);

    if (err == CW_OK)
        err = cw_trust_fetch(trust, c->client, w->cli->timeout_ms, &fault);
    if (err == CW_OK)
        err = cw_answer_check_receipt(answer, trust, op, &facts, &fault);
    cw_trust_free(trust);
    if (err != CW_OK)
        return complain_fault(w->cli, "the receipt does not hold", &fault);
    *out_proven = facts.held_by;
    return EXIT_DONE;
}

static void tell_json(const struct cli *cli, const Cw__Submitted *s, uint32_t proven)
{
    Cw__Submitted plain = *s;
    json_t *object;

    plain.receipt = NULL;
    object = json_of_message(&plain.base);
    if (proven != 0)
        json_object_set_new(object, "proven_held_by", json_integer(proven));
    json_print(cli, object);
}

/* The fields that nobody with the author's roles sets; empty: it is for another reason. */
static void not_theirs(const struct writing *w, char *out, size_t cap)
{
    uint32_t roles = context_roles(w->context);
    size_t len = 0;

    out[0] = '\0';
    for (uint32_t i = 0; w->draft != NULL && i < w->draft->write_count && len + 1 < cap; i++) {
        const struct schema_field *field = w->draft->writes[i]->field;

        if (field->place != PLACE_DETAIL && (field->set_roles & roles) == 0)
            len += (size_t)snprintf(out + len, cap - len, "%s%s", len > 0 ? ", " : "", field->name);
    }
}

static void tell_proposal(const struct writing *w, bool opens)
{
    char fields[300], words[VERB_PROPOSAL_LEN_MAX];

    not_theirs(w, fields, sizeof(fields));
    verb_proposal_words(w->cli->command, words);
    printf("%sa proposal:%s %s%s%s%s\n", tone_on(w->cli, TONE_CAREFUL), tone_off(w->cli), fields,
           fields[0] != '\0' ? ": " : "", words, opens ? " (the case is open)" : "");
}

static void tell(const struct writing *w, const Cw__Submitted *s, uint32_t proven)
{
    char op[2 * SHORT_ID_LEN + 1], reference[64], full[2 * CW_ID_LEN + 1] = "";
    bool opens = w->view == NULL;

    if (w->silent)
        return;
    if (w->cli->json) {
        tell_json(w->cli, s, proven);
        return;
    }
    if (w->cli->quiet) {
        ProtobufCBinaryData id = opens ? s->case_id : s->op_id;

        if (id.len == CW_ID_LEN)
            hex_of(wire_slice(id), full);
        printf("%s\n", full);
        return;
    }
    short_id(s->op_id, op);
    TEXT(s->human_ref, reference);
    printf("%s %s, op %s, held by %u division%s",
           s->repeated ? "held already"
           : opens     ? "opened"
                       : "recorded",
           reference, op, s->held_by, s->held_by == 1 ? "" : "s");
    printf(proven != 0 ? ", receipt checked: %u\n" : "\n", proven);
    if (s->proposal)
        tell_proposal(w, opens);
}

static enum exit_code judge(struct writing *w, const struct cw_answer *answer, const struct cw_op_id *op,
                            uint32_t wanted)
{
    const Cw__Submitted *s = answer_message(answer)->submitted;
    uint32_t proven = 0;
    enum exit_code code = cli_flag(w->cli, "check") ? check_receipt(w, answer, op, &proven) : EXIT_DONE;

    if (code != EXIT_DONE)
        return code;
    tell(w, s, proven);
    if (s->held_by >= wanted)
        return EXIT_DONE;
    return complain(w->cli, EXIT_TIMED_OUT,
                    &(struct trouble){"it is safe here, but fewer divisions hold it than you asked for", NULL,
                                      "the deadline came first", "casewire peers"});
}

static enum exit_code submit(struct writing *w, const struct cw_submission *submission, const struct cw_ack *ack)
{
    struct cw_answer *answer;
    struct cw_op_id op;
    enum exit_code code;
    int32_t timeout_ms = w->cli->timeout_ms + (ack->held_by > 1 ? ack->deadline_ms : 0);

    if (timeout_ms > CW_TIMEOUT_MS_MAX)
        timeout_ms = CW_TIMEOUT_MS_MAX;
    if (cw_client_submit(w->context->client, submission, ack, timeout_ms, &answer) != CW_OK)
        return writing_refused(w, cw_client_fault(w->context->client));
    cw_submission_op(submission, &op);
    code = judge(w, answer, &op, ack->held_by);
    cw_answer_close(answer);
    return code;
}

/* --- by way of the outbox --------------------------------------------------------------------------------- */

static void tell_entry(const struct writing *w, const struct cw_outbox_entry *e)
{
    char id[2 * CW_ID_LEN + 1];

    hex_of(w->kind == NULL ? slice(e->case_id.b, CW_ID_LEN) : slice(e->op.b, CW_ID_LEN), id);
    if (w->cli->json)
        json_print(w->cli, json_pack("{s:o}", "outbox", box_json(&w->box, e)));
    else if (w->cli->quiet)
        printf("%s\n", id);
    else
        box_tell(w->cli, &w->box, e);
}

/* It is safe once it is in the file; whether it is delivered at once is another question. */
static enum exit_code queue(struct writing *w, const struct cw_submission *submission, const struct cw_ack *ack)
{
    struct cw_outbox_entry e = {.size = sizeof(e)};
    struct cw_fault fault = {0};
    enum exit_code code = need_box(w);
    enum cw_err err;
    uint64_t number;

    if (code != EXIT_DONE)
        return code;
    if (cw_outbox_add(w->box.outbox, &submission, 1, ack, &number, &fault) != CW_OK)
        return complain_fault(w->cli, "nothing was recorded", &fault);
    err = w->offline ? CW_AGAIN_NO_DAEMON : box_deliver(w->cli, &w->box, NULL, NULL, &fault);
    if (cw_err_class_of(err) == CW_CLASS_LOCAL)
        return complain_fault(w->cli, "it is in the outbox, which cannot be written any more", &fault);
    if (cw_outbox_find(w->box.outbox, number, &e) != CW_OK)
        return complain(w->cli, EXIT_FAILED,
                        &(struct trouble){"the outbox lost what was put into it", w->box.path, NULL, NULL});
    tell_entry(w, &e);
    if (err == CW_AGAIN_KEPT_OUT)
        return complain_fault(w->cli, "it is in the outbox, and nobody takes it from this certificate", &fault);
    if (e.state == CW_OUTBOX_REFUSED)
        return complain_fault(w->cli, "it was refused", &e.fault);
    if (e.state == CW_OUTBOX_STORED && !cw_outbox_is_done(&e))
        return complain(w->cli, EXIT_TIMED_OUT,
                        &(struct trouble){"it is safe here, but fewer divisions hold it than you asked for", NULL,
                                          "the deadline came first", "casewire outbox send"});
    return EXIT_DONE;
}

enum exit_code writing_send(struct writing *w)
{
    struct cw_submission *submission;
    struct cw_fault fault = {0};
    int64_t held_by, deadline;
    struct cw_ack ack;
    enum exit_code code;

    if (!cli_number(w->cli, "held-by", 1, CW_HELD_BY_MAX, 1, &held_by) ||
        !cli_number(w->cli, "deadline", 1, 600, 10, &deadline))
        return EXIT_USAGE;
    if (w->view != NULL)
        cw_draft_epoch(w->draft, w->view->owner_epoch);
    else if (w->kind == NULL && w->context->file.synthetic)
        cw_draft_synthetic(w->draft);
    if (cw_draft_sign(w->draft, w->context->identity, when_now(), &submission, &fault) != CW_OK)
        return writing_refused(w, &fault);
    ack = (struct cw_ack){(uint32_t)held_by, (int32_t)deadline * 1000};
    code = cli_flag(w->cli, "outbox") ? queue(w, submission, &ack) : submit(w, submission, &ack);
    cw_submission_free(submission);
    return code;
}
