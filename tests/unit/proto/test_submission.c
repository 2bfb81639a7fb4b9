/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/support/proto_world.h"

#include <check.h>

static struct world w;
static uint8_t world_memory[WORLD_MEMORY_LEN];
static uint8_t scratch_memory[1 << 20];

static void one_of_one(void)
{
    world_make(&w, world_memory, 1, 1);
}

static void two_of_three(void)
{
    world_make(&w, world_memory, 3, 2);
}

/* --- padding ------------------------------------------------------------------------------------ */

START_TEST(every_length_pads_to_a_class_and_back)
{
    static const size_t lens[] = {0, 1, 254, 255, 256, 511, 512, 65535, 65536, PAYLOAD_LEN_MAX};
    static uint8_t payload[PAYLOAD_LEN_MAX], padded[PAYLOAD_LEN_MAX + 1];

    for (size_t i = 0; i < CW_COUNT(lens); i++) {
        uint32_t c;
        struct cw_slice back;

        payload[lens[i] == 0 ? 0 : lens[i] - 1] = 0; /* trailing zeros are the payload's own */
        ck_assert_int_eq(size_class_of(lens[i], &c), CW_OK);
        ck_assert_uint_gt(size_class_len(c), lens[i]);
        ck_assert(c == 0 || size_class_len(c - 1) <= lens[i]);
        payload_pad(slice(payload, lens[i]), c, padded);
        ck_assert_int_eq(payload_unpad(slice(padded, size_class_len(c)), &back), CW_OK);
        ck_assert_uint_eq(back.len, lens[i]);
    }
}
END_TEST

START_TEST(a_payload_above_the_largest_class_is_refused)
{
    uint32_t c;

    ck_assert_int_eq(size_class_of(PAYLOAD_LEN_MAX + 1, &c), CW_REFUSED_SIZE);
    ck_assert_int_eq(size_class_of(SIZE_MAX, &c), CW_REFUSED_SIZE);
}
END_TEST

START_TEST(padding_that_is_not_exactly_padding_is_refused)
{
    static uint8_t padded[512];
    struct cw_slice out;

    payload_pad(slice_of("text"), 0, padded);
    ck_assert_int_eq(payload_unpad(slice(padded, 255), &out), CW_REFUSED_MALFORMED);
    ck_assert_int_eq(payload_unpad(slice(padded, 0), &out), CW_REFUSED_MALFORMED);
    ck_assert_int_eq(payload_unpad(slice(padded, 384), &out), CW_REFUSED_MALFORMED);
    padded[255] = 1;
    ck_assert_int_eq(payload_unpad(slice(padded, 256), &out), CW_REFUSED_MALFORMED);
    memset(padded, 0, sizeof(padded));
    ck_assert_int_eq(payload_unpad(slice(padded, 256), &out), CW_REFUSED_MALFORMED);
    /* the mark in the first half: a class larger than the payload needs */
    padded[10] = 0x80;
    ck_assert_int_eq(payload_unpad(slice(padded, 512), &out), CW_OK);
    ck_assert_uint_eq(out.len, 10);
}
END_TEST

/* --- commitments -------------------------------------------------------------------------------- */

static enum cw_err check_parts(const struct world_submission *sub, struct refusal *r)
{
    struct arena scratch = arena_over(scratch_memory, sizeof(scratch_memory));
    struct submission s = {.header = sub->header, .proof = sub->proof, .part_count = sub->part_count};

    memcpy(s.parts, sub->parts, sizeof(s.parts));
    return submission_check_parts(&sub->parsed, &s, &scratch, r);
}

START_TEST(parts_match_their_commitments_or_the_refusal_names_them)
{
    struct world_submission sub;
    struct refusal r;

    world_submit(&w, 1, &sub);
    ck_assert_int_eq(check_parts(&sub, &r), CW_OK);

    sub.part_count = 1; /* the second lies there, but is not sent */
    ck_assert_int_eq(check_parts(&sub, &r), CW_REFUSED_COMMITMENT);
    ck_assert_str_eq(r.where, "parts");
    sub.part_count = 2;

    sub.parts[1].r[31] ^= 1;
    ck_assert_int_eq(check_parts(&sub, &r), CW_REFUSED_COMMITMENT);
    ck_assert_str_eq(r.where, "parts[1]");
    sub.parts[1].r[31] ^= 1;

    sub.parts[1].payload.len--;
    ck_assert_int_eq(check_parts(&sub, &r), CW_REFUSED_COMMITMENT);
    sub.parts[1].payload.len++;

    struct submission_part first = sub.parts[0];
    sub.parts[0] = sub.parts[1];
    sub.parts[1] = first;
    ck_assert_int_eq(check_parts(&sub, &r), CW_REFUSED_COMMITMENT);
    ck_assert_str_eq(r.where, "parts[0]");
}
END_TEST

