/* SPDX-License-Identifier: Apache-2.0 */
/* What an authority says about certificates that it issued before. */
#include "proto/submission.h"
#include "tests/unit/client/history.h"

#include <check.h>
#include <dirent.h>
#include <sys/wait.h>
#include <unistd.h>

Suite *suite_authority(void);

static char dir[64];
static struct authority a;

static void open_it(void)
{
    struct cw_fault fault;

    ck_assert_int_eq(authority_open(dir, true, slice(NULL, 0), &a, &fault), CW_OK);
}

static void begin(void)
{
    authority_make(dir);
    open_it();
}

static void end(void)
{
    authority_close(&a);
    folder_remove(dir);
}

static const struct trust_cert *officer(void)
{
    for (size_t i = 0; i < a.trust->cert_count; i++)
        if (a.trust->certs[i].parsed.subject == SUBJECT_PERSON && !a.trust->certs[i].revoked)
            return &a.trust->certs[i];
    ck_abort_msg("there is no officer");
    return NULL;
}

START_TEST(a_replaced_certificate_is_superseded_by_the_same_batch)
{
    struct cert_id before = officer()->id;
    struct issue_order order = {
        .subject = SUBJECT_PERSON, .division = "NTH", .name = "Officer", .days = 10, .replaces = &before};
    char home[PATH_LEN_MAX];
    struct cw_fault fault;
    uint64_t seq = a.log.seq;

    ck_assert(path_join(home, dir, "officer.2"));
    order.home = home;
    ck_assert_int_eq(authority_issue(&a, &order, &fault), CW_OK);
    ck_assert_int_eq(authority_commit(&a, &fault), CW_OK);
    ck_assert_uint_eq(a.log.seq, seq + 2);
    authority_close(&a);
    open_it(); /* as anybody would read it */
    ck_assert(trust_find(a.trust, &before)->revoked);
    ck_assert_int_eq(trust_find(a.trust, &before)->revoke_kind, REVOKE_SUPERSEDED);
    ck_assert(!ID_EQ(&officer()->id, &before));
    ck_assert_uint_eq(trust_find(a.trust, &before)->revoked_seq, officer()->issued_seq + 1);
}
END_TEST

START_TEST(a_retired_certificate_is_not_superseded)
{
    struct cert_id id = officer()->id;
    struct cw_fault fault;

    ck_assert_int_eq(authority_revoke(&a, &id, REVOKE_RETIRED, &fault), CW_OK);
    ck_assert(!trust_find(a.trust, &id)->revoked); /* nothing is said before it is sealed */
    ck_assert_int_eq(authority_commit(&a, &fault), CW_OK);
    ck_assert_int_eq(trust_find(a.trust, &id)->revoke_kind, REVOKE_RETIRED);
    /* The first end stands. */
    ck_assert_int_eq(authority_revoke(&a, &id, REVOKE_COMPROMISED, &fault), CW_OK);
    ck_assert_int_eq(authority_commit(&a, &fault), CW_OK);
    ck_assert_int_eq(trust_find(a.trust, &id)->revoke_kind, REVOKE_RETIRED);
}
END_TEST

START_TEST(an_expelled_daemon_is_revoked_and_no_member)
{
    const struct trust_cert *daemon = NULL;
    struct cw_fault fault;
    struct authority_record record;
    struct act_membership act;
    struct cw_slice blob, payload;
    uint64_t seq = a.log.seq;

    for (size_t i = 0; i < a.trust->cert_count && daemon == NULL; i++)
        daemon = a.trust->certs[i].parsed.subject == SUBJECT_DAEMON ? &a.trust->certs[i] : NULL;
    ck_assert_ptr_nonnull(daemon);
    ck_assert_int_eq(authority_expel(&a, &daemon->id, REVOKE_RETIRED, &fault), CW_OK);
    ck_assert_uint_eq(a.pending_count, 2);
    blob = a.pending[1].blobs[0];
    ck_assert_int_eq(payload_unpad(slice(blob.data + 32, blob.len - 32), &payload), CW_OK);
    ck_assert_int_eq(authority_record_parse(payload, &record), CW_OK);
    ck_assert_int_eq(record.act, ACT_MEMBERSHIP);
    ck_assert_int_eq(act_membership_parse(record.body, &a.arena, &act), CW_OK);
    ck_assert_uint_eq(act.removed_count, 1);
    ck_assert(ID_EQ(&act.removed[0], &daemon->id));
    ck_assert_int_eq(authority_commit(&a, &fault), CW_OK);
    ck_assert_uint_eq(a.log.seq, seq + 2);
    ck_assert_int_eq(trust_find(a.trust, &daemon->id)->revoke_kind, REVOKE_RETIRED);
}
END_TEST

