/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/lab.h"

#include <stdio.h>

#include "node/answer.h"
#include "proto/op.h"
#include "proto/submission.h"
#include "proto/wire.h"

/* What the officer submits. */

static void *take(struct lab *lab, size_t len)
{
    void *memory = arena_take(&lab->world.arena, len, 16);

    world_must(memory != NULL, "the world's arena is full");
    return memory;
}

static struct cw_slice done(struct writer *w)
{
    world_must(!w->failed, "an encoding did not fit");
    return slice(w->data, w->len);
}

static size_t payloads_len(const struct submission *s)
{
    size_t len = 0;

    for (uint32_t i = 0; i < s->part_count; i++)
        len += s->parts[i].payload.len;
    return len;
}

static void pack(struct lab *lab, const struct submission *s, enum lab_spoil spoil, struct lab_op *out)
{
    Cw__Request request = CW__REQUEST__INIT;
    Cw__Submit submit = CW__SUBMIT__INIT;
    Cw__SubmitPart parts[PARTS_MAX], *list[PARTS_MAX];
    size_t cap = 8192 + payloads_len(s);
    struct writer w = writer_over(take(lab, cap), cap);
    uint8_t id[16] = {1}, *proof = take(lab, s->proof.len), network[ID_LEN];

    memcpy(proof, s->proof.data, s->proof.len);
    memcpy(network, lab->world.network.b, ID_LEN);
    if (spoil == SPOIL_SIGNATURE)
        proof[s->proof.len - 20] ^= 1;
    if (spoil == SPOIL_NETWORK)
        network[0] ^= 1;
    request.has_v = request.has_id = request.has_network = 1;
    request.v = 1;
    request.id = wire_bytes(slice(id, sizeof id));
    request.network = wire_bytes(slice(network, sizeof network));
    request.submit = &submit;
    submit.has_header = submit.has_proof = 1;
    submit.header = wire_bytes(s->header);
    submit.proof = wire_bytes(slice(proof, s->proof.len));
    submit.has_path = s->path.len > 0;
    submit.path = wire_bytes(s->path);
    submit.n_parts = s->part_count;
    submit.parts = list;
    for (uint32_t i = 0; i < s->part_count; i++) {
        cw__submit_part__init(&parts[i]);
        list[i] = &parts[i];
        parts[i].has_r = parts[i].has_payload = 1;
        parts[i].r = wire_bytes(slice(s->parts[i].r, 32));
        parts[i].payload = wire_bytes(s->parts[i].payload);
    }
    if (spoil == SPOIL_PART)
        parts[0].payload.len--;
    submit.has_held_by = spoil == SPOIL_HELD_BY_TWO;
    submit.held_by = 2;
    submit.has_deadline_ms = 1;
    submit.deadline_ms = 60000;
    wire_pack(&request.base, &w);
    out->request = done(&w);
}

/* Four parts of the largest size class, signed: each is lawful, together no frame carries them. */
static void make_heavy(struct lab *lab, const struct world_identity *author, struct submission *s)
{
    struct submission_header header;
    struct author_proof proof = {.kind = PROOF_SINGLE};
    struct writer bytes = writer_over(take(lab, HEADER_LEN_MAX), HEADER_LEN_MAX);
    struct writer signature = writer_over(take(lab, PROOF_LEN_MAX), PROOF_LEN_MAX);

    world_must(submission_header_parse(s->header, &header) == CW_OK, "header");
    s->part_count = header.part_count = 4;
    for (uint32_t i = 0; i < header.part_count; i++) {
        header.parts[i] = header.parts[0];
        header.parts[i].size_class = SIZE_CLASS_MAX;
        s->parts[i] = s->parts[0];
    }
    submission_header_encode(&header, &bytes);
    s->header = done(&bytes);
    sign_bytes(LABEL_OP, &lab->world.network, s->header, &author->keys.sign, &proof.signature);
    author_proof_encode(&proof, &signature);
    s->proof = done(&signature);
}

/* One of three op ids that were signed at once; the others name nothing. */
static void make_bundled(struct lab *lab, const struct world_identity *author, const struct cw_op_id *op,
                         struct submission *s)
{
    struct cw_op_id ops[3] = {{{1}}, *op, {{2}}};
    struct cw_slice proofs[3], paths[3];

    world_must(bundle_build(&lab->world.network, &author->keys.sign, ops, 3, &lab->world.arena, proofs, paths) == CW_OK,
               "bundle");
    s->proof = proofs[1];
    s->path = paths[1];
}

/* The first write again and again, each of the first value. */
static void share_value(const struct op_write *said, struct writer *frame)
{
    for (uint32_t i = 1; i < WRITES_MAX; i++) {
        uint8_t bytes[32];
        struct writer w = writer_over(bytes, sizeof bytes);

        writer_u8(&w, 1 << 3);
        writer_varint(&w, said->field);
        writer_u8(&w, 2 << 3);
        writer_varint(&w, said->verb);
        writer_u8(&w, 3 << 3);
        writer_varint(&w, 1);
        writer_u8(frame, 5 << 3 | 2);
        writer_varint(frame, w.len);
        writer_bytes(frame, bytes, w.len);
    }
}

