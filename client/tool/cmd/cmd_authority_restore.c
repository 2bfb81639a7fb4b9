/* SPDX-License-Identifier: Apache-2.0 */
/* authority restore: a folder's log out of what a daemon, or a join bundle, holds of it. */
#include "tool/cmd_authority.h"
#include "tool/cmd_authority_sign.h"
#include "tool/enrol.h"
#include "tool/out.h"

#include "lib/fault.h"

#define NOT_RESTORED "nothing was restored"

static enum cw_err take_bundle(const char *file, struct buf *out_genesis, struct authority_pieces *out,
                               struct cw_fault *fault)
{
    struct joining j;
    enum cw_err err = joining_open(file, &j, fault);

    if (err != CW_OK)
        return err;
    err = buf_add(out_genesis, j.join.genesis);
    if (err != CW_OK)
        (void)fault_plain(fault, err, file);
    for (uint32_t i = 0; err == CW_OK && i < j.join.segment_count; i++)
        err = authority_pieces_add(out, j.join.segments[i], fault);
    joining_done(&j);
    return err;
}

/* The genesis that the log is checked from: a file, for a daemon does not say who it should be. */
static enum cw_err read_genesis(const struct cli *cli, const char *dir, struct buf *out, struct cw_fault *fault)
{
    const char *file = cli_value(cli, "network");
    char path[PATH_LEN_MAX];
    enum cw_err err;

    if (file != NULL)
        snprintf(path, sizeof(path), "%s", file);
    else if (!path_join(path, dir, "network"))
        return fault_plain(fault, CW_LOCAL_IO, dir);
    err = file_read(path, NETWORK_GENESIS_LEN_MAX, out);
    if (err == CW_LOCAL_NOT_FOUND && file == NULL)
        return fault_set(fault, err, path,
                         "the folder does not say which network it is of: --network FILE does, with any daemon's file "
                         "`network`");
    return err == CW_OK ? CW_OK : fault_set(fault, err, path, "the file cannot be read");
}

static enum cw_err take_daemon(const struct cli *cli, const char *dir, const char *socket, struct buf *out_genesis,
                               struct authority_pieces *out, struct cw_fault *fault)
{
    struct network_id network;
    enum cw_err err = read_genesis(cli, dir, out_genesis, fault);

    network_id_of(buf_slice(out_genesis), &network);
    return err == CW_OK ? authority_fetch(socket, &network, cli->timeout_ms, out, fault) : err;
}

static const char *missing_keys(const struct authority_restored *done)
{
    if (done->has_authority_key)
        return done->has_root_key ? NULL : "root.key";
    return done->has_root_key ? "authority.key" : "authority.key and root.key";
}

static void tell(const struct cli *cli, const char *dir, const struct authority_restored *done)
{
    const char *missing = missing_keys(done);
    char network[2 * CW_ID_LEN + 1];

    hex_of(slice(done->network.b, CW_ID_LEN), network);
    if (cli->json) {
        json_print(cli, json_pack("{s:s, s:s, s:I, s:I, s:b, s:b}", "dir", dir, "network", network, "restored",
                                  (json_int_t)done->written, "entry", (json_int_t)done->end, "authority_key",
                                  done->has_authority_key, "root_key", done->has_root_key));
        return;
    }
    if (cli->quiet)
        return;
    printf("%s: %zu segments restored; the authority's log ends at entry %llu (network %.10s)\n", dir, done->written,
           (unsigned long long)done->end, network);
    if (missing != NULL)
        printf("  keys are in no log: put %s there from their backup\n", missing);
    printf("  next: casewire authority publish --dir %s --socket %s\n", dir, authority_socket(cli));
}

static enum exit_code restore(const struct cli *cli, const char *dir, struct cw_slice genesis,
                              const struct authority_pieces *came)
{
    struct authority_restored done;
    struct cw_fault fault = {0};

    if (authority_restore(dir, genesis, came, cli_value(cli, "force"), &done, &fault) != CW_OK)
        return complain_fault(cli, NOT_RESTORED, &fault);
    tell(cli, dir, &done);
    return EXIT_DONE;
}

static enum exit_code run_restore(struct cli *cli)
{
    const char *dir = cli_value(cli, "dir"), *socket = cli_value(cli, "socket"), *bundle = cli_value(cli, "bundle");
    struct authority_pieces came = {0};
    struct buf genesis = {0};
    struct cw_fault fault = {0};
    enum cw_err err;
    enum exit_code code;

    if (dir == NULL || (socket == NULL) == (bundle == NULL))
        return complain(cli, EXIT_USAGE,
                        &(struct trouble){"something is missing behind the command", "--dir, and --socket or --bundle",
                                          "the folder is needed, and one of the other two", NULL});
    err = socket != NULL ? take_daemon(cli, dir, socket, &genesis, &came, &fault)
                         : take_bundle(bundle, &genesis, &came, &fault);
    code = err == CW_OK ? restore(cli, dir, buf_slice(&genesis), &came) : complain_fault(cli, NOT_RESTORED, &fault);
    authority_pieces_done(&came);
    buf_done(&genesis);
    return code;
}

static const struct cli_option restore_options[] = {
    {"dir", "DIR", "the authority's folder: an old copy, or one to make"},
    {"socket", "PATH", "admin socket of a daemon that has the whole log"},
    {"network", "FILE", "network genesis of that daemon (default: the folder's own)"},
    {"bundle", "FILE", "instead: the log in a join bundle"},
    {"force", "CODE", "whose authority, when the network has several"},
    {NULL, NULL, NULL},
};

const struct cli_command cmd_authority_restore = {
    .noun = "authority",
    .group = GROUP_AUTHORITY,
    .verb = "restore",
    .summary = "get the authority's log back from a daemon",
    .about =
        "For when the newest copy of the folder is lost: every daemon has the whole log. All of it is verified, and "
        "compared with what is in the folder, before anything is written; what is there is never replaced. It ends "
        "with 6 where the folder is a branch.\n"
        "\n"
        "Secret keys are in no log: without a backup of authority.key nothing can be signed, with or without the log. "
        "Use the daemon that was published to last, and ask the others whether it is (`casewire authority publish` "
        "ends with 6 where one has more).",
    .examples = "  casewire authority restore --dir /srv/authority \\\n"
                "      --socket /run/casewire/north/admin.sock \\\n"
                "      --network /etc/casewire/north/network\n",
    .options = restore_options,
    .json = "dir:s network:h restored:i entry:i authority_key:b root_key:b",
    .run = run_restore,
};
