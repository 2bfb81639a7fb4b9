/* SPDX-License-Identifier: Apache-2.0 */
#include "node/prepare.h"
#include "node/verify_cache.h"
#include "proto/op_parts.h"

/* --- the author ----------------------------------------------------------------------------------------- */

static enum cw_err check_certificate(struct node *n, const struct authority_cert *cert, struct refusal *refusal)
{
    struct cw_wall now = n->ports.clock.wall(n->ports.clock.ctx);

    if (cert == NULL)
        return refuse(refusal, CW_REFUSED_AUTHOR, "author",
                      "no certificate of this network has this id: ask the authority to issue it");
    if (cert->subject != SUBJECT_PERSON && cert->subject != SUBJECT_DAEMON)
        return refuse(refusal, CW_REFUSED_ROLE, "author", "this kind of certificate does not write to cases");
    if (cert->revoked)
        return refuse(refusal, CW_REFUSED_EXPIRED, "author", "the certificate was revoked");
    if (now.ms < cert->not_before.ms || now.ms > cert->not_after.ms)
        return refuse(refusal, CW_REFUSED_EXPIRED, "author", "the certificate is not valid today: ask for a renewal");
    return CW_OK;
}

static enum cw_err check_proof(struct node *n, const struct prepared *p, const struct authority_cert *cert,
                               struct refusal *refusal)
{
    if (p->proof.kind == PROOF_BUNDLE && !cert->may_bundle)
        return refuse(refusal, CW_REFUSED_SIGNATURE, "proof", "this certificate signs singly, not in bundles");
    if (!verify_proof(n->cache, &n->identity.network, p->header_bytes, &p->proof, cert->sign_key))
        return refuse(refusal, CW_REFUSED_SIGNATURE, "proof",
                      "the signature does not verify for this network and author");
    return CW_OK;
}

static enum cw_err check_author_of(struct node *n, const struct prepared *p, struct refusal *refusal)
{
    const struct authority_cert *cert = authority_find(node_authority(n), &p->header.author);
    enum cw_err err = check_certificate(n, cert, refusal);

    if (err == CW_OK)
        err = check_proof(n, p, cert, refusal);
    node_authority_done(n);
    return err;
}

/* --- the content ---------------------------------------------------------------------------------------- */

static enum cw_err parse_headers(const struct submission *s, struct prepared *p, struct refusal *refusal)
{
    enum cw_err err = submission_header_parse(s->header, &p->header);

    if (err != CW_OK)
        return refuse(refusal, err, "header", "the submission header is not in the grammar of this version");
    err = author_proof_parse(s->proof, s->path, &p->proof);
    if (err != CW_OK)
        return refuse(refusal, err, "proof", "the author's proof is not in the grammar of this version");
    if (p->header.op_class != CLASS_CASE)
        return refuse(refusal, CW_REFUSED_CLASS, "header.class", "only case operations are submitted here");
    p->header_bytes = s->header;
    p->proof_bytes = s->proof;
    p->path_bytes = s->path;
    op_id_of(s->header, &p->op_id);
    submission_hash_of(s->header, s->proof, &p->submission_hash);
    return CW_OK;
}

/* What the op says must fit what the header says: only an opening op has no case yet. */
static enum cw_err check_shape(struct prepared *p, const struct op *op, struct refusal *refusal)
{
    bool opens = op->type == OP_OPEN;

    if (opens && p->header.has_case)
        return refuse(refusal, CW_REFUSED_MALFORMED, "header.case", "an operation that opens a case names none");
    if (!opens && !p->header.has_case)
        return refuse(refusal, CW_REFUSED_MISSING, "header.case", "the case is missing");
    if (opens)
        case_id_of(&p->op_id, &p->case_id);
    else
        p->case_id = p->header.case_id;
    return CW_OK;
}

static enum cw_err check_content(struct prepared *p, struct arena *arena, struct refusal *refusal)
{
    size_t mark = arena_mark(arena);
    struct op op;
    enum cw_err err = op_decode(p->payloads, p->part_count, arena, &op, refusal);

    if (err == CW_OK)
        err = check_shape(p, &op, refusal);
    if (err == CW_OK)
        err = op_check_parts(p->payloads, p->part_count, arena, refusal);
    arena_release(arena, mark);
    return err;
}

/* --- encryption ----------------------------------------------------------------------------------------- */

static enum cw_err seal_part(const struct node *n, const struct submission *s, uint32_t i, struct arena *arena,
                             struct prepared *p)
{
    uint32_t size_class = p->header.parts[i].size_class;
    size_t len = part_sealed_len(size_class);
    void *memory = arena_take(arena, len, 1);
    struct writer w = writer_over(memory, len);
    enum cw_err err;

