/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times and days against the time at which their author signed (docs/fold.md §17). It is the author's own: what was
 * written without a network days ago is judged as on that day. Clocks of devices differ, so nothing is refused within
 * SKEW_MS.
 */
#include "cases/calendar.h"
#include "cases/check_parts.h"
#include "proto/ahead.h"

#define MINUTE_MS INT64_C(60000)
#define SKEW_MS CLOCKS_DIFFER_MS

static bool is_invented(const struct admission_request *r, int64_t at)
{
    return r->network_synthetic && is_invented_time(at);
}

static bool is_time(const struct schema_field *field)
{
    return field->type == TYPE_INTERVAL || field->type == TYPE_TIME;
}

/* Days are counted from it: a child is one when its case begins. */
static int64_t begun_ms(const struct admission_request *r)
{
    return r->op->type == OP_OPEN || r->state == NULL ? r->author_time.ms : r->state->opened.ms;
}

/* --- days --------------------------------------------------------------------------------------------------- */

/* False also outside the calendar's years. */
bool check_days_meant(struct cw_slice text, int64_t *out_first, int64_t *out_last)
{
    size_t len = text.len - (text.len > 0 && text.data[0] == '~');
    int64_t year, month, day;

    if (!date_parse(text, out_first))
        return false;
    civil_of(*out_first, &year, &month, &day);
    *out_last = len == 4   ? days_of_date(year, 12, 31)
                : len == 7 ? days_of_date(year, month, days_in_month(year, month))
                           : *out_first;
    return true;
}

static enum cw_err check_date(const struct admission_request *r, const struct schema_field *field,
                              const struct op_value *value, struct refusal *refusal)
{
    int64_t first, last;

    if (value->text.len == 0)
        return CW_OK;
    if (!check_days_meant(value->text, &first, &last))
        return refuse(refusal, CW_REFUSED_VALUE, WHERE(field), "a day between 1900 and 2199 is meant: check the year");
    if ((field->flags & FIELD_HAS_BEEN) != 0 && first > days_of(r->author_time.ms + SKEW_MS))
        return refuse(refusal, CW_REFUSED_VALUE, WHERE(field),
                      "lies ahead of the day this was written: check the year");
    if (field->bound != 0 && days_of(begun_ms(r)) >= birthday(last, field->bound))
        return refuse(refusal, CW_REFUSED_VALUE, WHERE(field),
                      "that is %lld years or more on the day the case was opened, too old for a %s: check the year",
                      (long long)field->bound, schema_kind_name(field->kinds == K_CHILD ? KIND_CHILD : KIND_NOMINAL));
    return CW_OK;
}

/* --- times ---------------------------------------------------------------------------------------------------- */

static enum cw_err check_has_been(const struct admission_request *r, const struct schema_field *field,
                                  const struct op_value *value, struct refusal *refusal)
{
    if (is_invented(r, value->number) || !lies_ahead(value->number, value->latest, r->author_time.ms))
        return CW_OK;
    return refuse(refusal, CW_REFUSED_VALUE, WHERE(field), AHEAD_TEXT);
}

static enum cw_err check_to_come(const struct admission_request *r, const struct schema_field *field,
                                 const struct op_value *value, struct refusal *refusal)
{
    if (r->op->correct_count > 0 || value->number >= r->author_time.ms - SKEW_MS)
        return CW_OK;
    return refuse(
        refusal, CW_REFUSED_VALUE, WHERE(field),
        "was over already when this was written: a time to come is meant, as \"in 4h\" or \"tomorrow 06:00\"");
}

/* Of a child who is missing: nothing that happened before anybody who is a child today was born. */
static enum cw_err check_not_long_ago(const struct admission_request *r, const struct schema_event *event,
                                      const struct schema_field *field, const struct op_value *value,
                                      struct refusal *refusal)
{
    const int64_t years = schema_field(FIELD_BIRTH_DATE)->bound;
    bool of_episode = field->place == PLACE_EPISODE ||
                      (event != NULL && (event->flags & EVENT_EPISODE) != 0 && r->state->kind == KIND_CHILD);

    if (!of_episode || value->latest >= r->author_time.ms - years * 366 * DAY_MS)
        return CW_OK;
    return refuse(refusal, CW_REFUSED_VALUE, WHERE(field), "lies more than %lld years back: check the year",
                  (long long)years);
}

/* DOMAIN §7.3: whoever was back before it was reported was reported in error. */
static enum cw_err check_after_report(const struct admission_request *r, const struct schema_event *event,
                                      const struct schema_field *field, const struct op_value *value,
                                      struct refusal *refusal)
{
    const struct case_value *reported = state_value(r->state, request_scope(r), FIELD_REPORTED_AT);

