/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/receipt.h"

#include "proto/codec_receipt.h"
#include "proto/submission.h"

#include <stdio.h>

/*
 * docs/protocol.md §5 says the same steps in the same order. The first that fails is named and ends the check:
 * a receipt that holds in part is no receipt.
 */

/* What is being checked, and where in it we are. */
struct checking {
    const struct network_id *network;
    const struct cert_source *certs;
    const struct receipt_record *receipt;
    struct submission_header submission;
    struct hash submission_hash;
    char place[24]; /* "local", "held[3]" */
    struct refusal *refusal;
};

/* A log as far as a receipt needs it. */
struct receipt_log {
    struct log_id id;
    struct genesis genesis;
    struct certificate cert;
};

/* One sealed entry that was found to hold. */
struct sealed_entry {
    struct receipt_log log;
    struct entry_header entry;
    struct seal seal;
    struct hash seal_hash;
};

static enum cw_err fails(struct checking *c, enum cw_err err, const char *what, const char *why)
{
    char where[REFUSAL_WHERE_LEN_MAX];

    snprintf(where, sizeof(where), "%s.%s", c->place, what);
    return refuse(c->refusal, err, where, "%s", why);
}

/* --- a log and its certificate ------------------------------------------------------------------ */

static enum cw_err find_certificate(struct checking *c, const char *what, const struct cert_id *id,
                                    struct certificate *out)
{
    if (!c->certs->find(c->certs->ctx, id, out))
        return fails(c, CW_REFUSED_AUTHOR, what, "signed under a certificate that is not known here");
    if (!ID_EQ(&out->network, c->network))
        return fails(c, CW_REFUSED_NETWORK, what, "signed under a certificate of another network");
    return CW_OK;
}

static enum cw_err check_log(struct checking *c, struct cw_slice genesis, struct receipt_log *out)
{
    enum cw_err err = genesis_parse(genesis, &out->genesis);

    if (err != CW_OK)
        return fails(c, err, "genesis", "the log's genesis is outside the grammar");
    if (!ID_EQ(&out->genesis.network, c->network))
        return fails(c, CW_REFUSED_NETWORK, "genesis", "the log belongs to another network");
    if (out->genesis.scope == LOG_ROOT)
        return fails(c, CW_REFUSED_CLASS, "genesis", "no daemon gives receipts for the root log");
    log_id_of(genesis, &out->id);

    err = find_certificate(c, "genesis", &out->genesis.cert, &out->cert);
    if (err != CW_OK)
        return err;
    if (!slice_eq(out->cert.division, out->genesis.division))
        return fails(c, CW_PEER_SEAL, "genesis", "the log names a division that is not its certificate's");
    if (out->cert.subject != (out->genesis.scope == LOG_DIVISION ? SUBJECT_DAEMON : SUBJECT_AUTHORITY))
        return fails(c, CW_PEER_SEAL, "genesis", "the log's certificate may not seal such a log");
    return CW_OK;
}

/* --- entry, path, seal -------------------------------------------------------------------------- */

static enum cw_err check_seal(struct checking *c, const char *what, const struct signed_seal *from,
                              const struct receipt_log *log, struct seal *out)
{
    enum cw_err err = seal_parse(from->bytes, out);

    if (err != CW_OK)
        return fails(c, err, what, "the seal is outside the grammar");
    if (!ID_EQ(&out->log, &log->id))
        return fails(c, CW_PEER_SEAL, what, "the seal is of another log");
    if (!seal_verify(c->network, from, log->cert.sign_key))
        return fails(c, CW_PEER_SEAL, what, "the seal's signature does not verify");
    if (out->first == 1 && memcmp(out->prev.b, log->id.b, ID_LEN) != 0)
        return fails(c, CW_PEER_CHAIN, what, "the log's first seal does not begin at its genesis");
    return CW_OK;
}

static enum cw_err check_entry(struct checking *c, struct cw_slice bytes, const struct receipt_log *log,
                               struct entry_header *out)
{
    enum cw_err err = entry_header_parse(bytes, out);

    if (err != CW_OK)
        return fails(c, err, "entry", "the entry header is outside the grammar");
    if (!ID_EQ(&out->log, &log->id))
        return fails(c, CW_PEER_HASH, "entry", "the entry is of another log than the genesis");
    if (!ID_EQ(&out->op_id, &c->receipt->op_id))
        return fails(c, CW_PEER_HASH, "entry", "the entry sequences another op");
    if (!ID_EQ(&out->submission, &c->submission_hash))
        return fails(c, CW_PEER_HASH, "entry", "the entry is for other signed bytes of this op");
    if (out->kind != c->submission.op_class || out->part_count != c->submission.part_count)
        return fails(c, CW_PEER_HASH, "entry", "the entry's kind or parts are not the submission's");
    return CW_OK;
}

