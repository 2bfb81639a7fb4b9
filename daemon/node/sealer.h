/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_SEALER_H
#define CASEWIRE_NODE_SEALER_H

/*
 * Whose key seals a log. For the root log that is a matter of the record: the root keys rotate, and new ones sign from
 * the seal after the rotation on. Threads: any; one sealer is used by one.
 */

#include "node/internal.h"

/* The root log as far as its records are known: those applied, and those that one message carries. */
struct root_view {
    uint64_t known_to; /* every record up to here was looked at */
    bool stopped;      /* a critical act that this version does not know: the keys may be others */
    bool rotated;      /* within the message */
    struct act_rotate_root rotation;
};

struct sealer {
    bool known; /* false: its certificate is not held here, or its log was not admitted */
    bool wrong; /* the genesis that came along is not this log's */
    enum log_scope scope;
    struct cert_id cert;
    char division[DIVISION_LEN_MAX + 1];
    uint8_t key[KEY_LEN];  /* of an authority's and a division's log */
    struct root_view root; /* of the root log */
};

/*
 * head: what the node thread knows of the log; NULL on other threads, which ask the store. genesis_bytes may be empty,
 * then genesis is not looked at.
 */
void sealer_find(struct node *n, const struct log_id *log, const struct log_head *head, struct cw_slice genesis_bytes,
                 const struct genesis *genesis, struct sealer *out);

enum seal_is {
    SEAL_GOOD,
    SEAL_WRONG,
    SEAL_UNKNOWN, /* cannot be said before more of the root log, or another version of this daemon, is here */
};
/* Whether the seal, which covers from `first`, is signed by who seals this log. Takes the authority lock. */
enum seal_is sealer_check(struct node *n, const struct sealer *s, uint64_t first, const struct signed_seal *seal);
/* Takes note of a batch that is good: the seals after it in the same message are checked by what it says. */
void sealer_follow(struct node *n, struct sealer *s, const struct log_id *log, const struct sealed_batch *batch,
                   const struct entry_check *checks);

#endif
