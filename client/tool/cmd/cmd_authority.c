/* SPDX-License-Identifier: Apache-2.0 */
/*
 * authority init, policy, revoke. Issuing is in cmd_authority_issue.c, reading and publishing in cmd_authority_read.c,
 * what a daemon is asked before and after in cmd_authority_head.c.
 */
#include "tool/cmd_authority.h"
#include "tool/cmd_authority_sign.h"
#include "tool/out.h"

#include "lib/fault.h"
#include "proto/schema.h"

enum exit_code authority_need(const struct cli *cli, const char *name, const char **out)
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

/* authority init makes all its keys anew: the common option is enough for it. */
static const char *passphrase_option(const struct cli *cli)
{
    for (const struct cli_option *o = cli->command->options; o != NULL && o->name != NULL; o++) {
        if (strcmp(o->name, "new-passphrase-file") == 0 &&
            (cli_value(cli, o->name) != NULL || cli_value(cli, "passphrase-file") == NULL))
            return "new-passphrase-file";
    }
    return "passphrase-file";
}

/* A new file's passphrase: the option's file, the terminal, or none when the command says so aloud. */
enum exit_code authority_new_passphrase(const struct cli *cli, struct buf *out)
{
    if (cli_flag(cli, "insecure-lab"))
        return EXIT_DONE;
    enum exit_code code = passphrase_get(cli, passphrase_option(cli), "New passphrase: ", true, out);
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
    enum exit_code code = authority_need(cli, "dir", &plan.dir);

    if (code == EXIT_DONE)
        code = authority_need(cli, "network-name", &plan.network_name);
    if (code == EXIT_DONE)
        code = authority_need(cli, "force", &plan.force);
    if (code == EXIT_DONE)
        code = authority_new_passphrase(cli, &passphrase);
    plan.passphrase = buf_slice(&passphrase);
    if (code == EXIT_DONE && authority_create(&plan, &fault) != CW_OK)
        code = complain_fault(cli, "the authority was not made", &fault);
    if (code == EXIT_DONE && cli->json)
        json_print(
            cli, json_pack("{s:s, s:s, s:s}", "dir", plan.dir, "network_name", plan.network_name, "force", plan.force));
    else if (code == EXIT_DONE && !cli->quiet)
        printf("%s: network \"%s\", authority of %s\n"
               "  root.key admits authorities and is not needed day by day: keep it away from this machine\n"
               "  next: casewire authority issue --dir %s --kind daemon --division NTH --name 'Daemon of NTH'\n",
               plan.dir, plan.network_name, plan.force, plan.dir);
    passphrase_done(&passphrase);
    return code;
}

/* --- naming a certificate --------------------------------------------------------------------------------- */

/* A file with a certificate, or a home folder: the id of what is in it. */
static bool id_of_file(const char *name, struct cert_id *out)
{
    char path[PATH_LEN_MAX];
    struct buf bytes = {0};
    bool found = path_join(path, name, "cert") && file_read(path, CERT_LEN_MAX, &bytes) == CW_OK;

    if (!found) {
        buf_clear(&bytes);
        found = file_read(name, CERT_LEN_MAX, &bytes) == CW_OK && bytes.len > 0;
    }
    if (found)
        cert_id_of(buf_slice(&bytes), out);
    buf_done(&bytes);
    return found;
}

static size_t count_prefix(const struct authority *a, const char *hex, const struct trust_cert **out)
{
    char id[2 * CW_ID_LEN + 1];
    size_t count = 0;

    for (size_t i = 0; strlen(hex) >= 4 && i < a->trust->cert_count; i++) {
        hex_of(slice(a->trust->certs[i].id.b, CW_ID_LEN), id);
        if (strncmp(id, hex, strlen(hex)) != 0)
            continue;
        *out = &a->trust->certs[i];
        count++;
    }
    return count;
}

