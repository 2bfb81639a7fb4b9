/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_BRIDGE_H
#define CASEWIRE_BRIDGE_H

/*
 * What the bridges have in common. A bridge reads a feed and writes it where others read: items first, then the cursor
 * that stands for them, in one transaction or in that order. Whatever dies - daemon, bridge, target - the target itself
 * says where to go on.
 *
 * They use the public library only. One thread, but for what a target's own library does.
 */

#include <casewire/casewire.h>

#include <jansson.h>
#include <stdbool.h>

/* --- options (bridge_options.c) ------------------------------------------------------------------------ */

#define BRIDGE_NAMES_MAX CW_FEED_NAMES_MAX
#define BRIDGE_KINDS_MAX 16

struct bridge_names {
    size_t count;
    struct cw_slice at[BRIDGE_NAMES_MAX];
};

/* One option of a bridge of its own; those of every bridge are read by bridge_read_options(). */
struct bridge_option {
    const char *name, *value, *text; /* value: what it takes, for the help */
    const char **out;
};

struct bridge_options {
    const char *home; /* NULL: $CASEWIRE_HOME */
    bool to_end;      /* end when everything that the daemon has was written */
    struct cw_feed_options feed;
    uint32_t kinds[BRIDGE_KINDS_MAX];
    struct bridge_names divisions, risks, owners, tags, areas, operations;
};

/*
 * Reads argv; prints help or a complaint.
 *
 * own        ends with a NULL name; their *out are set to what was given
 * Returns    -1: go on; otherwise the exit status
 */
int bridge_read_options(int argc, char **argv, const char *about, const struct bridge_option *own,
                        struct bridge_options *out);

/* --- the run (bridge_run.c) ---------------------------------------------------------------------------- */

/* Bytes of a cursor; at most CW_FEED_CURSOR_LEN_MAX. */
struct bridge_cursor {
    size_t len; /* 0: none */
    uint8_t at[CW_FEED_CURSOR_LEN_MAX];
};

struct bridge_target {
    /* Connects, makes what is missing there, and says where it stands. false: not now, and bridge_say() said why. */
    bool (*begin)(void *self, struct bridge_cursor *out_cursor);
    /* Items and cursor of the answer are durable there when this is true. */
    bool (*take)(void *self, const struct cw_answer *answer);
    /* Disconnects. Also after a begin that failed. */
    void (*end)(void *self);
    const char *anew; /* the options that begin anew beside a cursor which is refused */
};

/* Until it is told to stop by SIGTERM or SIGINT, or the end is reached. Returns the exit status. */
int bridge_run(const struct bridge_options *options, const struct bridge_target *target, void *self);

/* A line on standard error, as printf(). */
void bridge_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* --- items (bridge_item.c) ----------------------------------------------------------------------------- */

#define BRIDGE_ID_TEXT_LEN (2 * CW_ID_LEN + 1)

/* Lower-case hexadecimal and a NUL. */
void bridge_id_text(const struct cw_op_id *id, char out[static BRIDGE_ID_TEXT_LEN]);
/* "op", "case", "correction", "record" */
const char *bridge_why(enum cw_feed_why why);
/*
 * Item number `index` of a feed's answer: {id, why, flags: [...], op: {...}, case: {...}}; docs/bridges.md lists the
 * members. Times are RFC 3339 in UTC; text is free of control characters. NULL: no such item, or no memory.
 */
json_t *bridge_item(const struct cw_answer *answer, size_t index);
bool bridge_is_flagged(const json_t *item, const char *word);
/* What the op says, what became of it and whether its case's line was older, in 16 digits: equal for two tellings that
 * say the same of it. */
#define BRIDGE_STAMP_LEN 17
void bridge_stamp(const json_t *item, char out[static BRIDGE_STAMP_LEN]);

#endif