static enum cw_err check_path(struct checking *c, const struct receipt_evidence *e, const struct sealed_entry *s)
{
    struct hash entry_hash, leaf;

    if (s->entry.seq < s->seal.first || s->entry.seq > s->seal.last)
        return fails(c, CW_PEER_SEAL, "seal", "the seal does not cover the entry's place");
    entry_hash_of(e->entry, &entry_hash);
    merkle_leaf(MERKLE_ENTRIES, ID_SLICE(&entry_hash), &leaf);
    if (merkle_check(MERKLE_ENTRIES, &leaf, (size_t)(s->entry.seq - s->seal.first),
                     (size_t)(s->seal.last - s->seal.first + 1), e->path, e->path_count, &s->seal.root) != CW_OK)
        return fails(c, CW_PEER_HASH, "path", "the path does not lead from the entry to the seal's root");
    return CW_OK;
}

static enum cw_err check_sealed_entry(struct checking *c, const struct receipt_evidence *e, struct cw_slice genesis,
                                      struct sealed_entry *out)
{
    enum cw_err err = check_log(c, genesis, &out->log);

    if (err == CW_OK)
        err = check_entry(c, e->entry, &out->log, &out->entry);
    if (err == CW_OK)
        err = check_seal(c, "seal", &e->seal, &out->log, &out->seal);
    if (err == CW_OK)
        err = check_path(c, e, out);
    seal_hash_of(e->seal.bytes, &out->seal_hash);
    return err;
}

/* --- a further division -------------------------------------------------------------------------- */

static bool is_hole(const struct frontier_item *item, uint64_t seq)
{
    for (uint32_t i = 0; i < item->hole_count; i++) {
        if (item->holes[i] == seq)
            return true;
    }
    return false;
}

static enum cw_err check_item(struct checking *c, const struct receipt_evidence *e, const struct sealed_entry *s,
                              struct frontier_item *out)
{
    enum cw_err err = frontier_item_parse(e->frontier_item, out);

    if (err != CW_OK)
        return fails(c, err, "frontier_item", "the frontier item is outside the grammar");
    if (!ID_EQ(&out->log, &s->log.id))
        return fails(c, CW_PEER_FRONTIER, "frontier_item", "the frontier item is of another log");
    if (out->blob_seq < s->entry.seq || is_hole(out, s->entry.seq))
        return fails(c, CW_PEER_FRONTIER, "frontier_item",
                     "the division does not say that it holds this entry's parts");
    return CW_OK;
}

/* From the entry's seal to the one that the item names, each continuing the one before. */
static enum cw_err check_between(struct checking *c, const struct receipt_evidence *e, const struct sealed_entry *s,
                                 const struct frontier_item *item)
{
    struct hash head = s->seal_hash;
    uint64_t last = s->seal.last;

    for (uint32_t i = 0; i < e->between_count; i++) {
        char what[24];
        struct seal seal;

        snprintf(what, sizeof(what), "between[%u]", i);
        enum cw_err err = check_seal(c, what, &e->between[i], &s->log, &seal);
        if (err != CW_OK)
            return err;
        if (seal.first - 1 != last || !ID_EQ(&seal.prev, &head))
            return fails(c, CW_PEER_CHAIN, what, "the seal does not continue the one before it");
        seal_hash_of(e->between[i].bytes, &head);
        last = seal.last;
    }
    if (last != item->seq || !ID_EQ(&head, &item->seal))
        return fails(c, CW_PEER_CHAIN, "between", "the seals do not lead to the position that the division names");
    return CW_OK;
}

static enum cw_err check_frontier(struct checking *c, const struct receipt_evidence *e, struct certificate *out_signer)
{
    struct frontier_head head;
    struct hash leaf;
    enum cw_err err = frontier_head_parse(e->frontier_head, &head);

    if (err != CW_OK)
        return fails(c, err, "frontier", "the frontier head is outside the grammar");
    merkle_leaf(MERKLE_ITEMS, e->frontier_item, &leaf);
    if (merkle_check(MERKLE_ITEMS, &leaf, e->item_index, head.item_count, e->item_path, e->item_path_count,
                     &head.root) != CW_OK)
        return fails(c, CW_PEER_FRONTIER, "item_path", "the path does not lead from the item to the frontier's root");
    err = find_certificate(c, "frontier", &head.signer, out_signer);
    if (err != CW_OK)
        return err;
    if (out_signer->subject != SUBJECT_DAEMON)
        return fails(c, CW_PEER_FRONTIER, "frontier", "the frontier's signer is not a daemon");
    if (!verify_bytes(LABEL_FRONTIER, c->network, e->frontier_head, out_signer->sign_key, &e->frontier_signature))
        return fails(c, CW_PEER_FRONTIER, "frontier", "the frontier's signature does not verify");
    return CW_OK;
}

