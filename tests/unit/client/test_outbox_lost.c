/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of the pieces of an outbox that cannot be read: which statements are lost in them, and that none is. */
#include "lib/outbox.h"
#include "tests/unit/client/registrar.h"

#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

Suite *suite_outbox_lost(void);

#define PATIENT_MS 60000
#define ENTRIES 5

static struct registrar r;
static struct cw_trust *trust;
static char path[PATH_LEN_MAX];
static struct buf whole;
static size_t ends[ENTRIES + 1]; /* of each entry's record; that of the header first */

static struct cw_outbox *open_outbox(void)
{
    struct cw_outbox_options options = {.size = sizeof(options), .path = path, .identity = r.officer, .trust = trust};
    struct cw_outbox *outbox = NULL;

    ck_assert_int_eq(cw_outbox_open(&options, &outbox, NULL), CW_OK);
    return outbox;
}

static void add(struct cw_outbox *outbox, unsigned title, uint64_t *out_number)
{
    struct cw_submission *submission = registrar_opening(&r, title);
    const struct cw_submission *one = submission;

    ck_assert_int_eq(cw_outbox_add(outbox, &one, 1, NULL, out_number, NULL), CW_OK);
    cw_submission_free(submission);
}

static void make_file(void)
{
    struct cw_outbox *outbox;

    registrar_open(&r);
    registrar_start(&r);
    trust = registrar_trust(&r, true);
    ck_assert(path_join(path, r.dir, "outbox"));
    outbox = open_outbox();
    ends[0] = OUTBOX_HEADER_LEN;
    for (unsigned i = 1; i <= ENTRIES; i++) {
        add(outbox, i, NULL);
        ends[i] = outbox->file.size;
    }
    cw_outbox_close(outbox);
    whole = (struct buf){0};
    ck_assert_int_eq(file_read(path, 1 << 20, &whole), CW_OK);
}

static void forget_file(void)
{
    buf_done(&whole);
    cw_trust_free(trust);
    registrar_close(&r);
}

static void put_file(struct cw_slice bytes)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, bytes.data, bytes.len), (ssize_t)bytes.len);
    close(fd);
}

static void send_all(size_t count)
{
    struct cw_client *client = registrar_client(&r);
    struct cw_outbox *outbox = open_outbox();

    ck_assert_uint_eq(cw_outbox_count(outbox), count);
    ck_assert_int_eq(cw_outbox_attach(outbox, client, NULL, NULL), CW_OK);
    ck_assert_int_eq(cw_outbox_flush(outbox, PATIENT_MS, NULL), CW_OK);
    cw_outbox_close(outbox);
    cw_client_close(client);
}

/* --- unfinished ---------------------------------------------------------------------------------------------- */

static void expect_unfinished(size_t offset, size_t len)
{
    struct cw_outbox *outbox = open_outbox();
    const struct cw_outbox_damage *d = cw_outbox_damage_at(outbox, 0);

    ck_assert_uint_eq(cw_outbox_damage_count(outbox), 1);
    ck_assert_msg(d->offset == offset && d->len == len && d->unfinished, "%zu bytes", len);
    cw_outbox_close(outbox);
}

START_TEST(what_a_killed_program_left_is_unfinished_also_when_others_have_added_after_it)
{
    static const size_t left[] = {1, 15, 16, 39, 40, 300};

    for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++) {
        struct cw_outbox *outbox;

        put_file(slice(whole.data, ends[2] + left[i]));
        expect_unfinished(ends[2], left[i]);
        send_all(2);
        expect_unfinished(ends[2], left[i]);
        outbox = open_outbox();
        add(outbox, 9, NULL);
        cw_outbox_close(outbox);
        expect_unfinished(ends[2], left[i]);
    }
}
END_TEST

/* Its owner was told that it is safe. */
START_TEST(a_record_whose_length_is_damaged_is_not_taken_for_an_unfinished_one)
{
    for (size_t entry = 1; entry <= ENTRIES; entry++)
        for (unsigned bit = 0; bit < 32; bit++) {
            size_t at = ends[entry - 1] + 12 + bit / 8;
            struct cw_outbox *outbox;

            whole.data[at] ^= (uint8_t)(1 << bit % 8);
            put_file(buf_slice(&whole));
            whole.data[at] ^= (uint8_t)(1 << bit % 8);
            outbox = open_outbox();
            ck_assert_uint_eq(cw_outbox_damage_count(outbox), 1);
            ck_assert_msg(!cw_outbox_damage_at(outbox, 0)->unfinished, "entry %zu, bit %u", entry, bit);
            cw_outbox_close(outbox);
        }
}
END_TEST

