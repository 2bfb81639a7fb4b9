/* SPDX-License-Identifier: Apache-2.0 */
#include "core/authority.h"

#include <check.h>
#include <stdlib.h>

/* Who may do what is a function of the records in order, and of the positions that a seal names. */

static struct authority *a;
static void *memory;
static struct network_id network;
static struct arena scratch;
static uint8_t scratch_memory[1 << 17], bytes[2][4096], body[8192];
static const struct log_id root_log = {{1}}, force_log = {{2}}, other_log = {{3}};
static struct cert_id force_cert;
static struct cw_slice force_cert_bytes;
static uint8_t force_bytes[4096];

static struct cw_slice make_cert(enum subject_kind subject, uint8_t serial, const struct cert_id *issuer, uint8_t *out,
                                 struct cert_id *out_id)
{
    struct certificate c = {
        .network = network, .subject = subject, .division = slice_of("NTH"), .name = slice_of("desk")};
    struct writer w = writer_over(out, 4096);

    c.serial[0] = serial;
    memset(c.sign_key, serial, KEY_LEN);
    if (subject == SUBJECT_DAEMON || subject == SUBJECT_PERSON || subject == SUBJECT_REGIONAL) {
        memset(c.seal_key, serial, KEY_LEN);
        memset(c.curve_key, serial, KEY_LEN);
    }
    c.role_count = 2;
    c.roles[0] = 1;
    c.roles[1] = 3;
    c.not_before.ms = 1;
    c.not_after.ms = 2;
    if (issuer != NULL)
        c.issuer = *issuer;
    certificate_encode(&c, &w);
    ck_assert(!w.failed);
    cert_id_of(slice(out, w.len), out_id);
    return slice(out, w.len);
}

static enum cw_err apply(const struct log_id *log, uint64_t seq, enum op_class op_class, const struct cert_id *author,
                         enum authority_act act, bool critical, struct cw_slice act_body)
{
    struct submission_header header = {.op_class = op_class, .author = *author};
    struct authority_record record = {act, critical, act_body};

    return authority_apply(a, log, seq, &header, &record, &scratch);
}

static enum cw_err admit(uint64_t seq)
{
    struct act_admit_authority act = {.certificate = force_cert_bytes, .log = force_log};
    struct cert_id author;
    struct writer w = writer_over(body, sizeof body);

    memcpy(author.b, network.b, ID_LEN);
    act_admit_authority_encode(&act, &w);
    return apply(&root_log, seq, CLASS_ROOT, &author, ACT_ADMIT_AUTHORITY, false, slice(body, w.len));
}

static enum cw_err issue(const struct log_id *log, uint64_t seq, const struct cert_id *author,
                         struct cw_slice certificate)
{
    struct act_issue act = {.certificate = certificate};
    struct writer w = writer_over(body, sizeof body);

    act_issue_encode(&act, &w);
    return apply(log, seq, CLASS_AUTHORITY, author, ACT_ISSUE, false, slice(body, w.len));
}

static enum cw_err revoke(const struct log_id *log, uint64_t seq, const struct cert_id *author,
                          const struct cert_id *cert)
{
    struct act_revoke act = {.cert = *cert, .kind = REVOKE_RETIRED};
    struct writer w = writer_over(body, sizeof body);

    act_revoke_encode(&act, &w);
    return apply(log, seq, CLASS_AUTHORITY, author, ACT_REVOKE, false, slice(body, w.len));
}

static void make(void)
{
    struct authority_limits limits = {4, 2};
    struct network_genesis genesis = {.root_key_count = 1, .threshold = 1};

    memset(&network, 9, sizeof network);
    memset(genesis.root_keys[0], 8, KEY_LEN);
    scratch = arena_over(scratch_memory, sizeof scratch_memory);
    memory = malloc(authority_memory(&limits));
    a = authority_init(memory, &limits, &network, &genesis);
    force_cert_bytes = make_cert(SUBJECT_AUTHORITY, 1, NULL, force_bytes, &force_cert);
}

static void unmake(void)
{
    free(memory);
}

static enum cert_verdict judge(const struct cert_id *id, uint64_t root_seq, uint64_t force_seq)
{
    struct positions positions = {.count = 2};
    const struct authority_cert *cert;

