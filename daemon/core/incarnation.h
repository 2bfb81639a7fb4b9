/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CORE_INCARNATION_H
#define CASEWIRE_CORE_INCARNATION_H

/*
 * DESIGN.md §3, "Log = incarnation": "The anchor is one checksummed record {boot id, store id, device and
 * inode of the store file, log, seq, seal hash, failed mark} ... Missing, unreadable, mismatched, `failed`,
 * a backup's mark, or a peer that knows more of the log: a new incarnation (so a plain crash continues; a
 * reboot, restore, move or failed commit does not)."
 */

#include "proto/message.h"

struct anchor {
    uint8_t boot_id[16];
    uint8_t store_id[16];
    uint64_t device, inode;
    struct position head; /* of the own log; seq 0: none yet */
    bool failed;
};

/* Fixed size, checksummed with LABEL_LOCAL; anything else is CW_LOCAL_CORRUPT. */
#define ANCHOR_LEN 160
void anchor_encode(const struct anchor *in, uint8_t out[static ANCHOR_LEN]);
enum cw_err anchor_parse(struct cw_slice bytes, struct anchor *out);

struct incarnation_facts {
    bool anchor_readable;
    struct anchor anchor;
    uint8_t boot_id[16];
    uint8_t store_id[16];
    uint64_t device, inode;
    bool store_is_backup;   /* the store carries a backup's mark */
    struct position stored; /* own log's head in the store; seq 0: none */
    bool own_fork;          /* a fork proof against the stored log is kept */
    bool other_cert;        /* the stored log is another certificate's: this daemon's was renewed */
};

enum incarnation_choice {
    INCARNATION_CONTINUE,
    INCARNATION_FIRST, /* no own log yet */
    INCARNATION_NEW,
};

/* *out_why: a static sentence for the journal. The stored head may be one commit ahead of the anchor (crash
 * between commit and anchor): that continues; a stored head behind the anchor is a rolled-back store. */
enum incarnation_choice incarnation_decide(const struct incarnation_facts *facts, const char **out_why);

#endif
