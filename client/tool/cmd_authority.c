/* SPDX-License-Identifier: Apache-2.0 */
/* authority init, issue, policy, revoke: what is written. Reading and publishing are in cmd_authority_read.c. */
#include "tool/cmd_authority.h"
#include "tool/authority.h"
#include "tool/out.h"

#include "lib/fault.h"
#include "proto/schema.h"

static enum exit_code need(const struct cli *cli, const char *name, const char **out)
{
    char option[40];

    *out = cli_value(cli, name);
    if (*out != NULL && (*out)[0] != '\0')
        return EXIT_DONE;
    snprintf(option, sizeof(option), "--%s", name);
    return complain(cli, EXIT_USAGE,
                    &(struct trouble){"something is missing behind the command", option, "this option is needed",
                                      "casewire authority --help"});
}

/* A new file's passphrase: the option's file, the terminal, or none when the command says so aloud. */
static enum exit_code new_passphrase(const struct cli *cli, struct buf *out)
{
    if (cli_flag(cli, "insecure-lab"))
        return EXIT_DONE;
    enum exit_code code = passphrase_get(cli, "New passphrase: ", true, out);
    if (code != EXIT_DONE || out->len != 0)
        return code;
    return complain(cli, EXIT_USAGE,
                    &(struct trouble){"an empty passphrase protects nothing", NULL,
                                      "keys in clear are for throw-away labs only",
                                      "casewire authority ... --insecure-lab"});
}

/* --- init ---------------------------------------------------------------------------------------------- */

static enum exit_code run_init(struct cli *cli)
{
    struct authority_plan plan;
    struct cw_fault fault = {0};
    struct buf passphrase = {0};
    enum exit_code code = need(cli, "dir", &plan.dir);

    if (code == EXIT_DONE)
        code = need(cli, "network-name", &plan.network_name);
    if (code == EXIT_DONE)
        code = need(cli, "force", &plan.force);
    if (code == EXIT_DONE)
        code = new_passphrase(cli, &passphrase);
    plan.passphrase = buf_slice(&passphrase);
    if (code == EXIT_DONE && authority_create(&plan, &fault) != CW_OK)
        code = complain_fault(cli, "the authority was not made", &fault);
    if (code == EXIT_DONE && !cli->quiet)
        printf("%s: network \"%s\", authority of %s\n"
               "  root.key admits authorities and is not needed day by day: keep it away from this machine\n"
               "  next: casewire authority issue --dir %s --kind daemon --division NTH --name 'Daemon of NTH'\n",
               plan.dir, plan.network_name, plan.force, plan.dir);
    if (passphrase.data != NULL)
        wipe(passphrase.data, passphrase.len);
    buf_done(&passphrase);
    return code;
}

/* --- opening for writing -------------------------------------------------------------------------------- */

/*
 * Before signing, the log as a daemon knows it must not be longer than ours: else this folder is an old
 * copy, and writing on would fork the authority's log.
 */
static enum exit_code compare_head(const struct cli *cli, const struct authority *a, const Cw__AuthorityView *view)
{
    for (size_t i = 0; i < view->n_logs; i++) {
        const Cw__Position *head = view->logs[i]->head;
        bool longer, other;

        if (head == NULL || !slice_eq(wire_slice(head->log), slice(a->log.log.b, ID_LEN)))
            continue;
        longer = head->seq > a->log.seq;
        other = head->seq == a->log.seq && !slice_eq(wire_slice(head->seal), slice(a->log.seal.b, ID_LEN));
        if (longer || other)
            return complain(cli, EXIT_CONFLICT,
                            &(struct trouble){"nothing was signed: this folder is an old copy", a->dir,
                                              "the daemon knows more of this authority's log than the folder does",
                                              "restore the newest copy of the folder"});
    }
    return EXIT_DONE;
}

static enum exit_code ask_daemon(const struct cli *cli, const struct authority *a, const char *socket)
{
    struct cw_client_options options = {.size = sizeof(options), .admin_socket = socket};
    struct cw_client *client = NULL;
    struct cw_answer *answer = NULL;
    struct cw_fault fault = {0};
    enum exit_code code;

