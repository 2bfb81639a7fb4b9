/* SPDX-License-Identifier: Apache-2.0 */
/* casewire-to-postgres: a feed as tables of a PostgreSQL database. */
#include "postgres.h"

#include <stdlib.h>

int main(int argc, char **argv)
{
    static const struct bridge_target target = {postgres_begin, postgres_take, postgres_end,
                                                "--name OTHER --schema OTHER"};
    struct postgres_target *t = calloc(1, sizeof(*t));
    struct bridge_options *options = calloc(1, sizeof(*options));
    const char *database = "", *schema = "casewire", *name = "casewire";
    const struct bridge_option own[] = {
        {"database", "URL", "connection string or URL, as libpq takes it (PGHOST, PGDATABASE, ...)", &database},
        {"schema", "NAME", "where the tables are, made when they are not there (casewire)", &schema},
        {"name", "NAME", "under which this bridge keeps its cursor (casewire)", &name},
        {NULL, NULL, NULL, NULL},
    };
    int status = 1;

    if (t != NULL && options != NULL)
        status = bridge_read_options(argc, argv,
                                     "Keeps cases and events as tables: rows and the cursor that stands for them are "
                                     "one transaction.",
                                     own, options);
    if (status < 0) {
        t->database = database;
        t->schema = schema;
        t->name = name;
        if (postgres_statements(t)) {
            status = bridge_run(options, &target, t);
        } else {
            bridge_say("--schema %s: is lower-case letters, digits and underscores, at most 63", schema);
            status = 2;
        }
    }
    free(t);
    free(options);
    return status;
}
