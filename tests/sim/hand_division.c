/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/hand_division.h"

#include "proto/submission.h"

#include <stdlib.h>

static void fill(void *ctx, void *out, size_t len)
{
    rng_fill(ctx, out, len);
}

/* --- becoming that division --------------------------------------------------------------------------------- */

static bool learn_key(struct hand_division *h, struct sim_node *from)
{
    struct row_key key = {.len = 0};
    struct cw_slice value, envelopes;
    struct look l;
    bool opened = false;

    if (!look_begin(&l, from))
        return false;
    while (!opened && look_next(&l, TABLE_KEY, slice(NULL, 0), &key, &value)) {
        struct key_row row;

        CW_ASSERT(key_row_parse(value, &row) == CW_OK);
        CW_ASSERT(from->store.get(l.txn, TABLE_BLOB, KEY(row_key_blob(&row.log, row.seq, BLOB_ENVELOPES, 0)),
                                  &envelopes) == CW_OK);
        key_record_id_of(row.record, &h->record);
        CW_ASSERT(vault_learn(h->vault, &(struct key_author){.cert = from->who->cert, .member = true}, row.record,
                              envelopes, &opened) == CW_OK);
    }
    look_done(&l);
    return opened;
}

static bool known_positions(const struct hand_division *h, struct sim_node *n, struct positions *out)
{
    const struct log_id *logs[2] = {&h->sim->cast->root_log, &h->sim->cast->authority_log};
    struct log_row row;
    struct look l;

    memset(out, 0, sizeof *out);
    if (!look_begin(&l, n))
        return false;
    for (uint32_t i = 0; i < 2; i++) {
        if (!look_log(&l, logs[i], &row))
            break;
        out->at[out->count++] = (struct position){*logs[i], row.head.seq, row.head.seal};
    }
    look_done(&l);
    if (out->count < 2)
        return false;
    if (ID_COMPARE(&out->at[0].log, &out->at[1].log) > 0) {
        struct position keep = out->at[0];

        out->at[0] = out->at[1];
        out->at[1] = keep;
    }
    return true;
}

void hand_division_beside(struct hand_division *h, struct sim *s, uint32_t index)
{
    const struct actor *who = s->nodes[index].who;

    memset(h, 0, sizeof *h);
    h->sim = s;
    h->index = index;
    h->entropy = rng_of(s->options.seed, 4000);
    CW_ASSERT(vault_new(&(struct vault_limits){16}, &who->cert, &who->box, false, &h->vault) == CW_OK);
}

void hand_division_open(struct hand_division *h, struct sim *s, uint32_t index)
{
    struct sim_node *n = &s->nodes[index];

    process_crash(n);
    n->present = n->honest = false;
    hand_division_beside(h, s, index);
    CW_ASSERT(learn_key(h, &s->nodes[0]));
    hand_log_open(s->cast, &h->log, LOG_DIVISION, n->who);
}

bool hand_division_new_log(struct hand_division *h, uint64_t n, uint32_t node)
{
    struct positions known;

    if (!learn_key(h, &h->sim->nodes[node]) || !known_positions(h, &h->sim->nodes[node], &known))
        return false;
    hand_log_open_nth(h->sim->cast, &h->log, LOG_DIVISION, h->sim->nodes[h->index].who, n);
    return true;
}

void hand_division_done(struct hand_division *h)
{
    vault_free(h->vault);
}

/* --- writing ---------------------------------------------------------------------------------------------------- */

static void seal_parts(struct hand_division *h, const struct submission *sub, const struct cw_op_id *op,
                       struct entry_record *e, struct arena *arena)
{
    struct entropy entropy = {&h->entropy, fill};
    uint8_t *wraps = arena_take(arena, (size_t)sub->part_count * WRAP_LEN, 1);

