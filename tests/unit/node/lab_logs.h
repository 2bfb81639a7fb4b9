/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_NODE_LAB_LOGS_H
#define TESTS_UNIT_NODE_LAB_LOGS_H

/* Logs written by hand, as a tool would write the root's and an authority's: lawfully, or not. */

#include "tests/unit/node/lab.h"

#define LAB_RECORDS_MAX 40
#define LAB_BATCHES_MAX 4

/* One log; a copy of it goes its own way from there. */
struct lab_hand {
    struct lab *lab;
    enum log_scope scope;
    struct log_id log;
    struct cw_slice genesis;
    const struct sign_secret *author, *sealer; /* of the next batch */
    uint64_t seq;
    struct hash prev;
    struct positions names; /* what the next seal names */
};

/* A key record of WST's log, and what says it to its readers. */
struct lab_key {
    struct cw_slice record, envelopes;
    const struct world_identity *author;
};

struct lab_record {
    enum authority_act act;
    struct cw_slice body;
    bool critical;
    bool mute;        /* its part is left out of the frame */
    bool forged;      /* its author's signature is another's */
    bool by_stranger; /* it names another author */
    /* Of a division that does not follow the rules: the entry names so many parts of this length, and carries none. */
    uint32_t claimed_count;
    size_t claimed_len;
    const struct lab_key *key;
    enum op_class op_class; /* of a division: the body alone is part 0 of this class; UNKNOWN: as the log has it */
    const struct cw_op_id *under; /* whose id its entry names in place of its own; NULL: its own */
};

struct lab_batch {
    struct lab_record records[LAB_RECORDS_MAX];
    uint32_t count;
    const struct sign_secret *author, *sealer; /* NULL: as the hand has it */
};

/* What such a part is: the same bytes in every entry. At most LAB_CLAIMED_LEN_MAX. */
#define LAB_CLAIMED_LEN_MAX 1000000
struct cw_slice lab_claimed_part(uint32_t index, size_t len);

/* A log of the root, the authority, or WST's daemon, with nothing in it yet. */
void lab_hand_open(struct lab *lab, struct lab_hand *h, enum log_scope scope);
/* Of the authority's log: the daemon is no member of the audience any more. */
struct lab_record lab_expel(struct lab *lab, const struct world_identity *daemon);
/* The daemon is a member of the audience. */
struct lab_record lab_enlist(struct lab *lab, const struct world_identity *daemon);
/* One ENTRIES frame with these batches. The genesis goes with the first of a log. */
struct cw_slice lab_hand_write(struct lab_hand *h, const struct lab_batch *batches, uint32_t count);
struct cw_slice lab_hand_one(struct lab_hand *h, struct lab_record record);

struct lab_record lab_issue(struct lab *lab, const struct world_identity *who);
struct lab_record lab_issue_signed(struct lab *lab, const struct world_identity *who, const struct sign_secret *issuer,
                                   const struct sign_secret *holder);
struct lab_record lab_admit(struct lab *lab, const struct log_id *log, const struct sign_secret *signer);
struct lab_record lab_rotate(struct lab *lab, const struct key_bundle *to);
struct lab_record lab_policy(struct lab *lab, const char *name, const char *value);

#endif
