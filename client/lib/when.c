/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/when.h"

#include <stdio.h>
#include <time.h>

#define DAY_MS INT64_C(86400000)
#define HOUR_MS INT64_C(3600000)

struct civil {
    int64_t year;
    unsigned month, day; /* from 1 */
};

/* Days since 1970-01-01, proleptic Gregorian (H. Hinnant, "chrono-compatible low-level date algorithms"). */
static int64_t days_of(struct civil c)
{
    int64_t y = c.month <= 2 ? c.year - 1 : c.year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t mp = (c.month + 9) % 12;
    int64_t doy = (153 * mp + 2) / 5 + c.day - 1;

    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static struct civil civil_of(int64_t days)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    struct civil c;

    c.day = (unsigned)(doy - (153 * mp + 2) / 5 + 1);
    c.month = (unsigned)(mp < 10 ? mp + 3 : mp - 9);
    c.year = yoe + era * 400 + (c.month <= 2);
    return c;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* 01:00 UTC on the last Sunday of a month of 31 days. 1970-01-01 was a Thursday. */
static int64_t last_sunday_ms(int64_t year, unsigned month)
{
    int64_t last = days_of((struct civil){year, month, 31});
    int64_t weekday = (last % 7 + 7 + 4) % 7;

    return (last - weekday) * DAY_MS + HOUR_MS;
}

/* Summer time, by the rule of 1996: from the last Sunday of March to that of October, both at 01:00 UTC. */
static int64_t london_offset_ms(int64_t utc_ms)
{
    int64_t year = civil_of(floor_div(utc_ms, DAY_MS)).year;

    return utc_ms >= last_sunday_ms(year, 3) && utc_ms < last_sunday_ms(year, 10) ? HOUR_MS : 0;
}

void when_utc(struct cw_wall t, char out[static WHEN_TEXT_LEN_MAX])
{
    int64_t days = floor_div(t.ms, DAY_MS), ms = t.ms - days * DAY_MS;
    struct civil c = civil_of(days);

    snprintf(out, WHEN_TEXT_LEN_MAX, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", (int)c.year, c.month, c.day,
             (int)(ms / HOUR_MS), (int)(ms / 60000 % 60), (int)(ms / 1000 % 60), (int)(ms % 1000));
}

/* A moment on London's wall calendar. */
struct london {
    int64_t days;
    struct civil date;
    int hour, minute, second;
};

static struct london london_of(struct cw_wall t)
{
    int64_t local = t.ms + london_offset_ms(t.ms);
    int64_t days = floor_div(local, DAY_MS), ms = local - days * DAY_MS;

    return (struct london){days, civil_of(days), (int)(ms / HOUR_MS), (int)(ms / 60000 % 60), (int)(ms / 1000 % 60)};
}

static const char *weekday(int64_t days)
{
    static const char weekdays[7][4] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};

    return weekdays[(days % 7 + 7) % 7];
}

static const char *month(unsigned number)
{
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

    return months[number - 1];
}

void when_london(struct cw_wall t, bool seconds, char out[static WHEN_TEXT_LEN_MAX])
{
    struct london l = london_of(t);
    int len = snprintf(out, WHEN_TEXT_LEN_MAX, "%s %u %s %d %02d:%02d", weekday(l.days), l.date.day,
                       month(l.date.month), (int)l.date.year, l.hour, l.minute);

    if (seconds)
        snprintf(out + len, (size_t)(WHEN_TEXT_LEN_MAX - len), ":%02d", l.second);
}

void when_short(struct cw_wall t, struct cw_wall now, char out[static WHEN_TEXT_LEN_MAX])
{
    struct london l = london_of(t), today = london_of(now);

    if (l.days == today.days)
        snprintf(out, WHEN_TEXT_LEN_MAX, "%02d:%02d", l.hour, l.minute);
    else if (l.date.year == today.date.year)
        snprintf(out, WHEN_TEXT_LEN_MAX, "%s %u %s %02d:%02d", weekday(l.days), l.date.day, month(l.date.month), l.hour,
                 l.minute);
    else
        snprintf(out, WHEN_TEXT_LEN_MAX, "%u %s %d %02d:%02d", l.date.day, month(l.date.month), (int)l.date.year,
                 l.hour, l.minute);
}

