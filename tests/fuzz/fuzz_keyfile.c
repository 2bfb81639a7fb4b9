/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file of secret keys: of an even first byte the input itself, opened with the passphrase that follows; of an odd one a
 * file that was sealed, with bytes of it changed. What was changed is never opened, and what was not is.
 */
#include "proto/keyfile.h"
#include "tests/fuzz/fuzz.h"

static void open_input(struct reader *in)
{
    struct cw_slice passphrase = reader_slice(in, reader_u8(in) % 16);
    struct cw_slice bytes = reader_slice(in, reader_left(in));
    struct key_bundle keys;

    /* That of a person takes a third of a second: it is the same but for the cost. */
    if (bytes.len > 8 && bytes.data[8] == KEYFILE_COST_NORMAL)
        return;
    (void)keyfile_needs_passphrase(bytes);
    if (keyfile_open(bytes, passphrase, &keys) == CW_OK) {
        uint8_t again[KEYFILE_LEN_MAX];
        struct writer w = writer_over(again, sizeof(again));

        /* Only a file in clear can be made by a guess, and it is written as it was read. */
        FUZZ_MUST(slice_empty(passphrase) || !keyfile_needs_passphrase(bytes));
        FUZZ_MUST(keyfile_seal(&keys, slice(NULL, 0), KEYFILE_COST_LAB, &w) == CW_OK);
        FUZZ_MUST(slice_eq(slice(again, w.len), bytes));
    }
}

static void open_changed(struct reader *in)
{
    bool clear = reader_u8(in) % 2 == 0;
    struct cw_slice passphrase = clear ? slice(NULL, 0) : slice_of("right horse");
    uint8_t bytes[KEYFILE_LEN_MAX], seed[32] = {reader_u8(in)};
    struct writer w = writer_over(bytes, sizeof(bytes));
    struct key_bundle keys, read;
    bool changed = false;

    key_bundle_from_seed(seed, &keys);
    FUZZ_MUST(keyfile_seal(&keys, passphrase, KEYFILE_COST_LAB, &w) == CW_OK && w.len <= sizeof(bytes));
    size_t len = reader_u8(in) % 4 == 0 ? reader_u8(in) % (w.len + 1) : w.len;
    while (reader_left(in) >= 2) {
        uint8_t at = reader_u8(in), bits = reader_u8(in);

        if (at < len && at != 8) { /* its cost is none of the input's: that of a person is slow */
            bytes[at] ^= bits;
            changed = changed || bits != 0;
        }
    }
    if (!changed && len == w.len) {
        FUZZ_MUST(keyfile_open(slice(bytes, len), passphrase, &read) == CW_OK);
        FUZZ_MUST(memcmp(read.sign_public, keys.sign_public, KEY_LEN) == 0);
    } else if (len < w.len) {
        FUZZ_MUST(keyfile_open(slice(bytes, len), passphrase, &read) != CW_OK);
    } else {
        (void)keyfile_open(slice(bytes, len), passphrase, &read); /* changed twice, it may be what it was */
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reader in;

    if (size < 2 || !crypto_init())
        return 0;
    in = reader_over(slice(data + 1, size - 1));
    if (data[0] % 2 == 0)
        open_input(&in);
    else
        open_changed(&in);
    return 0;
}
