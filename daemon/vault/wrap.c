/* SPDX-License-Identifier: Apache-2.0 */
#include "vault/aead.h"
#include "vault/internal.h"

#define WRAP_AD_LEN (CW_ID_LEN + 1 + ID_LEN)

/* op_id ‖ u8 part ‖ key record id: a wrap opens only for the part, and under the record, it was made for. */
static struct cw_slice wrap_ad(const struct cw_op_id *op, uint32_t part, const struct key_record_id *record,
                               uint8_t out[static WRAP_AD_LEN])
{
    struct writer w = writer_over(out, WRAP_AD_LEN);

    CW_ASSERT(part < PARTS_MAX);
    writer_bytes(&w, op->b, CW_ID_LEN);
    writer_u8(&w, (uint8_t)part);
    writer_bytes(&w, record->b, ID_LEN);
    return slice(out, WRAP_AD_LEN);
}

/* The caller holds the lock for as long as it uses the key. */
static const uint8_t *wrap_key_of(const struct vault *v, const struct key_record_id *record)
{
    const struct audience_key *key = vault_find(v, record);

    return key != NULL ? v->secrets->audience[key->secret_index].wrap_key : NULL;
}

enum cw_err vault_wrap(const struct vault *v, const struct key_record_id *record, const struct cw_op_id *op,
                       uint32_t part, const struct part_key *key, const struct entropy *entropy,
                       uint8_t out[static WRAP_LEN])
{
    uint8_t ad[WRAP_AD_LEN];
    const uint8_t *wrap_key;

    (void)pthread_rwlock_rdlock(v->lock);
    wrap_key = wrap_key_of(v, record);
    if (wrap_key != NULL)
        aead_seal(wrap_key, wrap_ad(op, part, record, ad), slice(key->b, KEY_LEN), entropy, out);
    (void)pthread_rwlock_unlock(v->lock);
    return wrap_key != NULL ? CW_OK : CW_LOCAL_KEY;
}

enum cw_err vault_unwrap(const struct vault *v, const struct key_record_id *record, const struct cw_op_id *op,
                         uint32_t part, const uint8_t wrap[static WRAP_LEN], struct part_key *out)
{
    uint8_t ad[WRAP_AD_LEN];
    const uint8_t *wrap_key;
    struct part_key key;
    bool opened;

    (void)pthread_rwlock_rdlock(v->lock);
    wrap_key = wrap_key_of(v, record);
    opened = wrap_key != NULL && aead_open(wrap_key, wrap_ad(op, part, record, ad), slice(wrap, WRAP_LEN), key.b);
    (void)pthread_rwlock_unlock(v->lock);
    if (!opened)
        return CW_LOCAL_KEY;
    *out = key;
    wipe(&key, sizeof key);
    return CW_OK;
}
