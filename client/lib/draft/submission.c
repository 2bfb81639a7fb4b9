/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/submission.h"
#include "lib/client.h"
#include "lib/fault.h"
#include "lib/identity.h"
#include "lib/need.h"
#include "lib/unpack.h"
#include "proto/ahead.h"

#include <stdlib.h>

enum cw_err submission_new(const struct submission_draft *draft, const struct signed_header *header,
                           struct cw_submission **out)
{
    Cw__Submit submit = CW__SUBMIT__INIT;
    Cw__SubmitPart parts[PARTS_MAX], *part_at[PARTS_MAX];
    struct cw_submission *submission = calloc(1, sizeof(*submission));
    enum cw_err err;

    if (submission == NULL)
        return CW_LOCAL_MEMORY;
    submit.has_header = submit.has_proof = true;
    submit.header = wire_bytes(header->header);
    submit.proof = wire_bytes(header->proof);
    submit.has_path = header->path.len > 0;
    submit.path = wire_bytes(header->path);
    for (uint32_t i = 0; i < draft->part_count; i++) {
        cw__submit_part__init(&parts[i]);
        parts[i].has_r = parts[i].has_payload = true;
        parts[i].r = wire_bytes(slice(draft->parts[i].r, 32));
        parts[i].payload = wire_bytes(draft->parts[i].payload);
        part_at[i] = &parts[i];
    }
    submit.n_parts = draft->part_count;
    submit.parts = part_at;
    err = message_pack(&submit.base, CW_MESSAGE_LEN_MAX, &submission->bytes);
    if (err != CW_OK) {
        free(submission);
        return err;
    }
    submission->op = header->op;
    if (draft->has_case)
        submission->case_id = draft->case_id;
    else
        case_id_of(&submission->op, &submission->case_id);
    *out = submission;
    return CW_OK;
}

/*
 * The author's time in milliseconds, then ten random bytes: unique, and the ids of one author grow, so that a daemon's
 * index of them is written at its end and not all over. The header says the time anyway.
 */
static void fresh_submission_id(struct cw_wall now, uint8_t out[static 16])
{
    for (int i = 0; i < 6; i++)
        out[i] = (uint8_t)((uint64_t)now.ms >> (40 - 8 * i));
    random_bytes(out + 6, 10);
}

/* As the door judges it, which hears of it hours later when it waits in an outbox. Whether invented cases have their years on
 * this network, only the door knows. */
static enum cw_err check_has_been(const struct cw_draft *draft, struct cw_wall now, struct cw_fault *fault)
{
    for (uint32_t i = 0; i < draft->write_count; i++) {
        const struct draft_write *write = draft->writes[i];
        bool says = write->value.type != VALUE_NONE && (write->verb == VERB_SET || write->verb == VERB_ADD);

        if (says && field_has_been(write->field, draft->event) && !is_invented_time(write->value.number) &&
            lies_ahead(write->value.number, write->value.latest, now.ms))
            return fault_set(fault, CW_REFUSED_VALUE, write->field->name, AHEAD_TEXT);
    }
    return CW_OK;
}

enum cw_err submission_draft_of(const struct cw_draft *draft, const struct cw_identity *identity, struct cw_wall now,
                                struct submission_draft *out, struct draft_parts *out_parts, struct cw_fault *fault)
{
    enum cw_err err;

    if (draft->write_count == 0 && draft->type != OP_EVENT)
        return fault_set(fault, CW_USAGE_ARGUMENT, "draft", "it says nothing: no field is written");
    if (now.ms < 0)
        return fault_set(fault, CW_USAGE_ARGUMENT, "now", "before 1970");
    err = check_has_been(draft, now, fault);
    if (err != CW_OK)
        return err;
    err = draft_encode(draft, out_parts);
    if (err != CW_OK)
        return submission_explain(err, fault);
    *out = (struct submission_draft){
        .network = identity->certificate.network,
        .author = identity->id,
        .op_class = CLASS_CASE,
        .has_case = draft->has_case,
        .case_id = draft->case_id,
        .author_time = now,
        .part_count = out_parts->count,
    };
    fresh_submission_id(now, out->submission_id);
    for (uint32_t i = 0; i < out_parts->count; i++) {
        random_bytes(out->parts[i].r, 32);
        out->parts[i].payload = buf_slice(&out_parts->payloads[i]);
    }
    return CW_OK;
}

static enum cw_err sign(struct submission_draft *draft, struct cw_submission **out)
{
    void *memory = malloc(SUBMISSION_MEMORY_LEN);
    struct arena arena = arena_over(memory, SUBMISSION_MEMORY_LEN);
    struct signed_header header = {.path = slice(NULL, 0)};
    enum cw_err err = CW_LOCAL_MEMORY;

    if (memory != NULL)
        err = submission_build(draft, &arena, &header.header, &header.proof, &header.op);
    if (err == CW_OK)
        err = submission_new(draft, &header, out);
    free(memory);
    return err;
}

enum cw_err cw_draft_sign(const struct cw_draft *draft, const struct cw_identity *identity, struct cw_wall now,
                          struct cw_submission **out_submission, struct cw_fault *out_fault)
{
    if (MISSING(out_fault, draft, identity, out_submission))
        return CW_USAGE_ARGUMENT;
    struct signer signer = identity_signer(identity);
    struct submission_draft plain = {0};
    struct draft_parts parts;
    enum cw_err err = submission_draft_of(draft, identity, now, &plain, &parts, out_fault);