/* --- numbers ------------------------------------------------------------------------------------------------- */

static void zero_and_put(size_t from, size_t len)
{
    struct buf copy = {0};

    ck_assert_int_eq(buf_add(&copy, buf_slice(&whole)), CW_OK);
    memset(copy.data + from, 0, len < copy.len - from ? len : copy.len - from);
    put_file(buf_slice(&copy));
    buf_done(&copy);
}

/* Every statement that is gone is named by one piece, or is one of those at the end that perhaps were there. */
static void expect_named(size_t at)
{
    struct cw_outbox *outbox = open_outbox();

    for (uint64_t number = 1; number <= ENTRIES; number++) {
        struct cw_outbox_entry entry = {.size = sizeof(entry)};
        bool there = cw_outbox_find(outbox, number, &entry) == CW_OK, named = false, perhaps = false;

        for (size_t i = 0; i < cw_outbox_damage_count(outbox); i++) {
            const struct cw_outbox_damage *d = cw_outbox_damage_at(outbox, i);

            named = named || (d->number > 0 && number >= d->number && number <= d->number + d->further);
            perhaps = perhaps || d->perhaps_more;
        }
        ck_assert_msg(there ? !named : named || perhaps, "byte %zu: entry %u", at, (unsigned)number);
    }
    cw_outbox_close(outbox);
}

static void expect_piece(size_t from, size_t len, uint64_t number, uint16_t further, bool perhaps_more)
{
    const struct cw_outbox_damage *d;
    struct cw_outbox *outbox;

    zero_and_put(from, len);
    outbox = open_outbox();
    ck_assert_uint_eq(cw_outbox_damage_count(outbox), 1);
    d = cw_outbox_damage_at(outbox, 0);
    ck_assert_msg(d->number == number && d->further == further && (d->perhaps_more != 0) == perhaps_more,
                  "%zu bytes from %zu: %u and %u further%s", len, from, (unsigned)d->number, d->further,
                  d->perhaps_more ? " and perhaps more" : "");
    ck_assert(!d->unfinished);
    ck_assert_uint_ge(outbox->next_number, ENTRIES + 1); /* no number is given again */
    cw_outbox_close(outbox);
    expect_named(from);
}

START_TEST(every_statement_that_a_damaged_piece_had_is_named)
{
    expect_piece(ends[1] - 2, 6, 1, 1, false);
    expect_piece(ends[2] + 100, ends[3] - ends[2], 3, 1, false);
    expect_piece(ends[2] - 10, ends[3] - ends[2] + 20, 2, 2, false);
    expect_piece(0, ends[2], 1, 1, false);
    expect_piece(ends[0] + 376, ends[4], 1, 0, true);
    expect_piece(ends[2] + 60, whole.len, 3, 0, true);
    expect_piece(ends[3], whole.len, 0, 0, true);
    expect_piece(ends[4] + 60, 20, 5, 0, false);
    expect_piece(4, 4, 0, 0, false);
}
END_TEST

START_TEST(a_record_without_a_beginning_has_the_number_that_is_missing)
{
    for (size_t entry = 1; entry < ENTRIES; entry++)
        for (size_t i = 0; i < OUTBOX_PLAIN_HEAD_LEN; i++)
            for (unsigned bit = 0; bit < 8; bit++) {
                size_t at = ends[entry - 1] + i;
                struct cw_outbox *outbox;

                whole.data[at] ^= (uint8_t)(1 << bit);
                put_file(buf_slice(&whole));
                whole.data[at] ^= (uint8_t)(1 << bit);
                outbox = open_outbox();
                ck_assert_uint_eq(cw_outbox_damage_count(outbox), 1);
                ck_assert_uint_eq(cw_outbox_damage_at(outbox, 0)->number, entry);
                ck_assert_uint_eq(cw_outbox_damage_at(outbox, 0)->further, 0);
                cw_outbox_close(outbox);
            }
}
END_TEST

