/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/proto/record_kinds.h"
#include "tests/unit/proto/samples.h"
#include "tests/vectors/vectors.h"

#include <stdio.h>

/* --- good: each kind in each shape --------------------------------------------------------------- */

static const struct {
    const char *kind;
    const char *id;
    enum label label;
} ids[] = {
    {"network_genesis", "network_id", LABEL_NETWORK},  {"certificate", "cert_id", LABEL_CERT},
    {"submission_header", "op_id", LABEL_OP},          {"genesis", "log_id", LABEL_GENESIS},
    {"entry_header", "entry_hash", LABEL_ENTRY},       {"seal", "seal_hash", LABEL_SEAL},
    {"key_record", "key_record_id", LABEL_KEY_RECORD}, {"enrol_request", "request_hash", LABEL_ENROL},
};

static bool is_accepted(const struct record_kind *kind, struct cw_slice bytes)
{
    static uint8_t arena_memory[1 << 20], written[1 << 19];
    struct arena arena = arena_over(arena_memory, sizeof(arena_memory));
    struct writer back = writer_over(written, sizeof(written));

    return kind->reencode(bytes, &arena, &back) == CW_OK && slice_eq(slice(back.data, back.len), bytes);
}

static void put_id(struct out *o, const char *kind, struct cw_slice bytes)
{
    uint8_t hash[ID_LEN];

    for (size_t i = 0; i < CW_COUNT(ids); i++) {
        if (strcmp(ids[i].kind, kind) != 0)
            continue;
        hash_one(ids[i].label, bytes, hash);
        out_hex(o, ids[i].id, slice(hash, ID_LEN));
    }
}

void make_records(struct out *o)
{
    static const char *const shapes[SAMPLE_VARIANTS] = {"every field", "only what must be there", "another shape"};

    for (size_t k = 0; k < CW_COUNT(record_kinds); k++) {
        for (uint32_t v = 0; v < SAMPLE_VARIANTS; v++) {
            struct cw_slice bytes = sample_of(record_kinds[k].name, v);

            out_vector(o, record_kinds[k].name, shapes[v], NULL);
            out_hex(o, "bytes", bytes);
            put_id(o, record_kinds[k].name, bytes);
            out_check(o, is_accepted(&record_kinds[k], bytes), record_kinds[k].name);
        }
    }
}

/* --- bad: the same faults in each kind ------------------------------------------------------------ */

struct taken {
    struct cw_slice whole; /* a sample */
    size_t at[256];        /* where its fields begin; at[count] is its end */
    size_t count;
};

static void take_apart(struct cw_slice whole, struct taken *out)
{
    struct reader in = reader_over(whole);

    *out = (struct taken){.whole = whole};
    while (reader_left(&in) > 0) {
        out->at[out->count++] = in.at;
        uint64_t tag = reader_varint(&in);
        uint64_t v = reader_varint(&in);
        if ((tag & 7) == 2)
            (void)reader_slice(&in, (size_t)v);
    }
    out->at[out->count] = whole.len;
}

static void put_bad(struct out *o, const struct record_kind *kind, const char *name, const char *reason,
                    const struct writer *w)
{
    struct cw_slice bytes = slice(w->data, w->len);

    out_vector(o, kind->name, name, reason);
    out_hex(o, "bytes", bytes);
    out_check(o, !w->failed && !is_accepted(kind, bytes), kind->name);
}

static void field(const struct taken *t, size_t i, struct writer *w)
{
    writer_bytes(w, t->whole.data + t->at[i], t->at[i + 1] - t->at[i]);
}

static void bad_tail(struct out *o, const struct record_kind *kind, const struct taken *t, struct writer *w)
{
    w->len = 0;
    writer_slice(w, t->whole);
    writer_bytes(w, (const uint8_t[]){0xa0, 0x06, 0x01}, 3);
    put_bad(o, kind, "field 100", "unknown field", w);
    w->len = 0;
    writer_bytes(w, t->whole.data, t->whole.len - 1);
    put_bad(o, kind, "one byte short", "cut inside a field", w);
    w->len = 0;
    put_bad(o, kind, "empty", "required fields are missing", w);
}

static void bad_order(struct out *o, const struct record_kind *kind, const struct taken *t, struct writer *w)
{
    w->len = 0;
    for (size_t i = 1; i < t->count; i++)
        field(t, i, w);
    field(t, 0, w);
    if (t->count > 1)
        put_bad(o, kind, "first field last", "fields do not ascend", w);
    w->len = 0;
    for (size_t i = 0; i < t->count; i++)
        field(t, i, w);
    field(t, 0, w);
    if (t->count > 1)
        put_bad(o, kind, "first field twice", "fields do not ascend", w);
}

static void bad_varints(struct out *o, const struct record_kind *kind, const struct taken *t, struct writer *w)
{
    struct reader in = reader_over(t->whole);

    (void)reader_varint(&in);
    (void)reader_varint(&in); /* the first number or length */
    w->len = 0;
    writer_bytes(w, t->whole.data, in.at - 1);
    writer_u8(w, t->whole.data[in.at - 1] | 0x80);
    writer_u8(w, 0);
    writer_bytes(w, t->whole.data + in.at, t->whole.len - in.at);
    put_bad(o, kind, "a longer varint", "varint is not minimal", w);
    if (t->whole.data[0] != 0x08 || t->whole.data[1] != 1)
        return;
    w->len = 0;
    writer_slice(w, t->whole);
    w->data[1] = 2;
    put_bad(o, kind, "v = 2", "a newer version", w);
}

static void bad_zero(struct out *o, const struct record_kind *kind, const struct taken *t, struct writer *w)
{
    static const struct {
        const char *kind;
        uint8_t b[2];
        size_t after;
    } zeros[] = {
        {"certificate", {0x60, 0}, 11},
        {"authority_record", {0x18, 0}, 2},
        {"submission_header", {0x38, 0}, 6},
        {"entry_header", {0x20, 0}, 3},
        {"seal", {0x38, 0}, 6},
        {"genesis", {0x30, 0}, 5},
        {"frontier_head", {0x28, 0}, 4},
        {"frontier_item", {0x20, 0}, 3},
    };

    for (size_t z = 0; z < CW_COUNT(zeros); z++) {
        if (strcmp(zeros[z].kind, kind->name) != 0)
            continue;
        w->len = 0;
        for (size_t i = 0; i < t->count; i++) {
            uint8_t number = t->whole.data[t->at[i]] >> 3;
            if (number <= zeros[z].after)
                field(t, i, w);
        }
        writer_bytes(w, zeros[z].b, 2);
        for (size_t i = 0; i < t->count; i++) {
            if (t->whole.data[t->at[i]] >> 3 > zeros[z].after + 1)
                field(t, i, w);
        }
        put_bad(o, kind, "a zero written out", "a field that is zero is left out", w);
    }
}

void make_bad_records(struct out *o)
{
    static uint8_t memory[1 << 16];

    for (size_t k = 0; k < CW_COUNT(record_kinds); k++) {
        struct writer w = writer_over(memory, sizeof(memory));
        struct taken t;

        take_apart(sample_of(record_kinds[k].name, 1), &t);
        bad_tail(o, &record_kinds[k], &t, &w);
        bad_order(o, &record_kinds[k], &t, &w);
        bad_varints(o, &record_kinds[k], &t, &w);
        bad_zero(o, &record_kinds[k], &t, &w);
    }
    make_broken_rules(o);
}