    for (uint32_t i = 0; i < sub->part_count; i++) {
        uint32_t size_class = e->submission.parts[i].size_class;
        struct writer w = writer_over(arena_take(arena, part_sealed_len(size_class), 1), part_sealed_len(size_class));
        struct part_key key;

        part_key_new(&entropy, &key);
        CW_ASSERT(part_seal(&key, op, i, sub->parts[i].r, sub->parts[i].payload, size_class, &entropy, &w) == CW_OK);
        CW_ASSERT(vault_wrap(h->vault, &h->record, op, i, &key, &entropy, wraps + (size_t)i * WRAP_LEN) == CW_OK);
        e->blobs.parts[i] = slice(w.data, w.len);
        hash_one(LABEL_BLOB, e->blobs.parts[i], e->header.parts[i].hash.b);
        e->header.parts[i].len = (uint32_t)w.len;
    }
    e->header.part_count = e->blobs.part_count = sub->part_count;
    e->header.key_count = e->blobs.wrap_count = 1;
    e->header.keys[0].record = h->record;
    e->blobs.wraps[0] = slice(wraps, (size_t)sub->part_count * WRAP_LEN);
    hash_one(LABEL_BLOB, e->blobs.wraps[0], e->header.keys[0].wraps.b);
}

static struct cw_slice spoilt(struct cw_slice proof, struct arena *arena)
{
    struct author_proof parsed;
    struct writer w = writer_over(arena_take(arena, PROOF_LEN_MAX, 1), PROOF_LEN_MAX);

    CW_ASSERT(author_proof_parse(proof, slice(NULL, 0), &parsed) == CW_OK);
    parsed.signature.b[7] ^= 1;
    author_proof_encode(&parsed, &w);
    return slice(w.data, w.len);
}

static void make_entry(struct hand_division *h, struct draft *d, struct cw_wall now, struct entry_record *e,
                       struct arena *arena)
{
    struct sim *s = h->sim;
    struct submission sub = {0};
    struct writer w = writer_over(arena_take(arena, HEADER_LEN_MAX, 1), HEADER_LEN_MAX);

    draft_submission(s, d, &sub, &e->header.op_id);
    if (d->under != NULL)
        e->header.op_id = *d->under;
    e->submission_bytes = sub.header;
    e->proof_bytes = d->bad_signature ? spoilt(sub.proof, arena) : sub.proof;
    CW_ASSERT(submission_header_parse(e->submission_bytes, &e->submission) == CW_OK);
    submission_hash_of(e->submission_bytes, e->proof_bytes, &e->header.submission);
    e->header.log = h->log.log;
    e->header.seq = h->log.seq + 1;
    e->header.hlc = (uint64_t)now.ms << 16 | h->log.seq;
    e->header.kind = CLASS_CASE;
    seal_parts(h, &sub, &e->header.op_id, e, arena);
    entry_header_encode(&e->header, &w);
    CW_ASSERT(!w.failed);
    e->header_bytes = slice(w.data, w.len);
    entry_hash_of(e->header_bytes, &e->hash);
}

uint32_t hand_division_write(struct hand_division *h, struct draft *d, uint32_t node)
{
    struct sim *s = h->sim;
    size_t mark = arena_mark(&s->scratch), len;
    struct entry_record entry = {0};
    struct sealed_batch batch = {.entry_count = 1, .entries = &entry};
    struct positions known;
    uint8_t *frame;

    make_entry(h, d, node_wall(&s->nodes[node]), &entry, &s->scratch);
    CW_ASSERT(known_positions(h, &s->nodes[node], &known));
    frame = hand_log_seal(s->cast, &h->log, &batch, &known, &s->scratch, &len);
    history_add(s->history, &(struct made_entry){.log = h->log.log,
                                                 .seq = entry.header.seq,
                                                 .hash = entry.hash,
                                                 .hlc = entry.header.hlc,
                                                 .origin = h->index,
                                                 .op = entry.header.op_id});
    node_put(&s->nodes[node], &(struct inbox_item){.kind = INBOX_PUBLISH, .who.admin = true}, slice(frame, len));
    free(frame);
    arena_release(&s->scratch, mark);
    return (uint32_t)entry.header.seq;
}
