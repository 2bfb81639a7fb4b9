/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/vectors/vectors.h"

#include "vault/vault.h"

#include <sodium.h>

/*
 * docs/protocol.md §4, done here with libsodium alone and then opened with the vault: two writings of the
 * same rules. Nonces and ephemeral keys are fixed so that the bytes are; nobody else may do that.
 */

static struct world w;
static uint8_t world_memory[WORLD_MEMORY_LEN];

struct audience {
    uint8_t seed[32], x25519_secret[32], wrap_key[32];
    struct key_record record;
    struct cw_slice bytes;
    struct key_record_id id;
    struct cw_slice envelope_plain, sealed, envelopes;
};

static void make_record(struct audience *a, uint32_t number)
{
    const struct cw_slice nothing = slice((const uint8_t *)"", 0);
    uint8_t memory[KEY_RECORD_LEN_MAX];
    struct writer out = writer_over(memory, sizeof(memory));

    WORLD_FILL(a->seed, "audience seed", number);
    hash_keyed(LABEL_KEY_X25519, a->seed, nothing, a->x25519_secret);
    hash_keyed(LABEL_KEY_WRAP, a->seed, nothing, a->wrap_key);
    a->record = (struct key_record){.audience = slice_of("force"), .membership = {.seq = 4}};
    WORLD_FILL(a->record.membership.log, "authority log", 1);
    WORLD_FILL(a->record.membership.seal, "authority seal", 4);
    hash_keyed(LABEL_KEY_COMMIT, a->seed, a->record.audience, a->record.commitment);
    world_must(crypto_scalarmult_base(a->record.public_key, a->x25519_secret) == 0, "scalarmult");
    key_record_encode(&a->record, &out);
    a->bytes = world_keep(&w, &out);
    key_record_id_of(a->bytes, &a->id);
}

/* crypto_box_seal with a given ephemeral key. */
static struct cw_slice seal_box(struct cw_slice plain, const uint8_t *recipient_key)
{
    uint8_t esk[32], epk[32], nonce[24], memory[512], both[64];
    struct writer out = writer_over(memory, sizeof(memory));

    world_bytes("ephemeral", 1, esk, sizeof(esk));
    world_must(crypto_scalarmult_base(epk, esk) == 0, "scalarmult");
    memcpy(both, epk, 32);
    memcpy(both + 32, recipient_key, 32);
    (void)crypto_generichash_blake2b(nonce, sizeof(nonce), both, sizeof(both), NULL, 0);
    writer_bytes(&out, epk, sizeof(epk));
    world_must(out.len + plain.len + crypto_box_MACBYTES <= sizeof(memory), "box size");
    world_must(crypto_box_easy(memory + out.len, plain.data, plain.len, nonce, recipient_key, esk) == 0, "box");
    out.len += plain.len + crypto_box_MACBYTES;
    return world_keep(&w, &out);
}

static void make_envelope(struct audience *a, const struct world_identity *recipient)
{
    struct envelope_plain plain = {.audience = a->record.audience, .recipient = recipient->id};
    uint8_t memory[1024];
    struct writer out = writer_over(memory, sizeof(memory));

    memcpy(plain.commitment, a->record.commitment, 32);
    memcpy(plain.seed, a->seed, 32);
    envelope_plain_encode(&plain, &out);
    a->envelope_plain = world_keep(&w, &out);
    a->sealed = seal_box(a->envelope_plain, recipient->keys.seal_public);

    const struct envelope one = {recipient->id, a->sealed};
    out.len = 0;
    envelopes_encode(&one, 1, &out);
    a->envelopes = world_keep(&w, &out);
}

static struct cw_slice aead(const uint8_t key[static 32], struct cw_slice plain, struct cw_slice ad, uint32_t number)
{
    static uint8_t memory[4096];
    unsigned long long len;

    world_must(plain.len + 40 <= sizeof(memory), "aead size");
    world_bytes("nonce", number, memory, 24);
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(memory + 24, &len, plain.data, plain.len, ad.data, ad.len, NULL,
                                                     memory, key);
    struct writer out = {memory, sizeof(memory), 24 + (size_t)len, false};
    return world_keep(&w, &out);
}

static struct cw_slice stored_part(const struct world_submission *s, uint32_t part, const uint8_t key[static 32])
{
    uint8_t plain[2048], ad[33];
    size_t padded_len = size_class_len(s->parsed.parts[part].size_class);

    memcpy(plain, s->parts[part].r, 32);
    payload_pad(s->parts[part].payload, s->parsed.parts[part].size_class, plain + 32);
    memcpy(ad, s->op.b, 32);
    ad[32] = (uint8_t)part;
    return aead(key, slice(plain, 32 + padded_len), slice(ad, sizeof(ad)), part);
}

static struct cw_slice wrap_of(const struct audience *a, const struct cw_op_id *op, uint32_t part,
                               const uint8_t key[static 32])
{
    uint8_t ad[65];

    memcpy(ad, op->b, 32);
    ad[32] = (uint8_t)part;
    memcpy(ad + 33, a->id.b, 32);
    return aead(a->wrap_key, slice(key, 32), slice(ad, sizeof(ad)), 100 + part);
}

static void put_record(struct out *o, const struct audience *a)
{
    out_vector(o, "key_record", "audience force", NULL);
    out_hex(o, "seed", slice(a->seed, 32));
    out_text(o, "audience", "force");
    out_hex(o, "x25519_secret", slice(a->x25519_secret, 32));
    out_hex(o, "public_key", slice(a->record.public_key, 32));
    out_hex(o, "wrap_key", slice(a->wrap_key, 32));
    out_hex(o, "commitment", slice(a->record.commitment, 32));
    out_hex(o, "record", a->bytes);
    OUT_ID(o, "key_record_id", &a->id);
}

