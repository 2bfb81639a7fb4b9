/* SPDX-License-Identifier: Apache-2.0 */
/* See calendar.h. */
#include "cases/calendar.h"

/* 1970-01-01 was a Thursday. 0: Sunday. */
static int64_t weekday(int64_t day)
{
    int64_t at = (day + 4) % 7;

    return at < 0 ? at + 7 : at;
}

int64_t add_ms(int64_t at_ms, int64_t ms)
{
    if (ms >= 0)
        return at_ms > INT64_MAX - ms ? INT64_MAX : at_ms + ms;
    return at_ms < INT64_MIN - ms ? INT64_MIN : at_ms + ms;
}

int64_t add_seconds(int64_t at_ms, int64_t seconds)
{
    return add_ms(at_ms, seconds > INT64_MAX / 1000 ? INT64_MAX : seconds * 1000);
}

/* --- working days ------------------------------------------------------------------------------------------ */

static bool is_holiday(int64_t day)
{
    size_t count;
    const struct schema_holiday *rows = schema_holidays(&count);
    int64_t year, month, of_month;

    civil_of(day, &year, &month, &of_month);
    for (size_t i = 0; i < count; i++) {
        if (rows[i].year == year && rows[i].month == month && rows[i].day == of_month)
            return true;
    }
    return false;
}

bool is_working_day(const struct case_policy *policy, int64_t day)
{
    bool working;

    if (policy_day(policy, day, &working))
        return working;
    return weekday(day) != 0 && weekday(day) != 6 && !is_holiday(day);
}

/* Ends: policy names at most POLICY_CHANGES_MAX days, the table a few in each year. */
static int64_t next_working_day(const struct case_policy *policy, int64_t day)
{
    do
        day++;
    while (!is_working_day(policy, day));
    return day;
}

int64_t add_working_days(const struct case_policy *policy, int64_t utc_ms, int64_t count)
{
    int64_t local, day, in_day;

    if (!london_has_days(utc_ms))
        return add_seconds(utc_ms, count * 86400);
    local = utc_ms + london_offset_ms(utc_ms);
    day = days_of(local);
    in_day = local - day * DAY_MS;
    if (!is_working_day(policy, day)) {
        day = next_working_day(policy, day);
        in_day = 0;
    }
    for (int64_t i = 0; i < count; i++)
        day = next_working_day(policy, day);
    return london_moment(day * DAY_MS + in_day);
}

int64_t add_months(int64_t utc_ms, int64_t count)
{
    int64_t local, year, month, day, last;

    if (!london_has_days(utc_ms))
        return add_seconds(utc_ms, count * 30 * 86400);
    local = utc_ms + london_offset_ms(utc_ms);
    civil_of(days_of(local), &year, &month, &day);
    month += count;
    year += (month - 1) / 12;
    month = (month - 1) % 12 + 1;
    last = days_in_month(year, month);
    return london_moment(days_of_date(year, month, day < last ? day : last) * DAY_MS + local % DAY_MS);
}

int64_t add_span(const struct case_policy *policy, int64_t utc_ms, uint32_t span)
{
    const struct schema_span *row = schema_span(span);
    int64_t count = policy_span(policy, span);

    switch (row != NULL ? row->unit : UNIT_COUNT) {
    case UNIT_SECONDS:
        return add_seconds(utc_ms, count);
    case UNIT_WORKING_DAYS:
        return add_working_days(policy, utc_ms, count);
    case UNIT_MONTHS:
        return add_months(utc_ms, count);
    case UNIT_DAYS_BEFORE:
    case UNIT_AGE:
    case UNIT_COUNT:
        break;
    }
    return utc_ms;
}

/* --- dates --------------------------------------------------------------------------------------------------- */

int64_t birthday(int64_t day, int64_t age)
{
    int64_t year, month, of_month;

    civil_of(day, &year, &month, &of_month);
    if (of_month > days_in_month(year + age, month))
        return days_of_date(year + age, month + 1, 1);
    return days_of_date(year + age, month, of_month);
}
