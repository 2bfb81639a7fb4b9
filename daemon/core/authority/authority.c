/* SPDX-License-Identifier: Apache-2.0 */
#include "core/authority_table.h"

/* Memory and looking; records are applied in authority_apply.c, judged in authority_judge.c; members: authority_members.c. */

static size_t aligned(size_t len)
{
    return len + alignof(max_align_t);
}

size_t authority_memory(const struct authority_limits *limits)
{
    return aligned(sizeof(struct authority)) + aligned(limits->certs_max * sizeof(struct authority_cert)) +
           2 * aligned(limits->certs_max * sizeof(uint32_t)) +
           aligned(limits->policies_max * sizeof(struct authority_policy)) +
           aligned((size_t)WORDS_MAX * sizeof(struct membership_word));
}

struct authority *authority_init(void *memory, const struct authority_limits *limits, const struct network_id *network,
                                 const struct network_genesis *genesis)
{
    struct arena arena = arena_over(memory, authority_memory(limits));
    struct authority *a = ARENA_NEW(&arena, struct authority);

    CW_ASSERT(a != NULL && genesis->root_key_count <= ROOT_KEYS_MAX);
    a->limits = *limits;
    a->network = *network;
    a->roots[0].count = genesis->root_key_count;
    a->roots[0].threshold = genesis->threshold;
    memcpy(a->roots[0].keys, genesis->root_keys, sizeof a->roots[0].keys);
    a->certs = ARENA_TABLE(&arena, struct authority_cert, limits->certs_max);
    a->sorted = ARENA_TABLE(&arena, uint32_t, limits->certs_max);
    a->by_curve = ARENA_TABLE(&arena, uint32_t, limits->certs_max);
    a->policies = ARENA_TABLE(&arena, struct authority_policy, limits->policies_max);
    a->words = ARENA_TABLE(&arena, struct membership_word, (size_t)WORDS_MAX);
    CW_ASSERT(a->certs != NULL && a->sorted != NULL && a->by_curve != NULL && a->policies != NULL && a->words != NULL);
    return a;
}

struct authority_log *authority_log_of(struct authority *a, const struct log_id *log)
{
    for (uint32_t i = 0; i < a->log_count; i++) {
        if (ID_EQ(&a->logs[i].log, log))
            return &a->logs[i];
    }
    return NULL;
}

