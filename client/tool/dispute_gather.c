/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/dispute.h"

#include "tool/lookup.h"
#include "tool/view.h"

#include "lib/fault.h"
#include "lib/when.h"
#include "proto/wire.h"

#include <stdlib.h>

static void keep(void *context, const struct dispute *dispute)
{
    struct disputes *d = context;

    if (d->count == d->room) {
        size_t room = d->room == 0 ? 32 : d->room * 2;
        struct dispute *at = realloc(d->at, room * sizeof(*at));

        CW_ASSERT(at != NULL);
        d->at = at;
        d->room = room;
    }
    d->at[d->count++] = *dispute;
}

/* What needs a person first; then the newest. */
static int by_need(const void *a, const void *b)
{
    const struct dispute *left = a, *right = b;
    struct cw_wall l = dispute_since(left), r = dispute_since(right);

    if (dispute_is_open(left) != dispute_is_open(right))
        return dispute_is_open(left) ? -1 : 1;
    if (l.ms != r.ms)
        return l.ms < r.ms ? 1 : -1;
    return memcmp(left->id, right->id, DISPUTE_ID_LEN);
}

static int digits_needed(const struct disputes *d)
{
    int digits = 4;

    for (size_t i = 0; i < d->count; i++)
        for (size_t j = i + 1; j < d->count; j++) {
            char a[2 * DISPUTE_ID_LEN + 1], b[2 * DISPUTE_ID_LEN + 1];
            int same = 0;

            dispute_id_text(&d->at[i], 2 * DISPUTE_ID_LEN, a);
            dispute_id_text(&d->at[j], 2 * DISPUTE_ID_LEN, b);
            while (same < 2 * DISPUTE_ID_LEN && a[same] == b[same])
                same++;
            if (same + 1 > digits)
                digits = same + 1;
        }
    return digits < 2 * DISPUTE_ID_LEN ? digits : 2 * DISPUTE_ID_LEN;
}

static enum exit_code gather_cases(const struct cli *cli, struct context *context, const char *name, size_t max,
                                   struct disputes *out)
{
    struct cw_list_query in_conflict = {.size = sizeof(in_conflict), .conflicts_only = 1},
                         newest = {.size = sizeof(newest)};
    enum exit_code code;

    if (name != NULL)
        return gather_one(cli, context, name, out->cases);
    code = gather_list(cli, context, &in_conflict, GATHER_MAX / 2, out->cases);
    out->more = out->cases->more;
    if (code != EXIT_DONE || max == 0)
        return code;
    return gather_list(cli, context, &newest, out->cases->count + max, out->cases);
}

enum exit_code disputes_gather(const struct cli *cli, struct context *context, const char *name, size_t max,
                               struct disputes *out)
{
    enum exit_code code;

    out->cases = calloc(1, sizeof(*out->cases));
    CW_ASSERT(out->cases != NULL);
    code = gather_cases(cli, context, name, max, out);
    for (size_t i = 0; code == EXIT_DONE && i < out->cases->count; i++)
        dispute_find(gather_view(out->cases, i), keep, out);
    if (out->count > 0)
        qsort(out->at, out->count, sizeof(*out->at), by_need);
    out->digits = digits_needed(out);
    return code;
}

void disputes_done(struct disputes *d)
{
    if (d->cases != NULL)
        gather_done(d->cases);
    free(d->cases);
    free(d->at);
    *d = (struct disputes){0};
}

/* --- finding one --------------------------------------------------------------------------------------------- */

static bool is_id(const char *name)
{
    size_t len = strlen(name);

    return len >= 4 && len <= (size_t)2 * DISPUTE_ID_LEN && strspn(name, "0123456789abcdef") == len;
}

static size_t count_id(const struct disputes *d, const char *name, const struct dispute **out)
{
    size_t count = 0;

    for (size_t i = 0; i < d->count; i++) {
        char id[2 * DISPUTE_ID_LEN + 1];

        dispute_id_text(&d->at[i], 2 * DISPUTE_ID_LEN, id);
        if (strncmp(id, name, strlen(name)) != 0)
            continue;
        *out = &d->at[i];
        count++;
    }
    return count;
}

