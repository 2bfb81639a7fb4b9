/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CORE_HOLDOFF_H
#define CASEWIRE_CORE_HOLDOFF_H

/*
 * Logs not asked for just now: their signer is not known yet, or their origin signed something that cannot be
 * stored. A hold ends when an authority log advanced or its time is over, which doubles with each repetition.
 * The list is small; when it is full the oldest goes, which only means asking again sooner.
 */

#include "proto/id.h"

#define HOLDOFFS_MAX 64
#define HOLDOFF_MS_MIN 2000
#define HOLDOFF_MS_MAX 64000

struct holdoff {
    struct log_id log;
    uint64_t authority_epoch;
    uint32_t tries;
    struct cw_mono until;
};

struct holdoffs {
    struct holdoff at[HOLDOFFS_MAX];
    uint32_t count, next;
};

void holdoffs_add(struct holdoffs *h, const struct log_id *log, uint64_t authority_epoch, struct cw_mono now);
bool holdoffs_block(const struct holdoffs *h, const struct log_id *log, uint64_t authority_epoch, struct cw_mono now);
/* Earliest end after now, when one still blocks; CW_NEVER otherwise. */
struct cw_mono holdoffs_next(const struct holdoffs *h, struct cw_mono now);

#endif