    memcpy(options.network_id, a->network.b, CW_ID_LEN);
    if (cw_client_open(&options, &client, &fault) != CW_OK)
        return complain_fault(cli, "the daemon could not be asked", &fault);
    if (cw_client_authority(client, 0, cli->timeout_ms, &answer) != CW_OK)
        code = complain_fault(cli, "the daemon could not be asked how long the log is", cw_client_fault(client));
    else
        code = compare_head(cli, a, answer_message(answer)->authority);
    cw_answer_close(answer);
    cw_client_close(client);
    return code;
}

static enum exit_code check_head(const struct cli *cli, const struct authority *a)
{
    const char *socket = cli_value(cli, "socket");

    if (socket != NULL)
        return ask_daemon(cli, a, socket);
    if (cli_flag(cli, "offline")) {
        fprintf(stderr,
                "casewire: --offline: no daemon was asked whether this folder is the newest copy. When it is not,\n"
                "  what is signed now forks the authority's log, and every daemon will raise an alarm.\n");
        return EXIT_DONE;
    }
    return complain(cli, EXIT_USAGE,
                    &(struct trouble){"nothing was signed", "--socket or --offline",
                                      "a daemon is asked first whether this folder is the newest copy",
                                      "casewire authority ... --socket /run/casewire/admin.sock"});
}

static enum exit_code open_to_sign(const struct cli *cli, struct buf *passphrase, struct authority *out)
{
    struct cw_fault fault = {0};
    const char *dir;
    enum exit_code code = need(cli, "dir", &dir);

    if (code == EXIT_DONE && authority_needs_passphrase(dir))
        code = passphrase_get(cli, "Passphrase of the authority: ", false, passphrase);
    if (code != EXIT_DONE)
        return code;
    if (authority_open(dir, true, buf_slice(passphrase), out, &fault) != CW_OK)
        return complain_fault(cli, "the authority does not open", &fault);
    code = check_head(cli, out);
    if (code != EXIT_DONE)
        authority_close(out);
    return code;
}

/* --- issue ---------------------------------------------------------------------------------------------- */

static enum exit_code read_kind(const struct cli *cli, enum subject_kind *out)
{
    static const struct {
        const char *name;
        enum subject_kind kind;
    } kinds[] = {{"daemon", SUBJECT_DAEMON},
                 {"person", SUBJECT_PERSON},
                 {"regional", SUBJECT_REGIONAL},
                 {"auditor", SUBJECT_AUDITOR}};
    const char *name;
    enum exit_code code = need(cli, "kind", &name);

    if (code != EXIT_DONE)
        return code;
    for (size_t i = 0; i < CW_COUNT(kinds); i++)
        if (strcmp(name, kinds[i].name) == 0) {
            *out = kinds[i].kind;
            return EXIT_DONE;
        }
    return complain(
        cli, EXIT_USAGE,
        &(struct trouble){"there is no such kind of holder", name, "it is daemon, person, regional or auditor", NULL});
}

static enum exit_code read_roles(const struct cli *cli, struct issue_order *order)
{
    const char *text = cli_value(cli, "role");
    uint32_t mask = 0;

    if (text != NULL && !schema_roles_parse(slice_of(text), &mask))
        return complain(
            cli, EXIT_USAGE,
            &(struct trouble){"a role was not understood", text, "codes with commas between, like PC,INSP", NULL});
    for (uint32_t role = 1; role < ROLE_LIMIT; role++)
        if ((mask & (1u << role)) != 0 && order->role_count < ROLES_MAX)
            order->roles[order->role_count++] = role;
    return EXIT_DONE;
}

