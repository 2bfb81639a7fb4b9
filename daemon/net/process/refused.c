/* SPDX-License-Identifier: Apache-2.0 */
#include "net/refused.h"

#include <sodium.h>

void fingerprint_of(const uint8_t key[static KEY_LEN], char out[static FINGERPRINT_LEN + 1])
{
    uint8_t hash[32];

    crypto_generichash(hash, sizeof hash, key, KEY_LEN, NULL, 0);
    hex_of(slice(hash, FINGERPRINT_LEN / 2), out);
}

static bool goes_before(const struct refused_key *a, const struct refused_key *b)
{
    bool a_told = a->count == a->reported, b_told = b->count == b->reported;

    return a_told != b_told ? a_told : a->last.ms < b->last.ms;
}

static struct refused_key *make_room(struct refused *r)
{
    struct refused_key *found = &r->keys[0];

    for (uint32_t i = 1; i < r->count; i++) {
        if (goes_before(&r->keys[i], found))
            found = &r->keys[i];
    }
    r->others[found->why].why = found->why;
    r->others[found->why].count += found->count - found->reported;
    return found;
}

static struct refused_key *place_for(struct refused *r, const char *fingerprint)
{
    struct refused_key *place;

    for (uint32_t i = 0; i < r->count; i++) {
        if (strcmp(r->keys[i].fingerprint, fingerprint) == 0)
            return &r->keys[i];
    }
    place = r->count < REFUSED_KEYS_MAX ? &r->keys[r->count++] : make_room(r);
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

static struct refused_key *due_of(struct refused_key *keys, uint32_t count, struct cw_mono now)
{
    for (uint32_t i = 0; i < count; i++) {
        if (keys[i].count != keys[i].reported && mono_reached(now, keys[i].next_report))
            return &keys[i];
    }
    return NULL;
}

const struct refused_key *refused_due(struct refused *r, struct cw_mono now)
{
    struct refused_key *k = due_of(r->keys, r->count, now);

    if (k == NULL)
        k = due_of(r->others, ALLOW_VERDICTS, now);
    if (k == NULL)
        return NULL;
    k->fresh = k->count - k->reported;
    k->reported = k->count;
    k->next_report = mono_after(now, REFUSED_REPORT_MS);
    return k;
}

static struct cw_mono wake_of(const struct refused_key *keys, uint32_t count)
{
    struct cw_mono at = CW_NEVER;

    for (uint32_t i = 0; i < count; i++) {
        if (keys[i].count != keys[i].reported)
            at = mono_earlier(at, keys[i].next_report);
    }
    return at;
}

struct cw_mono refused_wake_at(const struct refused *r)
{
    return mono_earlier(wake_of(r->keys, r->count), wake_of(r->others, ALLOW_VERDICTS));
}
