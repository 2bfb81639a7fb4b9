/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_PROTO_CIVIL_H
#define CASEWIRE_PROTO_CIVIL_H

/* Days and dates (Gregorian, UTC), and London's, for references, policies, texts and the checks of times. Pure arithmetic. */

#include "proto/base.h"

#define DAY_MS INT64_C(86400000)

static inline int64_t days_of(int64_t ms)
{
    return ms / DAY_MS - (ms % DAY_MS < 0);
}

/* Days since 1970-01-01 to a date. */
void civil_of(int64_t days, int64_t *year, int64_t *month, int64_t *day);
/* And back, for dates that exist. */
int64_t days_of_date(int64_t year, int64_t month, int64_t day);
int64_t days_in_month(int64_t year, int64_t month);
/* "2026-11-28", "2026-11", "~2026" of the years 1900 to 2199: the first day it may be. */
bool date_parse(struct cw_slice text, int64_t *out_day);

/* London's clocks are told of 1970 to 9999. */
bool london_has_days(int64_t utc_ms);
/* What London's clocks show more than UTC at that time: 0, or one hour. */
int64_t london_offset_ms(int64_t utc_ms);
/* UTC time at which London's clocks show that, and the later of two; of a day's 00:00. */
int64_t london_moment(int64_t local_ms);
int64_t london_midnight(int64_t day);

#endif
