/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/conf/reading.h"

#include "conf/table.h"

#include <check.h>
#include <stdlib.h>

/* --- hostile and mistaken ------------------------------------------------------------------------------- */

START_TEST(every_mistake_is_told_with_its_line)
{
    check_refused("division = \"north\"\n"
                  "map_size = \"huge\"\n"
                  "workers = \"-1\"\n"
                  "log_level = \"loud\"\n",
                  "north.conf:1: division: \"north\" is not a division's code");
    ck_assert_ptr_nonnull(strstr(told(), "north.conf:2: map_size: \"huge\" is not a size from 1 MiB to 64 TiB"));
    ck_assert_ptr_nonnull(strstr(told(), "north.conf:3: workers: \"-1\" is not a number from 0 to 64"));
    ck_assert_ptr_nonnull(strstr(told(), "north.conf:4: log_level: \"loud\" is not one of"));
    ck_assert_ptr_nonnull(strstr(told(), "north.conf: key is not set"));
    ck_assert_ptr_null(strstr(told(), "division is not set")); /* it was, wrongly: told once */
}
END_TEST

START_TEST(what_does_not_end_is_told_where_it_begins)
{
    check_refused("division = \"NTH\"\npeer \"east\" {\n division = \"EST\"\n\nnetwork_genesis = \"/g\"\n",
                  "north.conf:2: this section never ends: a line with } is missing");
    ck_assert_uint_eq(problems.count, 1); /* and not what it swallowed */
    check_refused(REQUIRED "peer \"east\" {\n division = \"EST\"\n" PEER,
                  "north.conf:5: this section does not end before the next one begins");
    check_refused(REQUIRED "peer \"east\" {\n division = \"EST\"\nlog_level = \"debug\"\n}\n",
                  "north.conf:7: log_level: is no setting of a peer");
    check_refused("division = \"NTH\nnetwork_genesis = \"/g\"\n",
                  "north.conf:1: a quoted text begins here and does not end");
    check_refused(REQUIRED "}\n", "north.conf:5: unexpected closing brace");
    ck_assert_int_eq(setenv("CW_TEST_ADDRESS", "tcp://192.0.2.7:4700", 1), 0);
    ck_assert_msg(parse(REQUIRED
                        "peer \"west\" {\n division = \"WST\"\n address = ${CW_TEST_ADDRESS}\n curve_key = \"" KEY_TEXT
                        "\"\n}\n") == CW_OK,
                  "%s", told());
}
END_TEST

START_TEST(an_unknown_name_gets_the_one_that_was_meant)
{
    check_refused(REQUIRED "map_sise = \"1 GiB\"\n", "north.conf:5: map_sise: no such setting; did you mean map_size?");
    check_refused(REQUIRED "listen_peer = \"tcp://*:1\"\n", "did you mean listen_peers?");
    check_refused(REQUIRED "peers \"west\" {\n}\n",
                  "north.conf:5: peers: no such section; did you mean peer \"NAME\" { ... }?");
    check_refused(REQUIRED "Peer \"west\" {\n}\n", "north.conf:5: Peer: no such section; did you mean peer");
    check_refused(REQUIRED "PEERS \"west\" {\n}\n", "north.conf:5: PEERS: no such section; did you mean peer");
    check_refused(REQUIRED "quux = \"1\"\n", "quux: no such setting; casewired --help lists them");
    check_refused(REQUIRED "peer \"west\" {\n adress = \"x\"\n}\n",
                  "north.conf:6: adress: no such setting; did you mean address?");
}
END_TEST

START_TEST(what_is_wrong_beside_an_unknown_name_is_told_too)
{
    check_refused(REQUIRED "map_sise = \"1 GiB\"\nquux = 7\nlog_level = \"loud\"\n" PEER
                           "peer \"east\" {\n division = \"EST\"\n adress = \"x\"\n}\nfoo = \"=\" # bar = 1\n",
                  "north.conf:5: map_sise: no such setting; did you mean map_size?");
    ck_assert_ptr_nonnull(strstr(told(), "north.conf:6: quux: no such setting"));
    ck_assert_ptr_nonnull(strstr(told(), "north.conf:7: log_level: \"loud\" is not"));
    ck_assert_ptr_nonnull(strstr(told(), "adress: no such setting; did you mean address?"));
    ck_assert_ptr_nonnull(strstr(told(), "peer: address is not set"));
    ck_assert_ptr_nonnull(strstr(told(), "foo: no such setting"));
    ck_assert_ptr_null(strstr(told(), "bar"));
}
END_TEST

