/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/submission.h"

#include <stdio.h>

#define PAD_MARK 0x80

/* --- padding and commitment -------------------------------------------------------------------- */

enum cw_err size_class_of(size_t len, uint32_t *out_class)
{
    for (uint32_t c = 0; c <= SIZE_CLASS_MAX; c++) {
        if (len < size_class_len(c)) { /* less: the mark takes one */
            *out_class = c;
            return CW_OK;
        }
    }
    return CW_REFUSED_SIZE;
}

void payload_pad(struct cw_slice payload, uint32_t size_class, uint8_t *out)
{
    size_t padded_len = size_class_len(size_class);

    CW_ASSERT(size_class <= SIZE_CLASS_MAX && payload.len < padded_len);
    if (payload.len != 0)
        memcpy(out, payload.data, payload.len);
    out[payload.len] = PAD_MARK;
    memset(out + payload.len + 1, 0, padded_len - payload.len - 1);
}

enum cw_err payload_unpad(struct cw_slice padded, struct cw_slice *out)
{
    size_t len = padded.len;
    uint32_t size_class;

    if (len == 0 || size_class_of(len - 1, &size_class) != CW_OK || size_class_len(size_class) != len)
        return CW_REFUSED_MALFORMED;
    while (len > 0 && padded.data[len - 1] == 0)
        len--;
    if (len == 0 || padded.data[len - 1] != PAD_MARK)
        return CW_REFUSED_MALFORMED;
    *out = slice(padded.data, len - 1);
    return CW_OK;
}

enum cw_err payload_commit(const uint8_t r[static 32], struct cw_slice payload, uint32_t size_class,
                           struct arena *scratch, uint8_t out[static 32])
{
    size_t mark = arena_mark(scratch);

    if (size_class > SIZE_CLASS_MAX || payload.len >= size_class_len(size_class))
        return CW_REFUSED_SIZE;
    uint8_t *padded = arena_take(scratch, size_class_len(size_class), 1);
    if (padded == NULL)
        return CW_LOCAL_MEMORY;

    payload_pad(payload, size_class, padded);
    hash_keyed(LABEL_COMMIT, r, slice(padded, size_class_len(size_class)), out);
    arena_release(scratch, mark);
    return CW_OK;
}

static enum cw_err check_part(const struct part_ref *ref, const struct submission_part *part, struct arena *scratch)
{
    uint8_t commit[32];
    enum cw_err err = payload_commit(part->r, part->payload, ref->size_class, scratch, commit);

    if (err != CW_OK)
        return err;
    return memcmp(commit, ref->commit, sizeof(commit)) == 0 ? CW_OK : CW_REFUSED_COMMITMENT;
}

enum cw_err submission_check_parts(const struct submission_header *header, const struct submission *submission,
                                   struct arena *scratch, struct refusal *refusal)
{
    if (submission->part_count != header->part_count)
        return refuse(refusal, CW_REFUSED_COMMITMENT, "parts", "%u parts where the header commits to %u",
                      submission->part_count, header->part_count);

    for (uint32_t i = 0; i < header->part_count; i++) {
        enum cw_err err = check_part(&header->parts[i], &submission->parts[i], scratch);
        char where[REFUSAL_WHERE_LEN_MAX];

        if (err == CW_OK)
            continue;
        snprintf(where, sizeof(where), "parts[%u]", i);
        return refuse(refusal, err, where, "part %u: %s", i, cw_err_sentence(err));
    }
    return CW_OK;
}

/* --- building ---------------------------------------------------------------------------------- */

static enum cw_err commit_parts(const struct submission_draft *draft, struct arena *arena, struct submission_header *h)
{
    for (uint32_t i = 0; i < draft->part_count; i++) {
        const struct submission_part *part = &draft->parts[i];
        enum cw_err err = size_class_of(part->payload.len, &h->parts[i].size_class);

        if (err == CW_OK)
            err = payload_commit(part->r, part->payload, h->parts[i].size_class, arena, h->parts[i].commit);
        if (err != CW_OK)
            return err;
    }
    return CW_OK;
}

static enum cw_err header_of(const struct submission_draft *draft, struct arena *arena, struct submission_header *h)
{
    h->author = draft->author;
    memcpy(h->submission_id, draft->submission_id, sizeof(h->submission_id));
    h->op_class = draft->op_class;
    h->has_case = draft->has_case;
    h->case_id = draft->case_id;
    h->author_time = draft->author_time;
    memcpy(h->device, draft->device, sizeof(h->device));
    h->seen = draft->seen;
    h->part_count = draft->part_count;
    return commit_parts(draft, arena, h);
}

/* What was encoded, kept in the arena. */
static enum cw_err keep(const struct writer *w, struct arena *arena, struct cw_slice *out)
{
    struct cw_slice bytes;
    enum cw_err err = writer_finish(w, &bytes);

    if (err != CW_OK)
        return err;
    const uint8_t *copy = arena_copy(arena, bytes.data, bytes.len);
    if (copy == NULL)
        return CW_LOCAL_MEMORY;
    *out = slice(copy, bytes.len);
    return CW_OK;
}

enum cw_err submission_header_build(const struct submission_draft *draft, struct arena *arena,
                                    struct cw_slice *out_header, struct cw_op_id *out_op)
{
    struct submission_header h = {.part_count = 0};
    uint8_t memory[HEADER_LEN_MAX];
    struct writer w = writer_over(memory, sizeof(memory));

    CW_ASSERT(draft->part_count >= 1 && draft->part_count <= PARTS_MAX);
    enum cw_err err = header_of(draft, arena, &h);
    if (err != CW_OK)
        return err;
    submission_header_encode(&h, &w);
    err = keep(&w, arena, out_header);
    if (err == CW_OK)
        op_id_of(*out_header, out_op);
    return err;
}

enum cw_err submission_build(const struct submission_draft *draft, struct arena *arena, struct cw_slice *out_header,
                             struct cw_slice *out_proof, struct cw_op_id *out_op)
{
    struct author_proof proof = {.kind = PROOF_SINGLE};
    struct signer own = {.secret = draft->secret};
    uint8_t memory[PROOF_LEN_MAX];
    struct writer w = writer_over(memory, sizeof(memory));
    struct cw_slice header, proof_bytes;
    struct cw_op_id op;
    enum cw_err err = submission_header_build(draft, arena, &header, &op);

    if (err == CW_OK)
        err = signer_sign(draft->signer != NULL ? draft->signer : &own, LABEL_OP, &draft->network, header,
                          &proof.signature);
    if (err != CW_OK)
        return err;
    author_proof_encode(&proof, &w);
    err = keep(&w, arena, &proof_bytes);
    if (err != CW_OK)
        return err;
    *out_header = header;
    *out_proof = proof_bytes;
    *out_op = op;
    return CW_OK;
}
