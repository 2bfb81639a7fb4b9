/* SPDX-License-Identifier: Apache-2.0 */
#include "core/authority_table.h"

#include "core/positions.h"

/*
 * Who reads what is written for an audience (docs/decisions/0022): whom some log's last word makes a member, and no log's
 * last word removes. Of each log its last word is kept, so records of several logs may come in any order. What has no
 * room is decided by each log alone, for the same reason.
 */

_Static_assert(AUTHORITY_LOGS_MAX <= 16, "a word has a bit for each log");
_Static_assert(AUDIENCES_MAX <= UINT16_MAX, "a word names its audience");

/* --- words --------------------------------------------------------------------------------------------- */

static int compare(const struct membership_word *word, uint32_t audience, const struct cert_id *id)
{
    if (word->audience != audience)
        return word->audience < audience ? -1 : 1;
    return ID_COMPARE(&word->cert, id);
}

/* Where the word is, or would be. */
static uint32_t rank_of(const struct authority *a, uint32_t audience, const struct cert_id *id)
{
    uint32_t low = 0, high = a->word_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (compare(&a->words[middle], audience, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct membership_word *word_on(const struct authority *a, uint32_t audience, const struct cert_id *id)
{
    uint32_t rank = rank_of(a, audience, id);

    return rank < a->word_count && compare(&a->words[rank], audience, id) == 0 ? &a->words[rank] : NULL;
}

static bool makes_a_member(const struct membership_word *word)
{
    return word->added != 0 && word->removed == 0;
}

static uint16_t bit_of(const struct authority *a, const struct authority_log *log)
{
    return (uint16_t)(1u << (log - a->logs));
}

/* The one to write this log's into; NULL: the log has said as many as one may. */
static struct membership_word *take_word(struct authority *a, struct authority_log *log, uint32_t audience,
                                         const struct cert_id *id)
{
    struct membership_word *found = word_on(a, audience, id);
    uint32_t rank;

    if (found != NULL && ((found->added | found->removed) & bit_of(a, log)) != 0)
        return found;
    if (log->word_count == LOG_WORDS_MAX)
        return NULL;
    log->word_count++;
    if (found != NULL)
        return found;
    rank = rank_of(a, audience, id);
    CW_ASSERT(a->word_count < WORDS_MAX);
    memmove(&a->words[rank + 1], &a->words[rank], (a->word_count - rank) * sizeof *a->words);
    a->words[rank] = (struct membership_word){.cert = *id, .audience = (uint16_t)audience};
    a->word_count++;
    return &a->words[rank];
}

static bool say(struct authority *a, struct authority_log *log, uint32_t audience, const struct cert_id *id,
                bool is_member)
{
    struct membership_word *word = take_word(a, log, audience, id);
    uint16_t bit = bit_of(a, log);

    if (word == NULL)
        return false;
    a->audiences[audience].member_count -= makes_a_member(word);
    word->added = (uint16_t)(is_member ? word->added | bit : word->added & ~bit);
    word->removed = (uint16_t)(is_member ? word->removed & ~bit : word->removed | bit);
    word->was_added = word->was_added || is_member;
    a->audiences[audience].member_count += makes_a_member(word);
    return true;
}

/* --- audiences ----------------------------------------------------------------------------------------- */

static uint32_t audience_of(const struct authority *a, struct cw_slice name)
{
    uint32_t i = 0;

    while (i < a->audience_count && !slice_eq(slice_of(a->audiences[i].name), name))
        i++;
    return i;
}

/* AUDIENCES_MAX: the log has named as many others as one may. */
static uint32_t name_audience(struct authority *a, struct authority_log *log, struct cw_slice name)
{
    uint32_t index = audience_of(a, name);

    if (index < a->audience_count && a->audiences[index].last[log - a->logs] != 0)
        return index;
    if (log->audience_count == LOG_AUDIENCES_MAX)
        return AUDIENCES_MAX;
    log->audience_count++;
    if (index == a->audience_count)
        authority_copy_text(a->audiences[a->audience_count++].name, name);
    return index;
}

/* The log of those that name it whose id comes next; log_count: none. */
static uint32_t next_log(const struct authority *a, const struct audience *audience, uint32_t after)
{
    uint32_t next = a->log_count;

    for (uint32_t i = 0; i < a->log_count; i++) {
        if (audience->last[i] == 0 || (after < a->log_count && ID_COMPARE(&a->logs[i].log, &a->logs[after].log) <= 0))
            continue;
        if (next == a->log_count || ID_COMPARE(&a->logs[i].log, &a->logs[next].log) < 0)
            next = i;
    }
    return next;
}

static void note_position(const struct authority *a, struct audience *audience)
{
    uint8_t heads[AUTHORITY_LOGS_MAX * (ID_LEN + 8)];
    struct writer w = writer_over(heads, sizeof heads);

    audience->membership = (struct position){.seq = 0};
    for (uint32_t i = next_log(a, audience, a->log_count); i < a->log_count; i = next_log(a, audience, i)) {
        audience->membership.log = a->logs[i].log;
        audience->membership.seq = audience->last[i];
        writer_bytes(&w, a->logs[i].log.b, ID_LEN);
        writer_be64(&w, audience->last[i]);
    }
    if (w.len > ID_LEN + 8)
        hash_one(LABEL_MEMBERS, slice(heads, w.len), audience->membership.seal.b);
}

enum cw_err authority_apply_membership(struct authority *a, const struct authority_act_place *at, struct cw_slice body,
                                       struct arena *scratch)
{
    struct act_membership act;
    bool has_room = true;
    enum cw_err err = act_membership_parse(body, scratch, &act);

    if (err != CW_OK)
        return err;
    if (act.audience.len == 0 || act.audience.len > NAME_LEN_MAX)
        return CW_REFUSED_SIZE;
    uint32_t index = name_audience(a, at->log, act.audience);
    if (index == AUDIENCES_MAX)
        return CW_LOCAL_MEMORY;
    /* Removals first: a record that names one certificate in both lists leaves it a member. */
    for (uint32_t i = 0; i < act.removed_count; i++)
        has_room = say(a, at->log, index, &act.removed[i], false) && has_room;
    for (uint32_t i = 0; i < act.added_count; i++)
        has_room = say(a, at->log, index, &act.added[i], true) && has_room;
    a->audiences[index].last[at->log - a->logs] = at->seq;
    note_position(a, &a->audiences[index]);
    return has_room ? CW_OK : CW_LOCAL_MEMORY;
}

/* --- looking ------------------------------------------------------------------------------------------- */

uint32_t authority_members(const struct authority *a, struct cw_slice audience, struct cert_id *out, uint32_t max,
                           struct position *out_membership)
{
    static const struct cert_id least = {{0}};
    uint32_t index = audience_of(a, audience), listed = 0;

    memset(out_membership, 0, sizeof *out_membership);
    if (index == a->audience_count)
        return 0;
    for (uint32_t i = rank_of(a, index, &least); i < a->word_count && a->words[i].audience == index; i++) {
        if (listed < max && makes_a_member(&a->words[i]))
            out[listed++] = a->words[i].cert;
    }
    *out_membership = a->audiences[index].membership;
    return a->audiences[index].member_count;
}

bool authority_membership_reached(const struct authority *a, struct cw_slice audience,
                                  const struct positions *positions)
{
    uint32_t index = audience_of(a, audience);

    if (index == a->audience_count)
        return false;
    for (uint32_t i = 0; i < a->log_count; i++) {
        const struct position *named = positions_find(positions, &a->logs[i].log);

        if ((named == NULL ? 0 : named->seq) < a->audiences[index].last[i])
            return false;
    }
    return true;
}

/* Asked for each maker of a key, while one to write under is looked for. */
bool authority_reads(const struct authority *a, struct cw_slice audience, const struct cert_id *id)
{
    const struct membership_word *word = word_on(a, audience_of(a, audience), id);
    const struct authority_cert *cert = word != NULL && makes_a_member(word) ? authority_cert_of(a, id) : NULL;

    return cert != NULL && !cert->revoked;
}

bool authority_ever_member(const struct authority *a, struct cw_slice audience, const struct cert_id *id)
{
    const struct membership_word *word = word_on(a, audience_of(a, audience), id);

    return word != NULL && word->was_added;
}
