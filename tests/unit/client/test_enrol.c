/* SPDX-License-Identifier: Apache-2.0 */
/* How a division comes into a network: invitation, request, answer; and what is signed and wrong all the same. */
#include "tests/unit/client/pairing.h"

#include "lib/when.h"

#include <check.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

Suite *suite_enrol(void);

/* --- what should be ------------------------------------------------------------------------------------------ */

START_TEST(a_division_is_admitted_by_files_alone)
{
    struct joining j;
    struct buf text = {0};
    struct stat info;

    answered(&j);
    ck_assert(j.join.has_member);
    ck_assert_uint_eq(j.join.peer_count, 1);
    ck_assert_int_eq(host_compare(&pairing.east, &j, &pairing.fault), CW_OK);
    ck_assert_int_eq(host_join(&pairing.east, &j, &pairing.fault), CW_OK);
    text_of_file(in_place("east/casewire.conf"), &text);
    ck_assert_ptr_nonnull(strstr((const char *)text.data, "division = \"EST\"\n"));
    ck_assert_ptr_nonnull(
        strstr((const char *)text.data, "listen_peers = \"tcp://*:4700\"\nlisten_clients = \"tcp://*:4701\"\n"));
    ck_assert_ptr_nonnull(
        strstr((const char *)text.data,
               "peer \"north\" {\n    division  = \"NTH\"\n    address   = \"tcp://north.example:4700\"\n"));
    buf_done(&text);
    ck_assert_int_eq(stat(in_place("east/key"), &info), 0);
    ck_assert_uint_eq(info.st_mode & 0777, 0600);
    ck_assert_int_eq(stat(in_place("east"), &info), 0);
    ck_assert_uint_eq(info.st_mode & 0777, 0755);
    ck_assert_int_eq(file_read(in_place("east/cert"), CERT_LEN_MAX, &text), CW_OK);
    ck_assert(slice_eq(buf_slice(&text), slice(joining_cert(&j, &j.join.member)->bytes, text.len)));
    buf_done(&text);
    joining_done(&j);
}
END_TEST

START_TEST(an_answer_is_written_again_without_a_second_certificate)
{
    struct asking asking;
    uint64_t seq;

    request_at(&pairing.east, &asking);
    answer_to(&asking);
    seq = pairing.a.log.seq;
    answer_to(&asking);
    ck_assert_uint_eq(pairing.a.log.seq, seq);
    asking_done(&asking);
}
END_TEST

START_TEST(a_key_on_the_host_is_never_made_anew)
{
    struct request_plan plan = {.host = &pairing.east, .name = "Daemon of EST", .days = 10};
    struct joining invitation;
    struct asking asking;
    struct buf request = {0};

    request_at(&pairing.east, &asking);
    asking_done(&asking);
    ck_assert_int_eq(joining_open(in_place("invitation"), &invitation, &pairing.fault), CW_OK);
    ck_assert_int_eq(host_request(&plan, &invitation, &request, &pairing.fault), CW_USAGE_ORDER);
    ck_assert_ptr_nonnull(strstr(pairing.fault.text, "never overwritten"));
    joining_done(&invitation);
    buf_done(&request);
}
END_TEST

#define ASKING 8

/* What one command does, from the moment at which all are let go. */
static void ask_once(const struct joining *invitation, int gate)
{
    struct request_plan plan = {.host = &pairing.east, .name = "Daemon of EST", .days = 10};
    struct buf request = {0};
    enum cw_err err;
    char byte;

    if (read(gate, &byte, 1) != 0)
        _exit(2);
    err = host_request(&plan, invitation, &request, &pairing.fault);
    if (err != CW_OK && err != CW_AGAIN_BUSY && err != CW_USAGE_ORDER)
        _exit(2);
    _exit(err == CW_OK ? 0 : 1);
}