START_TEST(what_must_be_set_is_asked_for)
{
    check_refused("", "north.conf: division is not set");
    ck_assert_ptr_nonnull(strstr(told(), "network_genesis is not set"));
    ck_assert_ptr_nonnull(strstr(told(), "certificate is not set"));
    ck_assert_ptr_nonnull(strstr(told(), "key is not set"));
    check_refused(REQUIRED "peer \"west\" {\n division = \"WST\"\n}\n", "peer: address is not set");
    ck_assert_ptr_nonnull(strstr(told(), "peer: curve_key is not set"));
    check_refused(REQUIRED "peer \"west\" {\n}\n", "peer: division is not set");
}
END_TEST

START_TEST(a_setting_is_set_once)
{
    check_refused(REQUIRED "division = \"EST\"\n", "north.conf:5: division: is set twice");
    ck_assert_str_eq(settings.division, "NTH");
    check_refused(REQUIRED "peer \"west\" {\n division = \"WST\"\n division = \"EST\"\n}\n", "division: is set twice");
}
END_TEST

START_TEST(broken_syntax_is_refused_with_its_line)
{
    static const char *const broken[] = {
        "division\n",
        "division =\n",
        "division = \n\n",
        "= \"x\"\n",
        "peer\n",
        "peer {\n}\n",
        "peer \"west\"\n",
        "peer \"west\" {\n",
        "peer \"west\" { division = \"WST\"\n",
        "}\n",
        "division = \"NTH\n",
        "division = 'NTH\n",
        "division { }\n",
        "peer = \"west\"\n",
        "/* never ends\n",
        "division = {\"NTH\"}\n",
        "division += \"NTH\"\n",
        "include(\"/etc/passwd\")\n",
        "\"division\" = \"NTH\"\"\n",
        "peer \"west\" { peer \"east\" { } }\n",
    };

    for (size_t i = 0; i < CW_COUNT(broken); i++) { /* everything that must be set is set: only the syntax is wrong */
        char text[512];

        (void)snprintf(text, sizeof text, REQUIRED "%s", broken[i]);
        ck_assert_msg(parse(text) == CW_LOCAL_CONFIG, "accepted: %s", broken[i]);
        ck_assert_msg(problems.count > 0, "refused without a word: %s", broken[i]);
    }
}
END_TEST

START_TEST(lines_are_counted_through_comments)
{
    static const struct {
        const char *before;
        int line;
    } cases[] = {
        {"", 1},
        {"# one\n# two\n\n", 4},
        {"// one\n", 2},
        {"/* one */\n", 2},
        {"/* one\n two\n*/\n", 4},
        {"lab = no # it's not\n", 2},
        {"run_dir = \"/a # b\"\n", 2},
        {"run_dir = '/a // b\\' c'\n", 2},
        {"listen_peers = tcp://h:1 // not the slashes before\n", 2},
        {"run_dir = \"/*\"\n# */\n", 3},
    };

    for (size_t i = 0; i < CW_COUNT(cases); i++) {
        char text[512], expected[64];

        (void)snprintf(text, sizeof text, "%sfoo bar\n", cases[i].before);
        (void)snprintf(expected, sizeof expected, "north.conf:%d: foo: no such setting", cases[i].line);
        check_refused(text, expected);
        ck_assert_msg(problems.count == 1, "%s", told());
    }
    check_refused("\n/* x\n", "north.conf:2: a comment begins here and never ends");
    check_refused(REQUIRED "lab = \\yes\n", "north.conf:5: a backslash outside quotes");
}
END_TEST

