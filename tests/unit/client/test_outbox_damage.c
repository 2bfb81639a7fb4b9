/* SPDX-License-Identifier: Apache-2.0 */
/* An outbox file that is damaged at any byte, or ends at any byte: what is whole is there, what is not is named. */
#include "lib/outbox.h"
#include "tests/unit/client/registrar.h"

#include "proto/sign.h"

#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

Suite *suite_outbox_damage(void);

#define PATIENT_MS 60000
#define ENTRIES 5
#define RECORDS_MAX 32

/* A record of the whole file. */
struct piece {
    uint64_t number, offset;
    uint32_t len;
    enum record_kind kind;
};

static struct registrar r;
static struct cw_trust *trust;
static char path[PATH_LEN_MAX];
static struct buf whole;
static struct piece pieces[RECORDS_MAX];
static size_t piece_count;
static uint8_t key[32];

static struct cw_outbox *open_outbox(enum cw_err expected)
{
    struct cw_outbox_options options = {.size = sizeof(options), .path = path, .identity = r.officer, .trust = trust};
    struct cw_outbox *outbox = NULL;
    struct cw_fault fault;

    ck_assert_int_eq(cw_outbox_open(&options, &outbox, &fault), expected);
    return outbox;
}

static void put_file(struct cw_slice bytes)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, bytes.data, bytes.len), (ssize_t)bytes.len);
    close(fd);
}

static enum cw_err list_piece(void *context, uint64_t number, uint64_t offset, uint32_t len, struct cw_slice plain)
{
    struct outbox_record record;

    (void)context;
    ck_assert_int_eq(record_decode(plain, &record), CW_OK);
    ck_assert_uint_lt(piece_count, RECORDS_MAX);
    pieces[piece_count++] = (struct piece){number, offset, len, record.kind};
    return CW_OK;
}

static enum cw_err no_damage(void *context, const struct cw_outbox_damage *damage)
{
    (void)context;
    (void)damage;
    ck_abort_msg("damage in a whole file");
}

static void list_pieces(void)
{
    const struct outbox_visitor visitor = {NULL, list_piece, no_damage};
    struct outbox_file file;
    struct cw_fault fault;

    ck_assert_int_eq(outbox_file_open(path, key, &file, &fault), CW_OK);
    ck_assert_int_eq(outbox_file_scan(&file, &visitor, &fault), CW_OK);
    outbox_file_close(&file);
}

static void add(struct cw_outbox *outbox, unsigned number)
{
    struct cw_submission *submission = registrar_opening(&r, number);
    const struct cw_submission *one = submission;

    ck_assert_int_eq(cw_outbox_add(outbox, &one, 1, NULL, NULL, NULL), CW_OK);
    cw_submission_free(submission);
}

/* One refused, one stored, one sent, two queued. */
static void make_file(void)
{
    struct cw_client *client;
    struct cw_outbox *outbox;

    piece_count = 0;
    registrar_open(&r);
    registrar_start(&r);
    trust = registrar_trust(&r, true);
    ck_assert(path_join(path, r.dir, "outbox"));
    outbox_key(r.officer, key);
    outbox = open_outbox(CW_OK);
    client = registrar_client(&r);
    ck_assert_int_eq(cw_outbox_attach(outbox, client, NULL, NULL), CW_OK);
    r.refuse = CW_REFUSED_ROLE;
    add(outbox, 1);
    ck_assert_int_eq(cw_outbox_flush(outbox, PATIENT_MS, NULL), CW_OK);
    r.refuse = CW_OK;
    add(outbox, 2);
    ck_assert_int_eq(cw_outbox_flush(outbox, PATIENT_MS, NULL), CW_OK);
    r.act = FAKE_SILENCE;
    add(outbox, 3);
    ck_assert_int_eq(cw_outbox_flush(outbox, 200, NULL), CW_AGAIN_NO_DAEMON);
    cw_outbox_detach(outbox);
    add(outbox, 4);
    add(outbox, 5);
    cw_outbox_close(outbox);
    cw_client_close(client);
    r.act = FAKE_ANSWER;
    whole = (struct buf){0};
    ck_assert_int_eq(file_read(path, 1 << 20, &whole), CW_OK);
    list_pieces();
    ck_assert_uint_ge(piece_count, ENTRIES + 3);
}

