/* SPDX-License-Identifier: Apache-2.0 */
#include "core/authority.h"

#include <check.h>
#include <stdlib.h>

/* Who is a member, and at which position, is a function of the set of records: in whatever order their logs come. */

#define RECORDS 5
#define EVERYBODY 4
#define MANY 512 /* a record names no more */

static struct authority *a;
static void *memory;
static struct network_id network;
static struct arena scratch;
static uint8_t scratch_memory[1 << 17], body[65536];
static const struct log_id root_log = {{1}}, north_log = {{2}}, south_log = {{3}};
static struct cert_id north_cert, south_cert;

static struct cert_id people[EVERYBODY] = {{{11}}, {{12}}, {{13}}, {{14}}};

static enum cw_err apply(const struct log_id *log, uint64_t seq, enum authority_act act, struct cw_slice act_body)
{
    bool is_root = ID_EQ(log, &root_log);
    struct submission_header header = {.op_class = is_root ? CLASS_ROOT : CLASS_AUTHORITY};
    struct authority_record record = {act, false, act_body};

    if (is_root)
        memcpy(header.author.b, network.b, ID_LEN);
    else
        header.author = ID_EQ(log, &north_log) ? north_cert : south_cert;
    return authority_apply(a, log, seq, &header, &record, &scratch);
}

static void admit(uint64_t seq, uint8_t serial, const struct log_id *log, struct cert_id *out_id)
{
    struct certificate c = {.network = network,
                            .subject = SUBJECT_AUTHORITY,
                            .division = slice_of("NTH"),
                            .name = slice_of("force"),
                            .not_after.ms = 1};
    uint8_t bytes[CERT_LEN_MAX];
    struct writer w = writer_over(bytes, sizeof bytes);

    c.serial[0] = serial;
    memset(c.sign_key, serial, KEY_LEN);
    certificate_encode(&c, &w);
    cert_id_of(slice(bytes, w.len), out_id);
    struct act_admit_authority act = {.certificate = slice(bytes, w.len), .log = *log};
    struct writer act_out = writer_over(body, sizeof body);

    act_admit_authority_encode(&act, &act_out);
    ck_assert_int_eq(apply(&root_log, seq, ACT_ADMIT_AUTHORITY, slice(body, act_out.len)), CW_OK);
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
    admit(1, 1, &north_log, &north_cert);
    admit(2, 2, &south_log, &south_cert);
}

static void unmake(void)
{
    free(memory);
}

/* One record of membership: of the audience, by this log. */
struct saying {
    const struct log_id *log;
    uint64_t seq;
    const char *audience;
    struct cert_id *added, *removed;
    uint32_t added_count, removed_count;
};

static enum cw_err say(const struct saying *s)
{
    struct act_membership act = {.audience = slice_of(s->audience),
                                 .added_count = s->added_count,
                                 .added = s->added,
                                 .removed_count = s->removed_count,
                                 .removed = s->removed};
    struct writer w = writer_over(body, sizeof body);

    act_membership_encode(&act, &w);
    ck_assert(!w.failed);
    return apply(s->log, s->seq, ACT_MEMBERSHIP, slice(body, w.len));
}

static enum cw_err add(const struct log_id *log, uint64_t seq, struct cert_id *who, uint32_t count)
{
    return say(&(struct saying){log, seq, "force", who, NULL, count, 0});
}

static enum cw_err removal(const struct log_id *log, uint64_t seq, struct cert_id *who)
{
    return say(&(struct saying){log, seq, "force", NULL, who, 0, 1});
}

/* All that anybody asks of an audience. */
struct seen {
    uint32_t count;
    struct cert_id listed[EVERYBODY];
    struct position membership;
    bool ever[EVERYBODY];
};

static void look(struct seen *out)
{
    memset(out, 0, sizeof *out);
    out->count = authority_members(a, slice_of("force"), out->listed, EVERYBODY, &out->membership);
    for (uint32_t i = 0; i < EVERYBODY; i++)
        out->ever[i] = authority_ever_member(a, slice_of("force"), &people[i]);
}

static bool is_same(const struct seen *one, const struct seen *other)
{
    return one->count == other->count && memcmp(one->listed, other->listed, sizeof one->listed) == 0 &&
           memcmp(&one->membership, &other->membership, sizeof one->membership) == 0 &&
           memcmp(one->ever, other->ever, sizeof one->ever) == 0;
}

static bool is_member(const struct cert_id *who)
{
    struct seen now;

    look(&now);
    for (uint32_t i = 0; i < now.count && i < EVERYBODY; i++) {
        if (ID_EQ(&now.listed[i], who))
            return true;
    }
    return false;
}

/* --- the order of arrival -------------------------------------------------------------------------------------------- */

/* North takes the second away while the root adds it, and the root the third while south adds it again. */
static const struct saying records[RECORDS] = {
    {&root_log, 3, "force", people, NULL, 2, 0},        {&root_log, 4, "force", NULL, &people[2], 0, 1},
    {&north_log, 1, "force", &people[0], NULL, 3, 0},   {&north_log, 2, "force", NULL, &people[1], 0, 1},
    {&south_log, 1, "force", &people[2], people, 2, 1},
};

