/* SPDX-License-Identifier: Apache-2.0 */
#include "host/journal_limit.h"

static struct journal_limit_row *row_of(struct journal_limit *l, const char *id, struct cw_mono now)
{
    size_t len = strnlen(id, JOURNAL_LIMIT_ID_LEN_MAX);

    for (uint32_t i = 0; i < l->count; i++) {
        if (strncmp(l->rows[i].id, id, len) == 0 && l->rows[i].id[len] == '\0')
            return &l->rows[i];
    }
    if (l->count == JOURNAL_LIMIT_IDS)
        return &l->rows[JOURNAL_LIMIT_IDS - 1];

    struct journal_limit_row *row = &l->rows[l->count++];
    *row = (struct journal_limit_row){.window = now};
    memcpy(row->id, id, len);
    return row;
}

/* Each is of a duty that an officer's signed record began, a few lines for each: none may be missing when it is looked for. */
static bool is_of_a_duty(const char *id)
{
    return strncmp(id, JOURNAL_LIMIT_NEVER, strlen(JOURNAL_LIMIT_NEVER)) == 0;
}

bool journal_limit_allows(struct journal_limit *l, const char *id, struct cw_mono now, uint32_t *out_held_back)
{
    struct journal_limit_row *row;

    if (is_of_a_duty(id)) {
        *out_held_back = 0;
        return true;
    }
    row = row_of(l, id, now);
    if (mono_reached(now, mono_after(row->window, JOURNAL_LIMIT_WINDOW_MS))) {
        row->window = now;
        row->lines = 0;
    }
    if (row->lines >= JOURNAL_LIMIT_LINES) {
        row->held_back++;
        l->held_back++;
        return false;
    }
    row->lines++;
    *out_held_back = row->held_back;
    row->held_back = 0;
    return true;
}

bool journal_limit_due(struct journal_limit *l, struct cw_mono now, char out_id[static JOURNAL_LIMIT_ID_LEN_MAX + 1],
                       uint32_t *out_held_back)
{
    for (uint32_t i = 0; i < l->count; i++) {
        struct journal_limit_row *row = &l->rows[i];

        if (row->held_back == 0 || !mono_reached(now, mono_after(row->window, JOURNAL_LIMIT_WINDOW_MS)))
            continue;
        *out_held_back = row->held_back;
        memcpy(out_id, row->id, sizeof row->id);
        row->held_back = 0;
        return true;
    }
    return false;
}
