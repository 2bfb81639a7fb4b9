/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SIM_CAST_H
#define TESTS_SIM_CAST_H

/*
 * Who takes part: a root, the authority of force ZZ, six divisions' daemons, their officers; and what the
 * root log and the authority log say about them. Made once for the process: keys and signatures cost more
 * than everything else in a world. Names and keys are invented.
 */

#include "proto/session.h"
#include "proto/sign.h"
#include "tests/sim/options.h"

enum officer { OFFICER_PC, OFFICER_SUP, OFFICER_INSP, OFFICER_COORD, OFFICERS_PER_DIVISION };

struct actor {
    char division[DIVISION_LEN_MAX + 1];
    char name[NAME_LEN_MAX + 1];
    enum subject_kind subject;
    uint32_t roles; /* mask of 1 << role */
    struct cert_id cert;
    uint8_t bytes[CERT_LEN_MAX];
    size_t len;
    uint8_t sign_public[KEY_LEN], box_public[KEY_LEN], curve_public[KEY_LEN];
    struct sign_secret sign;
    struct box_secret box;
};

/* A sealed piece of the root log or the authority log, as a frame that a daemon takes. */
enum segment {
    SEGMENT_ROOT,      /* admits the authority */
    SEGMENT_AUTHORITY, /* daemons, officers, the audience, policies */
    SEGMENT_LATE,      /* an officer who came later */
    SEGMENT_COUNT
};

struct cast {
    uint8_t genesis[NETWORK_GENESIS_LEN_MAX];
    size_t genesis_len;
    struct network_id network;
    struct sign_secret root_secret;
    uint8_t root_public[KEY_LEN];
    struct actor authority;
    struct actor daemons[DIVISIONS_MAX];
    struct actor officers[DIVISIONS_MAX][OFFICERS_PER_DIVISION];
    struct actor late;     /* a sergeant of the first division, known from SEGMENT_LATE on */
    struct actor stranger; /* has keys, but nobody certified him */
    struct log_id root_log, authority_log;
    uint8_t *frames[SEGMENT_COUNT];
    size_t frame_lens[SEGMENT_COUNT];
    struct verify_cache *cache;
};

/* divisions: how many are certified (1..DIVISIONS_MAX). The same one for the same number. */
const struct cast *cast_get(uint32_t divisions);
void cast_free_all(void);
struct cw_slice cast_frame(const struct cast *c, enum segment segment);

/* cast_log.c: a log written by hand, sealed in one batch per segment. */
struct hand_log {
    struct log_id log;
    enum log_scope scope;
    uint8_t genesis[GENESIS_LEN_MAX];
    size_t genesis_len;
    uint64_t seq;
    struct hash prev;
    const struct actor *author;
};

struct hand_record {
    enum authority_act act;
    uint8_t body[8192];
    size_t len;
};

void hand_log_open(const struct cast *c, struct hand_log *log, enum log_scope scope, const struct actor *author);
void hand_log_open_nth(const struct cast *c, struct hand_log *log, enum log_scope scope, const struct actor *author,
                       uint64_t n);
/* The batch's entries have their headers, hashes and blobs: seals them, makes the frame; malloc'ed. */
uint8_t *hand_log_seal(const struct cast *c, struct hand_log *log, struct sealed_batch *batch,
                       const struct positions *authority, struct arena *arena, size_t *out_len);
/* A PeerMessage frame holding ENTRIES with these records; malloc'ed. */
uint8_t *hand_log_write(const struct cast *c, struct hand_log *log, const struct hand_record *records, uint32_t count,
                        size_t *out_len);

#endif
