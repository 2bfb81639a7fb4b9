/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fold over arbitrary sets of ops, folded forwards and backwards: same bytes, no write without a fate. The input is a
 * list of ops in a small form of its own, so that the fuzzer spends its time on meaning rather than on framing; with a
 * first byte of 0xff the rest is decoded as a frame and a values part by proto/op.h and folded alone.
 */
#include "cases/cases.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define OPS 48
#define WRITES 4
#define NAMES 3

static struct case_op heads[OPS];
static struct op ops[OPS];
static struct op_write writes[OPS][WRITES];
static struct op_ref named[OPS][WRITES][NAMES];
static struct cw_op_id after[OPS][NAMES];
static struct op_ref corrects[OPS];
static struct hash same[OPS], refs[OPS];
static uint8_t memory[2][4 << 20];

static void require(bool holds)
{
    if (!holds)
        abort();
}

static const struct schema_field *pick_field(struct reader *in)
{
    size_t count;
    const struct schema_field *rows = schema_fields(&count);

    return &rows[reader_be16(in) % count];
}

static void read_write(struct reader *in, uint32_t i, uint32_t w)
{
    const struct schema_field *row = pick_field(in);
    struct op_write *write = &writes[i][w];
    uint8_t bits = reader_u8(in);

    *write = (struct op_write){.field = row->number, .supersedes = named[i][w]};
    write->verb = (enum write_verb)(schema_field_is_set(row) ? 2 + (bits & 3) % 3 : 1 + (bits & 3) / 3);
    write->has_value = (bits & 4) != 0;
    write->withheld = (bits & 8) != 0;
    write->has_max = (bits & 16) != 0;
    write->max_value = bits >> 5;
    write->value.type = (enum value_type)((bits & 32) != 0 ? reader_u8(in) % 6 : (uint8_t)schema_value_type(row->type));
    write->value.number = (int64_t)(int8_t)reader_u8(in);
    write->value.latest = write->value.number + (int64_t)(reader_u8(in) & 7);
    write->value.id.b[0] = (uint8_t)write->value.number;
    write->value.text = slice((bits & 64) != 0 ? "NTH" : "EST", 3);
    write->supersede_count = reader_u8(in) % (NAMES + 1);
    for (uint32_t n = 0; n < write->supersede_count; n++) {
        named[i][w][n].op = heads[reader_u8(in) % OPS].op_id;
        named[i][w][n].index = reader_u8(in) % WRITES;
    }
}

static void read_op(struct reader *in, uint32_t i)
{
    uint8_t bits = reader_u8(in);
    size_t count;
    const struct schema_event *rows = schema_events(&count);

    heads[i].hlc = (bits & 1) != 0 ? UINT64_MAX - reader_u8(in) : reader_u8(in);
    heads[i].roles = (bits & 2) != 0 ? R_ANY : 1u << (reader_u8(in) % 20);
    heads[i].division = slice((bits & 4) != 0 ? "NTH" : "EST", 3);
    heads[i].verdict = (bits & 8) != 0 ? VERDICT_EFFECTIVE : (enum case_verdict)(1 + reader_u8(in) % 4);
    heads[i].author_time.ms = (int64_t)reader_be64(in);
    heads[i].flags = reader_u8(in);
    heads[i].op = (bits & 16) != 0 ? NULL : &ops[i];
    ops[i] = (struct op){
        .type = i == 0 ? OP_OPEN : 1 + reader_u8(in) % 4, .kind = 1 + reader_u8(in) % 5, .writes = writes[i]};
    ops[i].event = rows[reader_u8(in) % count].number;
    ops[i].epoch = reader_u8(in) % 4;
    ops[i].withdraws = (bits & 32) != 0;
    ops[i].after = after[i];
    ops[i].after_count = reader_u8(in) % (NAMES + 1);
    for (uint32_t n = 0; n < ops[i].after_count; n++)
        after[i][n] = heads[reader_u8(in) % OPS].op_id;
    ops[i].corrects = &corrects[i];
    ops[i].correct_count = (bits & 64) != 0;
    corrects[i].op = heads[reader_u8(in) % OPS].op_id;
    ops[i].same_as = &same[i];
    ops[i].same_count = (bits & 128) != 0;
    thing_id_of(&heads[reader_u8(in) % OPS].op_id, 0, &same[i]);
    ops[i].refs = &refs[i];
    ops[i].ref_count = reader_u8(in) & 1;
    thing_id_of(&heads[reader_u8(in) % OPS].op_id, 0, &refs[i]);
    ops[i].write_count = reader_u8(in) % (WRITES + 1);
    for (uint32_t w = 0; w < ops[i].write_count; w++)
        read_write(in, i, w);
}

static struct cw_slice fold_side(uint32_t count, bool backwards)
{
    struct arena arena = arena_over(memory[backwards], sizeof(memory[0]));
    struct cw_case_id id;
    const struct case_state *state = NULL;
    struct fold *fold;
    struct writer w;
    struct cw_slice text = {NULL, 0};

    case_id_of(&heads[0].op_id, &id);
    fold = fold_begin(&arena, &id, NULL);
    for (uint32_t i = 0; i < count; i++)
        require(fold_add(fold, &heads[backwards ? count - 1 - i : i]) == CW_OK);
    require(fold_finish(fold, &state) == CW_OK);
    for (uint32_t i = 0; i < state->write_count; i++)
        require(state->writes[i].fate >= FATE_CURRENT && state->writes[i].fate <= FATE_ACT);
    w = writer_over(arena.base + arena.used, arena.len - arena.used);
    require(case_state_encode(state, &w) == CW_OK);
    require(writer_finish(&w, &text) == CW_OK);
    return text;
}

static void fold_set(struct cw_slice rest)
{
    struct reader in = reader_over(rest);
    uint32_t count = 0;
    struct cw_slice forwards, backwards;

    while (count < OPS && reader_left(&in) > 0)
        read_op(&in, count++);
    if (count == 0)
        return;
    forwards = fold_side(count, false);
    backwards = fold_side(count, true);
    require(slice_eq(forwards, backwards));
}

static void fold_decoded(struct cw_slice rest)
{
    struct reader in = reader_over(rest);
    struct cw_slice payloads[2];
    static uint8_t scratch[1 << 20];
    struct arena arena = arena_over(scratch, sizeof(scratch));
    struct op op;

    payloads[0] = reader_slice(&in, reader_u8(&in));
    payloads[1] = reader_slice(&in, reader_left(&in));
    if (in.failed || op_decode(payloads, 2, &arena, &op, NULL) != CW_OK)
        return;
    struct admission_request request = {
        .op = &op, .roles = R_ANY, .division = slice_of("NTH"), .network_synthetic = true};
    struct refusal refusal;
    char line[200];

    (void)cases_check_op(&request, &refusal);
    require(op_line(&op, TOLD_FORCE, line, sizeof(line)) < sizeof(line));
    heads[0].op = &op;
    heads[0].verdict = VERDICT_EFFECTIVE;
    heads[0].roles = R_ANY;
    heads[0].division = slice_of("NTH");
    heads[0].hlc = 1;
    (void)fold_side(1, false);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (uint32_t i = 0; i < OPS; i++) {
        uint8_t name = (uint8_t)i;

        memset(&heads[i], 0, sizeof(heads[i]));
        hash_one(LABEL_OP, slice(&name, 1), heads[i].op_id.b);
    }
    if (size > 0 && data[0] == 0xff)
        fold_decoded(slice(data + 1, size - 1));
    else
        fold_set(slice(data, size));
    return 0;
}
