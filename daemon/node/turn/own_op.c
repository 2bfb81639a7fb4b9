/* SPDX-License-Identifier: Apache-2.0 */
#include "node/own_op.h"

#include "node/payload.h"
#include "node/prepare.h"

/* A submission of the daemon's own: the same bytes as an officer's, made in the turn that stores it. */

bool own_seal_knows(const struct node *n, const struct cert_id *author)
{
    const struct authority_cert *cert;
    struct positions positions;

    replica_seal_positions(n->replica, &positions);
    return authority_judge(n->authority, author, &positions, &cert) == CERT_COUNTS;
}

bool own_seal_reaches_members(const struct node *n)
{
    struct positions positions;

    replica_seal_positions(n->replica, &positions);
    return authority_membership_reached(n->authority, slice_of(AUDIENCE_FORCE), &positions);
}

bool own_op_may(const struct node *n)
{
    const struct authority_cert *cert = authority_find(n->authority, &n->cert);

    return cert != NULL && !cert->revoked && cert->subject == SUBJECT_DAEMON && own_seal_knows(n, &n->cert);
}

enum cw_err own_submission_sign(struct turn *t, struct prepared *p)
{
    uint8_t *header = arena_take(&t->kept, HEADER_LEN_MAX, 1), *proof = arena_take(&t->kept, PROOF_LEN_MAX, 1);
    struct writer header_out = writer_over(header, HEADER_LEN_MAX), proof_out = writer_over(proof, PROOF_LEN_MAX);
    const struct signer_port *signer = &t->n->ports.signer;

    if (header == NULL || proof == NULL)
        return CW_LOCAL_MEMORY;
    submission_header_encode(&p->header, &header_out);
    p->header_bytes = slice(header, header_out.len);
    op_id_of(p->header_bytes, &p->op_id);
    p->proof = (struct author_proof){.kind = PROOF_SINGLE};
    signer->sign(signer->ctx, LABEL_OP, p->header_bytes, &p->proof.signature);
    author_proof_encode(&p->proof, &proof_out);
    p->proof_bytes = slice(proof, proof_out.len);
    submission_hash_of(p->header_bytes, p->proof_bytes, &p->submission_hash);
    return CW_OK;
}

/* One part's payload, in kept memory, with its blinding. */
static enum cw_err add_part(struct turn *t, struct prepared *p, struct submission *s, struct cw_slice payload)
{
    const struct entropy *entropy = &t->n->entropy;
    uint32_t i = s->part_count++;
    struct part_ref *ref = &p->header.parts[i];
    size_t mark = arena_mark(&t->arena);

    entropy->fill(entropy->ctx, s->parts[i].r, sizeof s->parts[i].r);
    s->parts[i].payload = payload;
    p->payloads[i] = payload;
    p->part_count = p->header.part_count = s->part_count;
    enum cw_err err = size_class_of(payload.len, &ref->size_class);
    if (err == CW_OK)
        err = payload_commit(s->parts[i].r, payload, ref->size_class, &t->arena, ref->commit);
    arena_release(&t->arena, mark);
    return err;
}

static enum cw_err add_parts(struct turn *t, const struct op *op, struct prepared *p, struct submission *s)
{
    uint8_t *frame = arena_take(&t->kept, OWN_OP_LEN_MAX, 1), *values = arena_take(&t->kept, OWN_OP_LEN_MAX, 1);
    struct writer frame_out = writer_over(frame, OWN_OP_LEN_MAX), values_out = writer_over(values, OWN_OP_LEN_MAX);

    if (frame == NULL || values == NULL)
        return CW_LOCAL_MEMORY;
    enum cw_err err = op_encode(op, &frame_out, &values_out);
    if (err == CW_OK && (frame_out.failed || values_out.failed))
        err = CW_LOCAL_MEMORY;
    if (err == CW_OK)
        err = add_part(t, p, s, slice(frame, frame_out.len));
    return err == CW_OK && values_out.len > 0 ? add_part(t, p, s, slice(values, values_out.len)) : err;
}

static enum cw_err prepare(struct turn *t, const struct cw_case_id *id, const struct op *op, struct prepared *p)
{
    const struct entropy *entropy = &t->n->entropy;
    struct submission s = {0};

    p->header.author = t->n->cert;
    p->header.op_class = CLASS_CASE;
    p->header.has_case = true;
    p->header.case_id = p->case_id = *id;
    p->header.author_time = t->wall;
    entropy->fill(entropy->ctx, p->header.submission_id, sizeof p->header.submission_id);
    enum cw_err err = add_parts(t, op, p, &s);
    if (err == CW_OK)
        err = own_submission_sign(t, p);
    return err == CW_OK ? prepare_parts(t->n, &s, &t->kept, p) : err;
}

enum cw_err own_op_submit(struct turn *t, const struct cw_case_id *id, const struct op *op)
{
    struct prepared *p = ARENA_NEW(&t->kept, struct prepared);
    enum cw_err err = p == NULL ? CW_LOCAL_MEMORY : prepare(t, id, op, p);

    return err == CW_OK ? admit_own(t, p) : err;
}