    positions.at[0].log = root_log;
    positions.at[0].seq = root_seq;
    positions.at[1].log = force_log;
    positions.at[1].seq = force_seq;
    return authority_judge(a, id, &positions, &cert);
}

START_TEST(a_log_that_nobody_admitted_says_nothing)
{
    struct cert_id id;
    struct cw_slice cert = make_cert(SUBJECT_DAEMON, 2, &force_cert, bytes[0], &id);

    ck_assert_int_eq(issue(&force_log, 1, &force_cert, cert), CW_REFUSED_AUTHOR);
    ck_assert_int_eq(admit(1), CW_OK);
    ck_assert_int_eq(issue(&other_log, 1, &force_cert, cert), CW_REFUSED_AUTHOR);
    ck_assert_ptr_null(authority_find(a, &id));
    ck_assert_int_eq(issue(&force_log, 1, &force_cert, cert), CW_OK);
    ck_assert_ptr_nonnull(authority_find(a, &id));
}
END_TEST

START_TEST(an_authority_issues_in_its_own_name_only_and_no_authorities)
{
    struct cert_id id, stranger = {{5}};
    struct cw_slice cert;

    admit(1);
    cert = make_cert(SUBJECT_DAEMON, 2, &stranger, bytes[0], &id);
    ck_assert_int_eq(issue(&force_log, 1, &force_cert, cert), CW_REFUSED_AUTHOR);
    cert = make_cert(SUBJECT_AUTHORITY, 3, NULL, bytes[0], &id);
    ck_assert_int_eq(issue(&force_log, 2, &force_cert, cert), CW_REFUSED_CLASS);
    cert = make_cert(SUBJECT_DAEMON, 4, &force_cert, bytes[0], &id);
    ck_assert_int_eq(issue(&force_log, 3, &stranger, cert), CW_REFUSED_AUTHOR);
    network.b[0] ^= 1;
    cert = make_cert(SUBJECT_DAEMON, 4, &force_cert, bytes[0], &id);
    ck_assert_int_eq(issue(&force_log, 4, &force_cert, cert), CW_REFUSED_NETWORK);
    ck_assert_uint_eq(authority_cert_count(a), 1);
}
END_TEST

START_TEST(an_authority_may_not_do_what_is_the_roots)
{
    struct act_rotate_root act = {.root_key_count = 1, .threshold = 1};
    const uint8_t(*keys)[KEY_LEN];
    uint32_t threshold;
    struct writer w = writer_over(body, sizeof body);

    admit(1);
    memset(act.root_keys[0], 3, KEY_LEN);
    act_rotate_root_encode(&act, &w);
    ck_assert_int_eq(apply(&force_log, 1, CLASS_AUTHORITY, &force_cert, ACT_ROTATE_ROOT, false, slice(body, w.len)),
                     CW_REFUSED_ROLE);
    ck_assert_int_eq(apply(&force_log, 2, CLASS_ROOT, &force_cert, ACT_ROTATE_ROOT, false, slice(body, w.len)),
                     CW_REFUSED_CLASS);
    ck_assert_uint_eq(authority_root_keys(a, UINT64_MAX, &keys, &threshold), 1);
    ck_assert_uint_eq(keys[0][0], 8);
    ck_assert_int_eq(apply(&root_log, 2, CLASS_ROOT, &force_cert, ACT_ROTATE_ROOT, false, slice(body, w.len)), CW_OK);
    authority_root_keys(a, UINT64_MAX, &keys, &threshold);
    ck_assert_uint_eq(keys[0][0], 3);
}
END_TEST

/* The first byte of each root key, as in force for a seal that begins there. */
static uint8_t root_key_at(uint64_t first)
{
    const uint8_t(*keys)[KEY_LEN];
    uint32_t threshold;

    ck_assert_uint_eq(authority_root_keys(a, first, &keys, &threshold), threshold);
    return keys[0][0];
}

static enum cw_err rotate(uint64_t seq, uint8_t key, uint32_t count)
{
    struct act_rotate_root act = {.root_key_count = count, .threshold = count};
    struct writer w = writer_over(body, sizeof body);

    for (uint32_t i = 0; i < count; i++)
        memset(act.root_keys[i], key + (int)i, KEY_LEN);
    act_rotate_root_encode(&act, &w);
    return apply(&root_log, seq, CLASS_ROOT, &force_cert, ACT_ROTATE_ROOT, false, slice(body, w.len));
}

