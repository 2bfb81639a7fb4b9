/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_GATHER_H
#define CASEWIRE_TOOL_GATHER_H

/*
 * Many cases at once: a list, then the view of each, asked for side by side. What has gone or cannot be read in
 * between is left out.
 */

#include "tool/context.h"
#include "tool/out.h"

#define GATHER_MAX 1000

struct gather {
    size_t count;
    struct cw_answer *at[GATHER_MAX]; /* each holds a view */
    bool more;                        /* there were more cases than were looked at */
};

static inline const Cw__CaseView *gather_view(const struct gather *g, size_t index)
{
    return answer_message(g->at[index])->view;
}

/* The one case of this name, and the other records of the same child. Complains. */
enum exit_code gather_one(const struct cli *cli, struct context *context, const char *name, struct gather *out);
/* The other records of a child that stays when its cases were merged; of any other case none. Complains. */
enum exit_code gather_beside(const struct cli *cli, struct context *context, const Cw__CaseView *view,
                             struct gather *out);
/* Up to max cases of the query, newest change first; those that are there already are not fetched again. Complains. */
enum exit_code gather_list(const struct cli *cli, struct context *context, const struct cw_list_query *query,
                           size_t max, struct gather *out);
/*
 * What a shift must not miss: all children that are missing now, however long ago their cases changed, all cases in conflict,
 * and the max cases that changed last. Complains.
 */
enum exit_code gather_pressing(const struct cli *cli, struct context *context, size_t max, struct gather *out);
/* The first of these. */
enum exit_code gather_missing(const struct cli *cli, struct context *context, struct gather *out);
void gather_done(struct gather *g);

/*
 * Whether the page says how to go on, somewhere else than where it began (after; empty: at the beginning): a page without
 * rows may, when none of the many cases that the daemon looked at fit, and one that leads nowhere ends the list.
 */
bool list_goes_on(const Cw__CaseList *list, struct cw_slice after);

#endif
