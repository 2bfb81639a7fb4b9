/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/brief.h"

#include "tool/verb.h"

#include "proto/wire.h"

#include <stdlib.h>

static void keep(void *context, const struct waiting *waiting)
{
    struct brief *b = context;

    if (waiting->class == WAITING_RULE)
        return; /* a rule settled it: it waits for nobody */
    if (b->item_count == b->item_room) {
        size_t room = b->item_room == 0 ? 32 : b->item_room * 2;
        struct waiting *items = realloc(b->items, room * sizeof(*items));

        CW_ASSERT(items != NULL);
        b->items = items;
        b->item_room = room;
    }
    b->items[b->item_count++] = *waiting;
}

static bool has_live(const Cw__CaseView *view)
{
    for (size_t i = 0; i < view->n_episodes; i++)
        if (verb_is_live(view->episodes[i]))
            return true;
    return false;
}

/* Of another division's case only what waits for this one: what anybody may decide there is no affair of the shift's. */
static void leave_theirs(struct brief *b, size_t from)
{
    size_t kept = from;

    for (size_t i = from; i < b->item_count; i++)
        if (b->items[i].here)
            b->items[kept++] = b->items[i];
    b->item_count = kept;
}

static bool is_offered(const struct brief *b, size_t from)
{
    for (size_t i = from; i < b->item_count; i++)
        if (b->items[i].class == WAITING_OFFER)
            return true;
    return false;
}

static void take_case(struct brief *b, const Cw__CaseView *view)
{
    struct brief_case *one = &b->at[b->case_count];
    bool own = waiting_is_own(view, &b->who);

    *one = (struct brief_case){.view = view, .own = own, .risk = waiting_risk(view), .first = b->item_count};
    waiting_find(view, &b->who, keep, b);
    one->offered = !own && is_offered(b, one->first);
    if (!own && !one->offered) /* whoever may take it over has to know what is open in it */
        leave_theirs(b, one->first);
    one->live = has_live(view);
    one->count = b->item_count - one->first;
    if (one->count > 0 || (own && (one->live || task_next(view, NULL) != NULL))) {
        qsort(b->items + one->first, one->count, sizeof(*b->items), waiting_compare);
        b->case_count++;
    }
}

static int by_danger(const void *a, const void *b)
{
    const struct brief_case *left = a, *right = b;

    if (left->live != right->live)
        return left->live ? -1 : 1;
    if (left->risk != right->risk)
        return left->risk < right->risk ? 1 : -1;
    return slice_compare(wire_slice(left->view->case_id), wire_slice(right->view->case_id));
}

static enum exit_code gather_all(const struct cli *cli, struct context *context, size_t max, struct brief *b)
{
    enum exit_code code = EXIT_DONE;

    for (int i = 0; code == EXIT_DONE && i < cli->operand_count; i++)
        code = gather_one(cli, context, cli->operands[i], &b->cases);
    if (cli->operand_count > 0)
        return code;
    return gather_pressing(cli, context, max, &b->cases);
}

enum exit_code brief_fill(const struct cli *cli, struct context *context, size_t max, struct brief *out)
{
    enum exit_code code;

    waiting_for_context(context, 6, &out->who);
    out->who.roles = ~0u; /* the shift's, whoever it is for */
    code = gather_all(cli, context, max, out);
    if (code != EXIT_DONE)
        return code;
    waiting_listen(cli, context, &out->who);
    out->at = calloc(out->cases.count + 1, sizeof(*out->at));
    CW_ASSERT(out->at != NULL);
    for (size_t i = 0; i < out->cases.count; i++)
        take_case(out, gather_view(&out->cases, i));
    qsort(out->at, out->case_count, sizeof(*out->at), by_danger);
    return EXIT_DONE;
}

void brief_done(struct brief *brief)
{
    gather_done(&brief->cases);
    free(brief->at);
    free(brief->items);
}