START_TEST(control_characters_are_refused_and_never_printed)
{
    struct cw_slice zero = slice("division = \"N\0TH\"\n", 18);

    check_refused("division = \"N\x1b[2JTH\"\n", "north.conf:1: a control character (1b)");
    memset(&problems, 0, sizeof problems);
    ck_assert_int_eq(settings_parse(zero, "north.conf", &settings, &problems), CW_LOCAL_CONFIG);
    ck_assert_ptr_nonnull(strstr(told(), "a control character (00)"));
    check_refused("division = \"\\x1b[2J\"\n", "division: \"?[2J\" is not"); /* an escape in the syntax itself */
}
END_TEST

START_TEST(a_file_that_is_too_long_is_refused)
{
    static char text[SETTINGS_LEN_MAX + 2];

    memset(text, '\n', sizeof text - 1);
    check_refused(text, "is longer than 65536 bytes");
}
END_TEST

START_TEST(values_at_their_bounds)
{
    char text[2048], path[SETTINGS_PATH_LEN_MAX + 2];

    memset(path, 'p', sizeof path);
    path[0] = '/';
    path[SETTINGS_PATH_LEN_MAX] = '\0';
    (void)snprintf(text, sizeof text, REQUIRED "state_dir = \"%s\"\n", path);
    ck_assert_msg(parse(text) == CW_OK, "%s", told());
    path[SETTINGS_PATH_LEN_MAX] = 'p';
    path[SETTINGS_PATH_LEN_MAX + 1] = '\0';
    (void)snprintf(text, sizeof text, REQUIRED "state_dir = \"%s\"\n", path);
    ck_assert_int_eq(parse(text), CW_LOCAL_CONFIG);

    ck_assert_int_eq(parse(REQUIRED "map_size = \"64 TiB\"\n"), CW_OK);
    ck_assert_int_eq(parse(REQUIRED "map_size = \"65 TiB\"\n"), CW_LOCAL_CONFIG);
    /* 2^64 bytes and 1 GiB, and 2^44 MiB and 1 GiB: what an overflow would take for 1 GiB */
    ck_assert_int_eq(parse(REQUIRED "map_size = \"18446744074783293440\"\n"), CW_LOCAL_CONFIG);
    ck_assert_int_eq(parse(REQUIRED "map_size = \"17592186045440 MiB\"\n"), CW_LOCAL_CONFIG);
    ck_assert_int_eq(parse(REQUIRED "map_size = \"18446744073709551615 TiB\"\n"), CW_LOCAL_CONFIG);
    ck_assert_int_eq(parse(REQUIRED "map_size = \"1 mib\"\n"), CW_LOCAL_CONFIG);
    ck_assert_int_eq(parse(REQUIRED "map_size = \"1 MiB \"\n"), CW_LOCAL_CONFIG);
    ck_assert_int_eq(parse(REQUIRED "map_size = \"\"\n"), CW_LOCAL_CONFIG);
    ck_assert_int_eq(parse(REQUIRED "workers = 64\n"), CW_OK);
    ck_assert_int_eq(parse(REQUIRED "workers = \"1 MiB\"\n"), CW_LOCAL_CONFIG);
    ck_assert_int_eq(parse(REQUIRED "lab = \"true\"\n"), CW_LOCAL_CONFIG);
}
END_TEST

START_TEST(addresses_are_checked)
{
    static const struct {
        const char *text;
        bool listen, peer;
    } cases[] = {
        {"tcp://127.0.0.1:4700", true, true},
        {"tcp://north.example:4700", true, true},
        {"tcp://[2001:db8::7]:4700", true, true},
        {"tcp://*:4700", true, false},
        {"tcp://127.0.0.1:*", true, false},
        {"tcp://127.0.0.1:0", false, false},
        {"tcp://127.0.0.1:65536", false, false},
        {"tcp://127.0.0.1", false, false},
        {"tcp://:4700", false, false},
        {"tcp://a b:4700", false, false},
        {"tcp://[:4700", false, false},
        {"tcp://[]:4700", false, false},
        {"tcp://[::1]x:4700", false, false},
        {"ipc:///tmp/x:1", false, false},
        {"127.0.0.1:4700", false, false},
        {"tcp:", false, false},
        {"", false, false},
    };

    for (size_t i = 0; i < CW_COUNT(cases); i++) {
        char text[512];

        (void)snprintf(text, sizeof text, REQUIRED "listen_peers = \"%s\"\n", cases[i].text);
        ck_assert_msg((parse(text) == CW_OK) == cases[i].listen, "listen: %s", cases[i].text);
        (void)snprintf(text, sizeof text,
                       REQUIRED "peer \"w\" { division = \"WST\" address = \"%s\" curve_key = \"" KEY_TEXT "\" }\n",
                       cases[i].text);
        ck_assert_msg((parse(text) == CW_OK) == cases[i].peer, "peer: %s\n%s", cases[i].text, told());
    }
}
END_TEST

