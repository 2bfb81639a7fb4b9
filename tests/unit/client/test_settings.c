/* SPDX-License-Identifier: Apache-2.0 */
/* Settings as init and join write them, a peer more, and the list of who listens where. */
#include "tests/unit/client/pairing.h"

#include <check.h>
#include <stdlib.h>

Suite *suite_settings(void);

static void write_north(const char *text)
{
    ck_assert_int_eq(folder_make(in_place("north"), 0755), CW_OK);
    ck_assert_int_eq(file_write(in_place("north/casewire.conf"), slice_of(text), 0644), CW_OK);
}

START_TEST(a_peer_is_added_once)
{
    struct host north = pairing.east;
    struct joining j;
    struct buf once = {0}, twice = {0};
    bool changed;

    answered(&j);
    write_north("division = \"NTH\"\n");
    snprintf(north.settings, sizeof(north.settings), "%s/north", pairing.place);
    ck_assert_int_eq(settings_add_peer(&north, &j, &changed, &pairing.fault), CW_OK);
    ck_assert(changed);
    text_of_file(in_place("north/casewire.conf"), &once);
    ck_assert_ptr_nonnull(
        strstr((const char *)once.data, "division = \"NTH\"\n\npeer \"east\" {\n    division  = \"EST\"\n"));
    ck_assert_int_eq(settings_add_peer(&north, &j, &changed, &pairing.fault), CW_OK);
    ck_assert(!changed);
    text_of_file(in_place("north/casewire.conf"), &twice);
    ck_assert(slice_eq(buf_slice(&once), buf_slice(&twice)));
    buf_done(&once);
    buf_done(&twice);
    joining_done(&j);
}
END_TEST

START_TEST(another_peer_of_its_name_is_left_to_a_person)
{
    static const char before[] = "division = \"NTH\"\n  peer \"east\" {\n}\n";
    struct host north = pairing.east;
    struct joining j;
    struct buf after = {0};
    bool changed;

    answered(&j);
    write_north(before);
    snprintf(north.settings, sizeof(north.settings), "%s/north", pairing.place);
    ck_assert_int_eq(settings_add_peer(&north, &j, &changed, &pairing.fault), CW_USAGE_ORDER);
    ck_assert(!changed);
    text_of_file(in_place("north/casewire.conf"), &after);
    ck_assert_str_eq((const char *)after.data, before);
    buf_done(&after);
    joining_done(&j);
}
END_TEST

START_TEST(members_are_remembered_and_a_damaged_list_is_refused)
{
    struct members *back = calloc(1, sizeof(*back));

    ck_assert_ptr_nonnull(back);
    ck_assert_int_eq(members_load(pairing.dir, back, &pairing.fault), CW_OK); /* none yet */
    ck_assert_uint_eq(back->count, 0);
    ck_assert_int_eq(members_save(pairing.dir, pairing.members, &pairing.fault), CW_OK);
    ck_assert_int_eq(members_load(pairing.dir, back, &pairing.fault), CW_OK);
    ck_assert_uint_eq(back->count, 1);
    ck_assert_str_eq(back->at[0].address, "tcp://north.example:4700");
    /* A host that moved. */
    ck_assert_int_eq(
        members_add(back, &back->at[0].cert, slice_of("north"), slice_of("tcp://192.0.2.9:4700"), &pairing.fault),
        CW_OK);
    ck_assert_uint_eq(back->count, 1);
    ck_assert_str_eq(back->at[0].address, "tcp://192.0.2.9:4700");
    snprintf(back->at[0].address, sizeof(back->at[0].address), "tcp://a\"b:4700");
    ck_assert_int_eq(members_save(pairing.dir, back, &pairing.fault), CW_OK);
    ck_assert_int_eq(members_load(pairing.dir, back, &pairing.fault), CW_LOCAL_CORRUPT);
    ck_assert_ptr_nonnull(strstr(pairing.fault.text, "line 1"));
    free(back);
}
END_TEST

START_TEST(a_name_gives_a_code)
{
    static const char *const names[][2] = {
        {"north", "NTH"}, {"k9-unit", "K9UNIT"}, {"a-division-of-24-letters", "ADIVISIONOF24LET"}};
    char code[DIVISION_LEN_MAX + 1];

    for (size_t i = 0; i < CW_COUNT(names); i++) {
        division_code_of(names[i][0], code);
        ck_assert_str_eq(code, names[i][1]);
    }
}
END_TEST

static const char *next_word_of(const char *word)
{
    static char text[64];
    FILE *out = fmemopen(text, sizeof(text), "w");

    ck_assert_ptr_nonnull(out);
    next_word(out, word);
    ck_assert_int_eq(fclose(out), 0);
    return text;
}

START_TEST(a_word_is_typed_as_a_shell_takes_it)
{
    ck_assert_str_eq(next_word_of("/srv/authority-2/north_a.bundle"), "/srv/authority-2/north_a.bundle");
    ck_assert_str_eq(next_word_of("its own"), "'its own'");
    ck_assert_str_eq(next_word_of("$(x);`y`&"), "'$(x);`y`&'");
    ck_assert_str_eq(next_word_of("it's"), "'it'\\''s'");
    ck_assert_str_eq(next_word_of("~"), "'~'");
    ck_assert_str_eq(next_word_of(""), "''");
}
END_TEST

START_TEST(the_unit_is_named_where_it_finds_every_folder)
{
    struct host host = {.title = "east",
                        .settings = "/etc/casewire/east",
                        .state = "/var/lib/casewire/east",
                        .run = "/run/casewire/east"};
    char text[512] = "";
    FILE *out = fmemopen(text, sizeof(text), "w");

    ck_assert_ptr_nonnull(out);
    next_begin(out, &host, "--bundle", "b");
    next_join(out, &host);
    ck_assert_int_eq(fclose(out), 0);
    ck_assert_str_eq(text, "  next: systemctl enable --now casewire.target casewired@east\n"
                           "        casewire authority publish --bundle b --socket /run/casewire/east/admin.sock\n"
                           "casewire join east.bundle");
    snprintf(host.state, sizeof(host.state), "/srv/east");
    ck_assert(!host_is_units(&host));
}
END_TEST

Suite *suite_settings(void)
{
    Suite *s = suite_create("settings");
    TCase *settings = tcase_create("settings");

    tcase_add_checked_fixture(settings, pairing_begin, pairing_end);
    tcase_add_test(settings, a_peer_is_added_once);
    tcase_add_test(settings, another_peer_of_its_name_is_left_to_a_person);
    tcase_add_test(settings, members_are_remembered_and_a_damaged_list_is_refused);
    tcase_add_test(settings, a_name_gives_a_code);
    tcase_add_test(settings, a_word_is_typed_as_a_shell_takes_it);
    tcase_add_test(settings, the_unit_is_named_where_it_finds_every_folder);
    suite_add_tcase(s, settings);
    return s;
}
