/* SPDX-License-Identifier: Apache-2.0 */
/* authority list, publish. */
#include "tool/authority.h"
#include "tool/cmd_authority.h"
#include "tool/cmd_authority_sign.h"
#include "tool/enrol.h"
#include "tool/out.h"
#include "tool/publish.h"

#include "lib/fault.h"
#include "lib/when.h"
#include "proto/schema.h"

#include <stdlib.h>

static const char *subject_name(enum subject_kind kind)
{
    static const char *const names[] = {"unrecognised", "authority", "daemon", "person", "regional", "auditor"};

    return (size_t)kind < CW_COUNT(names) ? names[kind] : names[0];
}

static void role_text(const struct certificate *cert, char *out, size_t cap)
{
    size_t used = 0;

    out[0] = '\0';
    for (uint32_t i = 0; i < cert->role_count; i++) {
        const char *code = schema_role_code(cert->roles[i]);
        int len = snprintf(out + used, cap - used, "%s%s", i > 0 ? "," : "", code != NULL ? code : "?");

        if (len < 0 || (size_t)len >= cap - used)
            return;
        used += (size_t)len;
    }
}

static const char *standing_of(const struct trust_cert *cert)
{
    static const char *const words[] = {
        [REVOKE_RETIRED] = "retired", [REVOKE_SUPERSEDED] = "superseded", [REVOKE_COMPROMISED] = "compromised"};

    if (!cert->revoked)
        return "";
    return (size_t)cert->revoke_kind < CW_COUNT(words) && words[cert->revoke_kind] != NULL ? words[cert->revoke_kind]
                                                                                           : "revoked";
}

static void cert_row(struct table *t, const struct trust_cert *cert)
{
    char id[2 * CW_ID_LEN + 1], text[200], when[WHEN_TEXT_LEN_MAX];

    hex_of(slice(cert->id.b, t->cli->terminal ? SHORT_ID_LEN : CW_ID_LEN), id);
    table_add(t, id);
    table_add(t, subject_name(cert->parsed.subject));
    fault_clean_text(cert->parsed.division, text, sizeof(text));
    table_add(t, text);
    role_text(&cert->parsed, text, sizeof(text));
    table_add(t, text);
    when_london(cert->parsed.not_after, false, when);
    table_add(t, when);
    table_add(t, standing_of(cert));
    fault_clean_text(cert->parsed.name, text, sizeof(text));
    table_add(t, text);
}

static json_t *cert_json(const struct trust_cert *cert)
{
    char id[2 * CW_ID_LEN + 1], division[20], name[100], roles[200], from[WHEN_TEXT_LEN_MAX], to[WHEN_TEXT_LEN_MAX];

    hex_of(slice(cert->id.b, CW_ID_LEN), id);
    fault_clean_text(cert->parsed.division, division, sizeof(division));
    fault_clean_text(cert->parsed.name, name, sizeof(name));
    role_text(&cert->parsed, roles, sizeof(roles));
    when_utc(cert->parsed.not_before, from);
    when_utc(cert->parsed.not_after, to);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:s, s:I}", "cert", id, "kind",
                     subject_name(cert->parsed.subject), "division", division, "name", name, "roles", roles,
                     "not_before", from, "not_after", to, "revoked", cert->revoked, "standing",
                     cert->revoked ? standing_of(cert) : "counts", "seq", (json_int_t)cert->issued_seq);
}

static void list_json(const struct cli *cli, const struct authority *a)
{
    json_t *array = json_array();
    char network[2 * CW_ID_LEN + 1];

    hex_of(slice(a->network.b, CW_ID_LEN), network);
    for (size_t i = 0; i < a->trust->cert_count; i++)
        json_array_append_new(array, cert_json(&a->trust->certs[i]));
    json_print(cli, json_pack("{s:s, s:o}", "network", network, "certificates", array));
}

static enum exit_code run_list(struct cli *cli)
{
    static const char *const heading[] = {"certificate", "kind", "division", "roles", "until", "", "name", NULL};
    const char *dir = cli_value(cli, "dir");
    struct cw_fault fault = {0};
    struct authority a;
    struct table t;

