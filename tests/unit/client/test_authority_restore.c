/* SPDX-License-Identifier: Apache-2.0 */
/* An authority's log got back from a daemon or a bundle: whole, or nothing of it. */
#include "tests/unit/client/history.h"

#include <check.h>
#include <dirent.h>
#include <unistd.h>

Suite *suite_authority_restore(void);

static char dir[64], elsewhere[96];
static struct authority a;

static struct authority_pieces log_of_folder(const char *folder)
{
    struct authority_segments segments;
    struct authority_pieces pieces = {0};
    struct cw_fault fault;

    ck_assert_int_eq(authority_segments_read(folder, &segments, &fault), CW_OK);
    for (size_t i = 0; i < segments.count; i++)
        ck_assert_int_eq(authority_pieces_add(&pieces, buf_slice(&segments.bytes[i]), &fault), CW_OK);
    authority_segments_done(&segments);
    return pieces;
}

static void record_policy(struct authority *where, const char *value)
{
    struct cw_fault fault;

    ck_assert_int_eq(authority_policy(where, "clock.M8.duration_s", value, &fault), CW_OK);
    ck_assert_int_eq(authority_commit(where, &fault), CW_OK);
}

static void copy_file(const char *from, const char *to, const char *name)
{
    char source[PATH_LEN_MAX], target[PATH_LEN_MAX];
    struct buf bytes = {0};

    ck_assert(path_join(source, from, "%s", name) && path_join(target, to, "%s", name));
    ck_assert_int_eq(file_read(source, MESSAGE_LEN_MAX, &bytes), CW_OK);
    ck_assert_int_eq(file_write(target, buf_slice(&bytes), 0600), CW_OK);
    buf_done(&bytes);
}

/* A copy of the folder's files, without what was issued. */
static void copy_folder(const char *from, const char *to)
{
    static const char *const files[] = {"network", "authority.cert", "authority.genesis", "authority.key"};
    char source[PATH_LEN_MAX], target[PATH_LEN_MAX];
    const struct dirent *entry;
    DIR *log;

    ck_assert(path_join(source, from, "log") && path_join(target, to, "log"));
    ck_assert_int_eq(folder_make(target, 0700), CW_OK);
    for (size_t i = 0; i < CW_COUNT(files); i++)
        copy_file(from, to, files[i]);
    log = opendir(source);
    ck_assert_ptr_nonnull(log);
    while ((entry = readdir(log)) != NULL)
        if (entry->d_name[0] != '.')
            copy_file(source, target, entry->d_name);
    closedir(log);
}

static enum cw_err restore_into(const char *folder, const struct authority_pieces *came, struct authority_restored *out,
                                struct cw_fault *fault)
{
    return authority_restore(folder, buf_slice(&a.genesis), came, NULL, out, fault);
}

static void begin(void)
{
    authority_make(dir);
    authority_open_again(dir, &a);
    snprintf(elsewhere, sizeof(elsewhere), "%s-2", dir);
}

static void end(void)
{
    folder_remove(elsewhere);
    authority_close(&a);
    folder_remove(dir);
}

START_TEST(an_empty_folder_gets_the_whole_log_and_writes_on_with_its_key)
{
    struct authority_pieces came = log_of_folder(dir);
    struct authority_restored done;
    struct authority back;
    struct cw_fault fault = {0};

    ck_assert_int_eq(restore_into(elsewhere, &came, &done, &fault), CW_OK);
    ck_assert_uint_eq(done.written, came.count);
    ck_assert_uint_eq(done.end, a.log.seq);
    ck_assert(!done.has_authority_key && !done.has_root_key);
    ck_assert_int_eq(authority_open(elsewhere, true, slice(NULL, 0), &back, &fault), CW_LOCAL_NOT_FOUND); /* no key */
    copy_file(dir, elsewhere, "authority.key");
    ck_assert_int_eq(authority_open(elsewhere, true, slice(NULL, 0), &back, &fault), CW_OK);
    ck_assert_uint_eq(back.log.seq, a.log.seq);
    ck_assert(ID_EQ(&back.log.seal, &a.log.seal));
    record_policy(&back, "3600");
    authority_close(&back);
    authority_pieces_done(&came);
}
END_TEST