START_TEST(a_payload_too_long_for_its_class_is_refused)
{
    struct world_submission sub;
    struct refusal r;

    world_submit(&w, 1, &sub);
    sub.parts[0].payload = slice(scratch_memory, 256);
    ck_assert_int_eq(check_parts(&sub, &r), CW_REFUSED_SIZE);
}
END_TEST

/* --- single ------------------------------------------------------------------------------------- */

START_TEST(the_same_draft_is_the_same_submission)
{
    struct world_submission a, b;

    world_submit(&w, 1, &a);
    world_submit(&w, 1, &b);
    ck_assert(slice_eq(a.header, b.header));
    ck_assert(ID_EQ(&a.op, &b.op));
}
END_TEST

START_TEST(a_single_proof_holds_for_its_header_network_and_key_only)
{
    struct world_submission a, b;
    struct network_id other = w.network;
    const uint8_t *key = w.officer.keys.sign_public;

    world_submit(&w, 1, &a);
    world_submit(&w, 2, &b);
    ck_assert_int_eq(proof_verify(&w.network, a.header, &a.parsed_proof, key), CW_OK);
    ck_assert_int_eq(proof_verify(&w.network, b.header, &a.parsed_proof, key), CW_REFUSED_SIGNATURE);
    ck_assert_int_eq(proof_verify(&w.network, a.header, &a.parsed_proof, w.authority.keys.sign_public),
                     CW_REFUSED_SIGNATURE);
    other.b[0] ^= 1;
    ck_assert_int_eq(proof_verify(&other, a.header, &a.parsed_proof, key), CW_REFUSED_SIGNATURE);
}
END_TEST

START_TEST(a_signature_under_another_label_is_no_proof)
{
    struct world_submission sub;

    world_submit(&w, 1, &sub);
    for (int label = 0; label < LABEL_COUNT; label++) {
        sign_bytes((enum label)label, &w.network, sub.header, &w.officer.keys.sign, &sub.parsed_proof.signature);
        ck_assert_int_eq(proof_verify(&w.network, sub.header, &sub.parsed_proof, w.officer.keys.sign_public) == CW_OK,
                         label == LABEL_OP);
    }
}
END_TEST

/* --- bundles ------------------------------------------------------------------------------------ */

static struct cw_op_id ops[BUNDLE_COUNT_MAX];
static struct cw_slice headers[BUNDLE_COUNT_MAX], proofs[BUNDLE_COUNT_MAX], paths[BUNDLE_COUNT_MAX];
static uint8_t header_memory[BUNDLE_COUNT_MAX][8];

static void make_bundle(uint32_t count, struct arena *arena)
{
    for (uint32_t i = 0; i < count; i++) {
        struct writer out = writer_over(header_memory[i], 8);
        writer_be32(&out, i);
        headers[i] = slice(header_memory[i], out.len);
        op_id_of(headers[i], &ops[i]);
    }
    ck_assert_int_eq(bundle_build(&w.network, &w.officer.keys.sign, ops, count, arena, proofs, paths), CW_OK);
}

static const uint32_t bundle_counts[] = {1, 2, 3, 5, 16, 17, 100, 1023, 1024};

START_TEST(each_op_of_a_bundle_verifies_alone)
{
    struct arena arena = arena_over(scratch_memory, sizeof(scratch_memory));
    uint32_t count = bundle_counts[_i];

    make_bundle(count, &arena);
    for (uint32_t i = 0; i < count; i += 1 + count / 32) {
        struct author_proof p;
        ck_assert_int_eq(author_proof_parse(proofs[i], paths[i], &p), CW_OK);
        ck_assert_int_eq(proof_verify(&w.network, headers[i], &p, w.officer.keys.sign_public), CW_OK);
        if (count > 1)
            ck_assert_int_ne(proof_verify(&w.network, headers[(i + 1) % count], &p, w.officer.keys.sign_public), CW_OK);
    }
}
END_TEST

