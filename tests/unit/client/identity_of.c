/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/client/identity_of.h"

#include "tool/authority.h"
#include "tool/files.h"

#include <check.h>

struct cw_identity *identity_of_folder(const char *dir, const char *who)
{
    struct cw_identity_options options = {.size = sizeof(options)};
    struct cw_identity *identity = NULL;
    struct buf key = {0}, cert = {0};
    char path[PATH_LEN_MAX];

    ck_assert(path_join(path, dir, "%s/key", who));
    ck_assert_int_eq(file_read(path, KEYFILE_LEN_MAX, &key), CW_OK);
    ck_assert(path_join(path, dir, "%s/cert", who));
    ck_assert_int_eq(file_read(path, CERT_LEN_MAX, &cert), CW_OK);
    options.key_file = buf_slice(&key);
    options.certificate = buf_slice(&cert);
    ck_assert_int_eq(cw_identity_open(&options, &identity, NULL), CW_OK);
    buf_done(&key);
    buf_done(&cert);
    return identity;
}
