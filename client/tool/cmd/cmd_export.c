/* SPDX-License-Identifier: Apache-2.0 */
/* export-history, verify. A file is a sequence of: be32 length, record. */
#include "tool/cmd_export.h"

#include "lib/fault.h"
#include "tool/context.h"
#include "tool/out.h"
#include "tool/progress.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Twice a message: what the library's exporter keeps to. */
#define RECORD_LEN_MAX (2u * CW_MESSAGE_LEN_MAX)

/* --- export ------------------------------------------------------------------------------------------- */

struct sink {
    FILE *file;
    uint64_t records, bytes;
    struct progress progress;
    struct cw_export_left left;
};

static enum cw_err write_record(void *context, struct cw_slice record)
{
    struct sink *sink = context;
    uint8_t head[4];
    struct writer w = writer_over(head, sizeof(head));

    writer_be32(&w, (uint32_t)record.len);
    if (fwrite(head, 1, 4, sink->file) != 4 || fwrite(record.data, 1, record.len, sink->file) != record.len)
        return CW_LOCAL_IO;
    sink->records++;
    sink->bytes += 4 + record.len;
    progress_at(&sink->progress, sink->records, 0);
    return CW_OK;
}

/* The file is good as it is; but who wanted everything must not take it for that. */
static enum exit_code report_export(struct cli *cli, const char *path, const struct sink *sink)
{
    const struct cw_export_left *left = &sink->left;
    char why[160];

    if (cli->json)
        json_print(cli, json_pack("{s:s, s:I, s:I, s:I, s:I}", "file", path, "records", (json_int_t)sink->records,
                                  "bytes", (json_int_t)sink->bytes, "left_contents", (json_int_t)left->contents,
                                  "left_opened", (json_int_t)left->opened));
    else if (!cli->quiet)
        printf("%s: %llu records, %llu bytes; casewire verify %s checks it anywhere\n", path,
               (unsigned long long)sink->records, (unsigned long long)sink->bytes, path);
    if (left->contents == 0 && left->opened == 0)
        return EXIT_DONE;
    snprintf(why, sizeof(why),
             "contents of %llu entries and opened contents of %llu: under one seal there is more than a record holds",
             (unsigned long long)left->contents, (unsigned long long)left->opened);
    return complain(cli, EXIT_FAILED,
                    &(struct trouble){"the history was written, but not all contents are in it", path, why, NULL});
}

static enum exit_code export_to(struct cli *cli, struct context *c, const char *path)
{
    struct sink sink = {.file = fopen(path, "wbx")};
    enum cw_err err;

    if (sink.file == NULL)
        return complain(cli, EXIT_FAILED,
                        &(struct trouble){"the file could not be made", path,
                                          errno == EEXIST ? "there is one of that name already" : strerror(errno),
                                          NULL});
    progress_begin(&sink.progress, cli, "records");
    err = cw_client_export_counted(c->client, cli_flag(cli, "open"), cli->timeout_ms, write_record, &sink, &sink.left);
    progress_end(&sink.progress);
    if (fclose(sink.file) != 0 && err == CW_OK)
        err = CW_LOCAL_IO;
    if (err != CW_OK) {
        unlink(path);
        return err == CW_LOCAL_IO
                   ? complain(cli, EXIT_FAILED,
                              &(struct trouble){"the file could not be written", path, cw_err_sentence(err), NULL})
                   : complain_fault(cli, "the history was not exported", cw_client_fault(c->client));
    }
    return report_export(cli, path, &sink);
}

static enum exit_code run_export(struct cli *cli)
{
    struct context context;
    enum exit_code code = context_start(cli, &context);

    if (code == EXIT_DONE)
        code = export_to(cli, &context, cli->operands[0]);
    context_close(&context);
    return code;
}

/* --- verify ------------------------------------------------------------------------------------------- */

/* The next record into `record`. *out_more: false at a clean end. A file that is cut short is a finding, not an end. */
static enum cw_err read_record(FILE *file, struct buf *record, bool *out_more, const char **out_problem)
{
    uint8_t head[4];
    size_t got = fread(head, 1, sizeof(head), file);
    struct reader r = reader_over(slice(head, sizeof(head)));
    uint32_t len = reader_be32(&r);

    *out_more = got != 0;
    *out_problem = NULL;
    if (got == 0)
        return CW_OK;
    buf_clear(record);
    if (got != sizeof(head) || len > RECORD_LEN_MAX || len == 0) {
        *out_problem =
            got != sizeof(head) ? "the file ends inside a record's length" : "a record's length is impossible";
        return CW_OK;
    }
    if (buf_reserve(record, len) != CW_OK)
        return CW_LOCAL_MEMORY;
    record->len = fread(record->data, 1, len, file);
    if (record->len != len)
        *out_problem = "the file ends inside a record";
    return CW_OK;
}