START_TEST(only_the_path_of_a_bundle_that_leads_to_its_root_fits)
{
    struct arena arena = arena_over(scratch_memory, sizeof(scratch_memory));
    uint8_t path[BUNDLE_PATH_LEN_MAX + 2 * ID_LEN] = {0};
    struct author_proof p;

    make_bundle(17, &arena);
    ck_assert_int_eq(author_proof_parse(proofs[16], paths[16], &p), CW_OK);
    ck_assert_uint_eq(p.path.len, ID_LEN); /* the odd last leaf is carried up all the way */
    memcpy(path, p.path.data, ID_LEN);
    for (size_t len = 0; len <= sizeof(path); len++) {
        p.path = slice(path, len);
        ck_assert_int_eq(proof_path_fits(headers[16], &p), len == ID_LEN);
        ck_assert_int_eq(proof_verify(&w.network, headers[16], &p, w.officer.keys.sign_public) == CW_OK, len == ID_LEN);
    }
    path[5] ^= 1;
    p.path = slice(path, ID_LEN);
    ck_assert(!proof_path_fits(headers[16], &p));
    p.path = paths[16];
    ck_assert(!proof_path_fits(headers[15], &p));
}
END_TEST

START_TEST(what_is_not_bundled_has_no_path)
{
    const uint8_t path[ID_LEN] = {0};
    struct world_submission sub;

    world_submit(&w, 1, &sub);
    ck_assert(proof_path_fits(sub.header, &sub.parsed_proof));
    sub.parsed_proof.path = slice(path, sizeof(path));
    ck_assert(!proof_path_fits(sub.header, &sub.parsed_proof));
    ck_assert_int_ne(proof_verify(&w.network, sub.header, &sub.parsed_proof, w.officer.keys.sign_public), CW_OK);

    world_submit_clear(&w, 1, CLASS_ROOT, slice_of("act"), NULL, &sub);
    ck_assert(proof_path_fits(sub.header, &sub.parsed_proof));
    sub.parsed_proof.path = slice(path, sizeof(path));
    ck_assert(!proof_path_fits(sub.header, &sub.parsed_proof));
    ck_assert_int_ne(proof_verify_threshold(&w.network, sub.header, &sub.parsed_proof,
                                            (const uint8_t(*)[KEY_LEN])w.root_keys, w.root_count, w.threshold),
                     CW_OK);
}
END_TEST

static void expect_another_hash(struct cw_slice header, const struct author_proof *changed, const struct hash *named)
{
    uint8_t memory[PROOF_LEN_MAX];
    struct writer out = writer_over(memory, sizeof(memory));
    struct hash hash;

    author_proof_encode(changed, &out);
    submission_hash_of(header, slice(memory, out.len), &hash);
    ck_assert(!ID_EQ(&hash, named));
}

/* Whatever of a proof a relay could exchange is under the hash; the path is not, because another one does not fit. */
START_TEST(the_submission_hash_names_all_of_the_proof_but_the_path)
{
    struct arena arena = arena_over(scratch_memory, sizeof(scratch_memory));
    struct author_proof p, changed;
    uint8_t head[64];
    struct writer head_out = writer_over(head, sizeof(head));
    struct hash hash;

    make_bundle(5, &arena);
    ck_assert_int_eq(author_proof_parse(proofs[2], paths[2], &p), CW_OK);
    submission_hash_of(headers[2], proofs[2], &hash);
    changed = p;
    changed.kind = PROOF_SINGLE;
    expect_another_hash(headers[2], &changed, &hash);
    changed = p;
    changed.bundle_index = 3;
    expect_another_hash(headers[2], &changed, &hash);
    changed = p;
    bundle_head_encode(6, &p.bundle_root, &head_out);
    changed.bundle_head = slice(head, head_out.len);
    expect_another_hash(headers[2], &changed, &hash);
    changed = p;
    changed.signature.b[63] ^= 1;
    expect_another_hash(headers[2], &changed, &hash);
    expect_another_hash(headers[3], &p, &hash);
}
END_TEST