    if (dir == NULL)
        return complain(
            cli, EXIT_USAGE,
            &(struct trouble){"something is missing behind the command", "--dir", "this option is needed", NULL});
    if (authority_open(dir, false, slice(NULL, 0), &a, &fault) != CW_OK)
        return complain_fault(cli, "the authority does not open", &fault);
    if (cli->json) {
        list_json(cli, &a);
    } else {
        table_begin(&t, cli, heading);
        for (size_t i = 0; i < a.trust->cert_count; i++)
            cert_row(&t, &a.trust->certs[i]);
        table_end(&t);
    }
    authority_close(&a);
    return EXIT_DONE;
}

#define NOT_PUBLISHED "the authority's log was not published"

/* --- publish ---------------------------------------------------------------------------------------------- */

enum cw_err publish_slices(const struct network_id *network, const struct cw_slice *segments, size_t count,
                           const char *socket, int32_t timeout_ms, uint64_t *out_stored, struct cw_fault *fault)
{
    struct cw_client_options options = {.size = sizeof(options), .admin_socket = socket};
    struct cw_client *client = NULL;
    enum cw_err err;

    *out_stored = 0;
    memcpy(options.network_id, network->b, CW_ID_LEN);
    err = cw_client_open(&options, &client, fault);
    for (size_t i = 0; err == CW_OK && i < count; i++) {
        struct cw_answer *answer = NULL;

        err = cw_client_publish(client, &segments[i], 1, timeout_ms, &answer);
        if (err != CW_OK)
            *fault = *cw_client_fault(client);
        else if (answer_message(answer)->published != NULL)
            *out_stored += answer_message(answer)->published->stored;
        cw_answer_close(answer);
    }
    cw_client_close(client);
    return err;
}

static enum cw_err publish_all(const char *dir, const struct authority_segments *segments, const char *socket,
                               int32_t timeout_ms, uint64_t *out_stored, struct cw_fault *fault)
{
    struct cw_slice *slices = calloc(segments->count + 1, sizeof(*slices));
    struct buf genesis = {0};
    struct network_id network;
    char path[PATH_LEN_MAX];
    enum cw_err err = slices != NULL ? CW_OK : CW_LOCAL_MEMORY;

    if (err == CW_OK)
        err = path_join(path, dir, "network") ? file_read(path, NETWORK_GENESIS_LEN_MAX, &genesis) : CW_LOCAL_IO;
    if (err != CW_OK) {
        fault_plain(fault, err, dir);
    } else {
        network_id_of(buf_slice(&genesis), &network);
        for (size_t i = 0; i < segments->count; i++)
            slices[i] = buf_slice(&segments->bytes[i]);
        err = publish_slices(&network, slices, segments->count, socket, timeout_ms, out_stored, fault);
    }
    free(slices);
    buf_done(&genesis);
    return err;
}

enum cw_err publish_segments(const char *dir, const char *socket, int32_t timeout_ms, uint64_t *out_stored,
                             struct cw_fault *fault)
{
    struct authority_segments segments;
    enum cw_err err = authority_segments_read(dir, &segments, fault);

    *out_stored = 0;
    if (err != CW_OK)
        return err;
    err = publish_all(dir, &segments, socket, timeout_ms, out_stored, fault);
    authority_segments_done(&segments);
    return err;
}

static enum exit_code tell_published(const struct cli *cli, uint64_t stored)
{
    if (cli->json)
        json_print(cli, json_pack("{s:I}", "stored", (json_int_t)stored));
    else if (!cli->quiet)
        printf("published: %llu new entries; the other daemons get them from this one\n", (unsigned long long)stored);
    return EXIT_DONE;
}

/* The ends of the log of the authority whose bundle it is. */
static enum cw_err ends_of(const struct joining *j, struct log_id *out_log, struct authority_ends *out,
                           struct cw_fault *fault)
{
    struct authority_pieces pieces = {0};
    enum cw_err err = CW_OK;

    for (size_t i = 0; i < j->trust->authority_count; i++)
        if (ID_EQ(&j->trust->authorities[i].cert, &j->join.authority))
            *out_log = j->trust->authorities[i].log;
    for (uint32_t i = 0; err == CW_OK && i < j->join.segment_count; i++)
        err = authority_pieces_add(&pieces, j->join.segments[i], fault);
    if (err == CW_OK && authority_pieces_ends(&pieces, out_log, out) != CW_OK)
        err = fault_plain(fault, CW_LOCAL_MEMORY, "");
    authority_pieces_done(&pieces);
    return err;
}

