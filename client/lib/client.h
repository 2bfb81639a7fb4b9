/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_LIB_CLIENT_H
#define CASEWIRE_LIB_CLIENT_H

#include "lib/answer.h"
#include "lib/link.h"

struct cw_client {
    struct link *link;
    uint8_t network[CW_ID_LEN];
    bool admin;
    struct cw_fault fault;
};

/* Fills the envelope of request, sends it and waits for its answer; an answer that refuses is an error. */
enum cw_err client_ask(struct cw_client *client, Cw__Request *request, int32_t timeout_ms,
                       struct cw_answer **out_answer);
/* Whether answer is the one to this request: wrong ids and versions are not. */
bool client_is_answer(const Cw__Answer *answer, const uint8_t id[static 16]);
/* The refusal inside an answer, as a fault and its code; CW_OK when it refuses nothing. */
enum cw_err client_refusal(const Cw__Answer *answer, struct cw_fault *fault);

#endif
