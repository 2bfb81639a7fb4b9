/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SIM_WORKLOAD_PARTS_H
#define TESTS_SIM_WORKLOAD_PARTS_H

/*
 * Between the files that draw what officers do:
 *
 *   workload.c        fields and events of cases, one like the other        workload_value.c  who, and with which values
 *   work_records.c    things, links, a child recorded twice
 *   work_handling.c   hand-overs, episodes and their reviews, actions, corrections, duties
 *
 * Everything is drawn from the officers' own dice. What is shown lives in the scratch arena, as the caller left it.
 */

#include "proto/schema.h"
#include "tests/sim/workload.h"

struct rng *work_dice(struct sim *s);
const struct actor *work_officer(const struct sim *s, uint32_t division, enum officer post);
/* One of the division's officers with any of the roles; NULL when nobody has. */
const struct actor *work_someone_with(struct sim *s, uint32_t division, uint32_t roles);

int64_t work_ordinal(struct sim *s, enum scale scale);
/* A text that the row takes; as long as the world. */
const char *work_text(struct sim *s, const struct schema_field *row);
/* A write of any value that the row takes. */
struct op_write *work_value(struct sim *s, struct draft *d, const struct schema_field *row);
/* What the event must carry, and some of what it may. */
void work_details(struct sim *s, struct draft *d, uint32_t event);
/* To the author's division or another, perhaps spoilt. */
void work_hand_in(struct sim *s, struct draft *d, uint32_t division);

/* The case on the screen of an officer of that division. */
struct desk {
    struct sim *s;
    uint32_t division;
    uint32_t which; /* in s->cases */
    uint32_t kind;
    const struct loaded_case *shown; /* with a state */
};

/* An event on the desk's case by anybody who may; false: nobody of the division may. */
bool work_event(const struct desk *at, struct draft *d, uint32_t event);
struct op_write *work_id(struct draft *d, uint32_t field, const uint8_t id[ID_LEN]);
/* One of the case's events of this number that still stands, or of any when it is EVENT_NONE; NULL: there is none. */
const struct case_event *work_earlier(const struct desk *at, uint32_t event);

/* An opening op of a thing: a person, a phone, a vehicle, an address, an account, an organisation. */
void work_open_thing(struct sim *s, uint32_t division);
/* One more act around the case; what it is, is drawn. */
void work_records(const struct desk *at);
void work_handling(const struct desk *at);

#endif
