/* SPDX-License-Identifier: Apache-2.0 */
#include "core/authority_table.h"

/*
 * DESIGN.md §3, rule 7: "The seal's authority positions decide what its entries' authors were allowed."
 * Nothing else enters: no clock, no arrival order. Pending is what a record decides that they name and that is not
 * applied here; when all are, whoever has no certificate is nobody, for one that comes later is not known to the seal.
 */

static uint64_t named_seq(const struct positions *positions, const struct log_id *log)
{
    for (uint32_t i = 0; i < positions->count; i++) {
        if (ID_EQ(&positions->at[i].log, log))
            return positions->at[i].seq;
    }
    return 0;
}

uint64_t authority_applied(const struct authority *a, const struct log_id *log)
{
    for (uint32_t i = 0; i < a->log_count; i++) {
        if (ID_EQ(&a->logs[i].log, log))
            return a->logs[i].applied;
    }
    return 0;
}

bool authority_comes_next(const struct authority *a, const struct log_id *log, bool is_root, uint64_t seq)
{
    bool is_known = false;

    for (uint32_t i = 0; i < a->log_count; i++)
        is_known = is_known || ID_EQ(&a->logs[i].log, log);
    if (!is_known && is_root && a->log_count > 0)
        return true;
    return seq <= authority_applied(a, log) + 1;
}

bool authority_is_stopped(const struct authority *a, const struct log_id *log)
{
    for (uint32_t i = 0; i < a->log_count; i++) {
        if (ID_EQ(&a->logs[i].log, log))
            return a->logs[i].stopped;
    }
    return false;
}

static bool all_applied(const struct authority *a, const struct positions *positions)
{
    for (uint32_t i = 0; i < positions->count; i++) {
        if (authority_applied(a, &positions->at[i].log) < positions->at[i].seq)
            return false;
    }
    return true;
}

/* Up to the positions: a newer version may find a certificate in what this one cannot read. */
static bool all_read(const struct authority *a, const struct positions *positions)
{
    for (uint32_t i = 0; i < a->log_count; i++) {
        if (a->logs[i].unread != 0 && a->logs[i].unread <= named_seq(positions, &a->logs[i].log))
            return false;
    }
    return true;
}

enum cert_verdict authority_judge(const struct authority *a, const struct cert_id *id,
                                  const struct positions *seal_positions, const struct authority_cert **out)
{
    const struct authority_cert *cert = authority_cert_of(a, id);
    uint64_t named;

    *out = cert;
    if (!all_applied(a, seal_positions))
        return CERT_POSITION;
    if (cert == NULL)
        return all_read(a, seal_positions) ? CERT_UNKNOWN : CERT_POSITION;
    named = named_seq(seal_positions, &cert->issued_log);
    if (cert->issued_seq > named)
        return CERT_NOT_YET;
    return cert->revoked && cert->revoked_seq <= named ? CERT_REVOKED : CERT_COUNTS;
}
