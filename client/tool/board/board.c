/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/board.h"

#include "lib/fault.h"
#include "proto/wire.h"

#include <stdlib.h>
#include <string.h>

const char *const board_names[BOARD_FIGURES] = {
    [BOARD_CHILDREN] = "children",
    [BOARD_EPISODES] = "episodes",
    [BOARD_REPEAT] = "repeat_missing",
    [BOARD_RETURNS] = "returns",
    [BOARD_ASKED] = "interviewed_within_72h",
    [BOARD_ASKED_LATE] = "interviewed_later",
    [BOARD_DECLINED] = "interview_declined",
    [BOARD_NOT_ASKED] = "not_interviewed",
    [BOARD_BREACHED] = "breached_clocks",
};
const char *const board_words[BOARD_FIGURES] = {
    [BOARD_CHILDREN] = "children with an episode",
    [BOARD_EPISODES] = "episodes reported",
    [BOARD_REPEAT] = "children missing 3 times in 90 days",
    [BOARD_RETURNS] = "returns",
    [BOARD_ASKED] = "  interviewed within 72 hours",
    [BOARD_ASKED_LATE] = "  interviewed later",
    [BOARD_DECLINED] = "  interview declined",
    [BOARD_NOT_ASKED] = "  not interviewed",
    [BOARD_BREACHED] = "duties not done in time",
};

void board_begin(struct board *b, struct cw_wall from, struct cw_wall to, struct cw_wall now)
{
    *b = (struct board){.from = from, .to = to, .now = now};
    for (int i = 0; i < BOARD_FIGURES; i++)
        b->traces[i] = json_array();
}

static int compare_traces(const void *left, const void *right)
{
    const json_t *const *l = left, *const *r = right;
    json_int_t l_at = json_integer_value(json_object_get(*l, "at_ms")),
               r_at = json_integer_value(json_object_get(*r, "at_ms"));
    int order;

    if (l_at != r_at)
        return l_at < r_at ? -1 : 1;
    order = strcmp(json_string_value(json_object_get(*l, "case")), json_string_value(json_object_get(*r, "case")));
    if (order == 0)
        order = strcmp(json_string_value(json_object_get(*l, "op")), json_string_value(json_object_get(*r, "op")));
    return order != 0
               ? order
               : strcmp(json_string_value(json_object_get(*l, "what")), json_string_value(json_object_get(*r, "what")));
}

static json_t *sorted(json_t *traces)
{
    size_t count = json_array_size(traces);
    json_t **at = calloc(count + 1, sizeof(*at)); /* NOLINT(bugprone-sizeof-expression): of pointers */
    json_t *out = json_array();

    CW_ASSERT(at != NULL);
    for (size_t i = 0; i < count; i++)
        at[i] = json_array_get(traces, i);
    qsort(at, count, sizeof(*at), compare_traces); /* NOLINT(bugprone-sizeof-expression): of pointers */
    for (size_t i = 0; i < count; i++)
        json_array_append(out, at[i]);
    free(at);
    json_decref(traces);
    return out;
}

void board_end(struct board *b)
{
    for (int i = 0; i < BOARD_FIGURES; i++)
        b->traces[i] = sorted(b->traces[i]);
}

void board_done(struct board *b)
{
    for (int i = 0; i < BOARD_FIGURES; i++)
        json_decref(b->traces[i]);
}

void board_trace(struct board *b, enum board_figure figure, const Cw__CaseView *view, struct cw_slice op,
                 const char *what, int64_t at)
{
    char reference[64] = "", hex[2 * CW_ID_LEN + 1] = "";

    TEXT(view->human_ref, reference);
    if (op.len == CW_ID_LEN)
        hex_of(op, hex);
    json_array_append_new(b->traces[figure], json_pack("{s:s, s:s, s:s, s:I}", "case", reference, "op", hex, "what",
                                                       what, "at_ms", (json_int_t)at));
}