START_TEST(root_keys_sign_from_the_seal_after_their_rotation_on)
{
    ck_assert_uint_eq(root_key_at(1), 8);
    ck_assert_int_eq(rotate(3, 20, 2), CW_OK);
    ck_assert_int_eq(rotate(4, 30, 1), CW_OK); /* under the same seal, or the next */
    ck_assert_int_eq(rotate(9, 40, 3), CW_OK);
    ck_assert_uint_eq(root_key_at(1), 8);
    ck_assert_uint_eq(root_key_at(3), 8);
    ck_assert_uint_eq(root_key_at(4), 20);
    ck_assert_uint_eq(root_key_at(5), 30);
    ck_assert_uint_eq(root_key_at(9), 30);
    ck_assert_uint_eq(root_key_at(10), 40);
    ck_assert_uint_eq(root_key_at(UINT64_MAX), 40);
}
END_TEST

START_TEST(the_root_keys_are_rotated_255_times_and_not_again)
{
    for (uint64_t seq = 1; seq <= 255; seq++)
        ck_assert_int_eq(rotate(seq, (uint8_t)(seq % 200 + 1), 1), CW_OK);
    ck_assert_int_eq(rotate(256, 250, 1), CW_REFUSED_SIZE);
    ck_assert_uint_eq(root_key_at(1000), 255 % 200 + 1);
    ck_assert_uint_eq(root_key_at(100), 99 + 1);
}
END_TEST

/* What has no effect is passed, so that what names it, and what comes after it, need not wait. */
START_TEST(a_record_without_effect_is_passed)
{
    struct log_id other = {{77}};

    authority_pass(a, &root_log, true, 1); /* the first of the root log */
    ck_assert_uint_eq(authority_applied(a, &root_log), 1);
    authority_pass(a, &other, true, 1); /* there is one root log */
    ck_assert_uint_eq(authority_applied(a, &other), 0);
    authority_pass(a, &force_log, false, 1); /* not admitted */
    ck_assert_uint_eq(authority_applied(a, &force_log), 0);
    ck_assert_int_eq(rotate(2, 20, 1), CW_OK);
    authority_pass(a, &root_log, true, 1); /* never back */
    ck_assert_uint_eq(authority_applied(a, &root_log), 2);
}
END_TEST

START_TEST(a_certificate_counts_from_where_it_was_issued_to_before_it_was_revoked)
{
    struct cert_id id, unknown = {{7}};
    struct cw_slice cert = make_cert(SUBJECT_PERSON, 2, &force_cert, bytes[0], &id);

    admit(1);
    ck_assert_int_eq(issue(&force_log, 3, &force_cert, cert), CW_OK);
    ck_assert_int_eq(revoke(&force_log, 6, &force_cert, &id), CW_OK);

    ck_assert_int_eq(judge(&id, 1, 2), CERT_NOT_YET);
    ck_assert_int_eq(judge(&id, 1, 3), CERT_COUNTS);
    ck_assert_int_eq(judge(&id, 1, 5), CERT_COUNTS); /* concurrent with the revocation */
    ck_assert_int_eq(judge(&id, 1, 6), CERT_REVOKED);
    ck_assert_int_eq(judge(&id, 1, 7), CERT_POSITION); /* named, not held here yet: pending, not void */
    ck_assert_int_eq(judge(&unknown, 1, 6), CERT_UNKNOWN);
    ck_assert_int_eq(judge(&unknown, 1, 7), CERT_POSITION);
}
END_TEST

START_TEST(only_who_issued_revokes_and_the_first_revocation_stands)
{
    struct cert_id id, root_author = {{0}};
    struct cw_slice cert = make_cert(SUBJECT_PERSON, 2, &force_cert, bytes[0], &id);

    admit(1);
    issue(&force_log, 1, &force_cert, cert);
    ck_assert_int_eq(revoke(&force_log, 2, &force_cert, &force_cert), CW_REFUSED_ROLE); /* the root admitted it */
    ck_assert_int_eq(revoke(&force_log, 3, &force_cert, &id), CW_OK);
    ck_assert_int_eq(revoke(&force_log, 4, &force_cert, &id), CW_OK);
    ck_assert_uint_eq(authority_find(a, &id)->revoked_seq, 3);

    struct act_revoke act = {.cert = force_cert, .kind = REVOKE_RETIRED};
    struct writer w = writer_over(body, sizeof body);

    act_revoke_encode(&act, &w);
    ck_assert_int_eq(apply(&root_log, 2, CLASS_ROOT, &root_author, ACT_REVOKE, false, slice(body, w.len)), CW_OK);
    ck_assert(authority_find(a, &force_cert)->revoked);
}
END_TEST

