/* SPDX-License-Identifier: Apache-2.0 */
/* The verifier on histories made by hand: every byte that is changed is found. */
#include "tests/unit/client/history.h"

#include <check.h>
#include <jansson.h>
#include <stdlib.h>

Suite *suite_verify(void);

START_TEST(an_honest_history_holds)
{
    struct history h;
    struct cw_verify *v;
    struct cw_verify_counts n;

    history_make(&h, SPOIL_NOTHING);
    v = history_verify(&h);
    for (size_t i = 0; i < cw_verify_finding_count(v); i++)
        ck_abort_msg("%s: %s", cw_verify_finding_at(v, i)->fault.where, cw_verify_finding_at(v, i)->fault.text);
    cw_verify_counts_of(v, &n);
    ck_assert_uint_eq(n.logs, 3);
    ck_assert_uint_eq(n.entries, 1 + 3 + 2);
    ck_assert_uint_eq(n.certificates, 3);
    ck_assert_uint_eq(n.parts_opened, 3 + 2); /* frame, title and the child's name; frame and summary */
    ck_assert_uint_eq(n.voids, 0);
    cw_verify_free(v);
    history_done(&h);
}
END_TEST

START_TEST(every_changed_byte_is_found)
{
    struct history h;

    history_make(&h, SPOIL_NOTHING);
    for (size_t r = 0; r < h.record_count; r++)
        for (size_t i = 0; i < h.records[r].len; i++) {
            uint8_t was = h.records[r].data[i];

            h.records[r].data[i] ^= (uint8_t)(1u << (i % 8));
            if (history_first(&h) == CW_OK)
                ck_abort_msg("record %zu byte %zu bit %zu: nobody noticed", r, i, i % 8);
            h.records[r].data[i] = was;
        }
    ck_assert_int_eq(history_first(&h), CW_OK);
    history_done(&h);
}
END_TEST

START_TEST(a_record_that_is_cut_short_is_found_wherever_it_is_cut)
{
    struct history h;

    history_make(&h, SPOIL_NOTHING);
    for (size_t r = 0; r < h.record_count; r++) {
        size_t was = h.records[r].len;

        for (size_t len = 0; len < was; len += 1 + was / 40) {
            h.records[r].len = len;
            ck_assert_int_ne(history_first(&h), CW_OK);
        }
        h.records[r].len = was;
    }
    history_done(&h);
}
END_TEST

START_TEST(a_record_that_is_missing_is_found)
{
    struct history h;

    history_make(&h, SPOIL_NOTHING);
    for (size_t r = 0; r < h.record_count; r++) {
        struct history less = h;

        for (size_t i = r; i + 1 < h.record_count; i++)
            less.records[i] = h.records[i + 1];
        less.record_count--;
        ck_assert_int_ne(history_first(&less), CW_OK);
    }
    history_done(&h);
}
END_TEST

START_TEST(records_in_another_order_are_found)
{
    struct history h;

    history_make(&h, SPOIL_NOTHING);
    for (size_t r = 0; r + 1 < h.record_count; r++) {
        struct history other = h;

        other.records[r] = h.records[r + 1];
        other.records[r + 1] = h.records[r];
        ck_assert_int_ne(history_first(&other), CW_OK);
    }
    history_done(&h);
}
END_TEST

START_TEST(a_history_of_another_network_is_refused)
{
    struct history h;

    history_make(&h, SPOIL_NOTHING);
    h.network[5] ^= 1;
    ck_assert_int_eq(history_first(&h), CW_REFUSED_NETWORK);
    history_done(&h);
}
END_TEST

START_TEST(an_empty_history_is_found)
{
    struct history h = {.record_count = 0};

    ck_assert_int_ne(history_first(&h), CW_OK);
}
END_TEST

static uint64_t voids_of(enum spoil spoil)
{
    struct history h;
    struct cw_verify *v;
    struct cw_verify_counts n;

    history_make(&h, spoil);
    v = history_verify(&h);
    ck_assert_uint_eq(cw_verify_finding_count(v), 0);
    cw_verify_counts_of(v, &n);
    cw_verify_free(v);
    history_done(&h);
    return n.voids;
}

START_TEST(what_was_sealed_void_is_void_and_not_called_tampering)
{
    ck_assert_uint_eq(voids_of(SPOIL_UNKNOWN_AUTHOR), 2);
    ck_assert_uint_eq(voids_of(SPOIL_SIGNATURE), 1);
    ck_assert_uint_eq(voids_of(SPOIL_POSITION), 2);
}
END_TEST

START_TEST(a_seal_by_another_key_is_named_with_log_and_entry)
{
    struct history h;
    struct cw_verify *v;
    const struct cw_verify_finding *f;

    history_make(&h, SPOIL_OTHER_SEALER);
    v = history_verify(&h);
    ck_assert_uint_ge(cw_verify_finding_count(v), 1);
    f = cw_verify_finding_at(v, 0);
    ck_assert_int_eq(f->fault.code, CW_PEER_SEAL);
    ck_assert_int_eq(f->has_log, 1);
    ck_assert_mem_eq(f->log, h.log.log.b, CW_ID_LEN);
    ck_assert_uint_eq(f->seq, 1);
    ck_assert_uint_eq(f->record, 3);
    cw_verify_free(v);
    history_done(&h);
}
END_TEST

