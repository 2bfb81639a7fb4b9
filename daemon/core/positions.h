/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CORE_POSITIONS_H
#define CASEWIRE_CORE_POSITIONS_H

/*
 * Authority positions: what a log's seals have named so far. A seal carries changes only, and none goes back.
 */

#include "proto/message.h"

const struct position *positions_find(const struct positions *in, const struct log_id *log);
/* Takes over what is higher; false when a 17th log would be needed (it is left out). */
bool positions_raise(struct positions *known, const struct positions *changes);
/* One of the changes names less of its log than is known, or than one before it: no honest writer's seal does. */
bool positions_go_back(const struct positions *known, const struct positions *changes);
/* What `now` says beyond `known`. */
void positions_changes(const struct positions *known, const struct positions *now, struct positions *out);

#endif