START_TEST(a_critical_act_from_the_future_stops_its_log_and_a_plain_one_does_not)
{
    struct cert_id id;
    struct cw_slice cert = make_cert(SUBJECT_DAEMON, 2, &force_cert, bytes[0], &id);

    admit(1);
    ck_assert_int_eq(apply(&force_log, 1, CLASS_AUTHORITY, &force_cert, ACT_VERSIONS, false, slice(body, 0)),
                     CW_REFUSED_UNKNOWN_OP);
    ck_assert_int_eq(issue(&force_log, 2, &force_cert, cert), CW_OK);
    ck_assert_int_eq(apply(&force_log, 3, CLASS_AUTHORITY, &force_cert, ACT_VERSIONS, true, slice(body, 0)),
                     CW_REFUSED_UNKNOWN_OP);
    cert = make_cert(SUBJECT_DAEMON, 3, &force_cert, bytes[0], &id);
    ck_assert_int_eq(issue(&force_log, 4, &force_cert, cert), CW_REFUSED_VERSION);
    ck_assert_ptr_null(authority_find(a, &id));
}
END_TEST

START_TEST(a_store_read_again_changes_nothing_and_bounds_hold)
{
    struct cert_id id;
    struct cw_slice cert;

    admit(1);
    for (uint8_t i = 0; i < 3; i++) {
        cert = make_cert(SUBJECT_DAEMON, (uint8_t)(10 + i), &force_cert, bytes[0], &id);
        ck_assert_int_eq(issue(&force_log, 1u + i, &force_cert, cert), CW_OK);
        ck_assert_int_eq(issue(&force_log, 1u + i, &force_cert, cert), CW_OK);
    }
    cert = make_cert(SUBJECT_DAEMON, 50, &force_cert, bytes[0], &id);
    ck_assert_int_eq(issue(&force_log, 9, &force_cert, cert), CW_LOCAL_MEMORY);
    ck_assert_uint_eq(authority_cert_count(a), 4);
    for (uint32_t i = 0; i < 4; i++)
        ck_assert_ptr_eq(authority_find(a, &authority_cert_at(a, i)->id), authority_cert_at(a, i));
}
END_TEST

START_TEST(a_transport_key_finds_the_certificate_that_is_not_revoked)
{
    struct cert_id first, second;
    uint8_t key[KEY_LEN], zero[KEY_LEN] = {0};
    struct cw_slice cert = make_cert(SUBJECT_DAEMON, 6, &force_cert, bytes[0], &first);

    admit(1);
    issue(&force_log, 1, &force_cert, cert);
    memset(key, 6, sizeof key);
    ck_assert(ID_EQ(&authority_find_curve(a, key)->id, &first));
    struct certificate renewed;

    ck_assert_int_eq(certificate_parse(cert, &renewed), CW_OK);
    renewed.not_after.ms = 9;
    struct writer w = writer_over(bytes[1], sizeof bytes[1]);

    certificate_encode(&renewed, &w);
    cert_id_of(slice(bytes[1], w.len), &second);
    issue(&force_log, 2, &force_cert, slice(bytes[1], w.len));
    revoke(&force_log, 3, &force_cert, &first);
    ck_assert(ID_EQ(&authority_find_curve(a, key)->id, &second));
    revoke(&force_log, 4, &force_cert, &second);
    ck_assert(authority_find_curve(a, key)->revoked);  /* known, and refused by name */
    ck_assert_ptr_null(authority_find_curve(a, zero)); /* who has no key is nobody */
    memset(key, 99, sizeof key);
    ck_assert_ptr_null(authority_find_curve(a, key));
}
END_TEST

/* Anybody may read a public key, and have it written into a certificate of their own. */
static struct cw_slice take_curve(struct cw_slice from, uint8_t serial, const char *division, uint8_t *out,
                                  struct cert_id *out_id)
{
    struct certificate c;
    struct writer w = writer_over(out, 4096);

