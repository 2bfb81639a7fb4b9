/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_BRIDGE_POSTGRES_H
#define CASEWIRE_BRIDGE_POSTGRES_H

/*
 * A feed as tables of one schema: cases as they are, events in the order in which they were first told, and the cursor
 * of each bridge by name. An answer's rows and its cursor are one transaction, so there is nothing to repair.
 */

#include "bridge.h"

#include <postgresql/libpq-fe.h>

#define SCHEMA_LEN_MAX 63 /* of PostgreSQL's names */
#define STATEMENT_LEN_MAX 4096

struct postgres_target {
    const char *database; /* a connection string or URL; "": libpq's own defaults and environment */
    const char *schema;
    const char *name; /* of this bridge, in the table of cursors */
    PGconn *connection;
    struct bridge_cursor kept;
    char insert_events[STATEMENT_LEN_MAX], insert_cases[STATEMENT_LEN_MAX]; /* with the schema's name in them */
    char add_cursor[STATEMENT_LEN_MAX], lock_cursor[STATEMENT_LEN_MAX], write_cursor[STATEMENT_LEN_MAX];
};

/* postgres_tables.c: false: the name is none that needs no quotes. */
bool postgres_statements(struct postgres_target *t);
/* Makes schema and tables when they are not there; of another version: says so. */
bool postgres_tables(struct postgres_target *t);

/* postgres_take.c */
bool postgres_begin(void *self, struct bridge_cursor *out_cursor);
bool postgres_take(void *self, const struct cw_answer *answer);
void postgres_end(void *self);
/* A statement without a result. */
bool postgres_do(struct postgres_target *t, const char *statement);

#endif
