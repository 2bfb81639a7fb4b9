/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/view.h"

#include "lib/fault.h"
#include "proto/wire.h"

#define LABEL_WIDTH 22

static void join(ProtobufCBinaryData *items, size_t count, char *out, size_t cap)
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        char text[60];
        int len;

        TEXT(items[i], text);
        len = snprintf(out + used, cap - used, "%s%s", i > 0 ? ", " : "", text);
        if (len < 0 || (size_t)len >= cap - used)
            return;
        used += (size_t)len;
    }
}

static void print_candidate(const Cw__ViewValue *value)
{
    char text[300], by[200];

    view_value(value, text, sizeof(text));
    view_provenance(value, by, sizeof(by));
    printf("    - ");
    view_wrap(text, 6);
    printf("      by %s\n", by);
}

void view_conflicts(const struct cli *cli, const Cw__CaseView *view)
{
    for (size_t i = 0; i < view->n_conflicts; i++) {
        const Cw__ViewConflict *c = view->conflicts[i];
        char field[60], why[200], resolvers[200];

        TEXT(c->field, field);
        TEXT(c->why, why);
        join(c->resolvers, c->n_resolvers, resolvers, sizeof(resolvers));
        printf("\n%sCONFLICT%s  %s: ", tone_on(cli, TONE_BAD), tone_off(cli), field);
        view_wrap(why, 10);
        for (size_t v = 0; v < c->n_candidates; v++)
            print_candidate(c->candidates[v]);
        if (resolvers[0] != '\0') {
            printf("    may be resolved by: ");
            view_wrap(resolvers, 24);
        }
    }
}

static void print_value(const struct cli *cli, const Cw__ViewValue *value)
{
    char text[4200], by[200];

    view_value(value, text, sizeof(text));
    if (value->withheld)
        snprintf(text, sizeof(text), "(exists, not readable here)");
    view_wrap(text, LABEL_WIDTH);
    if (value->flagged_void)
        printf("%*s%sflag:%s from an author whose authority was withdrawn\n", LABEL_WIDTH, "",
               tone_on(cli, TONE_CAREFUL), tone_off(cli));
    if (!cli->verbose)
        return;
    view_provenance(value, by, sizeof(by));
    printf("%*sby %s\n", LABEL_WIDTH, "", by);
    for (size_t i = 0; i < value->n_replaced; i++) {
        char op[2 * SHORT_ID_LEN + 1];

        short_id(value->replaced[i]->op, op);
        printf("%*sreplaces %s.%u\n", LABEL_WIDTH, "", op, value->replaced[i]->index);
    }
}

static void print_field(const struct cli *cli, const Cw__ViewField *field)
{
    char name[60];

    TEXT(field->name, name);
    for (size_t i = 0; i < field->n_values; i++) {
        int pad = LABEL_WIDTH - (int)text_width(name);

        printf("%s%*s", i == 0 ? name : "", i == 0 ? (pad > 1 ? pad : 1) : LABEL_WIDTH, "");
        print_value(cli, field->values[i]);
    }
    for (size_t i = 0; i < field->n_proposals; i++) {
        printf("%-*s%sproposed:%s ", LABEL_WIDTH, i == 0 && field->n_values == 0 ? name : "",
               tone_on(cli, TONE_CAREFUL), tone_off(cli));
        print_value(cli, field->proposals[i]);
    }
    if (field->missing)
        printf("%-*s%smissing%s\n", LABEL_WIDTH, name, tone_on(cli, TONE_CAREFUL), tone_off(cli));
}

void view_fields(const struct cli *cli, const Cw__CaseView *view)
{
    if (view->n_fields > 0)
        putchar('\n');
    for (size_t i = 0; i < view->n_fields; i++)
        print_field(cli, view->fields[i]);
}