START_TEST(no_statement_is_lost_without_a_word_wherever_a_sector_is)
{
    for (size_t at = OUTBOX_HEADER_LEN; at < whole.len; at += 7) {
        zero_and_put(at, 512);
        expect_named(at);
    }
}
END_TEST

/* Numbers that were taken out long ago are not told as lost when the piece has no room for them. */
START_TEST(a_gap_of_numbers_that_were_forgotten_is_not_all_lost)
{
    struct cw_outbox *outbox;

    send_all(ENTRIES);
    outbox = open_outbox();
    for (uint64_t number = 1; number <= ENTRIES; number++)
        ck_assert_int_eq(cw_outbox_forget(outbox, number, NULL), CW_OK);
    add(outbox, 6, NULL);
    add(outbox, 7, NULL);
    ck_assert_int_eq(cw_outbox_compact(outbox, NULL), CW_OK);
    cw_outbox_close(outbox);
    buf_done(&whole);
    whole = (struct buf){0};
    ck_assert_int_eq(file_read(path, 1 << 20, &whole), CW_OK);
    whole.data[OUTBOX_HEADER_LEN + 100] ^= 1;
    put_file(buf_slice(&whole));
    outbox = open_outbox();
    ck_assert_uint_eq(cw_outbox_damage_at(outbox, 0)->number, ENTRIES + 1);
    ck_assert_uint_eq(cw_outbox_damage_at(outbox, 0)->further, 0);
    cw_outbox_close(outbox);
}
END_TEST

/* --- what is kept -------------------------------------------------------------------------------------------- */

static void expect_file(const char *name, struct cw_slice bytes)
{
    char at[PATH_LEN_MAX];
    struct buf found = {0};

    ck_assert(path_join(at, r.dir, "%s", name));
    ck_assert_int_eq(file_read(at, 1 << 20, &found), CW_OK);
    ck_assert(slice_eq(buf_slice(&found), bytes));
    buf_done(&found);
}

START_TEST(each_damaged_file_is_kept_under_a_name_of_its_own)
{
    static const char *const names[] = {"outbox.damaged", "outbox.damaged.2", "outbox.damaged.3"};

    for (size_t i = 0; i < 3; i++) {
        struct cw_outbox *outbox;

        whole.data[ends[i] + 100] ^= 1;
        put_file(buf_slice(&whole));
        outbox = open_outbox();
        ck_assert_int_eq(cw_outbox_compact(outbox, NULL), CW_OK);
        ck_assert_str_eq(strrchr(outbox->kept_as, '/') + 1, names[i]);
        cw_outbox_close(outbox);
        expect_file(names[i], buf_slice(&whole));
    }
    whole.data[ends[1] + 100] ^= 1;
    whole.data[ends[2] + 100] ^= 1;
    expect_file(names[0], buf_slice(&whole));
}
END_TEST

/* Killed between keeping the damaged file and putting the new one in its place. */
START_TEST(a_file_that_is_kept_already_is_not_kept_twice)
{
    struct cw_outbox *outbox;
    char *name = NULL;

    whole.data[ends[1] + 100] ^= 1;
    put_file(buf_slice(&whole));
    ck_assert_int_eq(outbox_keep(path, &name, NULL), CW_OK);
    outbox = open_outbox();
    ck_assert_int_eq(cw_outbox_compact(outbox, NULL), CW_OK);
    ck_assert_str_eq(outbox->kept_as, name);
    cw_outbox_close(outbox);
    expect_file("outbox.damaged", buf_slice(&whole));
    free(name);
}
END_TEST

START_TEST(a_damaged_file_that_cannot_be_kept_stays_in_its_place)
{
    char name[PATH_LEN_MAX + 20];
    struct cw_outbox *outbox;
    struct cw_fault fault;

    for (int i = 1; i <= 99; i++) {
        int fd;

        snprintf(name, sizeof(name), i == 1 ? "%s.damaged" : "%s.damaged.%d", path, i);
        fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0600);
        ck_assert_int_ge(fd, 0);
        close(fd);
    }
    whole.data[ends[1] + 100] ^= 1;
    put_file(buf_slice(&whole));
    outbox = open_outbox();
    ck_assert_int_eq(cw_outbox_compact(outbox, &fault), CW_LOCAL_IO);
    ck_assert_ptr_nonnull(strstr(fault.text, "99 damaged files"));
    cw_outbox_close(outbox);
    expect_file("outbox", buf_slice(&whole));
}
END_TEST

