/* SPDX-License-Identifier: Apache-2.0 */
#include "node/divisions.h"

#include <stdlib.h>

static bool is_of_a_division(const struct authority_cert *cert)
{
    return !cert->revoked && cert->division[0] != '\0' &&
           (cert->subject == SUBJECT_DAEMON || cert->subject == SUBJECT_PERSON || cert->subject == SUBJECT_REGIONAL);
}

bool division_exists(const struct authority *a, struct cw_slice code)
{
    uint32_t count = authority_cert_count(a);

    for (uint32_t i = 0; i < count; i++) {
        const struct authority_cert *cert = authority_cert_at(a, i);

        if (is_of_a_division(cert) && slice_eq(slice_of(cert->division), code))
            return true;
    }
    return false;
}

static int by_code(const void *a, const void *b)
{
    return slice_compare(*(const struct cw_slice *)a, *(const struct cw_slice *)b);
}

const struct cw_slice *divisions_list(const struct authority *a, struct arena *arena, uint32_t *out_count)
{
    uint32_t count = authority_cert_count(a), found = 0, kept = 0;
    struct cw_slice *out = ARENA_ARRAY(arena, struct cw_slice, (size_t)count + 1);

    if (out == NULL)
        return NULL;
    for (uint32_t i = 0; i < count; i++) {
        const struct authority_cert *cert = authority_cert_at(a, i);

        if (is_of_a_division(cert))
            out[found++] = slice_of(cert->division);
    }
    qsort(out, found, sizeof *out, by_code);
    for (uint32_t i = 0; i < found; i++) {
        if (kept == 0 || !slice_eq(out[kept - 1], out[i]))
            out[kept++] = out[i];
    }
    *out_count = kept;
    return out;
}
