/* SPDX-License-Identifier: Apache-2.0 */
#include "bridge.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPTION_FIRST = 1000, OPTION_OWN = 2000 };
#define OWN_MAX 16

static const struct {
    const char *name, *value, *text;
} common[] = {
    {"home", "DIR", "folder with key, cert, network and context of a reader (CASEWIRE_HOME)"},
    {"start", "WHERE", "where to begin when the target keeps no cursor: snapshot (the default), beginning, now"},
    {"kind", "KIND", "only this kind of case, as county_line, or of entity, as phone"},
    {"division", "DIVISION", "only what this division wrote"},
    {"risk", "TEXT", "only cases of this risk"},
    {"owner", "DIVISION", "only cases that this division owns"},
    {"tag", "TEXT", "only cases with this tag"},
    {"area", "TEXT", "only cases of this area"},
    {"operation", "OPERATION", "only this operation, and what is linked to it"},
    {"records", NULL, "also certificates, policies, keys and erasures"},
    {"even-if-behind", NULL, "go on although the daemon lacks what the cursor names: when that is lost for good"},
    {"exit-at-end", NULL, "end when everything that the daemon has was written"},
    {"help", NULL, "this"},
};
#define COMMON_COUNT (sizeof(common) / sizeof(common[0]))

static void option_line(const char *name, const char *value, const char *text)
{
    char left[40];

    snprintf(left, sizeof(left), "--%s%s%s", name, value != NULL ? " " : "", value != NULL ? value : "");
    printf("  %-22s %s\n", left, text);
}

static int help(const char *program, const char *about, const struct bridge_option *own)
{
    printf("%s [OPTION...]\n\n%s\n\nOptions\n", program, about);
    for (; own->name != NULL; own++)
        option_line(own->name, own->value, own->text);
    for (size_t i = 0; i < COMMON_COUNT; i++)
        option_line(common[i].name, common[i].value, common[i].text);
    printf("\nOf options given more than once, one must fit; different ones must all fit.\n");
    return 0;
}

/* --- values --------------------------------------------------------------------------------------------- */

static bool add_kind(struct bridge_options *out, const char *name)
{
    static const struct {
        const char *name;
        uint32_t number;
    } kinds[] = {{"ocg", 1},   {"county_line", 2}, {"missing_child", 3}, {"operation", 4}, {"nominal", 5},
                 {"phone", 6}, {"vehicle", 7},     {"address", 8},       {"account", 9},   {"organisation", 10}};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kinds[i].name, name) == 0 && out->feed.kind_count < BRIDGE_KINDS_MAX) {
            out->kinds[out->feed.kind_count++] = kinds[i].number;
            return true;
        }
    return false;
}

static bool set_start(struct bridge_options *out, const char *word)
{
    static const struct {
        const char *word;
        enum cw_feed_start start;
    } starts[] = {{"snapshot", CW_FEED_SNAPSHOT}, {"beginning", CW_FEED_BEGINNING}, {"now", CW_FEED_NOW}};

    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
        if (strcmp(starts[i].word, word) == 0) {
            out->feed.start = starts[i].start;
            return true;
        }
    return false;
}

static struct bridge_names *names_of(struct bridge_options *out, const char *option)
{
    const struct {
        const char *option;
        struct bridge_names *names;
    } sorts[] = {{"division", &out->divisions}, {"risk", &out->risks}, {"owner", &out->owners},
                 {"tag", &out->tags},           {"area", &out->areas}, {"operation", &out->operations}};

    for (size_t i = 0; i < sizeof(sorts) / sizeof(sorts[0]); i++)
        if (strcmp(sorts[i].option, option) == 0)
            return sorts[i].names;
    return NULL;
}

static bool add_name(struct bridge_names *names, const char *value)
{
    if (names->count == BRIDGE_NAMES_MAX)
        return false;
    names->at[names->count++] = (struct cw_slice){(const uint8_t *)value, strlen(value)};
    return true;
}

static bool take_common(struct bridge_options *out, const char *name, const char *value)
{
    struct bridge_names *names = names_of(out, name);

    if (names != NULL)
        return add_name(names, value);
    if (strcmp(name, "home") == 0)
        out->home = value;
    else if (strcmp(name, "start") == 0)
        return set_start(out, value);
    else if (strcmp(name, "kind") == 0)
        return add_kind(out, value);
    else if (strcmp(name, "records") == 0)
        out->feed.records = 1;
    else if (strcmp(name, "even-if-behind") == 0)
        out->feed.even_if_behind = 1;
    else
        out->to_end = true;
    return true;
}

/* --- all of them ---------------------------------------------------------------------------------------- */

static void list_options(const struct bridge_option *own, struct option *out)
{
    for (size_t i = 0; i < COMMON_COUNT; i++)
        *out++ = (struct option){common[i].name, common[i].value != NULL, NULL, OPTION_FIRST + (int)i};
    for (int i = 0; i < OWN_MAX && own[i].name != NULL; i++)
        *out++ = (struct option){own[i].name, own[i].value != NULL, NULL, OPTION_OWN + i};
}

static struct cw_names listed(const struct bridge_names *names)
{
    return (struct cw_names){names->at, names->count};
}

static void point_at_names(struct bridge_options *out)
{
    out->feed.kinds = out->kinds;
    out->feed.divisions = listed(&out->divisions);
    out->feed.risks = listed(&out->risks);
    out->feed.owners = listed(&out->owners);
    out->feed.tags = listed(&out->tags);
    out->feed.areas = listed(&out->areas);
    out->feed.operations = listed(&out->operations);
}

int bridge_read_options(int argc, char **argv, const char *about, const struct bridge_option *own,
                        struct bridge_options *out)
{
    struct option options[COMMON_COUNT + OWN_MAX + 1] = {0};
    int found;

    *out = (struct bridge_options){.feed = {.size = sizeof(out->feed), .start = CW_FEED_SNAPSHOT}};
    list_options(own, options);
    while ((found = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        const char *name = found >= OPTION_FIRST && found < OPTION_FIRST + (int)COMMON_COUNT
                               ? common[found - OPTION_FIRST].name
                               : NULL;

        if (found == 'h' || (name != NULL && strcmp(name, "help") == 0))
            return help(argv[0], about, own);
        if (found >= OPTION_OWN) {
            *own[found - OPTION_OWN].out = optarg;
        } else if (name == NULL) {
            return 2; /* getopt_long() said why */
        } else if (!take_common(out, name, optarg)) {
            bridge_say("--%s %s: not understood, or too many; --help shows what it takes", name, optarg);
            return 2;
        }
    }
    if (optind < argc) {
        bridge_say("%s: there is nothing to name behind the options", argv[optind]);
        return 2;
    }
    point_at_names(out);
    return -1;
}
