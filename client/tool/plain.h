/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_PLAIN_H
#define CASEWIRE_TOOL_PLAIN_H

/*
 * How a daemon and the other divisions are, in words for people who do not run daemons. Whatever a newer daemon
 * says that is not known here is passed on as it came.
 */

#include "tool/out.h"

#define PLAIN_LEN_MAX ((size_t)400)

/* Cases whose references are known: the newest of the list. `list` may be NULL: the ids are shown then. */
struct plain_names {
    const Cw__CaseList *list;
};

/* "1 case is in dispute; only people settle it: casewire conflict list" of "1 cases are in conflict". Pure. */
void plain_reason(struct cw_slice reason, char out[static PLAIN_LEN_MAX]);
/* Whether the reason is about this division: its row says more than the reason does. */
bool plain_is_about(struct cw_slice reason, const Cw__PeerRow *row);

/* In step, and neither lacks anything of the other. */
bool plain_in_step(const Cw__PeerRow *row);
/* A word or two for a table: "in step", "not reached", "cut off", "catching up", "does not answer". */
void plain_state(const Cw__PeerRow *row, char out[static 40]);
/* How far its clock is from the answering daemon's: "right", "1.5 s ahead", "not said". */
void plain_clock(const Cw__PeerRow *row, char out[static 60]);
/* Why it is not in step, since when, what it lacks since when and of which cases, what is lacking here. */
void plain_peer(const Cw__PeerRow *row, const struct plain_names *names, struct cw_wall now,
                char out[static 2 * PLAIN_LEN_MAX]);

#endif