START_TEST(keys_that_are_there_are_never_overwritten)
{
    struct issue_order order = {.subject = SUBJECT_PERSON, .division = "NTH", .name = "Officer", .days = 10};
    char home[PATH_LEN_MAX];
    struct cw_fault fault;

    ck_assert(path_join(home, dir, "officer"));
    order.home = home;
    ck_assert_int_eq(authority_issue(&a, &order, &fault), CW_USAGE_ORDER);
    ck_assert_ptr_nonnull(strstr(fault.text, "never overwritten"));
}
END_TEST

/* --- several at once ---------------------------------------------------------------------------------------- */

#define WRITERS 8

/* What one command does, from the moment at which all are let go. */
static void write_one(int number, int gate)
{
    struct authority mine;
    struct cw_fault fault;
    char value[24], byte;

    snprintf(value, sizeof(value), "%d", 3600 + number);
    if (read(gate, &byte, 1) != 0 || authority_open(dir, true, slice(NULL, 0), &mine, &fault) != CW_OK)
        _exit(1);
    if (authority_policy(&mine, "clock.M8.duration_s", value, &fault) != CW_OK ||
        authority_commit(&mine, &fault) != CW_OK)
        _exit(2);
    authority_close(&mine);
    _exit(0);
}

START_TEST(writers_at_once_go_on_where_the_one_before_ended)
{
    pid_t writers[WRITERS];
    uint64_t before = a.log.seq;
    int gate[2], status;

    authority_close(&a);
    ck_assert_int_eq(pipe(gate), 0);
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = fork();
        ck_assert_int_ge(writers[i], 0);
        if (writers[i] == 0) {
            close(gate[1]);
            write_one(i, gate[0]);
        }
    }
    close(gate[0]);
    close(gate[1]); /* lets them go */
    for (int i = 0; i < WRITERS; i++) {
        ck_assert_int_eq(waitpid(writers[i], &status, 0), writers[i]);
        ck_assert_int_eq(status, 0);
    }
    open_it(); /* each segment stands on the one before, or this would not open */
    ck_assert_uint_eq(a.log.seq, before + WRITERS);
}
END_TEST

START_TEST(a_writer_that_waited_too_long_is_told_who_has_the_folder)
{
    struct cw_fault fault;
    char self[40];
    int fd;

    snprintf(self, sizeof(self), "process %ld ", (long)getpid());
    ck_assert_int_eq(authority_lock(dir, 0, &fd, &fault), CW_AGAIN_BUSY); /* `a` is open */
    ck_assert_ptr_nonnull(strstr(fault.where, "/lock"));
    ck_assert_ptr_nonnull(strstr(fault.text, self));
    authority_close(&a);
    ck_assert_int_eq(authority_lock(dir, 0, &fd, &fault), CW_OK);
    authority_unlock(fd);
    open_it();
}
END_TEST

START_TEST(who_only_reads_waits_for_nobody)
{
    struct authority reader;
    struct cw_fault fault;

    ck_assert_int_eq(authority_open(dir, false, slice(NULL, 0), &reader, &fault), CW_OK);
    authority_close(&reader);
}
END_TEST

START_TEST(an_entry_that_is_there_is_never_overwritten)
{
    char path[PATH_LEN_MAX];
    struct buf there = {0};
    struct cw_fault fault;

    ck_assert(path_join(path, dir, "log/authority-%06llu.entries", (unsigned long long)a.log.seq + 1));
    ck_assert_int_eq(file_write(path, slice_of("another hand's"), 0644), CW_OK);
    ck_assert_int_eq(authority_policy(&a, "clock.M8.duration_s", "3600", &fault), CW_OK);
    ck_assert_int_eq(authority_commit(&a, &fault), CW_REFUSED_REUSED_ID);
    ck_assert_ptr_nonnull(strstr(fault.text, "never overwritten"));
    ck_assert_int_eq(file_read(path, 100, &there), CW_OK);
    ck_assert(slice_eq(buf_slice(&there), slice_of("another hand's")));
    buf_done(&there);
    ck_assert(snprintf(path + strlen(path), 5, ".new") == 4 && !file_exists(path));
}
END_TEST

