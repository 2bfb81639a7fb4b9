/* SPDX-License-Identifier: Apache-2.0 */
#include "vault/internal.h"

#include <sodium.h>
#include <stdlib.h>

/* One label per use, so that no derived key says anything about another (docs/protocol.md, keys). */
void audience_derive(const uint8_t seed[static 32], struct cw_slice audience, struct audience_derived *out)
{
    struct cw_slice nothing = slice("", 0);

    hash_keyed(LABEL_KEY_X25519, seed, nothing, out->secret.x25519_secret);
    hash_keyed(LABEL_KEY_WRAP, seed, nothing, out->secret.wrap_key);
    hash_keyed(LABEL_KEY_COMMIT, seed, audience, out->commitment);
    (void)crypto_scalarmult_base(out->public_key, out->secret.x25519_secret);
}

/* --- making ----------------------------------------------------------------------------------------- */

static bool is_among(const struct cert_id *self, const struct recipient *recipients, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (ID_EQ(&recipients[i].cert, self))
            return true;
    }
    return false;
}

/* Sealed envelopes before they are encoded as one blob: 150 KiB, so on the heap. */
struct envelope_list {
    uint32_t count;
    struct envelope items[ENVELOPES_MAX];
    uint8_t bytes[ENVELOPES_MAX * ENVELOPE_SEALED_LEN_MAX];
};

/* A certified key that is no usable curve point leaves its holder out, not everybody. */
static void seal_all(const struct key_record *record, const uint8_t seed[static 32], const struct recipient *recipients,
                     uint32_t count, const struct entropy *entropy, struct envelope_list *out)
{
    struct writer w = writer_over(out->bytes, sizeof out->bytes);

    for (uint32_t i = 0; i < count; i++) {
        size_t before = w.len;

        if (envelope_seal(record, seed, &recipients[i], entropy, &w) != CW_OK)
            continue;
        CW_ASSERT(!w.failed);
        out->items[out->count].recipient = recipients[i].cert;
        out->items[out->count].sealed = slice(w.data + before, w.len - before);
        out->count++;
    }
}

static enum cw_err write_envelopes(const struct key_record *record, const uint8_t seed[static 32],
                                   const struct recipient *recipients, uint32_t count, const struct entropy *entropy,
                                   struct writer *out)
{
    struct envelope_list *list = calloc(1, sizeof *list);

    if (list == NULL)
        return CW_LOCAL_MEMORY;
    seal_all(record, seed, recipients, count, entropy, list);
    envelopes_encode(list->items, list->count, out);
    free(list);
    return out->failed ? CW_REFUSED_SIZE : CW_OK;
}

static void fill_record(struct cw_slice audience, const struct position *membership, const struct audience_derived *d,
                        struct key_record *out)
{
    *out = (struct key_record){.audience = audience, .membership = *membership};
    memcpy(out->public_key, d->public_key, sizeof out->public_key);
    memcpy(out->commitment, d->commitment, sizeof out->commitment);
}

enum cw_err vault_make_key(struct vault *v, struct cw_slice audience, const struct position *membership,
                           const struct recipient *recipients, uint32_t count, const struct entropy *entropy,
                           struct writer *out_record, struct writer *out_envelopes)
{
    uint8_t seed[32];
    struct audience_derived derived;
    struct key_record record;
    struct key_record_id id;
    size_t before = out_record->len;
    enum cw_err err;

    if (slice_empty(audience) || audience.len > NAME_LEN_MAX || count > ENVELOPES_MAX)
        return CW_USAGE_ARGUMENT;
    if (!is_among(&v->self, recipients, count)) /* after a restart its own envelope is all it has */
        return CW_USAGE_ARGUMENT;
    entropy->fill(entropy->ctx, seed, sizeof seed);
    audience_derive(seed, audience, &derived);
    fill_record(audience, membership, &derived, &record);
    key_record_encode(&record, out_record);
    err = out_record->failed ? CW_REFUSED_SIZE : CW_OK;
    if (err == CW_OK)
        err = write_envelopes(&record, seed, recipients, count, entropy, out_envelopes);
    if (err == CW_OK) {
        key_record_id_of(slice(out_record->data + before, out_record->len - before), &id);
        err = vault_add(v, &id, &(struct key_author){v->self, true}, &record, &derived.secret);
    }
    wipe(seed, sizeof seed);
    wipe(&derived, sizeof derived);
    return err;
}

/* --- learning --------------------------------------------------------------------------------------- */

static bool is_ours(const struct vault *v, const struct cert_id *recipient)
{
    for (uint32_t i = 0; i < v->former_count && i < VAULT_FORMER_MAX; i++) {
        if (ID_EQ(&v->former[i], recipient))
            return true;
    }
    return ID_EQ(&v->self, recipient);
}

/* Our envelope in the blob, and to which of our certificates it is; data NULL when there is none. */
static enum cw_err find_envelope(const struct vault *v, struct cw_slice blob, struct cert_id *out_to,
                                 struct cw_slice *out)
{
    struct envelope *items = calloc(ENVELOPES_MAX, sizeof *items);
    uint32_t count = 0;
    enum cw_err err;

    if (items == NULL)
        return CW_LOCAL_MEMORY;
    err = envelopes_parse(blob, items, ENVELOPES_MAX, &count) == CW_OK ? CW_OK : CW_PEER_MALFORMED;
    *out = slice(NULL, 0);
    for (uint32_t i = 0; err == CW_OK && i < count; i++) {
        if (!is_ours(v, &items[i].recipient))
            continue;
        *out = items[i].sealed;
        *out_to = items[i].recipient;
        if (ID_EQ(out_to, &v->self))
            break;
    }
    free(items);
    return err;
}

/* The seed must be the one that the whole audience was promised: record and envelope name the same commitment. */
static enum cw_err open_and_add(struct vault *v, const struct key_record_id *id, const struct key_author *author,
                                const struct key_record *record, const struct cert_id *to, struct cw_slice sealed)
{
    struct audience_derived derived;
    uint8_t seed[32];
    enum cw_err err = envelope_open(&v->secrets->seal, to, record, sealed, seed);

    if (err != CW_OK)
        return err;
    audience_derive(seed, record->audience, &derived);
    if (memcmp(derived.commitment, record->commitment, sizeof derived.commitment) != 0 ||
        memcmp(derived.public_key, record->public_key, sizeof derived.public_key) != 0)
        err = CW_PEER_HASH;
    else
        err = vault_add(v, id, author, record, &derived.secret);
    wipe(seed, sizeof seed);
    wipe(&derived, sizeof derived);
    return err;
}

enum cw_err vault_learn(struct vault *v, const struct key_author *author, struct cw_slice record,
                        struct cw_slice envelopes, bool *out_opened)
{
    struct key_record parsed;
    struct key_record_id id;
    struct cw_slice sealed = slice(NULL, 0);
    struct cert_id to;
    enum cw_err err = CW_OK;

    if (key_record_parse(record, &parsed) != CW_OK)
        return CW_PEER_MALFORMED;
    key_record_id_of(record, &id);
    if (vault_can_open(v, &id)) {
        *out_opened = true;
        return CW_OK;
    }
    if (!slice_empty(envelopes))
        err = find_envelope(v, envelopes, &to, &sealed);
    if (err == CW_OK && sealed.data != NULL)
        err = open_and_add(v, &id, author, &parsed, &to, sealed);
    if (err == CW_OK)
        *out_opened = sealed.data != NULL;
    return err;
}
