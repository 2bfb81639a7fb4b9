/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/draft.h"

#include "proto/schema.h"
#include "proto/submission.h"
#include "proto/wire.h"

#define DRAFT_LEN_MAX ((size_t)64 << 10)

void draft_begin(struct sim *s, struct draft *d, const struct actor *author, const struct cw_case_id *case_id,
                 uint32_t kind)
{
    memset(d, 0, sizeof *d);
    d->author = author;
    d->case_kind = kind;
    d->op.schema = SCHEMA_VERSION;
    d->op.type = case_id == NULL ? OP_OPEN : OP_SET;
    d->author_time = node_wall(&s->nodes[0]);
    rng_fill(&s->work, d->submission_id, sizeof d->submission_id);
    if (case_id != NULL) {
        d->has_case = true;
        d->case_id = *case_id;
    } else {
        d->op.kind = kind;
        d->op.synthetic = true;
    }
}

void draft_event(struct draft *d, uint32_t event)
{
    d->op.type = OP_EVENT;
    d->op.event = event;
}

struct op_write *draft_write(struct draft *d, uint32_t field, enum write_verb verb)
{
    struct op_write *w = &d->writes[d->op.write_count++];

    CW_ASSERT(d->op.write_count <= DRAFT_WRITES_MAX);
    w->field = field;
    w->verb = verb;
    return w;
}

static enum write_verb verb_of(const struct schema_field *row)
{
    return row != NULL && schema_field_is_set(row) ? VERB_ADD : VERB_SET;
}

struct op_write *draft_number(struct draft *d, uint32_t field, int64_t number)
{
    const struct schema_field *row = schema_field(field);
    struct op_write *w = draft_write(d, field, verb_of(row));

    w->has_value = true;
    w->value.type = row != NULL && row->type == TYPE_FLAG ? VALUE_FLAG : VALUE_NUMBER;
    w->value.number = number;
    if (row != NULL && row->rule == RULE_MAX) {
        w->has_max = true;
        w->max_value = (uint64_t)number;
    }
    return w;
}

struct op_write *draft_text(struct draft *d, uint32_t field, const char *text)
{
    struct op_write *w = draft_write(d, field, verb_of(schema_field(field)));

    w->has_value = true;
    w->value = (struct op_value){.type = VALUE_TEXT, .text = slice_of(text)};
    return w;
}

void draft_names(struct draft *d, struct op_write *w, const struct op_ref *names, size_t count)
{
    struct op_ref *to = d->names[w - d->writes];

    if (count > DRAFT_NAMES_MAX)
        count = DRAFT_NAMES_MAX;
    if (count > 0)
        memcpy(to, names, count * sizeof *names);
    w->supersedes = to;
    w->supersede_count = (uint32_t)count;
}

/* --- bytes ----------------------------------------------------------------------------------------------- */

static void *keep(struct sim *s, const void *bytes, size_t len)
{
    void *copy = arena_take(&s->keep, len > 0 ? len : 1, alignof(max_align_t)); /* structs are kept too */

    CW_ASSERT(copy != NULL);
    if (len > 0)
        memcpy(copy, bytes, len);
    return copy;
}

static void point_to_own(struct draft *d)
{
    d->op.writes = d->writes;
    if (d->op.after_count > 0)
        d->op.after = d->after;
    if (d->op.ref_count > 0)
        d->op.refs = d->refs;
    if (d->op.same_count > 0)
        d->op.same_as = d->same_as;
    if (d->op.correct_count > 0 && d->op.corrects == NULL)
        d->op.corrects = d->corrects;
}

/* Nine declarations of sameness where eight are allowed, as bytes: field 9 of the frame, 32 bytes each. */
static void add_poison(struct writer *frame)
{
    uint8_t id[ID_LEN];

    for (uint8_t i = 0; i < 9; i++) {
        memset(id, i + 1, sizeof id);
        writer_varint(frame, 9 << 3 | 2);
        writer_varint(frame, ID_LEN);
        writer_bytes(frame, id, sizeof id);
    }
    CW_ASSERT(!frame->failed);
}

void draft_submission(struct sim *s, struct draft *d, struct submission *out, struct cw_op_id *out_op)
{
    struct submission_draft draft = {.network = s->cast->network,
                                     .author = d->author->cert,
                                     .secret = &d->author->sign,
                                     .op_class = CLASS_CASE,
                                     .has_case = d->has_case,
                                     .case_id = d->case_id,
                                     .author_time = d->author_time,
                                     .part_count = 1};
    struct writer frame = writer_over(arena_take(&s->scratch, DRAFT_LEN_MAX, 1), DRAFT_LEN_MAX);
    struct writer values = writer_over(arena_take(&s->scratch, DRAFT_LEN_MAX, 1), DRAFT_LEN_MAX);
    struct rng blinding = rng_of(s->options.seed, 0);

    point_to_own(d);
    CW_ASSERT(frame.data != NULL && values.data != NULL);
    CW_ASSERT(op_encode(&d->op, &frame, &values) == CW_OK);
    if (d->poison)
        add_poison(&frame);
    memcpy(&blinding.state, d->submission_id, sizeof blinding.state);
    memcpy(draft.submission_id, d->submission_id, sizeof draft.submission_id);
    draft.parts[0].payload = slice(frame.data, frame.len);
    if (values.len > 0)
        draft.parts[draft.part_count++].payload = slice(values.data, values.len);
    for (uint32_t i = 0; i < draft.part_count; i++)
        rng_fill(&blinding, draft.parts[i].r, 32);
    CW_ASSERT(submission_build(&draft, &s->scratch, &out->header, &out->proof, out_op) == CW_OK);
    out->part_count = draft.part_count;
    memcpy(out->parts, draft.parts, sizeof out->parts);
}

