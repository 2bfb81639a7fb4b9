/* SPDX-License-Identifier: Apache-2.0 */
#include "node/open_part.h"

enum part_state open_clear_part(const struct submission_header *submission, uint32_t index, struct cw_slice blob,
                                struct opened_part *out)
{
    const struct part_ref *ref = &submission->parts[index];
    uint8_t commit[ID_LEN];

    if (blob.len != 32 + size_class_len(ref->size_class))
        return PART_BAD;
    struct cw_slice padded = slice(blob.data + 32, blob.len - 32);
    hash_keyed(LABEL_COMMIT, blob.data, padded, commit);
    if (memcmp(commit, ref->commit, sizeof commit) != 0)
        return PART_BAD;
    memcpy(out->r, blob.data, 32);
    return payload_unpad(padded, &out->payload) == CW_OK ? PART_OPENED : PART_BAD;
}

/* PART_OPENED: *out_key is what the k-th audience key wraps. PART_SEALED: that key is not ours. */
static enum part_state unwrap(const struct node *n, const struct entry_header *entry, uint32_t index, uint32_t k,
                              const struct cw_slice *wraps, struct part_key *out_key)
{
    const struct key_record_id *record = &entry->keys[k].record;

    if (wraps[k].len != (size_t)entry->part_count * WRAP_LEN || !vault_can_open(n->vault, record))
        return PART_SEALED;
    return vault_unwrap(n->vault, record, &entry->op_id, index, wraps[k].data + (size_t)index * WRAP_LEN, out_key) ==
                   CW_OK
               ? PART_OPENED
               : PART_BAD;
}

enum part_state open_part(const struct node *n, const struct entry_header *entry,
                          const struct submission_header *submission, uint32_t index, struct cw_slice blob,
                          const struct cw_slice *wraps, struct arena *arena, struct opened_part *out)
{
    enum part_state best = PART_SEALED;

    if (blob.len == 0)
        return PART_ABSENT;
    if (class_in_clear(entry->kind))
        return open_clear_part(submission, index, blob, out);
    for (uint32_t k = 0; k < entry->key_count && best != PART_OPENED; k++) {
        struct part_key key;
        struct cw_slice padded;
        enum part_state state = unwrap(n, entry, index, k, wraps, &key);

        if (state == PART_OPENED && part_open(&key, &entry->op_id, index, blob, &submission->parts[index], arena,
                                              out->r, &out->payload, &padded) != CW_OK)
            state = PART_BAD;
        wipe(&key, sizeof key);
        best = state > best ? state : best;
    }
    return best;
}
