/* SPDX-License-Identifier: Apache-2.0 */
#include "core/authority_table.h"

/*
 * DESIGN.md §3, rule 7: "The seal's authority positions decide what its entries' authors were allowed."
 * Nothing else enters: no clock, no arrival order. What is not known yet is pending, never void.
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

enum cert_verdict authority_judge(const struct authority *a, const struct cert_id *id,
                                  const struct positions *seal_positions, const struct authority_cert **out)
{
    const struct authority_cert *cert = authority_cert_of(a, id);
    uint64_t named;

    *out = cert;
    if (!all_applied(a, seal_positions))
        return CERT_POSITION;
    if (cert == NULL)
        return CERT_UNKNOWN;
    named = named_seq(seal_positions, &cert->issued_log);
    if (cert->issued_seq > named)
        return CERT_NOT_YET;
    return cert->revoked && cert->revoked_seq <= named ? CERT_REVOKED : CERT_COUNTS;
}
