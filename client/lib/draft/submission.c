/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/submission.h"

#include "lib/client.h"
#include "lib/draft.h"
#include "lib/fault.h"
#include "lib/identity.h"
#include "lib/unpack.h"

#include <casewire/submission.h>

#include <stdlib.h>

struct cw_submission {
    struct cw_op_id op;
    struct cw_case_id case_id;
    struct buf bytes; /* cw.Submit without an ack: the same whenever it is sent */
};

/* A submission from its pieces; header and proof are as signed. */
static enum cw_err submission_new(struct cw_slice header, struct cw_slice proof, const struct submission_draft *draft,
                                  struct cw_submission **out)
{
    Cw__Submit submit = CW__SUBMIT__INIT;
    Cw__SubmitPart parts[PARTS_MAX], *part_at[PARTS_MAX];
    struct cw_submission *submission = calloc(1, sizeof(*submission));
    enum cw_err err;

    if (submission == NULL)
        return CW_LOCAL_MEMORY;
    submit.has_header = submit.has_proof = true;
    submit.header = wire_bytes(header);
    submit.proof = wire_bytes(proof);
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
    op_id_of(header, &submission->op);
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

static void start_draft(struct submission_draft *out, const struct cw_draft *draft, const struct cw_identity *identity,
                        const struct signer *signer, struct cw_wall now)
{
    *out = (struct submission_draft){
        .network = identity->certificate.network,
        .author = identity->id,
        .signer = signer,
        .op_class = CLASS_CASE,
        .has_case = draft->has_case,
        .case_id = draft->case_id,
        .author_time = now,
    };
    fresh_submission_id(now, out->submission_id);
}

static enum cw_err sign(struct submission_draft *draft, struct cw_submission **out)
{
    size_t room = 8 * (size_class_len(SIZE_CLASS_MAX) / 8) + 65536;
    void *memory = malloc(room);
    struct arena arena = arena_over(memory, room);
    struct cw_slice header, proof;
    struct cw_op_id op;
    enum cw_err err = CW_LOCAL_MEMORY;

    if (memory != NULL)
        err = submission_build(draft, &arena, &header, &proof, &op);
    if (err == CW_OK)
        err = submission_new(header, proof, draft, out);
    free(memory);
    return err;
}

enum cw_err cw_draft_sign(const struct cw_draft *draft, const struct cw_identity *identity, struct cw_wall now,
                          struct cw_submission **out_submission, struct cw_fault *out_fault)
{
    struct signer signer = identity_signer(identity);
    struct submission_draft plain;
    struct draft_parts parts;
    enum cw_err err;

    if (draft->write_count == 0 && draft->type != OP_EVENT)
        return fault_set(out_fault, CW_USAGE_ARGUMENT, "draft", "it says nothing: no field is written");
    err = draft_encode(draft, &parts);
    if (err != CW_OK)
        return fault_plain(out_fault, err, "draft");
    start_draft(&plain, draft, identity, &signer, now);
    plain.part_count = parts.count;
    for (uint32_t i = 0; i < parts.count; i++) {
        random_bytes(plain.parts[i].r, 32);
        plain.parts[i].payload = buf_slice(&parts.payloads[i]);
    }
    err = sign(&plain, out_submission);
    draft_parts_done(&parts);
    if (err == CW_LOCAL_KEY)
        return fault_set(out_fault, err, "signature", "whoever keeps your key did not sign: the login may be over");
    return err == CW_OK ? CW_OK : fault_plain(out_fault, err, "draft");
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
    *out_op = submission->op;
}

void cw_submission_case(const struct cw_submission *submission, struct cw_case_id *out_case)
{
    *out_case = submission->case_id;
}

struct cw_slice cw_submission_bytes(const struct cw_submission *submission)
{
    return buf_slice(&submission->bytes);
}

enum cw_err cw_submission_from(struct cw_slice bytes, struct cw_submission **out_submission)
{
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
    struct cw_call call = {.size = sizeof(call), .timeout_ms = timeout_ms};
    struct cw_request *request = NULL;
    enum cw_err err = cw_ask_submit(client, &call, submission, ack, &request);

    return client_wait_for(err, request, out_answer);
}