/* How many had what they asked for. */
static unsigned ask_at_once(const struct joining *invitation)
{
    pid_t all[ASKING];
    int gate[2], status;
    unsigned had = 0;

    ck_assert_int_eq(pipe(gate), 0);
    for (int i = 0; i < ASKING; i++) {
        all[i] = fork();
        ck_assert_int_ge(all[i], 0);
        if (all[i] == 0) {
            close(gate[1]);
            ask_once(invitation, gate[0]);
        }
    }
    close(gate[0]);
    close(gate[1]); /* lets them go */
    for (int i = 0; i < ASKING; i++) {
        ck_assert_int_eq(waitpid(all[i], &status, 0), all[i]);
        ck_assert(WIFEXITED(status) && WEXITSTATUS(status) < 2);
        had += WEXITSTATUS(status) == 0;
    }
    return had;
}

START_TEST(of_several_requests_at_once_one_is_made_and_the_key_is_its)
{
    struct joining invitation;
    struct asking asking;
    struct key_bundle keys;

    ck_assert_int_eq(joining_write(&pairing.a, NULL, NULL, in_place("invitation"), &pairing.fault), CW_OK);
    ck_assert_int_eq(joining_open(in_place("invitation"), &invitation, &pairing.fault), CW_OK);
    ck_assert_uint_eq(ask_at_once(&invitation), 1);
    ck_assert_int_eq(asking_open(in_place("east/request"), &asking, &pairing.fault), CW_OK);
    ck_assert_int_eq(host_read_keys(&pairing.east, &keys, &pairing.fault), CW_OK);
    ck_assert_mem_eq(keys.sign_public, asking.cert.sign_key, KEY_LEN);
    asking_done(&asking);
    joining_done(&invitation);
}
END_TEST

/* --- signed, and wrong all the same ------------------------------------------------------------------------- */

START_TEST(a_peer_that_is_no_daemon_is_refused)
{
    struct joining j;
    struct asking asking;

    for (size_t i = 0; i < pairing.a.trust->cert_count; i++)
        if (pairing.a.trust->certs[i].parsed.subject == SUBJECT_PERSON)
            ck_assert_int_eq(members_add(pairing.members, &pairing.a.trust->certs[i].id, slice_of("west"),
                                         slice_of("tcp://west.example:4700"), &pairing.fault),
                             CW_OK);
    request_at(&pairing.east, &asking);
    answer_to(&asking);
    asking_done(&asking);
    ck_assert_int_eq(joining_open(in_place("bundle"), &j, &pairing.fault), CW_REFUSED_AUTHOR);
    ck_assert_str_eq(pairing.fault.where, "west");
}
END_TEST

START_TEST(a_member_whose_certificate_was_taken_back_is_refused)
{
    struct joining j;
    struct asking asking;
    bool again;

    request_at(&pairing.east, &asking);
    answer_to(&asking);
    ck_assert_int_eq(authority_revoke(&pairing.a, &asking.id, REVOKE_RETIRED, &pairing.fault), CW_OK);
    ck_assert_int_eq(authority_commit(&pairing.a, &pairing.fault), CW_OK);
    ck_assert_int_eq(joining_write(&pairing.a, pairing.members, &asking.id, in_place("bundle"), &pairing.fault), CW_OK);
    ck_assert_int_eq(joining_open(in_place("bundle"), &j, &pairing.fault), CW_REFUSED_EXPIRED);
    ck_assert_int_eq(asking_check(&asking, &pairing.a, when_now(), &again, &pairing.fault), CW_REFUSED_EXPIRED);
    asking_done(&asking);
}
END_TEST

START_TEST(a_revoked_peer_is_left_out)
{
    struct joining j;

    ck_assert_int_eq(authority_revoke(&pairing.a, &pairing.members->at[0].cert, REVOKE_RETIRED, &pairing.fault), CW_OK);
    ck_assert_int_eq(authority_commit(&pairing.a, &pairing.fault), CW_OK);
    answered(&j);
    ck_assert_uint_eq(j.join.peer_count, 0);
    joining_done(&j);
}
END_TEST