static enum exit_code read_order(const struct cli *cli, const char *dir, struct issue_order *order,
                                 char home[static PATH_LEN_MAX])
{
    enum exit_code code = read_kind(cli, &order->subject);

    if (code == EXIT_DONE)
        code = need(cli, "division", &order->division);
    if (code == EXIT_DONE)
        code = need(cli, "name", &order->name);
    if (code == EXIT_DONE)
        code = read_roles(cli, order);
    if (code == EXIT_DONE && !cli_number(cli, "days", 1, 3650, 730, &order->days))
        code = EXIT_USAGE;
    order->may_bundle = cli_flag(cli, "may-bundle");
    order->home = cli_value(cli, "out");
    if (code != EXIT_DONE || order->home != NULL)
        return code;
    if (strchr(order->name, '/') != NULL || !path_join(home, dir, "issued/%s@%s", order->name, order->division))
        return complain(cli, EXIT_USAGE,
                        &(struct trouble){"this name makes no folder", order->name, "give --out DIR", NULL});
    order->home = home;
    return EXIT_DONE;
}

/* Which daemon the holder's program talks to: the context file of the new home folder. */
static enum exit_code write_context(const struct cli *cli, const char *home)
{
    const char *address = cli_value(cli, "address"), *daemon = cli_value(cli, "daemon-cert");
    char path[PATH_LEN_MAX], text[512], key[2 * KEY_LEN + 1];
    struct certificate cert;
    struct buf bytes = {0};
    bool known;
    int len;

    if (address == NULL && daemon == NULL)
        return EXIT_DONE;
    known = address != NULL && daemon != NULL && file_read(daemon, CERT_LEN_MAX, &bytes) == CW_OK &&
            certificate_parse(buf_slice(&bytes), &cert) == CW_OK && cert.subject == SUBJECT_DAEMON;
    if (known)
        hex_of(slice(cert.curve_key, KEY_LEN), key);
    buf_done(&bytes);
    if (!known)
        return complain(
            cli, EXIT_USAGE,
            &(struct trouble){"the certificate is issued, but its folder has no context", "--address, --daemon-cert",
                              "both are needed, and the second is the file of a daemon's certificate", NULL});
    len = snprintf(text, sizeof(text), "address = %s\ndaemon-key = %s\n", address, key);
    if (len < 0 || (size_t)len >= sizeof(text) || !path_join(path, home, "context") ||
        file_write(path, slice(text, (size_t)len), 0644) != CW_OK)
        return complain(cli, EXIT_FAILED, &(struct trouble){"the context was not written", home, NULL, NULL});
    return EXIT_DONE;
}

static enum exit_code issue(const struct cli *cli, struct authority *a, struct cw_slice passphrase)
{
    struct issue_order order = {.passphrase = passphrase};
    struct cw_fault fault = {0};
    char home[PATH_LEN_MAX];
    enum exit_code code = read_order(cli, a->dir, &order, home);

    if (code != EXIT_DONE)
        return code;
    if (authority_issue(a, &order, &fault) != CW_OK || authority_commit(a, &fault) != CW_OK)
        return complain_fault(cli, "no certificate was issued", &fault);
    if (!cli->quiet)
        printf("%s: key and certificate of \"%s\" at %s; entry %llu of the authority's log\n"
               "  next: casewire authority publish --dir %s --socket /run/casewire/admin.sock\n",
               order.home, order.name, order.division, (unsigned long long)a->log.seq, a->dir);
    return write_context(cli, order.home);
}

static enum exit_code run_issue(struct cli *cli)
{
    struct buf passphrase = {0}, fresh = {0};
    struct authority a = {0};
    enum exit_code code = open_to_sign(cli, &passphrase, &a);

    if (code == EXIT_DONE) {
        /* The new key file gets the authority's passphrase unless told otherwise: its holder changes it. */
        if (!cli_flag(cli, "insecure-lab") && passphrase.len == 0)
            code = new_passphrase(cli, &fresh);
        if (code == EXIT_DONE)
            code = issue(cli, &a,
                         cli_flag(cli, "insecure-lab") ? slice(NULL, 0)
                         : passphrase.len != 0         ? buf_slice(&passphrase)
                                                       : buf_slice(&fresh));
        authority_close(&a);
    }
    buf_done(&passphrase);
    buf_done(&fresh);
    return code;
}