    if (err != CW_OK)
        return err;
    plain.signer = &signer;
    err = sign(&plain, out_submission);
    draft_parts_done(&parts);
    return err == CW_OK ? CW_OK : submission_explain(err, out_fault);
}

enum cw_err submission_explain(enum cw_err err, struct cw_fault *fault)
{
    if (err == CW_LOCAL_KEY)
        return fault_set(fault, err, "signature", "whoever keeps your key did not sign: the login may be over");
    if (err == CW_REFUSED_SIZE)
        return fault_set(
            fault, err, "draft",
            "it says more than one submission holds, %d bytes in one value's part and %d in all: say it in several",
            PAYLOAD_LEN_MAX, PADDED_TOTAL_MAX);
    return fault_plain(fault, err, "draft");
}

void cw_submission_free(struct cw_submission *submission)
{
    if (submission == NULL)
        return;
    buf_done(&submission->bytes);
    free(submission);
}

void cw_submission_op(const struct cw_submission *submission, struct cw_op_id *out_op)
{
    if (MISSING(NULL, submission, out_op))
        return;
    *out_op = submission->op;
}

void cw_submission_case(const struct cw_submission *submission, struct cw_case_id *out_case)
{
    if (MISSING(NULL, submission, out_case))
        return;
    *out_case = submission->case_id;
}

struct cw_slice cw_submission_bytes(const struct cw_submission *submission)
{
    if (MISSING(NULL, submission))
        return slice(NULL, 0);
    return buf_slice(&submission->bytes);
}

enum cw_err cw_submission_from(struct cw_slice bytes, struct cw_submission **out_submission)
{
    if (MISSING(NULL, out_submission) || HOLLOW(NULL, bytes))
        return CW_USAGE_ARGUMENT;
    struct submission_header header;
    struct cw_submission *submission;
    ProtobufCMessage *message;
    void *memory;
    bool unknown;
    enum cw_err err = message_unpack(&cw__submit__descriptor, bytes, &memory, &message, &unknown);

    if (err != CW_OK)
        return err;
    err = submission_header_parse(wire_slice(((Cw__Submit *)message)->header), &header);
    submission = err == CW_OK ? calloc(1, sizeof(*submission)) : NULL;
    if (submission != NULL) {
        op_id_of(wire_slice(((Cw__Submit *)message)->header), &submission->op);
        if (header.has_case)
            submission->case_id = header.case_id;
        else
            case_id_of(&submission->op, &submission->case_id);
        err = buf_add(&submission->bytes, bytes);
    } else if (err == CW_OK) {
        err = CW_LOCAL_MEMORY;
    }
    free(memory);
    if (err != CW_OK) {
        cw_submission_free(submission);
        return err;
    }
    *out_submission = submission;
    return CW_OK;
}

static enum cw_err check_ack(struct cw_client *client, const struct cw_ack *ack, const struct cw_call *call)
{
    if (ack->held_by > CW_HELD_BY_MAX)
        return fault_set(&client->fault, CW_USAGE_ARGUMENT, "held_by", "at most %d divisions can be waited for",
                         CW_HELD_BY_MAX);
    if (ack->held_by > 1 && (ack->deadline_ms < 0 || (call != NULL && ack->deadline_ms >= call->timeout_ms)))
        return fault_set(&client->fault, CW_USAGE_ARGUMENT, "deadline_ms",
                         "must be 0 or more, and less than timeout_ms: or nobody hears the daemon's answer");
    return CW_OK;
}

/* The ack as the request carries it; the daemon may take that much longer. */
static void ask_for(const struct cw_ack *ack, Cw__Submit *submit, struct request_plan *plan)
{
    if (ack->held_by < 2)
        return;
    plan->patience_ms = ack->deadline_ms;
    submit->has_held_by = submit->has_deadline_ms = true;
    submit->held_by = ack->held_by;
    submit->deadline_ms = (uint32_t)ack->deadline_ms;
}

enum cw_err cw_ask_submit(struct cw_client *client, const struct cw_call *call, const struct cw_submission *submission,
                          const struct cw_ack *ack, struct cw_request **out_request)
{
    if (MISSING(FAULT_OF(client), client, call, submission))
        return CW_USAGE_ARGUMENT;
    struct request_plan plan = {
        .member = offsetof(Cw__Answer, submitted), .op = &submission->op, .session = SESSION_WRITE};
    Cw__Request request = CW__REQUEST__INIT;
    ProtobufCMessage *message;
    void *memory;
    enum cw_err err = ack != NULL ? check_ack(client, ack, call) : CW_OK;

    if (err != CW_OK)
        return err;
    err = message_unpack(&cw__submit__descriptor, buf_slice(&submission->bytes), &memory, &message, NULL);
    if (err != CW_OK)
        return fault_plain(&client->fault, err, "submission");
    request.submit = (Cw__Submit *)message;
    if (ack != NULL)
        ask_for(ack, request.submit, &plan);
    err = client_start(client, &request, call, &plan, out_request);
    free(memory);
    return err;
}

enum cw_err cw_client_submit(struct cw_client *client, const struct cw_submission *submission, const struct cw_ack *ack,
                             int32_t timeout_ms, struct cw_answer **out_answer)
{
    if (MISSING(FAULT_OF(client), client, submission, out_answer))
        return CW_USAGE_ARGUMENT;
    struct cw_call call = {.size = sizeof(call), .timeout_ms = timeout_ms};
    struct cw_request *request = NULL;
    enum cw_err err = cw_ask_submit(client, &call, submission, ack, &request);

    return client_wait_for(err, request, out_answer);
}