/* --- the committed vectors: histories that another program made, and judged ------------------------------ */

static struct buf bytes_of(const char *hex)
{
    struct buf out = {0};

    ck_assert_int_eq(buf_reserve(&out, strlen(hex) / 2 + 1), CW_OK);
    out.len = strlen(hex) / 2;
    ck_assert_int_eq(hex_parse(hex, out.data, out.len), CW_OK);
    return out;
}

/* The good history with some bytes taken out and others put in. */
static struct buf spliced(const json_t *whole, const json_t *vector)
{
    struct buf good = bytes_of(json_string_value(json_object_get(whole, "file"))), out = {0}, insert;
    size_t at = (size_t)json_integer_value(json_object_get(vector, "at"));
    size_t behind = at + (size_t)json_integer_value(json_object_get(vector, "remove"));

    if (json_object_get(vector, "file") != NULL)
        return good;
    insert = bytes_of(json_string_value(json_object_get(vector, "insert")));
    ck_assert_uint_le(behind, good.len);
    ck_assert_int_eq(buf_add(&out, slice(good.data, at)), CW_OK);
    ck_assert_int_eq(buf_add(&out, buf_slice(&insert)), CW_OK);
    ck_assert_int_eq(buf_add(&out, slice(good.data + behind, good.len - behind)), CW_OK);
    buf_done(&good);
    buf_done(&insert);
    return out;
}

/* *out_findings: -1 when the file ends inside a record, which who reads the file says. */
static bool vector_holds(const json_t *whole, const json_t *vector, struct cw_verify_counts *out_counts,
                         json_int_t *out_findings)
{
    struct buf file = spliced(whole, vector);
    uint8_t network[CW_ID_LEN];
    struct cw_verify *v;
    size_t at = 0;
    bool holds;

    ck_assert_int_eq(hex_parse(json_string_value(json_object_get(whole, "network")), network, CW_ID_LEN), CW_OK);
    ck_assert_int_eq(cw_verify_new(network, &v), CW_OK);
    while (at + 4 <= file.len) {
        struct reader r = reader_over(slice(file.data + at, 4));
        size_t len = reader_be32(&r);

        if (len > file.len - at - 4)
            break; /* cut short: who reads the file sees that */
        ck_assert_int_eq(cw_verify_record(v, slice(file.data + at + 4, len)), CW_OK);
        at += 4 + len;
    }
    ck_assert_int_eq(cw_verify_finish(v), CW_OK);
    holds = at == file.len && cw_verify_finding_count(v) == 0;
    *out_findings = at == file.len ? (json_int_t)cw_verify_finding_count(v) : -1;
    cw_verify_counts_of(v, out_counts);
    cw_verify_free(v);
    buf_done(&file);
    return holds;
}

START_TEST(the_committed_histories_are_judged_as_they_say)
{
    json_t *root = json_load_file("tests/vectors/histories.json", 0, NULL), *vectors = json_object_get(root, "vectors"),
           *vector;
    size_t i;

    ck_assert_msg(root != NULL, "run from the top folder");
    ck_assert_uint_gt(json_array_size(vectors), 20);
    json_array_foreach(vectors, i, vector)
    {
        bool valid = json_is_true(json_object_get(vector, "valid"));
        const char *name = json_string_value(json_object_get(vector, "name"));
        struct cw_verify_counts n;
        json_int_t findings;

        ck_assert_msg(vector_holds(json_array_get(vectors, 0), vector, &n, &findings) == valid, "%s", name);
        if (!valid && findings >= 0)
            ck_assert_msg(findings == json_integer_value(json_object_get(vector, "findings")), "%s: %d findings", name,
                          (int)findings);
        if (json_object_get(vector, "seals") != NULL)
            ck_assert_msg((json_int_t)n.seals == json_integer_value(json_object_get(vector, "seals")), "%s: %d seals",
                          name, (int)n.seals);
        if (!valid)
            continue;
        ck_assert_int_eq((json_int_t)n.voids, json_integer_value(json_object_get(vector, "void")));
        ck_assert_msg((json_int_t)n.parts_opened == json_integer_value(json_object_get(vector, "opened")),
                      "%s: %d opened", name, (int)n.parts_opened);
    }
    json_decref(root);
}
END_TEST

Suite *suite_verify(void)
{
    Suite *s = suite_create("verify");
    TCase *t = tcase_create("histories");

    tcase_set_timeout(t, 240);
    tcase_add_test(t, an_honest_history_holds);
    tcase_add_test(t, every_changed_byte_is_found);
    tcase_add_test(t, a_record_that_is_cut_short_is_found_wherever_it_is_cut);
    tcase_add_test(t, a_record_that_is_missing_is_found);
    tcase_add_test(t, records_in_another_order_are_found);
    tcase_add_test(t, a_history_of_another_network_is_refused);
    tcase_add_test(t, an_empty_history_is_found);
    tcase_add_test(t, what_was_sealed_void_is_void_and_not_called_tampering);
    tcase_add_test(t, a_seal_by_another_key_is_named_with_log_and_entry);
    tcase_add_test(t, the_committed_histories_are_judged_as_they_say);
    suite_add_tcase(s, t);
    return s;
}