    if (memory == NULL)
        return CW_LOCAL_MEMORY;
    part_key_new(&n->entropy, &p->keys[i]);
    err = part_seal(&p->keys[i], &p->op_id, i, s->parts[i].r, s->parts[i].payload, size_class, &n->entropy, &w);
    if (err != CW_OK)
        return err;
    p->blobs[i] = slice(memory, w.len);
    p->hashes[i].len = (uint32_t)w.len;
    hash_one(LABEL_BLOB, p->blobs[i], p->hashes[i].hash.b);
    return CW_OK;
}

enum cw_err prepare_wraps(const struct node *n, const struct prepared *p, const struct key_record_id *record,
                          struct arena *arena, struct cw_slice *out)
{
    size_t len = (size_t)p->part_count * WRAP_LEN;
    uint8_t *wraps = arena_take(arena, len, 1);

    if (wraps == NULL)
        return CW_LOCAL_MEMORY;
    for (uint32_t i = 0; i < p->part_count; i++) {
        enum cw_err err =
            vault_wrap(n->vault, record, &p->op_id, i, &p->keys[i], &n->entropy, wraps + (size_t)i * WRAP_LEN);

        if (err != CW_OK)
            return err;
    }
    *out = slice(wraps, len);
    return CW_OK;
}

/* Under keys of others nothing is written. */
static bool reads(const void *ctx, const struct cert_id *maker)
{
    const struct node *n = ctx;

    return authority_reads(n->authority, slice_of(AUDIENCE_FORCE), maker);
}

bool audience_membership(const struct node *n, struct position *out_membership)
{
    (void)authority_members(n->authority, slice_of(AUDIENCE_FORCE), NULL, 0, out_membership);
    return reads(n, &n->cert);
}

bool audience_current_key(const struct node *n, struct key_record_id *out)
{
    struct position membership;

    return audience_membership(n, &membership) &&
           vault_current_key(n->vault, slice_of(AUDIENCE_FORCE), &membership, reads, n, out);
}

enum cw_err prepare_parts(struct node *n, const struct submission *s, struct arena *arena, struct prepared *p)
{
    enum cw_err err = CW_OK;

    for (uint32_t i = 0; i < p->part_count && err == CW_OK; i++)
        err = seal_part(n, s, i, arena, p);
    if (err != CW_OK)
        return err;
    node_authority(n);
    p->wrapped = audience_current_key(n, &p->key_record);
    node_authority_done(n);
    return p->wrapped ? prepare_wraps(n, p, &p->key_record, arena, &p->wraps) : CW_OK;
}

/* What no frame could carry to a peer is refused, not stored where nobody else will ever see it. */
static enum cw_err check_total(const struct submission_header *header, struct refusal *refusal)
{
    size_t total = 0;

    for (uint32_t i = 0; i < header->part_count; i++)
        total += size_class_len(header->parts[i].size_class);
    if (total > PADDED_TOTAL_MAX)
        return refuse(refusal, CW_REFUSED_SIZE, "header.parts",
                      "the parts come to %zu bytes when padded, %d are the limit: say it in several submissions", total,
                      PADDED_TOTAL_MAX);
    return CW_OK;
}

enum cw_err prepare_submission(struct node *n, const struct submission *s, struct arena *arena, struct prepared *out,
                               struct refusal *refusal)
{
    enum cw_err err = parse_headers(s, out, refusal);

    if (err != CW_OK)
        return err;
    err = check_author_of(n, out, refusal);
    if (err != CW_OK)
        return err;
    err = check_total(&out->header, refusal);
    if (err == CW_OK)
        err = submission_check_parts(&out->header, s, arena, refusal);
    if (err != CW_OK)
        return err;
    out->part_count = s->part_count;
    for (uint32_t i = 0; i < s->part_count; i++)
        out->payloads[i] = s->parts[i].payload;
    err = check_content(out, arena, refusal);
    return err == CW_OK ? prepare_parts(n, s, arena, out) : err;
}

enum cw_err prepare_clear_part(const uint8_t r[static 32], struct cw_slice payload, struct arena *arena,
                               struct cw_slice *out_blob, struct part_ref *out_ref)
{
    enum cw_err err = size_class_of(payload.len, &out_ref->size_class);
    size_t padded_len = size_class_len(out_ref->size_class);
    uint8_t *blob = err == CW_OK ? arena_take(arena, 32 + padded_len, 1) : NULL;

    if (blob == NULL)
        return err != CW_OK ? err : CW_LOCAL_MEMORY;
    memcpy(blob, r, 32);
    payload_pad(payload, out_ref->size_class, blob + 32);
    hash_keyed(LABEL_COMMIT, r, slice(blob + 32, padded_len), out_ref->commit);
    *out_blob = slice(blob, 32 + padded_len);
    return CW_OK;
}
