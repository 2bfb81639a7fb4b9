/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CASES_CIVIL_H
#define CASEWIRE_CASES_CIVIL_H

/* Days and dates (Gregorian, UTC), for references, texts and the check of dates. Pure arithmetic. */

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

#endif
