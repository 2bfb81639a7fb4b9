/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TESTS_UNIT_CLIENT_DESK_H
#define CASEWIRE_TESTS_UNIT_CLIENT_DESK_H

/* An author with an outbox, and a registrar who may answer. */

#include "lib/outbox.h"
#include "tests/unit/client/registrar.h"

#define PATIENT_MS 60000

struct desk {
    struct registrar r;
    struct cw_trust *trust;
    struct cw_client *client;
    struct cw_outbox *outbox;
    char path[PATH_LEN_MAX];
    enum cw_err inside; /* what a callback was told */
};

void desk_open(struct desk *d, bool daemon);
void desk_close(struct desk *d);
/* As by the next process. */
enum cw_err desk_reopen(struct desk *d, struct cw_fault *fault);
/* Takes the submission; says its number. */
uint64_t desk_put(struct desk *d, struct cw_submission *submission, const struct cw_ack *ack);
struct cw_outbox_entry desk_entry(const struct desk *d, uint64_t number);
enum cw_err desk_flush(struct desk *d, int32_t timeout_ms);
/* Until it is said, however slow the machine is: before, nobody answered. */
void desk_flush_until(struct desk *d, enum cw_err said);

#endif
