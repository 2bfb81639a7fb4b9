/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times as people say them. A reading keeps what is still to be read and remembers the first reason why it cannot go
 * on, in words that say what to type instead: an hour that a clock showed twice is never guessed.
 */
#include "lib/calendar.h"
#include "lib/when.h"

#include <ctype.h>
#include <stdio.h>
#include <strings.h>

#define TEXT_LEN_MAX 96
#define ABOUT_MS (15 * MINUTE_MS)

struct reading {
    const char *at;
    int64_t now_ms;
    enum when_tense tense;
    char *why; /* of WHEN_WHY_LEN_MAX; "" as long as nothing is wrong */
};

/* What one moment turned out to be. */
struct moment {
    int64_t earliest, latest;
    int64_t day;   /* London's, in days since 1970 */
    bool has_day;  /* it was said */
    bool has_time; /* else the whole day */
};

static bool fail(struct reading *r, const char *why)
{
    if (r->why[0] == '\0')
        snprintf(r->why, WHEN_WHY_LEN_MAX, "%s", why);
    return false;
}

/* --- letters and digits -------------------------------------------------------------------------------------- */

static void skip_spaces(struct reading *r)
{
    while (*r->at == ' ')
        r->at++;
}

static bool eat(struct reading *r, char c)
{
    if (*r->at != c)
        return false;
    r->at++;
    return true;
}

/* A whole word, in either case. */
static bool eat_word(struct reading *r, const char *word)
{
    size_t len = strlen(word);

    if (strncasecmp(r->at, word, len) != 0 || isalnum((unsigned char)r->at[len]))
        return false;
    r->at += len;
    skip_spaces(r);
    return true;
}

static bool digits(struct reading *r, unsigned min, unsigned max, unsigned *out)
{
    unsigned value = 0, count = 0;

    for (; count < max && isdigit((unsigned char)*r->at); count++, r->at++)
        value = value * 10 + (unsigned)(*r->at - '0');
    *out = value;
    return count >= min;
}

/* --- days ------------------------------------------------------------------------------------------------------ */

static int64_t today(const struct reading *r)
{
    return calendar_floor_div(r->now_ms + calendar_offset_ms(r->now_ms), DAY_MS);
}

static bool real_day(unsigned year, unsigned month, unsigned day, int64_t *out)
{
    struct civil c;

    if (month < 1 || month > 12 || day < 1 || day > 31)
        return false;
    *out = calendar_days((struct civil){(int64_t)year, month, day});
    c = calendar_date(*out);
    return c.month == month && c.day == day; /* refuses 30 February */
}

/* "2018-03-19" */
static bool iso_day(struct reading *r, int64_t *out)
{
    struct reading tried = *r;
    unsigned year, month, day;

    if (!digits(&tried, 4, 4, &year) || !eat(&tried, '-') || !digits(&tried, 2, 2, &month) || !eat(&tried, '-') ||
        !digits(&tried, 2, 2, &day) || !real_day(year, month, day, out))
        return false;
    *r = tried;
    return true;
}

static bool month_of(struct reading *r, unsigned *out)
{
    for (unsigned month = 1; month <= 12; month++)
        if (eat_word(r, calendar_month(month))) {
            *out = month;
            return true;
        }
    return false;
}

/* "Mon 19 Mar 2018", as we print it: the weekday may be left out, and must be right. */
static bool spoken_day(struct reading *r, int64_t *out)
{
    struct reading tried = *r;
    unsigned day, month, year;
    int64_t named = -1;

    for (int64_t i = 0; i < 7 && named < 0; i++)
        if (eat_word(&tried, calendar_weekday(i)))
            named = i;
    if (!digits(&tried, 1, 2, &day) || !eat(&tried, ' ') || !month_of(&tried, &month) || !digits(&tried, 4, 4, &year) ||
        !real_day(year, month, day, out))
        return false;
    if (named >= 0 && strcmp(calendar_weekday(named), calendar_weekday(*out)) != 0) {
        char why[WHEN_WHY_LEN_MAX];

        snprintf(why, sizeof(why), "%u %s %u is a %s", day, calendar_month(month), year, calendar_weekday(*out));
        return fail(r, why);
    }
    *r = tried;
    return true;
}

