/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/when.h"
#include "lib/calendar.h"

#include <stdio.h>
#include <time.h>

/* Whoever says another time says nothing that a calendar shows. */
static struct cw_wall on_calendar(struct cw_wall t)
{
    return (struct cw_wall){t.ms < WHEN_FIRST_MS ? WHEN_FIRST_MS : t.ms > WHEN_LAST_MS ? WHEN_LAST_MS : t.ms};
}

void when_utc(struct cw_wall at, char out[static WHEN_TEXT_LEN_MAX])
{
    struct cw_wall t = on_calendar(at);
    int64_t days = calendar_floor_div(t.ms, DAY_MS), ms = t.ms - days * DAY_MS;
    struct civil c = calendar_date(days);

    snprintf(out, WHEN_TEXT_LEN_MAX, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", (int)c.year, c.month, c.day,
             (int)(ms / HOUR_MS), (int)(ms / 60000 % 60), (int)(ms / 1000 % 60), (int)(ms % 1000));
}

/* A moment on London's wall calendar. */
struct london {
    int64_t days;
    struct civil date;
    int hour, minute, second;
};

static struct london london_of(struct cw_wall at)
{
    struct cw_wall t = on_calendar(at);
    int64_t local = t.ms + calendar_offset_ms(t.ms);
    int64_t days = calendar_floor_div(local, DAY_MS), ms = local - days * DAY_MS;

    return (struct london){days, calendar_date(days), (int)(ms / HOUR_MS), (int)(ms / 60000 % 60),
                           (int)(ms / 1000 % 60)};
}

void when_london(struct cw_wall t, bool seconds, char out[static WHEN_TEXT_LEN_MAX])
{
    struct london l = london_of(t);
    int len = snprintf(out, WHEN_TEXT_LEN_MAX, "%s %u %s %d %02d:%02d", calendar_weekday(l.days), l.date.day,
                       calendar_month(l.date.month), (int)l.date.year, l.hour, l.minute);

    if (seconds)
        snprintf(out + len, (size_t)(WHEN_TEXT_LEN_MAX - len), ":%02d", l.second);
}

void when_short(struct cw_wall t, struct cw_wall now, char out[static WHEN_TEXT_LEN_MAX])
{
    struct london l = london_of(t), today = london_of(now);

    if (l.days == today.days)
        snprintf(out, WHEN_TEXT_LEN_MAX, "%02d:%02d", l.hour, l.minute);
    else if (l.date.year == today.date.year)
        snprintf(out, WHEN_TEXT_LEN_MAX, "%s %u %s %02d:%02d", calendar_weekday(l.days), l.date.day,
                 calendar_month(l.date.month), l.hour, l.minute);
    else
        snprintf(out, WHEN_TEXT_LEN_MAX, "%u %s %d %02d:%02d", l.date.day, calendar_month(l.date.month),
                 (int)l.date.year, l.hour, l.minute);
}

void when_relative(struct cw_wall t, struct cw_wall now, char out[static WHEN_TEXT_LEN_MAX])
{
    static const struct {
        int64_t ms;
        const char *unit;
    } units[] = {{DAY_MS, "d"}, {HOUR_MS, "h"}, {60000, "min"}, {1000, "s"}};
    int64_t gap = on_calendar(now).ms - on_calendar(t).ms;
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
