/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/client/desk.h"

#include <check.h>

enum cw_err desk_reopen(struct desk *d, struct cw_fault *fault)
{
    struct cw_outbox_options options = {
        .size = sizeof(options), .path = d->path, .identity = d->r.officer, .trust = d->trust};

    cw_outbox_close(d->outbox);
    d->outbox = NULL;
    return cw_outbox_open(&options, &d->outbox, fault);
}

void desk_open(struct desk *d, bool daemon)
{
    struct cw_fault fault;

    *d = (struct desk){0};
    registrar_open(&d->r);
    d->trust = registrar_trust(&d->r, true);
    if (daemon) {
        registrar_start(&d->r);
        d->client = registrar_client(&d->r);
    }
    ck_assert(path_join(d->path, d->r.dir, "outbox"));
    ck_assert_int_eq(desk_reopen(d, &fault), CW_OK);
}

void desk_close(struct desk *d)
{
    cw_outbox_close(d->outbox);
    cw_client_close(d->client);
    cw_trust_free(d->trust);
    registrar_close(&d->r);
}

uint64_t desk_put(struct desk *d, struct cw_submission *submission, const struct cw_ack *ack)
{
    const struct cw_submission *one = submission;
    uint64_t number = 0;

    ck_assert_int_eq(cw_outbox_add(d->outbox, &one, 1, ack, &number, NULL), CW_OK);
    cw_submission_free(submission);
    return number;
}

struct cw_outbox_entry desk_entry(const struct desk *d, uint64_t number)
{
    struct cw_outbox_entry entry = {.size = sizeof(entry)};

    ck_assert_int_eq(cw_outbox_find(d->outbox, number, &entry), CW_OK);
    return entry;
}

enum cw_err desk_flush(struct desk *d, int32_t timeout_ms)
{
    struct cw_fault fault = {0};
    enum cw_err err;

    if (d->outbox->client == NULL)
        ck_assert_int_eq(cw_outbox_attach(d->outbox, d->client, NULL, NULL), CW_OK);
    err = cw_outbox_flush(d->outbox, timeout_ms, &fault);
    ck_assert_int_eq(err, fault.code);
    return err;
}

void desk_flush_until(struct desk *d, enum cw_err said)
{
    enum cw_err err = CW_AGAIN_NO_DAEMON;

    for (int32_t waited = 0; err == CW_AGAIN_NO_DAEMON && waited < PATIENT_MS; waited += 200)
        err = desk_flush(d, 200);
    ck_assert_int_eq(err, said);
}
