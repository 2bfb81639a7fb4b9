/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TRUST_H
#define CASEWIRE_TRUST_H

#include <casewire/client.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CW_DIVISION_LEN_MAX 16

/**
 * The certificates of a network, each proven from the network id through the root log and an authority log.
 *
 * Threads: any may make one. cw_trust_add(), cw_trust_fetch(), cw_trust_free() and an attached outbox change it: meanwhile
 * nobody else uses it. While nobody changes it, any number of threads may read it and check receipts.
 */
struct cw_trust;

/**
 * @param genesis  network genesis record
 * @param pinned   the network id it must hash to; NULL: whatever it hashes to
 *
 * Returns   CW_OK, CW_REFUSED_MALFORMED, CW_REFUSED_NETWORK, CW_LOCAL_MEMORY
 */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_trust_new(struct cw_slice genesis, const uint8_t *pinned,
                                                 struct cw_trust **out_trust, struct cw_fault *out_fault);
CW_PUBLIC void cw_trust_free(struct cw_trust *trust);
/** Adds one segment (cw.Entries bytes) of the root log or of an authority log, after checking all of it. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_trust_add(struct cw_trust *trust, struct cw_slice entries,
                                                 struct cw_fault *out_fault);
/** Fetches the root and authority logs from a daemon and adds what is new. Blocks: timeout_ms for each request. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_trust_fetch(struct cw_trust *trust, struct cw_client *client, int32_t timeout_ms,
                                                   struct cw_fault *out_fault);
/** Certificates known so far. */
CW_PUBLIC size_t cw_trust_count(const struct cw_trust *trust);

struct cw_receipt_facts {
    struct cw_op_id op;
    uint8_t log[CW_ID_LEN];
    uint64_t seq;
    char division[CW_DIVISION_LEN_MAX + 1]; /**< whose daemon answered */
    uint32_t held_by;                       /**< distinct divisions proven to hold it, that one included */
};
/**
 * Checks a receipt (cw.Receipt bytes) without a connection.
 *
 * Returns   CW_OK, or the code of the first thing that does not hold, which the fault names
 * Threads   any, while nobody adds to the trust
 */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_receipt_check(const struct cw_trust *trust, struct cw_slice receipt,
                                                     struct cw_receipt_facts *out_facts, struct cw_fault *out_fault);
/** The same for an answer to cw_client_submit() or cw_client_receipt(), and that it is about `op`. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_answer_check_receipt(const struct cw_answer *answer,
                                                            const struct cw_trust *trust, const struct cw_op_id *op,
                                                            struct cw_receipt_facts *out_facts,
                                                            struct cw_fault *out_fault);

#ifdef __cplusplus
}
#endif

#endif
