/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/client/registrar.h"
#include "tests/unit/client/identity_of.h"

#include "lib/identity.h"
#include "lib/unpack.h"
#include "proto/seen.h"
#include "proto/wire.h"

#include <casewire/submission.h>

#include <check.h>
#include <stdlib.h>

static const struct cw_wall noon = {1795348800000};

/* --- the network ------------------------------------------------------------------------------------------------ */

static void issue(struct authority *a, enum subject_kind subject, const char *division, const char *home)
{
    struct issue_order order = {.subject = subject, .division = division, .name = home, .days = 10, .may_bundle = true};
    char path[PATH_LEN_MAX];
    struct cw_fault fault;

    ck_assert(path_join(path, a->dir, "%s", home));
    order.home = path;
    if (subject == SUBJECT_PERSON) {
        order.role_count = 1;
        order.roles[0] = 2;
    } else {
        order.may_bundle = false;
    }
    ck_assert_int_eq(authority_issue(a, &order, &fault), CW_OK);
}

static void take_daemon(const char *dir, const char *who, struct cert_id *out_id, struct key_bundle *out_keys)
{
    struct cw_identity *daemon = identity_of_folder(dir, who);

    *out_id = daemon->id;
    *out_keys = daemon->keys;
    cw_identity_close(daemon);
}

static void begin_log(struct registrar *r)
{
    struct genesis genesis = {.scope = LOG_DIVISION, .division = slice_of("NTH"), .cert = r->north, .n = 1};

    memcpy(genesis.network.b, r->network, ID_LEN);
    ck_assert_int_eq(sealer_begin(&genesis, &r->log), CW_OK);
}

