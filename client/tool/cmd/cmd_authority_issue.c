/* SPDX-License-Identifier: Apache-2.0 */
/* authority issue: keys and a certificate for somebody new, or in the place of keys that were lost. */
#include "tool/cmd_authority.h"
#include "tool/cmd_authority_sign.h"
#include "tool/cmd_enrol.h"
#include "tool/out.h"

#include "lib/fault.h"
#include "proto/schema.h"

/* An order as it is read from the command line; the texts it points at are in here. */
struct reading {
    struct issue_order order;
    struct cert_id replaces;
    char home[PATH_LEN_MAX], name[NAME_LEN_MAX + 1], division[DIVISION_LEN_MAX + 1];
};

static const struct {
    const char *name;
    enum subject_kind kind;
} kinds[] = {{"daemon", SUBJECT_DAEMON},
             {"person", SUBJECT_PERSON},
             {"regional", SUBJECT_REGIONAL},
             {"auditor", SUBJECT_AUDITOR}};

static enum exit_code read_kind(const struct cli *cli, enum subject_kind *out)
{
    const char *name;
    enum exit_code code = authority_need(cli, "kind", &name);

    if (code != EXIT_DONE)
        return code;
    for (size_t i = 0; i < CW_COUNT(kinds); i++)
        if (strcmp(name, kinds[i].name) == 0) {
            *out = kinds[i].kind;
            return EXIT_DONE;
        }
    return complain(cli, EXIT_USAGE,
                    &(struct trouble){"there is no such kind of holder", name,
                                      "it is daemon, person, regional or auditor", "casewire authority issue --help"});
}

static enum exit_code read_roles(const struct cli *cli, struct issue_order *order)
{
    const char *text = cli_value(cli, "role");
    uint32_t mask = 0;

    if (text == NULL)
        return EXIT_DONE;
    if (!schema_roles_parse(slice_of(text), &mask))
        return complain(cli, EXIT_USAGE,
                        &(struct trouble){"a role was not understood", text, "codes with commas between, like PC,INSP",
                                          "casewire schema"});
    order->role_count = 0;
    for (uint32_t role = 1; role < ROLE_LIMIT; role++)
        if ((mask & (1u << role)) != 0 && order->role_count < ROLES_MAX)
            order->roles[order->role_count++] = role;
    return EXIT_DONE;
}

/* Copied: the certificates move when the next segment is added. */
static enum exit_code take_text(const struct cli *cli, const char *option, struct cw_slice before, char *out,
                                size_t cap)
{
    const char *text = cli_value(cli, option);
    enum exit_code code = before.len == 0 ? authority_need(cli, option, &text) : EXIT_DONE;
    int len;

    if (code != EXIT_DONE)
        return code;
    len = text != NULL ? snprintf(out, cap, "%s", text) : snprintf(out, cap, "%.*s", (int)before.len, before.data);
    if (len >= 0 && (size_t)len < cap)
        return EXIT_DONE;
    return complain(cli, EXIT_USAGE, &(struct trouble){"an option's value is too long", option, NULL, NULL});
}

/* Somebody whose keys are lost, or whose passphrase is: all else stays as it was, unless it is said anew. */
static enum exit_code read_replaced(const struct cli *cli, const struct authority *a, struct reading *r,
                                    const struct trust_cert **out)
{
    const char *name = cli_value(cli, "replace");
    enum exit_code code = name != NULL ? authority_find_cert(cli, a, name, out) : EXIT_DONE;

    if (code != EXIT_DONE || *out == NULL)
        return code;
    if ((*out)->parsed.subject == SUBJECT_DAEMON)
        return complain(
            cli, EXIT_USAGE,
            &(struct trouble){
                "nothing was issued", "--replace",
                "a daemon's store is bound to its key: it asks for a renewal, or for a new key (docs/operations.md)",
                "casewire enrol request NAME INVITATION --renew ..."});
    r->order.subject = (*out)->parsed.subject;
    r->order.role_count = (*out)->parsed.role_count;
    memcpy(r->order.roles, (*out)->parsed.roles, sizeof(r->order.roles));
    r->order.may_bundle = (*out)->parsed.may_bundle;
    r->replaces = (*out)->id;
    r->order.replaces = &r->replaces;
    return EXIT_DONE;
}