static void forget_file(void)
{
    buf_done(&whole);
    cw_trust_free(trust);
    registrar_close(&r);
}

/* --- what must be there when these pieces are ------------------------------------------------------------------------ */

static enum cw_outbox_state expected_state(uint64_t number, const bool there[static RECORDS_MAX])
{
    enum cw_outbox_state state = 0; /* no such entry */
    bool added = false;

    for (size_t i = 0; i < piece_count; i++) {
        if (!there[i] || pieces[i].number != number)
            continue;
        added = added || pieces[i].kind == RECORD_ADD;
        if (pieces[i].kind == RECORD_ADD)
            state = CW_OUTBOX_QUEUED;
        else if (pieces[i].kind == RECORD_SENT)
            state = CW_OUTBOX_SENT;
        else
            state = pieces[i].kind == RECORD_STORED ? CW_OUTBOX_STORED : CW_OUTBOX_REFUSED;
    }
    return added || state == CW_OUTBOX_STORED || state == CW_OUTBOX_REFUSED ? state : 0;
}

static void expect(const struct cw_outbox *outbox, const bool there[static RECORDS_MAX], size_t at)
{
    for (uint64_t number = 1; number <= ENTRIES; number++) {
        struct cw_outbox_entry entry = {.size = sizeof(entry)};
        enum cw_err err = cw_outbox_find(outbox, number, &entry);
        enum cw_outbox_state state = err == CW_OK ? entry.state : 0;

        ck_assert_msg(state == expected_state(number, there), "byte %zu: entry %u is %d", at, (unsigned)number, state);
    }
}

static bool is_boundary(size_t len)
{
    bool boundary = len == OUTBOX_HEADER_LEN;

    for (size_t i = 0; i < piece_count; i++)
        boundary = boundary || len == pieces[i].offset + pieces[i].len;
    return boundary;
}

/* --- every byte -------------------------------------------------------------------------------------------------------- */

START_TEST(a_file_that_ends_anywhere_keeps_what_is_whole)
{
    for (size_t len = 0; len < whole.len; len++) {
        struct cw_outbox *outbox;
        bool there[RECORDS_MAX] = {false};
        bool clean = is_boundary(len) || len < OUTBOX_HEADER_LEN; /* a header that was being written is finished */

        put_file(slice(whole.data, len));
        outbox = open_outbox(CW_OK);
        for (size_t i = 0; i < piece_count; i++)
            there[i] = pieces[i].offset + pieces[i].len <= len;
        expect(outbox, there, len);
        ck_assert_msg(cw_outbox_damage_count(outbox) == (clean ? 0 : 1), "cut at %zu", len);
        if (!clean) {
            const struct cw_outbox_damage *damage = cw_outbox_damage_at(outbox, 0);

            ck_assert_msg(damage->unfinished, "cut at %zu", len);
            ck_assert_uint_eq(damage->offset + damage->len, len);
        }
        cw_outbox_close(outbox);
    }
}
END_TEST

START_TEST(a_turned_byte_costs_what_it_touches_and_is_named)
{
    struct buf copy = {0};
    unsigned numbered = 0;

    ck_assert_int_eq(buf_add(&copy, buf_slice(&whole)), CW_OK);
    for (size_t at = 0; at < whole.len; at++) {
        const struct cw_outbox_damage *damage;
        struct cw_outbox *outbox;
        bool there[RECORDS_MAX] = {false};

        copy.data[at] ^= (uint8_t)(1 << at % 8);
        put_file(buf_slice(&copy));
        copy.data[at] ^= (uint8_t)(1 << at % 8);
        outbox = open_outbox(CW_OK);
        for (size_t i = 0; i < piece_count; i++)
            there[i] = at < pieces[i].offset || at >= pieces[i].offset + pieces[i].len;
        expect(outbox, there, at);
        ck_assert_msg(cw_outbox_damage_count(outbox) == 1, "byte %zu", at);
        damage = cw_outbox_damage_at(outbox, 0);
        ck_assert(damage->offset <= at && at < damage->offset + damage->len);
        numbered += damage->number >= 1 && damage->number <= ENTRIES;
        cw_outbox_close(outbox);
    }
    /* All but those whose own head was hit. */
    ck_assert_uint_ge(numbered, whole.len - OUTBOX_HEADER_LEN - piece_count * OUTBOX_PLAIN_HEAD_LEN);
    buf_done(&copy);
}
END_TEST

