/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_PROTO_AHEAD_H
#define CASEWIRE_PROTO_AHEAD_H

/*
 * What has been does not lie ahead of the time at which it was signed (docs/fold.md §17). One rule for the door and for the
 * library, which asks before anything is signed: what waits in an outbox is refused there, and not hours later. Pure.
 */

#include "proto/schema.h"

/* Clocks of devices differ: nothing is refused for less. */
#define CLOCKS_DIFFER_MS INT64_C(3600000)

#define AHEAD_TEXT                                                                                                     \
    "lies ahead of the time this was written, and only what has been goes here: check the day, and the clock of your " \
    "device"

/* Such a time is for what has been, whatever is said: the event, or 0 where none is. */
bool field_has_been(const struct schema_field *field, uint32_t event);
/* It begins later than it was signed, or ends later: days typed whole are not over yet when the last of them is today. */
bool lies_ahead(int64_t earliest_ms, int64_t latest_ms, int64_t signed_ms);
/* Invented cases happen in a calendar of their own (DOMAIN.md §14): 2030 and 2031, whatever day it is; who is reported on its
 * first day was seen in the week before. */
bool is_invented_time(int64_t at_ms);

#endif