    ck_assert_int_eq(certificate_parse(from, &c), CW_OK);
    c.serial[0] = serial;
    c.division = slice_of(division);
    memset(c.sign_key, serial, KEY_LEN);
    certificate_encode(&c, &w);
    cert_id_of(slice(out, w.len), out_id);
    return slice(out, w.len);
}

START_TEST(a_transport_key_stays_with_the_holder_whose_it_was_first)
{
    struct cert_id first, thief, renewed;
    uint8_t key[KEY_LEN], third[4096];
    struct cw_slice cert = make_cert(SUBJECT_DAEMON, 6, &force_cert, bytes[0], &first);

    admit(1);
    issue(&force_log, 1, &force_cert, cert);
    memset(key, 6, sizeof key);
    issue(&force_log, 2, &force_cert, take_curve(cert, 7, "EST", bytes[1], &thief));
    ck_assert(ID_EQ(&authority_find_curve(a, key)->id, &first));
    ck_assert(authority_has_curve(a, authority_find(a, &first)));
    ck_assert(!authority_has_curve(a, authority_find(a, &thief)));
    issue(&force_log, 3, &force_cert, take_curve(cert, 8, "NTH", third, &renewed)); /* other keys, the same holder */
    ck_assert(ID_EQ(&authority_find_curve(a, key)->id, &renewed));
    ck_assert(authority_has_curve(a, authority_find(a, &renewed)));
    revoke(&force_log, 4, &force_cert, &renewed);
    revoke(&force_log, 5, &force_cert, &first);
    ck_assert(authority_find_curve(a, key)->revoked); /* a key that was taken back is nobody's, not the next one's */
    ck_assert(!authority_has_curve(a, authority_find(a, &thief)));
}
END_TEST

/* Whoever signed with the same key is the same, whatever the certificate calls them: it proved to have it. */
START_TEST(a_holder_under_another_name_keeps_the_transport_key)
{
    struct cert_id first, second;
    uint8_t key[KEY_LEN];
    struct certificate c;
    struct cw_slice cert = make_cert(SUBJECT_PERSON, 6, &force_cert, bytes[0], &first);
    struct writer w = writer_over(bytes[1], sizeof bytes[1]);

    admit(1);
    issue(&force_log, 1, &force_cert, cert);
    ck_assert_int_eq(certificate_parse(cert, &c), CW_OK);
    c.name = slice_of("another desk");
    certificate_encode(&c, &w);
    cert_id_of(slice(bytes[1], w.len), &second);
    issue(&force_log, 2, &force_cert, slice(bytes[1], w.len));
    memset(key, 6, sizeof key);
    ck_assert(ID_EQ(&authority_find_curve(a, key)->id, &second));
}
END_TEST

START_TEST(a_certificate_stands_good_from_its_first_to_its_last_millisecond)
{
    struct authority_cert cert = {.not_before = {100}, .not_after = {200}};

    ck_assert_int_eq(authority_standing(&cert, (struct cw_wall){99}), STANDING_NOT_YET);
    ck_assert_int_eq(authority_standing(&cert, (struct cw_wall){100}), STANDING_GOOD);
    ck_assert_int_eq(authority_standing(&cert, (struct cw_wall){200}), STANDING_GOOD);
    ck_assert_int_eq(authority_standing(&cert, (struct cw_wall){201}), STANDING_EXPIRED);
    cert.revoked = true;
    ck_assert_int_eq(authority_standing(&cert, (struct cw_wall){99}), STANDING_REVOKED);
    ck_assert_int_eq(authority_standing(&cert, (struct cw_wall){150}), STANDING_REVOKED);
}
END_TEST

static void issue_for(uint8_t serial, uint64_t seq, int64_t not_before, int64_t not_after, struct cert_id *out)
{
    struct certificate c;
    struct writer w = writer_over(bytes[1], sizeof bytes[1]);

    ck_assert_int_eq(certificate_parse(make_cert(SUBJECT_PERSON, serial, &force_cert, bytes[0], out), &c), CW_OK);
    c.not_before.ms = not_before;
    c.not_after.ms = not_after;
    certificate_encode(&c, &w);
    cert_id_of(slice(bytes[1], w.len), out);
    ck_assert_int_eq(issue(&force_log, seq, &force_cert, slice(bytes[1], w.len)), CW_OK);
}

