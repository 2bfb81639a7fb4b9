/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/view.h"

#include "tool/dispute.h"

#include "lib/fault.h"
#include "proto/wire.h"

struct showing {
    const struct cli *cli;
    size_t count;
};

static void print_choice(const Cw__ViewValue *value, size_t number)
{
    char text[300], by[200], line[520];

    view_value(value, text, sizeof(text));
    view_by(value->author, view_said(value), by);
    snprintf(line, sizeof(line), "%s - %s", text[0] != '\0' ? text : "(withheld)", by);
    printf("%*s%zu ", VIEW_LABEL, "", number);
    view_wrap_lines(line, VIEW_LABEL + 2, 3);
}

static void print_word(const struct cli *cli, const struct dispute *d)
{
    bool proposed = d->kind == DISPUTE_PROPOSAL || d->kind == DISPUTE_EVENT;
    const char *word = proposed ? "PROPOSED" : dispute_is_open(d) ? "DISPUTED" : "by rule";

    printf("%s%s%s%*s", tone_on(cli, d->kind < DISPUTE_PROPOSAL ? TONE_BAD : TONE_CAREFUL), word, tone_off(cli),
           VIEW_LABEL - (int)strlen(word), "");
}

/* Candidates that the view left out, or that are more than are numbered. */
static uint32_t unseen(const struct dispute *d)
{
    if (d->conflict == NULL)
        return 0;
    return d->conflict->more_candidates +
           (uint32_t)(d->conflict->n_candidates > d->choice_count ? d->conflict->n_candidates - d->choice_count : 0);
}

static void show(void *context, const struct dispute *d)
{
    struct showing *s = context;
    char id[2 * DISPUTE_ID_LEN + 1], field[60], resolvers[160], line[400];

    if (!dispute_is_open(d) && !s->cli->verbose)
        return;
    dispute_id_text(d, 6, id);
    fault_clean_text(dispute_field(d), field, sizeof(field));
    dispute_resolvers(d, resolvers, sizeof(resolvers));
    if (dispute_is_open(d))
        snprintf(line, sizeof(line), "%s, for %s to decide: casewire conflict show %s", field, resolvers, id);
    else
        snprintf(line, sizeof(line), "%s: %s; casewire conflict undo %s", field, dispute_why(d), id);
    print_word(s->cli, d);
    view_wrap(line, VIEW_LABEL);
    for (size_t i = 0; i < d->choice_count; i++)
        print_choice(d->choices[i], i + 1);
    view_more(d->view, unseen(d), VIEW_LABEL + 2);
    s->count++;
}

void view_disputes(const struct cli *cli, const Cw__CaseView *view)
{
    struct showing showing = {cli, 0};

    dispute_find(view, show, &showing);
}
