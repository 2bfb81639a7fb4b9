/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_ASK_H
#define CASEWIRE_ASK_H

/**
 * Questions to a daemon. Each exists twice: cw_ask_...() starts a request, cw_client_...() also waits for it.
 *
 * cw_ask_...() returns
 *           CW_OK                 started; *out_request (may be NULL when the call has a callback) is its handle
 *           CW_USAGE_ARGUMENT     see cw_client_fault()
 *           CW_REFUSED_SIZE       longer than CW_MESSAGE_LEN_MAX
 *           CW_LOCAL_MEMORY       also: CW_REQUESTS_MAX or CW_REQUESTS_LEN_MAX are on their way already
 *
 * and cw_client_...() these, or what became of the request:
 *           CW_OK
 *           CW_AGAIN_NO_DAEMON    no daemon answered in time; the fault says whether nothing listens there, or
 *                                 something listens and would not talk to this key
 *           CW_AGAIN_KEPT_OUT     a daemon is there and refuses this certificate: revoked, or out of its dates by its clock
 *           CW_PEER_MALFORMED     every daemon sent bytes that cannot be read, or an answer to another question
 *           any CW_REFUSED_, CW_AGAIN_, CW_LOCAL_ code of the daemon, its sentence in the fault
 *
 * A daemon that does not answer, answers garbage or has no room is marked and the next one is asked, as long as the
 * timeout lasts; what it refuses (CW_REFUSED_) is the answer. CW_REFUSED_EXPIRED is only when every daemon says so, since
 * a certificate's dates are held against the daemon's clock. CW_AGAIN_BUSY is waited out.
 *
 * Blocks    cw_ask_...() never; cw_client_...() up to timeout_ms (1 to CW_TIMEOUT_MS_MAX)
 * Threads   one thread per handle
 */

#include <casewire/client.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CW_LIST_LIMIT_MAX 200

/** One case or operation. `name`: its id, a unique beginning of it, or its reference. Answer: view. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_ask_get(struct cw_client *client, const struct cw_call *call,
                                               struct cw_slice name, struct cw_request **out_request);
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_client_get(struct cw_client *client, struct cw_slice name, int32_t timeout_ms,
                                                  struct cw_answer **out_answer);

/**
 * The same as a division knew it at a time: by when it received what was said, not by when it occurred. "view.known" says
 * how many statements count, came later, and of how many nobody at the answering daemon can say. Exact where `division` is
 * the answering daemon's own. CW_REFUSED_UNKNOWN_CASE: it did not know of the case. Answer: view.
 */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_ask_get_known(struct cw_client *client, const struct cw_call *call,
                                                     struct cw_slice name, struct cw_slice division, struct cw_wall at,
                                                     struct cw_request **out_request);
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_client_get_known(struct cw_client *client, struct cw_slice name,
                                                        struct cw_slice division, struct cw_wall at, int32_t timeout_ms,
                                                        struct cw_answer **out_answer);

/** What of one case is asked for. Zeroed but for size and name, it is cw_ask_get(). */
struct cw_case_query {
    size_t size;          /**< sizeof(struct cw_case_query) */
    struct cw_slice name; /**< as in cw_ask_get() */
    struct cw_slice
        division; /**< as this division knew it at `at`: see cw_ask_get_known(); empty: as it is known now */
    struct cw_wall at;
    /**
     * The op of an event ("view.events.op"): answered by the view's header and the events before that one, newest first.
     * While "view.more_events" is set there are more before the last. NULL: the newest, with all the rest.
     */
    const struct cw_op_id *events_before;
};
/** Answer: view. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_ask_case(struct cw_client *client, const struct cw_call *call,
                                                const struct cw_case_query *query, struct cw_request **out_request);
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_client_case(struct cw_client *client, const struct cw_case_query *query,
                                                   int32_t timeout_ms, struct cw_answer **out_answer);

struct cw_list_query {
    size_t size;            /**< sizeof(struct cw_list_query) */
    uint32_t kind;          /**< 0: all */
    uint32_t limit;         /**< 0: 50; at most CW_LIST_LIMIT_MAX */
    struct cw_slice after;  /**< "list.next" of the page before; empty for the first */
    struct cw_slice prefix; /**< reference, title or operation name starts with this */
    int conflicts_only;
    /* Empty: any. All that are given must fit. A program that was built without them passes the size it knew. */
    struct cw_slice status;   /**< as lists show it: "open", "missing" */
    struct cw_slice division; /**< that opened it */
    struct cw_slice risk;     /**< as lists show it: "high", "not assessed" */
    struct cw_slice owner;    /**< the division that owns it, or one of those that claim it */
    struct cw_slice area;
    struct cw_slice entity; /**< a phone, a reference, a person, another thing's id: wherever it stands in the case */
    int overdue_only;       /**< a duty runs whose deadline passed */
    /**
     * A division's code, and a time that has come (`at`): each case as that division knew it by then, and all of the above
     * held against that. Then cases come in an order that never changes, newest change of each page first, and the answer
     * has "list.known"; one of an older daemon has not, and is of today. Empty: as cases are known here now.
     */
    struct cw_slice as_known_at;
    struct cw_wall at;
};
/**
 * A page of cases. Answer: list. `query` may be NULL. With one of the six texts, newest day first; else, with `overdue_only`,
 * the longest overdue first; else newest change first.
 * A page may hold fewer than `limit`, even none, and still have a "list.next".
 */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_ask_list(struct cw_client *client, const struct cw_call *call,
                                                const struct cw_list_query *query, struct cw_request **out_request);
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_client_list(struct cw_client *client, const struct cw_list_query *query,
                                                   int32_t timeout_ms, struct cw_answer **out_answer);

