/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_HOST_EVENTS_H
#define CASEWIRE_HOST_EVENTS_H

/*
 * Every event that the daemon writes to its log: the id that stands on the line, the journal's MESSAGE_ID, and what the
 * journal's catalogue says about it (journalctl -x). Neither id ever changes or is used for something else; a row is added,
 * never renamed. systemd/casewire.catalog is printed from here, and tests/tools/events-agree sees that no other id is used.
 *
 * In the texts, @CASEWIRE_DIVISION@ and @CASEWIRE_PEER@ are filled in by journalctl from the line's fields.
 */

#include "proto/base.h"

struct event_row {
    const char *id;          /* "fork-proven" */
    const char *message_id;  /* 32 hexadecimal digits */
    const char *subject;     /* of the catalogue: one line */
    const char *explanation; /* what it means and what to do */
};
extern const struct event_row event_table[];
extern const size_t event_table_count;

/* NULL: no such event. */
const struct event_row *event_find(const char *id);

#endif
