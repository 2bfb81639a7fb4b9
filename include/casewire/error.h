/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_ERROR_H
#define CASEWIRE_ERROR_H

/**
 * Every error of casewire: one table for the library, the daemon and the wire.
 *
 * The class says who acts: the programmer (USAGE), whoever asked (REFUSED), we drop and count (PEER),
 * we retry (AGAIN), we stop cleanly (LOCAL). Numbers go over the wire in answers: they are appended to,
 * never reused (docs/protocol.md, number registry).
 *
 * X(name, number, class, sentence)
 */
#define CW_ERR_TABLE(X)                                                                          \
    X(CW_OK, 0, NONE, "success")                                                                 \
    X(CW_USAGE_ARGUMENT, 10, USAGE, "an argument is outside what the header allows")             \
    X(CW_USAGE_ORDER, 11, USAGE, "called before the handle was opened, or after it was closed")  \
    X(CW_REFUSED_MALFORMED, 100, REFUSED, "the bytes are not in the grammar of this format")     \
    X(CW_REFUSED_SIZE, 101, REFUSED, "larger than the limit")                                    \
    X(CW_REFUSED_VERSION, 102, REFUSED, "a format version that this daemon does not know")       \
    X(CW_REFUSED_NETWORK, 103, REFUSED, "belongs to another network")                            \
    X(CW_REFUSED_AUTHOR, 104, REFUSED, "no certificate of this network names the author")        \
    X(CW_REFUSED_SIGNATURE, 105, REFUSED, "the author's signature does not verify")              \
    X(CW_REFUSED_EXPIRED, 106, REFUSED, "the certificate is outside its dates, or revoked")      \
    X(CW_REFUSED_ROLE, 107, REFUSED, "the author does not hold a role that may do this")         \
    X(CW_REFUSED_COMMITMENT, 108, REFUSED, "a part does not match its signed commitment")        \
    X(CW_REFUSED_CLASS, 109, REFUSED, "this class of submission is not taken here")              \
    X(CW_REFUSED_REUSED_ID, 110, REFUSED, "the submission id was used before with other bytes")  \
    X(CW_REFUSED_UNKNOWN_CASE, 111, REFUSED, "no such case is known at this division")           \
    X(CW_REFUSED_UNKNOWN_FIELD, 112, REFUSED, "no such field in this kind of case")              \
    X(CW_REFUSED_VALUE, 113, REFUSED, "a value is outside what its field allows")                \
    X(CW_REFUSED_TEXT, 114, REFUSED, "a text is not clean UTF-8, or holds forbidden characters") \
    X(CW_REFUSED_TRANSITION, 115, REFUSED, "the case's state does not allow this step")          \
    X(CW_REFUSED_MARKING, 116, REFUSED, "marked SECRET or above: never in this system")          \
    X(CW_REFUSED_UNKNOWN_OP, 117, REFUSED, "an operation type that this daemon does not know")   \
    X(CW_REFUSED_MISSING, 118, REFUSED, "a required value is missing")                           \
    X(CW_REFUSED_READER, 119, REFUSED, "this certificate may not read here")                     \
    X(CW_REFUSED_AMBIGUOUS, 120, REFUSED, "more than one thing has this name")                   \
    X(CW_REFUSED_DIVISION, 121, REFUSED, "only the owning division may do this")                 \
    X(CW_REFUSED_SYNTHETIC, 122, REFUSED, "synthetic and real data never share a network")       \
    X(CW_PEER_MALFORMED, 200, PEER, "a peer's message cannot be read")                           \
    X(CW_PEER_SESSION, 201, PEER, "a peer's message does not belong to this session")            \
    X(CW_PEER_NETWORK, 202, PEER, "the peer belongs to another network")                         \
    X(CW_PEER_VERSION, 203, PEER, "no common protocol version")                                  \
    X(CW_PEER_SEAL, 204, PEER, "a seal's signature or root does not verify")                     \
    X(CW_PEER_CHAIN, 205, PEER, "a seal does not continue the one before it")                    \
    X(CW_PEER_HASH, 206, PEER, "bytes do not match the hash that names them")                    \
    X(CW_PEER_FRONTIER, 207, PEER, "a signed frontier does not verify or goes back")             \
    X(CW_PEER_CREDIT, 208, PEER, "the peer sent more than it was granted")                       \
    X(CW_PEER_FORK, 209, PEER, "two seals of one log contradict each other")                     \
    X(CW_PEER_PROOF, 210, PEER, "a fork proof does not hold")                                    \
    X(CW_AGAIN_NO_DAEMON, 300, AGAIN, "no daemon answered in time")                              \
    X(CW_AGAIN_NO_PEER, 301, AGAIN, "fewer divisions than asked for hold it so far")             \
    X(CW_AGAIN_BUSY, 302, AGAIN, "the daemon is busy: send the same bytes again later")          \
    X(CW_AGAIN_BEHIND, 303, AGAIN, "this daemon has not yet seen what the session has seen")     \
    X(CW_AGAIN_KEPT_OUT, 304, AGAIN, "the daemon is there, and refuses this certificate")        \
    X(CW_LOCAL_NO_SPACE, 400, LOCAL, "the disk or the store has no room left")                   \
    X(CW_LOCAL_IO, 401, LOCAL, "reading or writing a file failed")                               \
    X(CW_LOCAL_MEMORY, 402, LOCAL, "a memory bound was reached")                                 \
    X(CW_LOCAL_CORRUPT, 403, LOCAL, "stored bytes do not match their hash or grammar")           \
    X(CW_LOCAL_FORMAT, 404, LOCAL, "the store was written by a newer version")                   \
    X(CW_LOCAL_KEY, 405, LOCAL, "a key file is missing, damaged or its passphrase is wrong")     \
    X(CW_LOCAL_CONFIG, 406, LOCAL, "a setting is wrong")                                         \
    X(CW_LOCAL_LOCKED, 407, LOCAL, "another process already runs this division here")            \
    X(CW_LOCAL_NOT_FOUND, 408, LOCAL, "no such row")                                             \
    X(CW_LOCAL_SELF_TEST, 409, LOCAL, "a start-up self-test failed")                             \
    X(CW_LOCAL_UNPROVEN, 410, LOCAL, "no receipt can prove any more how many hold it")