static bool read_day(struct reading *r, int64_t *out)
{
    static const struct {
        const char *word;
        int days;
    } words[] = {{"today", 0}, {"yesterday", -1}, {"tomorrow", 1}};

    for (size_t i = 0; i < CW_COUNT(words); i++)
        if (eat_word(r, words[i].word)) {
            *out = today(r) + words[i].days;
            return true;
        }
    return iso_day(r, out) || spoken_day(r, out);
}

/* --- times of a day --------------------------------------------------------------------------------------------- */

/* "Z", "+01:00", "GMT" or "BST". */
static bool read_zone(struct reading *r, int64_t *out_offset_ms)
{
    unsigned hours, minutes;
    char sign;

    skip_spaces(r);
    sign = *r->at;
    if (eat_word(r, "Z") || eat_word(r, "GMT") || eat_word(r, "UTC")) {
        *out_offset_ms = 0;
        return true;
    }
    if (eat_word(r, "BST")) {
        *out_offset_ms = HOUR_MS;
        return true;
    }
    if (sign != '+' && sign != '-')
        return false;
    r->at++;
    if (!digits(r, 2, 2, &hours) || !eat(r, ':') || !digits(r, 2, 2, &minutes) || hours > 14 || minutes > 59)
        return fail(r, "a zone is Z, GMT, BST or like +01:00");
    *out_offset_ms = (sign == '+' ? 1 : -1) * ((int64_t)hours * HOUR_MS + (int64_t)minutes * MINUTE_MS);
    return true;
}

/* The clocks went back or forward there: what to type instead. */
static bool refuse_local(struct reading *r, int64_t local_ms, bool twice)
{
    int64_t day = calendar_floor_div(local_ms, DAY_MS), ms = local_ms - day * DAY_MS;
    struct civil c = calendar_date(day);
    int hour = (int)(ms / HOUR_MS), minute = (int)(ms / MINUTE_MS % 60);
    char why[WHEN_WHY_LEN_MAX];

    if (twice)
        snprintf(why, sizeof(why),
                 "%02d:%02d came twice on %s %u %s %d, when the clocks went back: type %02d:%02d BST for the first or "
                 "%02d:%02d GMT for the second",
                 hour, minute, calendar_weekday(day), c.day, calendar_month(c.month), (int)c.year, hour, minute, hour,
                 minute);
    else
        snprintf(why, sizeof(why),
                 "there was no %02d:%02d on %s %u %s %d, when the clocks went forward: type %02d:%02d GMT or "
                 "%02d:%02d BST, which are the same moment",
                 hour, minute, calendar_weekday(day), c.day, calendar_month(c.month), (int)c.year, hour, minute,
                 hour + 1, minute);
    return fail(r, why);
}

static bool settle(struct reading *r, int64_t local_ms, bool has_zone, int64_t offset_ms, int64_t *out_ms)
{
    int64_t moments[2];
    int count;

    if (has_zone) {
        *out_ms = local_ms - offset_ms;
        return true;
    }
    count = calendar_moments(local_ms, moments);
    if (count != 1)
        return refuse_local(r, local_ms, count == 2);
    *out_ms = moments[0];
    return true;
}

/* ".250" behind a second, as milliseconds: what is finer is read over. */
static unsigned read_fraction(struct reading *r)
{
    unsigned ms = 0, unit = 100;

    for (; *r->at >= '0' && *r->at <= '9'; r->at++, unit /= 10)
        ms += (unsigned)(*r->at - '0') * unit;
    return ms;
}

