/* SPDX-License-Identifier: Apache-2.0 */
#include "core/authority_table.h"

/* Transport keys: whose each is. */

/* By key, then by where it was issued: logs come in another order at every daemon. */
static int compare(const struct authority_cert *x, const struct authority_cert *y)
{
    int keys = memcmp(x->curve_key, y->curve_key, KEY_LEN);
    int logs = ID_COMPARE(&x->issued_log, &y->issued_log);

    if (keys != 0)
        return keys;
    if (logs != 0)
        return logs;
    return x->issued_seq < y->issued_seq ? -1 : x->issued_seq > y->issued_seq;
}

/* How many of the first `count` stand before cert. */
static uint32_t rank_of(const struct authority *a, uint32_t count, const struct authority_cert *cert)
{
    uint32_t low = 0, high = count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (compare(&a->certs[a->by_curve[middle]], cert) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void authority_note_curve(struct authority *a, uint32_t added)
{
    uint32_t count = a->cert_count - 1, rank = rank_of(a, count, &a->certs[added]);

    memmove(&a->by_curve[rank + 1], &a->by_curve[rank], (count - rank) * sizeof *a->by_curve);
    a->by_curve[rank] = added;
}

/*
 * The certificate's holder signed for it, so whoever names the same key to sign with is the same, whatever they are
 * called; and so is whom one authority calls the same.
 */
static bool is_of_holder(const struct authority_cert *first, const struct authority_cert *cert)
{
    if (memcmp(first->sign_key, cert->sign_key, KEY_LEN) == 0)
        return true;
    return ID_EQ(&first->issuer, &cert->issuer) && first->subject == cert->subject &&
           strcmp(first->division, cert->division) == 0 && strcmp(first->name, cert->name) == 0;
}

static const struct authority_cert *at_rank(const struct authority *a, uint32_t rank, const uint8_t key[static KEY_LEN])
{
    const struct authority_cert *cert = rank < a->cert_count ? &a->certs[a->by_curve[rank]] : NULL;

    return cert != NULL && memcmp(cert->curve_key, key, KEY_LEN) == 0 ? cert : NULL;
}

static uint32_t first_of(const struct authority *a, const uint8_t key[static KEY_LEN])
{
    struct authority_cert wanted = {.issued_seq = 0};

    memcpy(wanted.curve_key, key, KEY_LEN);
    return rank_of(a, a->cert_count, &wanted);
}

/* A renewed certificate may keep its key: the last one issued that is not revoked speaks for it. */
const struct authority_cert *authority_find_curve(const struct authority *a, const uint8_t key[static KEY_LEN])
{
    uint32_t rank = first_of(a, key);
    const struct authority_cert *first = id_is_zero(key) ? NULL : at_rank(a, rank, key), *found = first, *next;

    while (first != NULL && (next = at_rank(a, ++rank, key)) != NULL) {
        if (!next->revoked && is_of_holder(first, next))
            found = next;
    }
    return found;
}

bool authority_has_curve(const struct authority *a, const struct authority_cert *cert)
{
    const struct authority_cert *first = at_rank(a, first_of(a, cert->curve_key), cert->curve_key);

    return first != NULL && is_of_holder(first, cert);
}
