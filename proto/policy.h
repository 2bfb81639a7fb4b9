/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_PROTO_POLICY_H
#define CASEWIRE_PROTO_POLICY_H

/*
 * The names and values of policy (ACT_POLICY; docs/fold.md §16), read in one place: by the fold, which passes over what it
 * cannot read, and by whoever signs, who refuses it. The rows of proto/schema.h are the defaults; a record replaces one.
 *
 *   role.set.<field>      roles that may write the field            "MCET,SUP,INSP", "any", "none"
 *   role.lower.<field>    roles that may lower, remove or resolve
 *   role.event.<event>    roles that may record the event
 *   clock.<span>.<unit>   how long a duty may take          clock.<clock>.told, .waive, .soon_s, .step_s
 *   ladder.1 .. ladder.3, ladder.beside                     calendar.<date>                network.synthetic
 *
 * Pure.
 */

#include "proto/limits.h"
#include "proto/schema.h"

enum policy_what {
    POLICY_SET = 1,
    POLICY_LOWER = 2,
    POLICY_EVENT = 3,
    POLICY_SPAN = 4,
    POLICY_TOLD = 5,
    POLICY_WAIVE = 6,
    POLICY_SOON = 7,
    POLICY_STEP = 8,
    POLICY_LADDER = 9,     /* number: rung from 1; POLICY_BESIDE */
    POLICY_DAY = 10,       /* number: days from 1970; value: 1 working, 0 holiday */
    POLICY_SYNTHETIC = 11, /* number 0; value: 1 when the network takes only invented cases. Not the fold's */
};
#define POLICY_BESIDE 9
#define POLICY_RUNGS 3
#define POLICY_CHANGES_MAX \
    256 /* a fold keeps no more: of those beyond, the last in (log id, seq) order have no effect */
#define POLICY_NAME_SYNTHETIC "network.synthetic"

/* A record as it was understood. Only a field's name, which several kinds may share, means more than one number. */
#define POLICY_NUMBERS_MAX 16
struct policy_said {
    enum policy_what what;
    uint32_t number_count;
    uint32_t numbers[POLICY_NUMBERS_MAX]; /* of the fields, or of the event, span or clock */
    int64_t value;                        /* role mask, or a number of units */
};

/*
 * Returns   CW_OK, CW_REFUSED_UNKNOWN_FIELD: this version does not know the name, CW_REFUSED_VALUE: the refusal says what
 *           may stand there
 */
enum cw_err policy_read(struct cw_slice name, struct cw_slice value, struct policy_said *out, struct refusal *refusal);

/*
 * The same and more, for whoever is about to sign it: CW_REFUSED_VALUE also for what can be read and still changes
 * nothing, CW_REFUSED_SIZE for a value that is longer than daemons keep.
 */
enum cw_err policy_check(struct cw_slice name, struct cw_slice value, struct refusal *refusal);

/* Whether a record of this name could change anything. */
bool policy_changes(struct cw_slice name);

/* What the tables say where no record does: role mask or number. 0 for days and for network.synthetic. */
int64_t policy_usual(enum policy_what what, uint32_t number);

/* What may stand as its value, in words: "a whole number of seconds, 0 to 3153600000". Returns out. */
#define POLICY_ALLOWED_LEN_MAX 200
const char *policy_allowed(enum policy_what what, uint32_t number, char out[static POLICY_ALLOWED_LEN_MAX]);

/* All names that change something, but for calendar.<date>, one after the other: from a zeroed walk, until false. */
struct policy_walk {
    uint32_t what;
    size_t at;
    uint32_t number;             /* of the first field of this name, or of the event, span, clock */
    char name[NAME_LEN_MAX + 1]; /* what was come to */
};
bool policy_walk_next(struct policy_walk *walk);

#endif
