/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_BUNDLE_H
#define CASEWIRE_BUNDLE_H

/**
 * Bundles: many drafts of one author under one signature, for those who bring in thousands. Each submission that comes
 * out of it is sent, acknowledged and verified alone, in any order, like one that was signed singly; a daemon verifies
 * the signature once for all of them. The certificate must allow it (`casewire authority issue --may-bundle`).
 *
 *     cw_bundle_new(identity, &bundle, &fault);
 *     for each: cw_bundle_add(bundle, draft, now, &fault);
 *     cw_bundle_sign(bundle, submissions, &fault);
 *
 * Threads: one at a time for each bundle.
 */

#include <casewire/submission.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CW_BUNDLE_COUNT_MAX 1024

struct cw_bundle;

/**
 * @param identity  must outlive the bundle
 *
 * Returns   CW_OK, CW_REFUSED_ROLE (the certificate signs singly), CW_LOCAL_MEMORY
 */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_bundle_new(const struct cw_identity *identity, struct cw_bundle **out_bundle,
                                                  struct cw_fault *out_fault);
CW_PUBLIC void cw_bundle_free(struct cw_bundle *bundle);

/**
 * Takes a copy of what the draft says. `now` is the author's time.
 *
 * Returns   CW_OK, CW_USAGE_ARGUMENT, CW_USAGE_ORDER (signed already), CW_REFUSED_SIZE (a part is too long, or there are
 *           CW_BUNDLE_COUNT_MAX), CW_LOCAL_MEMORY
 */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_bundle_add(struct cw_bundle *bundle, const struct cw_draft *draft,
                                                  struct cw_wall now, struct cw_fault *out_fault);
CW_PUBLIC size_t cw_bundle_count(const struct cw_bundle *bundle);

/**
 * The ids that a draft of the bundle has got, for others that name them: an event on a case that the same bundle opens.
 *
 * @param index  below cw_bundle_count(), in the order of adding. CW_USAGE_ARGUMENT otherwise.
 */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_bundle_ids(const struct cw_bundle *bundle, size_t index, struct cw_op_id *out_op,
                                                  struct cw_case_id *out_case);

/**
 * Signs all of them with one signature.
 *
 * @param out_submissions  room for cw_bundle_count() of them, in the order of adding; each is freed with
 *                         cw_submission_free(); untouched on failure
 *
 * Returns   CW_OK, CW_USAGE_ORDER (nothing was added, or signed already), CW_REFUSED_SIZE, CW_LOCAL_KEY, CW_LOCAL_MEMORY
 */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_bundle_sign(struct cw_bundle *bundle, struct cw_submission **out_submissions,
                                                   struct cw_fault *out_fault);

#ifdef __cplusplus
}
#endif

#endif
