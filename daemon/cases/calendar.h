/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CASES_CALENDAR_H
#define CASEWIRE_CASES_CALENDAR_H

/*
 * Days as England and Wales count them (docs/fold.md §19.6): Europe/London's civil time, working days, birthdays. The table
 * of holidays is proto/schema_calendar.h, and policy changes single days. Pure: times come in and go out as milliseconds
 * UTC. Sums saturate; a time outside 1970 to 9999 has no days.
 */

#include "cases/policy.h"
#include "proto/civil.h"

int64_t add_ms(int64_t at_ms, int64_t ms);           /* saturating */
int64_t add_seconds(int64_t at_ms, int64_t seconds); /* saturating */
/* Not a Saturday, a Sunday or a holiday, unless policy says otherwise. */
bool is_working_day(const struct case_policy *policy, int64_t day);
int64_t add_working_days(const struct case_policy *policy, int64_t utc_ms, int64_t count);
int64_t add_months(int64_t utc_ms, int64_t count);
/* In the span's unit: seconds, working days or months after; other units: not at all. */
int64_t add_span(const struct case_policy *policy, int64_t utc_ms, uint32_t span);

/* The day somebody born on `day` reaches that age. Born on 29 February: 1 March in years without one. */
int64_t birthday(int64_t day, int64_t age);

#endif