/* A log's records come in its order: a sequence that breaks it comes from nobody. */
static bool is_lawful(const uint32_t order[RECORDS])
{
    for (uint32_t i = 0; i < RECORDS; i++) {
        for (uint32_t j = i + 1; j < RECORDS; j++) {
            if (records[order[i]].log == records[order[j]].log && records[order[i]].seq > records[order[j]].seq)
                return false;
        }
    }
    return true;
}

/* The index-th of all permutations. */
static void permute(uint32_t index, uint32_t out[RECORDS])
{
    bool used[RECORDS] = {false};

    for (uint32_t i = 0, left = RECORDS; i < RECORDS; i++, left--) {
        uint32_t skip = index % left;

        index /= left;
        for (out[i] = 0; used[out[i]] || skip > 0; out[i]++)
            skip -= !used[out[i]];
        used[out[i]] = true;
    }
}

START_TEST(members_are_the_same_in_whatever_order_their_logs_come)
{
    struct seen first = {0}, now;
    uint32_t order[RECORDS], lawful = 0;

    for (uint32_t index = 0; index < 120; index++) {
        permute(index, order);
        if (!is_lawful(order))
            continue;
        unmake();
        make();
        for (uint32_t i = 0; i < RECORDS; i++)
            ck_assert_int_eq(say(&records[order[i]]), CW_OK);
        look(&now);
        if (lawful++ == 0)
            first = now;
        ck_assert_msg(is_same(&first, &now), "permutation %u", index);
    }
    ck_assert_uint_eq(lawful, 30);
    ck_assert_uint_eq(first.count, 1); /* whom the root, and north, removed is out; south removed the first */
    ck_assert(ID_EQ(&first.listed[0], &people[3]));
    ck_assert(first.ever[0] && first.ever[1] && first.ever[2] && first.ever[3]);
}
END_TEST

/* --- what they say together ------------------------------------------------------------------------------------------- */

START_TEST(whom_one_log_removed_is_no_member_until_that_log_says_so)
{
    ck_assert_int_eq(add(&south_log, 1, people, 2), CW_OK);
    ck_assert_int_eq(removal(&root_log, 3, &people[0]), CW_OK); /* of the log with the least id */
    ck_assert(!is_member(&people[0]) && is_member(&people[1]));
    ck_assert_int_eq(add(&south_log, 2, people, 1), CW_OK);
    ck_assert_int_eq(add(&north_log, 1, people, 1), CW_OK);
    ck_assert(!is_member(&people[0]));
    ck_assert_int_eq(add(&root_log, 4, people, 1), CW_OK);
    ck_assert(is_member(&people[0]));
    ck_assert_int_eq(removal(&north_log, 2, &people[0]), CW_OK);
    ck_assert(!is_member(&people[0]));
}
END_TEST

START_TEST(a_record_that_names_one_certificate_in_both_lists_leaves_it_a_member)
{
    ck_assert_int_eq(say(&(struct saying){&north_log, 1, "force", people, people, 1, 1}), CW_OK);
    ck_assert(is_member(&people[0]));
}
END_TEST

/* A key is for one position: one that a removed daemon has must not stay the key that is written under. */
START_TEST(each_record_makes_another_position_whichever_log_it_is_of)
{
    struct seen before, after;

    ck_assert_int_eq(add(&south_log, 1, people, 3), CW_OK);
    look(&before);
    ck_assert(before.membership.seq == 1 && ID_EQ(&before.membership.log, &south_log));
    ck_assert(id_is_zero(before.membership.seal.b)); /* one log says it: its place, and no more */
    for (uint64_t seq = 3; seq < 6; seq++) {
        ck_assert_int_eq(removal(&root_log, seq, &people[seq - 3]), CW_OK);
        look(&after);
        ck_assert(after.membership.seq == 1 && ID_EQ(&after.membership.log, &south_log));
        ck_assert(!ID_EQ(&after.membership.seal, &before.membership.seal));
        before = after;
    }
}
END_TEST

START_TEST(a_position_hashes_the_last_record_of_each_log_in_the_order_of_their_ids)
{
    uint8_t heads[3 * (ID_LEN + 8)];
    struct writer w = writer_over(heads, sizeof heads);
    struct seen now;
    struct hash expected;

    ck_assert_int_eq(add(&south_log, 7, people, 1), CW_OK);
    ck_assert_int_eq(add(&root_log, 3, people, 1), CW_OK);
    ck_assert_int_eq(add(&north_log, 5, people, 1), CW_OK);
    ck_assert_int_eq(add(&north_log, 6, people, 1), CW_OK);
    writer_bytes(&w, root_log.b, ID_LEN);
    writer_be64(&w, 3);
    writer_bytes(&w, north_log.b, ID_LEN);
    writer_be64(&w, 6);
    writer_bytes(&w, south_log.b, ID_LEN);
    writer_be64(&w, 7);
    hash_one(LABEL_MEMBERS, slice(heads, w.len), expected.b);
    look(&now);
    ck_assert(ID_EQ(&now.membership.seal, &expected));
}
END_TEST

