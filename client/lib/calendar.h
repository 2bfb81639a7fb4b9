/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_LIB_CALENDAR_H
#define CASEWIRE_LIB_CALENDAR_H

/*
 * Days, and what London's clocks show. The rule of British Summer Time is written out, so that a machine without a
 * zone database reads and shows the same. Pure.
 */

#include "proto/civil.h"

#define HOUR_MS INT64_C(3600000)
#define MINUTE_MS INT64_C(60000)

struct civil {
    int64_t year;
    unsigned month, day; /* from 1 */
};

/* Days since 1970-01-01, proleptic Gregorian. */
int64_t calendar_days(struct civil c);
struct civil calendar_date(int64_t days);
static inline int64_t calendar_floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}
/* How far London's clocks are ahead of UTC at this moment, in milliseconds. */
int64_t calendar_offset_ms(int64_t utc_ms);
/* The moments, earliest first, at which London's clocks show this: one; two in autumn's doubled hour, none in spring's
 * missing one. */
int calendar_moments(int64_t local_ms, int64_t out_utc_ms[static 2]);

/* "Mon" of days since 1970-01-01; "Jan" of 1. */
const char *calendar_weekday(int64_t days);
const char *calendar_month(unsigned month);

#endif