START_TEST(a_folder_knows_an_old_copy_from_a_branch)
{
    struct authority_end none = {0}, first, last, beyond;
    struct cw_fault fault;

    first = (struct authority_end){a.log.seq, a.log.seal};
    ck_assert_int_eq(authority_policy(&a, "clock.M8.duration_s", "3600", &fault), CW_OK);
    ck_assert_int_eq(authority_commit(&a, &fault), CW_OK);
    last = (struct authority_end){a.log.seq, a.log.seal};
    authority_close(&a);
    open_it();
    ck_assert_int_eq(authority_stands(&a.ends, &none), AUTHORITY_AHEAD);
    ck_assert_int_eq(authority_stands(&a.ends, &first), AUTHORITY_AHEAD);
    ck_assert_int_eq(authority_stands(&a.ends, &last), AUTHORITY_SAME);
    beyond = (struct authority_end){last.seq + 1, last.seal};
    ck_assert_int_eq(authority_stands(&a.ends, &beyond), AUTHORITY_BEHIND);
    first.seal.b[0] ^= 1; /* below the end: what a longer folder could not see before */
    last.seal.b[0] ^= 1;
    ck_assert_int_eq(authority_stands(&a.ends, &first), AUTHORITY_APART);
    ck_assert_int_eq(authority_stands(&a.ends, &last), AUTHORITY_APART);
    last.seq--;
    ck_assert_int_eq(authority_stands(&a.ends, &last), AUTHORITY_APART);
}
END_TEST

/* --- policy ------------------------------------------------------------------------------------------------- */

/* Each would be published as an authority's word, and change nothing at any daemon. */
static const struct {
    const char *name, *value, *says;
} without_effect[] = {
    {"", "x", "name"},
    {"shoe.size", "44", "no policy has this name"},
    {"clock", "5", "no policy has this name"},
    {"clock.", "5", "no policy has this name"},
    {"clock.M8", "5", "no policy has this name"},
    {"clock.M8.duration", "5", "duration_s"},
    {"clock.M8.duration_s ", "5", "duration_s"},
    {"clock.ZZ.duration_s", "5", "no policy has this name"},
    {"clock.M6.duration_s", "5", "no policy has this name"},
    {"Clock.M8.duration_s", "5", "no policy has this name"},
    {"clock.M8.duration_s", "", "0 to 3153600000"},
    {"clock.M8.duration_s", "-1", "0 to 3153600000"},
    {"clock.M8.duration_s", "+1", "0 to 3153600000"},
    {"clock.M8.duration_s", " 1", "0 to 3153600000"},
    {"clock.M8.duration_s", "1.5", "0 to 3153600000"},
    {"clock.M8.duration_s", "72h", "0 to 3153600000"},
    {"clock.M8.duration_s", "0x10", "0 to 3153600000"},
    {"clock.M8.duration_s", "3153600001", "0 to 3153600000"},
    {"clock.M8.duration_s", "99999999999999999999", "0 to 3153600000"},
    {"clock.M6.working_days", "1001", "0 to 1000"},
    {"clock.M8.soon_s", "3153600001", "0 to 3153600000"},
    {"clock.M8.told", "KING", "SUPT"},
    {"clock.M8.told", "", "SUPT"},
    {"clock.M8.told", "SUP,", "SUPT"},
    {"clock.M8.told", "sup", "SUPT"},
    {"clock.M8.told", "any,SUP", "SUPT"},
    {"clock.M2.waive", "INSP", "nobody can waive"},
    {"role.set.title", "KING", "SUPT"},
    {"role.set.nothing", "SUP", "no policy has this name"},
    {"role.set.", "SUP", "no policy has this name"},
    {"role.set.status", "SUP", "nobody writes"},
    {"role.lower.missing_risks", "SUP", "role.lower.missing_risk"},
    {"role.event.nothing", "SUP", "no policy has this name"},
    {"role.step.nothing", "SUP", "no policy has this name"},
    {"ladder.0", "SUP", "no policy has this name"},
    {"ladder.4", "SUP", "no policy has this name"},
    {"ladder.1", "sergeant", "SUPT"},
    {"calendar.2026-02-30", "holiday", "a date that there is"},
    {"calendar.2026-12", "holiday", "a date that there is"},
    {"calendar.1969-12-25", "holiday", "a date that there is"},
    {"calendar.2026-12-01", "maybe", "holiday"},
    {"network.synthetic", "yes", "true"},
    {"network.real", "true", "no policy has this name"},
};

START_TEST(policies_that_would_have_no_effect_are_not_signed)
{
    uint64_t seq = a.log.seq;
    char longest[200] = "SUP", *at = longest + 3;

    for (size_t i = 0; i < CW_COUNT(without_effect); i++) {
        struct cw_fault fault = {0};

        ck_assert_msg(authority_policy(&a, without_effect[i].name, without_effect[i].value, &fault) != CW_OK, "%s %s",
                      without_effect[i].name, without_effect[i].value);
        ck_assert_msg(strstr(fault.text, without_effect[i].says) != NULL, "%s %s: %s", without_effect[i].name,
                      without_effect[i].value, fault.text);
    }
    while (at < longest + 127) /* one byte more than a daemon keeps */
        *at++ = ' ';
    memcpy(longest + 125, ",PC", 3);
    longest[128] = '\0';
    ck_assert_int_eq(authority_policy(&a, "ladder.1", longest, &(struct cw_fault){0}), CW_REFUSED_SIZE);
    ck_assert_int_eq(authority_commit(&a, &(struct cw_fault){0}), CW_OK);
    ck_assert_uint_eq(a.log.seq, seq);
}
END_TEST