/** What happened to a case, newest first, at most `limit` (0: the daemon's default). Answer: history. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_ask_history(struct cw_client *client, const struct cw_call *call,
                                                   struct cw_slice name, uint32_t limit, struct cw_slice after,
                                                   struct cw_request **out_request);
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_client_history(struct cw_client *client, struct cw_slice name, uint32_t limit,
                                                      struct cw_slice after, int32_t timeout_ms,
                                                      struct cw_answer **out_answer);

/** Answer: status. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_ask_status(struct cw_client *client, const struct cw_call *call,
                                                  struct cw_request **out_request);
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_client_status(struct cw_client *client, int32_t timeout_ms,
                                                     struct cw_answer **out_answer);

/** Answer: peers. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_ask_peers(struct cw_client *client, const struct cw_call *call,
                                                 struct cw_request **out_request);
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_client_peers(struct cw_client *client, int32_t timeout_ms,
                                                    struct cw_answer **out_answer);

/** Kinds, fields and their values. Answer: schema. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_ask_schema(struct cw_client *client, const struct cw_call *call,
                                                  struct cw_request **out_request);
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_client_schema(struct cw_client *client, int32_t timeout_ms,
                                                     struct cw_answer **out_answer);

/** Answer: authority; with the certificates when asked. They are the daemon's word: see trust.h. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_ask_authority(struct cw_client *client, const struct cw_call *call,
                                                     int certificates, struct cw_request **out_request);
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_client_authority(struct cw_client *client, int certificates, int32_t timeout_ms,
                                                        struct cw_answer **out_answer);

/** The receipt of an op that is already held. Answer: submitted. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_ask_receipt(struct cw_client *client, const struct cw_call *call,
                                                   const struct cw_op_id *op, struct cw_request **out_request);
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_client_receipt(struct cw_client *client, const struct cw_op_id *op,
                                                      int32_t timeout_ms, struct cw_answer **out_answer);

/** One chunk of one log above `after`, with opened parts when `open`; `log` NULL: the list of logs. Answer: export. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_client_export(struct cw_client *client, const uint8_t *log, uint64_t after,
                                                     int open, int32_t timeout_ms, struct cw_answer **out_answer);

/* --- administrators: only over the daemon's admin socket, and never sent twice ------------------------ */

/** Hands sealed authority segments (cw.Entries bytes) to the daemon. Answer: published. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_client_publish(struct cw_client *client, const struct cw_slice *segments,
                                                      size_t segment_count, int32_t timeout_ms,
                                                      struct cw_answer **out_answer);

enum cw_admin_act { CW_ADMIN_CUT = 1, CW_ADMIN_HEAL = 2, CW_ADMIN_STOP = 3, CW_ADMIN_RELOAD = 4 };
/**
 * Cuts or heals the links with one division (NULL: all), stops the daemon, or lets it read its settings again: the answer's
 * `text` says what changed, and settings that are wrong are refused and change nothing.
 */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_client_admin(struct cw_client *client, enum cw_admin_act act,
                                                    const char *division, int32_t timeout_ms,
                                                    struct cw_answer **out_answer);

#ifdef __cplusplus
}
#endif

#endif