/* "16:00[:05[.000]]" as milliseconds of a day. */
static bool read_clock(struct reading *r, int64_t *out_ms)
{
    struct reading tried = *r;
    unsigned hour, minute, second = 0, ms = 0;

    if (!digits(&tried, 2, 2, &hour) || !eat(&tried, ':') || !digits(&tried, 2, 2, &minute) || hour > 23 || minute > 59)
        return false;
    if (eat(&tried, ':') && (!digits(&tried, 2, 2, &second) || second > 59))
        return false;
    if (eat(&tried, '.'))
        ms = read_fraction(&tried);
    *out_ms = (int64_t)hour * HOUR_MS + (int64_t)minute * MINUTE_MS + (int64_t)second * 1000 + ms;
    *r = tried;
    return true;
}

/* A time without a day that is still to come, where only what has been can be meant. */
static bool refuse_coming(struct reading *r, int64_t clock_ms)
{
    char why[WHEN_WHY_LEN_MAX];
    int hour = (int)(clock_ms / HOUR_MS), minute = (int)(clock_ms / MINUTE_MS % 60);

    snprintf(why, sizeof(why), "%02d:%02d today is still to come: type \"yesterday %02d:%02d\", or the date before it",
             hour, minute, hour, minute);
    return fail(r, why);
}

/* The end's time lies before the beginning's, and on the day after is still to come. */
static bool refuse_evening(struct reading *r, int64_t day, int64_t clock_ms)
{
    struct civil c = calendar_date(day);
    char why[WHEN_WHY_LEN_MAX];

    snprintf(why, sizeof(why),
             "it ends before it begins, or on %s %u %s %d at %02d:%02d, which is still to come: type the day of both",
             calendar_weekday(day), c.day, calendar_month(c.month), (int)c.year, (int)(clock_ms / HOUR_MS),
             (int)(clock_ms / MINUTE_MS % 60));
    return fail(r, why);
}

/* The end of "between A and B" whose time is before that of A: on the day after. What begins ahead may end there, too. */
static bool place_after(struct reading *r, int64_t clock_ms, bool has_zone, int64_t offset_ms,
                        const struct moment *after, struct moment *m)
{
    if (!settle(r, ++m->day * DAY_MS + clock_ms, has_zone, offset_ms, &m->earliest))
        return false;
    return r->tense != WHEN_PAST || m->earliest <= r->now_ms || after->earliest > r->now_ms ||
           refuse_evening(r, m->day, clock_ms);
}

/* Which day a time without one is of: `after` is the moment before it in "between A and B"; NULL otherwise. */
static bool place_time(struct reading *r, int64_t clock_ms, bool has_zone, int64_t offset_ms,
                       const struct moment *after, struct moment *m)
{
    bool guessed = !m->has_day && (after == NULL || !after->has_day);

    if (!m->has_day)
        m->day = after != NULL ? after->day : today(r);
    if (!settle(r, m->day * DAY_MS + clock_ms, has_zone, offset_ms, &m->earliest))
        return false;
    if (!m->has_day && after != NULL && m->earliest < after->earliest &&
        !place_after(r, clock_ms, has_zone, offset_ms, after, m))
        return false;
    if (guessed && m->earliest > r->now_ms && r->tense == WHEN_PAST)
        return refuse_coming(r, clock_ms);
    if (guessed && m->earliest < r->now_ms && r->tense == WHEN_COMING && after == NULL &&
        !settle(r, ++m->day * DAY_MS + clock_ms, has_zone, offset_ms, &m->earliest))
        return false;
    m->latest = m->earliest;
    return true;
}

static bool whole_day(struct moment *m)
{
    int64_t next = (m->day + 1) * DAY_MS;

    m->earliest = m->day * DAY_MS - calendar_offset_ms(m->day * DAY_MS);
    m->latest = next - calendar_offset_ms(next) - 1;
    return true;
}

/* "in 4h", "in 90m" */
static bool in_a_while(struct reading *r, struct moment *m)
{
    unsigned count;
    int64_t unit;

    if (!digits(r, 1, 4, &count))
        return false;
    skip_spaces(r);
    unit = eat_word(r, "h") ? HOUR_MS : eat_word(r, "m") || eat_word(r, "min") ? MINUTE_MS : 0;
    if (unit == 0)
        return fail(r, "it is \"in 4h\" or \"in 90m\"");
    m->earliest = m->latest = r->now_ms + (int64_t)count * unit;
    m->has_day = m->has_time = true;
    return true;
}

