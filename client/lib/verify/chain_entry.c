/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/chain_entry.h"

#include "proto/wire.h"

/* Bytes in front of a part in clear: the blinding, zero or not, that its commitment was made with. */
#define CLEAR_PREFIX_LEN 32
/* In front of and behind the padded bytes of an encrypted one: nonce, blinding, tag. */
#define SEALED_EXTRA_LEN (24 + 32 + 16)

enum cw_err chain_entry_header(const Cw__EntryRecord *record, const struct log_id *log, uint64_t seq,
                               struct entry_header *out, struct cw_fault *fault)
{
    struct entry_header header;

    if (entry_header_parse(wire_slice(record->header), &header) != CW_OK)
        return fault_set(fault, CW_REFUSED_MALFORMED, "entry", "the entry header is not in its grammar");
    if (!ID_EQ(&header.log, log) || header.seq != seq)
        return fault_set(fault, CW_PEER_CHAIN, "entry", "the entry names another place than it has");
    *out = header;
    return CW_OK;
}

/* Whoever handed the entry on made what does not fit here: the seal's daemon named other bytes. */
static enum cw_err check_carried(const Cw__EntryRecord *record, const struct entry_header *header,
                                 struct cw_fault *fault)
{
    struct author_proof proof;
    struct hash submission;

    submission_hash_of(wire_slice(record->submission), wire_slice(record->proof), &submission);
    if (!ID_EQ(&submission, &header->submission))
        return fault_set(fault, CW_PEER_HASH, "submission", "submission or proof are not those that the entry names");
    if (author_proof_parse(wire_slice(record->proof), wire_slice(record->path), &proof) == CW_OK &&
        !proof_path_fits(wire_slice(record->submission), &proof))
        return fault_set(fault, CW_PEER_HASH, "submission", "the path does not lead from the op to the bundle's root");
    return CW_OK;
}

/* Part lengths are what the author's size classes come to; keys are named exactly where there is something to open. */
static bool parts_agree(const struct chain_entry *e)
{
    bool clear = class_in_clear(e->header.kind);

    if (clear != (e->header.key_count == 0))
        return false;
    for (uint32_t i = 0; i < e->header.part_count; i++) {
        size_t padded = size_class_len(e->submission.parts[i].size_class);

        if (e->header.parts[i].len != padded + (clear ? CLEAR_PREFIX_LEN : SEALED_EXTRA_LEN))
            return false;
    }
    return true;
}

/* What the seal's daemon should not have sealed. */
static const char *read_submission(const Cw__EntryRecord *record, struct chain_entry *e)
{
    struct cw_op_id op;

    e->submission_bytes = wire_slice(record->submission);
    if (submission_header_parse(e->submission_bytes, &e->submission) != CW_OK)
        return "the submission header is not in its grammar";
    if (author_proof_parse(wire_slice(record->proof), wire_slice(record->path), &e->proof) != CW_OK)
        return "the author's proof is not in its grammar";
    op_id_of(e->submission_bytes, &op);
    if (!ID_EQ(&op, &e->header.op_id))
        return "the entry names another op than its submission is";
    e->of_its_op = true;
    if (e->header.part_count != e->submission.part_count)
        return "the entry has not as many parts as its author signed";
    if (e->header.kind != e->submission.op_class)
        return "the entry's kind is not the class its author signed";
    if (!parts_agree(e))
        return "its parts or its keys are not those of its class";
    return NULL;
}

static enum cw_err check_blob(struct cw_slice blob, const struct hash *named, const char *what, uint32_t index,
                              struct cw_fault *fault)
{
    struct hash hash;

    hash_one(LABEL_BLOB, blob, hash.b);
    if (ID_EQ(&hash, named))
        return CW_OK;
    return fault_set(fault, CW_PEER_HASH, "blob", "the bytes of %s %u do not match the hash that the entry names", what,
                     index);
}

static enum cw_err check_clear_part(const struct chain_entry *e, uint32_t i, struct cw_slice part,
                                    struct cw_fault *fault)
{
    struct cw_slice payload; /* the part is of the length its author signed: parts_agree() */
    struct cw_slice padded = slice(part.data + CLEAR_PREFIX_LEN, part.len - CLEAR_PREFIX_LEN);
    uint8_t commit[32];

