/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec_receipt.h"
#include "tests/unit/support/proto_world.h"

#include <check.h>

static struct world w;
static uint8_t world_memory[WORLD_MEMORY_LEN], arena_memory[1 << 20], changed_memory[1 << 16];
static struct cw_slice good;

static void make_receipt(void)
{
    world_make(&w, world_memory, 1, 1);
    good = world_receipt(&w);
}

static enum cw_err verify(struct cw_slice bytes, struct receipt_facts *facts, struct refusal *r)
{
    struct arena arena = arena_over(arena_memory, sizeof(arena_memory));
    const struct cert_source certs = world_certs(&w);

    return receipt_verify(bytes, &w.network, &certs, &arena, facts, r);
}

START_TEST(a_receipt_says_who_holds_what)
{
    struct receipt_facts facts;
    struct refusal r;

    ck_assert_msg(verify(good, &facts, &r) == CW_OK, "%s: %s", r.where, r.text);
    ck_assert_uint_eq(facts.held_by, 3);
    ck_assert_uint_eq(facts.seq, 3);
    ck_assert_str_eq(facts.division, "NTH");
}
END_TEST

START_TEST(a_receipt_cut_anywhere_does_not_verify)
{
    struct receipt_facts facts;
    struct refusal r;

    for (size_t cut = 0; cut < good.len; cut++)
        ck_assert_int_ne(verify(slice(good.data, cut), &facts, &r), CW_OK);
}
END_TEST

/* A turned bit makes another receipt or none; it never leaves this one standing as it was. */
START_TEST(a_receipt_with_any_bit_turned_does_not_verify)
{
    struct receipt_facts facts;
    struct refusal r;

    memcpy(changed_memory, good.data, good.len);
    for (size_t at = 0; at < good.len; at++) {
        changed_memory[at] ^= (uint8_t)(1 << at % 8);
        ck_assert_msg(verify(slice(changed_memory, good.len), &facts, &r) != CW_OK, "byte %zu", at);
        changed_memory[at] ^= (uint8_t)(1 << at % 8);
    }
}
END_TEST

/* --- what fails first is named ------------------------------------------------------------------- */

static struct receipt_record record;
static struct receipt_evidence held[RECEIPT_HELD_MAX];
static struct signed_seal between[2];
static uint8_t record_memory[1 << 20];

static void open_record(void)
{
    struct arena arena = arena_over(record_memory, sizeof(record_memory));

    make_receipt();
    ck_assert_int_eq(receipt_record_parse(good, &arena, &record), CW_OK);
    memcpy(held, record.held, record.held_count * sizeof(*held));
    memcpy(between, held[1].between, sizeof(between));
    held[1].between = between;
    record.held = held;
}

static void expect(enum cw_err err, const char *where)
{
    struct writer out = writer_over(changed_memory, sizeof(changed_memory));
    struct receipt_facts facts;
    struct refusal r;

    receipt_record_encode(&record, &out);
    ck_assert(!out.failed);
    enum cw_err got = verify(slice(out.data, out.len), &facts, &r);
    ck_assert_msg(got == err && strcmp(r.where, where) == 0, "%s at %s: %s", cw_err_name(got), r.where, r.text);
}

START_TEST(another_network_is_named)
{
    record.network.b[0] ^= 1;
    expect(CW_REFUSED_NETWORK, "network");
}
END_TEST

START_TEST(another_op_id_is_named)
{
    record.op_id.b[0] ^= 1;
    expect(CW_PEER_HASH, "op_id");
}
END_TEST

