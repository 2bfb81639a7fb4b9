/* SPDX-License-Identifier: Apache-2.0 */
#include "node/check_entry.h"
#include "node/entry.h"
#include "node/open_part.h"
#include "node/sealer.h"
#include "node/verify_cache.h"

/*
 * A peer's frame: parsed, and every signature, root and blob hash looked at, so that the turn only decides.
 * What cannot be judged yet (a certificate not known here) is said to be unknown, never wrong.
 */

static bool root_fits(const struct sealed_batch *batch, struct arena *arena)
{
    size_t mark = arena_mark(arena);
    struct hash *leaves = ARENA_ARRAY(arena, struct hash, batch->entry_count);
    struct hash root;

    if (leaves == NULL)
        return false;
    for (uint32_t i = 0; i < batch->entry_count; i++)
        merkle_leaf(MERKLE_ENTRIES, ID_SLICE(&batch->entries[i].hash), &leaves[i]);
    merkle_root(MERKLE_ENTRIES, leaves, batch->entry_count, &root);
    arena_release(arena, mark);
    return ID_EQ(&root, &batch->seal.root);
}

/* The entries are those that the seal names: same log, consecutive. */
static bool entries_fit(const struct sealed_batch *batch, const struct log_id *log)
{
    if (!ID_EQ(&batch->seal.log, log) || batch->seal.last - batch->seal.first + 1 != batch->entry_count)
        return false;
    for (uint32_t i = 0; i < batch->entry_count; i++) {
        const struct entry_header *h = &batch->entries[i].header;

        if (!ID_EQ(&h->log, log) || h->seq != batch->seal.first + i)
            return false;
    }
    return true;
}

/* --- entries ------------------------------------------------------------------------------------------- */

static bool blob_fits(struct cw_slice blob, const struct hash *named)
{
    struct hash hash;

    if (blob.len == 0)
        return false;
    hash_one(LABEL_BLOB, blob, hash.b);
    return ID_EQ(&hash, named);
}

void check_blobs(const struct entry_header *header, const struct entry_blobs *blobs, struct entry_check *out)
{
    for (uint32_t i = 0; i < header->part_count && i < blobs->part_count; i++) {
        if (blobs->parts[i].len == header->parts[i].len && blob_fits(blobs->parts[i], &header->parts[i].hash))
            out->parts |= (uint8_t)(1u << i);
    }
    for (uint32_t i = 0; i < header->key_count && i < blobs->wrap_count; i++) {
        if (blob_fits(blobs->wraps[i], &header->keys[i].wraps))
            out->wraps |= (uint8_t)(1u << i);
    }
    out->envelopes = header->has_envelopes && blob_fits(blobs->envelopes, &header->envelopes);
}

void check_author(struct node *n, uint64_t seal_first, struct cw_slice submission_bytes,
                  const struct submission_header *submission, const struct author_proof *proof, struct entry_check *out)
{
    const uint8_t(*keys)[KEY_LEN];
    uint32_t threshold;

    node_authority(n);
    if (proof->kind == PROOF_THRESHOLD) {
        uint32_t count = authority_root_keys(n->authority, seal_first, &keys, &threshold);

        out->author_known = true;
        out->proof_ok =
            submission->op_class == CLASS_ROOT &&
            proof_verify_threshold(&n->identity.network, submission_bytes, proof, keys, count, threshold) == CW_OK;
    } else {
        const struct authority_cert *cert = authority_find(n->authority, &submission->author);

        out->author_known = cert != NULL;
        out->proof_ok = cert != NULL && submission->op_class != CLASS_ROOT &&
                        verify_proof(n->cache, &n->identity.network, submission_bytes, proof, cert->sign_key);
    }
    node_authority_done(n);
}

void check_opens(const struct node *n, const struct entry_header *header, const struct submission_header *submission,
                 const struct entry_blobs *blobs, struct arena *arena, struct entry_check *out)
{
    struct cw_slice wraps[KEYS_MAX] = {{NULL, 0}};

    for (uint32_t k = 0; k < header->key_count && k < KEYS_MAX; k++) {
        if ((out->wraps & (1u << k)) != 0)
            wraps[k] = blobs->wraps[k];
    }
    for (uint32_t i = 0; i < header->part_count && i < submission->part_count; i++) {
        size_t mark = arena_mark(arena);
        struct opened_part opened = {0};
        bool good = (out->parts & (1u << i)) != 0 &&
                    open_part(n, header, submission, i, blobs->parts[i], wraps, arena, &opened) == PART_OPENED;

        if (good)
            out->opened |= (uint8_t)(1u << i);
        if (good && opened.payload.len <= CASE_OP_PAYLOADS_LEN_MAX)
            out->payloads[i] = opened.payload;
        else
            arena_release(arena, mark);
    }
}

