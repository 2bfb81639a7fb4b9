/* SPDX-License-Identifier: Apache-2.0 */
/* passphrase: another passphrase for the same key. Nobody but its holder takes part. */
#include "tool/cmd_login.h"

#include "tool/authority.h"
#include "tool/context.h"

#include "proto/sign.h"

static enum exit_code write_anew(const struct cli *cli, const char *home, const struct key_bundle *keys,
                                 const struct buf *fresh)
{
    char path[PATH_LEN_MAX];

    if (path_join(path, home, "key") && authority_write_key(path, keys, buf_slice(fresh)) == CW_OK)
        return EXIT_DONE;
    return complain(
        cli, EXIT_FAILED,
        &(struct trouble){"the passphrase is the one it was", path, "the key file cannot be written", NULL});
}

static enum exit_code change(const struct cli *cli, const char *home, const struct buf *key, struct key_bundle *keys)
{
    struct buf before = {0}, fresh = {0};
    enum exit_code code = EXIT_DONE;

    if (keyfile_needs_passphrase(buf_slice(key)))
        code = passphrase_get(cli, "passphrase-file", "Present passphrase: ", false, &before);
    if (code == EXIT_DONE && keyfile_open(buf_slice(key), buf_slice(&before), keys) != CW_OK)
        code = complain(
            cli, EXIT_DENIED,
            &(struct trouble){"the key does not open", home, "damaged, or another passphrase", "casewire passphrase"});
    if (code == EXIT_DONE)
        code = passphrase_get(cli, "new-passphrase-file", "New passphrase: ", true, &fresh);
    if (code == EXIT_DONE && fresh.len == 0)
        code = complain(cli, EXIT_USAGE,
                        &(struct trouble){"the passphrase is the one it was", "the new one",
                                          "an empty passphrase protects nothing", "casewire passphrase"});
    if (code == EXIT_DONE)
        code = write_anew(cli, home, keys, &fresh);
    passphrase_done(&before);
    passphrase_done(&fresh);
    return code;
}

static enum exit_code run_passphrase(struct cli *cli)
{
    struct key_bundle keys = {0};
    struct buf key = {0}, cert = {0};
    char home[PATH_LEN_MAX];
    enum exit_code code = context_home(cli, NULL, home);

    if (code == EXIT_DONE && !crypto_init())
        code = EXIT_FAILED;
    if (code == EXIT_DONE)
        code = context_read_keys(cli, home, &key, &cert);
    if (code == EXIT_DONE)
        code = change(cli, home, &key, &keys);
    if (code == EXIT_DONE && !cli->quiet && !cli->json)
        printf("changed; write it down nowhere: when it is lost, the authority issues new keys\n");
    key_bundle_wipe(&keys);
    passphrase_done(&key); /* without a passphrase the file is the secret itself */
    buf_done(&cert);
    return code;
}

static const struct cli_option options[] = {
    {"new-passphrase-file", "FILE", "the new passphrase; asked for on a terminal otherwise"},
    {NULL, NULL, NULL},
};

const struct cli_command cmd_passphrase = {
    .noun = "passphrase",
    .group = GROUP_YOU,
    .summary = "change the passphrase of your key",
    .about =
        "Nobody can bring a lost one back: the authority issues new keys then (casewire authority issue --replace).",
    .examples = "  casewire passphrase\n",
    .options = options,
    .json = "",
    .run = run_passphrase,
};
