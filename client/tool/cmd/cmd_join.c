/* SPDX-License-Identifier: Apache-2.0 */
/* join: the authority's answer, verified offline and made settings of. peer add: the same file, at those who were there before. */
#include "tool/cmd_enrol.h"
#include "tool/enrol.h"
#include "tool/out.h"
#include "tool/publish.h"
#include "tool/words.h"

#include "lib/fault.h"
#include "lib/when.h"

/* --- join --------------------------------------------------------------------------------------------------- */

static enum exit_code check_fresh(const struct cli *cli, const struct host *host)
{
    char path[PATH_LEN_MAX];

    if (path_join(path, host->settings, "casewire.conf") && !file_exists(path))
        return EXIT_DONE;
    return complain(cli, EXIT_CONFLICT,
                    &(struct trouble){"nothing was written: this division has settings already", path,
                                      "what is there is never overwritten", "casewired --config FILE --check-config"});
}

static json_t *peers_json(const struct joining *j)
{
    char title[ENROL_TITLE_LEN_MAX + 1], division[DIVISION_LEN_MAX + 1], address[ENROL_ADDRESS_LEN_MAX + 1];
    json_t *peers = json_array();

    for (uint32_t i = 0; i < j->join.peer_count; i++) {
        fault_clean_text(j->join.peers[i].title, title, sizeof(title));
        fault_clean_text(j->join.peers[i].address, address, sizeof(address));
        fault_clean_text(joining_cert(j, &j->join.peers[i])->parsed.division, division, sizeof(division));
        json_array_append_new(peers,
                              json_pack("{s:s, s:s, s:s}", "title", title, "division", division, "address", address));
    }
    return peers;
}

static void tell_peers(const struct joining *j)
{
    char title[ENROL_TITLE_LEN_MAX + 1], division[DIVISION_LEN_MAX + 1], address[ENROL_ADDRESS_LEN_MAX + 1];

    for (uint32_t i = 0; i < j->join.peer_count; i++) {
        fault_clean_text(j->join.peers[i].title, title, sizeof(title));
        fault_clean_text(j->join.peers[i].address, address, sizeof(address));
        fault_clean_text(joining_cert(j, &j->join.peers[i])->parsed.division, division, sizeof(division));
        printf("  peer        %s (%s) at %s\n", title, division, address);
    }
}

static void tell(const struct cli *cli, const struct host *host, const struct joining *j)
{
    char network[NAME_LEN_MAX + 1], authority[NAME_LEN_MAX + 1], words[WORDS_LEN_MAX], until[WHEN_TEXT_LEN_MAX];
    struct hash id;

    memcpy(id.b, j->network.b, ID_LEN);
    words_of(&id, words);
    fault_clean_text(j->trust->genesis.name, network, sizeof(network));
    fault_clean_text(j->authority->parsed.name, authority, sizeof(authority));
    when_london(joining_cert(j, &j->join.member)->parsed.not_after, false, until);
    if (cli->json) {
        json_print(cli,
                   json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:o, s:s}", "network_name", network, "words", words,
                             "authority", authority, "title", host->title, "division", host->code, "certificates",
                             (json_int_t)j->trust->cert_count, "peers", peers_json(j), "settings", host->settings));
        return;
    }
    if (cli->quiet)
        return;
    printf("division %s (%s) is in the network \"%s\" until %s; verified from the network's genesis on\n"
           "  words       %s\n"
           "  trusts      %s, and the %zu certificates in its log\n",
           host->title, host->code, network, until, words, authority, j->trust->cert_count);
    tell_peers(j);
    printf("  settings    %s/casewire.conf\n", host->settings);
    next_begin(stdout, host, "--bundle", cli->operands[0]);
}

static enum exit_code renew(const struct cli *cli, const struct host *host, const struct joining *j)
{
    char until[WHEN_TEXT_LEN_MAX];
    struct cw_fault fault = {0};

