/* SPDX-License-Identifier: Apache-2.0 */
/* What a view as of another time and division counts, and what it cannot. */
#include "tool/view.h"

#include "lib/fault.h"
#include "lib/when.h"
#include "proto/wire.h"

static void put_unsure(const struct cli *cli, const Cw__ViewKnown *known)
{
    char op[2 * SHORT_ID_LEN + 1], text[120];

    snprintf(text, sizeof(text), "of %u statements nobody at the division that answers can say: left out%s",
             known->unsure, known->n_unsure_ops > 0 && cli->verbose ? ":" : "");
    view_wrap(text, VIEW_LABEL);
    for (size_t i = 0; cli->verbose && i < known->n_unsure_ops; i++) {
        short_id(known->unsure_ops[i], op);
        printf("%*s%s\n", VIEW_LABEL, "", op);
    }
}

void view_known(const struct cli *cli, const Cw__CaseView *view)
{
    const Cw__ViewKnown *known = view->known;
    char division[20], when[WHEN_TEXT_LEN_MAX], text[240];

    if (known == NULL)
        return;
    TEXT(known->division, division);
    when_london((struct cw_wall){(int64_t)known->at_ms}, true, when);
    view_label(cli, "as known");
    snprintf(text, sizeof(text), "at %s on %s: %u statements count, %u came or were written later", division, when,
             known->known, known->later);
    view_wrap(text, VIEW_LABEL);
    if (known->named > 0) {
        snprintf(text, sizeof(text), "%u of them because a statement of %s names them", known->named, division);
        printf("%*s", VIEW_LABEL, "");
        view_wrap(text, VIEW_LABEL);
    }
    if (known->unsure > 0) {
        printf("%*s", VIEW_LABEL, "");
        put_unsure(cli, known);
    }
}
