/* SPDX-License-Identifier: Apache-2.0 */
#include "node/case_work.h"

/*
 * Titles and operation names are values, and values lie encrypted at rest: so the index by name holds keyed
 * hashes of a few prefixes, under a key that the keyring guards. A search hashes the longest prefix that is
 * listed and compares the rest with the opened lines.
 */

static const uint8_t prefix_lens[NAME_PREFIXES] = {2, 3, 4, 6, 8, 12, 16, 24};

/* ASCII letters are folded; other bytes compare as they are. Spaces at the ends do not count. */
static size_t fold_text(struct cw_slice text, uint8_t out[static NAME_LEN_MAX])
{
    size_t len = 0;

    while (text.len > 0 && text.data[0] == ' ') {
        text.data++;
        text.len--;
    }
    for (; len < text.len && len < NAME_LEN_MAX; len++) {
        uint8_t c = text.data[len];

        out[len] = c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
    }
    return len;
}

static void hash_prefix(const struct node *n, const uint8_t *text, size_t len, uint8_t out[static 16])
{
    uint8_t hash[ID_LEN];

    hash_keyed(LABEL_LOCAL, n->name_key, slice(text, len), hash);
    memcpy(out, hash, 16);
}

uint32_t case_name_hashes(const struct node *n, struct cw_slice text, uint8_t out[static NAME_PREFIXES][16])
{
    uint8_t folded[NAME_LEN_MAX];
    size_t len = fold_text(text, folded);
    uint32_t count = 0;

    while (count < NAME_PREFIXES && prefix_lens[count] <= len) {
        hash_prefix(n, folded, prefix_lens[count], out[count]);
        count++;
    }
    return count;
}

bool case_name_hash(const struct node *n, struct cw_slice text, uint8_t out[static 16], bool *out_exact)
{
    uint8_t folded[NAME_LEN_MAX];
    size_t len = fold_text(text, folded), best = 0;

    for (uint32_t i = 0; i < NAME_PREFIXES && prefix_lens[i] <= len; i++)
        best = prefix_lens[i];
    if (best == 0)
        return false;
    hash_prefix(n, folded, best, out);
    *out_exact = best == len;
    return true;
}