enum cw_err {
#define CW_ERR_NUMBER(name, number, class, sentence) name = (number),
    CW_ERR_TABLE(CW_ERR_NUMBER)
#undef CW_ERR_NUMBER
};

enum cw_err_class {
    CW_CLASS_NONE,
    CW_CLASS_USAGE,
    CW_CLASS_REFUSED,
    CW_CLASS_PEER,
    CW_CLASS_AGAIN,
    CW_CLASS_LOCAL,
};

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define CW_PUBLIC __attribute__((visibility("default")))
#define CW_MUST_CHECK __attribute__((warn_unused_result))
#else
#define CW_PUBLIC
#define CW_MUST_CHECK
#endif

/** The table's sentence for err; "unknown error" for a number that is not in it. Never NULL. Threads: any. */
CW_PUBLIC const char *cw_err_sentence(enum cw_err err);

/** The table's name for err, as text ("CW_REFUSED_ROLE"); "CW_UNKNOWN" otherwise. Never NULL. Threads: any. */
CW_PUBLIC const char *cw_err_name(enum cw_err err);

/**
 * Who acts on err. A number that is not in the table, as a newer daemon's, is of the class of its hundred: 100 to 199
 * REFUSED, 200 to 299 PEER, 300 to 399 AGAIN; of class LOCAL otherwise. Threads: any.
 */
CW_PUBLIC enum cw_err_class cw_err_class_of(enum cw_err err);

#ifdef __cplusplus
}
#endif

#endif
