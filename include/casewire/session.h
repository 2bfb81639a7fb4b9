/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_SESSION_H
#define CASEWIRE_SESSION_H

/**
 * What a session has seen: its own writes, and everything that was true of what it read. Every handle keeps one and
 * shows it to a daemon that may know less, the next one after a fail-over above all. So with one handle
 *
 *   one reads what one wrote, and never anything older than what one has read,
 *
 * at whichever daemon; or the answer is CW_AGAIN_BEHIND, when no daemon in reach has caught up before the timeout.
 * cw_client_get, _list, _history and _receipt are answered so; status, peers and exports are always as the daemon is.
 *
 * A program that ends and starts again, or that hands work to another one, keeps the session as bytes.
 */

#include <casewire/error.h>
#include <casewire/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CW_SESSION_LEN_MAX 262400 /**< bytes; about 100 for each division of the network */

struct cw_session;

/** A session that has seen nothing. CW_LOCAL_MEMORY. Threads: any; it is then used as the handles it is given to. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_session_new(struct cw_session **out_session);
CW_PUBLIC void cw_session_free(struct cw_session *session);

/**
 * The session as bytes: opaque, to be kept or handed on; what they say holds for one network.
 *
 * @param out_bytes  owned by the session; valid until it is next used
 *
 * Returns   CW_OK, CW_LOCAL_MEMORY
 */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_session_bytes(struct cw_session *session, struct cw_slice *out_bytes);

/** Returns CW_OK, CW_REFUSED_VERSION (of a newer library), CW_REFUSED_MALFORMED (damaged), CW_LOCAL_MEMORY. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_session_from(struct cw_slice bytes, struct cw_session **out_session);

/** Forgets what was seen: whoever would rather read something older than nothing at all. */
CW_PUBLIC void cw_session_clear(struct cw_session *session);

#ifdef __cplusplus
}
#endif

#endif