/* A value of ours in a part: what nobody looks at, unless somebody does. */
static void hide_value(struct writer *values)
{
    static const uint8_t secret[] = {1 << 3 | 2, 8, 1 << 3 | 2, 6, 'S', 'E', 'C', 'R', 'E', 'T'};

    writer_bytes(values, secret, sizeof secret);
}

static size_t said_len(const struct op *op)
{
    size_t len = 4096 + 256 * (size_t)op->write_count;

    for (uint32_t i = 0; i < op->write_count; i++)
        len += op->writes[i].value.text.len;
    return len;
}

static size_t frame_len(const struct op *op)
{
    size_t len = 4096;

    for (uint32_t i = 0; i < op->write_count; i++)
        len += 40 * (size_t)op->writes[i].supersede_count;
    return len;
}

static void build(struct lab *lab, const struct op *op, uint32_t number, const struct cw_case_id *id,
                  const struct world_identity *author, enum lab_spoil spoil, struct lab_op *out)
{
    size_t cap = said_len(op), frame_cap = frame_len(op);
    struct writer frame = writer_over(take(lab, frame_cap), frame_cap), values = writer_over(take(lab, cap), cap);
    struct submission_draft draft = {.network = lab->world.network,
                                     .author = author->id,
                                     .secret = &author->keys.sign,
                                     .op_class = CLASS_CASE,
                                     .has_case = id != NULL,
                                     .author_time = {WORLD_TIME_MS + lab->author_ms},
                                     .part_count = 1};
    struct submission s = {.part_count = 1};

    world_must(op_encode(op, &frame, &values) == CW_OK, "op");
    if (spoil == SPOIL_SHARED)
        share_value(&op->writes[0], &frame);
    if (spoil == SPOIL_UNNAMED_VALUE)
        hide_value(&values);
    if (id != NULL)
        draft.case_id = *id;
    WORLD_FILL(draft.submission_id, "submission id", spoil == SPOIL_SAME_ID ? number - 1 : number);
    if (values.len > 0) /* no write names a part without values */
        draft.part_count++;
    if (spoil == SPOIL_UNNAMED_PART)
        draft.part_count++;
    s.part_count = draft.part_count;
    draft.parts[0].payload = done(&frame);
    draft.parts[1].payload = done(&values);
    draft.parts[2].payload = slice_of("\xff\xfe anything \x1b[31m");
    WORLD_FILL(draft.parts[0].r, "blinding", 2 * number);
    WORLD_FILL(draft.parts[1].r, "blinding", 2 * number + 1);
    WORLD_FILL(draft.parts[2].r, "blinding", 2 * number + 1);
    world_must(submission_build(&draft, &lab->world.arena, &s.header, &s.proof, &out->op) == CW_OK, "submission");
    memcpy(s.parts, draft.parts, sizeof s.parts);
    if (spoil == SPOIL_HEAVY)
        make_heavy(lab, author, &s);
    if (spoil == SPOIL_BUNDLED || spoil == SPOIL_STRANGER_BUNDLED)
        make_bundled(lab, author, &out->op, &s);
    if (id != NULL)
        out->case_id = *id;
    else
        case_id_of(&out->op, &out->case_id);
    out->header = s.header;
    out->proof = s.proof;
    pack(lab, &s, spoil, out);
}

void lab_open_case(struct lab *lab, uint32_t number, enum lab_spoil spoil, struct lab_op *out)
{
    struct op_write writes[2] = {{.field = FIELD_TITLE, .verb = VERB_SET, .has_value = true},
                                 {.field = 9999, .verb = VERB_SET, .has_value = true}};
    struct op op = {.type = OP_OPEN,
                    .schema = SCHEMA_VERSION,
                    .kind = KIND_OPERATION,
                    .synthetic = true,
                    .write_count = spoil == SPOIL_FIELD ? 2 : 1,
                    .writes = writes};

    writes[0].value.type = writes[1].value.type = VALUE_TEXT;
    writes[0].value.text = slice_of(spoil == SPOIL_SECRET ? "SECRET" : "Operation Larkspur");
    writes[1].value.text = slice_of("nothing");
    bool stranger = spoil == SPOIL_STRANGER || spoil == SPOIL_STRANGER_BUNDLED;
    build(lab, &op, number, NULL, stranger ? &lab->late_officer : &lab->world.officer, spoil, out);
}

