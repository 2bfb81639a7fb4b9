/* SPDX-License-Identifier: Apache-2.0 */
/* What readers and holders keep: cursors of feeds, tokens of sessions, key files. */
#include "proto/cursor.h"
#include "proto/keyfile.h"
#include "proto/seen.h"
#include "tests/vectors/vectors.h"

#include <sodium.h>

#define PLACES_LEN_MAX 4096
#define LOGS 3
#define CHECK_LEN 18 /* tag, length and the 16 bytes, at the end of a cursor and of a token */

static struct world w;
static uint8_t world_memory[WORLD_MEMORY_LEN];

struct bytes {
    uint8_t b[PLACES_LEN_MAX];
    size_t len;
};

static struct cw_slice slice_of_bytes(const struct bytes *bytes)
{
    return slice(bytes->b, bytes->len);
}

/* The check that belongs to what stands before it: somebody made it so. */
static void check_again(struct bytes *bytes, enum label label)
{
    uint8_t hash[ID_LEN];

    hash_one(label, slice(bytes->b, bytes->len - CHECK_LEN), hash);
    memcpy(bytes->b + bytes->len - 16, hash, 16);
}

/* --- cursors ------------------------------------------------------------------------------------------------- */

static bool cursor_reads(const struct bytes *bytes)
{
    static uint8_t memory[131072];
    struct arena arena = arena_over(memory, sizeof(memory));
    struct cursor cursor;

    return cursor_parse(slice_of_bytes(bytes), &arena, &cursor) == CW_OK;
}

static void put_cursor(struct out *o, const char *name, const char *reason, const struct bytes *bytes)
{
    struct hash hash;

    out_vector(o, "cursor", name, reason);
    out_hex(o, "bytes", slice_of_bytes(bytes));
    cursor_hash(slice_of_bytes(bytes), &hash);
    OUT_ID(o, "cursor_hash", &hash);
    out_check(o, cursor_reads(bytes) == (reason == NULL), name);
}

static struct bytes cursor_bytes(const struct cursor *cursor)
{
    struct bytes bytes;
    struct writer out = writer_over(bytes.b, sizeof(bytes.b));

    cursor_encode(cursor, &out);
    world_must(!out.failed, "a cursor fits");
    bytes.len = out.len;
    return bytes;
}

static void make_cursors(struct out *o, struct position logs[static LOGS])
{
    struct cursor cursor = {.network = w.network}, full;
    struct bytes bytes = cursor_bytes(&cursor), bad;

    put_cursor(o, "of the administrator's socket, nothing read", NULL, &bytes);
    bad = bytes;
    bad.b[1] = 2; /* v */
    check_again(&bad, LABEL_CURSOR);
    put_cursor(o, "of another version", "v", &bad);
    full = cursor;
    full.reader = w.officer.id;
    full.authority = logs;
    full.authority_count = 1;
    full.logs = logs + 1;
    full.log_count = 2;
    full.has_sweep = true;
    memset(full.sweep.b, 0x40, sizeof(full.sweep.b));
    bytes = cursor_bytes(&full);
    put_cursor(o, "of an officer, in the middle of a snapshot", NULL, &bytes);
    bad = bytes;
    bad.b[bad.len - 1] ^= 1;
    put_cursor(o, "the check changed", "check", &bad);
    bad = bytes;
    bad.b[10] ^= 1; /* of the network's id */
    put_cursor(o, "another network, and not checked again", "check", &bad);
    bad = bytes;
    bad.len--;
    put_cursor(o, "cut short", "cut short", &bad);
    bad = bytes;
    bad.b[bad.len++] = 0;
    put_cursor(o, "a byte more", "grammar", &bad);
    struct position turned[2] = {logs[2], logs[1]}, twice[2] = {logs[1], logs[1]};
    full.logs = turned;
    bad = cursor_bytes(&full);
    put_cursor(o, "logs exchanged", "ascending", &bad);
    full.logs = twice;
    bad = cursor_bytes(&full);
    put_cursor(o, "one log twice", "ascending", &bad);
}

/* --- tokens --------------------------------------------------------------------------------------------------- */

static bool token_reads(const struct bytes *bytes)
{
    static uint8_t memory[131072];
    struct arena arena = arena_over(memory, sizeof(memory));
    struct seen seen;

    return seen_parse(slice_of_bytes(bytes), &arena, &seen) == CW_OK;
}

static void put_token(struct out *o, const char *name, const char *reason, const struct bytes *bytes)
{
    out_vector(o, "token", name, reason);
    out_hex(o, "bytes", slice_of_bytes(bytes));
    out_check(o, token_reads(bytes) == (reason == NULL), name);
}

static struct bytes token_bytes(const struct seen *seen)
{
    struct bytes bytes;
    struct writer out = writer_over(bytes.b, sizeof(bytes.b));

    seen_encode(seen, &out);
    world_must(!out.failed, "a token fits");
    bytes.len = out.len;
    return bytes;
}

static void make_tokens(struct out *o, const struct world_frontier *f)
{
    struct seen seen = {.network = w.network, .counter = 7};
    struct bytes bytes, bad;
    struct cw_slice turned[2] = {f->items[1], f->items[0]}, cut = {f->items[0].data, f->items[0].len - 1};

    memset(seen.start, 0x11, sizeof(seen.start));
    bytes = token_bytes(&seen);
    put_token(o, "of a daemon that holds nothing", NULL, &bytes);
    bad = bytes;
    bad.b[1] = 2;
    check_again(&bad, LABEL_SEEN);
    put_token(o, "of another version", "v", &bad);
    seen.items = f->items;
    seen.item_count = f->count;
    bytes = token_bytes(&seen);
    put_token(o, "of three logs", NULL, &bytes);
    bad = bytes;
    bad.b[bad.len - 1] ^= 1;
    put_token(o, "the check changed", "check", &bad);
    bad = bytes;
    bad.len--;
    put_token(o, "cut short", "cut short", &bad);
    seen.items = turned;
    seen.item_count = 2;
    bad = token_bytes(&seen);
    put_token(o, "items exchanged", "ascending", &bad);
    seen.items = &cut;
    seen.item_count = 1;
    bad = token_bytes(&seen);
    put_token(o, "an item cut short", "grammar", &bad);
}