    if (host_renew(host, j, &fault) != CW_OK)
        return complain_fault(cli, "the certificate was not written", &fault);
    when_london(joining_cert(j, &j->join.member)->parsed.not_after, false, until);
    if (cli->json || cli->quiet) {
        tell(cli, host, j);
        return EXIT_DONE;
    }
    printf("division %s (%s) has a certificate until %s: the same keys, and the settings as they are\n"
           "  next: ",
           host->title, host->code, until);
    next_publish(stdout, host, "--bundle", cli->operands[0]);
    fputs("\n        ", stdout);
    next_restart(stdout, host);
    return EXIT_DONE;
}

static enum exit_code join(const struct cli *cli, const struct joining *j)
{
    struct host host;
    struct cw_fault fault = {0};
    char title[ENROL_TITLE_LEN_MAX + 1];
    enum exit_code code;

    if (!j->join.has_member)
        return complain(cli, EXIT_USAGE,
                        &(struct trouble){"nothing was written: this is an invitation", cli->operands[0],
                                          "a request is made from it first, and this command takes the answer",
                                          "casewire enrol request NAME FILE"});
    fault_clean_text(j->join.member.title, title, sizeof(title));
    code = host_places(cli, title, &host);
    if (code != EXIT_DONE)
        return code;
    if (host_compare(&host, j, &fault) != CW_OK)
        return complain_host(cli, "nothing was written: this was not found to be an answer for this host", &host,
                             &fault);
    if (host_is_renewed(&host, j))
        return renew(cli, &host, j);
    code = check_fresh(cli, &host);
    if (code != EXIT_DONE)
        return code;
    if (host_join(&host, j, &fault) != CW_OK)
        return complain_fault(cli, "the settings were not written", &fault);
    tell(cli, &host, j);
    return EXIT_DONE;
}

static enum exit_code run_join(struct cli *cli)
{
    struct joining j;
    struct cw_fault fault = {0};
    enum exit_code code;

    if (joining_open(cli->operands[0], &j, &fault) != CW_OK)
        return complain_fault(cli, "nothing was written: this is no join bundle", &fault);
    code = join(cli, &j);
    joining_done(&j);
    return code;
}

/* --- peer add ----------------------------------------------------------------------------------------------- */

static enum cw_err compare_network(const struct host *host, const struct joining *j, struct cw_fault *fault)
{
    struct buf genesis = {0};
    char path[PATH_LEN_MAX];
    enum cw_err err =
        path_join(path, host->settings, "network") ? file_read(path, NETWORK_GENESIS_LEN_MAX, &genesis) : CW_LOCAL_IO;

    if (err != CW_OK)
        fault_set(fault, err, path, "this division's network cannot be read");
    else if (!slice_eq(buf_slice(&genesis), j->join.genesis))
        err = fault_set(fault, CW_REFUSED_NETWORK, "bundle", "it is of another network than this division");
    buf_done(&genesis);
    return err;
}

static enum cw_err compare_self(const struct host *host, const struct joining *j, struct cw_fault *fault)
{
    struct buf bytes = {0};
    struct cert_id id;
    char path[PATH_LEN_MAX];
    enum cw_err err = path_join(path, host->settings, "cert") ? file_read(path, CERT_LEN_MAX, &bytes) : CW_LOCAL_IO;

    if (err != CW_OK) {
        fault_set(fault, err, path, "this division's certificate cannot be read");
    } else {
        cert_id_of(buf_slice(&bytes), &id);
        if (ID_EQ(&id, &j->join.member.cert))
            err = fault_set(fault, CW_REFUSED_VALUE, "bundle", "it is this division's own: casewire join takes it");
    }
    buf_done(&bytes);
    return err;
}

struct added {
    const char *socket; /* of the daemon that it was given to */
    uint64_t stored;
    bool changed;
};

