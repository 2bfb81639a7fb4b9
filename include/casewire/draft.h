/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_DRAFT_H
#define CASEWIRE_DRAFT_H

#include <casewire/identity.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * What an author is about to say: opens a case, sets fields, or records an event. Names of kinds, events
 * and fields, and the texts of values, are those of `casewire schema`; nothing needs a daemon.
 *
 * Threads: every function here may be called by any thread; one draft is used by one thread at a time, also while it
 * is signed. Several threads may sign drafts of theirs with one identity.
 */
struct cw_draft;

enum cw_verb { CW_SET = 1, CW_ADD = 2, CW_REMOVE = 3, CW_STRIKE = 4 };

/** Opens a case of a kind ("ocg", "county_line", "missing_child", "operation"). */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_draft_open(const char *kind, struct cw_draft **out_draft,
                                                  struct cw_fault *out_fault);
/** Writes fields of a case. `kind` says which fields there are. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_draft_set(const char *kind, const struct cw_case_id *case_id,
                                                 struct cw_draft **out_draft, struct cw_fault *out_fault);
/** Records something that happened ("arrest", "seizure", ...). */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_draft_event(const char *kind, const char *event,
                                                   const struct cw_case_id *case_id, struct cw_draft **out_draft,
                                                   struct cw_fault *out_fault);
CW_PUBLIC void cw_draft_free(struct cw_draft *draft);

/**
 * Adds one write: `value` is text as a person types it ("high", "2018-03-19T16:00Z", "1250.00 GBP").
 *
 * Returns   CW_OK, or CW_REFUSED_UNKNOWN_FIELD, CW_REFUSED_VALUE, CW_REFUSED_TEXT, CW_REFUSED_MARKING,
 *           CW_REFUSED_SIZE (more than 64 writes), CW_USAGE_ARGUMENT (a second value for a field that takes one),
 *           CW_LOCAL_MEMORY
 * Order     before cw_draft_sign()
 */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_draft_write(struct cw_draft *draft, const char *field, enum cw_verb verb,
                                                   struct cw_slice value, struct cw_fault *out_fault);
/** The last write replaces what op `op` wrote as its write number `index`. At most 64 for each write. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_draft_supersedes(struct cw_draft *draft, const struct cw_op_id *op,
                                                        uint32_t index);
/** The ownership epoch the author knew ("view.owner_epoch"): owner-only fields of a later epoch are proposals. */
CW_PUBLIC void cw_draft_epoch(struct cw_draft *draft, uint64_t epoch);
/** The case to open is invented: production daemons refuse it, test daemons refuse anything else. */
CW_PUBLIC void cw_draft_synthetic(struct cw_draft *draft);
/** The author had seen this op and answers it: a review answers no assessment that was not seen. At most 64. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_draft_after(struct cw_draft *draft, const struct cw_op_id *op);
/**
 * Names an entity, a case or an episode: the first ref of an event on a missing child, or of a set of an episode's
 * fields, is the episode ("view.episodes[].episode"). Without one it is the first, which has no id; a daemon refuses
 * that when the first is over and another goes on. At most 64.
 */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_draft_ref(struct cw_draft *draft, const uint8_t id[CW_ID_LEN]);
/** This event corrects that one. At most 8. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_draft_corrects(struct cw_draft *draft, const struct cw_op_id *op,
                                                      uint32_t index);
/** This event takes back what it corrects: that stays in the history, marked, and counts no more. */
CW_PUBLIC void cw_draft_withdraws(struct cw_draft *draft);
/** This event is the same happening as that one (an event id). At most 8. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_draft_same_as(struct cw_draft *draft, const uint8_t event_id[CW_ID_LEN]);

#ifdef __cplusplus
}
#endif

#endif
