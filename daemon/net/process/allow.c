/* SPDX-License-Identifier: Apache-2.0 */
#include "net/allow.h"

#include <stdlib.h>

static int compare_rows(const void *left, const void *right)
{
    const struct allow_row *a = left;
    const struct allow_row *b = right;

    return memcmp(a->key, b->key, KEY_LEN);
}

static int compare_places(const void *left, const void *right)
{
    const struct allow_row *a = left;
    const struct allow_row *b = right;
    int keys = compare_rows(left, right);

    if (keys != 0)
        return keys;
    if ((a->standing == STANDING_GOOD) != (b->standing == STANDING_GOOD))
        return a->standing == STANDING_GOOD ? -1 : 1;
    return a->order > b->order ? -1 : 1;
}

void allow_done(struct allow *a)
{
    free(a->rows);
    *a = (struct allow){0};
}

enum cw_err allow_replace(struct allow *a, const struct allow_row *rows, uint32_t count)
{
    struct allow_row *copy;

    if (count > ALLOW_KEYS_MAX)
        return CW_REFUSED_SIZE;

    copy = calloc(count == 0 ? 1 : count, sizeof *copy);
    if (copy == NULL)
        return CW_LOCAL_MEMORY;
    if (count != 0)
        memcpy(copy, rows, count * sizeof *copy);
    for (uint32_t i = 0; i < count; i++)
        copy[i].order = i;
    qsort(copy, count, sizeof *copy, compare_places);

    allow_done(a);
    *a = (struct allow){copy, count};
    return CW_OK;
}

const struct allow_row *allow_find(const struct allow *a, const uint8_t key[static KEY_LEN])
{
    struct allow_row wanted = {0};
    const struct allow_row *found;

    if (a->count == 0)
        return NULL;
    memcpy(wanted.key, key, KEY_LEN);
    found = bsearch(&wanted, a->rows, a->count, sizeof *a->rows, compare_rows);
    while (found != NULL && found > a->rows && compare_rows(found - 1, &wanted) == 0)
        found--;
    return found;
}

static bool belongs(enum subject_kind subject, enum door door)
{
    switch (door) {
    case DOOR_PEERS:
        return subject == SUBJECT_DAEMON;
    case DOOR_CLIENTS:
        return subject == SUBJECT_PERSON || subject == SUBJECT_REGIONAL;
    case DOOR_COUNT:
        break;
    }
    return false;
}

enum allow_verdict allow_judge(const struct allow_row *row, enum door door)
{
    if (row == NULL)
        return ALLOW_UNKNOWN;
    switch (row->standing) {
    case STANDING_GOOD:
        return belongs(row->subject, door) ? ALLOW_YES : ALLOW_WRONG_DOOR;
    case STANDING_EXPIRED:
        return ALLOW_EXPIRED;
    case STANDING_NOT_YET:
        return ALLOW_NOT_YET;
    case STANDING_REVOKED:
        break;
    }
    return ALLOW_REVOKED; /* or a standing that only a newer core knows */
}

enum allow_verdict allow_judge_cert(const struct allow *a, const struct cert_id *cert)
{
    enum allow_verdict verdict = ALLOW_UNKNOWN;

    for (uint32_t i = 0; i < a->count; i++) {
        if (!ID_EQ(&a->rows[i].cert, cert))
            continue;
        if (a->rows[i].standing == STANDING_GOOD)
            return ALLOW_YES;
        verdict = allow_judge(&a->rows[i], DOOR_PEERS);
    }
    return verdict;
}

enum link_end allow_end(enum allow_verdict verdict)
{
    return verdict == ALLOW_EXPIRED   ? LINK_END_HERE_EXPIRED
           : verdict == ALLOW_NOT_YET ? LINK_END_HERE_NOT_YET
                                      : LINK_END_HERE_REFUSED;
}

static const struct {
    const char *word, *sentence;
} verdicts[ALLOW_VERDICTS] = {
    [ALLOW_YES] = {"allowed", "allowed"},
    [ALLOW_UNKNOWN] = {"unknown-key", "no certificate of this network has this key"},
    [ALLOW_REVOKED] = {"revoked-key", "its certificate is revoked"},
    [ALLOW_EXPIRED] = {"expired", "its certificate has expired"},
    [ALLOW_NOT_YET] = {"not-yet-valid", "its certificate is not valid yet"},
    [ALLOW_WRONG_DOOR] = {"wrong-socket", "its certificate does not belong on this socket"},
};

const char *allow_reason(enum allow_verdict verdict)
{
    return verdicts[verdict < ALLOW_VERDICTS ? verdict : ALLOW_UNKNOWN].sentence;
}

const char *allow_word(enum allow_verdict verdict)
{
    return verdicts[verdict < ALLOW_VERDICTS ? verdict : ALLOW_UNKNOWN].word;
}
