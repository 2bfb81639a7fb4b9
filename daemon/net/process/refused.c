/* SPDX-License-Identifier: Apache-2.0 */
#include "net/refused.h"

#include <sodium.h>

void fingerprint_of(const uint8_t key[static KEY_LEN], char out[static FINGERPRINT_LEN + 1])
{
    uint8_t hash[32];

    crypto_generichash(hash, sizeof hash, key, KEY_LEN, NULL, 0);
    hex_of(slice(hash, FINGERPRINT_LEN / 2), out);
}

static struct refused_key *longest_quiet(struct refused *r)
{
    struct refused_key *found = &r->keys[0];

    for (uint32_t i = 1; i < r->count; i++) {
        if (r->keys[i].last.ms < found->last.ms)
            found = &r->keys[i];
    }
    return found;
}

static struct refused_key *place_for(struct refused *r, const char *fingerprint)
{
    struct refused_key *place;

    for (uint32_t i = 0; i < r->count; i++) {
        if (strcmp(r->keys[i].fingerprint, fingerprint) == 0)
            return &r->keys[i];
    }
    place = r->count < REFUSED_KEYS_MAX ? &r->keys[r->count++] : longest_quiet(r);
    *place = (struct refused_key){0};
    memcpy(place->fingerprint, fingerprint, FINGERPRINT_LEN + 1);
    return place;
}

void refused_add(struct refused *r, const uint8_t key[static KEY_LEN], enum allow_verdict why, struct cw_mono now)
{
    char fingerprint[FINGERPRINT_LEN + 1];

    fingerprint_of(key, fingerprint);
    struct refused_key *k = place_for(r, fingerprint);
    k->why = why;
    k->count++;
    k->last = now;
}

const struct refused_key *refused_due(struct refused *r, struct cw_mono now)
{
    for (uint32_t i = 0; i < r->count; i++) {
        struct refused_key *k = &r->keys[i];

        if (k->count == k->reported || !mono_reached(now, k->next_report))
            continue;
        k->reported = k->count;
        k->next_report = mono_after(now, REFUSED_REPORT_MS);
        return k;
    }
    return NULL;
}

struct cw_mono refused_wake_at(const struct refused *r)
{
    struct cw_mono at = CW_NEVER;

    for (uint32_t i = 0; i < r->count; i++) {
        if (r->keys[i].count != r->keys[i].reported)
            at = mono_earlier(at, r->keys[i].next_report);
    }
    return at;
}