static void put_envelope(struct out *o, const char *name, const char *reason, const struct audience *a,
                         const struct world_identity *reader)
{
    const struct vault_limits limits = {16};
    const struct key_author author = {.member = true};
    struct vault *vault;
    bool opened = false;

    out_vector(o, "envelope", name, reason);
    out_hex(o, "record", a->bytes);
    out_hex(o, "envelopes", a->envelopes);
    OUT_ID(o, "reader", &reader->id);
    out_hex(o, "seal_secret", slice(reader->keys.seal.b, 32));
    out_hex(o, "seal_key", slice(reader->keys.seal_public, 32));
    out_hex(o, "plain", a->envelope_plain);
    world_must(vault_new(&limits, &reader->id, &reader->keys.seal, false, &vault) == CW_OK, "vault_new");
    enum cw_err err = vault_learn(vault, &author, a->bytes, a->envelopes, &opened);
    out_check(o, (err == CW_OK && opened) == (reason == NULL), name);
    vault_free(vault);
}

/* Opens as the vault does it: envelope, wrap, part. */
static bool opens(const struct audience *a, const struct world_identity *reader, const struct world_submission *s,
                  uint32_t part, struct cw_slice stored, struct cw_slice wrap)
{
    static uint8_t memory[8192];
    struct arena arena = arena_over(memory, sizeof(memory));
    const struct vault_limits limits = {16};
    const struct key_author author = {.member = true};
    struct vault *vault;
    struct part_key key;
    struct cw_slice payload, padded;
    uint8_t r[32];
    bool opened;

    world_must(vault_new(&limits, &reader->id, &reader->keys.seal, false, &vault) == CW_OK, "vault_new");
    bool ok = vault_learn(vault, &author, a->bytes, a->envelopes, &opened) == CW_OK && opened &&
              vault_unwrap(vault, &a->id, &s->op, part, wrap.data, &key) == CW_OK &&
              part_open(&key, &s->op, part, stored, &s->parsed.parts[part], &arena, r, &payload, &padded) == CW_OK &&
              slice_eq(payload, s->parts[part].payload);
    vault_free(vault);
    return ok;
}

/* Part `part` of s: its key, as stored, and wrapped. */
struct sealed_part {
    const struct world_submission *s;
    uint32_t part;
    const uint8_t *key;
    struct cw_slice stored, wrap;
};

static void put_part(struct out *o, const char *name, const char *reason, const struct audience *a,
                     const struct sealed_part *p)
{
    uint8_t blob[ID_LEN];

    hash_one(LABEL_BLOB, p->stored, blob);
    out_vector(o, "encrypted_part", name, reason);
    out_hex(o, "header", p->s->header);
    OUT_ID(o, "op_id", &p->s->op);
    out_number(o, "part", p->part);
    out_hex(o, "payload", p->s->parts[p->part].payload);
    out_hex(o, "r", slice(p->s->parts[p->part].r, 32));
    out_hex(o, "part_key", slice(p->key, 32));
    out_hex(o, "stored", p->stored);
    out_hex(o, "blob_hash", slice(blob, ID_LEN));
    OUT_ID(o, "key_record_id", &a->id);
    out_hex(o, "wrap_key", slice(a->wrap_key, 32));
    out_hex(o, "wrap", p->wrap);
    out_check(o, opens(a, &w.daemons[WORLD_EST], p->s, p->part, p->stored, p->wrap) == (reason == NULL), name);
}

static void part_vectors(struct out *o, const struct audience *a, const struct audience *other)
{
    struct world_submission s;
    uint8_t keys[2][32];
    struct sealed_part parts[2], bad;

    world_submit(&w, 1, &s);
    for (uint32_t i = 0; i < 2; i++) {
        world_bytes("part key", i, keys[i], 32);
        parts[i] = (struct sealed_part){&s, i, keys[i], stored_part(&s, i, keys[i]), wrap_of(a, &s.op, i, keys[i])};
        put_part(o, i == 0 ? "frame" : "values", NULL, a, &parts[i]);
    }
    bad = (struct sealed_part){&s, 0, keys[1], parts[1].stored, wrap_of(a, &s.op, 0, keys[1])};
    put_part(o, "a part in another's place", "associated data", a, &bad);
    bad = parts[0];
    bad.wrap = wrap_of(other, &s.op, 0, keys[0]);
    put_part(o, "a wrap of another key record", "wrap", a, &bad);
    bad.wrap = wrap_of(a, &s.op, 1, keys[0]);
    put_part(o, "a wrap of another part", "wrap", a, &bad);
}

void make_keys(struct out *o)
{
    struct audience a, other;

    world_make(&w, world_memory, 1, 1);
    make_record(&a, 1);
    make_envelope(&a, &w.daemons[WORLD_EST]);
    make_record(&other, 2);
    make_envelope(&other, &w.daemons[WORLD_EST]);
    put_record(o, &a);
    put_envelope(o, "for its recipient", NULL, &a, &w.daemons[WORLD_EST]);
    put_envelope(o, "for somebody else", "no envelope names this reader", &a, &w.daemons[WORLD_WST]);

    struct audience mixed = a;
    mixed.envelopes = other.envelopes;
    put_envelope(o, "of another key record", "commitment", &mixed, &w.daemons[WORLD_EST]);
    part_vectors(o, &a, &other);
}
