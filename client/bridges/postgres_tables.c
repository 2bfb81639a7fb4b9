/* SPDX-License-Identifier: Apache-2.0 */
/* The tables, and the statements that fill them. "@" stands for the schema. */
#include "postgres.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const tables[] = {
    "begin",
    /* "if not exists" looks before it makes: of two bridges that begin at once, one would be refused. */
    "do 'begin perform pg_advisory_xact_lock(hashtext(''casewire-to-postgres'')); end'",
    "create schema if not exists @",
    "create table if not exists @.reader ("
    " name text primary key, cursor bytea not null, kept timestamptz not null default now())",
    "create table if not exists @.cases ("
    " case_id text primary key, reference text not null, kind text not null, status text not null,"
    " title text not null, owner text not null, risk text not null, marking text not null,"
    " tags text[] not null, areas text[] not null, operations text[] not null, conflicts text[] not null,"
    " op_count bigint not null, updated timestamptz, incomplete boolean not null, degraded boolean not null,"
    " synthetic boolean not null)",
    "create table if not exists @.events ("
    " id text primary key, position bigint generated always as identity unique, case_id text, why text not null,"
    " what text not null, event text not null, verdict text not null, author text not null, division text not null,"
    " origin text not null, said timestamptz, logged timestamptz, hlc bigint not null, writes jsonb not null,"
    " flags text[] not null, told bigint not null default 1)",
    "create index if not exists events_case on @.events (case_id, hlc)",
    "create index if not exists cases_reference on @.cases (reference)",
    "commit",
};

/*
 * $1: the items of an answer, as an array. One of them may be there twice, and then the last one says how it is; rows
 * are added in the order in which they were told.
 */
#define ITEMS                                                                                      \
    "with item as (select i, n from jsonb_array_elements($1::jsonb) with ordinality as t(i, n)), " \
    "list as (select i, n, array(select jsonb_array_elements_text(i->'flags')) as flags from item) "

static const char insert_events[] = ITEMS
    ", newest as (select distinct on (i->>'id') i, n, flags from list where i ? 'op' order by i->>'id', n desc) "
    "insert into @.events (id, case_id, why, what, event, verdict, author, division, origin, said, logged, hlc, writes,"
    " flags) "
    "select i->>'id', i->'case'->>'case_id', i->>'why', o->>'what', o->>'event', o->>'verdict', o->>'author',"
    " o->>'division', o->>'origin', (o->>'time')::timestamptz, (o->>'logged')::timestamptz, (o->>'hlc')::bigint,"
    " o->'writes', flags from newest, lateral (select i->'op' as o) as op order by n "
    "on conflict (id) do update set case_id = excluded.case_id, what = excluded.what, event = excluded.event,"
    " verdict = excluded.verdict, author = excluded.author, division = excluded.division, said = excluded.said,"
    " logged = excluded.logged, hlc = excluded.hlc, writes = excluded.writes, flags = excluded.flags,"
    " told = events.told + 1";

#define LIST(member) "array(select jsonb_array_elements_text(c->'" member "'))"

static const char insert_cases[] =
    ITEMS ", newest as (select distinct on (i->'case'->>'case_id') i->'case' as c from list where i ? 'case'"
          " order by i->'case'->>'case_id', n desc) "
          "insert into @.cases select c->>'case_id', c->>'reference', c->>'kind', c->>'status', c->>'title',"
          " c->>'owner', c->>'risk', c->>'marking', " LIST("tags") ", " LIST("areas") ", " LIST("operations") ", " LIST(
              "conflicts") ", (c->>'op_count')::bigint, (c->>'updated')::timestamptz,"
                           " (c->>'incomplete')::boolean, (c->>'degraded')::boolean,"
                           " (c->>'synthetic')::boolean from newest "
                           "on conflict (case_id) do update set reference = excluded.reference,"
                           " kind = excluded.kind, status = excluded.status,"
                           " title = excluded.title, owner = excluded.owner,"
                           " risk = excluded.risk, marking = excluded.marking,"
                           " tags = excluded.tags, areas = excluded.areas,"
                           " operations = excluded.operations, conflicts = excluded.conflicts,"
                           " op_count = excluded.op_count, updated = excluded.updated,"
                           " incomplete = excluded.incomplete, degraded = excluded.degraded,"
                           " synthetic = excluded.synthetic";

static const char add_cursor[] = "insert into @.reader (name, cursor) values ($1, '') on conflict (name) do nothing";
static const char lock_cursor[] = "select cursor from @.reader where name = $1 for update";
static const char write_cursor[] = "update @.reader set cursor = $2, kept = now() where name = $1";

/* Lower-case letters, digits and underscores need no quotes. */
static bool is_name(const char *name)
{
    return name[0] != '\0' && strlen(name) <= SCHEMA_LEN_MAX && (name[0] < '0' || name[0] > '9') &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name);
}

static bool fill_in(const char *schema, const char *statement, char out[static STATEMENT_LEN_MAX])
{
    size_t used = 0, len = strlen(schema);

    for (; *statement != '\0'; statement++) {
        if (used + len + 1 >= STATEMENT_LEN_MAX)
            return false;
        if (*statement == '@') {
            memcpy(out + used, schema, len);
            used += len;
        } else {
            out[used++] = *statement;
        }
    }
    out[used] = '\0';
    return true;
}

bool postgres_statements(struct postgres_target *t)
{
    return is_name(t->schema) && fill_in(t->schema, insert_events, t->insert_events) &&
           fill_in(t->schema, insert_cases, t->insert_cases) && fill_in(t->schema, add_cursor, t->add_cursor) &&
           fill_in(t->schema, lock_cursor, t->lock_cursor) && fill_in(t->schema, write_cursor, t->write_cursor);
}

bool postgres_tables(struct postgres_target *t)
{
    char statement[STATEMENT_LEN_MAX];

    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
        if (!fill_in(t->schema, tables[i], statement) || !postgres_do(t, statement))
            return false;
    return true;
}
