/* SPDX-License-Identifier: Apache-2.0 */
/* See ahead.h. */
#include "proto/ahead.h"

#include "proto/civil.h"

#define INVENTED_FROM_MS INT64_C(1892851200000)
#define INVENTED_TO_MS INT64_C(1956528000000)

bool is_invented_time(int64_t at_ms)
{
    return at_ms >= INVENTED_FROM_MS && at_ms < INVENTED_TO_MS;
}

bool field_has_been(const struct schema_field *field, uint32_t event)
{
    const struct schema_event *row = schema_event(event);
    bool is_time = field->type == TYPE_INTERVAL || field->type == TYPE_TIME;

    return is_time && (field->flags & FIELD_HAS_BEEN) != 0 && (row == NULL || (row->flags & EVENT_AHEAD) == 0);
}

static int64_t london_day(int64_t utc_ms)
{
    return days_of(utc_ms + london_offset_ms(utc_ms));
}

bool lies_ahead(int64_t earliest_ms, int64_t latest_ms, int64_t signed_ms)
{
    int64_t now = signed_ms + CLOCKS_DIFFER_MS;

    if (earliest_ms > now)
        return true;
    if (latest_ms <= now)
        return false;
    if (!london_has_days(earliest_ms) || !london_has_days(now))
        return true;
    return earliest_ms != london_midnight(london_day(earliest_ms)) ||
           latest_ms != london_midnight(london_day(now) + 1) - 1;
}