/* --- afterwards --------------------------------------------------------------------------------------------------------- */

static void damage_and_flush(size_t at)
{
    struct cw_client *client = registrar_client(&r);
    struct cw_outbox *outbox;
    bool there[RECORDS_MAX] = {false};

    put_file(buf_slice(&whole));
    whole.data[at] ^= 0x10;
    put_file(buf_slice(&whole));
    whole.data[at] ^= 0x10;
    outbox = open_outbox(CW_OK);
    for (size_t i = 0; i < piece_count; i++)
        there[i] = at < pieces[i].offset || at >= pieces[i].offset + pieces[i].len;
    add(outbox, 6); /* a damaged file still takes more */
    ck_assert_int_eq(cw_outbox_attach(outbox, client, NULL, NULL), CW_OK);
    ck_assert_int_eq(cw_outbox_flush(outbox, PATIENT_MS, NULL), CW_OK);
    for (uint64_t number = 1; number <= ENTRIES; number++) {
        struct cw_outbox_entry entry = {.size = sizeof(entry)};
        bool known = cw_outbox_find(outbox, number, &entry) == CW_OK;

        ck_assert(known == (expected_state(number, there) != 0));
        ck_assert(!known || cw_outbox_is_done(&entry));
    }
    cw_outbox_close(outbox);
    cw_client_close(client);
}

START_TEST(what_is_whole_is_sent)
{
    for (size_t i = 0; i < piece_count; i++)
        damage_and_flush(pieces[i].offset + pieces[i].len / 2);
    damage_and_flush(3);
}
END_TEST

START_TEST(a_damaged_file_is_kept_beside_the_new_one)
{
    char aside[PATH_LEN_MAX];
    struct cw_outbox *outbox;
    struct buf kept = {0};

    whole.data[pieces[0].offset + 60] ^= 1;
    put_file(buf_slice(&whole));
    outbox = open_outbox(CW_OK);
    ck_assert_uint_eq(cw_outbox_damage_count(outbox), 1);
    ck_assert_int_eq(cw_outbox_compact(outbox, NULL), CW_OK);
    ck_assert_uint_eq(cw_outbox_damage_count(outbox), 0);
    cw_outbox_close(outbox);
    ck_assert(path_join(aside, r.dir, "outbox.damaged"));
    ck_assert_int_eq(file_read(aside, 1 << 20, &kept), CW_OK);
    ck_assert(slice_eq(buf_slice(&kept), buf_slice(&whole)));
    outbox = open_outbox(CW_OK);
    ck_assert_uint_eq(cw_outbox_damage_count(outbox), 0);
    cw_outbox_close(outbox);
    buf_done(&kept);
}
END_TEST

/* --- what a record says --------------------------------------------------------------------------------------------------- */

/* The last `open_len` bytes may be fewer: they are whatever is left. */
static void expect_no_record_below(const struct outbox_record *record, size_t open_len)
{
    struct outbox_record again;
    struct buf bytes = {0};

    ck_assert_int_eq(record_encode(record, &bytes), CW_OK);
    ck_assert_int_eq(record_decode(buf_slice(&bytes), &again), CW_OK);
    ck_assert_int_eq(again.kind, record->kind);
    ck_assert_str_eq(again.fault.text, record->fault.text);
    ck_assert_str_eq(again.division, record->division);
    for (size_t len = 0; len < bytes.len - open_len; len++)
        ck_assert_int_eq(record_decode(slice(bytes.data, len), &again), CW_LOCAL_CORRUPT);
    buf_done(&bytes);
}

