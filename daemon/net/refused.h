/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NET_REFUSED_H
#define CASEWIRE_NET_REFUSED_H

/*
 * Counts the keys that were refused, so that a stranger who knocks ten thousand times is one line in the
 * journal with a number, not ten thousand lines. Fixed size: when it is full, the one that has been quiet
 * longest makes room, one that was reported before one that was not. What made room unreported is reported with others of
 * its verdict, without a fingerprint: each refusal is in exactly one report.
 */

#include "net/allow.h"

#define REFUSED_KEYS_MAX 64
#define REFUSED_REPORT_MS 1000 /* one report per key and second */
#define FINGERPRINT_LEN 16     /* hex: the first 8 bytes of BLAKE2b-256 of the key */

struct refused_key {
    char fingerprint[FINGERPRINT_LEN + 1]; /* "": of keys that made room */
    enum allow_verdict why;
    uint64_t count, reported;
    uint64_t fresh; /* of count, those that the report before did not have. By refused_due */
    struct cw_mono last, next_report;
};

struct refused {
    struct refused_key keys[REFUSED_KEYS_MAX];
    struct refused_key others[ALLOW_VERDICTS];
    uint32_t count;
};

void fingerprint_of(const uint8_t key[static KEY_LEN], char out[static FINGERPRINT_LEN + 1]);
void refused_add(struct refused *r, const uint8_t key[static KEY_LEN], enum allow_verdict why, struct cw_mono now);
/* One that is due to be reported, marked as reported; NULL: none. */
const struct refused_key *refused_due(struct refused *r, struct cw_mono now);
struct cw_mono refused_wake_at(const struct refused *r);

#endif