/* The entry names the whole proof: another signature, and the same one shown as a single one's, are other bytes. */
START_TEST(another_proof_is_named)
{
    struct author_proof proof;
    uint8_t memory[PROOF_LEN_MAX];
    struct writer out = writer_over(memory, sizeof(memory));
    struct cw_slice path = record.path;

    ck_assert_int_eq(author_proof_parse(record.proof, record.path, &proof), CW_OK);
    ck_assert_int_eq(proof.kind, PROOF_BUNDLE);
    proof.signature.b[0] ^= 1;
    author_proof_encode(&proof, &out);
    record.proof = slice(memory, out.len);
    expect(CW_PEER_HASH, "local.entry");

    proof.signature.b[0] ^= 1;
    proof.kind = PROOF_SINGLE;
    out.len = 0;
    author_proof_encode(&proof, &out);
    record.proof = slice(memory, out.len);
    expect(CW_PEER_HASH, "path"); /* a single proof has none */
    record.path = slice(NULL, 0);
    expect(CW_PEER_HASH, "local.entry");

    record.proof = slice(memory, out.len - 1);
    record.path = path;
    expect(CW_REFUSED_MALFORMED, "proof");
}
END_TEST

START_TEST(a_wrong_bundle_path_is_named)
{
    uint8_t path[BUNDLE_PATH_LEN_MAX];

    ck_assert_uint_eq(record.path.len, (size_t)2 * ID_LEN);
    memcpy(path, record.path.data, record.path.len);
    path[ID_LEN] ^= 1;
    record.path = slice(path, record.path.len);
    expect(CW_PEER_HASH, "path");
    path[ID_LEN] ^= 1;
    record.path.len -= ID_LEN;
    expect(CW_PEER_HASH, "path");
    record.path.len += ID_LEN - 1;
    expect(CW_PEER_HASH, "path");
}
END_TEST

START_TEST(a_wrong_path_is_named)
{
    record.local.path[0].b[0] ^= 1;
    expect(CW_PEER_HASH, "local.path");
    record.local.path[0].b[0] ^= 1;
    record.local.path_count--;
    expect(CW_PEER_HASH, "local.path");
}
END_TEST

START_TEST(a_seal_signed_by_another_daemon_is_named)
{
    world_sign_seal(&w, &w.daemons[WORLD_EST], &record.local.seal);
    expect(CW_PEER_SEAL, "local.seal");
}
END_TEST

START_TEST(a_log_that_does_not_begin_at_its_genesis_is_named)
{
    static uint8_t memory[SEAL_LEN_MAX];
    struct writer out = writer_over(memory, sizeof(memory));
    struct seal seal;

    ck_assert_int_eq(seal_parse(record.local.seal.bytes, &seal), CW_OK);
    seal.prev.b[0] ^= 1;
    seal_encode(&seal, &out);
    record.local.seal.bytes = slice(memory, out.len);
    world_sign_seal(&w, &w.daemons[WORLD_NTH], &record.local.seal);
    expect(CW_PEER_CHAIN, "local.seal");
}
END_TEST

START_TEST(an_unknown_certificate_is_named)
{
    w.daemons[WORLD_NTH].id.b[0] ^= 1;
    expect(CW_REFUSED_AUTHOR, "local.genesis");
}
END_TEST

START_TEST(a_seal_signed_by_a_person_is_named)
{
    w.daemons[WORLD_NTH].cert.subject = SUBJECT_PERSON;
    expect(CW_PEER_SEAL, "local.genesis");
}
END_TEST

START_TEST(a_certificate_of_another_network_or_division_is_named)
{
    w.daemons[WORLD_NTH].cert.network.b[0] ^= 1;
    expect(CW_REFUSED_NETWORK, "local.genesis");
    w.daemons[WORLD_NTH].cert.network.b[0] ^= 1;
    w.daemons[WORLD_NTH].cert.division = slice_of("EST");
    expect(CW_PEER_SEAL, "local.genesis");
}
END_TEST

START_TEST(a_frontier_signed_by_a_person_is_named)
{
    w.daemons[WORLD_EST].cert.subject = SUBJECT_PERSON;
    expect(CW_PEER_FRONTIER, "held[0].frontier");
}
END_TEST

START_TEST(a_missing_seal_between_is_named)
{
    held[1].between_count = 1;
    expect(CW_PEER_CHAIN, "held[1].between");
    between[0] = between[1];
    expect(CW_PEER_CHAIN, "held[1].between[0]");
}
END_TEST

START_TEST(a_forged_seal_between_is_named)
{
    between[1].signatures[0].b[0] ^= 1;
    expect(CW_PEER_SEAL, "held[1].between[1]");
}
END_TEST

