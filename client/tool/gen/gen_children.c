/* SPDX-License-Identifier: Apache-2.0 */
/* Missing children: who they are, how often they go, and what is said of it. */
#include "tool/gen.h"

#include <stdlib.h>
#include <string.h>

const char *const gen_divisions[GEN_DIVISIONS] = {"north", "east", "west"};

/* --- lines --------------------------------------------------------------------------------------------------- */

void gen_add(struct gen *g, int64_t at, const char *who, size_t division, json_t *line)
{
    char as[40];

    if (g->count == g->room) {
        size_t room = g->room == 0 ? 1024 : 2 * g->room;
        struct gen_line *more = realloc(g->lines, room * sizeof *more);

        CW_ASSERT(more != NULL);
        g->lines = more;
        g->room = room;
    }
    snprintf(as, sizeof as, "%s@%s", who, gen_divisions[division]);
    json_object_set_new(line, "as", json_string(as));
    g->lines[g->count] = (struct gen_line){at, g->count, line};
    g->count++;
}

json_t *gen_event(struct gen *g, int64_t at, const char *who, size_t division, const char *child, const char *event,
                  const char *episode, json_t *fields)
{
    char when[GEN_TEXT_LEN_MAX];
    json_t *line = json_pack("{s:s, s:s, s:o}", "case", child, "event", event, "fields", fields);

    if (json_object_get(fields, "occurred") == NULL) {
        gen_time(at, when);
        json_object_set_new(fields, "occurred", json_string(when));
    }
    if (episode != NULL)
        json_object_set_new(line, "episode", json_string(episode));
    gen_add(g, at, who, division, line);
    return line;
}

/* --- a child ------------------------------------------------------------------------------------------------- */

void gen_draw_child(struct gen *g, unsigned number, struct gen_child *out)
{
    static const uint16_t shares[GEN_DIVISIONS] = {45, 30, 25};

    *out = (struct gen_child){.division = gen_weighted(g, shares, GEN_DIVISIONS)};
    snprintf(out->id, sizeof out->id, "child-%u", number);
    gen_given(g, out->given);
    gen_family(g, out->family);
    gen_birth(g, out->birth);
}

static json_t *opening_fields(struct gen *g, const struct gen_child *child, int64_t at, const char *risk)
{
    char text[3 * GEN_TEXT_LEN_MAX], from[GEN_TEXT_LEN_MAX], to[GEN_TEXT_LEN_MAX], phone[GEN_TEXT_LEN_MAX],
        address[GEN_TEXT_LEN_MAX];
    json_t *f = json_object();
    int64_t last_seen =
        at - 30 * MINUTE_MS - (int64_t)gen_below(g, 66) * 5 * MINUTE_MS; /* half an hour to six before */

    snprintf(text, sizeof text, "FICTIONAL %.40s", child->id);
    json_object_set_new(f, "title", json_string(text));
    json_object_set_new(f, "given_names", json_string(child->given));
    json_object_set_new(f, "family_name", json_string(child->family));
    json_object_set_new(f, "birth_date", json_string(child->birth));
    gen_address(g, child->division, address);
    json_object_set_new(f, child->in_care ? "placement" : "home_address", json_string(address));
    json_object_set_new(f, "placement_type", json_string(child->in_care ? "childrens_home" : "family"));
    json_object_set_new(f, "care_status", json_string(child->in_care ? "full_care_order" : "none"));
    json_object_set_new(f, "missing_risk", json_string(risk));
    gen_time(last_seen - 30 * MINUTE_MS, from);
    gen_time(last_seen, to);
    snprintf(text, sizeof text, "%s/%s", from, to);
    json_object_set_new(f, "last_seen", json_string(text));
    json_object_set_new(f, "last_seen_place", json_string(gen_place(g, child->division)));
    json_object_set_new(f, "missing_from", json_string(child->in_care ? "childrens_home" : "home"));
    gen_phone(g, phone);
    snprintf(text, sizeof text, "Rang a friend from %s and did not come home.", phone);
    json_object_set_new(f, "circumstances", json_string(text));
    snprintf(text, sizeof text, "MISPER ZZ/30/%06u", (unsigned)gen_below(g, 1000000));
    json_object_set_new(f, "external_refs", json_pack("[s]", text));
    if (child->in_care)
        json_object_set_new(f, "vulnerability", json_pack("[s]", "LAC"));
    return f;
}