/* Where id is, or would be, among the sorted. */
static uint32_t rank_of(const struct authority *a, const struct cert_id *id)
{
    uint32_t low = 0, high = a->cert_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (ID_COMPARE(&a->certs[a->sorted[middle]].id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct authority_cert *authority_cert_of(const struct authority *a, const struct cert_id *id)
{
    uint32_t rank = rank_of(a, id);

    if (rank == a->cert_count || !ID_EQ(&a->certs[a->sorted[rank]].id, id))
        return NULL;
    return &a->certs[a->sorted[rank]];
}

static void fill_cert(struct authority_cert *cert, const struct certificate *c)
{
    CW_ASSERT(c->division.len <= DIVISION_LEN_MAX && c->name.len <= NAME_LEN_MAX && c->role_count <= ROLES_MAX);
    cert->subject = c->subject;
    if (c->division.len > 0)
        memcpy(cert->division, c->division.data, c->division.len);
    if (c->name.len > 0)
        memcpy(cert->name, c->name.data, c->name.len);
    memcpy(cert->sign_key, c->sign_key, KEY_LEN);
    memcpy(cert->seal_key, c->seal_key, KEY_LEN);
    memcpy(cert->curve_key, c->curve_key, KEY_LEN);
    for (uint32_t i = 0; i < c->role_count; i++)
        cert->roles |= c->roles[i] < 64 ? UINT64_C(1) << c->roles[i] : 0;
    cert->may_bundle = c->may_bundle;
    cert->not_before = c->not_before;
    cert->not_after = c->not_after;
    cert->issuer = c->issuer;
}

enum cw_err authority_admit_cert(struct authority *a, const struct authority_act_place *at, struct cw_slice bytes,
                                 const struct certificate *certificate)
{
    struct authority_cert *cert;
    struct cert_id id;
    uint32_t rank;

    cert_id_of(bytes, &id);
    if (authority_cert_of(a, &id) != NULL)
        return CW_OK;
    if (a->cert_count == a->limits.certs_max)
        return CW_LOCAL_MEMORY;
    rank = rank_of(a, &id);
    memmove(&a->sorted[rank + 1], &a->sorted[rank], (a->cert_count - rank) * sizeof *a->sorted);
    a->sorted[rank] = a->cert_count;
    cert = &a->certs[a->cert_count++];
    memset(cert, 0, sizeof *cert);
    cert->id = id;
    fill_cert(cert, certificate);
    cert->issued_log = at->log->log;
    cert->issued_seq = at->seq;
    authority_note_curve(a, a->cert_count - 1);
    return CW_OK;
}

/* --- looking ------------------------------------------------------------------------------------------- */

const struct authority_cert *authority_find(const struct authority *a, const struct cert_id *id)
{
    return authority_cert_of(a, id);
}

bool authority_same_holder(const struct authority *a, const struct cert_id *x, const struct cert_id *y)
{
    const struct authority_cert *one = authority_cert_of(a, x), *other = authority_cert_of(a, y);

    return one != NULL && other != NULL && one->subject == other->subject &&
           strcmp(one->division, other->division) == 0 && strcmp(one->name, other->name) == 0;
}

uint32_t authority_cert_count(const struct authority *a)
{
    return a->cert_count;
}

const struct authority_cert *authority_cert_at(const struct authority *a, uint32_t index)
{
    CW_ASSERT(index < a->cert_count);
    return &a->certs[index];
}

enum cert_standing authority_standing(const struct authority_cert *cert, struct cw_wall now)
{
    if (cert->revoked)
        return STANDING_REVOKED;
    if (now.ms < cert->not_before.ms)
        return STANDING_NOT_YET;
    return now.ms > cert->not_after.ms ? STANDING_EXPIRED : STANDING_GOOD;
}

/* A standing changes at `at`: one more bound of the stretch, on the side where it lies. */
static void bound_at(int64_t at, struct cw_wall now, struct cw_wall *from, struct cw_wall *until)
{
    if (at <= now.ms && at > from->ms)
        from->ms = at;
    if (at > now.ms && at < until->ms)
        until->ms = at;
}

void authority_dates_around(const struct authority *a, struct cw_wall now, struct cw_wall *out_from,
                            struct cw_wall *out_until)
{
    *out_from = (struct cw_wall){INT64_MIN};
    *out_until = (struct cw_wall){INT64_MAX};
    for (uint32_t i = 0; i < a->cert_count; i++) {
        const struct authority_cert *cert = &a->certs[i];

        if (cert->revoked)
            continue;
        bound_at(cert->not_before.ms, now, out_from, out_until);
        if (cert->not_after.ms < INT64_MAX)
            bound_at(cert->not_after.ms + 1, now, out_from, out_until);
    }
}

bool authority_log_known(const struct authority *a, const struct log_id *log, struct cert_id *out_cert)
{
    for (uint32_t i = 0; i < a->log_count; i++) {
        if (a->logs[i].is_root || !ID_EQ(&a->logs[i].log, log))
            continue;
        *out_cert = a->logs[i].cert;
        return true;
    }
    return false;
}

uint32_t authority_root_keys(const struct authority *a, uint64_t first, const uint8_t (**out_keys)[KEY_LEN],
                             uint32_t *out_threshold)
{
    uint32_t at = a->rotation_count;

    while (at > 0 && a->roots[at].seq >= first)
        at--;
    *out_keys = (const uint8_t(*)[KEY_LEN])a->roots[at].keys;
    *out_threshold = a->roots[at].threshold;
    return a->roots[at].count;
}

uint32_t authority_policies(const struct authority *a, const struct authority_policy **out)
{
    *out = a->policies;
    return a->policy_count;
}