void lab_open_child(struct lab *lab, uint32_t number, struct lab_op *out)
{
    struct op_write write = {.field = FIELD_TITLE, .verb = VERB_SET, .has_value = true};
    struct op op = {.type = OP_OPEN,
                    .schema = SCHEMA_VERSION,
                    .kind = KIND_CHILD,
                    .synthetic = true,
                    .write_count = 1,
                    .writes = &write};

    write.value = (struct op_value){.type = VALUE_TEXT, .text = slice_of("Child of Larkspur Lane")};
    build(lab, &op, number, NULL, &lab->world.officer, SPOIL_NOTHING, out);
}

void lab_put(struct lab *lab, uint32_t number, const struct cw_case_id *id, const struct cw_op_id *added,
             uint32_t field, const char *text, struct lab_op *out)
{
    struct op_ref named = {.op = added == NULL ? (struct cw_op_id){{0}} : *added};
    struct op_write write = {.field = field,
                             .verb = added == NULL ? VERB_ADD : VERB_REMOVE,
                             .has_value = true,
                             .supersede_count = added == NULL ? 0 : 1,
                             .supersedes = &named};
    struct op op = {.type = OP_SET, .schema = SCHEMA_VERSION, .write_count = 1, .writes = &write};

    write.value = (struct op_value){.type = VALUE_TEXT, .text = slice_of(text)};
    build(lab, &op, number, id, &lab->world.officer, SPOIL_NOTHING, out);
}

void lab_note(struct lab *lab, uint32_t number, const struct cw_case_id *id, const char *text, struct lab_op *out)
{
    struct op_write writes[2] = {{.field = FIELD_OCCURRED, .verb = VERB_SET, .has_value = true},
                                 {.field = FIELD_TEXT, .verb = VERB_SET, .has_value = true}};
    struct op op = {
        .type = OP_EVENT, .schema = SCHEMA_VERSION, .event = EVENT_NOTE, .write_count = 2, .writes = writes};

    writes[0].value = (struct op_value){.type = VALUE_INTERVAL, .number = WORLD_TIME_MS, .latest = WORLD_TIME_MS};
    writes[1].value = (struct op_value){.type = VALUE_TEXT, .text = slice_of(text)};
    build(lab, &op, number, id, &lab->world.officer, SPOIL_NOTHING, out);
}

static void set(struct lab *lab, uint32_t number, const struct cw_case_id *id, uint32_t field, const char *text,
                const struct world_identity *author, enum lab_spoil spoil, struct lab_op *out)
{
    struct op_write write = {.field = field, .verb = VERB_SET, .has_value = true};
    struct op op = {.type = OP_SET, .schema = SCHEMA_VERSION, .write_count = 1, .writes = &write};

    write.value = (struct op_value){.type = VALUE_TEXT, .text = slice_of(text)};
    build(lab, &op, number, id, author, spoil, out);
}

void lab_set(struct lab *lab, uint32_t number, const struct cw_case_id *id, uint32_t field, const char *text,
             const struct world_identity *author, struct lab_op *out)
{
    set(lab, number, id, field, text, author, SPOIL_NOTHING, out);
}

void lab_set_shared(struct lab *lab, uint32_t number, const struct cw_case_id *id, uint32_t field, const char *text,
                    struct lab_op *out)
{
    set(lab, number, id, field, text, &lab->world.officer, SPOIL_SHARED, out);
}

void lab_say(struct lab *lab, uint32_t number, const struct cw_case_id *id, const struct op *op,
             const struct world_identity *author, struct lab_op *out)
{
    build(lab, op, number, id, author, SPOIL_NOTHING, out);
}

void lab_handle(struct lab *lab, uint32_t number, const struct cw_case_id *id, uint32_t count, struct lab_op *out)
{
    static char texts[WRITES_MAX][64];
    struct op_write writes[WRITES_MAX] = {{0}};
    struct op op = {.type = OP_SET, .schema = SCHEMA_VERSION, .write_count = count, .writes = writes};

    world_must(count <= WRITES_MAX, "writes");
    for (uint32_t i = 0; i < count; i++) {
        snprintf(texts[i], sizeof texts[i], "handling instruction %02u, in about sixty characters of it", i);
        writes[i] = (struct op_write){.field = FIELD_HANDLING, .verb = VERB_ADD, .has_value = true};
        writes[i].value = (struct op_value){.type = VALUE_TEXT, .text = slice_of(texts[i])};
    }
    build(lab, &op, number, id, &lab->world.officer, SPOIL_NOTHING, out);
}

void lab_answer(struct lab *lab, uint32_t number, const struct cw_case_id *id, uint32_t field, const char *text,
                const struct cw_op_id *after, struct lab_op *out)
{
    struct op_write write = {.field = field, .verb = VERB_SET, .has_value = true};
    struct op op = {
        .type = OP_SET, .schema = SCHEMA_VERSION, .write_count = 1, .writes = &write, .after_count = 1, .after = after};

    write.value = (struct op_value){.type = VALUE_TEXT, .text = slice_of(text)};
    build(lab, &op, number, id, &lab->world.officer, SPOIL_NOTHING, out);
}
