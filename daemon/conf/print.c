/* SPDX-License-Identifier: Apache-2.0 */
#include "conf/table.h"

#include <string.h>

static const char *fallback_text(const struct setting *row)
{
    if (row->fallback == NULL)
        return "must be set";
    return row->fallback[0] != '\0' ? row->fallback : "not set";
}

static void print_rows(FILE *out, const struct setting *table, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char type[SETTING_EXPECTED_LEN_MAX];

        setting_type_text(&table[i], type);
        (void)fprintf(out, "  %-20s %s\n%23s%s; default: %s\n", table[i].name, table[i].sentence, "", type,
                      fallback_text(&table[i]));
    }
}

void settings_print_help(FILE *out)
{
    (void)fprintf(out, "Settings (name = \"value\"):\n");
    print_rows(out, settings_table, settings_table_count);
    (void)fprintf(out, "\nFor each peer to connect to, peer \"NAME\" { ... } with:\n");
    print_rows(out, settings_peer_table, settings_peer_table_count);
}

/* What must be set stands there to be filled in, the rest as a comment that shows its default. */
static void print_assignment(FILE *out, const struct setting *row, const char *indent)
{
    (void)fprintf(out, "%s# %s\n", indent, row->sentence);
    if (row->fallback == NULL)
        (void)fprintf(out, "%s%s = \"\"\n\n", indent, row->name);
    else
        (void)fprintf(out, "%s# %s = \"%s\"\n\n", indent, row->name, row->fallback);
}

void settings_print_example(FILE *out)
{
    (void)fprintf(out, "# Settings of one division's casewired. Check them with: casewired --check-config FILE\n\n");
    for (size_t i = 0; i < settings_table_count; i++)
        print_assignment(out, &settings_table[i], "");
    (void)fprintf(out, "# One of these for each division to connect to:\n# peer \"west\" {\n");
    for (size_t i = 0; i < settings_peer_table_count; i++)
        (void)fprintf(out, "#     %s = \"\"  # %s\n", settings_peer_table[i].name, settings_peer_table[i].sentence);
    (void)fprintf(out, "# }\n");
}

static void print_table(FILE *out, const struct setting *table, size_t count)
{
    (void)fprintf(out, "| name | value | default | meaning |\n| --- | --- | --- | --- |\n");
    for (size_t i = 0; i < count; i++) {
        char type[SETTING_EXPECTED_LEN_MAX];

        setting_type_text(&table[i], type);
        (void)fprintf(out, "| `%s` | %s | %s | %s |\n", table[i].name, type, fallback_text(&table[i]),
                      table[i].sentence);
    }
}

void settings_print_markdown(FILE *out)
{
    print_table(out, settings_table, settings_table_count);
    (void)fprintf(out, "\nInside `peer \"NAME\" { ... }`:\n\n");
    print_table(out, settings_peer_table, settings_peer_table_count);
}

/* What scdoc would read as markup stands for itself. */
static void print_escaped(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (strchr("*_\\", *text) != NULL)
            (void)fputc('\\', out);
        (void)fputc(*text, out);
    }
}

/* scdoc: a name in bold, what it means behind a tab. */
static void print_definitions(FILE *out, const struct setting *table, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char type[SETTING_EXPECTED_LEN_MAX];

        setting_type_text(&table[i], type);
        (void)fprintf(out, "*%s*\n\t", table[i].name);
        print_escaped(out, table[i].sentence);
        (void)fputs("++\nValue: ", out);
        print_escaped(out, type);
        (void)fputs("++\nDefault: ", out);
        print_escaped(out, fallback_text(&table[i]));
        (void)fputs("\n\n", out);
    }
}

void settings_print_scdoc(FILE *out)
{
    print_definitions(out, settings_table, settings_table_count);
    (void)fprintf(out, "For each peer to connect to, *peer \"NAME\" { ... }* with:\n\n");
    print_definitions(out, settings_peer_table, settings_peer_table_count);
}

/* --- what was read --------------------------------------------------------------------------------------------- */

static uint64_t number_at(const void *at)
{
    uint64_t number;

    memcpy(&number, at, sizeof number);
    return number;
}

static void print_key(FILE *out, const uint8_t *key)
{
    for (size_t i = 0; i < KEY_LEN; i++)
        (void)fprintf(out, "%02x", key[i]);
}

/* As it would be written. */
static void print_value(FILE *out, const struct setting *row, const void *at)
{
    char size[SETTING_SIZE_TEXT_LEN];

    switch (row->type) {
    case SETTING_CODE:
    case SETTING_PATH:
    case SETTING_LISTEN:
    case SETTING_ADDRESS:
    case SETTING_WATCH:
        (void)fputs(at, out);
        break;
    case SETTING_KEY:
        print_key(out, at);
        break;
    case SETTING_SIZE:
        setting_size_text(number_at(at), size);
        (void)fputs(size, out);
        break;
    case SETTING_COUNT:
        (void)fprintf(out, "%llu", (unsigned long long)number_at(at));
        break;
    case SETTING_FLAG:
        (void)fputs(*(const bool *)at ? "yes" : "no", out);
        break;
    case SETTING_LEVEL:
        (void)fputs(settings_log_levels[number_at(at)], out);
        break;
    }
}

/* No value holds a tab or an end of line. */
static void print_read(FILE *out, const struct setting *row, const void *base)
{
    (void)fprintf(out, "%s\t", row->name);
    print_value(out, row, (const uint8_t *)base + row->offset);
    (void)fputc('\n', out);
}

void settings_print(const struct settings *s, FILE *out)
{
    for (size_t i = 0; i < settings_table_count; i++)
        print_read(out, &settings_table[i], s);
    for (uint32_t p = 0; p < s->peer_count; p++)
        for (size_t i = 0; i < settings_peer_table_count; i++) {
            (void)fprintf(out, "peer %s ", s->peers[p].title);
            print_read(out, &settings_peer_table[i], &s->peers[p]);
        }
}