static enum cw_err check_held(struct checking *c, const struct receipt_evidence *e, const struct sealed_entry *local,
                              struct certificate *out_signer)
{
    struct sealed_entry sealed = *local;
    struct frontier_item item;
    enum cw_err err = CW_OK;

    if (!slice_empty(e->entry))
        err = check_sealed_entry(c, e, slice_empty(e->genesis) ? c->receipt->genesis : e->genesis, &sealed);
    if (err == CW_OK)
        err = check_item(c, e, &sealed, &item);
    if (err == CW_OK)
        err = check_between(c, e, &sealed, &item);
    if (err == CW_OK)
        err = check_frontier(c, e, out_signer);
    return err;
}

/* --- the whole ---------------------------------------------------------------------------------- */

static enum cw_err check_submission(struct checking *c)
{
    const struct receipt_record *r = c->receipt;
    struct author_proof proof;
    struct cw_op_id op;

    if (!ID_EQ(&r->network, c->network))
        return refuse(c->refusal, CW_REFUSED_NETWORK, "network", "the receipt belongs to another network");
    op_id_of(r->submission_header, &op);
    if (!ID_EQ(&op, &r->op_id))
        return refuse(c->refusal, CW_PEER_HASH, "op_id", "the op id is not the hash of the submission header");
    enum cw_err err = submission_header_parse(r->submission_header, &c->submission);
    if (err != CW_OK)
        return refuse(c->refusal, err, "submission_header", "the submission header is outside the grammar");
    err = author_proof_parse(r->proof, r->path, &proof);
    if (err != CW_OK)
        return refuse(c->refusal, err, "proof", "the author's proof is outside the grammar");
    if (!proof_path_fits(r->submission_header, &proof))
        return refuse(c->refusal, CW_PEER_HASH, "path",
                      "the path does not lead from the op to the bundle that was signed");
    submission_hash_of(r->submission_header, r->proof, &c->submission_hash);
    return CW_OK;
}

/* Divisions counted so far; two certificates of one division are one place that can burn down. */
static bool is_new_division(const struct cw_slice *seen, uint32_t count, struct cw_slice division)
{
    for (uint32_t i = 0; i < count; i++) {
        if (slice_eq(seen[i], division))
            return false;
    }
    return true;
}

static enum cw_err count_divisions(struct checking *c, const struct sealed_entry *local, uint32_t *out_count)
{
    struct cw_slice seen[RECEIPT_HELD_MAX + 1] = {local->log.cert.division};
    uint32_t count = 1;

    for (uint32_t i = 0; i < c->receipt->held_count; i++) {
        struct certificate signer = {.subject = SUBJECT_UNKNOWN};

        snprintf(c->place, sizeof(c->place), "held[%u]", i);
        enum cw_err err = check_held(c, &c->receipt->held[i], local, &signer);
        if (err != CW_OK)
            return err;
        if (is_new_division(seen, count, signer.division))
            seen[count++] = signer.division;
    }
    *out_count = count;
    return CW_OK;
}

static void facts_of(const struct checking *c, const struct sealed_entry *local, uint32_t held_by,
                     struct receipt_facts *out)
{
    *out = (struct receipt_facts){
        .op_id = c->receipt->op_id,
        .log = local->log.id,
        .seq = local->entry.seq,
        .hlc = local->entry.hlc,
        .held_by = held_by,
    };
    memcpy(out->division, local->log.cert.division.data, local->log.cert.division.len);
}

enum cw_err receipt_verify(struct cw_slice receipt, const struct network_id *network, const struct cert_source *certs,
                           struct arena *arena, struct receipt_facts *out, struct refusal *refusal)
{
    size_t mark = arena_mark(arena);
    struct receipt_record record;
    struct sealed_entry local;
    struct checking c = {network, certs, &record, .place = "local", .refusal = refusal};
    uint32_t held_by;
    enum cw_err err = receipt_record_parse(receipt, arena, &record);

    if (err != CW_OK)
        return refuse(refusal, err, "", "the receipt cannot be read: %s", cw_err_sentence(err));
    err = check_submission(&c);
    if (err == CW_OK)
        err = check_sealed_entry(&c, &record.local, record.genesis, &local);
    if (err == CW_OK)
        err = count_divisions(&c, &local, &held_by);
    if (err == CW_OK)
        facts_of(&c, &local, held_by, out);
    arena_release(arena, mark);
    return err;
}
