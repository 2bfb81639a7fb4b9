/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/vault/lab.h"

static uint64_t drawn;

static void fill(void *ctx, void *out, size_t len)
{
    uint8_t *at = out;

    (void)ctx;
    while (len > 0) {
        uint8_t block[ID_LEN];
        size_t take = len < sizeof block ? len : sizeof block;

        drawn++;
        hash_one(LABEL_LOCAL, slice(&drawn, sizeof drawn), block);
        memcpy(at, block, take);
        at += take;
        len -= take;
    }
}

struct entropy lab_entropy(void)
{
    return (struct entropy){NULL, fill};
}

struct holder lab_holder(char name)
{
    struct holder h = {0};
    struct vault_limits limits = {.audience_keys_max = 16};
    uint8_t seed[32];

    ck_assert(crypto_init());
    memset(h.cert.b, name, sizeof h.cert.b);
    memset(seed, name, sizeof seed);
    box_keypair_from_seed(seed, h.seal_key, h.secret.b);
    ck_assert_int_eq(vault_new(&limits, &h.cert, &h.secret, false, &h.vault), CW_OK);
    return h;
}

struct recipient lab_recipient(const struct holder *h)
{
    struct recipient r = {.cert = h->cert};

    memcpy(r.seal_key, h->seal_key, sizeof r.seal_key);
    return r;
}

struct position lab_position(uint8_t n)
{
    struct position p = {.seq = n};

    memset(p.log.b, 0xa0, sizeof p.log.b);
    memset(p.seal.b, n, sizeof p.seal.b);
    return p;
}

struct made_key lab_make_key(struct holder *maker, const char *audience, uint8_t membership,
                             const struct holder *const *readers, uint32_t reader_count)
{
    struct made_key key = {0};
    struct recipient recipients[8];
    struct position position = lab_position(membership);
    struct entropy entropy = lab_entropy();
    struct writer record = writer_over(key.record, sizeof key.record);
    struct writer envelopes = writer_over(key.envelopes, sizeof key.envelopes);

    ck_assert_uint_le(reader_count, CW_COUNT(recipients));
    for (uint32_t i = 0; i < reader_count; i++)
        recipients[i] = lab_recipient(readers[i]);
    ck_assert_int_eq(vault_make_key(maker->vault, slice_of(audience), &position, recipients, reader_count, &entropy,
                                    &record, &envelopes),
                     CW_OK);
    key.record_len = record.len;
    key.envelopes_len = envelopes.len;
    key_record_id_of(slice(key.record, key.record_len), &key.id);
    return key;
}

struct key_author lab_member(char name)
{
    struct key_author author = {.member = true};

    memset(author.cert.b, name, sizeof author.cert.b);
    return author;
}

enum cw_err lab_learn(struct holder *h, const struct made_key *key, bool *out_opened)
{
    struct key_author north = lab_member('n');

    return vault_learn(h->vault, &north, slice(key->record, key->record_len), slice(key->envelopes, key->envelopes_len),
                       out_opened);
}

enum cw_err lab_learn_of(struct holder *h, const struct key_author *author, const struct made_key *key)
{
    bool opened = false;

    return vault_learn(h->vault, author, slice(key->record, key->record_len), slice(key->envelopes, key->envelopes_len),
                       &opened);
}

bool lab_counts(const void *ctx, const struct cert_id *maker)
{
    return strchr(ctx, maker->b[0]) != NULL;
}
