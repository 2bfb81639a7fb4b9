/* SPDX-License-Identifier: Apache-2.0 */
/* The folder that says who speaks to whom. */
#include "lib/context.h"
#include "tests/unit/client/history.h"

#include <check.h>
#include <stdlib.h>

Suite *suite_context(void);

#define KEY "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

/* --- the file ------------------------------------------------------------------------------------------------- */

static enum cw_err read_text(const char *text, struct context_file *out, struct cw_fault *fault)
{
    *out = (struct context_file){0};
    return context_file_read(slice_of(text), out, fault);
}

START_TEST(daemons_are_read_in_their_order)
{
    struct context_file f;
    struct cw_fault fault;

    ck_assert_int_eq(read_text("# who is where\n\n"
                               "address = tcp://north:7101\ndaemon-key = " KEY "\n"
                               "  address=tcp://south:7101\r\ndaemon-key =\t" KEY "\n"
                               "admin-socket = /run/casewire/admin.sock\nsynthetic = yes",
                               &f, &fault),
                     CW_OK);
    ck_assert_uint_eq(f.daemon_count, 2);
    ck_assert_str_eq(f.daemons[0].address, "tcp://north:7101");
    ck_assert_str_eq(f.daemons[1].address, "tcp://south:7101");
    ck_assert_uint_eq(f.daemons[1].key[1], 0x11);
    ck_assert_str_eq(f.admin_socket, "/run/casewire/admin.sock");
    ck_assert(f.synthetic);
}
END_TEST

START_TEST(a_wrong_line_is_named)
{
    static const struct {
        const char *text, *where;
    } bad[] = {
        {"\nadress = tcp://north:7101\n", "context:2"},
        {"address\n", "context:1"},
        {"address =\n", "context:1"},
        {"daemon-key = " KEY "\n", "context:1"},
        {"address = tcp://north:7101\ndaemon-key = 0011\n", "context:2"},
        {"address = tcp://north:7101\ndaemon-key = " KEY "00\n", "context:2"},
        {"address = tcp://north:7101\ndaemon-key = " KEY "\ndaemon-key = " KEY "\n", "context:3"},
        {"address = tcp://north:7101\naddress = tcp://south:7101\n", "context:2"},
        {"address = tcp://north:7101\n", "context"},
        {"synthetic = perhaps\n", "context:1"},
        {"admin-socket =\n", "context:1"},
    };
    struct context_file f;
    struct cw_fault fault;

    for (size_t i = 0; i < CW_COUNT(bad); i++) {
        ck_assert_int_eq(read_text(bad[i].text, &f, &fault), CW_LOCAL_CONFIG);
        ck_assert_str_eq(fault.where, bad[i].where);
    }
}
END_TEST

START_TEST(what_is_too_much_is_refused)
{
    char text[CW_ADDRESS_LEN_MAX + 64];
    struct context_file f = {0};
    struct cw_fault fault;
    int len = snprintf(text, sizeof(text), "address = tcp://");

    memset(text + len, 'x', sizeof(text) - (size_t)len - 1);
    text[sizeof(text) - 1] = '\0';
    ck_assert_int_eq(context_file_read(slice_of(text), &f, &fault), CW_LOCAL_CONFIG);
    f = (struct context_file){0};
    for (int i = 0; i < CW_DAEMONS_MAX; i++)
        ck_assert_int_eq(context_file_read(slice_of("address = tcp://x:1\ndaemon-key = " KEY), &f, &fault), CW_OK);
    ck_assert_int_eq(context_file_read(slice_of("address = tcp://x:1"), &f, &fault), CW_LOCAL_CONFIG);
}
END_TEST

/* --- the folder ----------------------------------------------------------------------------------------------- */

static enum cw_err open_with(const char *folder, const char *text, struct cw_context **out, struct cw_fault *fault)
{
    struct cw_context_options options = {.size = sizeof(options), .folder = folder};
    char path[PATH_LEN_MAX];

    ck_assert(path_join(path, folder, "context"));
    if (text != NULL)
        ck_assert_int_eq(file_write(path, slice_of(text), 0600), CW_OK);
    return cw_context_open(&options, out, fault);
}