START_TEST(the_submission_hash_names_each_root_signature)
{
    struct world_submission sub;
    struct author_proof changed;
    struct hash hash;

    world_submit_clear(&w, 1, CLASS_ROOT, slice_of("act"), NULL, &sub);
    submission_hash_of(sub.header, sub.proof, &hash);
    changed = sub.parsed_proof;
    ck_assert_uint_eq(changed.root_count, 2);
    changed.root_count = 1;
    expect_another_hash(sub.header, &changed, &hash);
    changed = sub.parsed_proof;
    changed.root_signature[1].b[0] ^= 1;
    expect_another_hash(sub.header, &changed, &hash);
    changed = sub.parsed_proof;
    changed.root_index[1]++;
    expect_another_hash(sub.header, &changed, &hash);
    changed = (struct author_proof){.kind = PROOF_SINGLE, .signature = sub.parsed_proof.root_signature[0]};
    expect_another_hash(sub.header, &changed, &hash);
}
END_TEST

START_TEST(an_index_beyond_the_bundle_is_refused_by_the_grammar)
{
    struct arena arena = arena_over(scratch_memory, sizeof(scratch_memory));
    struct author_proof p, back;
    uint8_t memory[PROOF_LEN_MAX];
    struct writer out = writer_over(memory, sizeof(memory));

    make_bundle(1, &arena);
    ck_assert_int_eq(author_proof_parse(proofs[0], paths[0], &p), CW_OK);
    p.bundle_index = 1; /* its path would be empty, too */
    author_proof_encode(&p, &out);
    ck_assert_int_eq(author_proof_parse(slice(memory, out.len), paths[0], &back), CW_REFUSED_MALFORMED);
}
END_TEST

START_TEST(bundles_of_none_or_too_many_are_refused)
{
    static struct cw_op_id many[BUNDLE_COUNT_MAX + 1];
    static struct cw_slice out[BUNDLE_COUNT_MAX + 1];
    struct arena arena = arena_over(scratch_memory, sizeof(scratch_memory));

    ck_assert_int_eq(bundle_build(&w.network, &w.officer.keys.sign, many, 0, &arena, out, out), CW_REFUSED_SIZE);
    ck_assert_int_eq(bundle_build(&w.network, &w.officer.keys.sign, many, BUNDLE_COUNT_MAX + 1, &arena, out, out),
                     CW_REFUSED_SIZE);
}
END_TEST

START_TEST(a_bundle_signature_is_no_single_proof_and_back)
{
    struct arena arena = arena_over(scratch_memory, sizeof(scratch_memory));
    struct author_proof p;

    make_bundle(1, &arena);
    ck_assert_int_eq(author_proof_parse(proofs[0], paths[0], &p), CW_OK);
    p.kind = PROOF_SINGLE;
    ck_assert_int_ne(proof_verify(&w.network, headers[0], &p, w.officer.keys.sign_public), CW_OK);
    ck_assert_int_ne(proof_verify(&w.network, p.bundle_head, &p, w.officer.keys.sign_public), CW_OK);
}
END_TEST

/* --- threshold ---------------------------------------------------------------------------------- */

static enum cw_err verify_root_act(const struct world_submission *sub)
{
    return proof_verify_threshold(&w.network, sub->header, &sub->parsed_proof, (const uint8_t(*)[KEY_LEN])w.root_keys,
                                  w.root_count, w.threshold);
}

START_TEST(a_root_act_needs_its_threshold_of_distinct_keys)
{
    struct world_submission sub;

    world_submit_clear(&w, 1, CLASS_ROOT, slice_of("act"), NULL, &sub);
    ck_assert_int_eq(verify_root_act(&sub), CW_OK);

    struct world_submission changed = sub;
    changed.parsed_proof.root_count = 1;
    ck_assert_int_eq(verify_root_act(&changed), CW_REFUSED_SIGNATURE);

    changed = sub; /* one key twice */
    changed.parsed_proof.root_index[1] = changed.parsed_proof.root_index[0];
    changed.parsed_proof.root_signature[1] = changed.parsed_proof.root_signature[0];
    ck_assert_int_eq(verify_root_act(&changed), CW_REFUSED_SIGNATURE);

    changed = sub; /* signed by another key than it says */
    changed.parsed_proof.root_index[0] = 0;
    ck_assert_int_eq(verify_root_act(&changed), CW_REFUSED_SIGNATURE);

    changed = sub;
    changed.parsed_proof.root_index[1] = 7;
    ck_assert_int_eq(verify_root_act(&changed), CW_REFUSED_SIGNATURE);

    changed = sub;
    changed.parsed_proof.kind = PROOF_SINGLE;
    ck_assert_int_eq(verify_root_act(&changed), CW_REFUSED_SIGNATURE);
    ck_assert_int_eq(proof_verify(&w.network, sub.header, &sub.parsed_proof, w.root_keys[0]), CW_REFUSED_SIGNATURE);
}
END_TEST

