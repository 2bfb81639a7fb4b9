/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec_session.h"

/* ENTRIES: sealed batches of one log, consecutive. */

/* --- blobs of one entry ------------------------------------------------------------------------ */

#define WRAPS_LEN_MAX ((size_t)PARTS_MAX * WRAP_LEN)

/* Field 1, entry_hash, is read over: the position (log, seq) says whose blobs these are. */
static const struct field entry_blobs_fields[] = {
    BYTES_LIST_FIELD(2, struct entry_blobs, parts, part_count, PARTS_MAX, 0, MESSAGE_LEN_MAX),
    BYTES_LIST_FIELD(3, struct entry_blobs, wraps, wrap_count, KEYS_MAX, 0, WRAPS_LEN_MAX),
    BYTES_FIELD(4, struct entry_blobs, envelopes, 0, ENVELOPES_LEN_MAX, 0),
};

const struct grammar entry_blobs_grammar = {GRAMMAR_FIELDS(entry_blobs_fields), .open = true};

/* --- table ------------------------------------------------------------------------------------- */

static const struct field entry_record_fields[] = {
    BYTES_FIELD(1, struct entry_record, header_bytes, 1, HEADER_LEN_MAX, FIELD_REQUIRED),
    BYTES_FIELD(2, struct entry_record, submission_bytes, 0, HEADER_LEN_MAX, 0),
    BYTES_FIELD(3, struct entry_record, proof_bytes, 0, PROOF_LEN_MAX, 0),
    MESSAGE_FIELD(4, struct entry_record, blobs, &entry_blobs_grammar, 0),
    BYTES_FIELD(5, struct entry_record, path_bytes, 0, (uint64_t)BUNDLE_PATH_LEN_MAX, 0),
};

static const struct grammar entry_record_grammar = {GRAMMAR_FIELDS(entry_record_fields), .open = true};

static const struct field sealed_batch_fields[] = {
    MESSAGE_FIELD(1, struct sealed_batch, signed_seal, &signed_seal_grammar, FIELD_REQUIRED),
    MESSAGES_ARENA_FIELD(2, struct sealed_batch, entries, entry_count, 0, SEAL_ENTRIES_MAX, &entry_record_grammar),
};

static const struct grammar sealed_batch_grammar = {GRAMMAR_FIELDS(sealed_batch_fields), .open = true};

static const struct field entries_fields[] = {
    FIXED_FIELD(1, struct peer_entries, log, FIELD_REQUIRED),
    BYTES_FIELD(2, struct peer_entries, genesis_bytes, 0, GENESIS_LEN_MAX, 0),
    MESSAGES_ARENA_FIELD(3, struct peer_entries, batches, batch_count, 0, ENTRIES_BATCHES_MAX, &sealed_batch_grammar),
    FLAG_FIELD(4, struct peer_entries, pushed),
    FLAG_FIELD(5, struct peer_entries, last),
};

static const struct grammar entries_grammar = OPEN_GRAMMAR(entries_fields, struct peer_entries, 0, NULL);

/* --- the records inside ------------------------------------------------------------------------ */

/*
 * The entry header is the sequencing daemon's: outside the grammar it is a fault of that daemon. The
 * submission is the author's: outside the grammar the entry is kept, without effect (DESIGN.md §3).
 */
static enum cw_err parse_record(struct entry_record *r, const struct log_id *log, uint64_t seq)
{
    enum cw_err err = entry_header_parse(r->header_bytes, &r->header);

    if (err != CW_OK)
        return err;
    if (!ID_EQ(&r->header.log, log) || r->header.seq != seq)
        return CW_REFUSED_MALFORMED;
    entry_hash_of(r->header_bytes, &r->hash);
    r->submission_ok = submission_header_parse(r->submission_bytes, &r->submission) == CW_OK &&
                       author_proof_parse(r->proof_bytes, r->path_bytes, &r->proof) == CW_OK;
    return CW_OK;
}

/* A batch is whole: exactly the entries that its seal says. */
static enum cw_err parse_batch(struct sealed_batch *b, const struct log_id *log)
{
    enum cw_err err = seal_parse(b->signed_seal.bytes, &b->seal);

    if (err != CW_OK)
        return err;
    if (!ID_EQ(&b->seal.log, log) || b->entry_count != b->seal.last - b->seal.first + 1)
        return CW_REFUSED_MALFORMED;
    seal_hash_of(b->signed_seal.bytes, &b->seal_hash);
    for (uint32_t i = 0; i < b->entry_count; i++) {
        err = parse_record(&b->entries[i], log, b->seal.first + i);
        if (err != CW_OK)
            return err;
    }
    return CW_OK;
}

static enum cw_err parse_batches(struct peer_entries *e)
{
    uint64_t entry_count = 0;

    for (uint32_t i = 0; i < e->batch_count; i++) {
        enum cw_err err = parse_batch(&e->batches[i], &e->log);
        if (err != CW_OK)
            return err;
        if (i > 0 && e->batches[i].seal.first != e->batches[i - 1].seal.last + 1)
            return CW_REFUSED_MALFORMED;
        entry_count += e->batches[i].entry_count;
    }
    return entry_count <= ENTRIES_COUNT_MAX ? CW_OK : CW_REFUSED_MALFORMED;
}

/* A genesis comes with the first entry, and names the log. */
static enum cw_err parse_genesis(struct peer_entries *e)
{
    struct log_id log;

    if (slice_empty(e->genesis_bytes))
        return CW_OK;
    log_id_of(e->genesis_bytes, &log);
    if (!ID_EQ(&log, &e->log))
        return CW_REFUSED_MALFORMED;
    return genesis_parse(e->genesis_bytes, &e->genesis);
}

enum cw_err entries_parse(struct cw_slice bytes, struct arena *arena, struct peer_entries *out)
{
    struct peer_entries e;
    size_t mark = arena_mark(arena);
    enum cw_err err = grammar_parse(&entries_grammar, bytes, arena, &e);

    if (err == CW_OK)
        err = parse_genesis(&e);
    if (err == CW_OK)
        err = parse_batches(&e);
    if (err == CW_OK)
        *out = e;
    else
        arena_release(arena, mark);
    return err;
}

void entries_encode(const struct peer_entries *in, struct writer *out)
{
    grammar_encode(&entries_grammar, in, out);
}

size_t entries_size(const struct peer_entries *in)
{
    return grammar_size(&entries_grammar, in);
}

static enum cw_err entries_body_parse(struct cw_slice body, struct arena *arena, struct peer_message *out)
{
    return entries_parse(body, arena, &out->as.entries);
}

static enum cw_err entries_body_encode(const struct peer_message *in, struct arena *scratch, struct writer *out)
{
    (void)scratch;
    grammar_encode_field(PEER_ENTRIES, &entries_grammar, &in->as.entries, out);
    return CW_OK;
}

const struct body_codec entries_codec = {entries_body_parse, entries_body_encode};
