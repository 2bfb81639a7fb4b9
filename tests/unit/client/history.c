/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/client/history.h"
#include "tests/unit/client/identity_of.h"

#include "lib/identity.h"
#include "lib/unpack.h"

#include <check.h>
#include <ftw.h>
#include <stdlib.h>

static const struct cw_wall noon = {1795348800000};

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info;
    (void)kind;
    (void)at;
    return remove(path);
}

void folder_remove(const char *dir)
{
    nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void issue(struct authority *a, enum subject_kind subject, const char *name, const char *home)
{
    struct issue_order order = {.subject = subject, .division = "NTH", .name = name, .days = 10, .home = home};
    struct cw_fault fault;

    if (subject == SUBJECT_PERSON) {
        order.role_count = 1;
        order.roles[0] = 2;
    }
    ck_assert_int_eq(authority_issue(a, &order, &fault), CW_OK);
}

void authority_make(char dir[static 64])
{
    struct authority_plan plan = {.dir = dir, .network_name = "Marlshire test", .force = "ZZ"};
    struct authority a;
    struct cw_fault fault;
    char home[PATH_LEN_MAX];

    snprintf(dir, 64, "/tmp/casewire-test.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    ck_assert_int_eq(authority_create(&plan, &fault), CW_OK);
    ck_assert_int_eq(authority_open(dir, true, slice(NULL, 0), &a, &fault), CW_OK);
    ck_assert(path_join(home, dir, "daemon"));
    issue(&a, SUBJECT_DAEMON, "Daemon", home);
    ck_assert(path_join(home, dir, "officer"));
    issue(&a, SUBJECT_PERSON, "Officer", home);
    ck_assert_int_eq(authority_commit(&a, &fault), CW_OK);
    authority_close(&a);
}

void authority_open_again(const char *dir, struct authority *out)
{
    struct cw_fault fault;

    ck_assert_int_eq(authority_open(dir, true, slice(NULL, 0), out, &fault), CW_OK);
}

struct cw_identity *officer_open(const char *dir)
{
    return identity_of_folder(dir, "officer");
}

/* --- records -------------------------------------------------------------------------------------------- */

static void add_record(struct history *h, Cw__ExportRecord *record)
{
    record->has_v = true;
    record->v = 1;
    if (h->record_count == 0) {
        record->has_network_genesis = true;
        record->network_genesis = wire_bytes(buf_slice(&h->genesis));
    }
    ck_assert_uint_lt(h->record_count, HISTORY_RECORDS_MAX);
    ck_assert_int_eq(message_pack(&record->base, (size_t)2 * MESSAGE_LEN_MAX, &h->records[h->record_count]), CW_OK);
    h->record_count++;
}

static void add_segment(struct history *h, struct cw_slice entries, Cw__OpenedPart **opened, size_t opened_count)
{
    Cw__ExportRecord record = CW__EXPORT_RECORD__INIT;
    ProtobufCMessage *message;
    void *memory;

    ck_assert_int_eq(message_unpack(&cw__entries__descriptor, entries, &memory, &message, NULL), CW_OK);
    record.entries = (Cw__Entries *)message;
    record.n_opened = opened_count;
    record.opened = opened;
    add_record(h, &record);
    free(memory);
}

static void add_end(struct history *h)
{
    Cw__ExportRecord record = CW__EXPORT_RECORD__INIT;

    record.has_count = true;
    record.count = h->record_count;
    add_record(h, &record);
}

/* --- the division's log ---------------------------------------------------------------------------------- */

#define SAID_MAX 3

struct said {
    void *memory[SAID_MAX];
    Cw__Submit *submits[SAID_MAX];
    uint8_t ciphertexts[SAID_MAX][PARTS_MAX][72 + 1024];
    struct sealer_entry entries[SAID_MAX];
    Cw__OpenedPart opened[SAID_MAX * PARTS_MAX], *opened_at[SAID_MAX * PARTS_MAX];
    uint8_t padded[SAID_MAX * PARTS_MAX][1024];
    size_t opened_count;
    uint32_t count;
};

static void open_part(struct said *s, uint32_t i, uint32_t part, struct cw_op_id *op)
{
    Cw__SubmitPart *from = s->submits[i]->parts[part];
    Cw__OpenedPart *to = &s->opened[s->opened_count];
    uint32_t size_class;

    ck_assert_int_eq(size_class_of(from->payload.len, &size_class), CW_OK);
    ck_assert_uint_le(size_class_len(size_class), sizeof(s->padded[0]));
    payload_pad(wire_slice(from->payload), size_class, s->padded[s->opened_count]);
    cw__opened_part__init(to);
    to->has_op_id = to->has_part = to->has_r = to->has_payload = true;
    to->op_id = wire_bytes(slice(op->b, ID_LEN));
    to->part = part;
    to->r = from->r;
    to->payload = wire_bytes(slice(s->padded[s->opened_count], size_class_len(size_class)));
    s->opened_at[s->opened_count++] = to;
}

/* No key of anybody's: nothing here is opened with it. */
static const struct entry_key some_key = {{{1}}, {{2}}};

static void say(struct said *s, const struct cw_draft *draft, const struct cw_identity *officer,
                struct cw_op_id *out_op)
{
    struct cw_submission *submission;
    ProtobufCMessage *message;
    uint32_t i = s->count++;
    struct sealer_entry *e = &s->entries[i];

    ck_assert_int_eq(cw_draft_sign(draft, officer, noon, &submission, NULL), CW_OK);
    ck_assert_int_eq(
        message_unpack(&cw__submit__descriptor, cw_submission_bytes(submission), &s->memory[i], &message, NULL), CW_OK);
    s->submits[i] = (Cw__Submit *)message;
    cw_submission_op(submission, out_op);
    cw_submission_free(submission);
    e->header = wire_slice(s->submits[i]->header);
    e->proof = wire_slice(s->submits[i]->proof);
    e->part_count = (uint32_t)s->submits[i]->n_parts;
    for (uint32_t p = 0; p < e->part_count; p++) {
        uint32_t size_class;

        ck_assert_int_eq(size_class_of(s->submits[i]->parts[p]->payload.len, &size_class), CW_OK);
        size_t len = 72 + size_class_len(size_class);
        ck_assert_uint_le(len, sizeof(s->ciphertexts[i][p]));
        memset(s->ciphertexts[i][p], (int)(i * 16 + p + 1), len);
        e->blobs[p] = slice(s->ciphertexts[i][p], len);
    }
    e->key = &some_key;
}

static void say_all(struct said *s, const struct cw_identity *officer, struct cw_op_id ops[static SAID_MAX])
{
    struct cw_draft *draft;
    struct cw_case_id case_id;

    ck_assert_int_eq(cw_draft_open("missing_child", &draft, NULL), CW_OK);
    ck_assert_int_eq(cw_draft_write(draft, "title", CW_SET, slice_of("Child M"), NULL), CW_OK);
    ck_assert_int_eq(cw_draft_write(draft, "given_names", CW_SET, slice_of("Quillan"), NULL), CW_OK);
    say(s, draft, officer, &ops[0]);
    cw_draft_free(draft);
    case_id_of(&ops[0], &case_id);
    ck_assert_int_eq(cw_draft_set("missing_child", &case_id, &draft, NULL), CW_OK);
    ck_assert_int_eq(cw_draft_write(draft, "summary", CW_SET, slice_of("Seen at Dunmarsh"), NULL), CW_OK);
    say(s, draft, officer, &ops[1]);
    cw_draft_free(draft);
}

/* The author's signature replaced by another before the daemon sealed: its own fault, nobody tampered. */
static void spoil_signature(struct said *s, uint8_t proof[static PROOF_LEN_MAX])
{
    struct author_proof parsed;
    struct writer w = writer_over(proof, PROOF_LEN_MAX);

    ck_assert_int_eq(author_proof_parse(s->entries[1].proof, slice(NULL, 0), &parsed), CW_OK);
    parsed.signature.b[0] ^= 1;
    author_proof_encode(&parsed, &w);
    s->entries[1].proof = slice(proof, w.len);
}

static void add_division(struct history *h, enum spoil spoil)
{
    struct genesis genesis = {.scope = LOG_DIVISION, .division = slice_of("NTH"), .cert = h->daemon, .n = 1};
    struct positions news = {.count = 1, .at = {h->authority}};
    struct sealer_signer signer = {&h->daemon_keys.sign};
    struct said *s = calloc(1, sizeof(*s));
    uint8_t proof[PROOF_LEN_MAX];
    struct cw_op_id ops[SAID_MAX];
    struct key_bundle other;
    struct buf segment = {0};

    ck_assert_ptr_nonnull(s);
    memcpy(genesis.network.b, h->network, ID_LEN);
    ck_assert_int_eq(sealer_begin(&genesis, &h->log), CW_OK);
    if (spoil == SPOIL_UNKNOWN_AUTHOR)
        h->officer->id.b[0] ^= 1;
    say_all(s, h->officer, ops);
    if (spoil == SPOIL_SIGNATURE)
        spoil_signature(s, proof);
    if (spoil == SPOIL_OTHER_SEALER) {
        key_bundle_new(&other);
        signer.secret = &other.sign;
    }
    ck_assert_int_eq(
        sealer_seal(&h->log, s->entries, s->count, spoil == SPOIL_POSITION ? NULL : &news, noon, &signer, &segment),
        CW_OK);
    for (uint32_t i = 0; i < s->count; i++)
        for (uint32_t p = 0; p < s->entries[i].part_count; p++)
            open_part(s, i, p, &ops[i]);
    add_segment(h, buf_slice(&segment), s->opened_at, s->opened_count);
    buf_done(&segment);
    for (uint32_t i = 0; i < s->count; i++)
        free(s->memory[i]);
    free(s);
}

/* --- the whole ------------------------------------------------------------------------------------------- */

void history_make(struct history *h, enum spoil spoil)
{
    struct authority_segments segments;
    struct cw_identity *daemon;
    struct authority a;
    struct cw_fault fault;

    *h = (struct history){0};
    authority_make(h->dir);
    ck_assert_int_eq(authority_open(h->dir, false, slice(NULL, 0), &a, &fault), CW_OK);
    ck_assert_int_eq(buf_add(&h->genesis, buf_slice(&a.genesis)), CW_OK);
    memcpy(h->network, a.network.b, CW_ID_LEN);
    h->authority = (struct position){a.log.log, a.log.seq, a.log.seal};
    authority_close(&a);
    h->officer = officer_open(h->dir);
    daemon = identity_of_folder(h->dir, "daemon");
    h->daemon_keys = daemon->keys;
    h->daemon = daemon->id;
    cw_identity_close(daemon);
    ck_assert_int_eq(authority_segments_read(h->dir, &segments, &fault), CW_OK);
    for (size_t i = 0; i < segments.count; i++)
        add_segment(h, buf_slice(&segments.bytes[i]), NULL, 0);
    authority_segments_done(&segments);
    add_division(h, spoil);
    add_end(h);
}

void history_done(struct history *h)
{
    for (size_t i = 0; i < h->record_count; i++)
        buf_done(&h->records[i]);
    buf_done(&h->genesis);
    sealer_done(&h->log);
    cw_identity_close(h->officer);
    folder_remove(h->dir);
}

struct cw_verify *history_verify(const struct history *h)
{
    struct cw_verify *v;

    ck_assert_int_eq(cw_verify_new(h->network, &v), CW_OK);
    for (size_t i = 0; i < h->record_count; i++)
        ck_assert_int_eq(cw_verify_record(v, buf_slice(&h->records[i])), CW_OK);
    ck_assert_int_eq(cw_verify_finish(v), CW_OK);
    return v;
}

enum cw_err history_first(const struct history *h)
{
    struct cw_verify *v = history_verify(h);
    enum cw_err code = cw_verify_finding_count(v) == 0 ? CW_OK : cw_verify_finding_at(v, 0)->fault.code;

    cw_verify_free(v);
    return code;
}
