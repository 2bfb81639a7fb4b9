/* SPDX-License-Identifier: Apache-2.0 */
#include "node/case_work.h"
#include "node/exec.h"
#include "node/seal_put.h"
#include "node/turn.h"

/* The own log: opened, its entries sequenced, its seals signed. Entries are applied when their seal is known. */

enum cw_err exec_open_log(struct turn *t, const struct effect *effect)
{
    struct node *n = t->n;
    struct touched_log *touched = ARENA_NEW(&t->kept, struct touched_log);
    uint8_t bytes[256];
    struct writer w = writer_over(bytes, sizeof bytes);

    if (touched == NULL)
        return CW_LOCAL_MEMORY;
    *touched = (struct touched_log){effect->as.open_log.log, effect->as.open_log.genesis, t->touched};
    t->touched = touched;
    n->own = (struct own_row){.open = true, .log = effect->as.open_log.log};
    own_row_encode(&n->own, &w);
    const struct log_head *head = replica_log_find(n->replica, &n->own.log);
    CW_ASSERT(head != NULL);
    enum cw_err err = log_row_put(t, head);
    return err == CW_OK ? db_put(t, TABLE_META, row_key_text(META_OWN), slice(bytes, w.len)) : err;
}

static struct turn_submission *submission_of(struct turn *t, uint64_t tag)
{
    for (uint32_t i = t->sequenced; i < t->submission_count; i++) { /* in order: found at once */
        if (t->submissions[i].tag == tag)
            return &t->submissions[i];
    }
    return NULL;
}

enum cw_err exec_put_entry(struct turn *t, const struct effect *effect)
{
    struct turn_submission *s = submission_of(t, effect->as.put_entry.tag);

    CW_ASSERT(s != NULL);
    s->draft = *effect->as.put_entry.header;
    s->header_bytes = effect->as.put_entry.bytes;
    s->entry_hash = effect->as.put_entry.hash;
    s->seq = s->draft.seq;
    t->sequenced++;
    return CW_OK;
}

static void fill_blobs(const struct turn_submission *s, struct entry_blobs *out)
{
    memset(out, 0, sizeof *out);
    out->part_count = s->prepared->part_count;
    for (uint32_t i = 0; i < out->part_count; i++)
        out->parts[i] = s->prepared->blobs[i];
    out->wrap_count = s->draft.key_count;
    if (out->wrap_count > 0)
        out->wraps[0] = s->wraps;
    out->envelopes = s->envelopes;
}

static enum cw_err apply_own(struct turn *t, const struct log_head *head, const struct turn_submission *s,
                             uint64_t first, const struct positions *positions)
{
    size_t mark = arena_mark(&t->arena);
    struct entry_in *e = ARENA_NEW(&t->arena, struct entry_in);
    struct entry_blobs *blobs = ARENA_NEW(&t->arena, struct entry_blobs);
    const struct prepared *p = s->prepared;

    if (e == NULL || blobs == NULL)
        return CW_LOCAL_MEMORY;
    fill_blobs(s, blobs);
    *e = (struct entry_in){
        .log = head->log,
        .scope = head->scope,
        .log_cert = head->cert,
        .seal_first = first,
        .positions = positions,
        .header_bytes = s->header_bytes,
        .submission_bytes = p->header_bytes,
        .proof_bytes = p->proof_bytes,
        .path_bytes = p->path_bytes,
        .header = s->draft,
        .submission_ok = true,
        .submission = p->header,
        .proof = p->proof,
        .blobs = blobs,
    };
    memcpy(e->division, head->division, sizeof e->division);
    /* Verified at intake, or made here a moment ago: everything fits and opens. */
    uint8_t all_parts = (uint8_t)((1u << p->part_count) - 1);
    e->check = (struct entry_check){
        .author_known = true,
        .proof_ok = true,
        .parts = all_parts,
        .wraps = (uint8_t)((1u << s->draft.key_count) - 1),
        .envelopes = s->draft.has_envelopes,
        .opened = all_parts,
    };
    memcpy(e->check.payloads, p->payloads, p->part_count * sizeof *p->payloads);
    t->applying_own = true;
    t->applying_reused = s->reused;
    enum cw_err err = entry_apply(t, e);
    t->applying_own = t->applying_reused = false;
    if (p->header.op_class == CLASS_CASE && s->reused)
        case_cache_drop(t->n, &p->case_id); /* the copy kept there carries no flag */
    else if (p->header.op_class == CLASS_CASE)
        case_cache_place(t->n, &p->case_id, e);
    arena_release(&t->arena, mark);
    return err;
}

enum cw_err exec_put_seal(struct turn *t, const struct effect *effect)
{
    const struct signer_port *signer = &t->n->ports.signer;
    const struct seal *seal = effect->as.put_seal.seal;
    const struct log_head *head = replica_log_find(t->n->replica, &seal->log);
    struct signed_seal signed_seal = {.bytes = effect->as.put_seal.bytes, .signature_count = 1};
    struct positions *positions = ARENA_NEW(&t->arena, struct positions);

    CW_ASSERT(head != NULL);
    if (positions == NULL)
        return CW_LOCAL_MEMORY;
    signer->sign(signer->ctx, LABEL_SEAL, signed_seal.bytes, &signed_seal.signatures[0]);
    enum cw_err err = seal_put(t, seal, &signed_seal, &effect->as.put_seal.hash, positions);
    while (err == CW_OK && t->sealed < t->sequenced && t->submissions[t->sealed].seq <= seal->last)
        err = apply_own(t, head, &t->submissions[t->sealed++], seal->first, positions);
    t->own_changed = true;
    t->own_head = (struct position){seal->log, seal->last, effect->as.put_seal.hash};
    return err;
}

/* A fork, or a wrong clock: the log is left, and the next submission opens another that names it. */
enum cw_err own_row_follow(struct turn *t)
{
    struct node *n = t->n;
    const struct log_head *left = replica_log_find(n->replica, &n->own.log);
    uint8_t bytes[256];
    struct writer w = writer_over(bytes, sizeof bytes);

    if (!n->own.open || left == NULL || replica_own_log(n->replica) != NULL)
        return CW_OK;
    n->own.open = false;
    n->own.has_prior = left->seq > 0;
    n->own.prior = (struct position){left->log, left->seq, left->seal};
    n->own.next_n = left->n + 1;
    own_row_encode(&n->own, &w);
    return db_put(t, TABLE_META, row_key_text(META_OWN), slice(bytes, w.len));
}
