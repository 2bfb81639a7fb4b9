/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_LIB_SESSION_H
#define CASEWIRE_LIB_SESSION_H

/*
 * Tokens of several daemons: a daemon that answers has seen what the request brought along, so its token stands for
 * those; tokens of one daemon stand for its earlier ones. More than one is there only while requests are under way at
 * several daemons at once.
 */

#include <casewire/session.h>

#include "proto/buf.h"
#include "proto/seen.h"

/* One connection of one handle. A daemon that is still the same needs no telling what it told. */
struct session_way {
    uint64_t handle; /* 0: none */
    uint64_t connection;
    uint32_t daemon;
};

struct session_mark {
    uint8_t start[16];
    uint64_t counter;
};

struct session_token {
    struct session_mark mark;
    struct session_way way; /* by which it came */
    struct buf bytes;
};

struct cw_session {
    struct session_token tokens[SEEN_TOKENS_MAX];
    uint32_t count;
    struct buf packed; /* of cw_session_bytes() */
};

/* What one request brought along. */
struct session_carried {
    struct session_mark marks[SEEN_TOKENS_MAX];
    uint32_t count;
};

/*
 * Adds to a packed request the tokens that a daemon at the other end of `way` may not know. CW_REFUSED_SIZE: longer
 * than len_max then; CW_LOCAL_MEMORY.
 */
enum cw_err session_carry(const struct cw_session *s, const struct session_way *way, size_t len_max,
                          struct buf *request, struct session_carried *out_carried);

/*
 * Takes the token of an answer. CW_PEER_MALFORMED: it is none, or of another network. CW_AGAIN_BEHIND: no room to
 * remember it, so the answer must not be used; asking again brings everything along and makes room.
 */
enum cw_err session_learn(struct cw_session *s, struct cw_slice token, const uint8_t network[static CW_ID_LEN],
                          const struct session_way *way, const struct session_carried *carried);

#endif
