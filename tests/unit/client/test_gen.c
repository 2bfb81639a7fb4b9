/* SPDX-License-Identifier: Apache-2.0 */
/* Invented cases: always the same for a seed, and impossible to mistake for real. */
#include "tool/gen.h"

#include "proto/id.h"
#include "proto/sign.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

Suite *suite_gen(void);

static void make(uint64_t seed, unsigned scale, struct gen *out)
{
    *out = (struct gen){.state = seed};
    gen_story(out);
    gen_children(out, scale, true);
}

static void done(struct gen *g)
{
    for (size_t i = 0; i < g->count; i++)
        json_decref(g->lines[i].line);
    free(g->lines);
}

static char *text_of(const struct gen *g, size_t i)
{
    char *text = json_dumps(g->lines[i].line, JSON_COMPACT | JSON_SORT_KEYS);

    ck_assert_ptr_nonnull(text);
    return text;
}

static void hash_of(uint64_t seed, char out[static 2 * CW_ID_LEN + 1])
{
    struct gen g;
    uint8_t hash[CW_ID_LEN] = {0};

    make(seed, 20, &g);
    for (size_t i = 0; i < g.count; i++) {
        char *text = text_of(&g, i);
        uint8_t next[CW_ID_LEN];

        hash_keyed(LABEL_LOCAL, hash, slice_of(text), next);
        memcpy(hash, next, sizeof hash);
        free(text);
    }
    done(&g);
    hex_of(slice(hash, sizeof hash), out);
}

START_TEST(a_seed_gives_the_same_bytes_today_and_on_every_machine)
{
    char one[2 * CW_ID_LEN + 1], again[2 * CW_ID_LEN + 1], other[2 * CW_ID_LEN + 1];

    hash_of(7, one);
    hash_of(7, again);
    hash_of(8, other);
    ck_assert_str_eq(one, again);
    ck_assert_str_ne(one, other);
    ck_assert_str_eq(one, "882f41000555b77d9adfa56e5cdb7ff8196af9d8556d7f939cd9e84957cff623");
}
END_TEST

/* Whatever follows `what` in the text begins with one of two words. */
static void each_begins(const char *text, const char *what, const char *with)
{
    for (const char *at = strstr(text, what); at != NULL; at = strstr(at + 1, what))
        ck_assert_msg(strncmp(at, with, strlen(with)) == 0, "%s", text);
}

START_TEST(nothing_of_it_is_anybodys)
{
    struct gen g;
    size_t opened = 0;

    make(3, 200, &g);
    for (size_t i = 0; i < g.count; i++) {
        char *text = text_of(&g, i);
        const json_t *title = json_object_get(json_object_get(g.lines[i].line, "fields"), "title");

        each_begins(text, " 07", " 07700 900");
        each_begins(text, "KX0", "KX01 ");
        each_begins(text, "MISPER", "MISPER ZZ/30/");
        if (json_object_get(g.lines[i].line, "open") != NULL) {
            ck_assert_int_eq(strncmp(json_string_value(title), "FICTIONAL ", 10), 0);
            opened++;
        }
        free(text);
    }
    ck_assert_uint_ge(opened, 201); /* the story's, and duplicates */
    done(&g);
}
END_TEST

START_TEST(births_are_of_children_and_on_days_that_exist)
{
    struct gen g = {.state = 1};
    char text[GEN_TEXT_LEN_MAX];
    unsigned januaries = 0;

    for (int i = 0; i < 10000; i++) {
        unsigned year, month, day;

        gen_birth(&g, text);
        char *end = text;

        year = (unsigned)strtoul(end, &end, 10);
        month = (unsigned)strtoul(end + 1, &end, 10);
        day = (unsigned)strtoul(end + 1, &end, 10);
        ck_assert_int_eq(*end, '\0');
        ck_assert(year >= 2012 && year <= 2024 && month >= 1 && month <= 12 && day >= 1 && day <= 28);
        januaries += month == 1 && day == 1;
    }
    ck_assert(januaries > 150 && januaries < 350); /* 2 %, and those born on it */
}
END_TEST

START_TEST(most_are_back_within_a_day)
{
    struct gen g = {.state = 1};
    unsigned day = 0, two = 0, week = 0;

    for (int i = 0; i < 10000; i++) {
        int64_t away = gen_away_ms(&g);

        ck_assert_int_ge(away, HOUR_MS);
        day += away < DAY_MS;
        two += away < 2 * DAY_MS;
        week += away > 7 * DAY_MS - HOUR_MS;
    }
    ck_assert(day > 7300 && day < 7700);
    ck_assert(two > 8300 && two < 8700);
    ck_assert(week > 100 && week < 350);
}
END_TEST

START_TEST(what_names_an_event_comes_after_it)
{
    struct gen g;
    json_t *seen = json_object();

    make(5, 60, &g);
    for (size_t i = 0; i < g.count; i++) { /* of one child the lines are in order before they are sorted, too */
        const json_t *line = g.lines[i].line, *id = json_object_get(line, "id"), *about = json_object_get(line, "case"),
                     *episode = json_object_get(line, "episode");

        ck_assert(about == NULL || json_object_get(seen, json_string_value(about)) != NULL);
        ck_assert(episode == NULL || json_object_get(seen, json_string_value(episode)) != NULL);
        if (id != NULL) {
            ck_assert_ptr_null(json_object_get(seen, json_string_value(id)));
            json_object_set_new(seen, json_string_value(id), json_true());
        }
    }
    json_decref(seen);
    done(&g);
}
END_TEST

Suite *suite_gen(void)
{
    Suite *suite = suite_create("gen");
    TCase *t = tcase_create("children");

    tcase_add_test(t, a_seed_gives_the_same_bytes_today_and_on_every_machine);
    tcase_add_test(t, nothing_of_it_is_anybodys);
    tcase_add_test(t, births_are_of_children_and_on_days_that_exist);
    tcase_add_test(t, most_are_back_within_a_day);
    tcase_add_test(t, what_names_an_event_comes_after_it);
    suite_add_tcase(suite, t);
    return suite;
}