void when_relative(struct cw_wall t, struct cw_wall now, char out[static WHEN_TEXT_LEN_MAX])
{
    static const struct {
        int64_t ms;
        const char *unit;
    } units[] = {{DAY_MS, "d"}, {HOUR_MS, "h"}, {60000, "min"}, {1000, "s"}};
    int64_t gap = now.ms - t.ms;
    int64_t size = gap < 0 ? -gap : gap;

    for (size_t i = 0; i < CW_COUNT(units); i++)
        if (size >= units[i].ms) {
            snprintf(out, WHEN_TEXT_LEN_MAX, gap < 0 ? "in %lld %s" : "%lld %s ago", (long long)(size / units[i].ms),
                     units[i].unit);
            return;
        }
    snprintf(out, WHEN_TEXT_LEN_MAX, "just now");
}

struct cw_wall when_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (struct cw_wall){(int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000};
}

/* --- reading ----------------------------------------------------------------------------------------- */

static bool digits(const char **at, unsigned count, unsigned *out)
{
    unsigned value = 0;

    for (unsigned i = 0; i < count; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return false;
        value = value * 10 + (unsigned)(**at - '0');
    }
    *out = value;
    return true;
}

static bool eat(const char **at, char c)
{
    if (**at != c)
        return false;
    (*at)++;
    return true;
}

static bool parse_date(const char **at, int64_t *out_days)
{
    unsigned year, month, day;
    struct civil c;

    if (!digits(at, 4, &year) || !eat(at, '-') || !digits(at, 2, &month) || !eat(at, '-') || !digits(at, 2, &day))
        return false;
    if (month < 1 || month > 12 || day < 1 || day > 31)
        return false;
    *out_days = days_of((struct civil){(int64_t)year, month, day});
    c = civil_of(*out_days);
    return c.month == month && c.day == day; /* refuses 30 February */
}

/* "Z", "+01:00" or nothing, which means London. */
static bool parse_zone(const char **at, int64_t local_ms, int64_t *out_utc_ms)
{
    unsigned hours, minutes;
    char sign = **at;

    if (eat(at, 'Z')) {
        *out_utc_ms = local_ms;
        return true;
    }
    if (sign != '+' && sign != '-') {
        *out_utc_ms = local_ms - london_offset_ms(local_ms - HOUR_MS);
        return true;
    }
    (*at)++;
    if (!digits(at, 2, &hours) || !eat(at, ':') || !digits(at, 2, &minutes) || hours > 14 || minutes > 59)
        return false;
    *out_utc_ms = local_ms - (sign == '+' ? 1 : -1) * ((int64_t)hours * HOUR_MS + (int64_t)minutes * 60000);
    return true;
}

static bool parse_moment(const char *at, int64_t *out_earliest, int64_t *out_latest)
{
    unsigned hour, minute, second = 0;
    int64_t days, ms;

    if (!parse_date(&at, &days))
        return false;
    if (*at == '\0') {
        *out_earliest = days * DAY_MS - london_offset_ms(days * DAY_MS);
        *out_latest = (days + 1) * DAY_MS - london_offset_ms((days + 1) * DAY_MS) - 1;
        return true;
    }
    if (!eat(&at, 'T') && !eat(&at, ' '))
        return false;
    if (!digits(&at, 2, &hour) || !eat(&at, ':') || !digits(&at, 2, &minute) || hour > 23 || minute > 59)
        return false;
    if (eat(&at, ':') && (!digits(&at, 2, &second) || second > 59))
        return false;
    if (*at == '.') /* fractions of a second are read over */
        for (at++; *at >= '0' && *at <= '9'; at++)
            continue;
    ms = days * DAY_MS + (int64_t)hour * HOUR_MS + (int64_t)minute * 60000 + (int64_t)second * 1000;
    if (!parse_zone(&at, ms, out_earliest) || *at != '\0')
        return false;
    *out_latest = *out_earliest;
    return true;
}

bool when_parse(struct cw_slice text, struct cw_wall *out_earliest, struct cw_wall *out_latest)
{
    char all[96];
    char *second;
    int64_t from, to, ignored;

    if (text.len >= sizeof(all) || memchr(text.data, '\0', text.len) != NULL)
        return false;
    memcpy(all, text.data, text.len);
    all[text.len] = '\0';
    second = strchr(all, '/');
    if (second != NULL)
        *second++ = '\0';
    if (!parse_moment(all, &from, &to))
        return false;
    if (second != NULL && !parse_moment(second, &ignored, &to))
        return false;
    if (to < from)
        return false;
    out_earliest->ms = from;
    out_latest->ms = to;
    return true;
}
