/* SPDX-License-Identifier: Apache-2.0 */
/* enrol request: keys for a new division, made on its host, and the request that goes to the authority. */
#include "tool/cmd_enrol.h"
#include "tool/enrol.h"
#include "tool/out.h"
#include "tool/words.h"

#include "lib/fault.h"

struct requesting {
    struct host host;
    struct request_plan plan;
    char name[NAME_LEN_MAX + 1], out[PATH_LEN_MAX];
    char words[WORDS_LEN_MAX];
};

static enum exit_code check_encrypt(const struct cli *cli, const struct requesting *r)
{
    if (!r->plan.renew)
        return host_check_encrypt(cli, &r->host);
    return complain(cli, EXIT_USAGE,
                    &(struct trouble){"nothing was made: a renewal makes no keys that could be encrypted",
                                      "--encrypt-keys", "those that are there stay as they are", NULL});
}

static enum exit_code read_plan(const struct cli *cli, struct requesting *r)
{
    const char *name = cli_value(cli, "name"), *out = cli_value(cli, "out");
    enum exit_code code = host_read(cli, cli->operands[0], &r->host);

    if (code != EXIT_DONE)
        return code;
    if (!cli_number(cli, "days", 1, 3650, 730, &r->plan.days))
        return EXIT_USAGE;
    snprintf(r->name, sizeof(r->name), "Daemon of %s", r->host.code);
    r->plan.host = &r->host;
    r->plan.renew = cli_flag(cli, "renew");
    r->host.encrypt = cli_flag(cli, "encrypt-keys");
    r->plan.name = name != NULL ? name : r->name;
    if (out != NULL)
        snprintf(r->out, sizeof(r->out), "%s", out);
    else
        snprintf(r->out, sizeof(r->out), "%s.request", r->host.title);
    return r->host.encrypt ? check_encrypt(cli, r) : EXIT_DONE;
}

static enum exit_code write_out(const struct cli *cli, struct requesting *r, const struct buf *request)
{
    struct hash hash;

    enrol_hash(buf_slice(request), &hash);
    words_of(&hash, r->words);
    if (file_write(r->out, buf_slice(request), 0644) == CW_OK)
        return EXIT_DONE;
    return complain(cli, EXIT_FAILED,
                    &(struct trouble){"the request is made, but its copy was not written", r->out,
                                      "it is in the file `request` of the settings' folder", NULL});
}

static void tell_next(const struct requesting *r)
{
    printf("  next, there: casewire authority issue %s.request --dir /srv/authority --socket PATH\n"
           "        here:  ",
           r->host.title);
    next_join(stdout, &r->host);
    putchar('\n');
}

static void tell(const struct cli *cli, const struct requesting *r, const struct joining *invitation)
{
    char network[NAME_LEN_MAX + 1];
    const struct host *h = &r->host;

    fault_clean_text(invitation->trust->genesis.name, network, sizeof(network));
    if (cli->json) {
        json_print(cli,
                   json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "request", r->out, "words", r->words, "network_name",
                             network, "title", h->title, "division", h->code, "address", h->address));
        return;
    }
    if (cli->quiet) {
        printf("%s\n", r->words);
        return;
    }
    printf("%s: division %s (%s) asks to be admitted to \"%s\", listening at %s\n"
           "  words  %s\n"
           "  Send the file to whoever runs the authority, and read them the words by telephone.\n"
           "  Go on only when they see the same. The secret keys stay in %s/%s.\n",
           r->out, h->title, h->code, network, h->address, r->words, h->settings, h->encrypt ? HOST_KEY_CRED : "key");
    next_copy(stdout, h);
    tell_next(r);
}

/* The certificate's, whatever the options or the name would have given: it may be that of one renewed. */
static void note_code(struct requesting *r, const struct buf *request)
{
    struct enrol_request asked;
    struct certificate cert;

    if (enrol_request_parse(buf_slice(request), &asked) == CW_OK &&
        certificate_parse(asked.certificate, &cert) == CW_OK)
        snprintf(r->host.code, sizeof(r->host.code), "%.*s", (int)cert.division.len, (const char *)cert.division.data);
}

static enum exit_code run_request(struct cli *cli)
{
    struct requesting r = {0};
    struct joining invitation;
    struct buf request = {0};
    struct cw_fault fault = {0};
    enum exit_code code = read_plan(cli, &r);

    if (code != EXIT_DONE)
        return code;
    if (joining_open(cli->operands[1], &invitation, &fault) != CW_OK)
        return complain_fault(cli, "nothing was made: this is no invitation", &fault);
    if (host_request(&r.plan, &invitation, &request, &fault) != CW_OK)
        code = complain_host(cli, "no request was made", &r.host, &fault);
    else
        code = write_out(cli, &r, &request);
    note_code(&r, &request);
    if (code == EXIT_DONE)
        tell(cli, &r, &invitation);
    buf_done(&request);
    joining_done(&invitation);
    return code;
}

static const struct cli_option request_options[] = {
    {"division", "CODE", "the division's code (default: EST for east, otherwise the name in capitals)"},
    {"address", "ADDRESS", "where other divisions reach it (default tcp://THIS-MACHINE:4700)"},
    {"name", "TEXT", "in the certificate (default: Daemon of CODE)"},
    {"days", "N", "valid so long (default 730)"},
    {"renew", NULL, "for a division that runs: another certificate for the keys that it has, before the old one ends"},
    {"out", "FILE", "the request (default NAME.request)"},
    {HOST_ENCRYPT},
    {HOST_SETTINGS},
    {HOST_STATE},
    {HOST_RUN},
    {NULL, NULL, NULL},
};
const struct cli_command cmd_enrol_request = {
    .noun = "enrol",
    .group = GROUP_AUTHORITY,
    .verb = "request",
    .operands = "NAME FILE",
    .operand_min = 2,
    .operand_max = 2,
    .summary = "make a new division's keys here; ask to be admitted",
    .about = "FILE is the network's invitation, which `casewire init` or `casewire authority invite` wrote. The secret "
             "keys never leave this host. The twelve words that it prints are of the request and, in it, of keys and "
             "network: when those who run the authority see the same words, nobody changed either on the way.\n\n"
             "With --renew, division, name and keys are those of the certificate that is there, which goes on until "
             "`casewire join` took the answer and the daemon was started again; its store stays.",
    .examples = "  casewire enrol request east invitation \\\n"
                "      --address tcp://east.example:4700\n"
                "  casewire enrol request east invitation --renew \\\n"
                "      --address tcp://east.example:4700\n",
    .options = request_options,
    .json = "request:s words:s network_name:s title:s division:s address:s",
    .run = run_request,
};