/* --- policy, revoke -------------------------------------------------------------------------------------- */

static enum exit_code run_policy(struct cli *cli)
{
    struct buf passphrase = {0};
    struct authority a = {0};
    struct cw_fault fault = {0};
    enum exit_code code = open_to_sign(cli, &passphrase, &a);

    if (code == EXIT_DONE) {
        if (authority_policy(&a, cli->operands[0], cli->operands[1], &fault) != CW_OK ||
            authority_commit(&a, &fault) != CW_OK)
            code = complain_fault(cli, "no policy was recorded", &fault);
        authority_close(&a);
    }
    buf_done(&passphrase);
    return code;
}

static enum exit_code run_revoke(struct cli *cli)
{
    return complain(cli, EXIT_FAILED,
                    &(struct trouble){"nothing was revoked", "authority revoke",
                                      "this version has the record's format, but its daemons do not act on it yet",
                                      "take the key away from its holder, and the daemon off the network"});
}

#define SIGN_OPTIONS                                                                                        \
    {"dir", "DIR", "the authority's folder"},                                                               \
        {"socket", "PATH", "admin socket of a daemon, asked first whether this folder is the newest copy"}, \
    {                                                                                                       \
        "offline", NULL, "ask no daemon (before the first one runs)"                                        \
    }

static const struct cli_option init_options[] = {
    {"dir", "DIR", "folder to make"},
    {"network-name", "TEXT", "what people call the network"},
    {"force", "CODE", "the force's code, e.g. ZZ"},
    {"insecure-lab", NULL, "keys in clear: throw-away labs only"},
    {NULL, NULL, NULL},
};
static const struct cli_option issue_options[] = {
    SIGN_OPTIONS,
    {"kind", "KIND", "daemon, person, regional or auditor"},
    {"division", "CODE", "the holder's division, e.g. NTH"},
    {"name", "TEXT", "a role account is better than a person's name"},
    {"role", "CODES", "e.g. PC,INSP"},
    {"may-bundle", NULL, "may sign many statements with one signature"},
    {"days", "N", "valid so long (default 730)"},
    {"address", "TCP", "where the holder's daemon listens for clients: written into the folder's context"},
    {"daemon-cert", "FILE", "that daemon's certificate"},
    {"out", "DIR", "folder for key and certificate (default issued/NAME@DIVISION)"},
    {"insecure-lab", NULL, "key file in clear: throw-away labs, or keys that the service manager protects"},
    {NULL, NULL, NULL},
};
static const struct cli_option policy_options[] = {SIGN_OPTIONS, {NULL, NULL, NULL}};

const struct cli_command cmd_authority_init = {
    "authority",
    "init",
    NULL,
    0,
    0,
    "make a network: its genesis, its root key, a force's authority",
    "  casewire authority init --dir /srv/authority --network-name 'Marlshire' --force ZZ\n",
    init_options,
    run_init};
const struct cli_command cmd_authority_issue = {
    "authority",
    "issue",
    NULL,
    0,
    0,
    "make keys and a certificate, and record it in the authority's log",
    "  casewire authority issue --dir /srv/authority --offline --kind daemon --division NTH --name 'Daemon of NTH'\n"
    "  casewire authority issue --dir /srv/authority --socket /run/casewire/admin.sock --kind person \\\n"
    "      --division NTH --name 'Duty inspector' --role INSP\n",
    issue_options,
    run_issue};
const struct cli_command cmd_authority_policy = {
    "authority",
    "policy",
    "NAME VALUE",
    2,
    2,
    "record who may do what, or how long a clock runs",
    "  casewire authority policy --dir /srv/authority --offline clock.M8.duration_s 259200\n",
    policy_options,
    run_policy};
const struct cli_command cmd_authority_revoke = {"authority", "revoke", "CERTIFICATE",
                                                 0,           1,        "take a certificate back (not in this version)",
                                                 NULL,        NULL,     run_revoke};