void registrar_open(struct registrar *r)
{
    struct authority_plan plan = {.dir = r->dir, .network_name = "Marlshire test", .force = "ZZ"};
    struct authority a;
    struct cw_fault fault;

    *r = (struct registrar){.act_to = UINT32_MAX};
    snprintf(r->dir, sizeof(r->dir), "/tmp/casewire-test.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(r->dir));
    ck_assert_int_eq(authority_create(&plan, &fault), CW_OK);
    ck_assert_int_eq(authority_open(r->dir, true, slice(NULL, 0), &a, &fault), CW_OK);
    issue(&a, SUBJECT_DAEMON, "NTH", "north");
    issue(&a, SUBJECT_DAEMON, "EST", "east");
    issue(&a, SUBJECT_PERSON, "NTH", "officer");
    ck_assert_int_eq(authority_commit(&a, &fault), CW_OK);
    ck_assert_int_eq(buf_add(&r->genesis, buf_slice(&a.genesis)), CW_OK);
    memcpy(r->network, a.network.b, CW_ID_LEN);
    r->authority = (struct position){a.log.log, a.log.seq, a.log.seal};
    authority_close(&a);
    ck_assert_int_eq(authority_segments_read(r->dir, &r->segments, &fault), CW_OK);
    take_daemon(r->dir, "north", &r->north, &r->north_keys);
    take_daemon(r->dir, "east", &r->east, &r->east_keys);
    r->officer = identity_of_folder(r->dir, "officer");
    begin_log(r);
}

void registrar_close(struct registrar *r)
{
    registrar_stop(r);
    for (unsigned i = 0; i < r->op_count; i++) {
        free(r->ops[i].memory);
        buf_done(&r->ops[i].header);
        buf_done(&r->ops[i].proof);
        buf_done(&r->ops[i].path);
    }
    sealer_done(&r->log);
    authority_segments_done(&r->segments);
    buf_done(&r->genesis);
    cw_identity_close(r->officer);
    folder_remove(r->dir);
}

struct cw_trust *registrar_trust(const struct registrar *r, bool filled)
{
    struct cw_trust *trust = NULL;

    ck_assert_int_eq(cw_trust_new(buf_slice(&r->genesis), r->network, &trust, NULL), CW_OK);
    for (size_t i = 0; filled && i < r->segments.count; i++)
        ck_assert_int_eq(cw_trust_add(trust, buf_slice(&r->segments.bytes[i]), NULL), CW_OK);
    return trust;
}

/* --- storing ------------------------------------------------------------------------------------------------------ */

static struct registered *find(struct registrar *r, const struct cw_op_id *op)
{
    for (unsigned i = 0; i < r->op_count; i++) {
        if (ID_EQ(&r->ops[i].op, op))
            return &r->ops[i];
    }
    return NULL;
}

static bool has_case(const struct registrar *r, const struct cw_case_id *id)
{
    for (unsigned i = 0; i < r->op_count; i++) {
        if (ID_EQ(&r->ops[i].case_id, id))
            return true;
    }
    return false;
}

static void seal(struct registrar *r, struct registered *op, uint32_t part_count)
{
    struct sealer_entry entry = {
        .header = buf_slice(&op->header), .proof = buf_slice(&op->proof), .part_count = part_count};
    struct positions news = {.count = 1, .at = {r->authority}};
    struct sealer_signer signer = {&r->north_keys.sign};
    struct buf segment = {0};
    ProtobufCMessage *message;

    for (uint32_t i = 0; i < part_count; i++)
        entry.blobs[i] = slice_of("ciphertext");
    ck_assert_int_eq(sealer_seal(&r->log, &entry, 1, r->known ? NULL : &news, noon, &signer, &segment), CW_OK);
    r->known = true;
    ck_assert_int_eq(message_unpack(&cw__entries__descriptor, buf_slice(&segment), &op->memory, &message, NULL), CW_OK);
    op->entries = (const Cw__Entries *)message;
    buf_done(&segment);
}

static struct registered *store(struct registrar *r, const Cw__Submit *submit, const struct cw_op_id *id,
                                const struct submission_header *header)
{
    struct registered *op = find(r, id);

    if (op != NULL) {
        op->times++;
        return op;
    }
    ck_assert_uint_lt(r->op_count, REGISTRAR_OPS_MAX);
    op = &r->ops[r->op_count++];
    *op = (struct registered){.op = *id, .times = 1};
    if (header->has_case)
        op->case_id = header->case_id;
    else
        case_id_of(id, &op->case_id);
    ck_assert_int_eq(buf_add(&op->header, wire_slice(submit->header)), CW_OK);
    ck_assert_int_eq(buf_add(&op->proof, wire_slice(submit->proof)), CW_OK);
    ck_assert_int_eq(buf_add(&op->path, wire_slice(submit->path)), CW_OK);
    seal(r, op, (uint32_t)submit->n_parts);
    return op;
}

/* --- receipts ------------------------------------------------------------------------------------------------------ */

/* Everything that the answer points to until it is packed. */
struct paper {
    Cw__Submitted submitted;
    Cw__Receipt receipt;
    Cw__ReceiptItem local, held, *held_at[1];
    Cw__SignedFrontier frontier;
    uint8_t item[256], head[FRONTIER_HEAD_LEN_MAX];
    struct signature signature;
};

static void show_holder(const struct registrar *r, const struct registered *op, struct paper *p)
{
    const Cw__SealedBatch *batch = op->entries->batches[0];
    struct frontier_item item = {.log = r->log.log};
    struct frontier_head head = {.signer = r->east, .counter = 1, .item_count = 1, .start = {1}};
    struct writer w = writer_over(p->item, sizeof(p->item));
    struct network_id network;
    struct hash leaf;
    struct seal seal;

    ck_assert_int_eq(seal_parse(wire_slice(batch->seal->seal), &seal), CW_OK);
    item.seq = item.blob_seq = seal.last;
    seal_hash_of(wire_slice(batch->seal->seal), &item.seal);
    frontier_item_encode(&item, &w);
    merkle_leaf(MERKLE_ITEMS, slice(p->item, w.len), &leaf);
    merkle_root(MERKLE_ITEMS, &leaf, 1, &head.root);
    cw__receipt_item__init(&p->held);
    p->held.has_frontier_item = 1;
    p->held.frontier_item = wire_bytes(slice(p->item, w.len));
    w = writer_over(p->head, sizeof(p->head));
    frontier_head_encode(&head, &w);
    memcpy(network.b, r->network, ID_LEN);
    sign_bytes(LABEL_FRONTIER, &network, slice(p->head, w.len), &r->east_keys.sign, &p->signature);
    cw__signed_frontier__init(&p->frontier);
    p->frontier.has_head = p->frontier.has_signature = 1;
    p->frontier.head = wire_bytes(slice(p->head, w.len));
    p->frontier.signature = wire_bytes(slice(p->signature.b, SIGNATURE_LEN));
    p->held.frontier = &p->frontier;
    p->held_at[0] = &p->held;
    p->receipt.n_held = 1;
    p->receipt.held = p->held_at;
}

static const uint8_t elsewhere[CW_ID_LEN] = {7};

static void write_receipt(const struct registrar *r, const struct registered *op, struct paper *p)
{
    Cw__SealedBatch *batch = op->entries->batches[0];

    cw__receipt__init(&p->receipt);
    cw__receipt_item__init(&p->local);
    p->receipt.has_network = p->receipt.has_op_id = p->receipt.has_submission_header = p->receipt.has_proof = 1;
    p->receipt.network = wire_bytes(slice(r->network, CW_ID_LEN));
    p->receipt.op_id = wire_bytes(ID_SLICE(&op->op));
    p->receipt.submission_header = wire_bytes(buf_slice(&op->header));
    p->receipt.proof = wire_bytes(buf_slice(&op->proof));
    p->receipt.has_path = op->path.len > 0;
    p->receipt.path = wire_bytes(buf_slice(&op->path));
    p->receipt.has_genesis = 1;
    p->receipt.genesis = wire_bytes(buf_slice(&r->log.genesis));
    p->receipt.local = &p->local;
    p->local.has_entry = 1;
    p->local.entry = batch->entries[0]->header;
    p->local.seal = batch->seal;
    if (r->spoil)
        p->receipt.network = wire_bytes(slice(elsewhere, sizeof(elsewhere)));
    if (r->held_by_two)
        show_holder(r, op, p);
}

static enum fake_act acknowledge(struct registrar *r, const struct registered *op, Cw__Answer *out)
{
    static struct paper paper; /* one daemon at a time */

    cw__submitted__init(&paper.submitted);
    write_receipt(r, op, &paper);
    paper.submitted.has_op_id = paper.submitted.has_held_by = 1;
    paper.submitted.op_id = wire_bytes(ID_SLICE(&op->op));
    paper.submitted.held_by = r->says_held_by != 0 ? r->says_held_by : r->held_by_two ? 2 : 1;
    paper.submitted.receipt = &paper.receipt;
    out->submitted = &paper.submitted;
    return r->seen - 1 >= r->act_from && r->seen - 1 < r->act_to ? r->act : FAKE_ANSWER;
}

static enum fake_act refuse_with(Cw__Answer *out, enum cw_err code)
{
    out->has_code = out->has_text = 1;
    out->code = (uint32_t)code;
    out->text = wire_bytes(slice_of("not like this"));
    return FAKE_ANSWER;
}

/* --- logs ------------------------------------------------------------------------------------------------------------- */

static enum fake_act list_logs(const struct registrar *r, Cw__Answer *out)
{
    static Cw__ExportChunk chunk;
    static Cw__LogHead heads[8], *head_at[8];
    static Cw__Position positions[8];
    static uint8_t logs[8][CW_ID_LEN];

    cw__export_chunk__init(&chunk);
    chunk.logs = head_at;
    for (size_t i = 0; i < r->segments.count && i < CW_COUNT(heads); i++) {
        ProtobufCMessage *message;
        void *memory;

        ck_assert_int_eq(
            message_unpack(&cw__entries__descriptor, buf_slice(&r->segments.bytes[i]), &memory, &message, NULL), CW_OK);
        memcpy(logs[i], ((Cw__Entries *)message)->log.data, CW_ID_LEN);
        free(memory);
        cw__log_head__init(&heads[i]);
        cw__position__init(&positions[i]);
        positions[i].has_log = 1;
        positions[i].log = wire_bytes(slice(logs[i], CW_ID_LEN));
        heads[i].head = &positions[i];
        heads[i].has_scope_kind = 1;
        heads[i].scope_kind = i == 0 ? LOG_ROOT : LOG_AUTHORITY;
        head_at[chunk.n_logs++] = &heads[i];
    }
    out->export = &chunk;
    return FAKE_ANSWER;
}

static enum fake_act show_log(const struct registrar *r, const Cw__ExportLog *request, Cw__Answer *out)
{
    static Cw__ExportChunk chunk;
    static void *memory;
    ProtobufCMessage *message;

    cw__export_chunk__init(&chunk);
    chunk.has_last = chunk.last = 1;
    out->export = &chunk;
    for (size_t i = 0; i < r->segments.count && request->after == 0; i++) {
        free(memory);
        memory = NULL;
        ck_assert_int_eq(
            message_unpack(&cw__entries__descriptor, buf_slice(&r->segments.bytes[i]), &memory, &message, NULL), CW_OK);
        if (slice_eq(wire_slice(((Cw__Entries *)message)->log), wire_slice(request->log))) {
            chunk.entries = (Cw__Entries *)message;
            break;
        }
    }
    return FAKE_ANSWER;
}

/* --- what a session has seen -------------------------------------------------------------------------------------------- */

static void put_token(struct registrar *r, Cw__Answer *out)
{
    static uint8_t bytes[256];
    struct writer w = writer_over(bytes, sizeof(bytes));
    struct seen seen = {.counter = 1};

    if (!r->new_start)
        return;
    memcpy(seen.network.b, r->network, CW_ID_LEN);
    seen.start[0] = (uint8_t)r->starts++;
    seen_encode(&seen, &w);
    out->has_session = true;
    out->session = wire_bytes(slice(bytes, w.len));
}

static enum fake_act list_cases(struct registrar *r, Cw__Answer *out)
{
    static Cw__CaseList list = CW__CASE_LIST__INIT;

    r->lists++;
    out->list = &list;
    put_token(r, out);
    return FAKE_ANSWER;
}

/* --- the daemon --------------------------------------------------------------------------------------------------------- */

static enum fake_act serve(void *context, const Cw__Request *request, unsigned nth, Cw__Answer *out)
{
    struct registrar *r = context;
    struct submission_header header;
    struct cw_op_id op;

    (void)nth;
    if (request->export != NULL)
        return request->export->has_log ? show_log(r, request->export, out) : list_logs(r, out);
    if (request->list != NULL)
        return list_cases(r, out);
    if (request->submit == NULL)
        return fake_status(NULL, request, nth, out);
    r->seen++;
    if (submission_header_parse(wire_slice(request->submit->header), &header) != CW_OK)
        return refuse_with(out, CW_REFUSED_MALFORMED);
    if (r->refuse != CW_OK && (r->refuse_kind_of_op == 0 || r->refuse_kind_of_op == r->seen))
        return refuse_with(out, r->refuse);
    if (r->strict_cases && header.has_case && !has_case(r, &header.case_id))
        return refuse_with(out, CW_REFUSED_UNKNOWN_CASE);
    op_id_of(wire_slice(request->submit->header), &op);
    put_token(r, out);
    return acknowledge(r, store(r, request->submit, &op, &header), out);
}

void registrar_start(struct registrar *r)
{
    r->fake = fake_start(0, serve, r);
}

void registrar_stop(struct registrar *r)
{
    fake_stop(r->fake);
    r->fake = NULL;
}

struct cw_client *registrar_client(struct registrar *r)
{
    struct fake *const daemons[] = {r->fake};

    return fake_client(r->officer, 0, 1, daemons);
}

unsigned registrar_count(struct registrar *r)
{
    return r->op_count;
}
