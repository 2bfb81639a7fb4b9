/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_PROTO_RECEIPT_H
#define CASEWIRE_PROTO_RECEIPT_H

/*
 * A receipt verifies offline: entry -> path -> seal -> the log's certificate, and, per further division,
 * item -> path -> signed frontier, and the seals between. Needs only certificates the verifier trusts.
 */

#include "proto/message.h"
#include "proto/sign.h"

/* Whose key may have signed: looked up by certificate id. false when unknown. Threads: the caller's. */
struct cert_source {
    bool (*find)(void *ctx, const struct cert_id *id, struct certificate *out);
    void *ctx;
};

struct receipt_facts {
    struct cw_op_id op_id;
    struct log_id log;
    uint64_t seq;
    uint64_t hlc;
    char division[DIVISION_LEN_MAX + 1];
    uint32_t held_by; /* distinct divisions proven to hold it, the local one included */
};

/* receipt: the protobuf bytes of cw.Receipt. *refusal names the first thing that does not hold. */
enum cw_err receipt_verify(struct cw_slice receipt, const struct network_id *network, const struct cert_source *certs,
                           struct arena *arena, struct receipt_facts *out, struct refusal *refusal);

#endif
