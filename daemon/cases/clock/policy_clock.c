/* SPDX-License-Identifier: Apache-2.0 */
/* Policy about duties: how long, who is told, who may waive, which days are worked. docs/fold.md §16. */
#include "cases/calendar.h"
#include "cases/policy_parts.h"

bool policy_is_clocks(struct cw_slice name)
{
    return policy_starts_with(&name, "clock.") || policy_starts_with(&name, "ladder.") ||
           policy_starts_with(&name, "calendar.");
}

/* --- values --------------------------------------------------------------------------------------------- */

static bool parse_number(struct cw_slice text, int64_t most, int64_t *out)
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

static enum cw_err put_number(struct case_policy *policy, enum policy_what what, uint32_t number, struct cw_slice value,
                              int64_t most, struct refusal *refusal)
{
    int64_t read;

    if (!parse_number(value, most, &read))
        return refuse(refusal, CW_REFUSED_VALUE, "policy.value", "a whole number, at most %lld", (long long)most);
    return policy_put(policy, (struct policy_change){what, number, read}, refusal);
}

static enum cw_err put_roles(struct case_policy *policy, enum policy_what what, uint32_t number, struct cw_slice value,
                             struct refusal *refusal)
{
    uint32_t roles;

    if (!schema_roles_parse(value, &roles))
        return refuse(refusal, CW_REFUSED_VALUE, "policy.value", "role codes parted by commas, \"any\" or \"none\"");
    return policy_put(policy, (struct policy_change){what, number, roles}, refusal);
}

/* --- clock.<span>.<unit>, clock.<clock>.<what> ------------------------------------------------------------ */

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

static const struct schema_span *span_named(struct cw_slice name, struct cw_slice unit)
{
    size_t count;
    const struct schema_span *rows = schema_spans(&count);

    for (size_t i = 0; i < count; i++) {
        if (slice_eq(slice_of(rows[i].name), name) && slice_eq(slice_of(schema_unit_name(rows[i].unit)), unit))
            return &rows[i];
    }
    return NULL;
}

static const struct schema_clock *clock_named(struct cw_slice name)
{
    size_t count;
    const struct schema_clock *rows = schema_clocks(&count);

    for (size_t i = 0; i < count; i++) {
        if (slice_eq(slice_of(rows[i].name), name))
            return &rows[i];
    }
    return NULL;
}

static enum cw_err change_clock(struct case_policy *policy, struct cw_slice name, struct cw_slice value,
                                struct refusal *refusal)
{
    struct cw_slice of, what;
    const struct schema_clock *clock;
    const struct schema_span *span;

    if (!split(name, &of, &what))
        return policy_unknown_name(refusal);
    span = span_named(of, what);
    if (span != NULL)
        return put_number(policy, POLICY_SPAN, span->number, value, schema_unit_bound(span->unit), refusal);
    clock = clock_named(of);
    if (clock == NULL)
        return policy_unknown_name(refusal);
    if (slice_eq(what, slice_of("told")))
        return put_roles(policy, POLICY_TOLD, clock->number, value, refusal);
    if (slice_eq(what, slice_of("waive")))
        return put_roles(policy, POLICY_WAIVE, clock->number, value, refusal);
    if (slice_eq(what, slice_of("soon_s")))
        return put_number(policy, POLICY_SOON, clock->number, value, schema_unit_bound(UNIT_SECONDS), refusal);
    if (slice_eq(what, slice_of("step_s")))
        return put_number(policy, POLICY_STEP, clock->number, value, schema_unit_bound(UNIT_SECONDS), refusal);
    return policy_unknown_name(refusal);
}

/* --- ladder, calendar --------------------------------------------------------------------------------------- */

static enum cw_err change_ladder(struct case_policy *policy, struct cw_slice name, struct cw_slice value,
                                 struct refusal *refusal)
{
    uint32_t rung;

    if (slice_eq(name, slice_of("beside")))
        rung = POLICY_BESIDE;
    else if (name.len == 1 && name.data[0] >= '1' && name.data[0] <= '3')
        rung = (uint32_t)(name.data[0] - '0');
    else
        return policy_unknown_name(refusal);
    return put_roles(policy, POLICY_LADDER, rung, value, refusal);
}

static enum cw_err change_calendar(struct case_policy *policy, struct cw_slice name, struct cw_slice value,
                                   struct refusal *refusal)
{
    bool working = slice_eq(value, slice_of("working"));
    int64_t day;

    if (name.len != 10 || !calendar_date(name, &day) || day < 0)
        return policy_unknown_name(refusal);
    if (!working && !slice_eq(value, slice_of("holiday")))
        return refuse(refusal, CW_REFUSED_VALUE, "policy.value", "holiday or working");
    return policy_put(policy, (struct policy_change){POLICY_DAY, (uint32_t)day, working}, refusal);
}

enum cw_err policy_change_clocks(struct case_policy *policy, struct cw_slice name, struct cw_slice value,
                                 struct refusal *refusal)
{
    if (policy_starts_with(&name, "clock."))
        return change_clock(policy, name, value, refusal);
    if (policy_starts_with(&name, "ladder."))
        return change_ladder(policy, name, value, refusal);
    if (policy_starts_with(&name, "calendar."))
        return change_calendar(policy, name, value, refusal);
    return policy_unknown_name(refusal);
}

/* --- asked ------------------------------------------------------------------------------------------------- */

static int64_t find_or(const struct case_policy *policy, enum policy_what what, uint32_t number, int64_t usual)
{
    int64_t value;

    return policy_find(policy, what, number, &value) ? value : usual;
}

int64_t policy_span(const struct case_policy *policy, uint32_t span)
{
    const struct schema_span *row = schema_span(span);

    return row == NULL ? 0 : find_or(policy, POLICY_SPAN, span, row->value);
}

uint32_t policy_told(const struct case_policy *policy, const struct schema_clock *clock)
{
    return (uint32_t)find_or(policy, POLICY_TOLD, clock->number, clock->told);
}

uint32_t policy_waive(const struct case_policy *policy, const struct schema_clock *clock)
{
    return (clock->flags & CLOCK_ALWAYS) != 0 ? R_NONE
                                              : (uint32_t)find_or(policy, POLICY_WAIVE, clock->number, clock->waive);
}

int64_t policy_soon_s(const struct case_policy *policy, const struct schema_clock *clock)
{
    return find_or(policy, POLICY_SOON, clock->number, clock->soon_s);
}

int64_t policy_step_s(const struct case_policy *policy, const struct schema_clock *clock)
{
    return find_or(policy, POLICY_STEP, clock->number, clock->step_s);
}

uint32_t policy_ladder(const struct case_policy *policy, uint32_t rung)
{
    static const uint32_t usual[] = {R_NONE, ROLE_MASK(SUP), ROLE_MASK(INSP), ROLE_MASK(SUPT)};

    return (uint32_t)find_or(policy, POLICY_LADDER, rung, rung < CW_COUNT(usual) ? usual[rung] : ROLE_MASK(FCR));
}

bool policy_day(const struct case_policy *policy, int64_t day, bool *out_working)
{
    int64_t working;

    if (day < 0 || day > UINT32_MAX || !policy_find(policy, POLICY_DAY, (uint32_t)day, &working))
        return false;
    *out_working = working != 0;
    return true;
}