void gen_open_child(struct gen *g, const struct gen_child *child, int64_t at, const char *risk)
{
    json_t *line = json_pack("{s:s, s:s, s:o}", "id", child->id, "open", "missing_child", "fields",
                             opening_fields(g, child, at, risk));

    gen_add(g, at, "officer", child->division, line);
}

/* --- an episode ---------------------------------------------------------------------------------------------- */

static json_t *return_fields(struct gen *g)
{
    static const char *const known[] = {"seen_by_police", "seen_by_police", "seen_by_professional"};

    const char *how = known[gen_below(g, CW_COUNT(known))];
    bool interviewed = gen_percent(g, 60); /* each draw in a statement of its own: arguments have no order */

    return json_pack("{s:s, s:s, s:s*}", "how_known", how, "interviewed", interviewed ? "yes" : "no", "source",
                     strcmp(how, "seen_by_professional") == 0 ? "Key worker" : NULL);
}

/* 63 % within 72 hours, 20 % later, 17 % declined. */
static int64_t interview(struct gen *g, const struct gen_child *child, const char *name, int64_t back)
{
    uint64_t draw = gen_below(g, 100);
    int64_t at = draw < 63 || draw >= 83 ? back + 4 * HOUR_MS + (int64_t)gen_below(g, 66) * HOUR_MS
                                         : back + 73 * HOUR_MS + (int64_t)gen_below(g, 168) * HOUR_MS;

    (void)gen_event(g, back + 2 * HOUR_MS, "referral", child->division, child->id, "rhi", name,
                    json_pack("{s:s}", "rhi_step", "offered"));
    (void)gen_event(g, at, "referral", child->division, child->id, "rhi", name,
                    json_pack("{s:s}", "rhi_step", draw >= 83 ? "declined" : "completed"));
    return at;
}

/* out_id: its name in the file, for who closes the episode has to know of it. */
static void sighting(struct gen *g, const struct gen_child *child, const char *name, int64_t at,
                     char out_id[static GEN_TEXT_LEN_MAX])
{
    char text[2 * GEN_TEXT_LEN_MAX], plate[GEN_TEXT_LEN_MAX];
    size_t division = gen_percent(g, 30) ? gen_below(g, GEN_DIVISIONS) : child->division; /* some turn up next door */
    const char *place = gen_place(g, division);
    json_t *line;

    gen_plate(g, plate);
    snprintf(text, sizeof text, "Seen getting out of a grey car, %s.", plate);
    line = gen_event(g, at, "officer2", division, child->id, "sighting", name,
                     json_pack("{s:s, s:s, s:s}", "confidence", gen_percent(g, 50) ? "confirmed" : "probable", "place",
                               place, "text", text));
    snprintf(out_id, GEN_TEXT_LEN_MAX, "%.40s-seen-%zu", name != NULL ? name : child->id, g->count);
    json_object_set_new(line, "id", json_string(out_id));
}

