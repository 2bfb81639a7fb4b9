/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/calendar.h"

int64_t calendar_days(struct civil c)
{
    return days_of_date(c.year, c.month, c.day);
}

struct civil calendar_date(int64_t days)
{
    int64_t year, month, day;

    civil_of(days, &year, &month, &day);
    return (struct civil){year, (unsigned)month, (unsigned)day};
}

/* 01:00 UTC on the last Sunday of a month of 31 days. 1970-01-01 was a Thursday. */
static int64_t last_sunday_ms(int64_t year, unsigned month)
{
    int64_t last = calendar_days((struct civil){year, month, 31});
    int64_t weekday = (last % 7 + 7 + 4) % 7;

    return (last - weekday) * DAY_MS + HOUR_MS;
}

/* Summer time, by the rule of 1996: from the last Sunday of March to that of October, both at 01:00 UTC. */
int64_t calendar_offset_ms(int64_t utc_ms)
{
    int64_t year = calendar_date(calendar_floor_div(utc_ms, DAY_MS)).year;

    return utc_ms >= last_sunday_ms(year, 3) && utc_ms < last_sunday_ms(year, 10) ? HOUR_MS : 0;
}

int calendar_moments(int64_t local_ms, int64_t out_utc_ms[static 2])
{
    static const int64_t offsets[] = {HOUR_MS, 0}; /* summer's moment is the earlier one */
    int count = 0;

    for (size_t i = 0; i < CW_COUNT(offsets); i++)
        if (calendar_offset_ms(local_ms - offsets[i]) == offsets[i])
            out_utc_ms[count++] = local_ms - offsets[i];
    return count;
}

const char *calendar_weekday(int64_t days)
{
    static const char weekdays[7][4] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};

    return weekdays[(days % 7 + 7) % 7];
}

const char *calendar_month(unsigned month)
{
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

    return months[month - 1];
}
