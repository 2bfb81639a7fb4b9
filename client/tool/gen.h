/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_GEN_H
#define CASEWIRE_TOOL_GEN_H

/*
 * Invented cases (DOMAIN.md §14): from a seed and a scale to the lines of a file that submit-file takes. Believable in
 * shape and impossible to mistake for real: no name, place, number or plate is anybody's, and the year is 2030.
 *
 * Same seed, same scale, same options: same bytes, on every machine. Nothing here asks a clock or the kernel's
 * randomness, and nothing computes with fractions.
 */

#include "proto/base.h"

#include <jansson.h>

#include <stdint.h>
#include <stdio.h>

#define GEN_DIVISIONS 3u
#define GEN_YEAR_MS INT64_C(1893456000000) /* 2030-01-01T00:00Z */
#define GEN_DAYS 365u
#define GEN_CHILDREN_YEAR 1280u /* of one force in a year: what the rates of conflicts are per */
#define GEN_SCALE_MAX 100000
#define GEN_TEXT_LEN_MAX 160

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

struct gen_line {
    int64_t at; /* order of the file: what happened first comes first */
    size_t number;
    json_t *line;
};

struct gen {
    uint64_t state;
    struct gen_line *lines;
    size_t count, room;
};

/* --- gen_draw.c ---------------------------------------------------------------------------------------------- */

uint64_t gen_below(struct gen *g, uint64_t count); /* 0..count-1; count > 0 */
bool gen_percent(struct gen *g, unsigned percent);
size_t gen_weighted(struct gen *g, const uint16_t *weights, size_t count);

void gen_given(struct gen *g, char out[static GEN_TEXT_LEN_MAX]);
void gen_family(struct gen *g, char out[static GEN_TEXT_LEN_MAX]);
void gen_birth(struct gen *g, char out[static GEN_TEXT_LEN_MAX]); /* of a child in 2030 */
void gen_phone(struct gen *g, char out[static GEN_TEXT_LEN_MAX]);
void gen_plate(struct gen *g, char out[static GEN_TEXT_LEN_MAX]);
void gen_address(struct gen *g, size_t division, char out[static GEN_TEXT_LEN_MAX]);
const char *gen_place(struct gen *g, size_t division);
/* Evenings and weekends are likelier. */
int64_t gen_evening(struct gen *g);
/* How long a child is away: 75 % under a day, 85 % under two, 2 % over a week. */
int64_t gen_away_ms(struct gen *g);
/* "2030-05-04T18:30:00Z" */
void gen_time(int64_t at, char out[static GEN_TEXT_LEN_MAX]);

/* --- gen_children.c ------------------------------------------------------------------------------------------ */

extern const char *const gen_divisions[GEN_DIVISIONS];

struct gen_child {
    char id[32]; /* name inside the file */
    size_t division;
    bool in_care;
    char given[GEN_TEXT_LEN_MAX], family[GEN_TEXT_LEN_MAX], birth[GEN_TEXT_LEN_MAX];
};

/* Takes the line over. `who` is a person of the lab, at that division. */
void gen_add(struct gen *g, int64_t at, const char *who, size_t division, json_t *line);
/* An event of this child; `episode` NULL: of the first. Takes `fields`. The line, borrowed. */
json_t *gen_event(struct gen *g, int64_t at, const char *who, size_t division, const char *child, const char *event,
                  const char *episode, json_t *fields);
void gen_draw_child(struct gen *g, unsigned number, struct gen_child *out);
void gen_open_child(struct gen *g, const struct gen_child *child, int64_t at, const char *risk);
/* Reported, assessed, seen, back, asked, closed. `name` of the event that opened it; NULL: the case's opening. Returns when it ended. */
int64_t gen_episode(struct gen *g, const struct gen_child *child, const char *name, int64_t reported, bool high);
void gen_children(struct gen *g, unsigned count, bool conflicts);

/* --- gen_story.c --------------------------------------------------------------------------------------------- */

/* Story pack (a): a child in care who goes missing again and again, a warning notice, a move. */
void gen_story(struct gen *g);
/* What divisions say without knowing of each other, about this child, as often as the year has it. */
void gen_conflicts(struct gen *g, const struct gen_child *child, int64_t at);

#endif