START_TEST(a_frontier_that_is_not_signed_is_named)
{
    held[0].frontier_signature.b[0] ^= 1;
    expect(CW_PEER_FRONTIER, "held[0].frontier");
}
END_TEST

START_TEST(an_item_of_another_place_is_named)
{
    held[0].item_index = (held[0].item_index + 1) % 3;
    expect(CW_PEER_FRONTIER, "held[0].item_path");
}
END_TEST

static void change_item(uint64_t blob_seq, uint64_t hole)
{
    static uint8_t memory[256];
    struct writer out = writer_over(memory, sizeof(memory));
    struct frontier_item item;

    ck_assert_int_eq(frontier_item_parse(held[0].frontier_item, &item), CW_OK);
    item.blob_seq = blob_seq;
    item.hole_count = hole != 0;
    item.holes[0] = hole;
    frontier_item_encode(&item, &out);
    held[0].frontier_item = slice(memory, out.len);
}

START_TEST(a_hole_where_the_entry_lies_is_named)
{
    change_item(5, 3);
    expect(CW_PEER_FRONTIER, "held[0].frontier_item");
    change_item(2, 0);
    expect(CW_PEER_FRONTIER, "held[0].frontier_item");
    /* a hole elsewhere is no matter here; the item is then not the signed one */
    change_item(5, 2);
    expect(CW_PEER_FRONTIER, "held[0].item_path");
}
END_TEST

START_TEST(a_division_counts_once)
{
    struct receipt_facts facts;
    struct refusal r;
    struct writer out = writer_over(changed_memory, sizeof(changed_memory));

    held[1] = held[0];
    receipt_record_encode(&record, &out);
    ck_assert_int_eq(verify(slice(out.data, out.len), &facts, &r), CW_OK);
    ck_assert_uint_eq(facts.held_by, 2);
}
END_TEST

START_TEST(the_local_item_alone_counts_one)
{
    struct receipt_facts facts;
    struct refusal r;
    struct writer out = writer_over(changed_memory, sizeof(changed_memory));

    record.held_count = 0;
    receipt_record_encode(&record, &out);
    ck_assert_int_eq(verify(slice(out.data, out.len), &facts, &r), CW_OK);
    ck_assert_uint_eq(facts.held_by, 1);
}
END_TEST

Suite *suite_receipt(void)
{
    Suite *s = suite_create("receipt");
    TCase *t = tcase_create("whole");
    TCase *named = tcase_create("named");

    tcase_add_checked_fixture(t, make_receipt, NULL);
    tcase_add_test(t, a_receipt_says_who_holds_what);
    tcase_add_test(t, a_receipt_cut_anywhere_does_not_verify);
    tcase_add_test(t, a_receipt_with_any_bit_turned_does_not_verify);
    suite_add_tcase(s, t);

    tcase_add_checked_fixture(named, open_record, NULL);
    tcase_add_test(named, another_network_is_named);
    tcase_add_test(named, another_op_id_is_named);
    tcase_add_test(named, another_proof_is_named);
    tcase_add_test(named, a_wrong_bundle_path_is_named);
    tcase_add_test(named, a_wrong_path_is_named);
    tcase_add_test(named, a_seal_signed_by_another_daemon_is_named);
    tcase_add_test(named, a_log_that_does_not_begin_at_its_genesis_is_named);
    tcase_add_test(named, an_unknown_certificate_is_named);
    tcase_add_test(named, a_seal_signed_by_a_person_is_named);
    tcase_add_test(named, a_certificate_of_another_network_or_division_is_named);
    tcase_add_test(named, a_frontier_signed_by_a_person_is_named);
    tcase_add_test(named, a_missing_seal_between_is_named);
    tcase_add_test(named, a_forged_seal_between_is_named);
    tcase_add_test(named, a_frontier_that_is_not_signed_is_named);
    tcase_add_test(named, an_item_of_another_place_is_named);
    tcase_add_test(named, a_hole_where_the_entry_lies_is_named);
    tcase_add_test(named, a_division_counts_once);
    tcase_add_test(named, the_local_item_alone_counts_one);
    suite_add_tcase(s, named);
    return s;
}