struct verdict {
    struct cw_verify *verify;
    const char *file_problem; /* framing: nothing behind it can be found */
    const char *file_failure; /* and its name in docs/protocol.md §8.1 */
    size_t finding_count;
    long file_offset;
};

static uint64_t size_of(FILE *file)
{
    struct stat about;

    return fstat(fileno(file), &about) == 0 && about.st_size > 0 ? (uint64_t)about.st_size : 0;
}

/* Steps 1 to 3 of docs/protocol.md §8.1: what fails there ends the checking. */
static bool is_over(const struct cw_verify *v)
{
    size_t count = cw_verify_finding_count(v);
    const char *last = count == 0 ? "" : cw_verify_finding_at(v, count - 1)->fault.where;

    return strcmp(last, "record") == 0 || strcmp(last, "network") == 0 || strcmp(last, "count") == 0;
}

static enum cw_err verify_all(const struct cli *cli, FILE *file, struct verdict *out)
{
    uint64_t size = size_of(file);
    struct progress progress;
    struct buf record = {0};
    bool more = true;
    enum cw_err err = CW_OK;

    progress_begin(&progress, cli, "bytes");
    while (err == CW_OK && out->file_problem == NULL && !is_over(out->verify)) {
        out->file_offset = ftell(file);
        progress_at(&progress, (uint64_t)out->file_offset, size);
        err = read_record(file, &record, &more, &out->file_problem);
        if (err != CW_OK || !more || out->file_problem != NULL)
            break;
        err = cw_verify_record(out->verify, buf_slice(&record));
    }
    progress_end(&progress);
    buf_done(&record);
    out->finding_count = cw_verify_finding_count(out->verify);
    if (err == CW_OK)
        err = cw_verify_finish(out->verify);
    /* What the end says is told when there is one; else only whether the last record was there. */
    bool ended = cw_verify_finding_count(out->verify) == out->finding_count;
    out->file_failure = ended ? "count" : "record";
    if (out->file_problem == NULL)
        out->finding_count = cw_verify_finding_count(out->verify);
    return err;
}

static void print_finding(const struct cli *cli, const struct cw_verify_finding *f)
{
    char log[2 * CW_ID_LEN + 1] = "";

    if (f->has_log)
        hex_of(slice(f->log, CW_ID_LEN), log);
    printf("%sWRONG%s  record %llu", tone_on(cli, TONE_BAD), tone_off(cli), (unsigned long long)f->record);
    if (f->has_log)
        printf(", log %.10s entry %llu", log, (unsigned long long)f->seq);
    printf(", %s: %s\n", f->fault.where, f->fault.text);
}

static json_t *json_finding(const struct cw_verify_finding *f)
{
    char log[2 * CW_ID_LEN + 1] = "";
    json_t *object = json_pack("{s:I, s:s, s:s, s:s}", "record", (json_int_t)f->record, "code",
                               cw_err_name(f->fault.code), "what", f->fault.where, "why", f->fault.text);

    if (f->has_log) {
        hex_of(slice(f->log, CW_ID_LEN), log);
        json_object_set_new(object, "log", json_string(log));
        json_object_set_new(object, "seq", json_integer((json_int_t)f->seq));
    }
    return object;
}

static void report_json(const struct cli *cli, const struct verdict *v, const struct cw_verify_counts *n, bool holds,
                        const char *network)
{
    json_t *findings = json_array();

    for (size_t i = 0; i < v->finding_count; i++)
        json_array_append_new(findings, json_finding(cw_verify_finding_at(v->verify, i)));
    if (v->file_problem != NULL)
        json_array_append_new(findings,
                              json_pack("{s:I, s:s, s:s, s:I}", "record", (json_int_t)n->records + 1, "what",
                                        v->file_failure, "why", v->file_problem, "offset", (json_int_t)v->file_offset));
    json_print(cli, json_pack("{s:b, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "holds", holds, "network",
                              network, "records", (json_int_t)n->records, "logs", (json_int_t)n->logs, "seals",
                              (json_int_t)n->seals, "entries", (json_int_t)n->entries, "certificates",
                              (json_int_t)n->certificates, "parts_held", (json_int_t)n->parts_held, "parts_missing",
                              (json_int_t)n->parts_missing, "parts_opened", (json_int_t)n->parts_opened, "voids",
                              (json_int_t)n->voids, "findings", findings));
}

