/* SPDX-License-Identifier: Apache-2.0 */
/* Policy records read: see policy.h and docs/fold.md §16. */
#include "proto/policy.h"

#include "proto/civil.h"

/* --- names ----------------------------------------------------------------------------------------------- */

/* Takes the prefix off; false, and nothing taken, when more does not follow it. */
static bool take_prefix(struct cw_slice *name, const char *prefix)
{
    size_t len = strlen(prefix);

    if (name->len <= len || memcmp(name->data, prefix, len) != 0)
        return false;
    name->data += len;
    name->len -= len;
    return true;
}

static bool mean(struct policy_said *out, enum policy_what what, uint32_t number)
{
    CW_ASSERT(out->number_count < POLICY_NUMBERS_MAX); /* the tables are ours; a test counts them */
    out->what = what;
    out->numbers[out->number_count++] = number;
    return true;
}

static bool read_field(struct cw_slice name, enum policy_what what, struct policy_said *out)
{
    size_t count;
    const struct schema_field *rows = schema_fields(&count);

    for (size_t i = 0; i < count; i++) {
        if (rows[i].place != PLACE_DETAIL && slice_eq(slice_of(rows[i].name), name))
            mean(out, what, rows[i].number);
    }
    return out->number_count > 0;
}

static bool read_event(struct cw_slice name, struct policy_said *out)
{
    const struct schema_event *event = schema_event_by_name(name);

    return event != NULL && mean(out, POLICY_EVENT, event->number);
}

/* The last dot parts a name from what is said of it: "M2.high" from "duration_s". */
static bool split(struct cw_slice name, struct cw_slice *out_of, struct cw_slice *out_what)
{
    size_t dot = name.len;

    while (dot > 0 && name.data[dot - 1] != '.')
        dot--;
    if (dot < 2)
        return false;
    *out_of = slice(name.data, dot - 1);
    *out_what = slice(name.data + dot, name.len - dot);
    return true;
}

static bool read_span(struct cw_slice of, struct cw_slice unit, struct policy_said *out)
{
    size_t count;
    const struct schema_span *rows = schema_spans(&count);

    for (size_t i = 0; i < count; i++) {
        if (slice_eq(slice_of(rows[i].name), of) && slice_eq(slice_of(schema_unit_name(rows[i].unit)), unit))
            return mean(out, POLICY_SPAN, rows[i].number);
    }
    return false;
}

static const struct {
    const char *name;
    enum policy_what what;
} of_clocks[] = {{"told", POLICY_TOLD}, {"waive", POLICY_WAIVE}, {"soon_s", POLICY_SOON}, {"step_s", POLICY_STEP}};

static bool read_clock(struct cw_slice name, struct policy_said *out)
{
    struct cw_slice of, what;
    size_t count;
    const struct schema_clock *rows = schema_clocks(&count);

    if (!split(name, &of, &what))
        return false;
    if (read_span(of, what, out))
        return true;
    for (size_t i = 0; i < count; i++) {
        if (!slice_eq(slice_of(rows[i].name), of))
            continue;
        for (size_t k = 0; k < CW_COUNT(of_clocks); k++) {
            if (slice_eq(slice_of(of_clocks[k].name), what))
                return mean(out, of_clocks[k].what, rows[i].number);
        }
        return false;
    }
    return false;
}

static bool read_rung(struct cw_slice name, struct policy_said *out)
{
    if (slice_eq(name, slice_of("beside")))
        return mean(out, POLICY_LADDER, POLICY_BESIDE);
    return name.len == 1 && name.data[0] >= '1' && name.data[0] <= '0' + POLICY_RUNGS &&
           mean(out, POLICY_LADDER, (uint32_t)(name.data[0] - '0'));
}

static bool read_day(struct cw_slice name, struct policy_said *out)
{
    int64_t day;

    return name.len == 10 && date_parse(name, &day) && day >= 0 && mean(out, POLICY_DAY, (uint32_t)day);
}

static bool read_name(struct cw_slice name, struct policy_said *out)
{
    if (take_prefix(&name, "role.set."))
        return read_field(name, POLICY_SET, out);
    if (take_prefix(&name, "role.lower."))
        return read_field(name, POLICY_LOWER, out);
    if (take_prefix(&name, "role.event."))
        return read_event(name, out);
    if (take_prefix(&name, "clock."))
        return read_clock(name, out);
    if (take_prefix(&name, "ladder."))
        return read_rung(name, out);
    if (take_prefix(&name, "calendar."))
        return read_day(name, out);
    return slice_eq(name, slice_of(POLICY_NAME_SYNTHETIC)) && mean(out, POLICY_SYNTHETIC, 0);
}

