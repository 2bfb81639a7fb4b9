/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_LIB_ANSWER_H
#define CASEWIRE_LIB_ANSWER_H

#include <casewire/client.h>

#include "proto/buf.h"
#include "proto/client.pb-c.h"

struct cw_answer {
    struct buf bytes;
    void *memory; /* holds message */
    const Cw__Answer *message;
    Cw__OpRef *refs;                /* NULL: what came says everything, and `bytes` is all of it */
    uint32_t daemon;                /* of the handle's list, who gave it */
    struct buf *_Atomic said_again; /* what it would be at length; made when it is asked for */
};

/* Checks and unpacks; takes the bytes on success. CW_PEER_MALFORMED when they are not an answer. */
enum cw_err answer_take(struct buf *bytes, struct cw_answer **out_answer);

/* Says of each value of an event what was said once. CW_LOCAL_MEMORY. */
enum cw_err answer_fill(struct cw_answer *answer);

/* The message itself, for callers that know protobuf-c (the tool). */
static inline const Cw__Answer *answer_message(const struct cw_answer *answer)
{
    return answer->message;
}

/* Walks a path; *out_quantity counts what is there; *out_member points at the last element's storage. */
struct answer_place {
    const ProtobufCFieldDescriptor *field;
    const void *member; /* NULL: absent */
    size_t quantity;
};
enum cw_err answer_find(const ProtobufCMessage *message, const char *path, struct answer_place *out_place);

#endif
