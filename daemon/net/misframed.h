/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NET_MISFRAMED_H
#define CASEWIRE_NET_MISFRAMED_H

/*
 * A message is one frame of at most MESSAGE_LEN_MAX bytes (docs/protocol.md §6.4). Whoever sends another loses the link, and
 * whoever runs the daemon is told whose it was: as exactly as libzmq lets us know.
 *
 * libzmq hangs up on a frame above ZMQ_MAXMSGSIZE as soon as it has read the length, and tells nobody: not the sender, and
 * not us, whose monitor says "disconnected". So we let it take frames of twice the limit and judge those ourselves: who wrote
 * a program of his own is most often a little above. Beyond that the kernel knows: neither side ended the connection, and
 * bytes came that nobody read.
 */

#include "proto/id.h"
#include "proto/limits.h"

#define MISFRAMED_TAKEN_LEN_MAX (2 * MESSAGE_LEN_MAX)
#define MISFRAMED_ADDRESS_LEN 64

/* Numbers go over the link between the two processes. word: for programs. sentence: what was sent, after a name. */
#define MISFRAMED_TABLE(X)                                                                    \
    X(TOO_LONG, "too_long", "a frame above the limit of 1048576 bytes")                       \
    X(SEVERAL, "several_frames", "a message of several frames, where each must be one frame") \
    X(ENDLESS, "endless", "a message that never ends")                                        \
    X(UNREAD, "unread", "a frame far above the limit of 1048576 bytes, or bytes that are no frame")

enum misframed {
#define MISFRAMED_NAME(name, word, sentence) MISFRAMED_##name,
    MISFRAMED_TABLE(MISFRAMED_NAME)
#undef MISFRAMED_NAME
        MISFRAMED_COUNT,
    MISFRAMED_NONE = MISFRAMED_COUNT
};

/* Of what is none, those of UNREAD. */
const char *misframed_word(enum misframed what);
const char *misframed_sentence(enum misframed what);

/* Who sent it, as far as is known. */
struct misframed_by {
    bool known; /* cert is */
    bool client;
    struct cert_id cert;
    char address[MISFRAMED_ADDRESS_LEN]; /* "" */
};

#endif
