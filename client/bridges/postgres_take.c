/* SPDX-License-Identifier: Apache-2.0 */
/* An answer as one transaction. */
#include "postgres.h"

#include <stdlib.h>
#include <string.h>

static bool failed(const struct postgres_target *t, const char *what, PGresult *result)
{
    const char *why = result != NULL ? PQresultErrorMessage(result) : "";

    bridge_say("%s: %s", what, why[0] != '\0' ? why : PQerrorMessage(t->connection));
    PQclear(result);
    return false;
}

bool postgres_do(struct postgres_target *t, const char *statement)
{
    PGresult *result = PQexec(t->connection, statement);

    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        return failed(t, "the database refuses", result);
    PQclear(result);
    return true;
}

static void say_nothing(void *context, const char *message)
{
    (void)context;
    (void)message; /* "relation already exists, skipping" */
}

/* --- the cursor ----------------------------------------------------------------------------------------- */

/* So that there is a row to lock. */
static bool add_cursor(struct postgres_target *t)
{
    const char *values[] = {t->name};
    PGresult *result = PQexecParams(t->connection, t->add_cursor, 1, NULL, values, NULL, NULL, 0);

    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        return failed(t, "the cursor has no place", result);
    PQclear(result);
    return true;
}

/* In a transaction: nobody else under this name gets further until it ends. */
static bool lock_cursor(struct postgres_target *t, struct bridge_cursor *out)
{
    const char *values[] = {t->name};
    PGresult *result = PQexecParams(t->connection, t->lock_cursor, 1, NULL, values, NULL, NULL, 1);
    int len = 0;

    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        return failed(t, "the cursor was not read", result);
    if (PQntuples(result) == 1)
        len = PQgetlength(result, 0, 0);
    if (len < 0 || (size_t)len > sizeof(out->at)) {
        bridge_say("%s: what stands there is no cursor", t->name);
        PQclear(result);
        return false;
    }
    memcpy(out->at, len > 0 ? PQgetvalue(result, 0, 0) : "", (size_t)len);
    out->len = (size_t)len;
    PQclear(result);
    return true;
}

static bool is_where_we_are(struct postgres_target *t)
{
    struct bridge_cursor *there = malloc(sizeof(*there));
    bool same = there != NULL && lock_cursor(t, there);

    if (same && (there->len != t->kept.len || memcmp(there->at, t->kept.at, there->len) != 0)) {
        bridge_say("another bridge writes under the name %s", t->name);
        same = false;
    }
    free(there);
    return same;
}

static bool write_cursor(struct postgres_target *t, struct cw_slice cursor)
{
    const char *values[] = {t->name, (const char *)cursor.data};
    const int lens[] = {0, (int)cursor.len}, binary[] = {0, 1};
    const Oid types[] = {25, 17}; /* text, bytea */
    PGresult *result = PQexecParams(t->connection, t->write_cursor, 2, types, values, lens, binary, 0);

    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        return failed(t, "the cursor was not written", result);
    PQclear(result);
    return true;
}

/* --- rows ----------------------------------------------------------------------------------------------- */

static char *items_text(const struct cw_answer *answer)
{
    json_t *array = json_array();
    size_t count = cw_feed_item_count(answer);
    char *text = NULL;
    bool whole = array != NULL;

    for (size_t i = 0; whole && i < count; i++)
        whole = json_array_append_new(array, bridge_item(answer, i)) == 0;
    if (whole)
        text = json_dumps(array, JSON_COMPACT);
    json_decref(array);
    return text;
}

static bool insert(struct postgres_target *t, const char *statement, const char *items)
{
    const char *values[] = {items};
    PGresult *result = PQexecParams(t->connection, statement, 1, NULL, values, NULL, NULL, 0);

    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        return failed(t, "rows were not written", result);
    PQclear(result);
    return true;
}

static bool insert_items(struct postgres_target *t, const struct cw_answer *answer)
{
    char *items;
    bool done;

    if (cw_feed_item_count(answer) == 0)
        return true;
    items = items_text(answer);
    done = items != NULL && insert(t, t->insert_events, items) && insert(t, t->insert_cases, items);
    free(items);
    return done;
}

bool postgres_take(void *self, const struct cw_answer *answer)
{
    struct postgres_target *t = self;
    struct cw_slice cursor = cw_feed_answer_cursor(answer);

    if (cursor.len > sizeof(t->kept.at))
        return false;
    if (cursor.len == t->kept.len && memcmp(cursor.data, t->kept.at, cursor.len) == 0 &&
        cw_feed_item_count(answer) == 0)
        return true;
    if (!postgres_do(t, "begin") || !is_where_we_are(t) || !insert_items(t, answer) || !write_cursor(t, cursor) ||
        !postgres_do(t, "commit"))
        return false; /* the connection is closed, and with it the transaction */
    memcpy(t->kept.at, cursor.data, cursor.len);
    t->kept.len = cursor.len;
    return true;
}

/* --- begin and end -------------------------------------------------------------------------------------- */

/* Whatever PGCLIENTENCODING or the connection string say: texts are UTF-8, and a database of another encoding lacks letters. */
static bool agree_on_text(struct postgres_target *t)
{
    const char *there = PQparameterStatus(t->connection, "server_encoding");

    if (PQsetClientEncoding(t->connection, "UTF8") != 0)
        return failed(t, "the server does not take UTF-8", NULL);
    if (there != NULL && strcmp(there, "UTF8") == 0)
        return true;
    bridge_say(
        "the database's encoding is %s, which cannot hold every text: give one that was made with ENCODING 'UTF8'",
        there != NULL ? there : "unknown");
    return false;
}

bool postgres_begin(void *self, struct bridge_cursor *out_cursor)
{
    struct postgres_target *t = self;
    /* A server that vanishes is noticed. What the connection string says of the same comes later, and counts. */
    static const char *const words[] = {"application_name", "connect_timeout", "tcp_user_timeout", "dbname", NULL};
    const char *const values[] = {"casewire-to-postgres", "10", "20000", t->database, NULL};

    t->connection = PQconnectdbParams(words, values, 1);
    if (PQstatus(t->connection) != CONNECTION_OK)
        return failed(t, "no connection", NULL);
    PQsetNoticeProcessor(t->connection, say_nothing, NULL);
    if (!agree_on_text(t) || !postgres_tables(t) || !add_cursor(t) || !postgres_do(t, "begin") ||
        !lock_cursor(t, &t->kept) || !postgres_do(t, "commit"))
        return false;
    memcpy(out_cursor->at, t->kept.at, t->kept.len);
    out_cursor->len = t->kept.len;
    return true;
}

void postgres_end(void *self)
{
    struct postgres_target *t = self;

    PQfinish(t->connection);
    t->connection = NULL;
}