static size_t count_field(const struct disputes *d, const char *field, const struct dispute **out)
{
    size_t count = 0;

    for (size_t i = 0; i < d->count; i++) {
        if (!slice_eq(dispute_field(&d->at[i]), slice_of(field)))
            continue;
        *out = &d->at[i];
        count++;
    }
    return count;
}

static enum exit_code judge(const struct cli *cli, const char *name, size_t count)
{
    if (count == 1)
        return EXIT_DONE;
    return complain(cli, count == 0 ? EXIT_NOT_FOUND : EXIT_USAGE,
                    &(struct trouble){count == 0 ? "there is no such conflict now" : "more than one conflict is meant",
                                      name,
                                      count == 0 ? "it may have been decided, or somebody said something new since: "
                                                   "then it has a new id"
                                                 : "give more digits of its id",
                                      "casewire conflict list"});
}

/* "K7Q2M4X.summary" */
static enum exit_code find_in_case(const struct cli *cli, struct context *context, const char *name, const char *dot,
                                   struct disputes *d, const struct dispute **out)
{
    char case_name[LOOKUP_LEN_MAX];
    enum exit_code code;

    snprintf(case_name, sizeof(case_name), "%.*s", (int)(dot - name), name);
    code = disputes_gather(cli, context, case_name, 0, d);
    return code == EXIT_DONE ? judge(cli, name, count_field(d, dot + 1, out)) : code;
}

enum exit_code disputes_find(const struct cli *cli, struct context *context, const char *name, struct disputes *d,
                             const struct dispute **out)
{
    const char *dot = strrchr(name, '.');
    enum exit_code code;
    size_t count;

    if (dot != NULL)
        return find_in_case(cli, context, name, dot, d, out);
    if (!is_id(name))
        return complain(cli, EXIT_USAGE,
                        &(struct trouble){"the conflict was not understood", name,
                                          "it is at least 4 digits of its id, or CASE.FIELD",
                                          "casewire conflict list"});
    code = disputes_gather(cli, context, NULL, CW_LIST_LIMIT_MAX, d);
    if (code != EXIT_DONE)
        return code;
    count = count_id(d, name, out);
    return judge(cli, name, count);
}

/* --- JSON ---------------------------------------------------------------------------------------------------- */

static json_t *choices_json(const struct dispute *d)
{
    json_t *array = json_array();

    for (size_t i = 0; i < d->choice_count; i++)
        json_array_append_new(array, json_of_message(&d->choices[i]->base));
    return array;
}

json_t *dispute_json(const struct dispute *d, int digits, uint32_t roles)
{
    static const char *const kinds[] = {"values", "step", "owner", "proposal", "event", "merged", "kept"};
    char id[2 * DISPUTE_ID_LEN + 1], case_id[2 * CW_ID_LEN + 1] = "", reference[64], title[200], field[60],
                                                             since[WHEN_TEXT_LEN_MAX];
    char resolvers[160];

    dispute_id_text(d, 2 * DISPUTE_ID_LEN, id);
    if (d->view->case_id.len == CW_ID_LEN)
        hex_of(wire_slice(d->view->case_id), case_id);
    TEXT(d->view->human_ref, reference);
    TEXT(d->view->title, title);
    fault_clean_text(dispute_field(d), field, sizeof(field));
    when_utc(dispute_since(d), since);
    dispute_resolvers(d, resolvers, sizeof(resolvers));
    return json_pack("{s:s, s:i, s:s, s:b, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:o, s:o*}", "id", id, "digits",
                     digits, "kind", kinds[d->kind], "open", dispute_is_open(d), "case_id", case_id, "human_ref",
                     reference, "title", title, "field", field, "why", dispute_why(d), "since", since, "resolvers",
                     resolvers, "you_may", dispute_is_for(d, roles), "choices", choices_json(d), "event",
                     d->event != NULL ? json_of_message(&d->event->base) : NULL);
}
