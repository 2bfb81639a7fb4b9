/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_SUBMISSION_H
#define CASEWIRE_SUBMISSION_H

#include <casewire/client.h>
#include <casewire/draft.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A signed submission: the same bytes may be sent any number of times, to any daemon, with one effect. */
struct cw_submission;

/**
 * Signs. The submission id and the blinding of the parts are fresh entropy; `now` is the author's time.
 *
 * Returns   CW_OK, CW_USAGE_ARGUMENT, CW_REFUSED_SIZE (a part is too long), CW_LOCAL_MEMORY
 *           CW_REFUSED_VALUE  a time of what has been lies ahead of `now`
 * Threads   any
 */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_draft_sign(const struct cw_draft *draft, const struct cw_identity *identity,
                                                  struct cw_wall now, struct cw_submission **out_submission,
                                                  struct cw_fault *out_fault);
CW_PUBLIC void cw_submission_free(struct cw_submission *submission);
CW_PUBLIC void cw_submission_op(const struct cw_submission *submission, struct cw_op_id *out_op);
/** The case the op opens or concerns. */
CW_PUBLIC void cw_submission_case(const struct cw_submission *submission, struct cw_case_id *out_case);
/** cw.Submit bytes, for keeping until a receipt is held. Threads: any. */
CW_PUBLIC struct cw_slice cw_submission_bytes(const struct cw_submission *submission);
/** A submission kept earlier. CW_REFUSED_MALFORMED when the bytes are not one. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_submission_from(struct cw_slice bytes, struct cw_submission **out_submission);

#define CW_HELD_BY_MAX 64

/** What is waited for. */
struct cw_ack {
    uint32_t held_by; /**< 0 or 1: durable at this daemon; k: k divisions hold it; at most CW_HELD_BY_MAX */
    /**
     * How long the daemon waits for the other divisions before it answers with those it has; less than the call's
     * timeout. Of no meaning below 2.
     */
    int32_t deadline_ms;
};

/**
 * Submits, as the functions of ask.h ask. The answer's "submitted.held_by" says how many divisions hold it, which may
 * be fewer than asked for when the deadline came first: it is durable at this daemon all the same.
 * "submitted.receipt" is believed only after cw_answer_check_receipt().
 *
 * The same submission may be sent any number of times to any number of daemons with one effect, so it is sent again,
 * also to the next daemon, until an answer comes or the timeout ends. After CW_AGAIN_NO_DAEMON it is not known whether
 * it arrived: submit the same again later (outbox.h does).
 *
 * @param ack  NULL: durable at the daemon that answers; CW_USAGE_ARGUMENT when it is outside its bounds
 */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_ask_submit(struct cw_client *client, const struct cw_call *call,
                                                  const struct cw_submission *submission, const struct cw_ack *ack,
                                                  struct cw_request **out_request);
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_client_submit(struct cw_client *client, const struct cw_submission *submission,
                                                     const struct cw_ack *ack, int32_t timeout_ms,
                                                     struct cw_answer **out_answer);

#ifdef __cplusplus
}
#endif

#endif