    if ((event->flags & EVENT_AFTER_REPORT) == 0 || reported == NULL ||
        is_invented(r, value->number) != is_invented(r, reported->value.number) ||
        value->latest >= reported->value.number - SKEW_MS)
        return CW_OK;
    return refuse(refusal, CW_REFUSED_VALUE, WHERE(field),
                  "lies before the report that the child is missing: check the time; a child who was back before "
                  "was reported in error (episode_cancelled)");
}

static enum cw_err check_time(const struct admission_request *r, const struct schema_event *event,
                              const struct schema_field *field, const struct op_value *value, struct refusal *refusal)
{
    bool about_duty = event != NULL && event->class == EVENT_CLASS_CLOCK; /* when it was due */
    enum cw_err err = CW_OK;

    if ((field->flags & FIELD_TO_COME) != 0)
        return about_duty ? CW_OK : check_to_come(r, field, value, refusal);
    if (!field_has_been(field, event != NULL ? event->number : EVENT_NONE))
        return CW_OK;
    err = check_has_been(r, field, value, refusal);
    if (err == CW_OK)
        err = check_not_long_ago(r, event, field, value, refusal);
    return err == CW_OK && event != NULL ? check_after_report(r, event, field, value, refusal) : err;
}

/* --- one before the other -------------------------------------------------------------------------------------- */

static enum cw_err check_order(const struct admission_request *r, struct refusal *refusal)
{
    static const struct {
        uint32_t first, second;
        int64_t within_ms; /* both may be "now", read one after the other */
    } pairs[] = {{FIELD_LAST_SEEN, FIELD_REPORTED_AT, MINUTE_MS}, {FIELD_VALID_FROM, FIELD_VALID_TO, 0}};

    for (size_t i = 0; i < CW_COUNT(pairs); i++) {
        const struct op_value *first = request_detail(r, pairs[i].first), *second = request_detail(r, pairs[i].second);

        if (first != NULL && second != NULL && first->number > second->latest + pairs[i].within_ms)
            return refuse(refusal, CW_REFUSED_VALUE, WHERE(schema_field(pairs[i].second)), "lies before %s",
                          WHERE(schema_field(pairs[i].first)));
    }
    return CW_OK;
}

/* Days of which only the year is known may be in order. */
static enum cw_err check_placement(const struct admission_request *r, struct refusal *refusal)
{
    const struct op_value *from = request_detail(r, FIELD_PLACEMENT_FROM), *to = request_detail(r, FIELD_PLACEMENT_TO);
    int64_t begins, ends, other;

    if (from == NULL || to == NULL || !check_days_meant(from->text, &begins, &other) ||
        !check_days_meant(to->text, &other, &ends) || begins <= ends)
        return CW_OK;
    return refuse(refusal, CW_REFUSED_VALUE, WHERE(schema_field(FIELD_PLACEMENT_TO)), "lies before %s",
                  WHERE(schema_field(FIELD_PLACEMENT_FROM)));
}

enum cw_err check_times(const struct admission_request *r, const struct schema_event *event, struct refusal *refusal)
{
    enum cw_err err = CW_OK;

    for (uint32_t i = 0; i < r->op->write_count && err == CW_OK; i++) {
        const struct op_write *write = &r->op->writes[i];
        const struct schema_field *field = schema_field(write->field);

        if (!write->has_value || (write->verb != VERB_SET && write->verb != VERB_ADD))
            continue;
        if (field->type == TYPE_DATE)
            err = check_date(r, field, &write->value, refusal);
        else if (is_time(field))
            err = check_time(r, event, field, &write->value, refusal);
    }
    if (err == CW_OK)
        err = check_order(r, refusal);
    return err == CW_OK ? check_placement(r, refusal) : err;
}

/* --- the author's clock --------------------------------------------------------------------------------------- */

enum cw_err check_signed_at(const struct admission_request *r, struct refusal *refusal)
{
    static const struct {
        int64_t ms;
        const char *name;
    } units[] = {{DAY_MS, "days"}, {INT64_C(3600000), "hours"}, {MINUTE_MS, "minutes"}};
    int64_t ahead = r->now.ms > 0 && r->author_time.ms > r->now.ms ? r->author_time.ms - r->now.ms : 0;
    size_t unit = 0;

    if (ahead <= SKEW_MS)
        return CW_OK;
    while (unit + 1 < CW_COUNT(units) && ahead < 2 * units[unit].ms)
        unit++;
    return refuse(
        refusal, CW_REFUSED_VALUE, "author_time",
        "this was signed %lld %s ahead of the daemon's clock: set the clock of this device and record it again "
        "(or the daemon's, if that is the wrong one)",
        (long long)(ahead / units[unit].ms), units[unit].name);
}