START_TEST(a_folder_makes_a_handle)
{
    char dir[64], home[PATH_LEN_MAX];
    struct cw_context *context = NULL;
    struct cw_client_options options;
    struct cw_client *client = NULL;
    struct cw_fault fault;
    uint8_t network[CW_ID_LEN];

    authority_make(dir);
    ck_assert(path_join(home, dir, "officer"));
    ck_assert_int_eq(open_with(home, "address = tcp://127.0.0.1:1\ndaemon-key = " KEY "\n", &context, &fault), CW_OK);
    ck_assert_str_eq(cw_context_folder(context), home);
    ck_assert_ptr_null(cw_context_admin_socket(context));
    ck_assert_int_eq(cw_context_is_synthetic(context), 0);
    ck_assert_uint_gt(cw_context_genesis(context).len, 0);
    cw_context_client_options(context, &options);
    cw_identity_network(cw_context_identity(context), network);
    ck_assert_mem_eq(network, options.network_id, CW_ID_LEN);
    ck_assert_int_eq(cw_context_client(context, &client, &fault), CW_OK);
    ck_assert_uint_eq(cw_client_daemon_count(client), 1);
    cw_client_close(client);
    cw_context_close(context);

    /* The environment names it as well. */
    setenv("CASEWIRE_HOME", home, 1);
    ck_assert_int_eq(cw_context_open(NULL, &context, &fault), CW_OK);
    ck_assert_str_eq(cw_context_folder(context), home);
    cw_context_close(context);
    folder_remove(dir);
}
END_TEST

START_TEST(a_folder_that_will_not_do_is_explained)
{
    char dir[64], home[PATH_LEN_MAX], path[PATH_LEN_MAX];
    struct cw_context *context = NULL;
    struct cw_context_options options = {.size = sizeof(options)};
    struct cw_fault fault;

    authority_make(dir);
    ck_assert(path_join(home, dir, "officer"));
    ck_assert_int_eq(open_with(home, NULL, &context, &fault), CW_LOCAL_CONFIG);
    ck_assert_str_eq(fault.where, "context");
    ck_assert_int_eq(open_with(home, "what is this\n", &context, &fault), CW_LOCAL_CONFIG);
    ck_assert_str_eq(fault.where, "context:1");
    ck_assert(path_join(path, home, "key"));
    ck_assert_int_eq(file_write(path, slice_of("no key"), 0600), CW_OK);
    ck_assert_int_eq(open_with(home, "", &context, &fault), CW_LOCAL_KEY);
    ck_assert(path_join(path, home, "cert"));
    ck_assert_int_eq(file_write(path, slice_of("no certificate"), 0600), CW_OK);
    ck_assert_int_eq(open_with(home, "", &context, &fault), CW_REFUSED_MALFORMED);
    ck_assert(path_join(path, home, "network"));
    ck_assert_int_eq(file_write(path, slice_of("no network"), 0600), CW_OK);
    ck_assert_int_eq(open_with(home, "", &context, &fault), CW_REFUSED_MALFORMED);
    ck_assert_str_eq(fault.where, "network");
    options.size--;
    ck_assert_int_eq(cw_context_open(&options, &context, &fault), CW_USAGE_ARGUMENT);
    ck_assert_ptr_null(context);
    folder_remove(dir);
}
END_TEST

START_TEST(a_certificate_of_another_network_is_refused)
{
    char dir[64], other[64], home[PATH_LEN_MAX], path[PATH_LEN_MAX];
    struct cw_context *context = NULL;
    struct cw_fault fault;
    struct buf genesis = {0};

    authority_make(dir);
    authority_make(other);
    ck_assert(path_join(path, other, "officer/network"));
    ck_assert_int_eq(file_read(path, NETWORK_GENESIS_LEN_MAX, &genesis), CW_OK);
    ck_assert(path_join(path, dir, "officer/network"));
    ck_assert_int_eq(file_write(path, buf_slice(&genesis), 0600), CW_OK);
    ck_assert(path_join(home, dir, "officer"));
    ck_assert_int_eq(open_with(home, "", &context, &fault), CW_REFUSED_NETWORK);
    buf_done(&genesis);
    folder_remove(dir);
    folder_remove(other);
}
END_TEST

Suite *suite_context(void)
{
    Suite *s = suite_create("context");
    TCase *t = tcase_create("contexts");

    tcase_add_test(t, daemons_are_read_in_their_order);
    tcase_add_test(t, a_wrong_line_is_named);
    tcase_add_test(t, what_is_too_much_is_refused);
    tcase_add_test(t, a_folder_makes_a_handle);
    tcase_add_test(t, a_folder_that_will_not_do_is_explained);
    tcase_add_test(t, a_certificate_of_another_network_is_refused);
    suite_add_tcase(s, t);
    return s;
}