enum exit_code authority_find_cert(const struct cli *cli, const struct authority *a, const char *name,
                                   const struct trust_cert **out)
{
    const struct trust_cert *found = NULL;
    char next[PATH_LEN_MAX + 40];
    struct cert_id id;
    size_t count;

    snprintf(next, sizeof(next), "casewire authority list --dir %s", a->dir);
    if (id_of_file(name, &id)) {
        found = trust_find(a->trust, &id);
        count = found != NULL;
    } else {
        count = count_prefix(a, name, &found);
    }
    if (count != 1 || found == NULL)
        return complain(
            cli, count == 0 ? EXIT_NOT_FOUND : EXIT_USAGE,
            &(struct trouble){count == 0 ? "this authority issued no such certificate"
                                         : "more than one certificate begins like this",
                              name, "it is at least 4 digits of an id, a certificate's file or a home folder", next});
    if (found->revoked)
        return complain(cli, EXIT_CONFLICT,
                        &(struct trouble){"this certificate counts no more already", name,
                                          "the authority's log took it back earlier", next});
    *out = found;
    return EXIT_DONE;
}

/* --- policy, revoke -------------------------------------------------------------------------------------- */

void authority_tell_log(const struct cli *cli, const struct authority *a, const char *what)
{
    if (cli->json)
        json_print(cli, json_pack("{s:s, s:I}", "done", what, "entry", (json_int_t)a->log.seq));
    else if (!cli->quiet)
        printf("%s: entry %llu of the authority's log\n"
               "  next: casewire authority publish --dir %s --socket %s\n",
               what, (unsigned long long)a->log.seq, a->dir, authority_socket(cli));
}

static enum exit_code check_policy(const struct cli *cli)
{
    struct cw_fault fault = {0};

    if (authority_policy_check(cli->operands[0], cli->operands[1], &fault) == CW_OK)
        return EXIT_DONE;
    return complain(cli, EXIT_USAGE,
                    &(struct trouble){"nothing was signed: no daemon would go by this policy", fault.where, fault.text,
                                      "casewire schema policy"});
}

static enum exit_code run_policy(struct cli *cli)
{
    struct buf passphrase = {0};
    struct authority a = {0};
    struct cw_fault fault = {0};
    enum exit_code code = check_policy(cli);

    if (code == EXIT_DONE)
        code = authority_open_to_sign(cli, &passphrase, &a);
    if (code == EXIT_DONE) {
        if (authority_policy(&a, cli->operands[0], cli->operands[1], &fault) != CW_OK ||
            authority_commit(&a, &fault) != CW_OK)
            code = complain_fault(cli, "no policy was recorded", &fault);
        else
            authority_tell_log(cli, &a, "the policy is recorded");
        authority_close(&a);
    }
    passphrase_done(&passphrase);
    return code;
}

static enum cw_err retire(struct authority *a, const struct trust_cert *cert, struct cw_fault *fault)
{
    bool reads = cert->parsed.subject == SUBJECT_DAEMON;
    enum cw_err err = reads ? authority_expel(a, &cert->id, REVOKE_RETIRED, fault)
                            : authority_revoke(a, &cert->id, REVOKE_RETIRED, fault);

    return err == CW_OK ? authority_commit(a, fault) : err;
}

/* A compromised certificate needs a cut that says which of its statements may stay: not with this command. */
static enum exit_code run_revoke(struct cli *cli)
{
    struct buf passphrase = {0};
    struct authority a = {0};
    struct cw_fault fault = {0};
    const struct trust_cert *cert = NULL;
    enum exit_code code = authority_open_to_sign(cli, &passphrase, &a);

    if (code == EXIT_DONE) {
        code = authority_find_cert(cli, &a, cli->operands[0], &cert);
        if (code == EXIT_DONE && cert != NULL && retire(&a, cert, &fault) != CW_OK)
            code = complain_fault(cli, "nothing was revoked", &fault);
        if (code == EXIT_DONE)
            authority_tell_log(cli, &a, "the certificate is retired");
        authority_close(&a);
    }
    passphrase_done(&passphrase);
    return code;
}

