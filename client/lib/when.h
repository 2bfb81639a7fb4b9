/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_LIB_WHEN_H
#define CASEWIRE_LIB_WHEN_H

/*
 * Times as people write and read them. People are in London; machines get RFC 3339 in UTC.
 */

#include "proto/base.h"

#define WHEN_TEXT_LEN_MAX 40

/* "2018-03-19T16:00:00.000Z" */
void when_utc(struct cw_wall t, char out[static WHEN_TEXT_LEN_MAX]);
/* "Mon 19 Mar 2018 16:00" in London; with `seconds`, "16:00:05" */
void when_london(struct cw_wall t, bool seconds, char out[static WHEN_TEXT_LEN_MAX]);
/* As short as it can be told apart: "16:00" today, "Mon 19 Mar 16:00" this year, "19 Mar 2018 16:00"; in London. */
void when_short(struct cw_wall t, struct cw_wall now, char out[static WHEN_TEXT_LEN_MAX]);
/* "3 s ago", "in 2 h", "just now" */
void when_relative(struct cw_wall t, struct cw_wall now, char out[static WHEN_TEXT_LEN_MAX]);

/* What a calendar shows: the years 1 to 9999. Nothing else is read. */
#define WHEN_FIRST_MS INT64_C(-62135596800000)
#define WHEN_LAST_MS INT64_C(253402300799999)

/* Which way a time without a day points: a sighting has been, a review is to come. */
enum when_tense { WHEN_PAST, WHEN_COMING };
#define WHEN_WHY_LEN_MAX 200

/*
 * What people type, in London's time unless a zone (Z, +01:00, GMT, BST) stands behind it:
 *
 *   "2018-03-19"                       the whole day
 *   "2018-03-19 14:00[:05]" "...T14:00" "Mon 19 Mar 2018 14:00"
 *   "yesterday 23:10", "today 16:00", "tomorrow 06:00", "now"
 *   "16:00"                            today, and never later than now; WHEN_COMING: the next one
 *   "in 4h", "in 90m"                  WHEN_COMING only
 *   "about 16:00"                      a quarter of an hour before it to one behind it
 *   "between A and B", "from A to B", "A/B"   B without a day is of A's day, or of the next
 *
 * A time alone has equal ends. false: *why says what to type instead; also for the hour that London's clocks show twice
 * in autumn and for the one that they leave out in spring.
 */
bool when_read(struct cw_slice text, struct cw_wall now, enum when_tense tense, struct cw_wall *out_earliest,
               struct cw_wall *out_latest, char why[static WHEN_WHY_LEN_MAX]);
/* The same, WHEN_PAST from this moment on, without the reason. */
bool when_parse(struct cw_slice text, struct cw_wall *out_earliest, struct cw_wall *out_latest);
struct cw_wall when_now(void);

#endif
