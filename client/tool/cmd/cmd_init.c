/* SPDX-License-Identifier: Apache-2.0 */
/* init: a network with its first division, up to the two commands that start it. */
#include "tool/cmd_authority_sign.h"
#include "tool/cmd_enrol.h"
#include "tool/enrol.h"
#include "tool/out.h"
#include "tool/words.h"

#include "lib/fault.h"

#include <stdlib.h>

#define AUTHORITY_DIR "/srv/authority"

struct beginning {
    struct host host;
    struct authority_plan plan;
    char name[NAME_LEN_MAX + 1], invitation[PATH_LEN_MAX];
    char words[WORDS_LEN_MAX]; /* of the network */
};

/* Refused before anything is made. */
static enum exit_code check_fresh(const struct cli *cli, const struct beginning *b)
{
    static const char *const names[] = {"key", HOST_KEY_CRED, "casewire.conf"};
    char path[PATH_LEN_MAX];

    for (size_t i = 0; i < CW_COUNT(names); i++)
        if (!path_join(path, b->host.settings, "%s", names[i]) || file_exists(path))
            return complain(cli, EXIT_CONFLICT,
                            &(struct trouble){"nothing was made: there is a division of this name on this host", path,
                                              "what is there is never overwritten", NULL});
    return EXIT_DONE;
}

static enum exit_code read_plan(const struct cli *cli, struct beginning *b)
{
    enum exit_code code = host_read(cli, cli->operands[0], &b->host);

    b->plan.dir = cli_value(cli, "dir") != NULL ? cli_value(cli, "dir") : AUTHORITY_DIR;
    if (code == EXIT_DONE)
        code = authority_need(cli, "network-name", &b->plan.network_name);
    if (code == EXIT_DONE)
        code = authority_need(cli, "force", &b->plan.force);
    if (code == EXIT_DONE)
        code = check_fresh(cli, b);
    b->host.encrypt = cli_flag(cli, "encrypt-keys");
    if (code == EXIT_DONE && b->host.encrypt)
        code = host_check_encrypt(cli, &b->host);
    snprintf(b->name, sizeof(b->name), "Daemon of %s", b->host.code);
    return code;
}

static enum cw_err keep_keys(void *ctx, const struct key_bundle *keys, struct cw_fault *fault)
{
    return host_write_keys(ctx, keys, fault);
}

static enum cw_err issue_first(struct beginning *b, struct authority *a, struct cw_fault *fault)
{
    struct issue_order order = {.subject = SUBJECT_DAEMON,
                                .division = b->host.code,
                                .name = b->name,
                                .days = 730,
                                .home = b->host.settings,
                                .keep = keep_keys,
                                .keep_ctx = &b->host};
    enum cw_err err = authority_issue(a, &order, fault);

    if (err == CW_OK)
        err = authority_commit(a, fault);
    return err == CW_OK ? settings_write(&b->host, NULL, fault) : err;
}

static const struct trust_cert *first_daemon(const struct authority *a)
{
    for (size_t i = 0; i < a->trust->cert_count; i++)
        if (a->trust->certs[i].parsed.subject == SUBJECT_DAEMON)
            return &a->trust->certs[i];
    return NULL;
}

static enum cw_err remember(struct beginning *b, struct authority *a, struct cw_fault *fault)
{
    struct members *members = calloc(1, sizeof(*members));
    const struct trust_cert *daemon = first_daemon(a);
    enum cw_err err = members != NULL && daemon != NULL ? CW_OK : fault_plain(fault, CW_LOCAL_MEMORY, "members");

    if (err == CW_OK)
        err = members_add(members, &daemon->id, slice_of(b->host.title), slice_of(b->host.address), fault);
    if (err == CW_OK)
        err = members_save(a->dir, members, fault);
    if (err == CW_OK)
        err = path_join(b->invitation, a->dir, "invitation") ? joining_write(a, NULL, NULL, b->invitation, fault)
                                                             : fault_plain(fault, CW_LOCAL_IO, a->dir);
    free(members);
    return err;
}

/* What may not be ours to write is tried first: with an authority there, the same command would be refused. */
static enum cw_err make_all(struct beginning *b, struct cw_fault *fault)
{
    struct authority a;
    struct hash network;
    enum cw_err err = host_make_folder(&b->host, fault);

    if (err == CW_OK)
        err = authority_create(&b->plan, fault);
    if (err == CW_OK)
        err = authority_open(b->plan.dir, true, b->plan.passphrase, &a, fault);
    if (err != CW_OK)
        return err;
    err = issue_first(b, &a, fault);
    if (err == CW_OK)
        err = remember(b, &a, fault);
    memcpy(network.b, a.network.b, ID_LEN);
    words_of(&network, b->words);
    authority_close(&a);
    return err;
}

static void tell(const struct cli *cli, const struct beginning *b)
{
    const struct host *h = &b->host;

    if (cli->json) {
        json_print(cli, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "network_name", b->plan.network_name, "title",
                                  h->title, "division", h->code, "address", h->address, "settings", h->settings,
                                  "invitation", b->invitation, "words", b->words));
        return;
    }
    if (cli->quiet)
        return;
    printf("network \"%s\" of %s, and its first division %s (%s)\n"
           "  words       %s\n"
           "  authority   %s: admits divisions and people; belongs on a safe machine\n"
           "  invitation  %s: for each new division\n"
           "  settings    %s/casewire.conf\n"
           "  address     %s, where other divisions connect\n",
           b->plan.network_name, b->plan.force, h->title, h->code, b->words, b->plan.dir, b->invitation, h->settings,
           h->address);
    next_copy(stdout, h);
    next_begin(stdout, h, "--dir", b->plan.dir);
}

static enum exit_code run_init(struct cli *cli)
{
    struct beginning b = {0};
    struct buf passphrase = {0};
    struct cw_fault fault = {0};
    enum exit_code code = read_plan(cli, &b);

    if (code == EXIT_DONE)
        code = authority_new_passphrase(cli, &passphrase);
    b.plan.passphrase = buf_slice(&passphrase);
    if (code == EXIT_DONE && make_all(&b, &fault) != CW_OK)
        code = complain_fault(cli, "the network was not made", &fault);
    if (code == EXIT_DONE)
        tell(cli, &b);
    passphrase_done(&passphrase);
    return code;
}

static const struct cli_option init_options[] = {
    {"network-name", "TEXT", "what people call the network"},
    {"force", "CODE", "the force's code, e.g. ZZ"},
    {"division", "CODE", "the first division's code (default: NTH for north, otherwise the name in capitals)"},
    {"address", "ADDRESS", "where other divisions reach it (default tcp://THIS-MACHINE:4700)"},
    {"dir", "DIR", "the authority's folder (default " AUTHORITY_DIR ")"},
    {HOST_SETTINGS},
    {HOST_STATE},
    {HOST_RUN},
    {"new-passphrase-file", "FILE", "passphrase of the authority's keys; asked for on a terminal otherwise"},
    {HOST_ENCRYPT},
    {"insecure-lab", NULL, "the authority's keys in clear: throw-away networks only"},
    {NULL, NULL, NULL},
};
const struct cli_command cmd_init = {
    .noun = "init",
    .group = GROUP_AUTHORITY,
    .operands = "NAME",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "make a new network with its first division, here",
    .about = "Makes the root's and the authority's keys, those of the first division's daemon, its settings, and the "
             "invitation that new divisions start from. What is there already is never overwritten.",
    .examples = "  casewire init north --force ZZ --network-name 'Marlshire'\n",
    .options = init_options,
    .json = "network_name:s title:s division:s address:s settings:s invitation:s words:s",
    .run = run_init,
};