/* The proof by its bytes: one bit of the signature is enough. */
static struct cw_slice spoil(struct sim *s, struct cw_slice proof)
{
    uint8_t *copy = keep(s, proof.data, proof.len);

    copy[proof.len - 20] ^= 1;
    return slice(copy, proof.len);
}

static void pack_request(struct sim *s, const struct submission *sub, const struct draft *d, struct sim_op *out)
{
    Cw__Request request = CW__REQUEST__INIT;
    Cw__Submit submit = CW__SUBMIT__INIT;
    Cw__SubmitPart parts[PARTS_MAX], *part_list[PARTS_MAX];
    uint8_t *memory = arena_take(&s->scratch, DRAFT_LEN_MAX * 2, 1);
    struct writer w = writer_over(memory, DRAFT_LEN_MAX * 2);
    uint8_t id[16] = {0};

    CW_ASSERT(memory != NULL);
    request.has_v = request.has_id = request.has_network = 1;
    request.v = 1;
    request.has_track = request.track = 1;
    request.id = (ProtobufCBinaryData){16, id};
    request.network = wire_bytes(ID_SLICE(&s->cast->network));
    request.submit = &submit;
    submit.has_header = submit.has_proof = 1;
    submit.header = wire_bytes(sub->header);
    submit.proof = wire_bytes(d->bad_signature ? spoil(s, sub->proof) : sub->proof);
    submit.has_path = sub->path.len > 0;
    submit.path = wire_bytes(sub->path);
    submit.n_parts = sub->part_count;
    submit.parts = part_list;
    for (uint32_t i = 0; i < sub->part_count; i++) {
        cw__submit_part__init(&parts[i]);
        part_list[i] = &parts[i];
        parts[i].has_r = parts[i].has_payload = 1;
        parts[i].r = (ProtobufCBinaryData){32, (uint8_t *)(uintptr_t)sub->parts[i].r};
        parts[i].payload = wire_bytes(sub->parts[i].payload);
    }
    submit.has_held_by = submit.has_deadline_ms = 1;
    submit.held_by = d->held_by;
    submit.deadline_ms = 20000;
    wire_pack(&request.base, &w);
    CW_ASSERT(!w.failed);
    out->request = keep(s, w.data, w.len);
    out->request_len = w.len;
}

static struct op keep_op(struct sim *s, const struct op *op)
{
    struct op copy = *op;
    struct op_write *writes = keep(s, op->writes, op->write_count * sizeof *writes);

    for (uint32_t i = 0; i < op->write_count; i++) {
        writes[i].supersedes = keep(s, op->writes[i].supersedes, op->writes[i].supersede_count * sizeof(struct op_ref));
        writes[i].value.text =
            slice(keep(s, op->writes[i].value.text.data, op->writes[i].value.text.len), op->writes[i].value.text.len);
    }
    copy.writes = writes;
    copy.after = keep(s, op->after, op->after_count * sizeof *op->after);
    copy.refs = keep(s, op->refs, op->ref_count * sizeof *op->refs);
    copy.corrects = keep(s, op->corrects, op->correct_count * sizeof *op->corrects);
    copy.same_as = keep(s, op->same_as, op->same_count * sizeof *op->same_as);
    return copy;
}

void draft_build(struct sim *s, struct draft *d, struct sim_op *out)
{
    size_t mark = arena_mark(&s->scratch);
    struct submission sub = {0};

    memset(out, 0, sizeof *out);
    draft_submission(s, d, &sub, &out->id);
    if (d->proof.len > 0) {
        sub.proof = d->proof;
        sub.path = d->path;
    }
    pack_request(s, &sub, d, out);
    out->author = d->author;
    out->opens = !d->has_case;
    out->case_id = d->case_id;
    if (out->opens)
        case_id_of(&out->id, &out->case_id);
    out->kind = d->case_kind;
    memcpy(out->submission_id, d->submission_id, sizeof out->submission_id);
    out->op = keep_op(s, &d->op);
    out->invalid = d->invalid || d->bad_signature;
    out->newer = d->newer;
    out->reuses = d->reuses;
    out->wanted = d->held_by;
    arena_release(&s->scratch, mark);
}

void draft_bundle(struct sim *s, struct draft *drafts, uint32_t count)
{
    size_t mark = arena_mark(&s->scratch);
    struct cw_op_id ids[8] = {{{0}}};
    struct cw_slice proofs[8], paths[8];
    struct submission sub;

    CW_ASSERT(count <= CW_COUNT(ids));
    for (uint32_t i = 0; i < count; i++)
        draft_submission(s, &drafts[i], &sub, &ids[i]);
    CW_ASSERT(bundle_build(&s->cast->network, &drafts[0].author->sign, ids, count, &s->scratch, proofs, paths) ==
              CW_OK);
    for (uint32_t i = 0; i < count; i++) {
        drafts[i].proof = slice(keep(s, proofs[i].data, proofs[i].len), proofs[i].len);
        drafts[i].path = slice(keep(s, paths[i].data, paths[i].len), paths[i].len);
    }
    arena_release(&s->scratch, mark);
}

bool view_case(struct sim_node *n, const struct cw_case_id *id, struct loaded_case *out)
{
    struct node_read read;
    enum cw_err err;

    if (!n->up || node_read_begin(n->node, &read) != CW_OK)
        return false;
    err = case_load(&read, id, &n->sim->scratch, out);
    node_read_done(&read);
    return err == CW_OK;
}
