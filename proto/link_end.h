/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_PROTO_LINK_END_H
#define CASEWIRE_PROTO_LINK_END_H

/*
 * Why a link between two daemons is not there, as exactly as the one who dials can know. The net process sees it, the
 * node shows it. Numbers go over the link between the two processes and into status answers: never reused.
 *
 * A refused CURVE handshake is silent on the wire by design. How far it came tells two cases apart all the same: who
 * does not hold the key we expect cannot read our first message and answers nothing after the greeting; who holds it
 * answers WELCOME, and may then not know us.
 */

#include "proto/base.h"

#define LINK_END_TABLE(X)                                                                                      \
    X(NONE, 0, "", "")                                                                                         \
    X(CLOSED, 1, "closed", "the other side closed the connection")                                             \
    X(NO_LISTENER, 2, "down", "nothing listens there: its daemon is not running, or listens elsewhere")        \
    X(NO_ANSWER, 3, "no-answer", "no answer: its host is down, or the network between drops the connection")   \
    X(WRONG_KEY, 4, "wrong-key", "reachable, but it does not hold the key that its certificate names")         \
    X(NOT_HEARD, 5, "not-heard",                                                                               \
      "reachable with the right key, but it does not know us: it has not heard of our certificate yet, or is " \
      "of another network")                                                                                    \
    X(REFUSED, 6, "refused",                                                                                   \
      "it says that our certificate is revoked or not allowed, or out of its dates by its clock")              \
    X(NOT_CASEWIRE, 7, "not-casewire", "whatever listens there does not speak this protocol")                  \
    X(CUT_SHORT, 8, "cut-short", "the connection ended before the handshake began")                            \
    X(HERE_REFUSED, 9, "revoked-here", "its certificate is revoked here, or is not a daemon's")                \
    X(HERE_EXPIRED, 16, "expired-here", "its certificate has expired, by the clock here")                      \
    X(HERE_NOT_YET, 17, "not-yet-here", "its certificate is not valid yet, by the clock here")                 \
    X(VIOLATION, 10, "violation", "it broke the rules of the protocol, and was hung up on")                    \
    X(HUNG_UP, 11, "hung-up", "we hung up")                                                                    \
    X(OVERFLOW, 12, "overflow", "it does not take what is sent to it")                                         \
    X(NET_LOST, 13, "net-lost", "our own net process ended and is replaced")                                   \
    X(SILENT, 15, "silent",                                                                                    \
      "reachable, but the handshake ended without a word: it holds another key, or has not heard of us yet")   \
    X(ADDRESS, 14, "address", "its address in the settings cannot be dialled")

enum link_end {
#define LINK_END_NAME(name, number, word, sentence) LINK_END_##name = (number),
    LINK_END_TABLE(LINK_END_NAME)
#undef LINK_END_NAME
};

#define LINK_END_COUNT 18 /* every number is below */

/* Whether a link that ended so never came to be a session: nobody was there, or one of the two would not have the other. */
bool link_end_is_failure(enum link_end end);
/* One word for programs, one sentence for people; those of CLOSED for a number that is not known. */
const char *link_end_word(enum link_end end);
const char *link_end_sentence(enum link_end end);

#endif