static void check_entry(struct node *n, uint64_t seal_first, const struct entry_record *e, struct arena *arena,
                        struct entry_check *out)
{
    check_blobs(&e->header, &e->blobs, out);
    out->says_its_op = e->submission_ok && entry_names_op(&e->header.op_id, e->submission_bytes);
    if (!out->says_its_op)
        return;
    check_author(n, seal_first, e->submission_bytes, &e->submission, &e->proof, out);
    check_opens(n, &e->header, &e->submission, &e->blobs, arena, out);
}

/* Not all there, or not opened: a hole, until the turn, which may hold the key by then, says otherwise. */
static bool is_unheld(const struct entry_record *e, const struct entry_check *check)
{
    const struct entry_header *h = &e->header;
    uint8_t all_parts = (uint8_t)((1u << h->part_count) - 1), all_wraps = (uint8_t)((1u << h->key_count) - 1);

    if (check->parts != all_parts || check->wraps != all_wraps || (h->has_envelopes && !check->envelopes))
        return true;
    return !class_in_clear(h->kind) && check->says_its_op && check->opened != all_parts;
}

/* Whether this daemon can read what it holds of the entry: of such entries it reports holes. */
static bool reads_entry(const struct node *n, const struct entry_header *h)
{
    if (class_in_clear(h->kind))
        return true;
    for (uint32_t k = 0; k < h->key_count; k++) {
        if (vault_can_open(n->vault, &h->keys[k].record))
            return true;
    }
    return false;
}

/*
 * The entry header, which the seal covers, names the submission and its proof, byte for byte; only the path of a bundle
 * is not named, and of that only one fits. So bytes that do not fit are the sender's making, not the origin's:
 * nobody honest stores or relays them. What fits and does not count is the origin's making (judge.c).
 */
static bool carries_what_it_names(const struct entry_record *e)
{
    struct author_proof proof;
    struct hash hash;

    submission_hash_of(e->submission_bytes, e->proof_bytes, &hash);
    if (!ID_EQ(&hash, &e->header.submission))
        return false;
    return author_proof_parse(e->proof_bytes, e->path_bytes, &proof) != CW_OK ||
           proof_path_fits(e->submission_bytes, &proof);
}

static enum cw_err check_batch(struct node *n, const struct peer_entries *entries, uint32_t index, struct sealer *who,
                               struct arena *arena, struct verified_message *out)
{
    const struct sealed_batch *batch = &entries->batches[index];
    struct batch_verdict *verdict = &out->batches[index];

    out->checks[index] = ARENA_ARRAY(arena, struct entry_check, batch->entry_count);
    if (out->checks[index] == NULL && batch->entry_count > 0)
        return CW_LOCAL_MEMORY;
    enum seal_is seal = sealer_check(n, who, batch->seal.first, &batch->signed_seal);
    verdict->signer_known = seal != SEAL_UNKNOWN;
    verdict->seal_ok = seal == SEAL_GOOD && entries_fit(batch, &entries->log) && root_fits(batch, arena);
    if (!verdict->seal_ok)
        return CW_OK;
    bool *unheld = ARENA_ARRAY(arena, bool, batch->entry_count);
    if (unheld == NULL)
        return CW_LOCAL_MEMORY;
    verdict->unheld = unheld;
    verdict->is_member = true;
    for (uint32_t i = 0; i < batch->entry_count; i++) {
        check_entry(n, batch->seal.first, &batch->entries[i], arena, &out->checks[index][i]);
        unheld[i] = is_unheld(&batch->entries[i], &out->checks[index][i]);
        verdict->is_member = verdict->is_member && reads_entry(n, &batch->entries[i].header);
        verdict->seal_ok = verdict->seal_ok && carries_what_it_names(&batch->entries[i]);
    }
    if (verdict->seal_ok)
        sealer_follow(n, who, &entries->log, batch, out->checks[index]);
    return CW_OK;
}

enum cw_err intake_entries(struct node *n, const struct peer_entries *entries, const struct log_head *head,
                           struct arena *arena, struct verified_message *out)
{
    struct sealer who;
    enum cw_err err = CW_OK;