START_TEST(a_record_that_is_cut_anywhere_is_none)
{
    struct outbox_record refused = {.kind = RECORD_REFUSED, .fault = {.code = CW_REFUSED_ROLE}},
                         stored = {.kind = RECORD_STORED, .held_by = 2, .receipt = slice_of("receipt")},
                         added = {.kind = RECORD_ADD, .wanted = 1, .submission = slice_of("submission")};

    memset(refused.fault.where, 'w', sizeof(refused.fault.where) - 1);
    memset(refused.fault.text, 't', sizeof(refused.fault.text) - 1);
    memset(stored.division, 'D', sizeof(stored.division) - 1);
    expect_no_record_below(&refused, 0);
    expect_no_record_below(&stored, stored.receipt.len);
    expect_no_record_below(&added, added.submission.len);
    expect_no_record_below(&(struct outbox_record){.kind = RECORD_SENT}, 0);
    expect_no_record_below(&(struct outbox_record){.kind = RECORD_FORGOTTEN}, 0);
}
END_TEST

/* --- what is no outbox ---------------------------------------------------------------------------------------------------- */

START_TEST(what_is_no_outbox_is_refused)
{
    uint8_t newer[OUTBOX_HEADER_LEN], hash[ID_LEN];

    put_file(slice_of("this is a letter to my aunt, and not a short one either"));
    ck_assert_ptr_null(open_outbox(CW_LOCAL_CORRUPT));
    memcpy(newer, whole.data, sizeof(newer));
    newer[8] = 2;
    hash_one(LABEL_LOCAL, slice(newer, 20), hash);
    memcpy(newer + 20, hash, 4);
    put_file(slice(newer, sizeof(newer)));
    ck_assert_ptr_null(open_outbox(CW_LOCAL_FORMAT));
}
END_TEST

/* Somebody who cannot read the file cannot move what is in it either. */
START_TEST(a_record_in_another_place_is_damage)
{
    struct cw_outbox *outbox;
    struct buf copy = {0};

    ck_assert_int_eq(buf_add(&copy, buf_slice(&whole)), CW_OK);
    ck_assert_int_eq(buf_add(&copy, slice(whole.data + pieces[1].offset, pieces[1].len)), CW_OK);
    put_file(buf_slice(&copy));
    outbox = open_outbox(CW_OK);
    ck_assert_uint_eq(cw_outbox_damage_count(outbox), 1);
    ck_assert_uint_eq(cw_outbox_damage_at(outbox, 0)->offset, whole.len);
    cw_outbox_close(outbox);
    buf_done(&copy);
}
END_TEST

/* A file full of beginnings of records, each of which must be tried. */
START_TEST(a_file_made_to_be_slow_is_not)
{
    static uint8_t bytes[1 << 20];
    const uint8_t head[OUTBOX_PLAIN_HEAD_LEN] = {'c', 'w', 'o', 'r', 0, 0, 0, 0, 0, 0, 0, 1, 0, 4, 0, 0};
    struct cw_outbox *outbox;
    clock_t began;

    for (size_t i = 0; i + sizeof(head) <= sizeof(bytes); i += sizeof(head))
        memcpy(bytes + i, head, sizeof(head));
    memcpy(bytes, whole.data, OUTBOX_HEADER_LEN);
    put_file(slice(bytes, sizeof(bytes)));
    began = clock();
    outbox = open_outbox(CW_OK);
    ck_assert_int_lt((clock() - began) / CLOCKS_PER_SEC, 3); /* trying each takes twice that */
    ck_assert_uint_eq(cw_outbox_count(outbox), 0);
    ck_assert_uint_eq(cw_outbox_damage_count(outbox), 1);
    cw_outbox_close(outbox);
}
END_TEST

Suite *suite_outbox_damage(void)
{
    Suite *s = suite_create("outbox_damage");
    TCase *t = tcase_create("damage");

    tcase_add_checked_fixture(t, make_file, forget_file);
    tcase_add_test(t, a_file_that_ends_anywhere_keeps_what_is_whole);
    tcase_add_test(t, a_turned_byte_costs_what_it_touches_and_is_named);
    tcase_add_test(t, what_is_whole_is_sent);
    tcase_add_test(t, a_damaged_file_is_kept_beside_the_new_one);
    tcase_add_test(t, a_record_that_is_cut_anywhere_is_none);
    tcase_add_test(t, what_is_no_outbox_is_refused);
    tcase_add_test(t, a_record_in_another_place_is_damage);
    tcase_add_test(t, a_file_made_to_be_slow_is_not);
    suite_add_tcase(s, t);
    return s;
}
