/* SPDX-License-Identifier: Apache-2.0 */
/* Who writes, and what: officers and values, drawn. */
#include "tests/sim/workload_parts.h"

#include <stdio.h>

struct rng *work_dice(struct sim *s)
{
    return &s->work;
}

const struct actor *work_officer(const struct sim *s, uint32_t division, enum officer post)
{
    return &s->cast->officers[division][post];
}

const struct actor *work_someone_with(struct sim *s, uint32_t division, uint32_t roles)
{
    uint32_t first = rng_below(work_dice(s), OFFICERS_PER_DIVISION);

    for (uint32_t i = 0; i < OFFICERS_PER_DIVISION; i++) {
        const struct actor *a = work_officer(s, division, (enum officer)((first + i) % OFFICERS_PER_DIVISION));

        if ((a->roles & roles) != 0)
            return a;
    }
    return NULL;
}

/* --- values ------------------------------------------------------------------------------------------------------- */

int64_t work_ordinal(struct sim *s, enum scale scale)
{
    const struct schema_value *values;
    size_t count;
    uint32_t seen = 0;
    int64_t picked = 1;

    values = schema_values(&count);
    for (size_t i = 0; i < count; i++) {
        if (values[i].scale == scale && rng_below(work_dice(s), ++seen) == 0)
            picked = values[i].number;
    }
    return picked;
}

const char *work_text(struct sim *s, const struct schema_field *row)
{
    static const char *const words[] = {"ash", "birch", "cedar"};
    char text[64];
    const char *word = words[rng_below(work_dice(s), CW_COUNT(words))];
    const char *first = row->scale == SCALE_NONE ? NULL : schema_value_name(row->scale, work_ordinal(s, row->scale));

    if ((row->flags & FORM_PHONE) != 0)
        snprintf(text, sizeof text, "07700 900%03u", rng_below(work_dice(s), 1000));
    else if ((row->flags & FORM_CODE) != 0)
        snprintf(text, sizeof text, "%s",
                 s->cast->daemons[rng_below(work_dice(s), s->options.division_count)].division);
    else if (row->type == TYPE_DATE)
        snprintf(text, sizeof text, "2010-0%u", 1 + rng_below(work_dice(s), 9));
    else if (first != NULL)
        snprintf(text, sizeof text, "%s %s", first, (row->flags & FORM_REFERENCE) != 0 ? "A-1/22" : word);
    else if ((row->flags & FORM_REFERENCE) != 0)
        snprintf(text, sizeof text, "EX-%u", rng_below(work_dice(s), 6));
    else
        snprintf(text, sizeof text, "%s %u", word, rng_below(work_dice(s), 2));
    if (row->bound > 0 && strlen(text) > (size_t)row->bound)
        text[row->bound] = '\0';
    return arena_copy(&s->keep, text, strlen(text) + 1);
}

/*
 * In minutes from when the world begins: what has been lies before it, a child is seen before it is reported and reported
 * before it is back, and what is to come lies behind the world's end.
 */
static int64_t some_minute(struct sim *s, const struct schema_field *row)
{
    int64_t minutes = rng_below(work_dice(s), 1000);

    if ((row->flags & FIELD_HAS_BEEN) == 0)
        return minutes + 1440;
    return -minutes - (row->number == FIELD_LAST_SEEN ? 2400 : row->number == FIELD_REPORTED_AT ? 1200 : 60);
}

static void some_interval(struct sim *s, struct op_write *w, const struct schema_field *row)
{
    w->has_value = true;
    w->value.type = VALUE_INTERVAL;
    w->value.number = WALL_AT_ZERO_MS + some_minute(s, row) * 60000;
    w->value.latest = w->value.number + (row->type == TYPE_TIME ? 0 : (int64_t)rng_below(work_dice(s), 60) * 60000);
}

struct op_write *work_value(struct sim *s, struct draft *d, const struct schema_field *row)
{
    struct op_write *w;

    switch (row->type) {
    case TYPE_ENUM:
        return draft_number(d, row->number, work_ordinal(s, row->scale));
    case TYPE_FLAG:
        return draft_number(d, row->number, rng_below(work_dice(s), 2));
    case TYPE_NUMBER:
    case TYPE_PENCE:
    case TYPE_MG:
        return draft_number(d, row->number, 1 + rng_below(work_dice(s), 200));
    case TYPE_INTERVAL:
    case TYPE_TIME:
        w = draft_write(d, row->number, VERB_SET);
        some_interval(s, w, row);
        return w;
    case TYPE_REF:
        w = draft_write(d, row->number, schema_field_is_set(row) ? VERB_ADD : VERB_SET);
        w->has_value = true;
        w->value.type = VALUE_ID;
        memset(w->value.id.b, 1 + (int)rng_below(work_dice(s), 4), ID_LEN);
        return w;
    default:
        return draft_text(d, row->number, work_text(s, row));
    }
}
