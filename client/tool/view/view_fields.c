/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/view.h"

#include "lib/fault.h"
#include "proto/schema.h"
#include "proto/wire.h"

#define FIELD_WIDTH 22

static void print_value(const struct cli *cli, const Cw__ViewValue *value)
{
    char text[4200], by[200];

    view_value(value, text, sizeof(text));
    if (value->withheld)
        snprintf(text, sizeof(text), "(exists, not readable here)");
    view_wrap(text, FIELD_WIDTH);
    if (value->flagged_void)
        printf("%*s%sflag:%s from an author whose authority was withdrawn\n", FIELD_WIDTH, "",
               tone_on(cli, TONE_CAREFUL), tone_off(cli));
    if (!cli->verbose)
        return;
    view_provenance(value, by, sizeof(by));
    printf("%*sby ", FIELD_WIDTH, "");
    view_wrap(by, FIELD_WIDTH + 3);
    for (size_t i = 0; i < value->n_replaced; i++) {
        char op[2 * SHORT_ID_LEN + 1];

        short_id(value->replaced[i]->op, op);
        printf("%*sreplaces %s.%u\n", FIELD_WIDTH, "", op, value->replaced[i]->index);
    }
}

/* "missing_risk", or "missing_risk 2c" for the episode whose id begins with 2c. */
static void name_of(const Cw__ViewField *field, char *out, size_t cap)
{
    char name[60], episode[3] = "";

    TEXT(field->name, name);
    if (field->episode.len != 0)
        hex_of(slice(field->episode.data, 1), episode);
    snprintf(out, cap, "%s%s%s", name, episode[0] != '\0' ? " " : "", episode);
}

static void print_field(const struct cli *cli, const Cw__CaseView *view, const Cw__ViewField *field)
{
    char name[70];
    int pad;

    name_of(field, name, sizeof(name));
    pad = FIELD_WIDTH - (int)text_width(name);
    pad = pad > 1 ? pad : 1;
    for (size_t i = 0; i < field->n_values; i++) {
        printf("%s%*s", i == 0 ? name : "", i == 0 ? pad : FIELD_WIDTH, "");
        print_value(cli, field->values[i]);
    }
    view_more(view, field->more_values, FIELD_WIDTH);
    if (field->missing)
        printf("%s%*s%snot said yet%s\n", name, pad, "", tone_on(cli, TONE_CAREFUL), tone_off(cli));
}

/* Said in the first lines already: title, risk, and whatever is in conflict. */
static bool was_said(const Cw__CaseView *view, const Cw__ViewField *field)
{
    const struct schema_field *row = schema_field(field->field);

    if (field->n_values == 0)
        return true;
    return view_is_counted(field) || field->conflict || field == view_risk_field(view) ||
           (row != NULL && row->number == FIELD_TITLE);
}

static void print_fields(const struct cli *cli, const Cw__CaseView *view, bool over, const char *heading)
{
    bool any = false;

    for (size_t i = 0; i < view->n_fields; i++) {
        const Cw__ViewField *field = view->fields[i];

        if (view_is_over(view, field) != over || (!cli->verbose && was_said(view, field)))
            continue;
        if (!any)
            printf("\n%s%s%s%s", tone_on(cli, TONE_HEAD), heading, tone_off(cli), *heading != '\0' ? "\n" : "");
        any = true;
        print_field(cli, view, field);
    }
}

void view_fields(const struct cli *cli, const Cw__CaseView *view)
{
    print_fields(cli, view, false, "");
    print_fields(cli, view, true, "when it was missing before"); /* the risk of then is none of now */
}