/* An answer that is whole and signed, but for somebody else. */
START_TEST(an_answer_to_another_request_is_refused)
{
    struct joining j;
    struct asking other;
    struct host west = pairing.east;

    answered(&j);
    joining_done(&j);
    snprintf(west.title, sizeof(west.title), "west");
    snprintf(west.settings, sizeof(west.settings), "%s/west", pairing.place);
    request_at(&west, &other);
    answer_to(&other);
    asking_done(&other);
    ck_assert_int_eq(joining_open(in_place("bundle"), &j, &pairing.fault), CW_OK);
    ck_assert_int_eq(host_compare(&pairing.east, &j, &pairing.fault), CW_REFUSED_AUTHOR);
    ck_assert_ptr_nonnull(strstr(pairing.fault.text, "another request"));
    ck_assert_int_eq(host_compare(&west, &j, &pairing.fault), CW_OK);
    joining_done(&j);
}
END_TEST

START_TEST(an_answer_with_another_address_is_refused)
{
    struct joining j;
    struct asking asking;

    request_at(&pairing.east, &asking);
    answer_to(&asking);
    ck_assert_int_eq(members_add(pairing.members, &asking.id, asking.request.title,
                                 slice_of("tcp://elsewhere.example:4700"), &pairing.fault),
                     CW_OK);
    ck_assert_int_eq(joining_write(&pairing.a, pairing.members, &asking.id, in_place("bundle"), &pairing.fault), CW_OK);
    asking_done(&asking);
    ck_assert_int_eq(joining_open(in_place("bundle"), &j, &pairing.fault), CW_OK);
    ck_assert_int_eq(host_compare(&pairing.east, &j, &pairing.fault), CW_REFUSED_VALUE);
    joining_done(&j);
}
END_TEST

START_TEST(an_answer_of_another_network_is_refused)
{
    struct joining j;
    struct asking asking;
    char kept[] = "/tmp/casewire-test.XXXXXX";

    ck_assert_ptr_nonnull(mkdtemp(kept));
    request_at(&pairing.east, &asking);
    asking_done(&asking);
    ck_assert_int_eq(rename(in_place("east"), kept), 0);
    pairing_end();
    pairing_begin(); /* another network of the same name */
    answered(&j);
    folder_remove(pairing.east.settings);
    ck_assert_int_eq(rename(kept, pairing.east.settings), 0);
    ck_assert_int_eq(host_compare(&pairing.east, &j, &pairing.fault), CW_REFUSED_NETWORK);
    joining_done(&j);
}
END_TEST

START_TEST(an_answer_is_refused_where_the_key_is_another)
{
    struct joining j;
    struct key_bundle keys;

    answered(&j);
    key_bundle_new(&keys);
    ck_assert_int_eq(authority_write_key(in_place("east/key"), &keys, slice(NULL, 0)), CW_OK);
    ck_assert_int_eq(host_compare(&pairing.east, &j, &pairing.fault), CW_LOCAL_KEY);
    key_bundle_wipe(&keys);
    joining_done(&j);
}
END_TEST

/* --- another certificate for the same keys ------------------------------------------------------------------------ */

/* East is in the network, and asks for another certificate. */
static void renewal(struct asking *out)
{
    struct joining j;

    answered(&j);
    ck_assert_int_eq(host_compare(&pairing.east, &j, &pairing.fault), CW_OK);
    ck_assert(!host_is_renewed(&pairing.east, &j));
    ck_assert_int_eq(host_join(&pairing.east, &j, &pairing.fault), CW_OK);
    ck_assert(!host_is_renewed(&pairing.east, &j)); /* the same once more is none */
    joining_done(&j);
    renewal_at(&pairing.east, out);
}

