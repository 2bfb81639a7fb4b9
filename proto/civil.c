/* SPDX-License-Identifier: Apache-2.0 */
/* See civil.h. Years begin in March here, so that the leap day is the last of its year; eras have 400 years. */
#include "proto/civil.h"

#include "proto/bytes.h"

#define HOUR_MS INT64_C(3600000)
#define TIME_MS_LAST INT64_C(253402300799999) /* the end of the year 9999 */

void civil_of(int64_t days, int64_t *year, int64_t *month, int64_t *day)
{
    int64_t shifted = days + 719468; /* from 0000-03-01 */
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t day_of_era = shifted - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t march_month = (5 * day_of_year + 2) / 153;

    *day = day_of_year - (153 * march_month + 2) / 5 + 1;
    *month = march_month < 10 ? march_month + 3 : march_month - 9;
    *year = year_of_era + era * 400 + (*month <= 2);
}

int64_t days_of_date(int64_t year, int64_t month, int64_t day)
{
    int64_t shifted = month > 2 ? year : year - 1;
    int64_t era = (shifted >= 0 ? shifted : shifted - 399) / 400;
    int64_t year_of_era = shifted - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

int64_t days_in_month(int64_t year, int64_t month)
{
    static const int64_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    if (month < 1 || month > 12)
        return 0;
    return days[month - 1] + (month == 2 && leap);
}

static bool digits(struct cw_slice text, size_t from, size_t count, int64_t *out)
{
    int64_t number = 0;

    if (text.len < from + count)
        return false;
    for (size_t i = from; i < from + count; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        number = number * 10 + (text.data[i] - '0');
    }
    *out = number;
    return true;
}

bool date_parse(struct cw_slice text, int64_t *out_day)
{
    int64_t year, month = 1, day = 1;

    if (text.len > 0 && text.data[0] == '~')
        text = slice(text.data + 1, text.len - 1);
    if (text.len != 4 && text.len != 7 && text.len != 10)
        return false;
    if (!digits(text, 0, 4, &year) || (text.len >= 7 && (text.data[4] != '-' || !digits(text, 5, 2, &month))) ||
        (text.len == 10 && (text.data[7] != '-' || !digits(text, 8, 2, &day))))
        return false;
    if (year < 1900 || year > 2199 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
        return false;
    *out_day = days_of_date(year, month, day);
    return true;
}

/* --- London --------------------------------------------------------------------------------------------------- */

bool london_has_days(int64_t utc_ms)
{
    return utc_ms >= 0 && utc_ms <= TIME_MS_LAST;
}

/* Of a month of 31 days. 1970-01-01 was a Thursday. */
static int64_t last_sunday(int64_t year, int64_t month)
{
    int64_t last = days_of_date(year, month, 31);

    return last - (last + 4) % 7;
}

int64_t london_offset_ms(int64_t utc_ms)
{
    int64_t year, month, day;

    if (!london_has_days(utc_ms))
        return 0;
    civil_of(days_of(utc_ms), &year, &month, &day);
    return utc_ms >= last_sunday(year, 3) * DAY_MS + HOUR_MS && utc_ms < last_sunday(year, 10) * DAY_MS + HOUR_MS
               ? HOUR_MS
               : 0;
}

int64_t london_moment(int64_t local_ms)
{
    return local_ms - london_offset_ms(local_ms - HOUR_MS);
}

int64_t london_midnight(int64_t day)
{
    return london_moment(day * DAY_MS);
}