/*
 * A host that has the answer to its request has the log in it. A daemon that has more of the same branch is content; one
 * that has another branch dropped this one in silence, which is told here.
 */
static enum exit_code publish_answer(const struct cli *cli, const char *file, const char *socket)
{
    struct joining j;
    struct authority_ends ends = {0};
    struct log_id log = {{0}};
    struct cw_fault fault = {0};
    uint64_t stored = 0;
    enum exit_code code;

    if (joining_open(file, &j, &fault) != CW_OK)
        return complain_fault(cli, NOT_PUBLISHED, &fault);
    if (ends_of(&j, &log, &ends, &fault) != CW_OK || publish_slices(&j.network, j.join.segments, j.join.segment_count,
                                                                    socket, cli->timeout_ms, &stored, &fault) != CW_OK)
        code = complain_fault(cli, NOT_PUBLISHED, &fault);
    else
        code = authority_check_bundle(cli, file, &j.network, &log, &ends, socket);
    free(ends.at);
    joining_done(&j);
    return code == EXIT_DONE ? tell_published(cli, stored) : code;
}

static enum exit_code publish_folder(const struct cli *cli, const char *dir, const char *socket)
{
    struct cw_fault fault = {0};
    struct authority a;
    uint64_t stored;
    enum exit_code code;

    if (authority_open(dir, false, slice(NULL, 0), &a, &fault) != CW_OK)
        return complain_fault(cli, NOT_PUBLISHED, &fault);
    if (publish_segments(dir, socket, cli->timeout_ms, &stored, &fault) != CW_OK)
        code = complain_fault(cli, NOT_PUBLISHED, &fault);
    else
        code = authority_check_published(cli, dir, &a, socket);
    authority_close(&a);
    return code == EXIT_DONE ? tell_published(cli, stored) : code;
}

static enum exit_code run_publish(struct cli *cli)
{
    const char *dir = cli_value(cli, "dir"), *answer = cli_value(cli, "bundle"), *socket = cli_value(cli, "socket");

    if ((dir == NULL) == (answer == NULL) || socket == NULL)
        return complain(cli, EXIT_USAGE,
                        &(struct trouble){"something is missing behind the command", "--dir or --bundle, and --socket",
                                          "one of the first two is needed, and the third", NULL});
    if (dir != NULL)
        return publish_folder(cli, dir, socket);
    return publish_answer(cli, answer, socket);
}

static const struct cli_option list_options[] = {{"dir", "DIR", "the authority's folder"}, {NULL, NULL, NULL}};
static const struct cli_option publish_options[] = {
    {"dir", "DIR", "the authority's folder"},
    {"bundle", "FILE", "instead: the log in a join bundle"},
    {"socket", "PATH", "admin socket of any daemon of the network"},
    {NULL, NULL, NULL},
};

const struct cli_command cmd_authority_list = {
    .noun = "authority",
    .group = GROUP_AUTHORITY,
    .verb = "list",
    .summary = "certificates that were issued",
    .examples = "  casewire authority list --dir /srv/authority\n",
    .options = list_options,
    .json = "network:h certificates:[Certificate]",
    .run = run_list,
};
const struct cli_command cmd_authority_publish = {
    .noun = "authority",
    .group = GROUP_AUTHORITY,
    .verb = "publish",
    .summary = "hand the authority's log to a daemon",
    .about =
        "The other daemons get it from that one. It ends with 6 where the daemon has another branch of the log, "
        "because two copies of the folder were written on, and where it has more of it than the folder, which is an "
        "old copy then. A bundle may be older than what the daemon has.",
    .examples = "  casewire authority publish --dir /srv/authority \\\n"
                "      --socket /run/casewire/north/admin.sock\n"
                "  casewire authority publish --bundle east.bundle \\\n"
                "      --socket /run/casewire/east/admin.sock\n",
    .options = publish_options,
    .json = "stored:i",
    .run = run_publish,
};
