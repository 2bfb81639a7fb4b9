/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/chain_entry.h"

#include "proto/wire.h"

#include <stdio.h>

/* Bytes in front of a part in clear: the blinding, zero or not, that its commitment was made with. */
#define CLEAR_PREFIX_LEN 32

static enum cw_err check_header(const struct chain_entry *e, const struct log_id *log, uint64_t seq,
                                struct cw_fault *fault)
{
    if (!ID_EQ(&e->header.log, log) || e->header.seq != seq)
        return fault_set(fault, CW_PEER_CHAIN, "entry", "the entry names another place than it has");
    if (e->header.kind != e->submission.op_class)
        return fault_set(fault, CW_PEER_CHAIN, "entry", "the entry's kind is not the class its author signed");
    if (e->header.part_count != e->submission.part_count)
        return fault_set(fault, CW_PEER_CHAIN, "entry", "the entry has not as many parts as its author signed");
    return CW_OK;
}

static enum cw_err check_submission(const struct chain_entry *e, struct cw_fault *fault)
{
    struct cw_op_id op;
    struct signature signature;
    struct hash submission;

    op_id_of(e->submission_bytes, &op);
    if (!ID_EQ(&op, &e->header.op_id))
        return fault_set(fault, CW_PEER_HASH, "submission", "the submission is not the one the entry names (op id)");
    proof_signature(&e->proof, &signature);
    submission_hash_of(e->submission_bytes, signature.b, &submission);
    if (!ID_EQ(&submission, &e->header.submission))
        return fault_set(fault, CW_PEER_HASH, "proof", "the author's signature is not the one the entry names");
    return CW_OK;
}

static enum cw_err check_blob(struct cw_slice blob, const struct hash *named, const char *what, uint32_t index,
                              struct cw_fault *fault)
{
    struct hash hash;
    char where[32];

    hash_one(LABEL_BLOB, blob, hash.b);
    if (ID_EQ(&hash, named))
        return CW_OK;
    snprintf(where, sizeof(where), "%s %u", what, index);
    return fault_set(fault, CW_PEER_HASH, where, "the bytes do not match the hash that the entry names");
}

static enum cw_err check_clear_part(const struct chain_entry *e, uint32_t i, struct cw_fault *fault)
{
    struct cw_slice part = e->parts[i];
    uint8_t commit[32];
    char where[32];

    snprintf(where, sizeof(where), "part %u", i);
    if (part.len != CLEAR_PREFIX_LEN + size_class_len(e->submission.parts[i].size_class))
        return fault_set(fault, CW_PEER_HASH, where, "the part has not the length its author signed");
    hash_keyed(LABEL_COMMIT, part.data, slice(part.data + CLEAR_PREFIX_LEN, part.len - CLEAR_PREFIX_LEN), commit);
    if (memcmp(commit, e->submission.parts[i].commit, sizeof(commit)) != 0)
        return fault_set(fault, CW_PEER_HASH, where, "the part does not match the commitment its author signed");
    return CW_OK;
}

static enum cw_err read_parts(const Cw__EntryBlobs *blobs, struct chain_entry *e, struct cw_fault *fault)
{
    if (blobs->n_parts != 0 && blobs->n_parts != e->header.part_count)
        return fault_set(fault, CW_PEER_HASH, "parts", "not as many parts as the entry names");
    for (uint32_t i = 0; i < blobs->n_parts; i++) {
        struct cw_slice part = wire_slice(blobs->parts[i]);
        enum cw_err err;

        if (part.len == 0)
            continue;
        if (part.len != e->header.parts[i].len)
            return fault_set(fault, CW_PEER_HASH, "parts", "a part has not the length that the entry names");
        err = check_blob(part, &e->header.parts[i].hash, "part", i, fault);
        if (err != CW_OK)
            return err;
        e->parts[i] = part;
        if (class_in_clear(e->header.kind))
            err = check_clear_part(e, i, fault);
        if (err != CW_OK)
            return err;
    }
    return CW_OK;
}

static enum cw_err check_keys(const Cw__EntryBlobs *blobs, const struct chain_entry *e, struct cw_fault *fault)
{
    enum cw_err err = CW_OK;

    if (blobs->n_wraps != 0 && blobs->n_wraps != e->header.key_count)
        return fault_set(fault, CW_PEER_HASH, "wraps", "not as many wraps as the entry names");
    for (uint32_t i = 0; err == CW_OK && i < blobs->n_wraps; i++)
        if (blobs->wraps[i].len != 0)
            err = check_blob(wire_slice(blobs->wraps[i]), &e->header.keys[i].wraps, "wraps", i, fault);
    if (err != CW_OK || !blobs->has_envelopes || blobs->envelopes.len == 0)
        return err;
    if (!e->header.has_envelopes)
        return fault_set(fault, CW_PEER_HASH, "envelopes", "the entry names no envelopes");
    return check_blob(wire_slice(blobs->envelopes), &e->header.envelopes, "envelopes", 0, fault);
}

static enum cw_err parse(const Cw__EntryRecord *record, struct chain_entry *e, struct cw_fault *fault)
{
    if (entry_header_parse(wire_slice(record->header), &e->header) != CW_OK)
        return fault_set(fault, CW_REFUSED_MALFORMED, "entry", "the entry header is not in its grammar");
    e->submission_bytes = wire_slice(record->submission);
    if (submission_header_parse(e->submission_bytes, &e->submission) != CW_OK)
        return fault_set(fault, CW_REFUSED_MALFORMED, "submission", "the submission header is not in its grammar");
    if (author_proof_parse(wire_slice(record->proof), &e->proof) != CW_OK)
        return fault_set(fault, CW_REFUSED_MALFORMED, "proof", "the author's proof is not in its grammar");
    /* A bundle's path and further root signatures are not under the submission hash. */
    e->proof_covered = e->proof.kind == PROOF_SINGLE || (e->proof.kind == PROOF_THRESHOLD && e->proof.root_count == 1);
    return CW_OK;
}

enum cw_err chain_entry_read(const Cw__EntryRecord *record, const struct log_id *log, uint64_t seq,
                             struct chain_entry *out, struct cw_fault *fault)
{
    struct chain_entry e = {0};
    enum cw_err err = parse(record, &e, fault);

    if (err == CW_OK)
        err = check_header(&e, log, seq, fault);
    if (err == CW_OK)
        err = check_submission(&e, fault);
    if (err == CW_OK && record->blobs != NULL) {
        if (record->blobs->has_entry_hash)
            return fault_set(fault, CW_REFUSED_MALFORMED, "blobs", "an entry hash does not belong here");
        e.part_count = (uint32_t)record->blobs->n_parts;
        err = read_parts(record->blobs, &e, fault);
        if (err == CW_OK)
            err = check_keys(record->blobs, &e, fault);
    }
    if (err == CW_OK)
        *out = e;
    return err;
}

enum cw_err chain_entry_clear(const struct chain_entry *entry, struct cw_slice *out_payload, struct cw_fault *fault)
{
    struct cw_slice part = entry->parts[0];

    if (part.len <= CLEAR_PREFIX_LEN)
        return fault_set(fault, CW_PEER_HASH, "part 0", "the record itself is not here");
    if (payload_unpad(slice(part.data + CLEAR_PREFIX_LEN, part.len - CLEAR_PREFIX_LEN), out_payload) != CW_OK)
        return fault_set(fault, CW_REFUSED_MALFORMED, "part 0", "the padding is wrong");
    return CW_OK;
}