static enum cw_err name_a_holiday(uint32_t n, struct cw_fault *fault)
{
    char name[32];

    (void)snprintf(name, sizeof(name), "calendar.20%02u-%02u-%02u", 30 + n / 336, 1 + n / 28 % 12, 1 + n % 28);
    return authority_policy(&a, name, "holiday", fault);
}

START_TEST(a_change_of_policy_that_daemons_have_no_room_for_is_not_signed)
{
    struct cw_fault fault = {0};
    uint64_t seq = a.log.seq;

    for (uint32_t n = 0; n < POLICY_CHANGES_MAX; n++) {
        ck_assert_int_eq(name_a_holiday(n, &fault), CW_OK);
        if (a.pending_count == AUTHORITY_BATCH_MAX)
            ck_assert_int_eq(authority_commit(&a, &fault), CW_OK);
    }
    ck_assert_uint_eq(a.log.seq, seq + POLICY_CHANGES_MAX);
    for (int again = 0; again < 2; again++) {
        ck_assert_int_eq(name_a_holiday(POLICY_CHANGES_MAX, &fault), CW_REFUSED_SIZE);
        ck_assert_ptr_nonnull(strstr(fault.text, "256"));
        ck_assert_uint_eq(a.pending_count, 0);
        authority_close(&a);
        open_it(); /* as anybody would read it */
    }
    ck_assert_int_eq(name_a_holiday(7, &fault), CW_OK); /* changed before */
    ck_assert_int_eq(authority_policy(&a, "network.synthetic", "true", &fault), CW_OK);
    ck_assert_int_eq(authority_commit(&a, &fault), CW_OK);
}
END_TEST

START_TEST(policies_that_have_an_effect_are_signed)
{
    static const char *const good[][2] = {
        {"clock.M8.duration_s", "0"},       {"clock.M8.duration_s", "3153600000"},
        {"clock.M6.working_days", "1000"},  {"clock.M2.high.duration_s", "60"},
        {"clock.M8.told", "INSP, SUPT"},    {"clock.M8.waive", "none"},
        {"clock.M8.soon_s", "60"},          {"clock.M8.step_s", "60"},
        {"role.set.title", "any"},          {"role.lower.missing_risk", "INSP"},
        {"role.event.note", "SUPT"},        {"ladder.3", "SUPT"},
        {"ladder.beside", "FCR"},           {"calendar.2026-11-30", "holiday"},
        {"calendar.2026-12-25", "working"}, {"network.synthetic", "true"},
        {"network.synthetic", "false"},
    };
    uint64_t seq = a.log.seq;

    for (size_t i = 0; i < CW_COUNT(good); i++) {
        struct cw_fault fault = {0};

        ck_assert_msg(authority_policy(&a, good[i][0], good[i][1], &fault) == CW_OK, "%s %s: %s", good[i][0],
                      good[i][1], fault.text);
    }
    ck_assert_int_eq(authority_commit(&a, &(struct cw_fault){0}), CW_OK);
    ck_assert_uint_eq(a.log.seq, seq + CW_COUNT(good));
}
END_TEST

/* --- a log got back ------------------------------------------------------------------------------------------- */

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

static char elsewhere[96];

static void begin_two(void)
{
    begin();
    snprintf(elsewhere, sizeof(elsewhere), "%s-2", dir);
}

static void end_two(void)
{
    folder_remove(elsewhere);
    end();
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
    open_it();
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

Suite *suite_authority(void)
{
    Suite *s = suite_create("authority");
    TCase *t = tcase_create("certificates");

    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, a_replaced_certificate_is_superseded_by_the_same_batch);
    tcase_add_test(t, a_retired_certificate_is_not_superseded);
    tcase_add_test(t, an_expelled_daemon_is_revoked_and_no_member);
    tcase_add_test(t, keys_that_are_there_are_never_overwritten);
    tcase_add_test(t, writers_at_once_go_on_where_the_one_before_ended);
    tcase_add_test(t, a_writer_that_waited_too_long_is_told_who_has_the_folder);
    tcase_add_test(t, who_only_reads_waits_for_nobody);
    tcase_add_test(t, an_entry_that_is_there_is_never_overwritten);
    tcase_add_test(t, a_folder_knows_an_old_copy_from_a_branch);
    tcase_add_test(t, policies_that_would_have_no_effect_are_not_signed);
    tcase_add_test(t, a_change_of_policy_that_daemons_have_no_room_for_is_not_signed);
    tcase_add_test(t, policies_that_have_an_effect_are_signed);
    suite_add_tcase(s, t);
    t = tcase_create("a log got back");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, begin_two, end_two);
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
