/* SPDX-License-Identifier: Apache-2.0 */
/* What is computed of a child's record, and what nobody has said yet. */
#include "tool/view.h"

#include "proto/schema.h"
#include "proto/wire.h"

#define UNSAID_SHOWN 6

static const Cw__ViewValue *value_of(const Cw__CaseView *view, uint32_t field)
{
    for (size_t i = 0; i < view->n_fields; i++)
        if (view->fields[i]->field == field && view->fields[i]->n_values > 0)
            return view->fields[i]->values[0];
    return NULL;
}

bool view_is_counted(const Cw__ViewField *field)
{
    return field->field == FIELD_EPISODE_COUNT || field->field == FIELD_EPISODE_COUNT_90D ||
           field->field == FIELD_REPEAT_MISSING;
}

/* "reported missing 4 times, 3 in 90 days: REPEAT_MISSING": the first time says nothing new. */
void view_episode_count(const struct cli *cli, const Cw__CaseView *view)
{
    const Cw__ViewValue *all = value_of(view, FIELD_EPISODE_COUNT), *recent = value_of(view, FIELD_EPISODE_COUNT_90D),
                        *repeat = value_of(view, FIELD_REPEAT_MISSING);
    char count[20], window[60], line[200];
    bool is_repeat = repeat != NULL && repeat->value != NULL && repeat->value->flag;

    if (all == NULL || recent == NULL || all->value == NULL || all->value->number < 2)
        return;
    view_value(all, count, sizeof(count));
    view_value(recent, window, sizeof(window));
    view_label(cli, "again");
    snprintf(line, sizeof(line), "reported missing %s times, %s%s", count, window, is_repeat ? ":" : "");
    printf("%s%s%s%s\n", line, tone_on(cli, is_repeat ? TONE_BAD : TONE_PLAIN), is_repeat ? " REPEAT_MISSING" : "",
           tone_off(cli));
}

/* Of two episodes that both lack it, it is asked once: -v has for which. */
static bool is_named_before(const Cw__CaseView *view, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (view->fields[i]->missing && view->fields[i]->field == view->fields[at]->field)
            return true;
    return false;
}

/* The episode's before the record's: those are asked at the door. */
static size_t put_unsaid(const Cw__CaseView *view, bool all, enum field_place place, size_t count, char *out,
                         size_t cap)
{
    size_t used = strlen(out);

    for (size_t i = 0; i < view->n_fields; i++) {
        const Cw__ViewField *f = view->fields[i];
        const struct schema_field *row = schema_field(f->field);
        char name[60];
        int len;

        if (!f->missing || row == NULL || row->place != place || is_named_before(view, i))
            continue;
        if (count++ >= UNSAID_SHOWN && !all)
            continue;
        view_words(f->name, name, sizeof(name));
        len = snprintf(out + used, cap - used, "%s%s", used > 0 ? ", " : "", name);
        used += len > 0 && (size_t)len < cap - used ? (size_t)len : 0;
    }
    return count;
}

void view_unsaid(const struct cli *cli, const Cw__CaseView *view)
{
    char names[1000] = "", line[1060];
    size_t count = put_unsaid(view, cli->verbose, PLACE_EPISODE, 0, names, sizeof(names));

    count = put_unsaid(view, cli->verbose, PLACE_CASE, count, names, sizeof(names));
    if (count == 0)
        return;
    if (count > UNSAID_SHOWN && !cli->verbose)
        snprintf(line, sizeof(line), "%s and %zu more: -v", names, count - UNSAID_SHOWN);
    else
        snprintf(line, sizeof(line), "%s", names);
    view_label(cli, "not said");
    view_wrap(line, VIEW_LABEL);
}
