/* SPDX-License-Identifier: Apache-2.0 */
/* Where the unit lets the daemon write, read from the unit that we ship and from drop-ins: never guessed. */
#include "conf/unit.h"

#include "host/file.h"

#include <check.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

Suite *suite_unit(void);

static char root[64], config[FILE_PATH_LEN_MAX];
static struct unit unit;
static struct settings settings;
static struct problems warnings;

#define SET(name, value) snprintf(settings.name, sizeof settings.name, "%s", value)

/* --- a machine's unit files, below a folder ------------------------------------------------------------------- */

static void put(const char *path, const char *text)
{
    char whole[FILE_PATH_LEN_MAX];
    struct refusal why = {0};

    snprintf(whole, sizeof whole, "%s%s", root, path);
    for (char *slash = strchr(whole + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(whole, 0755);
        *slash = '/';
    }
    ck_assert_msg(file_write(whole, slice_of(text), 0644, &why) == CW_OK, "%s", why.text);
}

/* As `make install` does, with the settings below our folder. */
static void put_template(void)
{
    struct buf in = {0}, out = {0};
    const char *at, *mark;

    ck_assert_int_eq(file_read("systemd/casewired@.service.in", 65536, FILE_PUBLIC, &in, NULL), CW_OK);
    ck_assert_int_eq(buf_add(&in, slice((const uint8_t *)"", 1)), CW_OK);
    for (at = (const char *)in.data; (mark = strstr(at, "@ETC@")) != NULL; at = mark + 5) {
        ck_assert_int_eq(buf_add(&out, slice((const uint8_t *)at, (size_t)(mark - at))), CW_OK);
        ck_assert_int_eq(buf_add(&out, slice_of(root)), CW_OK);
        ck_assert_int_eq(buf_add(&out, slice_of("/etc/casewire")), CW_OK);
    }
    ck_assert_int_eq(buf_add(&out, slice((const uint8_t *)at, strlen(at) + 1)), CW_OK);
    put("/usr/lib/systemd/system/casewired@.service", (const char *)out.data);
    buf_done(&in);
    buf_done(&out);
}

static void begin(void)
{
    snprintf(root, sizeof root, "/tmp/casewire-unit.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(root));
    put_template();
    put("/etc/casewire/north/casewire.conf", "");
    snprintf(config, sizeof config, "%s/etc/casewire/north/casewire.conf", root);
    settings = (struct settings){.file = "north.conf",
                                 .state_dir = "/var/lib/casewire/north",
                                 .run_dir = "/run/casewire/north",
                                 .admin_socket = "/run/casewire/north/admin.sock",
                                 .listen_metrics = "/run/casewire/north/metrics.sock"};
}

static int drop(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

static void end(void)
{
    ck_assert_int_eq(nftw(root, drop, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* What is said of these settings, a line each. */
static const char *told(void)
{
    static char text[PROBLEMS_MAX * (PROBLEM_TEXT_LEN_MAX + 1)];
    size_t len = 0;

    text[0] = '\0';
    warnings = (struct problems){0};
    ck_assert(unit_find(root, config, &unit));
    unit_check_folders(&unit, &settings, &warnings);
    for (uint32_t i = 0; i < warnings.count; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s\n", warnings.text[i]);
    return text;
}

static void drop_in(const char *says)
{
    char text[4096];

    snprintf(text, sizeof text, "[Service]\n%s\n", says);
    put("/etc/systemd/system/casewired@north.service.d/ours.conf", text);
}

static bool cannot(const char *path)
{
    ck_assert(unit_find(root, config, &unit));
    return unit_cannot_write(&unit, path);
}

/* --- the unit as it is ------------------------------------------------------------------------------------------ */

START_TEST(the_folders_of_the_unit_are_right)
{
    ck_assert_str_eq(told(), "");
    ck_assert_str_eq(unit.instance, "north");
    ck_assert(!cannot("/var/lib/private/casewire/north/store"));
    ck_assert(!cannot("/tmp/x"));
    ck_assert(cannot("/var/lib/casewire/northern"));
    ck_assert(cannot("/var/lib/casewire/south"));
    ck_assert(cannot("/etc/casewire/north"));
}
END_TEST

START_TEST(a_folder_elsewhere_is_told_with_what_a_drop_in_says)
{
    SET(state_dir, "/srv/store");
    SET(admin_socket, "/run/keepers/admin.sock");
    SET(listen_metrics, "/var/lib/watch/metrics.sock");
    ck_assert_str_eq(
        told(),
        "north.conf: state_dir: casewired@north.service cannot write /srv/store; a drop-in (systemctl edit "
        "casewired@north) says below [Service]: ReadWritePaths=/srv/store (a folder of the user casewire-north, whom "
        "you "
        "make)\n"
        "north.conf: admin_socket: casewired@north.service cannot write /run/keepers; a drop-in (systemctl edit "
        "casewired@north) says below [Service]: RuntimeDirectory=keepers\n"
        "north.conf: listen_metrics: casewired@north.service cannot write /var/lib/watch; a drop-in (systemctl edit "
        "casewired@north) says below [Service]: StateDirectory=watch\n");
    drop_in("ReadWritePaths=/srv/store\nRuntimeDirectory=keepers\nStateDirectory=watch");
    ck_assert_str_eq(told(), "");
}
END_TEST

START_TEST(a_setting_that_was_left_out_is_set_to_the_units_own)
{
    SET(state_dir, "/var/lib/casewire");
    ck_assert_str_eq(told(), "north.conf: state_dir: casewired@north.service cannot write /var/lib/casewire; it can "
                             "/var/lib/casewire/north: set that\n");
}
END_TEST

START_TEST(a_place_that_is_no_path_is_not_looked_at)
{
    SET(listen_metrics, "tcp://127.0.0.1:4705");
    ck_assert_str_eq(told(), "");
    SET(listen_metrics, "off");
    ck_assert_str_eq(told(), "");
}
END_TEST

/* --- drop-ins ----------------------------------------------------------------------------------------------------- */

START_TEST(the_innermost_path_that_is_named_decides)
{
    drop_in("ReadWritePaths=-/srv +/data/\nReadOnlyPaths=/srv/kept\nInaccessiblePaths=/srv/kept/none");
    ck_assert(!cannot("/srv"));
    ck_assert(!cannot("/srv/store"));
    ck_assert(!cannot("/data/x"));
    ck_assert(cannot("/srv/kept/x"));
    drop_in("ReadWritePaths=/srv\nReadOnlyPaths=/srv");
    ck_assert_msg(!cannot("/srv/x"), "both are said of one folder: not for us to tell");
}
END_TEST

START_TEST(an_empty_value_takes_back_what_its_directive_said)
{
    drop_in("ReadWritePaths=/srv\nReadWritePaths=\nRuntimeDirectory=\nRuntimeDirectory=other/%i");
    ck_assert(cannot("/srv"));
    ck_assert(cannot("/run/casewire/north"));
    ck_assert(!cannot("/run/other/north"));
    ck_assert(!cannot("/var/lib/casewire/north"));
}
END_TEST

START_TEST(drop_ins_of_all_instances_and_of_all_units_count)
{
    put("/usr/lib/systemd/system/casewired@.service.d/a.conf", "[Service]\nReadWritePaths=/a\n");
    put("/run/systemd/system/service.d/b.conf", "[Service]\nReadWritePaths=/b\n");
    put("/etc/systemd/system/casewired@south.service.d/c.conf", "[Service]\nReadWritePaths=/c\n");
    put("/etc/systemd/system/casewired@north.service.d/d.txt", "[Service]\nReadWritePaths=/d\n");
    ck_assert(!cannot("/a"));
    ck_assert(!cannot("/b"));
    ck_assert(cannot("/c"));
    ck_assert(cannot("/d"));
}
END_TEST

START_TEST(a_drop_in_hides_one_of_its_name_further_down)
{
    put("/usr/lib/systemd/system/casewired@north.service.d/ours.conf", "[Service]\nReadWritePaths=/srv\n");
    ck_assert(!cannot("/srv"));
    drop_in("");
    ck_assert(cannot("/srv"));
}
END_TEST

START_TEST(drop_ins_are_read_in_the_order_of_their_names)
{
    put("/usr/lib/systemd/system/casewired@north.service.d/a.conf", "[Service]\nReadWritePaths=/srv\n");
    put("/etc/systemd/system/casewired@north.service.d/b.conf", "[Service]\nReadWritePaths=\n");
    ck_assert(cannot("/srv"));
    put("/usr/lib/systemd/system/casewired@.service.d/c.conf", "[Service]\nReadWritePaths=/srv\n");
    ck_assert(!cannot("/srv"));
}
END_TEST

START_TEST(a_file_of_the_instance_stands_in_the_templates_place)
{
    put("/etc/systemd/system/casewired@north.service", "[Service]\nDynamicUser=yes\nStateDirectory=own\n");
    ck_assert(cannot("/var/lib/casewire/north"));
    ck_assert(!cannot("/var/lib/own"));
}
END_TEST

START_TEST(only_what_is_said_of_the_service_counts)
{
    put("/etc/systemd/system/casewired@north.service.d/ours.conf",
        "ReadWritePaths=/a\n[Unit]\nReadWritePaths=/b\n# [Service]\n;[Service]\nReadWritePaths=/c\n"
        "[Service]\n#ReadWritePaths=/d\n  ReadWritePaths = /e\t/f  \nReadWritePathsToo=/g\nDocumentation=x "
        "\\\nReadWritePaths=/h\n");
    for (const char *path = "a\0b\0c\0d\0g\0h\0"; *path != '\0'; path += 2) {
        char whole[3] = {'/', *path, '\0'};

        ck_assert_msg(cannot(whole), "%s", whole);
    }
    ck_assert(!cannot("/e"));
    ck_assert(!cannot("/f"));
}
END_TEST

/* --- what is not decided ------------------------------------------------------------------------------------------ */

START_TEST(what_the_text_leaves_open_is_not_judged)
{
    static const char *const open[] = {
        "RootDirectory=/srv/root",
        "RootImage=/srv/image",
        "TemporaryFileSystem=/var",
        "BindPaths=/srv",
        "BindReadOnlyPaths=/srv",
        "MountImages=/a:/b",
        "ExtensionImages=/x",
        "ReadWritePaths=%h/store",
        "ReadWritePaths=\"/srv/with blanks\"",
        "ReadWritePaths=/srv/a \\\n/srv/b",
        "StateDirectory=%j",
        "ReadWritePaths=relative",
        "ExecStart=\nExecStart=+/usr/bin/casewired --config /x",
        "ProtectSystem=full\nDynamicUser=no",
    };

    for (size_t i = 0; i < CW_COUNT(open); i++) {
        drop_in("");
        ck_assert(cannot("/elsewhere"));
        drop_in(open[i]);
        ck_assert_msg(!cannot("/elsewhere"), "%s", open[i]);
    }
    drop_in("ProtectSystem=full"); /* a dynamic user has a strict system all the same */
    ck_assert(cannot("/elsewhere"));
    drop_in("DynamicUser=no");
    ck_assert(cannot("/elsewhere"));
}
END_TEST

START_TEST(settings_of_no_unit_are_not_judged)
{
    char other[FILE_PATH_LEN_MAX];

    put("/etc/casewire/north/other.conf", "");
    snprintf(other, sizeof other, "%s/etc/casewire/north/other.conf", root);
    ck_assert(!unit_find(root, other, &unit));
    snprintf(other, sizeof other, "%s/etc/casewire/none/casewire.conf", root);
    ck_assert(!unit_find(root, other, &unit));
    ck_assert(!unit_find("/nowhere", config, &unit));
}
END_TEST

START_TEST(two_drop_ins_of_one_name_at_two_places_are_not_judged)
{
    put("/etc/systemd/system/casewired@.service.d/ours.conf", "[Service]\nReadWritePaths=/a\n");
    drop_in("ReadWritePaths=/b");
    ck_assert(!unit_find(root, config, &unit));
}
END_TEST

START_TEST(more_than_fits_is_not_judged)
{
    static char text[UNIT_TEXT_LEN_MAX + 64];
    size_t len = (size_t)snprintf(text, sizeof text, "[Service]\n");

    for (int i = 0; i <= UNIT_PATHS_MAX; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "ReadWritePaths=/srv/%d\n", i);
    put("/etc/systemd/system/casewired@north.service.d/ours.conf", text);
    ck_assert(!cannot("/elsewhere"));
    memset(text + len, '#', sizeof text - 1 - len);
    put("/etc/systemd/system/casewired@north.service.d/ours.conf", text);
    ck_assert(!unit_find(root, config, &unit));
    drop_in("");
    put("/etc/systemd/system/casewired@north.service", text);
    ck_assert_msg(!unit_find(root, config, &unit), "what stands behind it is not what the unit is");
    snprintf(text, sizeof text, "%s/etc/systemd/system/casewired@north.service", root);
    ck_assert_int_eq(remove(text), 0);
    ck_assert(unit_find(root, config, &unit));
    for (int i = 0; i < 40; i++) {
        char name[128];

        snprintf(name, sizeof name, "/etc/systemd/system/casewired@north.service.d/%02d.conf", i);
        put(name, "[Service]\n");
    }
    ck_assert(!unit_find(root, config, &unit));
}
END_TEST

START_TEST(no_text_is_too_broken)
{
    static const char text[] =
        "[Service]\nExecStart=-@/x --config\nExecStart=\nStateDirectory=a:b:\n=\nReadWritePaths=\\\n"
        "ReadWritePaths=%%%\nReadOnlyPaths=-\nProtectSystem\n[Serv\nDynamicUser=\n\\\n";

    for (size_t len = 0; len <= sizeof text; len++) {
        struct unit broken = {0};

        unit_take(&broken, slice((const uint8_t *)text, len));
        ck_assert(!unit_cannot_write(&broken, "/srv"));
    }
}
END_TEST

Suite *suite_unit(void)
{
    Suite *suite = suite_create("conf/unit");
    TCase *tcase = tcase_create("unit");

    tcase_add_checked_fixture(tcase, begin, end);
    tcase_add_test(tcase, the_folders_of_the_unit_are_right);
    tcase_add_test(tcase, a_folder_elsewhere_is_told_with_what_a_drop_in_says);
    tcase_add_test(tcase, a_setting_that_was_left_out_is_set_to_the_units_own);
    tcase_add_test(tcase, a_place_that_is_no_path_is_not_looked_at);
    tcase_add_test(tcase, the_innermost_path_that_is_named_decides);
    tcase_add_test(tcase, an_empty_value_takes_back_what_its_directive_said);
    tcase_add_test(tcase, drop_ins_of_all_instances_and_of_all_units_count);
    tcase_add_test(tcase, a_drop_in_hides_one_of_its_name_further_down);
    tcase_add_test(tcase, drop_ins_are_read_in_the_order_of_their_names);
    tcase_add_test(tcase, a_file_of_the_instance_stands_in_the_templates_place);
    tcase_add_test(tcase, only_what_is_said_of_the_service_counts);
    tcase_add_test(tcase, what_the_text_leaves_open_is_not_judged);
    tcase_add_test(tcase, settings_of_no_unit_are_not_judged);
    tcase_add_test(tcase, two_drop_ins_of_one_name_at_two_places_are_not_judged);
    tcase_add_test(tcase, more_than_fits_is_not_judged);
    tcase_add_test(tcase, no_text_is_too_broken);
    suite_add_tcase(suite, tcase);
    return suite;
}