/* Between two neighbouring dates nobody's standing changes, and at each of them somebody's does. */
START_TEST(the_dates_around_now_are_where_a_standing_changes)
{
    static const struct {
        int64_t now, from, until;
    } expected[] = {
        {0, INT64_MIN, 1},
        {1, 1, 3},
        {2, 1, 3},
        {3, 3, 100},
        {99, 3, 100},
        {100, 100, 201},
        {200, 100, 201},
        {201, 201, 300},
        {300, 300, 501},
        {501, 501, 1000},
        {1000, 1000, INT64_MAX},
        {INT64_MAX - 1, 1000, INT64_MAX},
    };
    struct cert_id id[3];

    admit(1); /* the force's own: from 1 to 2 */
    issue_for(6, 1, 100, 200, &id[0]);
    issue_for(7, 2, 300, 500, &id[1]);
    issue_for(8, 3, 1000, INT64_MAX, &id[2]); /* without end */
    for (size_t i = 0; i < CW_COUNT(expected); i++) {
        struct cw_wall from, until;

        authority_dates_around(a, (struct cw_wall){expected[i].now}, &from, &until);
        ck_assert_msg(from.ms == expected[i].from && until.ms == expected[i].until, "at %lld: %lld to %lld",
                      (long long)expected[i].now, (long long)from.ms, (long long)until.ms);
    }
    revoke(&force_log, 4, &force_cert, &id[0]); /* its dates say nothing any more */
    struct cw_wall from, until;
    authority_dates_around(a, (struct cw_wall){150}, &from, &until);
    ck_assert(from.ms == 3 && until.ms == 300);
}
END_TEST

START_TEST(members_come_and_go_with_the_record_that_says_so)
{
    struct cert_id members[3] = {{{1}}, {{2}}, {{3}}}, listed[4];
    struct act_membership act = {.audience = slice_of("force"), .added_count = 3, .added = members};
    struct position at;
    struct writer w = writer_over(body, sizeof body);

    admit(1);
    ck_assert_uint_eq(authority_members(a, slice_of("force"), listed, 4, &at), 0);
    act_membership_encode(&act, &w);
    ck_assert_int_eq(apply(&force_log, 4, CLASS_AUTHORITY, &force_cert, ACT_MEMBERSHIP, false, slice(body, w.len)),
                     CW_OK);
    ck_assert_uint_eq(authority_members(a, slice_of("force"), listed, 4, &at), 3);
    ck_assert(at.seq == 4 && ID_EQ(&at.log, &force_log));
    act = (struct act_membership){.audience = slice_of("force"), .removed_count = 1, .removed = &members[1]};
    w = writer_over(body, sizeof body);
    act_membership_encode(&act, &w);
    ck_assert_int_eq(apply(&force_log, 5, CLASS_AUTHORITY, &force_cert, ACT_MEMBERSHIP, false, slice(body, w.len)),
                     CW_OK);
    ck_assert_uint_eq(authority_members(a, slice_of("force"), listed, 1, &at), 2);
    ck_assert_uint_eq(authority_members(a, slice_of("other"), listed, 4, &at), 0);
    ck_assert_uint_eq(scratch.used, 0);
}
END_TEST

START_TEST(a_later_policy_replaces_and_the_table_is_bounded)
{
    static const char *const names[] = {"role.lower", "clock.M8", "clock.M9"};
    const struct authority_policy *policies;
    enum cw_err err = CW_OK;

    admit(1);
    for (uint64_t i = 0; i < 4; i++) {
        struct act_policy act = {slice_of(names[i < 2 ? i : i - 1]), slice_of(i == 2 ? "later" : "first")};
        struct writer w = writer_over(body, sizeof body);

        act_policy_encode(&act, &w);
        err = apply(&force_log, i + 1, CLASS_AUTHORITY, &force_cert, ACT_POLICY, false, slice(body, w.len));
    }
    ck_assert_int_eq(err, CW_LOCAL_MEMORY);
    ck_assert_uint_eq(authority_policies(a, &policies), 2);
    ck_assert_str_eq(policies[1].value, "later");
    ck_assert_uint_eq(policies[1].seq, 3);
}
END_TEST

