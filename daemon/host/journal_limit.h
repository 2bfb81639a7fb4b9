/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_HOST_JOURNAL_LIMIT_H
#define CASEWIRE_HOST_JOURNAL_LIMIT_H

/*
 * At most so many lines per id and window, so that whoever can cause a line cannot fill the disk with it. What
 * is held back is counted and said with the next line of that id, or when its window ends. Ids are ours and few; any beyond the table
 * share its last row. Pure; the caller locks.
 */

#include "proto/base.h"

#define JOURNAL_LIMIT_IDS 96
#define JOURNAL_LIMIT_ID_LEN_MAX 40
#define JOURNAL_LIMIT_LINES 20
#define JOURNAL_LIMIT_WINDOW_MS 10000
#define JOURNAL_LIMIT_NEVER "duty-" /* ids that begin so are never held back */

struct journal_limit {
    uint32_t count;
    uint64_t held_back; /* in all */
    struct journal_limit_row {
        char id[JOURNAL_LIMIT_ID_LEN_MAX + 1];
        struct cw_mono window;
        uint32_t lines;
        uint32_t held_back;
    } rows[JOURNAL_LIMIT_IDS];
};

/* Whether the line may be written; *out_held_back: lines of this id that were not, since the last that was. */
bool journal_limit_allows(struct journal_limit *l, const char *id, struct cw_mono now, uint32_t *out_held_back);

/*
 * An id whose window has ended with lines held back that no later line has told of; then they count as told. False: there is
 * none. With CW_NEVER as the time every window has ended.
 */
bool journal_limit_due(struct journal_limit *l, struct cw_mono now, char out_id[static JOURNAL_LIMIT_ID_LEN_MAX + 1],
                       uint32_t *out_held_back);

#endif
