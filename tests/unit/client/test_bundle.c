/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles: many submissions, one signature, each verified alone. */
#include "tests/unit/client/registrar.h"

#include "lib/identity.h"
#include "lib/unpack.h"
#include "proto/wire.h"

#include <casewire/bundle.h>

#include <check.h>
#include <stdlib.h>

Suite *suite_bundle(void);

#define PATIENT_MS 60000
#define COUNT 5

static const struct cw_wall noon = {1795348800000};
static struct registrar r;

static void open_registrar(void)
{
    registrar_open(&r);
}

static void close_registrar(void)
{
    registrar_close(&r);
}

static struct cw_bundle *fresh(void)
{
    struct cw_bundle *bundle = NULL;

    ck_assert_int_eq(cw_bundle_new(r.officer, &bundle, NULL), CW_OK);
    return bundle;
}

static void add_note(struct cw_bundle *bundle, const struct cw_case_id *id, unsigned number)
{
    struct cw_draft *draft = registrar_note_draft(id, number);

    ck_assert_int_eq(cw_bundle_add(bundle, draft, noon, NULL), CW_OK);
    cw_draft_free(draft);
}

/* A case, and notes on it that name it before anything is signed. */
static struct cw_bundle *case_with_notes(void)
{
    struct cw_bundle *bundle = fresh();
    struct cw_draft *draft = NULL;
    struct cw_op_id op;
    struct cw_case_id id;

    ck_assert_int_eq(cw_draft_open("missing_child", &draft, NULL), CW_OK);
    ck_assert_int_eq(cw_draft_write(draft, "title", CW_SET, slice_of("Child B"), NULL), CW_OK);
    ck_assert_int_eq(cw_bundle_add(bundle, draft, noon, NULL), CW_OK);
    cw_draft_free(draft);
    ck_assert_int_eq(cw_bundle_ids(bundle, 0, &op, &id), CW_OK);
    for (unsigned i = 1; i < COUNT; i++)
        add_note(bundle, &id, i);
    ck_assert_uint_eq(cw_bundle_count(bundle), COUNT);
    return bundle;
}

static bool verifies(const struct cw_submission *submission, bool with_path)
{
    struct author_proof proof;
    ProtobufCMessage *message;
    struct network_id network;
    const Cw__Submit *submit;
    void *memory;
    bool holds;

    memcpy(network.b, r.network, ID_LEN);
    ck_assert_int_eq(message_unpack(&cw__submit__descriptor, cw_submission_bytes(submission), &memory, &message, NULL),
                     CW_OK);
    submit = (const Cw__Submit *)message;
    ck_assert_int_eq(
        author_proof_parse(wire_slice(submit->proof), with_path ? wire_slice(submit->path) : slice(NULL, 0), &proof),
        CW_OK);
    ck_assert_int_eq(proof.kind, PROOF_BUNDLE);
    holds = proof_verify(&network, wire_slice(submit->header), &proof, r.officer->certificate.sign_key) == CW_OK;
    free(memory);
    return holds;
}

START_TEST(each_submission_of_a_bundle_verifies_alone)
{
    struct cw_submission *submissions[COUNT] = {NULL};
    struct cw_bundle *bundle = case_with_notes();

    ck_assert_int_eq(cw_bundle_sign(bundle, submissions, NULL), CW_OK);
    for (size_t i = 0; i < COUNT; i++) {
        struct cw_op_id promised, op;
        struct cw_case_id case_promised, case_id;

        ck_assert(verifies(submissions[i], true));
        ck_assert(!verifies(submissions[i], false));
        ck_assert_int_eq(cw_bundle_ids(bundle, i, &promised, &case_promised), CW_OK);
        cw_submission_op(submissions[i], &op);
        cw_submission_case(submissions[i], &case_id);
        ck_assert(ID_EQ(&op, &promised) && ID_EQ(&case_id, &case_promised));
        cw_submission_free(submissions[i]);
    }
    cw_bundle_free(bundle);
}
END_TEST