START_TEST(more_mistakes_than_are_kept_are_counted)
{
    static char text[16384];
    size_t len = 0;

    for (int i = 0; i < PROBLEMS_MAX + 9; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "lab = \"x\"\n");
    ck_assert_int_eq(parse(text), CW_LOCAL_CONFIG);
    ck_assert_uint_eq(problems.count, PROBLEMS_MAX);
    ck_assert_uint_eq(problems.more, 9 + 4); /* and the four that must be set */
}
END_TEST

/* --- what is right -------------------------------------------------------------------------------------------- */

START_TEST(defaults_stand_where_nothing_is_said)
{
    ck_assert_msg(parse(REQUIRED) == CW_OK, "%s", told());
    ck_assert_str_eq(settings.division, "NTH");
    ck_assert_str_eq(settings.state_dir, "/var/lib/casewire");
    ck_assert_str_eq(settings.admin_socket, "/run/casewire/admin.sock");
    ck_assert_str_eq(settings.listen_metrics, "/run/casewire/metrics.sock");
    ck_assert_str_eq(settings.passphrase, "");
    ck_assert_uint_eq(settings.map_size, (uint64_t)1 << 40);
    ck_assert_uint_eq(settings.credit_peer, 1 << 20);
    ck_assert_uint_eq(settings.low_water, 0);
    ck_assert_uint_eq(settings.log_level, 1);
    ck_assert(settings.strict_memory);
    ck_assert(!settings.lab);
    ck_assert_uint_eq(settings.peer_count, 0);
}
END_TEST

START_TEST(whoever_watches_asks_on_this_machine_only)
{
    static const char *const good[] = {"off", "/run/w.sock", "tcp://127.0.0.1:4705", "tcp://[::1]:4705"};
    static const char *const bad[] = {"on",
                                      "tcp://*:4705",
                                      "tcp://0.0.0.0:4705",
                                      "tcp://localhost:4705",
                                      "tcp://127.0.0.1:*",
                                      "tcp://127.0.0.1:0",
                                      "tcp://192.0.2.1:4705",
                                      "metrics.sock",
                                      "tcp://127.0.0.1:4705x"};
    char text[400];

    for (size_t i = 0; i < CW_COUNT(good); i++) {
        (void)snprintf(text, sizeof text, REQUIRED "listen_metrics = \"%s\"\n", good[i]);
        ck_assert_msg(parse(text) == CW_OK, "%s", told());
        ck_assert_str_eq(settings.listen_metrics, good[i]);
    }
    for (size_t i = 0; i < CW_COUNT(bad); i++) {
        (void)snprintf(text, sizeof text, REQUIRED "listen_metrics = \"%s\"\n", bad[i]);
        check_refused(text, "north.conf:5: listen_metrics:");
    }
}
END_TEST

