/* SPDX-License-Identifier: Apache-2.0 */
/* authority issue REQUEST: one file back to a new division. authority invite: what its request starts from. */
#include "tool/cmd_authority_sign.h"
#include "tool/cmd_enrol.h"
#include "tool/enrol.h"
#include "tool/out.h"
#include "tool/words.h"

#include "lib/fault.h"
#include "lib/when.h"

#include <stdlib.h>
#include <unistd.h>

struct answering {
    struct asking asking;
    struct authority authority;
    char title[ENROL_TITLE_LEN_MAX + 1], division[DIVISION_LEN_MAX + 1], address[ENROL_ADDRESS_LEN_MAX + 1];
    char out[PATH_LEN_MAX], words[WORDS_LEN_MAX], until[WHEN_TEXT_LEN_MAX];
    struct cert_id sibling; /* a daemon that the division has already; copied: certificates move when one is added */
    bool has_sibling, renews;
    struct members *members;
    bool again;
};

static void describe(const struct cli *cli, struct answering *s)
{
    const char *out = cli_value(cli, "out");

    fault_clean_text(s->asking.request.title, s->title, sizeof(s->title));
    fault_clean_text(s->asking.request.address, s->address, sizeof(s->address));
    fault_clean_text(s->asking.cert.division, s->division, sizeof(s->division));
    when_london(s->asking.cert.not_after, false, s->until);
    words_of(&s->asking.hash, s->words);
    if (out != NULL)
        snprintf(s->out, sizeof(s->out), "%s", out);
    else
        snprintf(s->out, sizeof(s->out), "%s.bundle", s->title);
}

/* --- the words -------------------------------------------------------------------------------------------- */

static enum exit_code compare_words(const struct cli *cli, const struct answering *s, const char *heard)
{
    size_t differs = words_differ(heard, &s->asking.hash);
    char why[120];

    if (differs == 0)
        return EXIT_DONE;
    if (differs > WORDS_COUNT)
        snprintf(why, sizeof(why), "there are more than the %d words of a request", WORDS_COUNT);
    else
        snprintf(why, sizeof(why), "word %zu is another: this is not the request that they made", differs);
    return complain(cli, EXIT_DENIED,
                    &(struct trouble){"nothing was signed: the words are not the same", "--fingerprint", why,
                                      "have them read the words that casewire enrol request printed"});
}

static enum exit_code ask(const struct cli *cli, const struct answering *s)
{
    char said[16] = "";

    fprintf(stderr,
            "%s (%s) asks to be admitted, listening at %s, until %s\n"
            "  words  %s\n"
            "Did they read you the same words, by telephone or face to face? Type yes: ",
            s->title, s->division, s->address, s->until, s->words);
    if (fgets(said, sizeof(said), stdin) != NULL && strcmp(said, "yes\n") == 0)
        return EXIT_DONE;
    return complain(cli, EXIT_DENIED,
                    &(struct trouble){"nothing was signed", s->title, "the words were not confirmed",
                                      "have them read the words that casewire enrol request printed"});
}

static enum exit_code confirm(const struct cli *cli, const struct answering *s)
{
    const char *heard = cli_value(cli, "fingerprint");

    if (heard != NULL)
        return compare_words(cli, s, heard);
    if (isatty(STDIN_FILENO) == 1)
        return ask(cli, s);
    return complain(cli, EXIT_USAGE,
                    &(struct trouble){"nothing was signed", "--fingerprint",
                                      "the words that they read must be compared, and there is no terminal to ask on",
                                      "casewire authority issue FILE --fingerprint 'WORDS' ..."});
}

/* --- the answer ------------------------------------------------------------------------------------------- */

static const struct trust_cert *find_sibling(const struct answering *s)
{
    const struct cw_trust *trust = s->authority.trust;

    for (size_t i = 0; i < trust->cert_count; i++) {
        const struct trust_cert *c = &trust->certs[i];

        if (c->parsed.subject == SUBJECT_DAEMON && !c->revoked && !ID_EQ(&c->id, &s->asking.id) &&
            slice_eq(c->parsed.division, s->asking.cert.division))
            return c;
    }
    return NULL;
}

static enum cw_err record(struct answering *s, struct cw_fault *fault)
{
    const struct enrol_request *request = &s->asking.request;
    enum cw_err err;

    if (s->again)
        return CW_OK;
    err = authority_admit(&s->authority, request->certificate, &request->possession, fault);
    return err == CW_OK ? authority_commit(&s->authority, fault) : err;
}

static enum cw_err write_answer(struct answering *s, struct cw_fault *fault)
{
    enum cw_err err = members_load(s->authority.dir, s->members, fault);

    if (err == CW_OK)
        err = members_add(s->members, &s->asking.id, s->asking.request.title, s->asking.request.address, fault);
    if (err == CW_OK)
        err = record(s, fault);
    if (err == CW_OK)
        err = members_save(s->authority.dir, s->members, fault);
    return err == CW_OK ? joining_write(&s->authority, s->members, &s->asking.id, s->out, fault) : err;
}

static void tell(const struct cli *cli, const struct answering *s)
{
    char id[2 * ID_LEN + 1];

    hex_of(ID_SLICE(&s->asking.id), id);
    if (cli->json) {
        json_print(cli, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:I}", "bundle", s->out, "title", s->title,
                                  "division", s->division, "address", s->address, "cert", id, "words", s->words,
                                  "again", s->again, "entry", (json_int_t)s->authority.log.seq));
        return;
    }
    if (cli->quiet)
        return;
    printf("%s: the answer to %s (%s), until %s%s\n", s->out, s->title, s->division, s->until,
           s->again ? "; it was issued before" : "");
    if (s->has_sibling) {
        hex_of(ID_SLICE(&s->sibling), id);
        printf("  %s has %s already: casewire authority revoke %.8s once %s\n", s->division,
               s->renews ? "a certificate for these keys" : "another daemon", id,
               s->renews ? "it runs with this one" : "this one is in its place");
    }
    printf("  next, at a division that runs: casewire peer add NAME %s\n"
           "        at the new host:         casewire join %s\n",
           s->out, s->out);
}