START_TEST(a_certificate_is_renewed_for_the_keys_that_are_there)
{
    struct asking asking;
    struct joining j;
    struct buf settings = {0}, after = {0};

    renewal(&asking);
    ck_assert(slice_eq(asking.cert.division, slice_of("EST")));
    ck_assert(slice_eq(asking.cert.name, slice_of("Daemon of EST"))); /* of the certificate that is there */
    text_of_file(in_place("east/casewire.conf"), &settings);
    answer_to(&asking);
    ck_assert_int_eq(joining_open(in_place("bundle"), &j, &pairing.fault), CW_OK);
    ck_assert_int_eq(host_compare(&pairing.east, &j, &pairing.fault), CW_OK);
    ck_assert(host_is_renewed(&pairing.east, &j));
    ck_assert_int_eq(host_renew(&pairing.east, &j, &pairing.fault), CW_OK);
    text_of_file(in_place("east/casewire.conf"), &after);
    ck_assert(slice_eq(buf_slice(&settings), buf_slice(&after)));
    buf_done(&settings);
    buf_done(&after);
    ck_assert_int_eq(file_read(in_place("east/cert"), CERT_LEN_MAX, &after), CW_OK);
    ck_assert(slice_eq(buf_slice(&after), asking.request.certificate));
    buf_done(&after);
    joining_done(&j);
    asking_done(&asking);
}
END_TEST

START_TEST(keys_that_were_taken_back_are_not_renewed)
{
    struct asking asking;
    bool again;

    renewal(&asking);
    for (size_t i = 0; i < pairing.a.trust->cert_count; i++)
        if (certificates_share_keys(&pairing.a.trust->certs[i].parsed, &asking.cert))
            ck_assert_int_eq(
                authority_revoke(&pairing.a, &pairing.a.trust->certs[i].id, REVOKE_COMPROMISED, &pairing.fault), CW_OK);
    ck_assert_int_eq(authority_commit(&pairing.a, &pairing.fault), CW_OK);
    ck_assert_int_eq(asking_check(&asking, &pairing.a, when_now(), &again, &pairing.fault), CW_REFUSED_REUSED_ID);
    asking_done(&asking);
}
END_TEST

START_TEST(another_division_does_not_get_a_divisions_keys)
{
    struct asking asking;
    bool again;

    renewal(&asking);
    asking.cert.division = slice_of("WST");
    ck_assert_int_eq(asking_check(&asking, &pairing.a, when_now(), &again, &pairing.fault), CW_REFUSED_REUSED_ID);
    asking_done(&asking);
}
END_TEST

START_TEST(a_file_that_is_no_request_is_named)
{
    struct asking asking;

    ck_assert_int_eq(file_write(in_place("junk"), slice_of("hello\n"), 0600), CW_OK);
    ck_assert_int_eq(asking_open(in_place("junk"), &asking, &pairing.fault), CW_REFUSED_MALFORMED);
    ck_assert_str_eq(pairing.fault.where, in_place("junk"));
}
END_TEST

/* --- what an authority does not issue -------------------------------------------------------------------------- */

/* The request with another certificate in it, signed anew by the same holder. */
static void ask_with(void (*change)(struct certificate *cert), enum cw_err expected)
{
    struct asking asking;
    struct key_bundle keys;
    struct buf key = {0}, bytes = {0};
    struct enrol_request request;
    struct certificate cert;
    uint8_t cert_bytes[CERT_LEN_MAX], memory[ENROL_LEN_MAX];
    struct writer c = writer_over(cert_bytes, sizeof(cert_bytes)), w = writer_over(memory, sizeof(memory));
    bool again;

    request_at(&pairing.east, &asking);
    ck_assert_int_eq(file_read(in_place("east/key"), KEYFILE_LEN_MAX, &key), CW_OK);
    ck_assert_int_eq(keyfile_open(buf_slice(&key), slice(NULL, 0), &keys), CW_OK);
    cert = asking.cert;
    change(&cert);
    certificate_encode(&cert, &c);
    request = asking.request;
    request.certificate = slice(cert_bytes, c.len);
    enrol_request_sign(&request, &cert.network, &keys.sign, &w);
    ck_assert_int_eq(buf_add(&bytes, slice(memory, w.len)), CW_OK);
    asking_done(&asking);
    ck_assert_int_eq(asking_read(&bytes, &asking, &pairing.fault), CW_OK);
    ck_assert_int_eq(asking_check(&asking, &pairing.a, when_now(), &again, &pairing.fault), expected);
    asking_done(&asking);
    key_bundle_wipe(&keys);
    buf_done(&key);
}