START_TEST(a_file_of_which_nothing_can_be_read_is_moved_and_no_other)
{
    static const uint8_t another[32] = {1};
    struct outbox_file file;
    char *name = NULL;

    put_file(buf_slice(&whole));
    ck_assert_int_eq(outbox_set_aside(path, r.officer, &name, NULL), CW_USAGE_ORDER);
    whole.data[3] ^= 1;
    put_file(buf_slice(&whole)); /* its records are whole */
    ck_assert_int_eq(outbox_set_aside(path, r.officer, &name, NULL), CW_USAGE_ORDER);
    expect_file("outbox", buf_slice(&whole));
    whole.data[3] ^= 1;
    whole.data[8] ^= 1;
    memset(whole.data + OUTBOX_HEADER_LEN, 7, whole.len - OUTBOX_HEADER_LEN);
    put_file(buf_slice(&whole));
    ck_assert_ptr_null(name);
    ck_assert_int_eq(outbox_set_aside(path, r.officer, &name, NULL), CW_OK);
    ck_assert_str_eq(strrchr(name, '/') + 1, "outbox.damaged");
    expect_file("outbox.damaged", buf_slice(&whole));
    ck_assert_int_eq(access(path, F_OK), -1);
    ck_assert_int_eq(outbox_set_aside(path, r.officer, &name, NULL), CW_LOCAL_NOT_FOUND);
    free(name);
    name = NULL;
    ck_assert_int_eq(outbox_file_create(path, true, another, &file, NULL), CW_OK);
    outbox_file_close(&file);
    ck_assert_int_eq(outbox_set_aside(path, r.officer, &name, NULL), CW_LOCAL_KEY);
    ck_assert_ptr_null(name);
}
END_TEST

/* Of a version that has more to say of an entry: it is no damage, and nobody moves it. */
START_TEST(a_record_that_is_whole_and_not_understood_is_of_a_newer_version)
{
    struct cw_outbox_options options = {.size = sizeof(options), .path = path, .identity = r.officer, .trust = trust};
    struct cw_outbox *outbox = open_outbox();
    char *name = NULL;
    uint64_t offset;
    uint32_t len;

    ck_assert_int_eq(outbox_file_append(&outbox->file, 1, slice_of("later"), &offset, &len), CW_OK);
    cw_outbox_close(outbox);
    ck_assert_int_eq(cw_outbox_open(&options, &outbox, NULL), CW_LOCAL_FORMAT);
    ck_assert_int_eq(outbox_set_aside(path, r.officer, &name, NULL), CW_USAGE_ORDER);
}
END_TEST

Suite *suite_outbox_lost(void)
{
    Suite *s = suite_create("outbox_lost");
    TCase *t = tcase_create("lost");

    tcase_add_checked_fixture(t, make_file, forget_file);
    tcase_add_test(t, what_a_killed_program_left_is_unfinished_also_when_others_have_added_after_it);
    tcase_add_test(t, a_record_whose_length_is_damaged_is_not_taken_for_an_unfinished_one);
    tcase_add_test(t, every_statement_that_a_damaged_piece_had_is_named);
    tcase_add_test(t, a_record_without_a_beginning_has_the_number_that_is_missing);
    tcase_add_test(t, no_statement_is_lost_without_a_word_wherever_a_sector_is);
    tcase_add_test(t, a_gap_of_numbers_that_were_forgotten_is_not_all_lost);
    tcase_add_test(t, each_damaged_file_is_kept_under_a_name_of_its_own);
    tcase_add_test(t, a_file_that_is_kept_already_is_not_kept_twice);
    tcase_add_test(t, a_damaged_file_that_cannot_be_kept_stays_in_its_place);
    tcase_add_test(t, a_file_of_which_nothing_can_be_read_is_moved_and_no_other);
    tcase_add_test(t, a_record_that_is_whole_and_not_understood_is_of_a_newer_version);
    suite_add_tcase(s, t);
    return s;
}