static enum cw_err say_policy(const struct log_id *log, uint64_t seq, const char *value)
{
    bool is_root = ID_EQ(log, &root_log);
    struct act_policy act = {slice_of("clock.M8.duration_s"), slice_of(value)};
    struct writer w = writer_over(body, sizeof body);
    struct cert_id author = force_cert;

    if (is_root)
        memcpy(author.b, network.b, ID_LEN);
    act_policy_encode(&act, &w);
    return apply(log, seq, is_root ? CLASS_ROOT : CLASS_AUTHORITY, &author, ACT_POLICY, false, slice(body, w.len));
}

/* Which of two logs comes first is another matter at every daemon. */
START_TEST(a_policy_that_two_logs_name_is_the_same_whichever_came_first)
{
    const struct authority_policy *policies;

    admit(1);
    ck_assert_int_eq(say_policy(_i == 0 ? &root_log : &force_log, 2, _i == 0 ? "60" : "120"), CW_OK);
    ck_assert_int_eq(say_policy(_i == 0 ? &force_log : &root_log, 2, _i == 0 ? "120" : "60"), CW_OK);
    ck_assert_uint_eq(authority_policies(a, &policies), 1);
    ck_assert_str_eq(policies[0].value, "120"); /* of the log with the greater id */
    ck_assert(ID_EQ(&policies[0].log, &force_log));
    ck_assert_int_eq(say_policy(&root_log, 3, "30"), CW_OK);
    ck_assert_str_eq(policies[0].value, "120");
    ck_assert_int_eq(say_policy(&force_log, 3, "40"), CW_OK);
    ck_assert_str_eq(policies[0].value, "40");
    ck_assert_uint_eq(policies[0].seq, 3);
}
END_TEST

/* The grammar allows 512 bytes, and a policy keeps 127: the record stands, and changes nothing. */
START_TEST(a_policy_that_is_longer_than_any_value_is_no_fault)
{
    const struct authority_policy *policies;
    char value[POLICY_KEPT_LEN_MAX + 2];

    memset(value, '1', sizeof(value) - 1);
    value[sizeof(value) - 1] = '\0';
    admit(1);
    ck_assert_int_eq(say_policy(&force_log, 2, "60"), CW_OK);
    ck_assert_int_eq(say_policy(&force_log, 3, value), CW_OK);
    ck_assert_uint_eq(authority_policies(a, &policies), 1);
    ck_assert_str_eq(policies[0].value, "60");
}
END_TEST

Suite *suite_authority(void)
{
    Suite *suite = suite_create("core/authority");
    TCase *c = tcase_create("authority");

    tcase_add_checked_fixture(c, make, unmake);
    tcase_add_test(c, a_log_that_nobody_admitted_says_nothing);
    tcase_add_test(c, an_authority_issues_in_its_own_name_only_and_no_authorities);
    tcase_add_test(c, an_authority_may_not_do_what_is_the_roots);
    tcase_add_test(c, root_keys_sign_from_the_seal_after_their_rotation_on);
    tcase_add_test(c, the_root_keys_are_rotated_255_times_and_not_again);
    tcase_add_test(c, a_record_without_effect_is_passed);
    tcase_add_test(c, a_certificate_counts_from_where_it_was_issued_to_before_it_was_revoked);
    tcase_add_test(c, only_who_issued_revokes_and_the_first_revocation_stands);
    tcase_add_test(c, a_critical_act_from_the_future_stops_its_log_and_a_plain_one_does_not);
    tcase_add_test(c, a_store_read_again_changes_nothing_and_bounds_hold);
    tcase_add_test(c, a_transport_key_finds_the_certificate_that_is_not_revoked);
    tcase_add_test(c, a_transport_key_stays_with_the_holder_whose_it_was_first);
    tcase_add_test(c, a_holder_under_another_name_keeps_the_transport_key);
    tcase_add_test(c, a_certificate_stands_good_from_its_first_to_its_last_millisecond);
    tcase_add_test(c, the_dates_around_now_are_where_a_standing_changes);
    tcase_add_test(c, members_come_and_go_with_the_record_that_says_so);
    tcase_add_loop_test(c, a_policy_that_two_logs_name_is_the_same_whichever_came_first, 0, 2);
    tcase_add_test(c, a_later_policy_replaces_and_the_table_is_bounded);
    tcase_add_test(c, a_policy_that_is_longer_than_any_value_is_no_fault);
    suite_add_tcase(suite, c);
    return suite;
}