static void report_text(const struct cli *cli, const struct verdict *v, const struct cw_verify_counts *n, bool holds,
                        const char *network)
{
    for (size_t i = 0; i < v->finding_count; i++)
        print_finding(cli, cw_verify_finding_at(v->verify, i));
    if (v->file_problem != NULL)
        printf("%sWRONG%s  record %llu, %s, at byte %ld: %s\n", tone_on(cli, TONE_BAD), tone_off(cli),
               (unsigned long long)n->records + 1, v->file_failure, v->file_offset, v->file_problem);
    if (!holds)
        return;
    printf("%severything holds%s: network %.10s, %llu logs, %llu seals, %llu entries, %llu certificates,\n"
           "%llu parts held (%llu missing), %llu opened and matching what their authors signed, %llu void\n",
           tone_on(cli, TONE_GOOD), tone_off(cli), network, (unsigned long long)n->logs, (unsigned long long)n->seals,
           (unsigned long long)n->entries, (unsigned long long)n->certificates, (unsigned long long)n->parts_held,
           (unsigned long long)n->parts_missing, (unsigned long long)n->parts_opened, (unsigned long long)n->voids);
}

static enum exit_code report(const struct cli *cli, const struct verdict *v)
{
    bool holds = v->file_problem == NULL && v->finding_count == 0;
    struct cw_verify_counts counts;
    char network[2 * CW_ID_LEN + 1] = "";
    uint8_t id[CW_ID_LEN];

    cw_verify_counts_of(v->verify, &counts);
    if (cw_verify_network(v->verify, id) != 0)
        hex_of(slice(id, sizeof(id)), network);
    if (cli->json)
        report_json(cli, v, &counts, holds, network);
    else
        report_text(cli, v, &counts, holds, network);
    return holds ? EXIT_DONE : EXIT_FAILED;
}

static enum exit_code run_verify(struct cli *cli)
{
    const char *pin = cli_value(cli, "network");
    struct verdict verdict = {0};
    uint8_t network[CW_ID_LEN];
    FILE *file = fopen(cli->operands[0], "rb");
    enum exit_code code;

    if (file == NULL)
        return complain(cli, EXIT_NOT_FOUND,
                        &(struct trouble){"the file cannot be read", cli->operands[0], strerror(errno), NULL});
    if (pin != NULL && hex_parse(pin, network, sizeof(network)) != CW_OK) {
        fclose(file);
        return complain(cli, EXIT_USAGE,
                        &(struct trouble){"the network id was not understood", "--network",
                                          "it is 64 hexadecimal digits", "casewire status --json"});
    }
    if (cw_verify_new(pin != NULL ? network : NULL, &verdict.verify) != CW_OK ||
        verify_all(cli, file, &verdict) != CW_OK)
        code = complain(
            cli, EXIT_FAILED,
            &(struct trouble){"the history was not checked", cli->operands[0], cw_err_sentence(CW_LOCAL_MEMORY), NULL});
    else
        code = report(cli, &verdict);
    fclose(file);
    cw_verify_free(verdict.verify);
    return code;
}

static const struct cli_option export_options[] = {
    {"open", NULL, "with opened contents: for who may read in bulk (role RRD or AUD)"},
    {NULL, NULL, NULL},
};
static const struct cli_option verify_options[] = {
    {"network", "ID", "the network it must belong to (default: the one it names)"},
    {NULL, NULL, NULL},
};

const struct cli_command cmd_export = {
    .noun = "export-history",
    .group = GROUP_PROOF,
    .operands = "FILE",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "write everything this daemon holds into a file",
    .about =
        "The file verifies anywhere, without a daemon: casewire verify. Ends with 1, and says so, when contents were "
        "left "
        "out because one seal covers more than a record holds (2 MiB): headers, seals and signatures are always there.",
    .examples =
        "  casewire export-history history.cwh\n  casewire export-history opened.cwh --open --as records@north\n",
    .options = export_options,
    .json = "file:s records:i bytes:i left_contents:i left_opened:i",
    .run = run_export,
};
const struct cli_command cmd_verify = {
    .noun = "verify",
    .group = GROUP_PROOF,
    .operands = "FILE",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "check an exported history to its last byte",
    .about = "Trusts nothing but the network id: follows the root log, the authorities, every certificate, seal, "
             "entry, signature "
             "and hash, and names what is wrong by record, log and entry. Ends with 1 when something is.",
    .examples = "  casewire verify history.cwh\n  casewire verify history.cwh --network 3f0a...\n",
    .options = verify_options,
    .json = "holds:b network:s records:i logs:i seals:i entries:i certificates:i parts_held:i parts_missing:i "
            "parts_opened:i voids:i findings:[Finding]",
    .run = run_verify,
};