START_TEST(what_is_said_is_read)
{
    ck_assert_msg(parse(REQUIRED PEER "run_dir = \"/r\"\nadmin_socket = \"/r/a\"\nmap_size = 2 GiB\nlab = yes\n") ==
                      CW_LOCAL_CONFIG, /* a size has a space: without quotes it is two words */
                  "%s", told());
    ck_assert_msg(parse(REQUIRED PEER
                        "run_dir = \"/r\"\nadmin_socket = \"/r/a\"\nmap_size = \"2 GiB\"\nreserve = 64KiB\nlab = yes\n"
                        "log_level = 'debug' # quiet is the default\n"
                        "peer east { division = EST; address = \"tcp://e:1\"; curve_key = \"" KEY_TEXT
                        "\" }\n") == CW_LOCAL_CONFIG, /* nor do lines end in a semicolon */
                  "%s", told());
    ck_assert_msg(parse(REQUIRED PEER
                        "run_dir = \"/r\"\nadmin_socket = \"/r/a\"\nmap_size = \"2 GiB\"\nreserve = 64KiB\nlab = yes\n"
                        "log_level = 'debug' # quiet is the default\n"
                        "peer east { division = EST address = \"tcp://e:1\" curve_key = \"" KEY_TEXT "\" }\n") == CW_OK,
                  "%s", told());
    ck_assert_str_eq(settings.admin_socket, "/r/a");
    ck_assert_uint_eq(settings.map_size, (uint64_t)2 << 30);
    ck_assert_uint_eq(settings.reserve, 64 << 10);
    ck_assert(settings.lab);
    ck_assert_uint_eq(settings.log_level, 0);
    ck_assert_uint_eq(settings.peer_count, 2);
    ck_assert_str_eq(settings.peers[0].title, "west");
    ck_assert_str_eq(settings.peers[0].division, "WST");
    ck_assert_str_eq(settings.peers[0].address, "tcp://192.0.2.7:4700");
    ck_assert_uint_eq(settings.peers[0].curve_key[1], 0x11);
    ck_assert_int_eq(settings.peers[0].line, 9);
    ck_assert_str_eq(settings.peers[1].title, "east");
    ck_assert_str_eq(settings.peers[1].division, "EST");
}
END_TEST

START_TEST(a_variable_of_the_environment_is_put_in)
{
    ck_assert_int_eq(setenv("CW_TEST_STATE", "/var/lib/casewire/north", 1), 0);
    ck_assert_msg(parse(REQUIRED "state_dir = \"${CW_TEST_STATE}\"\n") == CW_OK, "%s", told());
    ck_assert_str_eq(settings.state_dir, "/var/lib/casewire/north");
}
END_TEST

START_TEST(every_row_reads_its_own_default)
{
    for (size_t i = 0; i < settings_table_count; i++) {
        const struct setting *row = &settings_table[i];
        char expected[SETTING_EXPECTED_LEN_MAX];

        ck_assert_uint_gt(strlen(row->sentence), 10);
        if (row->fallback != NULL && row->fallback[0] != '\0')
            ck_assert_msg(setting_read(row, row->fallback, &settings, expected), "%s", row->name);
    }
}
END_TEST

START_TEST(sizes_are_written_in_the_largest_unit)
{
    static const struct {
        uint64_t len;
        const char *text;
    } cases[] = {{0, "0"},
                 {1, "1 B"},
                 {1023, "1023 B"},
                 {1024, "1 KiB"},
                 {(uint64_t)64 << 20, "64 MiB"},
                 {(uint64_t)1 << 40, "1 TiB"},
                 {((uint64_t)1 << 40) + 1, "1099511627777 B"}};

    for (size_t i = 0; i < CW_COUNT(cases); i++) {
        char text[SETTING_SIZE_TEXT_LEN];

        setting_size_text(cases[i].len, text);
        ck_assert_str_eq(text, cases[i].text);
    }
}
END_TEST

/* --- printed from the same table --------------------------------------------------------------------------------- */

static const char *printed(void (*print)(FILE *))
{
    static char text[32768];
    FILE *out = fmemopen(text, sizeof text, "w");

    ck_assert_ptr_nonnull(out);
    print(out);
    ck_assert_int_eq(fclose(out), 0);
    return text;
}

START_TEST(help_and_manual_name_every_setting)
{
    void (*const prints[])(FILE *) = {settings_print_help, settings_print_markdown, settings_print_example,
                                      settings_print_scdoc};

    for (size_t p = 0; p < CW_COUNT(prints); p++) {
        const char *text = printed(prints[p]);

        for (size_t i = 0; i < settings_table_count; i++)
            ck_assert_msg(strstr(text, settings_table[i].name) != NULL, "%s", settings_table[i].name);
        for (size_t i = 0; i < settings_peer_table_count; i++)
            ck_assert_msg(strstr(text, settings_peer_table[i].name) != NULL, "%s", settings_peer_table[i].name);
    }
}
END_TEST

