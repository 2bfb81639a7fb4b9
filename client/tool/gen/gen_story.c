/* SPDX-License-Identifier: Apache-2.0 */
/* A story written by hand, and what divisions say without knowing of each other. */
#include "tool/gen.h"

#include <string.h>

#define STORY "story-a"
#define AT(day, hour) (GEN_YEAR_MS + (day)*DAY_MS + (hour)*HOUR_MS)

static void again(struct gen *g, const struct gen_child *child, const char *name, int64_t at, const char *from)
{
    char when[GEN_TEXT_LEN_MAX];

    gen_time(at, when);
    gen_add(g, at, "officer", child->division,
            json_pack("{s:s, s:s, s:s, s:{s:s, s:s, s:s}}", "id", name, "case", STORY, "event", "episode_reported",
                      "fields", "occurred", when, "reported_at", when, "missing_from", from));
    (void)gen_episode(g, child, name, at, true);
}

static void notice(struct gen *g, int64_t at)
{
    (void)gen_event(g, at, "inspector", 0, STORY, "strategy_meeting", NULL,
                    json_pack("{s:s, s:s}", "decision",
                              "a warning notice on the man with the grey car; a move is looked for", "agency",
                              "children's services"));
    (void)gen_event(g, at + 4 * HOUR_MS, "officer", 0, STORY, "order_made", NULL,
                    json_pack("{s:s, s:s, s:s}", "order_kind", "CAWN", "subject", "Male A", "text",
                              "Served in person. FICTIONAL: Male A is nobody."));
    (void)gen_event(g, at + DAY_MS, "officer2", 1, STORY, "action", NULL,
                    json_pack("{s:s, s:s}", "decision", "stop the grey car, KX01 ABC, when it is seen", "result",
                              "stopped at Quillhaven; the child was not in it"));
}

static void move(struct gen *g, int64_t at)
{
    gen_add(g, at, "referral", 0,
            json_pack("{s:s, s:{s:s, s:s, s:s}}", "case", STORY, "fields", "placement",
                      "Address held by the referral unit", "placement_type", "foster", "relocation_protected", "yes"));
    (void)gen_event(g, at + HOUR_MS, "officer", 0, STORY, "note", NULL,
                    json_pack("{s:s}", "text", "Moved. No episode since; the plan is looked at again in four weeks."));
    (void)gen_event(g, at + 28 * DAY_MS, "sergeant", 0, STORY, "monitored", NULL, json_object());
}

void gen_story(struct gen *g)
{
    struct gen_child child = {.id = STORY,
                              .division = 0,
                              .in_care = true,
                              .given = "Kwamira",
                              .family = "Fenthogrove",
                              .birth = "2015-06-09"};

    gen_open_child(g, &child, AT(10, 21), "high");
    (void)gen_episode(g, &child, NULL, AT(10, 21), true);
    again(g, &child, STORY "-episode-2", AT(45, 22), "childrens_home");
    again(g, &child, STORY "-episode-3", AT(80, 20), "childrens_home");
    notice(g, AT(112, 9));
    again(g, &child, STORY "-episode-4", AT(120, 23), "school");
    move(g, AT(160, 10));
}

/* --- without knowing of each other --------------------------------------------------------------------------- */

static size_t neighbour(struct gen *g, const struct gen_child *child)
{
    return (child->division + 1 + gen_below(g, GEN_DIVISIONS - 1)) % GEN_DIVISIONS;
}

/* So many a year among GEN_CHILDREN_YEAR children. */
static bool falls(struct gen *g, unsigned a_year)
{
    return gen_below(g, GEN_CHILDREN_YEAR) < a_year;
}

/* Two divisions take the child for theirs. */
static void contest_owner(struct gen *g, const struct gen_child *child, int64_t at)
{
    (void)gen_event(g, at, "control", neighbour(g, child), child->id, "handover_claim", NULL,
                    json_pack("{s:s}", "reason", "the child was last seen here"));
}

/* Back, says one; seen elsewhere at the same time, says another; still missing, decides the inspector. All before any return. */
static void clash_return(struct gen *g, const struct gen_child *child, int64_t at)
{
    size_t other = neighbour(g, child);

    (void)gen_event(g, at, "officer3", child->division, child->id, "return_claim", NULL,
                    json_pack("{s:s}", "how_known", "told_by_carer"));
    (void)gen_event(g, at + 2 * MINUTE_MS, "officer2", other, child->id, "sighting", NULL,
                    json_pack("{s:s, s:s}", "confidence", "confirmed", "place", gen_place(g, other)));
    (void)gen_event(g, at + 4 * MINUTE_MS, "inspector", child->division, child->id, "still_missing", NULL,
                    json_object());
}

/* The same child, opened once more next door. */
static void duplicate(struct gen *g, const struct gen_child *child, int64_t at)
{
    struct gen_child other = *child;

    snprintf(other.id, sizeof other.id, "%.20s-too", child->id);
    other.division = neighbour(g, child);
    gen_open_child(g, &other, at, "medium");
}

/* Somebody who looks like the child, under another date of birth. */
static void wrong_child(struct gen *g, const struct gen_child *child, int64_t at)
{
    char birth[GEN_TEXT_LEN_MAX];

    gen_birth(g, birth);
    gen_add(g, at, "officer", neighbour(g, child),
            json_pack("{s:s, s:{s:s}}", "case", child->id, "fields", "birth_date", birth));
}

void gen_conflicts(struct gen *g, const struct gen_child *child, int64_t at)
{
    if (falls(g, 52))
        contest_owner(g, child, at + 3 * HOUR_MS);
    if (falls(g, 365))
        clash_return(g, child, at + 55 * MINUTE_MS);
    if (falls(g, 3 * 52))
        duplicate(g, child, at + 2 * HOUR_MS);
    if (falls(g, 12))
        wrong_child(g, child, at + HOUR_MS);
}