int64_t gen_episode(struct gen *g, const struct gen_child *child, const char *name, int64_t reported, bool high)
{
    int64_t away = gen_away_ms(g), back = reported + away, asked;
    bool seen = gen_percent(g, 35) && away > 2 * HOUR_MS;
    char sighted[GEN_TEXT_LEN_MAX];
    json_t *closed;

    (void)gen_event(
        g, reported + (5 + (int64_t)gen_below(g, 50)) * MINUTE_MS, "sergeant", child->division, child->id,
        "risk_assessment", name,
        json_pack("{s:s, s:s}", "missing_risk", high ? "high" : "medium", "rationale",
                  high ? "In care, gone before, contact with adults unknown to us." : "First hours; no contact yet."));
    if (seen)
        sighting(g, child, name,
                 reported + 30 * MINUTE_MS + (int64_t)gen_below(g, (uint64_t)(away / HOUR_MS)) * HOUR_MS, sighted);
    (void)gen_event(g, back, "officer3", child->division, child->id, "returned", name, return_fields(g));
    (void)gen_event(g, back + 2 * HOUR_MS, "officer", child->division, child->id, "prevention_interview", name,
                    json_pack("{s:s}", "result", "spoken to; no crime disclosed"));
    asked = interview(g, child, name, back);
    closed = gen_event(g, asked + HOUR_MS, "inspector", child->division, child->id, "episode_closed", name,
                       json_pack("{s:s, s:s, s:s}", "harm", "none_known", "outcome", "returned", "found_by",
                                 seen ? "police" : "returned_on_own"));
    if (seen)
        json_object_set_new(closed, "after", json_pack("[s]", sighted));
    return asked + HOUR_MS;
}

/* --- all of them ----------------------------------------------------------------------------------------------- */

/* 60 % once, 25 % two to four times, 12 % five to fifteen, 3 % sixteen to sixty. */
static unsigned draw_episodes(struct gen *g)
{
    static const uint16_t shares[] = {60, 25, 12, 3};
    static const struct {
        unsigned least, count;
    } bands[] = {{1, 1}, {2, 3}, {5, 11}, {16, 45}};
    size_t band = gen_weighted(g, shares, CW_COUNT(shares));

    return bands[band].least + (unsigned)gen_below(g, bands[band].count);
}

static int64_t report_again(struct gen *g, const struct gen_child *child, unsigned number, int64_t at, char *out_name,
                            size_t cap)
{
    char when[GEN_TEXT_LEN_MAX];
    json_t *fields = json_object(), *line;

    snprintf(out_name, cap, "%s-episode-%u", child->id, number);
    gen_time(at, when);
    json_object_set_new(fields, "reported_at", json_string(when));
    json_object_set_new(fields, "last_seen_place", json_string(gen_place(g, child->division)));
    json_object_set_new(fields, "missing_from", json_string(child->in_care ? "childrens_home" : "home"));
    json_object_set_new(fields, "occurred", json_string(when));
    line = json_pack("{s:s, s:s, s:s, s:o}", "id", out_name, "case", child->id, "event", "episode_reported", "fields",
                     fields);
    gen_add(g, at, "officer", child->division, line);
    return at;
}

static void one_child(struct gen *g, unsigned number, bool conflicts)
{
    struct gen_child child;
    char name[64];
    unsigned episodes = draw_episodes(g);
    int64_t at;

    gen_draw_child(g, number, &child);
    child.in_care = gen_percent(g, episodes > 4 ? 60 : 15); /* who goes often is oftener in care */
    at = gen_evening(g);
    if (episodes > 4) /* so that a year holds them: the first in its first month */
        at -= (at - GEN_YEAR_MS) / DAY_MS / 30 * 29 * DAY_MS;
    gen_open_child(g, &child, at, child.in_care ? "high" : "medium");
    if (conflicts)
        gen_conflicts(g, &child, at);
    at = gen_episode(g, &child, NULL, at, child.in_care);
    for (unsigned i = 2; i <= episodes; i++) {
        at += 12 * HOUR_MS + (int64_t)gen_below(g, 24 * 200 / episodes) * HOUR_MS;
        (void)report_again(g, &child, i, at, name, sizeof name);
        at = gen_episode(g, &child, name, at, child.in_care || i > 4);
    }
}

void gen_children(struct gen *g, unsigned count, bool conflicts)
{
    for (unsigned i = 1; i <= count; i++)
        one_child(g, i, conflicts);
}