static const struct cli_option init_options[] = {
    {"dir", "DIR", "folder to make"},
    {"network-name", "TEXT", "what people call the network"},
    {"force", "CODE", "the force's code, e.g. ZZ"},
    {"insecure-lab", NULL, "keys in clear: throw-away labs only"},
    {NULL, NULL, NULL},
};
static const struct cli_option policy_options[] = {SIGN_OPTIONS, {NULL, NULL, NULL}};
static const struct cli_option revoke_options[] = {SIGN_OPTIONS, {NULL, NULL, NULL}};

const struct cli_command cmd_authority_init = {
    .noun = "authority",
    .group = GROUP_AUTHORITY,
    .verb = "init",
    .summary = "make a network: its root key, a force's authority",
    .examples = "  casewire authority init --dir /srv/authority --force ZZ \\\n"
                "      --network-name 'Marlshire'\n",
    .options = init_options,
    .json = "dir:s network_name:s force:s",
    .run = run_init,
};
const struct cli_command cmd_authority_policy = {
    .noun = "authority",
    .group = GROUP_AUTHORITY,
    .verb = "policy",
    .operands = "POLICY VALUE",
    .operand_min = 2,
    .operand_max = 2,
    .summary = "record who may do what, how long a clock runs",
    .about =
        "It holds at every division once it is published, from then on and for what was recorded before; a later one "
        "of the same name takes its place. What no daemon would go by is refused. The names:\n"
        "\n"
        "role.set.FIELD, role.lower.FIELD, role.event.EVENT: who may write the field; who may lower or remove it, or "
        "resolve a conflict in it; who may record the event. Role codes with commas between, any or none.\n"
        "\n"
        "clock.CLOCK.told, clock.CLOCK.waive: whom a breach tells first, who may waive the duty. Role codes, any or "
        "none.\n"
        "\n"
        "clock.SPAN.duration_s, .working_days, .months, .days_before, .age_years, .count: how long, in the span's own "
        "unit. clock.CLOCK.soon_s, clock.CLOCK.step_s: seconds before the deadline when it is due soon, and at each "
        "rung of the ladder. Whole numbers.\n"
        "\n"
        "ladder.1, ladder.2, ladder.3, ladder.beside: whom a breach climbs to, and who hears of each rung. Role "
        "codes, any or none.\n"
        "\n"
        "calendar.YYYY-MM-DD: holiday or working.\n"
        "\n"
        "network.synthetic: true where all cases are invented, or false.\n"
        "\n"
        "Daemons keep 256 changes. Whoever would sign one more is told so: what was changed before can be changed "
        "again, nothing further can.\n"
        "\n"
        "`casewire schema policy` lists every name, what may stand there, and what stands where nothing was recorded.",
    .examples = "  casewire authority policy --dir /srv/authority --offline \\\n"
                "      clock.M8.duration_s 259200\n"
                "  casewire authority policy --dir /srv/authority \\\n"
                "      --socket /run/casewire/north/admin.sock role.event.note SUP,INSP\n",
    .options = policy_options,
    .json = "done:s entry:i",
    .run = run_policy,
};
const struct cli_command cmd_authority_revoke = {
    .noun = "authority",
    .group = GROUP_AUTHORITY,
    .verb = "revoke",
    .operands = "CERTIFICATE",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "take a certificate back",
    .about = "What it signed before stays; what comes later does not count, and its live connections are ended. A "
             "daemon is\n"
             "no member from then on: the others make a new key, and what they write under it, it cannot read.",
    .examples = "  casewire authority revoke 7d2a90b1 --dir /srv/authority \\\n"
                "      --socket /run/casewire/north/admin.sock\n",
    .options = revoke_options,
    .json = "done:s entry:i",
    .run = run_revoke,
};