START_TEST(a_seal_is_signed_by_one_certificate_or_by_the_roots)
{
    struct world_submission sub;
    struct world_log log;
    struct world_batch batch;
    const uint8_t(*keys)[KEY_LEN] = (const uint8_t(*)[KEY_LEN])w.root_keys;

    world_submit_clear(&w, 1, CLASS_ROOT, slice_of("act"), NULL, &sub);
    world_log_open(&w, LOG_ROOT, NULL, 1, &log);
    world_sequence(&w, &log, &sub, 1, &batch);
    ck_assert(seal_verify_threshold(&w.network, &batch.seal, keys, w.root_count, w.threshold));
    ck_assert(!seal_verify(&w.network, &batch.seal, w.root_keys[0]));
    batch.seal.signature_count--;
    ck_assert(!seal_verify_threshold(&w.network, &batch.seal, keys, w.root_count, w.threshold));

    world_log_open(&w, LOG_DIVISION, &w.daemons[0], 2, &log);
    world_sequence(&w, &log, &sub, 1, &batch);
    ck_assert(seal_verify(&w.network, &batch.seal, w.daemons[0].keys.sign_public));
    ck_assert(!seal_verify(&w.network, &batch.seal, w.daemons[1].keys.sign_public));
    batch.seal.signatures[0].b[0] ^= 1;
    ck_assert(!seal_verify(&w.network, &batch.seal, w.daemons[0].keys.sign_public));
}
END_TEST

/* --- a secret that is kept elsewhere ------------------------------------------------------------- */

struct keeper {
    enum cw_err answer;
    enum label label;
    uint32_t asked;
};

static enum cw_err ask_keeper(void *context, enum label label, struct cw_slice bytes, struct signature *out)
{
    struct keeper *keeper = context;

    keeper->asked++;
    keeper->label = label;
    sign_bytes(label, &w.network, bytes, &w.officer.keys.sign, out);
    return keeper->answer;
}

static struct submission_draft small_draft(const struct signer *signer)
{
    static const uint8_t payload[] = "said";
    struct submission_draft draft = {.network = w.network, .author = w.officer.id, .signer = signer, .part_count = 1};

    draft.op_class = CLASS_CASE;
    draft.submission_id[0] = 1;
    draft.parts[0].payload = slice(payload, sizeof(payload));
    return draft;
}

START_TEST(a_secret_kept_elsewhere_signs_the_same)
{
    struct arena arena = arena_over(scratch_memory, sizeof(scratch_memory));
    struct keeper keeper = {.answer = CW_OK};
    struct signer asked = {.ask = ask_keeper, .context = &keeper}, own = {.secret = &w.officer.keys.sign};
    struct submission_draft there = small_draft(&asked), here = small_draft(&own);
    struct cw_slice header[2], proof[2], path;
    struct cw_op_id op;

    ck_assert_int_eq(submission_build(&there, &arena, &header[0], &proof[0], &op), CW_OK);
    ck_assert_int_eq(keeper.label, LABEL_OP);
    ck_assert_int_eq(submission_build(&here, &arena, &header[1], &proof[1], &op), CW_OK);
    ck_assert(slice_eq(header[0], header[1]));
    ck_assert(slice_eq(proof[0], proof[1]));
    ck_assert_int_eq(bundle_build_by(&w.network, &asked, &op, 1, &arena, &proof[0], &path), CW_OK);
    ck_assert_int_eq(keeper.label, LABEL_BUNDLE);
    ck_assert_int_eq(bundle_build(&w.network, &w.officer.keys.sign, &op, 1, &arena, &proof[1], &path), CW_OK);
    ck_assert(slice_eq(proof[0], proof[1]));
    ck_assert_uint_eq(keeper.asked, 2);
}
END_TEST

