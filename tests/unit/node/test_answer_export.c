/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/lab_logs.h"

#include "node/answer.h"
#include "node/entry.h"
#include "proto/wire.h"

#include <check.h>
#include <stdio.h>

/*
 * A log is given in chunks that fit a frame, whatever was sealed into it: what has no room beside the others is asked for
 * by its number, and what no frame carries is left out, and said.
 */

#define ENTRIES 40
#define LARGE ((size_t)786432) /* of one entry: what an honest daemon seals at most */

static struct lab *lab;
static struct lab_node *north;
static struct lab_hand rogue;
static struct world_identity auditor;
static struct room memory = ROOM(16 << 20), kept = ROOM(16 << 20);
static uint8_t frame[MESSAGE_LEN_MAX];

static void must(enum cw_err err)
{
    ck_assert_int_eq(err, CW_OK);
}

static void set_up(void)
{
    lab = lab_new(1);
    north = &lab->nodes[0];
    lab_start(north);
    lab_run(lab, 500);
}

static void tear_down(void)
{
    lab_free(lab);
}

/* --- asking -------------------------------------------------------------------------------------------------------- */

/* The answer stands until the next question; it was made in what a daemon tries first. */
static const Cw__ExportChunk *ask(const struct reader_identity *who, Cw__ExportLog export)
{
    Cw__Request request = CW__REQUEST__INIT;
    struct arena arena = room_arena(&memory), out = room_arena(&kept);
    struct writer w = writer_over(frame, sizeof frame);
    ProtobufCMessage *message;
    const Cw__Answer *answer;

    request.export = &export;
    must(answer_read(north->node, who, &request, &arena, &w));
    must(wire_unpack(&cw__answer__descriptor, slice(w.data, w.len), &out, &message, NULL));
    answer = (const Cw__Answer *)(const void *)message;
    ck_assert_uint_eq(answer->code, CW_OK);
    ck_assert_ptr_nonnull(answer->export);
    return answer->export;
}

/* What came of one log. */
struct export_told {
    uint32_t batches, entries, chunks, rests, parts, opened, left_contents, left_opened;
};

static void count_pieces(const Cw__ExportChunk *chunk, struct export_told *told)
{
    for (size_t i = 0; i < chunk->entries->n_batches; i++)
        for (size_t j = 0; j < chunk->entries->batches[i]->n_entries; j++) {
            const Cw__EntryBlobs *blobs = chunk->entries->batches[i]->entries[j]->blobs;

            for (size_t p = 0; blobs != NULL && p < blobs->n_parts; p++)
                told->parts += blobs->parts[p].len > 0;
        }
    told->opened += (uint32_t)chunk->n_opened;
    told->left_contents += chunk->left_contents;
    told->left_opened += chunk->left_opened;
}

static uint64_t count_batches(const Cw__ExportChunk *chunk, uint64_t after, struct export_told *told)
{
    told->chunks++;
    for (size_t i = 0; i < chunk->entries->n_batches; i++) {
        struct seal seal;

        must(seal_parse(wire_slice(chunk->entries->batches[i]->seal->seal), &seal));
        ck_assert_uint_eq(seal.first, after + 1);
        ck_assert_uint_eq(chunk->entries->batches[i]->n_entries, seal.last - after);
        told->entries += (uint32_t)(seal.last - after);
        told->batches++;
        after = seal.last;
    }
    return after;
}

static struct export_told export_log(const struct reader_identity *who, const struct log_id *log, bool open)
{
    Cw__ExportLog asked = CW__EXPORT_LOG__INIT;
    struct export_told told = {0};
    bool last;

    SET_BYTES(&asked, log, wire_bytes(ID_SLICE(log)));
    SET_NUMBER(&asked, open, open);
    do {
        const Cw__ExportChunk *chunk = ask(who, asked);
        uint64_t upto = count_batches(chunk, asked.after, &told);

        last = chunk->last || chunk->entries->n_batches == 0;
        count_pieces(chunk, &told);
        if (chunk->has_rest)
            ck_assert_uint_eq(chunk->entries->n_batches, 1);
        while (chunk->has_rest) {
            if (asked.has_rest)
                ck_assert_uint_gt(chunk->rest, asked.rest);
            SET_NUMBER(&asked, rest, chunk->rest);
            chunk = ask(who, asked);
            told.rests++;
            count_pieces(chunk, &told);
        }
        asked.has_rest = 0;
        SET_NUMBER(&asked, after, upto);
    } while (!last);
    return told;
}