/* --- key files -------------------------------------------------------------------------------------------------- */

#define HEAD_LEN 9
#define PLAIN_LEN 96
static const char passphrase[] = "right horse";

static void put_key_file(struct out *o, const char *name, const char *reason, const struct bytes *bytes,
                         const struct key_bundle *keys)
{
    bool clear = !keyfile_needs_passphrase(slice_of_bytes(bytes));
    struct key_bundle read;

    out_vector(o, "key_file", name, reason);
    out_hex(o, "bytes", slice_of_bytes(bytes));
    if (!clear)
        out_text(o, "passphrase", passphrase);
    out_hex(o, "sign_key", slice(keys->sign_public, KEY_LEN));
    out_hex(o, "seal_key", slice(keys->seal_public, KEY_LEN));
    out_hex(o, "curve_key", slice(keys->curve_public, KEY_LEN));
    out_check(o,
              (keyfile_open(slice_of_bytes(bytes), clear ? slice(NULL, 0) : slice_of(passphrase), &read) == CW_OK) ==
                  (reason == NULL),
              name);
}

static struct bytes clear_file(const struct key_bundle *keys)
{
    struct bytes bytes;
    struct writer out = writer_over(bytes.b, sizeof(bytes.b));

    world_must(keyfile_seal(keys, slice(NULL, 0), KEYFILE_COST_LAB, &out) == CW_OK, "a key file in clear");
    bytes.len = out.len;
    return bytes;
}

/* With a salt and a nonce that are always the same, which keyfile_seal() never takes. */
static struct bytes protected_file(const struct bytes *clear)
{
    static const uint8_t salt[crypto_pwhash_argon2id_SALTBYTES] = {0x51}, nonce[AEAD_NONCE_LEN] = {0x52};
    struct bytes bytes = *clear;
    struct writer out;
    uint8_t key[32], sealed[PLAIN_LEN + AEAD_TAG_LEN];

    bytes.b[HEAD_LEN - 1] = KEYFILE_COST_LAB;
    world_must(crypto_pwhash_argon2id(key, sizeof(key), passphrase, sizeof(passphrase) - 1, salt,
                                      crypto_pwhash_argon2id_OPSLIMIT_MIN, (size_t)1 << 20,
                                      crypto_pwhash_argon2id_ALG_ARGON2ID13) == 0,
               "a key out of a passphrase");
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed, NULL, clear->b + HEAD_LEN, PLAIN_LEN, bytes.b, HEAD_LEN, NULL,
                                               nonce, key);
    out = writer_over(bytes.b + HEAD_LEN, sizeof(bytes.b) - HEAD_LEN);
    writer_bytes(&out, salt, sizeof(salt));
    writer_bytes(&out, nonce, sizeof(nonce));
    writer_bytes(&out, sealed, sizeof(sealed));
    bytes.len = HEAD_LEN + out.len;
    return bytes;
}

static void make_key_files(struct out *o)
{
    const uint8_t seed[32] = {0x50};
    struct key_bundle keys;
    struct bytes clear, closed, bad;

    key_bundle_from_seed(seed, &keys);
    clear = clear_file(&keys);
    put_key_file(o, "in clear", NULL, &clear, &keys);
    bad = clear;
    bad.b[HEAD_LEN] ^= 1;
    put_key_file(o, "in clear, a key changed", "checksum", &bad, &keys);
    bad = clear;
    bad.b[0] ^= 1;
    put_key_file(o, "another magic", "magic", &bad, &keys);
    bad = clear;
    bad.b[bad.len++] = 0;
    put_key_file(o, "in clear, a byte more", "length", &bad, &keys);
    closed = protected_file(&clear);
    put_key_file(o, "under a passphrase, of a laboratory", NULL, &closed, &keys);
    bad = closed;
    bad.b[bad.len - 1] ^= 1;
    put_key_file(o, "under a passphrase, its tag changed", "tag", &bad, &keys);
    bad = closed;
    bad.len--;
    put_key_file(o, "under a passphrase, cut short", "length", &bad, &keys);
}

void make_places(struct out *o)
{
    struct world_log logs[WORLD_DAEMONS];
    const struct world_log *shown[WORLD_DAEMONS] = {&logs[0], &logs[1], &logs[2]};
    struct position positions[LOGS] = {0};
    struct world_submission sub;
    struct world_batch batch;
    struct world_frontier f;

    world_make(&w, world_memory, 1, 1);
    world_submit(&w, 1, &sub);
    for (uint32_t i = 0; i < WORLD_DAEMONS; i++) {
        world_log_open(&w, LOG_DIVISION, &w.daemons[i], 200 + i, &logs[i]);
        world_sequence(&w, &logs[i], &sub, 1, &batch);
    }
    world_frontier_of(&w, &w.daemons[WORLD_EST], shown, WORLD_DAEMONS, &f);
    for (uint32_t i = 0; i < LOGS; i++) {
        struct frontier_item item;

        world_must(frontier_item_parse(f.items[i], &item) == CW_OK, "our own item"); /* ascending by log */
        positions[i] = (struct position){.log = item.log, .seq = item.seq, .seal = item.seal};
    }
    make_cursors(o, positions);
    make_tokens(o, &f);
    make_key_files(o);
}