START_TEST(a_keeper_that_refuses_ends_it_with_its_own_error)
{
    struct arena arena = arena_over(scratch_memory, sizeof(scratch_memory));
    struct keeper keeper = {.answer = CW_LOCAL_KEY};
    struct signer asked = {.ask = ask_keeper, .context = &keeper};
    struct submission_draft draft = small_draft(&asked);
    struct cw_slice header = slice("h", 1), proof = slice("p", 1), path = slice("p", 1);
    struct cw_op_id op = {{0}};

    ck_assert_int_eq(submission_build(&draft, &arena, &header, &proof, &op), CW_LOCAL_KEY);
    ck_assert_uint_eq(header.len, 1); /* untouched */
    ck_assert_uint_eq(proof.len, 1);
    ck_assert_int_eq(bundle_build_by(&w.network, &asked, &op, 1, &arena, &proof, &path), CW_LOCAL_KEY);
    ck_assert_uint_eq(proof.len, 1);
    ck_assert_uint_eq(path.len, 1);
}
END_TEST

START_TEST(a_bundle_head_reads_back_and_every_shorter_one_is_refused)
{
    uint8_t bytes[64];
    struct writer out = writer_over(bytes, sizeof(bytes));
    struct hash root = {{7}}, back;
    uint32_t count;

    bundle_head_encode(BUNDLE_COUNT_MAX, &root, &out);
    ck_assert_int_eq(bundle_head_parse(slice(bytes, out.len), &count, &back), CW_OK);
    ck_assert_uint_eq(count, BUNDLE_COUNT_MAX);
    ck_assert(ID_EQ(&root, &back));
    for (size_t len = 0; len < out.len; len++)
        ck_assert_int_ne(bundle_head_parse(slice(bytes, len), &count, &back), CW_OK);
}
END_TEST

Suite *suite_submission(void)
{
    Suite *s = suite_create("submission");
    TCase *t = tcase_create("one root key");
    TCase *roots = tcase_create("three root keys");

    tcase_add_checked_fixture(t, one_of_one, NULL);
    tcase_add_test(t, every_length_pads_to_a_class_and_back);
    tcase_add_test(t, a_payload_above_the_largest_class_is_refused);
    tcase_add_test(t, padding_that_is_not_exactly_padding_is_refused);
    tcase_add_test(t, parts_match_their_commitments_or_the_refusal_names_them);
    tcase_add_test(t, a_payload_too_long_for_its_class_is_refused);
    tcase_add_test(t, the_same_draft_is_the_same_submission);
    tcase_add_test(t, a_single_proof_holds_for_its_header_network_and_key_only);
    tcase_add_test(t, a_signature_under_another_label_is_no_proof);
    tcase_add_loop_test(t, each_op_of_a_bundle_verifies_alone, 0, (int)CW_COUNT(bundle_counts));
    tcase_add_test(t, only_the_path_of_a_bundle_that_leads_to_its_root_fits);
    tcase_add_test(t, what_is_not_bundled_has_no_path);
    tcase_add_test(t, the_submission_hash_names_all_of_the_proof_but_the_path);
    tcase_add_test(t, an_index_beyond_the_bundle_is_refused_by_the_grammar);
    tcase_add_test(t, bundles_of_none_or_too_many_are_refused);
    tcase_add_test(t, a_bundle_signature_is_no_single_proof_and_back);
    tcase_add_test(t, a_secret_kept_elsewhere_signs_the_same);
    tcase_add_test(t, a_keeper_that_refuses_ends_it_with_its_own_error);
    tcase_add_test(t, a_bundle_head_reads_back_and_every_shorter_one_is_refused);
    suite_add_tcase(s, t);

    tcase_add_checked_fixture(roots, two_of_three, NULL);
    tcase_add_test(roots, a_root_act_needs_its_threshold_of_distinct_keys);
    tcase_add_test(roots, the_submission_hash_names_each_root_signature);
    tcase_add_test(roots, a_seal_is_signed_by_one_certificate_or_by_the_roots);
    suite_add_tcase(s, roots);
    return s;
}
