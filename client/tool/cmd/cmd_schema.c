/* SPDX-License-Identifier: Apache-2.0 */
/* schema: what a case may hold and what may happen to it; the tables are in this program. */
#include "tool/cmd_schema.h"

#include "proto/policy.h"
#include "tool/out.h"

#include <sodium.h>

#define TEXT_LEN_MAX 600

static void scale_text(enum scale scale, char out[static TEXT_LEN_MAX])
{
    size_t count, used = 0;
    const struct schema_value *values = schema_values(&count);

    out[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        int len;

        if (values[i].scale != scale)
            continue;
        len = snprintf(out + used, TEXT_LEN_MAX - used, "%s%s", used > 0 ? " < " : "", values[i].name);
        if (len < 0 || (size_t)len >= TEXT_LEN_MAX - used)
            return;
        used += (size_t)len;
    }
}

static bool wanted(const struct schema_field *field, uint32_t kind, const char *name)
{
    if (name != NULL && kind == KIND_NONE)
        return strcmp(field->name, name) == 0;
    return (kind == KIND_NONE || (field->kinds & (1u << kind)) != 0) && field->place != PLACE_DETAIL;
}

static void field_row(struct table *t, const struct schema_field *field)
{
    char roles[SCHEMA_ROLES_TEXT_LEN_MAX], text[TEXT_LEN_MAX];

    table_add(t, field->name);
    table_add(t, schema_place_name(field->place));
    table_add(t, schema_type_name(field->type));
    table_add(t, schema_rule_name(field->rule));
    table_add(t, schema_roles_text(field->set_roles, roles));
    table_add(t, schema_roles_text(field->lower_roles, roles));
    scale_text(field->scale, text);
    table_add(t, text);
}

static size_t print_fields(const struct cli *cli, uint32_t kind, const char *name)
{
    static const char *const heading[] = {"field", "place", "type", "rule", "set by", "lowered by", "values", NULL};
    size_t count, shown = 0;
    const struct schema_field *fields = schema_fields(&count);
    struct table t;

    table_begin(&t, cli, heading);
    for (size_t i = 0; i < count; i++)
        if (wanted(&fields[i], kind, name)) {
            field_row(&t, &fields[i]);
            shown++;
        }
    table_end(&t);
    return shown;
}

static void print_events(const struct cli *cli, uint32_t kind)
{
    static const char *const heading[] = {"event", "roles", "", NULL};
    size_t count;
    const struct schema_event *events = schema_events(&count);
    char roles[SCHEMA_ROLES_TEXT_LEN_MAX];
    struct table t;

    table_begin(&t, cli, heading);
    for (size_t i = 0; i < count; i++) {
        if (kind != KIND_NONE && (events[i].kinds & (1u << kind)) == 0)
            continue;
        table_add(&t, events[i].name);
        table_add(&t, schema_roles_text(events[i].roles, roles));
        table_add(&t, (events[i].flags & EVENT_TALLIED) != 0 ? "counted in totals" : "");
    }
    table_end(&t);
}

static void print_event(const struct cli *cli, const struct schema_event *event)
{
    static const char *const heading[] = {"field", "type", "needed", "values", NULL};
    size_t count;
    const struct schema_field *fields = schema_fields(&count);
    char text[TEXT_LEN_MAX];
    struct table t;

    table_begin(&t, cli, heading);
    for (size_t i = 0; i < count; i++) {
        if (!schema_event_carries(event->number, &fields[i]))
            continue;
        table_add(&t, fields[i].name);
        table_add(&t, schema_type_name(fields[i].type));
        table_add(&t, schema_event_requires(event->number, fields[i].number) ? "yes" : "");
        scale_text(fields[i].scale, text);
        table_add(&t, text);
    }
    table_end(&t);
}

/* --- policy ------------------------------------------------------------------------------------------------ */

/* As it would be written to have what stands anyway. */
static void usual_text(const struct policy_walk *walk, char out[static SCHEMA_ROLES_TEXT_LEN_MAX])
{
    enum policy_what what = (enum policy_what)walk->what;
    int64_t usual = policy_usual(what, walk->number);

    if (what == POLICY_SPAN || what == POLICY_SOON || what == POLICY_STEP)
        snprintf(out, SCHEMA_ROLES_TEXT_LEN_MAX, "%lld", (long long)usual);
    else if (what == POLICY_SYNTHETIC)
        snprintf(out, SCHEMA_ROLES_TEXT_LEN_MAX, "false");
    else if (usual == R_NONE)
        snprintf(out, SCHEMA_ROLES_TEXT_LEN_MAX, "none");
    else if (((uint32_t)usual & R_ANY) == R_ANY)
        snprintf(out, SCHEMA_ROLES_TEXT_LEN_MAX, "any");
    else
        schema_roles_text((uint32_t)usual, out);
}