static enum exit_code tell_added(const struct cli *cli, const struct host *host, const struct joining *j,
                                 const struct added *a)
{
    char title[ENROL_TITLE_LEN_MAX + 1];

    fault_clean_text(j->join.member.title, title, sizeof(title));
    if (cli->json)
        json_print(cli,
                   json_pack("{s:s, s:b, s:I}", "peer", title, "changed", a->changed, "stored", (json_int_t)a->stored));
    if (cli->json || cli->quiet)
        return EXIT_DONE;
    printf("peer %s %s %s/casewire.conf; %llu new entries of the authority's log handed over\n"
           "  next: ",
           title, a->changed ? "is in" : "stood already in", host->settings, (unsigned long long)a->stored);
    next_reload(stdout, host, a->socket);
    putchar('\n');
    return EXIT_DONE;
}

/* Its daemon first: a peer whose certificate it does not know yet would be turned away. */
static enum exit_code add(const struct cli *cli, const struct host *host, const struct joining *j)
{
    struct added added = {.socket = cli_value(cli, "socket")};
    char own[PATH_LEN_MAX];
    struct cw_fault fault = {0};

    if (!path_join(own, host->run, "admin.sock"))
        return EXIT_USAGE;
    if (added.socket == NULL)
        added.socket = own;
    if (compare_network(host, j, &fault) != CW_OK || compare_self(host, j, &fault) != CW_OK)
        return complain_fault(cli, "nothing was added", &fault);
    if (publish_slices(&j->network, j->join.segments, j->join.segment_count, added.socket, cli->timeout_ms,
                       &added.stored, &fault) != CW_OK)
        return complain_fault(cli, "nothing was added: its daemon did not take the authority's log", &fault);
    if (settings_add_peer(host, j, &added.changed, &fault) != CW_OK)
        return complain_fault(cli, "the peer was not added", &fault);
    return tell_added(cli, host, j, &added);
}

static enum exit_code run_add(struct cli *cli)
{
    struct host host;
    struct joining j;
    struct cw_fault fault = {0};
    enum exit_code code = host_places(cli, cli->operands[0], &host);

    if (code != EXIT_DONE)
        return code;
    if (joining_open(cli->operands[1], &j, &fault) != CW_OK)
        return complain_fault(cli, "nothing was added: this is no join bundle", &fault);
    if (j.join.has_member)
        code = add(cli, &host, &j);
    else
        code = complain(cli, EXIT_USAGE,
                        &(struct trouble){"nothing was added: this is an invitation", cli->operands[1],
                                          "it names no division", "casewire authority issue FILE"});
    joining_done(&j);
    return code;
}

static const struct cli_option join_options[] = {{HOST_SETTINGS}, {HOST_STATE}, {HOST_RUN}, {NULL, NULL, NULL}};
static const struct cli_option add_options[] = {
    {"socket", "PATH", "admin socket of its daemon (default RUN-DIR/NAME/admin.sock)"},
    {HOST_SETTINGS},
    {HOST_STATE},
    {HOST_RUN},
    {NULL, NULL, NULL},
};

const struct cli_command cmd_join = {
    .noun = "join",
    .group = GROUP_AUTHORITY,
    .operands = "FILE",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "take the authority's answer: verify it, write settings",
    .about =
        "FILE is the join bundle that `casewire authority issue` wrote. It is verified without a connection, from the "
        "network's genesis through the root's and the authority's log to this host's own request and keys; what is "
        "to be trusted is said; certificate, network and settings with the peers are written. Nothing is written "
        "when anything does not hold.",
    .examples = "  casewire join east.bundle\n",
    .options = join_options,
    .json = "network_name:s words:s authority:s title:s division:s certificates:i peers:[JoinPeer] settings:s",
    .run = run_join,
};
const struct cli_command cmd_peer_add = {
    .noun = "peer",
    .group = GROUP_AUTHORITY,
    .verb = "add",
    .operands = "NAME FILE",
    .operand_min = 2,
    .operand_max = 2,
    .summary = "connect a division of this host with a new one",
    .about =
        "FILE is the new division's join bundle. The authority's log in it goes to this division's daemon, and the "
        "new division into its settings as a peer; a reload takes it, and no connection is lost.",
    .examples = "  casewire peer add north east.bundle\n",
    .options = add_options,
    .json = "peer:s changed:b stored:i",
    .run = run_add,
};