/* issued/NAME@DIVISION, or the first of issued/NAME@DIVISION.2, .3 ... that is free: keys are never overwritten. */
static enum exit_code choose_home(const struct cli *cli, const char *dir, struct reading *r)
{
    const char *out = cli_value(cli, "out");

    r->order.home = out != NULL ? out : r->home;
    if (out != NULL)
        return EXIT_DONE;
    for (int i = 1; i < 1000 && strchr(r->name, '/') == NULL; i++) {
        char again[8] = "";

        if (i > 1)
            snprintf(again, sizeof(again), ".%d", i);
        if (!path_join(r->home, dir, "issued/%s@%s%s", r->name, r->division, again))
            break;
        if (!file_exists(r->home))
            return EXIT_DONE;
    }
    return complain(cli, EXIT_USAGE,
                    &(struct trouble){"this name makes no folder", r->name, "it holds a / or is too long",
                                      "casewire authority issue ... --out DIR"});
}

static enum exit_code read_order(const struct cli *cli, const struct authority *a, struct reading *r)
{
    const struct trust_cert *old = NULL;
    struct cw_slice none = {NULL, 0};
    enum exit_code code = read_replaced(cli, a, r, &old);

    if (code == EXIT_DONE && old == NULL)
        code = read_kind(cli, &r->order.subject);
    if (code == EXIT_DONE)
        code = take_text(cli, "division", old != NULL ? old->parsed.division : none, r->division, sizeof(r->division));
    if (code == EXIT_DONE)
        code = take_text(cli, "name", old != NULL ? old->parsed.name : none, r->name, sizeof(r->name));
    if (code == EXIT_DONE)
        code = read_roles(cli, &r->order);
    if (code == EXIT_DONE && !cli_number(cli, "days", 1, 3650, 730, &r->order.days))
        code = EXIT_USAGE;
    r->order.may_bundle = r->order.may_bundle || cli_flag(cli, "may-bundle");
    r->order.division = r->division;
    r->order.name = r->name;
    return code == EXIT_DONE ? choose_home(cli, a->dir, r) : code;
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

/* Without a context the holder's first command would be refused. A daemon has its settings instead. */
static const char *context_missing(const struct cli *cli, const struct reading *r)
{
    if (r->order.subject == SUBJECT_DAEMON || cli_value(cli, "address") != NULL)
        return "";
    return r->order.replaces != NULL
               ? "  it holds no context, which says where the daemon is: copy that file from the folder before it\n"
               : "  it holds no context, which says where the daemon is: --address and --daemon-cert write one\n";
}

static void tell(const struct cli *cli, const struct authority *a, const struct reading *r)
{
    if (cli->json)
        json_print(cli, json_pack("{s:s, s:s, s:s, s:b, s:I}", "home", r->order.home, "name", r->name, "division",
                                  r->division, "replaces", r->order.replaces != NULL, "entry", (json_int_t)a->log.seq));
    else if (!cli->quiet)
        printf("%s: key and certificate of \"%s\" at %s; entry %llu of the authority's log\n%s%s"
               "  next: casewire authority publish --dir %s --socket %s\n",
               r->order.home, r->name, r->division, (unsigned long long)a->log.seq,
               r->order.replaces != NULL ? "  the certificate before it is superseded once this is published\n" : "",
               context_missing(cli, r), a->dir, authority_socket(cli));
}

static enum exit_code issue(const struct cli *cli, struct authority *a, struct cw_slice passphrase)
{
    struct reading r = {.order.passphrase = passphrase};
    struct cw_fault fault = {0};
    enum exit_code code = read_order(cli, a, &r);

    if (code != EXIT_DONE)
        return code;
    if (authority_issue(a, &r.order, &fault) != CW_OK || authority_commit(a, &fault) != CW_OK)
        return complain_fault(cli, "no certificate was issued", &fault);
    tell(cli, a, &r);
    return write_context(cli, r.order.home);
}

/* The holder's passphrase; where nobody can be asked, and none is given, the authority's: its holder changes it. */
static enum exit_code holder_passphrase(const struct cli *cli, const struct buf *authority, struct buf *out)
{
    bool same = authority->len != 0 && cli_value(cli, "passphrase-file") != NULL &&
                cli_value(cli, "new-passphrase-file") == NULL;

