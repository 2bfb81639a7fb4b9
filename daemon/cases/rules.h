/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CASES_RULES_H
#define CASEWIRE_CASES_RULES_H

/* One cell being settled: private to rules.c and sets.c. */

#include "cases/work.h"

struct settling {
    struct fold *f;
    const struct work_cell *cell;
    struct work_write **standing; /* standing writes and unsuperseded floors, latest first */
    uint32_t count;
    uint32_t shown; /* index into standing, or NONE */
    bool in_conflict;
};

enum cw_err settle_set(struct settling *s, struct case_cell *out); /* §8.7, §8.8  sets.c */
struct case_value value_of(const struct fold *f, const struct work_write *w);

#endif