static enum exit_code answer(struct cli *cli, struct answering *s)
{
    struct cw_fault fault = {0};
    enum exit_code code;

    if (asking_check(&s->asking, &s->authority, when_now(), &s->again, &fault) != CW_OK)
        return complain_fault(cli, "nothing was signed", &fault);
    code = confirm(cli, s);
    if (code != EXIT_DONE)
        return code;
    const struct trust_cert *sibling = find_sibling(s);
    if (sibling != NULL) {
        s->sibling = sibling->id;
        s->has_sibling = true;
        s->renews = certificates_share_keys(&sibling->parsed, &s->asking.cert);
    }
    s->members = calloc(1, sizeof(*s->members));
    if (s->members == NULL)
        return EXIT_FAILED;
    if (write_answer(s, &fault) != CW_OK)
        code = complain_fault(cli, "the answer was not written", &fault);
    else
        tell(cli, s);
    free(s->members);
    return code;
}

/* What a request says by itself. */
static enum exit_code refuse_options(const struct cli *cli)
{
    static const char *const said[] = {"kind", "division", "name", "role", "may-bundle", "days", "address", "replace"};
    char option[40];

    for (size_t i = 0; i < CW_COUNT(said); i++) {
        if (cli_value(cli, said[i]) == NULL)
            continue;
        snprintf(option, sizeof(option), "--%s", said[i]);
        return complain(cli, EXIT_USAGE,
                        &(struct trouble){
                            "an option is not for requests", option,
                            "the request says it, signed by its holder: what is wrong in it is asked for anew", NULL});
    }
    return EXIT_DONE;
}

enum exit_code authority_answer(struct cli *cli)
{
    struct answering s = {0};
    struct buf passphrase = {0};
    struct cw_fault fault = {0};
    enum exit_code code = refuse_options(cli);

    if (code != EXIT_DONE)
        return code;
    if (asking_open(cli->operands[0], &s.asking, &fault) != CW_OK)
        return complain_fault(cli, "nothing was signed: this is no request", &fault);
    describe(cli, &s);
    code = authority_open_to_sign(cli, &passphrase, &s.authority);
    if (code == EXIT_DONE) {
        code = answer(cli, &s);
        authority_close(&s.authority);
    }
    asking_done(&s.asking);
    passphrase_done(&passphrase);
    return code;
}

/* --- invite ------------------------------------------------------------------------------------------------- */

static enum exit_code open_to_invite(const struct cli *cli, struct buf *passphrase, struct authority *out)
{
    struct cw_fault fault = {0};
    const char *dir;
    enum exit_code code = authority_need(cli, "dir", &dir);

    if (code == EXIT_DONE && authority_needs_passphrase(dir))
        code = passphrase_get(cli, "passphrase-file", "Passphrase of the authority: ", false, passphrase);
    if (code == EXIT_DONE && authority_open(dir, true, buf_slice(passphrase), out, &fault) != CW_OK)
        code = complain_fault(cli, "the authority does not open", &fault);
    return code;
}

static void tell_invitation(const struct cli *cli, const struct authority *a, const char *path)
{
    char words[WORDS_LEN_MAX], name[NAME_LEN_MAX + 1];
    struct hash network;

    memcpy(network.b, a->network.b, ID_LEN);
    words_of(&network, words);
    fault_clean_text(a->trust->genesis.name, name, sizeof(name));
    if (cli->json)
        json_print(cli, json_pack("{s:s, s:s, s:s}", "invitation", path, "network_name", name, "words", words));
    else if (!cli->quiet)
        printf("%s: invitation to \"%s\"; it holds no secret\n  words  %s\n  next, at a new host: casewire enrol "
               "request NAME %s\n",
               path, name, words, path);
}

static enum exit_code run_invite(struct cli *cli)
{
    const char *out = cli_value(cli, "out");
    struct buf passphrase = {0};
    struct authority a = {0};
    struct cw_fault fault = {0};
    char path[PATH_LEN_MAX];
    enum exit_code code = open_to_invite(cli, &passphrase, &a);

    if (code == EXIT_DONE) {
        snprintf(path, sizeof(path), "%s", out != NULL ? out : "invitation");
        if (joining_write(&a, NULL, NULL, path, &fault) != CW_OK)
            code = complain_fault(cli, "the invitation was not written", &fault);
        else
            tell_invitation(cli, &a, path);
        authority_close(&a);
    }
    passphrase_done(&passphrase);
    return code;
}

static const struct cli_option invite_options[] = {
    {"dir", "DIR", "the authority's folder"},
    {"out", "FILE", "the invitation (default: invitation)"},
    {NULL, NULL, NULL},
};
const struct cli_command cmd_authority_invite = {
    .noun = "authority",
    .group = GROUP_AUTHORITY,
    .verb = "invite",
    .summary = "write what a new division's request starts from",
    .about =
        "The network's genesis and its root log, signed: no secret. The same file does for every division, until the "
        "root's keys change.",
    .examples = "  casewire authority invite --dir /srv/authority\n",
    .options = invite_options,
    .json = "invitation:s network_name:s words:s",
    .run = run_invite,
};