static void other_network(struct certificate *cert)
{
    cert->network.b[0] ^= 1;
}
static void other_authority(struct certificate *cert)
{
    cert->issuer.b[0] ^= 1;
}
static void with_a_role(struct certificate *cert)
{
    cert->role_count = 1;
    cert->roles[0] = 2;
}
static void bundling(struct certificate *cert)
{
    cert->may_bundle = true;
}
static void expired(struct certificate *cert)
{
    cert->not_before.ms = 1;
    cert->not_after.ms = 2;
}
static void for_ever(struct certificate *cert)
{
    cert->not_after.ms = INT64_MAX;
}
/* Somebody who would be taken for the division that runs already. */
static void borrowed_transport_key(struct certificate *cert)
{
    memcpy(cert->curve_key, trust_find(pairing.a.trust, &pairing.members->at[0].cert)->parsed.curve_key, KEY_LEN);
}

/* Keys would be wrapped for somebody who cannot open them, and whoever can is a member twice. */
static void borrowed_seal_key(struct certificate *cert)
{
    memcpy(cert->seal_key, trust_find(pairing.a.trust, &pairing.members->at[0].cert)->parsed.seal_key, KEY_LEN);
}

static const struct {
    void (*change)(struct certificate *cert);
    enum cw_err expected;
} wishes[] = {
    {other_network, CW_REFUSED_NETWORK},
    {other_authority, CW_REFUSED_AUTHOR},
    {with_a_role, CW_REFUSED_ROLE},
    {bundling, CW_REFUSED_ROLE},
    {expired, CW_REFUSED_EXPIRED},
    {for_ever, CW_REFUSED_EXPIRED},
    {borrowed_transport_key, CW_REFUSED_REUSED_ID},
    {borrowed_seal_key, CW_REFUSED_REUSED_ID},
};

START_TEST(an_authority_does_not_issue_whatever_is_asked_for)
{
    ask_with(wishes[_i].change, wishes[_i].expected);
}
END_TEST

Suite *suite_enrol(void)
{
    Suite *s = suite_create("enrol");
    TCase *should = tcase_create("what should be"), *wrong = tcase_create("signed and wrong");

    tcase_add_checked_fixture(should, pairing_begin, pairing_end);
    tcase_add_test(should, a_division_is_admitted_by_files_alone);
    tcase_add_test(should, an_answer_is_written_again_without_a_second_certificate);
    tcase_add_test(should, a_key_on_the_host_is_never_made_anew);
    tcase_add_test(should, of_several_requests_at_once_one_is_made_and_the_key_is_its);
    tcase_add_test(should, a_certificate_is_renewed_for_the_keys_that_are_there);
    suite_add_tcase(s, should);
    tcase_add_checked_fixture(wrong, pairing_begin, pairing_end);
    tcase_add_test(wrong, a_file_that_is_no_request_is_named);
    tcase_add_test(wrong, a_peer_that_is_no_daemon_is_refused);
    tcase_add_test(wrong, a_member_whose_certificate_was_taken_back_is_refused);
    tcase_add_test(wrong, a_revoked_peer_is_left_out);
    tcase_add_test(wrong, an_answer_to_another_request_is_refused);
    tcase_add_test(wrong, an_answer_with_another_address_is_refused);
    tcase_add_test(wrong, an_answer_of_another_network_is_refused);
    tcase_add_test(wrong, an_answer_is_refused_where_the_key_is_another);
    tcase_add_loop_test(wrong, an_authority_does_not_issue_whatever_is_asked_for, 0, (int)CW_COUNT(wishes));
    tcase_add_test(wrong, keys_that_were_taken_back_are_not_renewed);
    tcase_add_test(wrong, another_division_does_not_get_a_divisions_keys);
    suite_add_tcase(s, wrong);
    return s;
}
