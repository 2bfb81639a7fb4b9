/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/receipt.h"

#include "lib/need.h"
#include "lib/trust.h"
#include "lib/unpack.h"

#include <stdlib.h>

/* A usual receipt needs little. It has at most LOGS_MAX pieces of evidence, but an answer of 1 MiB bounds it far below. */
#define RECEIPT_MEMORY_LEN_MIN ((size_t)64 << 10)
#define RECEIPT_MEMORY_LEN_MAX ((size_t)16 << 20)

static bool find(void *context, const struct cert_id *id, struct certificate *out)
{
    const struct trust_cert *cert = trust_find(context, id);

    if (cert == NULL)
        return false;
    *out = cert->parsed;
    return true;
}

static enum cw_err verify_within(const struct cw_trust *trust, struct cw_slice receipt, size_t len,
                                 struct receipt_facts *out, struct refusal *refusal)
{
    struct cert_source certs = {find, (void *)(uintptr_t)trust};
    void *memory = malloc(len);
    struct arena arena = arena_over(memory, len);

    if (memory == NULL)
        return refuse(refusal, CW_LOCAL_MEMORY, "", "%s", cw_err_sentence(CW_LOCAL_MEMORY));
    enum cw_err err = receipt_verify(receipt, &trust->network, &certs, &arena, out, refusal);
    free(memory);
    return err;
}

enum cw_err cw_receipt_check(const struct cw_trust *trust, struct cw_slice receipt, struct cw_receipt_facts *out_facts,
                             struct cw_fault *out_fault)
{
    if (MISSING(out_fault, trust, out_facts) || HOLLOW(out_fault, receipt))
        return CW_USAGE_ARGUMENT;
    struct receipt_facts facts;
    struct refusal refusal = {0};
    enum cw_err err = CW_LOCAL_MEMORY;

    for (size_t len = RECEIPT_MEMORY_LEN_MIN; err == CW_LOCAL_MEMORY && len <= RECEIPT_MEMORY_LEN_MAX; len *= 4)
        err = verify_within(trust, receipt, len, &facts, &refusal);
    if (err != CW_OK)
        return fault_of_refusal(out_fault, err, &refusal);
    *out_facts = (struct cw_receipt_facts){.op = facts.op_id, .seq = facts.seq, .held_by = facts.held_by};
    memcpy(out_facts->log, facts.log.b, CW_ID_LEN);
    memcpy(out_facts->division, facts.division, sizeof(out_facts->division));
    return CW_OK;
}

enum cw_err cw_answer_check_receipt(const struct cw_answer *answer, const struct cw_trust *trust,
                                    const struct cw_op_id *op, struct cw_receipt_facts *out_facts,
                                    struct cw_fault *out_fault)
{
    if (MISSING(out_fault, answer, trust, op, out_facts))
        return CW_USAGE_ARGUMENT;
    const Cw__Submitted *submitted = answer_message(answer)->submitted;
    struct cw_receipt_facts facts;
    struct buf bytes = {0};
    enum cw_err err;

    if (submitted == NULL || submitted->receipt == NULL)
        return fault_set(out_fault, CW_PEER_MALFORMED, "receipt", "the daemon sent no receipt");
    /* The receipt is not itself signed as one string: what is inside it is, so packing it again changes nothing. */
    err = message_pack(&submitted->receipt->base, CW_MESSAGE_LEN_MAX, &bytes);
    if (err == CW_OK)
        err = cw_receipt_check(trust, buf_slice(&bytes), &facts, out_fault);
    else
        fault_plain(out_fault, err, "receipt");
    buf_done(&bytes);
    if (err != CW_OK)
        return err;
    if (!ID_EQ(&facts.op, op))
        return fault_set(out_fault, CW_PEER_MALFORMED, "receipt", "the receipt is about another op");
    *out_facts = facts;
    return CW_OK;
}
