/* SPDX-License-Identifier: Apache-2.0 */
#include "host/metrics.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

const struct metric_row metric_table[METRIC_COUNT] = {
#define METRIC_ROW(name, family, type, unit, labels, sentence) \
    [METRIC_##name] = {family, METRIC_##type, unit, labels, sentence},
    METRIC_TABLE(METRIC_ROW)
#undef METRIC_ROW
};

const char *metric_type_name(enum metric_type type)
{
    static const char *const names[] = {[METRIC_GAUGE] = "gauge",
                                        [METRIC_COUNTER] = "counter",
                                        [METRIC_HISTOGRAM] = "histogram",
                                        [METRIC_INFO] = "info"};

    return names[type];
}

static const char *suffix_of(enum metric_type type)
{
    return type == METRIC_COUNTER ? "_total" : type == METRIC_INFO ? "_info" : "";
}

void metric_name(enum metric which, char out[static METRIC_NAME_LEN_MAX])
{
    (void)snprintf(out, METRIC_NAME_LEN_MAX, "%s%s", metric_table[which].family, suffix_of(metric_table[which].type));
}

/* --- writing ----------------------------------------------------------------------------------------------- */

static void put(struct metrics *m, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(struct metrics *m, const char *format, ...)
{
    size_t room = m->room - m->len;
    va_list args;
    int len;

    va_start(args, format);
    len = m->full ? -1 : vsnprintf(m->text + m->len, room, format, args);
    va_end(args);
    if (len < 0 || (size_t)len >= room)
        m->full = true;
    else
        m->len += (size_t)len;
}

void metrics_begin(struct metrics *m, char *memory, size_t room)
{
    CW_ASSERT(room > 0);
    *m = (struct metrics){.text = memory, .room = room};
    memory[0] = '\0';
}

static void put_head(struct metrics *m, enum metric which)
{
    const struct metric_row *row = &metric_table[which];

    CW_ASSERT(!m->begun || m->last <= which);
    if (m->begun && m->last == which)
        return;
    m->begun = true;
    m->last = which;
    put(m, "# TYPE %s %s\n", row->family, metric_type_name(row->type));
    if (row->unit[0] != '\0')
        put(m, "# UNIT %s %s\n", row->family, row->unit);
    put(m, "# HELP %s %s\n", row->family, row->sentence);
}

static void put_escaped(struct metrics *m, const char *value)
{
    for (; *value != '\0'; value++) {
        if (*value == '\n')
            put(m, "\\n");
        else
            put(m, *value == '"' || *value == '\\' ? "\\%c" : "%c", *value);
    }
}

static void put_labels(struct metrics *m, const struct metric_row *row, const char *const *values)
{
    const char *name = row->labels;

    if (name[0] == '\0')
        return;
    for (size_t i = 0; i < METRIC_LABELS_MAX && *name != '\0'; i++) {
        size_t len = strcspn(name, ",");

        put(m, "%s%.*s=\"", i == 0 ? "{" : ",", (int)len, name);
        put_escaped(m, values[i]);
        put(m, "\"");
        name += len + (name[len] == ',');
    }
    put(m, "}");
}

static void put_name(struct metrics *m, enum metric which, const char *const *values)
{
    const struct metric_row *row = &metric_table[which];

    put_head(m, which);
    put(m, "%s%s", row->family, suffix_of(row->type));
    put_labels(m, row, values);
}

void metrics_add(struct metrics *m, enum metric which, const char *const *values, uint64_t value)
{
    put_name(m, which, values);
    put(m, " %" PRIu64 "\n", value);
}

void metrics_add_ms(struct metrics *m, enum metric which, const char *const *values, int64_t ms)
{
    int64_t shown = ms > 0 ? ms : 0;

    put_name(m, which, values);
    put(m, " %" PRId64 ".%03" PRId64 "\n", shown / 1000, shown % 1000);
}

void metrics_add_signed_ms(struct metrics *m, enum metric which, const char *const *values, int64_t ms)
{
    uint64_t shown = ms < 0 ? -(uint64_t)ms : (uint64_t)ms;

    put_name(m, which, values);
    put(m, " %s%" PRIu64 ".%03" PRIu64 "\n", ms < 0 ? "-" : "", shown / 1000, shown % 1000);
}

void metrics_add_histogram(struct metrics *m, enum metric which, const int64_t *bounds_ms, const uint64_t *counts,
                           size_t count, uint64_t sum_ms)
{
    const char *family = metric_table[which].family;
    uint64_t up_to = 0;

    put_head(m, which);
    for (size_t i = 0; i < count; i++) {
        up_to += counts[i];
        put(m, "%s_bucket{le=\"%" PRId64 ".%03" PRId64 "\"} %" PRIu64 "\n", family, bounds_ms[i] / 1000,
            bounds_ms[i] % 1000, up_to);
    }
    up_to += counts[count];
    put(m, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n", family, up_to);
    put(m, "%s_sum %" PRIu64 ".%03" PRIu64 "\n%s_count %" PRIu64 "\n", family, sum_ms / 1000, sum_ms % 1000, family,
        up_to);
}

bool metrics_end(struct metrics *m)
{
    put(m, "# EOF\n");
    return !m->full;
}