/* --- what a daemon seals that does not follow the rules ------------------------------------------------------------ */

static void give_contents(uint64_t seq, uint32_t part_count, size_t part_len)
{
    struct kv_txn *txn = NULL;

    must(north->store.begin_write(north->store.ctx, &txn));
    for (uint32_t i = 0; i < part_count; i++) {
        struct row_key key = row_key_blob(&rogue.log, seq, BLOB_PART, i);

        must(north->store.put(txn, TABLE_BLOB, row_key_slice(&key), lab_claimed_part(i, part_len)));
    }
    must(north->store.commit(north->store.ctx, txn));
}

static struct export_told export_sealed(uint32_t entries, uint32_t part_count, size_t part_len)
{
    const struct reader_identity officer = {
        .link = LAB_CLIENT, .cert = lab->world.officer.id, .subject = SUBJECT_PERSON};
    struct lab_batch batch = {.count = entries};

    lab_hand_open(lab, &rogue, LOG_DIVISION);
    for (uint32_t i = 0; i < entries; i++)
        batch.records[i] = (struct lab_record){
            .act = ACT_POLICY, .body = slice_of("x"), .claimed_count = part_count, .claimed_len = part_len};
    lab_hand_in(north, lab_hand_write(&rogue, &batch, 1));
    must(lab_turn(north));
    for (uint64_t seq = 1; seq <= entries; seq++)
        give_contents(seq, part_count, part_len);
    return export_log(&officer, &rogue.log, false);
}

START_TEST(a_seal_over_more_than_a_frame_is_given_piece_by_piece)
{
    struct export_told told = export_sealed(ENTRIES, 1, LARGE);

    ck_assert_uint_eq(told.batches, 1);
    ck_assert_uint_eq(told.entries, ENTRIES);
    ck_assert_uint_eq(told.parts, ENTRIES);
    ck_assert_uint_eq(told.left_contents, 0);
    ck_assert_uint_eq(told.chunks, 2); /* the batch, and the end */
    ck_assert_uint_eq(told.rests, ENTRIES - 1);
}
END_TEST

START_TEST(an_entry_that_no_frame_carries_is_left_out_and_said)
{
    struct export_told told = export_sealed(3, PARTS_MAX, 32 + 262144);

    ck_assert_uint_eq(told.entries, 3);
    ck_assert_uint_eq(told.parts, 0);
    ck_assert_uint_eq(told.left_contents, 3);
    ck_assert_uint_eq(told.rests, 0);
}
END_TEST

START_TEST(a_chunk_ends_before_the_batch_that_has_no_room)
{
    const struct reader_identity officer = {
        .link = LAB_CLIENT, .cert = lab->world.officer.id, .subject = SUBJECT_PERSON};
    const size_t lens[] = {200000, 850000, 850000};
    struct export_told told;

    lab_hand_open(lab, &rogue, LOG_DIVISION);
    for (uint32_t i = 0; i < 3; i++) {
        const struct lab_record record = {
            .act = ACT_POLICY, .body = slice_of("x"), .claimed_count = 1, .claimed_len = lens[i]};

        lab_hand_in(north, lab_hand_one(&rogue, record));
        must(lab_turn(north));
        give_contents(i + 1, 1, lens[i]);
    }
    told = export_log(&officer, &rogue.log, false);
    ck_assert_uint_eq(told.batches, 3);
    ck_assert_uint_eq(told.parts, 3);
    ck_assert_uint_eq(told.chunks, 4); /* one each, and the end */
    ck_assert_uint_eq(told.rests, 0);
}
END_TEST

/* --- an honest bulk load ------------------------------------------------------------------------------------------- */

