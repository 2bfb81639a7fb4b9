/* SPDX-License-Identifier: Apache-2.0 */
#include "core/incarnation.h"

#include <check.h>

/* DESIGN.md §3: a plain crash continues; a reboot, restore, move or failed commit does not. */

static struct incarnation_facts plain(void)
{
    struct incarnation_facts f = {.anchor_readable = true, .device = 8, .inode = 99};

    memset(f.boot_id, 1, sizeof f.boot_id);
    memset(f.store_id, 2, sizeof f.store_id);
    memcpy(f.anchor.boot_id, f.boot_id, sizeof f.boot_id);
    memcpy(f.anchor.store_id, f.store_id, sizeof f.store_id);
    f.anchor.device = f.device;
    f.anchor.inode = f.inode;
    memset(&f.stored.log, 3, sizeof f.stored.log);
    memset(&f.stored.seal, 4, sizeof f.stored.seal);
    f.stored.seq = 100;
    f.anchor.head = f.stored;
    return f;
}

static enum incarnation_choice decide(const struct incarnation_facts *f)
{
    const char *why = NULL;
    enum incarnation_choice choice = incarnation_decide(f, &why);

    ck_assert_ptr_nonnull(why);
    return choice;
}

/* One bit for each thing that can be wrong; one wrong thing is enough, and never less than all right continues. */
enum {
    UNREADABLE = 1,
    FAILED = 2,
    BOOT = 4,
    STORE = 8,
    DEVICE = 16,
    INODE = 32,
    BACKUP = 64,
    FORK = 128,
    BEHIND = 256,
    OTHER_LOG = 512,
    OTHER_SEAL = 1024,
    OTHER_CERT = 2048,
    ALL = 4096
};

static struct incarnation_facts with(unsigned wrong)
{
    struct incarnation_facts f = plain();

    f.anchor_readable = (wrong & UNREADABLE) == 0;
    f.anchor.failed = (wrong & FAILED) != 0;
    f.boot_id[5] ^= (wrong & BOOT) != 0;
    f.store_id[5] ^= (wrong & STORE) != 0;
    f.device += (wrong & DEVICE) != 0;
    f.inode += (wrong & INODE) != 0;
    f.store_is_backup = (wrong & BACKUP) != 0;
    f.own_fork = (wrong & FORK) != 0;
    f.other_cert = (wrong & OTHER_CERT) != 0;
    f.anchor.head.seq += (wrong & BEHIND) != 0;
    f.anchor.head.log.b[0] ^= (wrong & OTHER_LOG) != 0;
    f.anchor.head.seal.b[0] ^= (wrong & OTHER_SEAL) != 0;
    return f;
}

START_TEST(only_a_store_with_nothing_wrong_continues)
{
    for (unsigned wrong = 0; wrong < ALL; wrong++) {
        struct incarnation_facts f = with(wrong);

        ck_assert_int_eq(decide(&f), wrong == 0 ? INCARNATION_CONTINUE : INCARNATION_NEW);
    }
}
END_TEST

START_TEST(a_crash_between_commit_and_anchor_continues)
{
    struct incarnation_facts f = plain();

    f.anchor.head.seq -= 3;
    f.anchor.head.seal.b[0] ^= 1;
    ck_assert_int_eq(decide(&f), INCARNATION_CONTINUE);
    memset(&f.anchor.head, 0, sizeof f.anchor.head); /* the first commit of all, not yet anchored */
    ck_assert_int_eq(decide(&f), INCARNATION_CONTINUE);
}
END_TEST

START_TEST(a_store_without_an_own_log_opens_its_first)
{
    struct incarnation_facts f = plain();

    memset(&f.stored, 0, sizeof f.stored);
    memset(&f.anchor.head, 0, sizeof f.anchor.head);
    ck_assert_int_eq(decide(&f), INCARNATION_FIRST);
    f.anchor_readable = false;
    ck_assert_int_eq(decide(&f), INCARNATION_FIRST);
    f.store_is_backup = true;
    ck_assert_int_eq(decide(&f), INCARNATION_FIRST);
}
END_TEST

START_TEST(an_anchor_reads_back_and_no_changed_byte_does)
{
    struct incarnation_facts f = plain();
    uint8_t bytes[ANCHOR_LEN];
    struct anchor back;

    for (int failed = 0; failed <= 1; failed++) {
        f.anchor.failed = failed == 1;
        anchor_encode(&f.anchor, bytes);
        ck_assert_int_eq(anchor_parse(slice(bytes, sizeof bytes), &back), CW_OK);
        ck_assert(back.failed == f.anchor.failed && back.head.seq == 100 && back.inode == 99 && back.device == 8);
        ck_assert(ID_EQ(&back.head.log, &f.anchor.head.log) && ID_EQ(&back.head.seal, &f.anchor.head.seal));
        ck_assert(memcmp(back.boot_id, f.anchor.boot_id, 16) == 0 && memcmp(back.store_id, f.anchor.store_id, 16) == 0);
        for (size_t i = 0; i < sizeof bytes; i++) {
            bytes[i] ^= 0x10;
            ck_assert_int_eq(anchor_parse(slice(bytes, sizeof bytes), &back), CW_LOCAL_CORRUPT);
            bytes[i] ^= 0x10;
        }
        for (size_t len = 0; len < sizeof bytes; len++)
            ck_assert_int_eq(anchor_parse(slice(bytes, len), &back), CW_LOCAL_CORRUPT);
    }
}
END_TEST

Suite *suite_incarnation(void)
{
    Suite *suite = suite_create("core/incarnation");
    TCase *c = tcase_create("incarnation");

    tcase_add_test(c, only_a_store_with_nothing_wrong_continues);
    tcase_add_test(c, a_crash_between_commit_and_anchor_continues);
    tcase_add_test(c, a_store_without_an_own_log_opens_its_first);
    tcase_add_test(c, an_anchor_reads_back_and_no_changed_byte_does);
    suite_add_tcase(suite, c);
    return suite;
}