static enum cw_err refuse_name(struct cw_slice name, struct refusal *refusal)
{
    if (take_prefix(&name, "calendar."))
        return refuse(refusal, CW_REFUSED_UNKNOWN_FIELD, "policy.name",
                      "a day is a date that there is, from 1970 on: calendar.2026-12-28");
    return refuse(refusal, CW_REFUSED_UNKNOWN_FIELD, "policy.name", "no policy has this name in this version");
}

/* --- values ---------------------------------------------------------------------------------------------- */

static bool read_number(struct cw_slice text, int64_t most, int64_t *out)
{
    int64_t number = 0;

    if (text.len == 0 || text.len > 10)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        number = number * 10 + (text.data[i] - '0');
    }
    *out = number;
    return number <= most;
}

static bool read_one_of(struct cw_slice text, const char *no, const char *yes, int64_t *out)
{
    *out = slice_eq(text, slice_of(yes));
    return *out != 0 || slice_eq(text, slice_of(no));
}

static bool read_roles(struct cw_slice text, int64_t *out)
{
    uint32_t roles;

    if (!schema_roles_parse(text, &roles))
        return false;
    *out = roles;
    return true;
}

/* Of a value that is a number: the unit it is in. */
static enum span_unit unit_of(enum policy_what what, uint32_t number)
{
    const struct schema_span *span = what == POLICY_SPAN ? schema_span(number) : NULL;

    return span != NULL ? span->unit : UNIT_SECONDS;
}

static bool read_value(struct cw_slice value, struct policy_said *out)
{
    switch (out->what) {
    case POLICY_SPAN:
    case POLICY_SOON:
    case POLICY_STEP:
        return read_number(value, schema_unit_bound(unit_of(out->what, out->numbers[0])), &out->value);
    case POLICY_DAY:
        return read_one_of(value, "holiday", "working", &out->value);
    case POLICY_SYNTHETIC:
        return read_one_of(value, "false", "true", &out->value);
    case POLICY_SET:
    case POLICY_LOWER:
    case POLICY_EVENT:
    case POLICY_TOLD:
    case POLICY_WAIVE:
    case POLICY_LADDER:
        break;
    }
    return read_roles(value, &out->value);
}

enum cw_err policy_read(struct cw_slice name, struct cw_slice value, struct policy_said *out, struct refusal *refusal)
{
    char allowed[POLICY_ALLOWED_LEN_MAX];
    struct policy_said said = {0};

    if (!read_name(name, &said))
        return refuse_name(name, refusal);
    if (!read_value(value, &said))
        return refuse(refusal, CW_REFUSED_VALUE, "policy.value", "its value is %s",
                      policy_allowed(said.what, said.numbers[0], allowed));
    *out = said;
    return CW_OK;
}

/* --- before signing ---------------------------------------------------------------------------------------- */

static bool is_written(const struct policy_said *said)
{
    for (uint32_t i = 0; i < said->number_count; i++) {
        if (schema_field_is_written(schema_field(said->numbers[i])))
            return true;
    }
    return false;
}

static bool has_flag(const struct policy_said *said, uint32_t flag)
{
    return (schema_clock(said->numbers[0])->flags & flag) != 0;
}

static enum cw_err check_effect(const struct policy_said *said, struct refusal *refusal)
{
    if ((said->what == POLICY_SET || said->what == POLICY_LOWER) && !is_written(said))
        return refuse(
            refusal, CW_REFUSED_VALUE, "policy.name",
            "nobody writes this field: it follows from events, and role.event.<event> says who records those");
    if (said->what == POLICY_WAIVE && has_flag(said, CLOCK_ALWAYS))
        return refuse(refusal, CW_REFUSED_VALUE, "policy.name", "nobody can waive this duty, whatever policy says");
    if (said->what == POLICY_STEP && has_flag(said, CLOCK_OUTSIDE))
        return refuse(refusal, CW_REFUSED_VALUE, "policy.name",
                      "this duty is another body's: it climbs no ladder, whatever policy says");
    return CW_OK;
}

bool policy_changes(struct cw_slice name)
{
    struct policy_said said = {0};

    return read_name(name, &said) && check_effect(&said, NULL) == CW_OK;
}

enum cw_err policy_check(struct cw_slice name, struct cw_slice value, struct refusal *refusal)
{
    struct policy_said said = {0};
    enum cw_err err = policy_read(name, value, &said, refusal);

    if (err == CW_OK && value.len > POLICY_KEPT_LEN_MAX)
        return refuse(refusal, CW_REFUSED_SIZE, "policy.value", "daemons keep at most %d bytes of a value",
                      POLICY_KEPT_LEN_MAX);
    return err == CW_OK ? check_effect(&said, refusal) : err;
}