static bool read_moment(struct reading *r, const struct moment *after, struct moment *m)
{
    int64_t clock_ms, offset_ms = 0;
    bool has_zone;

    *m = (struct moment){.has_day = false};
    if (r->tense == WHEN_COMING && eat_word(r, "in"))
        return in_a_while(r, m);
    if (eat_word(r, "now")) {
        m->earliest = m->latest = r->now_ms;
        m->has_day = m->has_time = true;
        return true;
    }
    m->has_day = read_day(r, &m->day);
    if (r->why[0] != '\0')
        return false;
    if (m->has_day && !(*r->at == 'T' && isdigit((unsigned char)r->at[1]) && eat(r, 'T')))
        skip_spaces(r);
    m->has_time = read_clock(r, &clock_ms);
    if (!m->has_time)
        return m->has_day && whole_day(m);
    has_zone = read_zone(r, &offset_ms);
    skip_spaces(r);
    return r->why[0] == '\0' && place_time(r, clock_ms, has_zone, offset_ms, after, m);
}

/* --- the whole --------------------------------------------------------------------------------------------------- */

static bool read_two(struct reading *r, const char *word, struct moment *first, struct moment *second)
{
    bool parted = read_moment(r, NULL, first) && (word != NULL ? eat_word(r, word) : eat(r, '/'));

    skip_spaces(r);
    return parted && read_moment(r, first, second);
}

static bool read_about(struct reading *r, struct moment *first, struct moment *second)
{
    if (!read_moment(r, NULL, first))
        return false;
    if (!first->has_time)
        return fail(r, "a date is the whole day already: leave \"about\" out, or add a time");
    *second = *first;
    first->earliest -= ABOUT_MS;
    second->latest += ABOUT_MS;
    return true;
}

static bool read_all(struct reading *r, struct moment *first, struct moment *second)
{
    const char *slash = strchr(r->at, '/');

    skip_spaces(r);
    if (eat_word(r, "between"))
        return read_two(r, "and", first, second);
    if (eat_word(r, "from"))
        return read_two(r, "to", first, second);
    if (eat_word(r, "about") || eat_word(r, "around"))
        return read_about(r, first, second);
    if (slash != NULL)
        return read_two(r, NULL, first, second);
    if (!read_moment(r, NULL, first))
        return false;
    *second = *first;
    return true;
}

bool when_read(struct cw_slice text, struct cw_wall now, enum when_tense tense, struct cw_wall *out_earliest,
               struct cw_wall *out_latest, char why[static WHEN_WHY_LEN_MAX])
{
    char all[TEXT_LEN_MAX];
    struct reading r = {all, now.ms, tense, why};
    struct moment first, second;
    bool whole = text.len < sizeof(all) && memchr(text.data, '\0', text.len) == NULL;

    why[0] = '\0';
    if (whole) {
        memcpy(all, text.data, text.len);
        all[text.len] = '\0';
    }
    if (!whole || !read_all(&r, &first, &second) || *r.at != '\0')
        return fail(&r, tense == WHEN_COMING
                            ? "type a time like 06:00, \"tomorrow 06:00\", \"in 4h\" or \"2018-03-19 14:00\" (London)"
                            : "type a time like \"yesterday 23:10\", \"about 16:00\", \"between 16:00 and 17:30\", "
                              "\"2018-03-19 14:00\" (London), or a date");
    if (second.latest < first.earliest)
        return fail(&r, "it ends before it begins");
    if (first.earliest < WHEN_FIRST_MS || second.latest > WHEN_LAST_MS)
        return fail(&r, "a calendar has the years 1 to 9999");
    out_earliest->ms = first.earliest;
    out_latest->ms = second.latest;
    return true;
}

bool when_parse(struct cw_slice text, struct cw_wall *out_earliest, struct cw_wall *out_latest)
{
    char why[WHEN_WHY_LEN_MAX];

    return when_read(text, when_now(), WHEN_PAST, out_earliest, out_latest, why);
}