    if (cli_flag(cli, "insecure-lab"))
        return EXIT_DONE;
    if (!same)
        return authority_new_passphrase(cli, out);
    return buf_add(out, buf_slice(authority)) == CW_OK ? EXIT_DONE : EXIT_FAILED;
}

static enum exit_code run_issue(struct cli *cli)
{
    struct buf passphrase = {0}, fresh = {0};
    struct authority a = {0};
    enum exit_code code;

    if (cli->operand_count == 1)
        return authority_answer(cli);
    code = authority_open_to_sign(cli, &passphrase, &a);
    if (code == EXIT_DONE) {
        code = holder_passphrase(cli, &passphrase, &fresh);
        if (code == EXIT_DONE)
            code = issue(cli, &a, buf_slice(&fresh));
        authority_close(&a);
    }
    passphrase_done(&passphrase);
    passphrase_done(&fresh);
    return code;
}

static const struct cli_option issue_options[] = {
    SIGN_OPTIONS,
    {"kind", "HOLDER", "daemon, person, regional or auditor"},
    {"division", "CODE", "the holder's division, e.g. NTH"},
    {"name", "TEXT", "a role account is better than a person's name"},
    {"role", "ROLES", "e.g. PC,INSP"},
    {"may-bundle", NULL, "may sign many statements with one signature"},
    {"days", "N", "valid so long (default 730)"},
    {"address", "ADDRESS", "where the holder's daemon listens for clients: written into the folder's context"},
    {"daemon-cert", "FILE", "that daemon's certificate"},
    {"out", "PATH",
     "folder for key and certificate (default issued/NAME@DIVISION); of a request: the file (NAME.bundle)"},
    {"fingerprint", "WORDS", "of a request: the words that they read to you; asked about on a terminal otherwise"},
    {"replace", "CERTIFICATE",
     "whose keys or passphrase are lost: the same holder, new keys; the old certificate ends"},
    {"new-passphrase-file", "FILE", "passphrase of the new key file; asked for on a terminal otherwise"},
    {"insecure-lab", NULL, "key file in clear: throw-away labs, or keys that the service manager protects"},
    {NULL, NULL, NULL},
};
const struct cli_command cmd_authority_issue = {
    .noun = "authority",
    .group = GROUP_AUTHORITY,
    .verb = "issue",
    .operands = "[FILE]",
    .operand_max = 1,
    .summary = "make keys and a certificate for somebody",
    .about =
        "Before it signs, it asks a daemon whether the folder is the newest copy of the authority's log: signing "
        "on an old "
        "copy would fork it. It waits while another command writes in the folder. With --replace, kind, division, name "
        "and roles are those of the old certificate, "
        "unless they are "
        "said anew, and the old one is superseded.\n\n"
        "FILE is a new division's request (casewire enrol request): its keys were made where it runs. After its words "
        "were compared, the certificate that it asks for is recorded, and --out is one file for it: genesis, logs, "
        "certificate, and where the others listen.",
    .examples = "  casewire authority issue --dir /srv/authority --offline --kind daemon \\\n"
                "      --division NTH --name 'Daemon of NTH'\n"
                "  casewire authority issue --dir /srv/authority --kind person \\\n"
                "      --socket /run/casewire/north/admin.sock --division NTH \\\n"
                "      --name 'Duty inspector' --role INSP\n"
                "  casewire authority issue --dir /srv/authority --replace 7d2a90b1 \\\n"
                "      --socket /run/casewire/north/admin.sock\n"
                "  casewire authority issue east.request --dir /srv/authority \\\n"
                "      --socket /run/casewire/north/admin.sock\n",
    .options = issue_options,
    .json = "home:s? name:s? division:s replaces:b? entry:i bundle:s? title:s? address:s? cert:h? words:s? again:b?",
    .run = run_issue,
};