    out->batches = ARENA_ARRAY(arena, struct batch_verdict, entries->batch_count);
    out->checks = ARENA_ARRAY(arena, struct entry_check *, entries->batch_count);
    if (entries->batch_count > 0 && (out->batches == NULL || out->checks == NULL))
        return CW_LOCAL_MEMORY;
    sealer_find(n, &entries->log, head, entries->genesis_bytes, &entries->genesis, &who);
    for (uint32_t i = 0; i < entries->batch_count && err == CW_OK; i++)
        err = check_batch(n, entries, i, &who, arena, out);
    return err;
}

/* --- other messages ------------------------------------------------------------------------------------ */

static bool frontier_is_signed(struct node *n, const struct cert_id *from, const struct peer_frontier *f)
{
    uint8_t key[KEY_LEN];

    if (!ID_EQ(&f->head.signer, from))
        return false;
    const struct authority *a = node_authority(n);
    const struct authority_cert *cert = authority_find(a, from);
    if (cert != NULL)
        memcpy(key, cert->sign_key, KEY_LEN);
    node_authority_done(n);
    return cert != NULL &&
           verify_signature(n->cache, LABEL_FRONTIER, &n->identity.network, f->head_bytes, key, &f->signature);
}

static bool fork_is_proven(struct node *n, const struct fork_proof *proof, bool *out_unknown)
{
    struct sealer who;

    sealer_find(n, &proof->a.log, NULL, proof->genesis_bytes, &proof->genesis, &who);
    enum seal_is a = sealer_check(n, &who, proof->a.first, &proof->signed_a);
    enum seal_is b = sealer_check(n, &who, proof->b.first, &proof->signed_b);

    *out_unknown = a == SEAL_UNKNOWN || b == SEAL_UNKNOWN;
    return a == SEAL_GOOD && b == SEAL_GOOD && ID_EQ(&proof->a.log, &proof->b.log);
}

enum cw_err intake_peer(struct node *n, const struct reader_identity *from, struct cw_slice frame, struct arena *arena,
                        struct input *out)
{
    struct verified_message *v = ARENA_NEW(arena, struct verified_message);
    enum cw_err err = v == NULL ? CW_LOCAL_MEMORY : peer_message_parse(frame, arena, &v->message);

    if (err == CW_LOCAL_MEMORY)
        return err;
    if (err != CW_OK) {
        node_count(n, COUNTER_PEER_MALFORMED);
        return CW_PEER_MALFORMED;
    }
    v->frame_len = frame.len;
    if (v->message.kind == PEER_ENTRIES)
        err = intake_entries(n, &v->message.as.entries, NULL, arena, v);
    else if (v->message.kind == PEER_FRONTIER)
        v->signature_ok = frontier_is_signed(n, &from->cert, &v->message.as.frontier);
    else if (v->message.kind == PEER_FORK_PROOF)
        v->signature_ok = fork_is_proven(n, &v->message.as.fork_proof, &v->signer_unknown);
    *out = (struct input){.kind = INPUT_PEER, .who = *from, .as.peer = v};
    return err;
}

/* --- inputs without bytes ------------------------------------------------------------------------------ */

static void copy_division(char out[static DIVISION_LEN_MAX + 1], const char *division)
{
    size_t len = strnlen(division, DIVISION_LEN_MAX);

    memcpy(out, division, len);
    out[len] = '\0';
}

struct input input_tick(void)
{
    return (struct input){.kind = INPUT_TICK};
}

struct input input_link_up(const struct reader_identity *peer, const char *division, bool incoming)
{
    struct input in = {.kind = INPUT_LINK_UP, .who = *peer};

    copy_division(in.as.link_up.division, division);
    in.as.link_up.incoming = incoming;
    return in;
}

struct input input_link_down(link_id link)
{
    return (struct input){.kind = INPUT_LINK_DOWN, .who.link = link};
}

struct input input_cut(const char *division, bool on)
{
    struct input in = {.kind = INPUT_CUT};

    copy_division(in.as.cut.division, division);
    in.as.cut.on = on;
    return in;
}

struct input input_peers(const char *said)
{
    return (struct input){.kind = INPUT_PEERS, .as.peers.said = said};
}

struct input input_publish(const struct cw_slice *frames, uint32_t count)
{
    return (struct input){.kind = INPUT_PUBLISH, .as.publish = {frames, count}};
}