START_TEST(an_old_copy_gets_what_it_lacks_and_keeps_what_it_has)
{
    struct authority_pieces came;
    struct authority_restored done;
    struct authority back;
    struct cw_fault fault = {0};

    copy_folder(dir, elsewhere);
    record_policy(&a, "3600");
    record_policy(&a, "7200");
    came = log_of_folder(dir);
    ck_assert_int_eq(restore_into(elsewhere, &came, &done, &fault), CW_OK);
    ck_assert_uint_eq(done.written, 2);
    ck_assert(done.has_authority_key);
    ck_assert_int_eq(restore_into(elsewhere, &came, &done, &fault), CW_OK); /* again: nothing to do */
    ck_assert_uint_eq(done.written, 0);
    ck_assert_int_eq(authority_open(elsewhere, true, slice(NULL, 0), &back, &fault), CW_OK);
    ck_assert(ID_EQ(&back.log.seal, &a.log.seal));
    authority_close(&back);
    authority_pieces_done(&came);
}
END_TEST

START_TEST(a_folder_that_has_more_than_what_came_stays_as_it_is)
{
    struct authority_pieces came = log_of_folder(dir);
    struct authority_restored done;
    struct cw_fault fault = {0};

    record_policy(&a, "3600");
    authority_close(&a);
    authority_open_again(dir, &a);
    copy_folder(dir, elsewhere);
    ck_assert_int_eq(restore_into(elsewhere, &came, &done, &fault), CW_OK);
    ck_assert_uint_eq(done.written, 0);
    ck_assert_uint_eq(done.end, a.log.seq);
    authority_pieces_done(&came);
}
END_TEST

START_TEST(a_segment_that_got_lost_in_the_middle_is_put_back)
{
    struct authority_pieces came;
    struct authority_restored done;
    struct authority back;
    struct cw_fault fault = {0};
    char path[PATH_LEN_MAX];
    uint64_t lost = a.log.seq + 1;

    record_policy(&a, "3600");
    record_policy(&a, "7200");
    came = log_of_folder(dir);
    copy_folder(dir, elsewhere);
    ck_assert(path_join(path, elsewhere, "log/authority-%06llu.entries", (unsigned long long)lost));
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_ne(authority_open(elsewhere, false, slice(NULL, 0), &back, &fault), CW_OK);
    ck_assert_int_eq(restore_into(elsewhere, &came, &done, &fault), CW_OK);
    ck_assert_uint_eq(done.written, 1);
    ck_assert_int_eq(authority_open(elsewhere, false, slice(NULL, 0), &back, &fault), CW_OK);
    authority_close(&back);
    authority_pieces_done(&came);
}
END_TEST

static void refused_and_untouched(const struct authority_pieces *came, enum cw_err expected, const char *says)
{
    struct authority_restored done;
    struct cw_fault fault = {0};
    struct authority_pieces before = log_of_folder(elsewhere), after;
    enum cw_err err = restore_into(elsewhere, came, &done, &fault);

    ck_assert_msg(err == expected && strstr(fault.text, says) != NULL, "%s: %s", cw_err_name(err), fault.text);
    after = log_of_folder(elsewhere);
    ck_assert_uint_eq(before.count, after.count);
    for (size_t i = 0; i < before.count; i++)
        ck_assert(slice_eq(buf_slice(&before.at[i].bytes), buf_slice(&after.at[i].bytes)));
    authority_pieces_done(&before);
    authority_pieces_done(&after);
}