START_TEST(docs_security_holds_the_table_as_printed)
{
    static char manual[65536];
    FILE *in = fopen("docs/security.md", "r");

    ck_assert_ptr_nonnull(in);
    manual[fread(manual, 1, sizeof manual - 1, in)] = '\0';
    ck_assert_int_eq(fclose(in), 0);
    ck_assert_msg(strstr(manual, printed(settings_print_markdown)) != NULL,
                  "docs/security.md is behind the table: replace its last section with settings_print_markdown's text");
}
END_TEST

START_TEST(the_example_asks_for_what_must_be_set_and_nothing_else)
{
    ck_assert_int_eq(parse(printed(settings_print_example)), CW_LOCAL_CONFIG);
    ck_assert_uint_eq(problems.count, 4); /* the four empty ones */
}
END_TEST

/* The example with every comment sign taken away is the defaults, spelt out. */
START_TEST(the_examples_defaults_are_the_defaults)
{
    static struct settings plain;
    char text[32768];
    size_t len = (size_t)snprintf(text, sizeof text, "%s", REQUIRED);

    ck_assert_int_eq(parse(REQUIRED), CW_OK);
    plain = settings;
    ck_assert_int_eq(settings_line(&settings, "key"), 4);
    ck_assert_int_eq(settings_line(&settings, "workers"), 0);
    for (size_t i = 0; i < settings_table_count; i++) {
        if (settings_table[i].fallback != NULL && settings_table[i].fallback[0] != '\0')
            len += (size_t)snprintf(text + len, sizeof text - len, "%s = \"%s\"\n", settings_table[i].name,
                                    settings_table[i].fallback);
    }
    ck_assert_msg(parse(text) == CW_OK, "%s", told());
    ck_assert_int_ne(settings_line(&settings, "workers"), 0); /* where they stand is the one difference */
    memcpy(settings.lines, plain.lines, sizeof settings.lines);
    ck_assert_mem_eq(&settings, &plain, sizeof settings);
}
END_TEST

Suite *suite_settings(void)
{
    Suite *suite = suite_create("settings");
    TCase *t = tcase_create("settings");

    tcase_add_test(t, every_mistake_is_told_with_its_line);
    tcase_add_test(t, an_unknown_name_gets_the_one_that_was_meant);
    tcase_add_test(t, what_is_wrong_beside_an_unknown_name_is_told_too);
    tcase_add_test(t, what_must_be_set_is_asked_for);
    tcase_add_test(t, a_setting_is_set_once);
    tcase_add_test(t, broken_syntax_is_refused_with_its_line);
    tcase_add_test(t, lines_are_counted_through_comments);
    tcase_add_test(t, what_does_not_end_is_told_where_it_begins);
    tcase_add_test(t, control_characters_are_refused_and_never_printed);
    tcase_add_test(t, a_file_that_is_too_long_is_refused);
    tcase_add_test(t, values_at_their_bounds);
    tcase_add_test(t, addresses_are_checked);
    tcase_add_test(t, more_mistakes_than_are_kept_are_counted);
    tcase_add_test(t, defaults_stand_where_nothing_is_said);
    tcase_add_test(t, whoever_watches_asks_on_this_machine_only);
    tcase_add_test(t, what_is_said_is_read);
    tcase_add_test(t, a_variable_of_the_environment_is_put_in);
    tcase_add_test(t, every_row_reads_its_own_default);
    tcase_add_test(t, sizes_are_written_in_the_largest_unit);
    tcase_add_test(t, help_and_manual_name_every_setting);
    tcase_add_test(t, docs_security_holds_the_table_as_printed);
    tcase_add_test(t, the_example_asks_for_what_must_be_set_and_nothing_else);
    tcase_add_test(t, the_examples_defaults_are_the_defaults);
    suite_add_tcase(suite, t);
    return suite;
}
