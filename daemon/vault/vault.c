/* SPDX-License-Identifier: Apache-2.0 */
#include "vault/internal.h"
#include "vault/locked.h"

#include <stdlib.h>

#define AUDIENCE_KEYS_DEFAULT 4096
/* Of all keys: what one author may have, what this daemon alone has, and what all have together who were never members. */
#define AUTHOR_SHARE 4
#define OWN_SHARE 8
#define OUTSIDE_SHARE 16

static bool take_memory(struct vault *v, bool strict)
{
    v->secrets_len = sizeof *v->secrets + v->keys_max * sizeof v->secrets->audience[0];
    v->secrets = locked_new(v->secrets_len, strict);
    v->keys = calloc(v->keys_max, sizeof *v->keys);
    v->lock = calloc(1, sizeof *v->lock);
    return v->secrets != NULL && v->keys != NULL && v->lock != NULL && pthread_rwlock_init(v->lock, NULL) == 0;
}

enum cw_err vault_new(const struct vault_limits *limits, const struct cert_id *self,
                      const struct box_secret *seal_secret, bool strict, struct vault **out)
{
    struct vault *v = calloc(1, sizeof *v);

    if (v == NULL)
        return CW_LOCAL_MEMORY;
    v->self = *self;
    v->keys_max = limits->audience_keys_max != 0 ? limits->audience_keys_max : AUDIENCE_KEYS_DEFAULT;
    if (!take_memory(v, strict)) {
        free(v->lock); /* initialised last, so not initialised here */
        v->lock = NULL;
        vault_free(v);
        return CW_LOCAL_MEMORY;
    }
    v->secrets->seal = *seal_secret;
    *out = v;
    return CW_OK;
}

void vault_formerly(struct vault *v, const struct cert_id *cert)
{
    for (uint32_t i = 0; i < v->former_count && i < VAULT_FORMER_MAX; i++) {
        if (ID_EQ(&v->former[i], cert))
            return;
    }
    v->former[v->former_count % VAULT_FORMER_MAX] = *cert;
    v->former_count++;
}

void vault_free(struct vault *v)
{
    if (v == NULL)
        return;
    if (v->lock != NULL)
        (void)pthread_rwlock_destroy(v->lock);
    free(v->lock);
    free(v->keys);
    locked_free(v->secrets, v->secrets_len);
    free(v);
}

/* true: it is there. false: *out_at is where it belongs. */
static bool find(const struct vault *v, const struct key_record_id *id, size_t *out_at)
{
    return ID_FIND(struct audience_key, v->keys, v->key_count, id, id, out_at);
}

const struct audience_key *vault_find(const struct vault *v, const struct key_record_id *id)
{
    size_t at;

    return find(v, id, &at) ? &v->keys[at] : NULL;
}

/*
 * Whether one more of this author's may be held. A certified daemon can write as many key records as it likes, and whose honest ones
 * then found no room would have statements that nobody here can read.
 */
static bool has_room(const struct vault *v, const struct key_author *author)
{
    uint32_t of_author = 0, outside = 0;

    if (v->key_count == v->keys_max)
        return false;
    if (ID_EQ(&author->cert, &v->self))
        return true;
    if (v->key_count >= v->keys_max - v->keys_max / OWN_SHARE)
        return false;
    if (author->member && v->key_count < v->keys_max / AUTHOR_SHARE) /* the usual case: nobody has a share yet */
        return true;
    for (uint32_t i = 0; i < v->key_count; i++) {
        of_author += ID_EQ(&v->keys[i].author.cert, &author->cert);
        outside += !v->keys[i].author.member;
    }
    return of_author < v->keys_max / AUTHOR_SHARE && (author->member || outside < v->keys_max / OUTSIDE_SHARE);
}

static void insert(struct vault *v, size_t at, const struct key_record_id *id, const struct key_author *author,
                   const struct key_record *record, const struct audience_secret *secret)
{
    struct audience_key *key = &v->keys[at];

    memmove(key + 1, key, (v->key_count - at) * sizeof *key);
    *key = (struct audience_key){
        .id = *id, .author = *author, .membership = record->membership, .secret_index = v->key_count};
    key->audience_len = record->audience.len;
    memcpy(key->audience, record->audience.data, record->audience.len);
    v->secrets->audience[v->key_count] = *secret;
    v->key_count++;
}

enum cw_err vault_add(struct vault *v, const struct key_record_id *id, const struct key_author *author,
                      const struct key_record *record, const struct audience_secret *secret)
{
    enum cw_err err = CW_OK;
    size_t at;

    CW_ASSERT(record->audience.len <= NAME_LEN_MAX);
    (void)pthread_rwlock_wrlock(v->lock);
    if (!find(v, id, &at)) {
        if (has_room(v, author))
            insert(v, at, id, author, record, secret);
        else
            err = CW_LOCAL_MEMORY;
    }
    (void)pthread_rwlock_unlock(v->lock);
    return err;
}

uint32_t vault_key_count(const struct vault *v)
{
    (void)pthread_rwlock_rdlock(v->lock);
    uint32_t count = v->key_count;
    (void)pthread_rwlock_unlock(v->lock);
    return count;
}

/* Secrets lie in the order in which they came: the last ones go, and what names them. */
void vault_forget(struct vault *v, uint32_t count)
{
    uint32_t kept = 0;

    (void)pthread_rwlock_wrlock(v->lock);
    for (uint32_t i = 0; i < v->key_count; i++) {
        if (v->keys[i].secret_index < count)
            v->keys[kept++] = v->keys[i];
    }
    wipe(&v->secrets->audience[kept], (v->key_count - kept) * sizeof v->secrets->audience[0]);
    v->key_count = kept;
    (void)pthread_rwlock_unlock(v->lock);
}

static bool position_eq(const struct position *a, const struct position *b)
{
    return a->seq == b->seq && ID_EQ(&a->log, &b->log) && ID_EQ(&a->seal, &b->seal); /* mostly the first tells */
}

bool vault_current_key(const struct vault *v, struct cw_slice audience, const struct position *membership,
                       vault_maker_counts *counts, const void *ctx, struct key_record_id *out)
{
    const struct audience_key *found = NULL;

    (void)pthread_rwlock_rdlock(v->lock);
    for (uint32_t i = 0; i < v->key_count && found == NULL; i++) { /* ascending: the first is the least */
        const struct audience_key *key = &v->keys[i];

        if (position_eq(&key->membership, membership) && slice_eq(slice(key->audience, key->audience_len), audience) &&
            counts(ctx, &key->author.cert))
            found = key;
    }
    if (found != NULL)
        *out = found->id;
    (void)pthread_rwlock_unlock(v->lock);
    return found != NULL;
}

bool vault_can_open(const struct vault *v, const struct key_record_id *record)
{
    bool held;

    (void)pthread_rwlock_rdlock(v->lock);
    held = vault_find(v, record) != NULL;
    (void)pthread_rwlock_unlock(v->lock);
    return held;
}