START_TEST(a_branch_is_named_and_nothing_of_it_replaced)
{
    struct authority_pieces came;
    struct authority branch;
    struct cw_fault fault = {0};
    char says[80];

    copy_folder(dir, elsewhere);
    ck_assert_int_eq(authority_open(elsewhere, true, slice(NULL, 0), &branch, &fault), CW_OK);
    record_policy(&branch, "60");
    authority_close(&branch);
    snprintf(says, sizeof(says), "another entry %llu of the authority's log", (unsigned long long)a.log.seq + 1);
    record_policy(&a, "3600");
    record_policy(&a, "7200");
    came = log_of_folder(dir);
    refused_and_untouched(&came, CW_REFUSED_REUSED_ID, says);
    authority_pieces_done(&came);
}
END_TEST

/* Whoever hands in the log is believed in nothing: each byte of it that is changed is found, and nothing written. */
START_TEST(a_log_that_was_changed_on_the_way_restores_nothing)
{
    struct authority_pieces came = log_of_folder(dir);
    char path[PATH_LEN_MAX];

    for (size_t i = 0; i < came.count; i++) {
        for (size_t at = 0; at < came.at[i].bytes.len; at += 7) {
            struct authority_restored done;
            struct cw_fault fault = {0};

            came.at[i].bytes.data[at] ^= 0x10;
            ck_assert_int_ne(restore_into(elsewhere, &came, &done, &fault), CW_OK);
            came.at[i].bytes.data[at] ^= 0x10;
        }
    }
    ck_assert(path_join(path, elsewhere, "network") && !file_exists(path));
    ck_assert(path_join(path, elsewhere, "authority.cert") && !file_exists(path));
    ck_assert(path_join(path, elsewhere, "log") && !file_exists(path));
    authority_pieces_done(&came);
}
END_TEST

START_TEST(a_log_with_a_hole_or_of_another_network_restores_nothing)
{
    struct authority_pieces came;
    struct authority_restored done;
    struct cw_fault fault = {0};
    struct authority_piece kept;
    char other[64];
    struct authority_pieces others;
    struct authority strange;

    record_policy(&a, "3600");
    record_policy(&a, "7200");
    came = log_of_folder(dir);
    copy_folder(dir, elsewhere);
    ck_assert_uint_ge(came.count, 2);
    ck_assert_ptr_nonnull(came.at);
    kept = came.at[came.count - 2];
    came.at[came.count - 2] = came.at[came.count - 1];
    came.count--;
    ck_assert_int_ne(restore_into(elsewhere, &came, &done, &fault), CW_OK); /* entry after next is not believed */
    came.at[came.count] = came.at[came.count - 1];
    came.at[came.count - 1] = kept;
    came.count++;
    authority_make(other);
    others = log_of_folder(other);
    ck_assert_int_ne(restore_into(elsewhere, &others, &done, &fault), CW_OK); /* not under this genesis */
    ck_assert_int_eq(authority_open(other, false, slice(NULL, 0), &strange, &fault), CW_OK);
    ck_assert_int_eq(authority_restore(elsewhere, buf_slice(&strange.genesis), &others, NULL, &done, &fault),
                     CW_REFUSED_AUTHOR);
    authority_close(&strange);
    folder_remove(other);
    authority_pieces_done(&others);
    authority_pieces_done(&came);
}
END_TEST

Suite *suite_authority_restore(void)
{
    Suite *s = suite_create("authority_restore");
    TCase *t = tcase_create("a log got back");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, an_empty_folder_gets_the_whole_log_and_writes_on_with_its_key);
    tcase_add_test(t, an_old_copy_gets_what_it_lacks_and_keeps_what_it_has);
    tcase_add_test(t, a_folder_that_has_more_than_what_came_stays_as_it_is);
    tcase_add_test(t, a_segment_that_got_lost_in_the_middle_is_put_back);
    tcase_add_test(t, a_branch_is_named_and_nothing_of_it_replaced);
    tcase_add_test(t, a_log_that_was_changed_on_the_way_restores_nothing);
    tcase_add_test(t, a_log_with_a_hole_or_of_another_network_restores_nothing);
    suite_add_tcase(s, t);
    return s;
}