    hash_keyed(LABEL_COMMIT, part.data, padded, commit);
    if (memcmp(commit, e->submission.parts[i].commit, sizeof(commit)) != 0)
        return fault_set(fault, CW_PEER_HASH, "commitment", "part %u does not match what its author signed", i);
    if (payload_unpad(padded, &payload) != CW_OK)
        return fault_set(fault, CW_REFUSED_MALFORMED, "commitment", "the padding of part %u is wrong", i);
    return CW_OK;
}

static enum cw_err read_part(struct cw_slice part, struct chain_entry *e, uint32_t i, struct cw_fault *fault)
{
    enum cw_err err;

    if (part.len == 0)
        return CW_OK;
    if (part.len != e->header.parts[i].len)
        return fault_set(fault, CW_PEER_HASH, "blob", "part %u has not the length that the entry names", i);
    err = check_blob(part, &e->header.parts[i].hash, "part", i, fault);
    if (err == CW_OK && class_in_clear(e->header.kind) && e->lawless == NULL)
        err = check_clear_part(e, i, part, fault);
    if (err == CW_OK)
        e->parts[i] = part;
    return err;
}

static enum cw_err read_parts(const Cw__EntryBlobs *blobs, struct chain_entry *e, struct cw_fault *fault)
{
    enum cw_err err = CW_OK;

    for (uint32_t i = 0; err == CW_OK && i < blobs->n_parts && i < e->header.part_count; i++)
        err = read_part(wire_slice(blobs->parts[i]), e, i, fault);
    if (err == CW_OK && blobs->n_parts != 0 && blobs->n_parts != e->header.part_count)
        return fault_set(fault, CW_PEER_HASH, "blob", "not as many parts as the entry names");
    return err;
}

static enum cw_err check_keys(const Cw__EntryBlobs *blobs, const struct chain_entry *e, struct cw_fault *fault)
{
    enum cw_err err = CW_OK;

    if (blobs->n_wraps != 0 && blobs->n_wraps != e->header.key_count)
        return fault_set(fault, CW_PEER_HASH, "blob", "not as many wraps as the entry names");
    for (uint32_t i = 0; err == CW_OK && i < blobs->n_wraps; i++)
        if (blobs->wraps[i].len != 0)
            err = check_blob(wire_slice(blobs->wraps[i]), &e->header.keys[i].wraps, "wraps", i, fault);
    if (err != CW_OK || !blobs->has_envelopes || blobs->envelopes.len == 0)
        return err;
    if (!e->header.has_envelopes)
        return fault_set(fault, CW_PEER_HASH, "blob", "the entry names no envelopes");
    return check_blob(wire_slice(blobs->envelopes), &e->header.envelopes, "envelopes", 0, fault);
}

enum cw_err chain_entry_read(const Cw__EntryRecord *record, struct chain_entry *entry, struct cw_fault *fault)
{
    enum cw_err err = check_carried(record, &entry->header, fault);

    entry->carried = err == CW_OK;
    if (!entry->carried)
        return err;
    entry->lawless = read_submission(record, entry);
    if (record->blobs != NULL)
        err = read_parts(record->blobs, entry, fault);
    if (record->blobs != NULL && err == CW_OK)
        err = check_keys(record->blobs, entry, fault);
    entry->altered = err != CW_OK;
    return err;
}

enum cw_err chain_entry_clear(const struct chain_entry *entry, struct cw_slice *out_payload, struct cw_fault *fault)
{
    struct cw_slice part = entry->parts[0];

    if (part.len <= CLEAR_PREFIX_LEN)
        return fault_set(fault, CW_PEER_HASH, "blob", "the record itself is not here");
    if (payload_unpad(slice(part.data + CLEAR_PREFIX_LEN, part.len - CLEAR_PREFIX_LEN), out_payload) != CW_OK)
        return fault_set(fault, CW_REFUSED_MALFORMED, "commitment", "the padding of part 0 is wrong");
    return CW_OK;
}
