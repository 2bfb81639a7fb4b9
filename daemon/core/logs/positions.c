/* SPDX-License-Identifier: Apache-2.0 */
#include "core/positions.h"

static uint32_t index_of(const struct positions *in, const struct log_id *log)
{
    uint32_t i = 0;

    while (i < in->count && !ID_EQ(&in->at[i].log, log))
        i++;
    return i;
}

const struct position *positions_find(const struct positions *in, const struct log_id *log)
{
    uint32_t i = index_of(in, log);

    return i < in->count ? &in->at[i] : NULL;
}

static bool raise_one(struct positions *known, const struct position *change)
{
    uint32_t i = index_of(known, &change->log);

    if (i == known->count) {
        if (known->count == AUTH_POSITIONS_MAX)
            return false;
        known->at[known->count++] = *change;
    } else if (known->at[i].seq < change->seq) {
        known->at[i] = *change;
    }
    return true;
}

bool positions_raise(struct positions *known, const struct positions *changes)
{
    bool all = true;

    for (uint32_t i = 0; i < changes->count; i++)
        all = raise_one(known, &changes->at[i]) && all;
    return all;
}

bool positions_go_back(const struct positions *known, const struct positions *changes)
{
    for (uint32_t i = 0; i < changes->count; i++) {
        const struct position *before = positions_find(known, &changes->at[i].log);

        if (before != NULL && changes->at[i].seq < before->seq)
            return true;
        for (uint32_t j = 0; j < i; j++) {
            if (ID_EQ(&changes->at[j].log, &changes->at[i].log) && changes->at[i].seq < changes->at[j].seq)
                return true;
        }
    }
    return false;
}

void positions_changes(const struct positions *known, const struct positions *now, struct positions *out)
{
    memset(out, 0, sizeof *out);
    for (uint32_t i = 0; i < now->count; i++) {
        const struct position *before = positions_find(known, &now->at[i].log);

        if (before == NULL || before->seq < now->at[i].seq)
            out->at[out->count++] = now->at[i];
    }
}