static void admit_auditor(void)
{
    struct certificate c = lab->world.officer.cert;
    static uint8_t bytes[CERT_LEN_MAX];
    struct writer w = writer_over(bytes, sizeof bytes);
    uint8_t seed[32];

    WORLD_FILL(seed, "auditor", 1);
    key_bundle_from_seed(seed, &auditor.keys);
    memcpy(c.sign_key, auditor.keys.sign_public, KEY_LEN);
    memcpy(c.seal_key, auditor.keys.seal_public, KEY_LEN);
    memcpy(c.curve_key, auditor.keys.curve_public, KEY_LEN);
    WORLD_FILL(c.serial, "auditor serial", 1);
    c.name = slice_of("Auditor");
    c.role_count = 1;
    c.roles[0] = ROLE_AUD;
    certificate_encode(&c, &w);
    ck_assert(!w.failed);
    auditor.bytes = slice(bytes, w.len);
    cert_id_of(auditor.bytes, &auditor.id);
    must(certificate_parse(auditor.bytes, &auditor.cert));
    lab_hand_in(north, lab_hand_one(lab->authority_hand, lab_issue(lab, &auditor)));
    lab_run(lab, 2000);
}

static struct log_id own_log(const struct cw_op_id *op)
{
    return lab_op_row(north, op).entries[0].log;
}

#define SAID 80 /* of 8 KiB each, in one turn */
#define TEXTS WRITES_MAX

static void say_much(uint32_t number, const struct cw_case_id *id)
{
    char texts[TEXTS][96];
    struct op_write writes[TEXTS];
    const struct op op = {.type = OP_SET, .schema = SCHEMA_VERSION, .write_count = TEXTS, .writes = writes};
    struct lab_op said;

    for (int i = 0; i < TEXTS; i++) {
        snprintf(texts[i], sizeof texts[i], "%02d%0*d", i, 78, 0);
        writes[i] = (struct op_write){.field = FIELD_HANDLING, .verb = VERB_ADD, .has_value = true};
        writes[i].value = (struct op_value){.type = VALUE_TEXT, .text = slice_of(texts[i])};
    }
    lab_say(lab, number, id, &op, &lab->world.officer, &said);
    lab_submit(north, &said);
}

START_TEST(what_was_said_in_bulk_is_exported_opened_and_whole)
{
    struct reader_identity asks = {.link = LAB_CLIENT, .subject = SUBJECT_PERSON};
    struct lab_op opened;
    struct export_told closed, told;
    struct log_id log;

    admit_auditor();
    asks.cert = auditor.id;
    lab_open_case(lab, 1, SPOIL_NOTHING, &opened);
    ck_assert_uint_eq(lab_ask(north, &opened), CW_OK);
    for (uint32_t i = 0; i < SAID; i++)
        say_much(2 + i, &opened.case_id);
    lab_run(lab, 2000);
    ck_assert_uint_eq(north->code, CW_OK);
    log = own_log(&opened.op);
    closed = export_log(&asks, &log, false);
    told = export_log(&asks, &log, true);
    ck_assert_uint_ge(told.entries, SAID + 1);
    ck_assert_uint_eq(told.entries, closed.entries);
    ck_assert_uint_eq(told.parts, closed.parts);
    ck_assert_uint_ge(told.opened, SAID + 1);
    ck_assert_uint_gt(told.rests, 0);
    ck_assert_uint_eq(told.left_contents + told.left_opened, 0);
    ck_assert_uint_eq(closed.left_contents + closed.left_opened, 0);
}
END_TEST

Suite *suite_answer_export(void);
Suite *suite_answer_export(void)
{
    Suite *suite = suite_create("node/answer_export");
    TCase *t = tcase_create("export");

    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, a_seal_over_more_than_a_frame_is_given_piece_by_piece);
    tcase_add_test(t, an_entry_that_no_frame_carries_is_left_out_and_said);
    tcase_add_test(t, a_chunk_ends_before_the_batch_that_has_no_room);
    tcase_add_test(t, what_was_said_in_bulk_is_exported_opened_and_whole);
    suite_add_tcase(suite, t);
    return suite;
}