/* What all roles are is long, and said once, below the table. */
static bool has_roles(const struct policy_walk *walk)
{
    return walk->what != POLICY_SPAN && walk->what != POLICY_SOON && walk->what != POLICY_STEP &&
           walk->what != POLICY_SYNTHETIC;
}

static void print_policies(const struct cli *cli)
{
    static const char *const heading[] = {"policy", "usually", "its value", NULL};
    char usual[SCHEMA_ROLES_TEXT_LEN_MAX], allowed[POLICY_ALLOWED_LEN_MAX];
    struct policy_walk walk = {0};
    struct table t;

    table_begin(&t, cli, heading);
    while (policy_walk_next(&walk)) {
        table_add(&t, walk.name);
        usual_text(&walk, usual);
        table_add(&t, usual);
        table_add(&t, has_roles(&walk) ? "roles" : policy_allowed((enum policy_what)walk.what, walk.number, allowed));
    }
    table_add(&t, "calendar.YYYY-MM-DD");
    table_add(&t, "");
    table_add(&t, policy_allowed(POLICY_DAY, 0, allowed));
    table_end(&t);
    if (cli->terminal)
        printf("\nroles: %s\n", policy_allowed(POLICY_LADDER, 1, allowed));
}

static json_t *policies_json(void)
{
    char usual[SCHEMA_ROLES_TEXT_LEN_MAX], allowed[POLICY_ALLOWED_LEN_MAX];
    struct policy_walk walk = {0};
    json_t *list = json_array();

    while (policy_walk_next(&walk)) {
        usual_text(&walk, usual);
        json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "name", walk.name, "usual", usual, "value",
                                              policy_allowed((enum policy_what)walk.what, walk.number, allowed)));
    }
    json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "name", "calendar.YYYY-MM-DD", "usual", "", "value",
                                          policy_allowed(POLICY_DAY, 0, allowed)));
    return list;
}

static enum exit_code print_json(const struct cli *cli)
{
    static char text[1 << 20];
    struct writer w = writer_over(text, sizeof(text) - 1);
    json_t *whole;

    schema_print_json(&w);
    whole = json_loadb(text, w.len, 0, NULL);
    if (w.failed || whole == NULL)
        return EXIT_FAILED;
    json_object_set_new(whole, "policies", policies_json());
    json_print(cli, whole);
    return EXIT_DONE;
}

static enum exit_code run_schema(struct cli *cli)
{
    const char *name = cli->operand_count > 0 ? cli->operands[0] : NULL;
    uint32_t kind = name != NULL ? schema_kind_by_name(slice_of(name)) : (uint32_t)KIND_NONE;
    const struct schema_event *event = name != NULL ? schema_event_by_name(slice_of(name)) : NULL;

    if (cli->json)
        return print_json(cli);
    if (name != NULL && strcmp(name, "policy") == 0) {
        print_policies(cli);
        return EXIT_DONE;
    }
    if (event != NULL) {
        print_event(cli, event);
        return EXIT_DONE;
    }
    if (print_fields(cli, kind, name) == 0)
        return complain(cli, EXIT_NOT_FOUND,
                        &(struct trouble){"there is no such kind, event or field", name, NULL, "casewire schema"});
    if (name == NULL || kind != KIND_NONE)
        print_events(cli, kind);
    return EXIT_DONE;
}

static enum exit_code run_version(struct cli *cli)
{
    if (cli->json)
        json_print(
            cli, json_pack("{s:s, s:i, s:i}", "version", cw_version(), "schema", SCHEMA_VERSION, "fold", FOLD_VERSION));
    else
        printf("casewire %s (schema %d, fold %d; libsodium %s)\n", cw_version(), SCHEMA_VERSION, FOLD_VERSION,
               sodium_version_string());
    return EXIT_DONE;
}

const struct cli_command cmd_schema = {
    .noun = "schema",
    .group = GROUP_HELP,
    .operands = "[WHAT]",
    .operand_max = 1,
    .summary = "fields, values, events, and who may write them",
    .about = "Of everything, of a kind of case, what an event carries, or one field; of `policy`, the names that "
             "`casewire authority policy` knows.",
    .examples = "  casewire schema missing_child\n  casewire schema seizure\n  casewire schema missing_risk\n"
                "  casewire schema policy\n",
    .json = "schema_version:i fold_version:i fields:[o] events:[o] event_fields:[o] steps:[o] clocks:[o] values:[o] "
            "kinds:[o] roles:[o] policies:[o] *",
    .run = run_schema,
};
const struct cli_command cmd_version = {
    .noun = "version",
    .group = GROUP_HELP,
    .summary = "version of the program and its formats",
    .json = "version:s schema:i fold:i",
    .run = run_version,
};
