/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CASES_HAPPENINGS_H
#define CASEWIRE_CASES_HAPPENINGS_H

/*
 * Which records are one happening (docs/fold.md §11.2, §11.3): union-find over tallied events. Private to tally.c.
 */

#include "cases/work.h"

/* Sets class_root of every member to the root of its class; notes same_as between types. */
enum cw_err happenings_unite(struct fold *f);
static inline bool is_member(const struct work_event *e)
{
    return e->authorised && !e->withdrawal && (e->row->flags & EVENT_TALLIED) != 0;
}
static inline bool is_head(const struct work_event *e)
{
    return is_member(e) && !e->corrected && !e->withdrawn;
}

#endif
