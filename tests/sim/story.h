/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SIM_STORY_H
#define TESTS_SIM_STORY_H

/*
 * Scenarios that read as stories. A story is a function named by a true sentence; it is listed in scenarios.c.
 * What officers do here is answered before the story goes on, unless it says otherwise.
 */

#include "proto/schema.h"
#include "tests/sim/check.h"
#include "tests/sim/client.h"

struct story {
    const char *name;
    void (*tell)(void);
};
extern const struct story stories[]; /* ends with a NULL name */

/* true: everything it expected happened. */
bool story_run(const struct story *story, bool verbose);

/* A quiet world with this many divisions; faults are the story's own. */
struct sim *story_world(uint32_t divisions, uint64_t seed);
struct sim *story_world_with(const struct sim_options *options);
/* Faults end, all agree, every property is asked; the world is gone. */
void story_ends(struct sim *s);

#define EXPECT(s, cond)                                             \
    do {                                                            \
        if (!(s)->failed && !(cond))                                \
            sim_fail((s), "story", "line %d: %s", __LINE__, #cond); \
    } while (0)

/* Index of the op. The case gets the number of its opening: 0, 1, ... in order of opening. */
uint32_t story_open(struct sim *s, uint32_t node, uint32_t kind);
uint32_t story_number(struct sim *s, uint32_t node, enum officer who, uint32_t the_case, uint32_t field, int64_t number,
                      bool names_shown);
/* An assessment of a child's risk, with its reason and the next review in an hour: who lowers it says both. */
uint32_t story_assess(struct sim *s, uint32_t node, enum officer who, uint32_t the_case, int64_t risk,
                      bool names_shown);
uint32_t story_text(struct sim *s, uint32_t node, enum officer who, uint32_t the_case, uint32_t field, const char *text,
                    bool names_shown);
uint32_t story_result(struct sim *s, uint32_t node, uint32_t the_case, uint32_t event, const char *exhibit);
/* By anybody, with a wish for k holders; not waited for. */
uint32_t story_hand_in(struct sim *s, struct draft *d, uint32_t node);
bool story_answered(struct sim *s, uint32_t op); /* runs until it is, at most 30 s */

void story_isolate(struct sim *s, uint32_t node);
void story_sync(struct sim *s); /* heals, runs until all agree; the story goes on */

/* What a division shows. */
int64_t story_shown(struct sim *s, uint32_t node, uint32_t the_case, uint32_t field); /* ordinal; -1: nothing */
bool story_in_conflict(struct sim *s, uint32_t node, uint32_t the_case, uint32_t field);
uint64_t story_happenings(struct sim *s, uint32_t node, uint32_t the_case, uint32_t event);
bool story_alarmed(struct sim *s, uint32_t node, const char *alarm);
uint64_t story_counter(struct sim *s, uint32_t node, enum counter c);
uint64_t story_incarnation(struct sim *s, uint32_t node);

#endif