START_TEST(positions_reach_a_membership_when_they_reach_each_logs_record)
{
    struct positions known = {.count = 1, .at = {{.log = south_log, .seq = 7}}};

    ck_assert(!authority_membership_reached(a, slice_of("force"), &known));
    ck_assert_int_eq(add(&south_log, 7, people, 1), CW_OK);
    ck_assert(authority_membership_reached(a, slice_of("force"), &known));
    ck_assert_int_eq(removal(&north_log, 2, people), CW_OK);
    ck_assert(!authority_membership_reached(a, slice_of("force"), &known));
    known.at[known.count++] = (struct position){.log = north_log, .seq = 1};
    ck_assert(!authority_membership_reached(a, slice_of("force"), &known));
    known.at[1].seq = 2;
    ck_assert(authority_membership_reached(a, slice_of("force"), &known));
}
END_TEST

/* --- bounds ------------------------------------------------------------------------------------------------------------ */

static enum cw_err add_many(const struct log_id *log, uint64_t seq, uint32_t from)
{
    static struct cert_id ids[MANY];

    for (uint32_t i = 0; i < MANY; i++) {
        memset(&ids[i], 0x40, sizeof ids[i]);
        ids[i].b[0] = (uint8_t)((from + i) * 7); /* not in their order */
        ids[i].b[1] = (uint8_t)((from + i) >> 8);
        ids[i].b[2] = (uint8_t)(from + i);
    }
    return add(log, seq, ids, MANY);
}

/* Each log has its own room, so that what finds none does not depend on what another log said first. */
START_TEST(a_log_names_4096_certificates_and_takes_no_other_logs_room)
{
    struct seen now;

    for (uint32_t i = 0; i < 8; i++)
        ck_assert_int_eq(add_many(&north_log, i + 1, i * MANY), CW_OK);
    look(&now);
    ck_assert_uint_eq(now.count, 4096);
    ck_assert_int_eq(add(&north_log, 9, people, 1), CW_LOCAL_MEMORY);
    ck_assert_int_eq(add_many(&north_log, 10, 0), CW_OK); /* no further certificate */
    look(&now);
    ck_assert_uint_eq(now.count, 4096);
    ck_assert_uint_eq(now.membership.seq, 10);
    ck_assert_int_eq(add(&root_log, 3, people, 1), CW_OK);
    look(&now);
    ck_assert(now.count == 4097 && now.ever[0]);
}
END_TEST

START_TEST(a_log_names_16_audiences_and_takes_no_other_logs_room)
{
    char name[3] = "a0";
    struct cert_id one;
    struct position at;

    for (uint32_t i = 0; i <= 16; i++) {
        struct saying s = {&north_log, i + 1, name, people, NULL, 1, 0};

        name[1] = (char)('a' + (int)i);
        ck_assert_int_eq(say(&s), i < 16 ? CW_OK : CW_LOCAL_MEMORY);
        ck_assert_uint_eq(authority_members(a, slice_of(name), &one, 1, &at), i < 16);
    }
    ck_assert_int_eq(say(&(struct saying){&root_log, 3, name, &people[1], NULL, 1, 0}), CW_OK);
    ck_assert_uint_eq(authority_members(a, slice_of(name), &one, 1, &at), 1);
    ck_assert(ID_EQ(&one, &people[1]));
    ck_assert_int_eq(say(&(struct saying){&north_log, 30, "aa", NULL, people, 0, 1}), CW_OK);
    ck_assert_uint_eq(authority_members(a, slice_of("aa"), &one, 1, &at), 0);
}
END_TEST

Suite *suite_authority_members(void);
Suite *suite_authority_members(void)
{
    Suite *suite = suite_create("core/authority_members");
    TCase *c = tcase_create("members");

    tcase_add_checked_fixture(c, make, unmake);
    tcase_add_test(c, members_are_the_same_in_whatever_order_their_logs_come);
    tcase_add_test(c, whom_one_log_removed_is_no_member_until_that_log_says_so);
    tcase_add_test(c, a_record_that_names_one_certificate_in_both_lists_leaves_it_a_member);
    tcase_add_test(c, each_record_makes_another_position_whichever_log_it_is_of);
    tcase_add_test(c, a_position_hashes_the_last_record_of_each_log_in_the_order_of_their_ids);
    tcase_add_test(c, positions_reach_a_membership_when_they_reach_each_logs_record);
    tcase_add_test(c, a_log_names_4096_certificates_and_takes_no_other_logs_room);
    tcase_add_test(c, a_log_names_16_audiences_and_takes_no_other_logs_room);
    suite_add_tcase(suite, c);
    return suite;
}