START_TEST(a_bundled_submission_is_sent_and_acknowledged_like_any_other)
{
    struct cw_submission *submissions[COUNT] = {NULL}, *again = NULL;
    struct cw_bundle *bundle = case_with_notes();
    struct cw_trust *trust = registrar_trust(&r, true);
    struct cw_client *client;
    struct cw_receipt_facts facts;
    struct cw_fault fault;
    struct cw_op_id op;

    registrar_start(&r);
    client = registrar_client(&r);
    ck_assert_int_eq(cw_bundle_sign(bundle, submissions, NULL), CW_OK);
    cw_bundle_free(bundle);
    for (size_t i = 0; i < COUNT; i++) {
        struct cw_answer *answer = NULL;

        /* Kept as bytes in between. */
        ck_assert_int_eq(cw_submission_from(cw_submission_bytes(submissions[i]), &again), CW_OK);
        ck_assert_int_eq(cw_client_submit(client, again, NULL, PATIENT_MS, &answer), CW_OK);
        cw_submission_op(again, &op);
        ck_assert_int_eq(cw_answer_check_receipt(answer, trust, &op, &facts, &fault), CW_OK);
        cw_answer_close(answer);
        cw_submission_free(again);
        cw_submission_free(submissions[i]);
    }
    cw_client_close(client);
    cw_trust_free(trust);
}
END_TEST

START_TEST(a_bundle_is_bounded_and_signed_once)
{
    struct cw_submission **submissions = calloc(CW_BUNDLE_COUNT_MAX, sizeof(struct cw_submission *));
    struct cw_draft *draft = registrar_note_draft(&(struct cw_case_id){{1}}, 1);
    struct cw_bundle *bundle = fresh();
    struct cw_fault fault;
    struct cw_op_id op;
    struct cw_case_id id;

    ck_assert_ptr_nonnull(submissions);
    ck_assert_int_eq(cw_bundle_sign(bundle, submissions, &fault), CW_USAGE_ORDER);
    for (int i = 0; i < CW_BUNDLE_COUNT_MAX; i++)
        ck_assert_int_eq(cw_bundle_add(bundle, draft, noon, &fault), CW_OK);
    ck_assert_int_eq(cw_bundle_add(bundle, draft, noon, &fault), CW_REFUSED_SIZE);
    ck_assert_int_eq(cw_bundle_ids(bundle, CW_BUNDLE_COUNT_MAX, &op, &id), CW_USAGE_ARGUMENT);
    ck_assert_int_eq(cw_bundle_sign(bundle, submissions, &fault), CW_OK);
    ck_assert(verifies(submissions[0], true));
    ck_assert(verifies(submissions[CW_BUNDLE_COUNT_MAX - 1], true));
    ck_assert_int_eq(cw_bundle_sign(bundle, submissions, &fault), CW_USAGE_ORDER);
    ck_assert_int_eq(cw_bundle_add(bundle, draft, noon, &fault), CW_USAGE_ORDER);
    for (int i = 0; i < CW_BUNDLE_COUNT_MAX; i++)
        cw_submission_free(submissions[i]);
    free(submissions);
    cw_draft_free(draft);
    cw_bundle_free(bundle);
}
END_TEST

START_TEST(a_draft_that_says_nothing_is_not_taken)
{
    struct cw_bundle *bundle = fresh();
    struct cw_draft *draft = NULL;
    struct cw_fault fault;

    ck_assert_int_eq(cw_draft_set("missing_child", &(struct cw_case_id){{1}}, &draft, &fault), CW_OK);
    ck_assert_int_eq(cw_bundle_add(bundle, draft, noon, &fault), CW_USAGE_ARGUMENT);
    ck_assert_uint_eq(cw_bundle_count(bundle), 0);
    cw_draft_free(draft);
    cw_bundle_free(bundle);
}
END_TEST

START_TEST(a_certificate_that_signs_singly_gets_no_bundle)
{
    struct cw_bundle *bundle = NULL;
    struct cw_fault fault;

    r.officer->certificate.may_bundle = false;
    ck_assert_int_eq(cw_bundle_new(r.officer, &bundle, &fault), CW_REFUSED_ROLE);
    ck_assert_ptr_null(bundle);
}
END_TEST

Suite *suite_bundle(void)
{
    Suite *s = suite_create("bundle");
    TCase *t = tcase_create("bundles");

    tcase_add_checked_fixture(t, open_registrar, close_registrar);
    tcase_add_test(t, each_submission_of_a_bundle_verifies_alone);
    tcase_add_test(t, a_bundled_submission_is_sent_and_acknowledged_like_any_other);
    tcase_add_test(t, a_bundle_is_bounded_and_signed_once);
    tcase_add_test(t, a_draft_that_says_nothing_is_not_taken);
    tcase_add_test(t, a_certificate_that_signs_singly_gets_no_bundle);
    suite_add_tcase(s, t);
    return s;
}
