/* SPDX-License-Identifier: Apache-2.0 */
/* An exported history, record by record (docs/protocol.md §8). What each holds is checked in verify_parts.c. */
#include "lib/verify.h"

#include "lib/need.h"
#include "lib/unpack.h"
#include "proto/wire_order.h"

#include <stdlib.h>

enum cw_err cw_verify_new(const uint8_t *pinned, struct cw_verify **out_verify)
{
    if (MISSING(NULL, out_verify))
        return CW_USAGE_ARGUMENT;
    struct cw_verify *v = crypto_init() ? calloc(1, sizeof(*v)) : NULL;

    if (v == NULL)
        return CW_LOCAL_MEMORY;
    v->has_pin = pinned != NULL;
    if (pinned != NULL)
        memcpy(v->pin, pinned, CW_ID_LEN);
    *out_verify = v;
    return CW_OK;
}

void cw_verify_free(struct cw_verify *verify)
{
    if (verify == NULL)
        return;
    cw_trust_free(verify->trust);
    for (size_t i = 0; i < verify->chain_count; i++) {
        chain_done(verify->chains[i]);
        free(verify->chains[i]);
    }
    free(verify->chains);
    free(verify->ops);
    free(verify);
}

static void note_at(struct cw_verify *v, uint64_t record, const struct log_id *log, uint64_t seq,
                    const struct cw_fault *fault)
{
    struct cw_verify_finding *finding;

    if (v->finding_count++ >= FINDINGS_MAX)
        return;
    finding = &v->findings[v->finding_count - 1];
    *finding = (struct cw_verify_finding){.record = record, .seq = seq, .fault = *fault};
    if (log != NULL) {
        finding->has_log = 1;
        memcpy(finding->log, log->b, CW_ID_LEN);
    }
}

void verify_note(struct cw_verify *v, const struct log_id *log, uint64_t seq, const struct cw_fault *fault)
{
    note_at(v, v->counts.records, log, seq, fault);
}

void verify_note_text(struct cw_verify *v, enum cw_err code, const char *where, const char *text)
{
    struct cw_fault fault;

    fault_set(&fault, code, where, "%s", text);
    verify_note(v, NULL, 0, &fault);
}

/* Steps 1 to 3: what fails here ends everything. */
static void stop(struct cw_verify *v, enum cw_err code, const char *where, const char *text)
{
    verify_note_text(v, code, where, text);
    v->stopped = true;
}

static void start(struct cw_verify *v, const Cw__ExportRecord *record)
{
    struct cw_fault fault;

    if (!record->has_network_genesis)
        stop(v, CW_REFUSED_MALFORMED, "network", "the first record does not say which network this is");
    else if (cw_trust_new(wire_slice(record->network_genesis), v->has_pin ? v->pin : NULL, &v->trust, &fault) != CW_OK)
        stop(v, fault.code, "network", fault.text);
    else
        v->trust->goes_on = true;
}

static void read_contents(struct cw_verify *v, const Cw__ExportRecord *record)
{
    v->op_count = 0;
    v->entries_wrong = false;
    if (record->entries != NULL)
        verify_entries(v, record->entries);
    for (size_t i = 0; i < record->n_opened; i++)
        verify_opened(v, record->opened[i]);
    for (size_t i = 0; i < record->n_frontiers; i++)
        verify_frontier(v, record->frontiers[i]);
}

static void read_end(struct cw_verify *v, const Cw__ExportRecord *record)
{
    v->ended = true;
    if (record->entries != NULL || record->n_opened != 0 || record->n_frontiers != 0 || record->has_network_genesis)
        stop(v, CW_REFUSED_MALFORMED, "count", "the last record holds more than its count");
    else if (record->count != v->counts.records - 1)
        stop(v, CW_PEER_CHAIN, "count", "the last record counts another number of records");
}

static void read_record(struct cw_verify *v, const Cw__ExportRecord *record)
{
    if (!record->has_v || record->v != 1) {
        stop(v, CW_REFUSED_VERSION, "record", "the record is of a version that this program does not know");
        return;
    }
    if (v->counts.records == 1)
        start(v, record);
    else if (record->has_network_genesis)
        stop(v, CW_REFUSED_MALFORMED, "network", "a second record names a network");
    if (v->stopped)
        return;
    if (record->has_count)
        read_end(v, record);
    else
        read_contents(v, record);
}

/* Any more are empty ones, which cost memory: wire_unpack() refuses those that are many more. */
static uint32_t fields_max(size_t len)
{
    size_t most = 128 + len / 8;

    return most < WIRE_FIELDS_MAX ? (uint32_t)most : WIRE_FIELDS_MAX;
}

/* NULL: a record as §8 describes it. Else what is wrong. */
static const char *misshapen(struct cw_slice bytes, const ProtobufCMessage *message, bool unknown)
{
    if (unknown)
        return "the record holds fields that do not belong there";
    if (wire_prescan(&cw__export_record__descriptor, bytes, fields_max(bytes.len)) != CW_OK)
        return "the record has more fields than one of its length may have";
    if (!wire_in_order(&cw__export_record__descriptor, bytes))
        return "the record's fields are not in their order, or a number is above what its field may hold";
    if (!verify_shape_fits((const Cw__ExportRecord *)message))
        return "the record holds more than it may, or a field that has no place in a file";
    return NULL;
}

static void take(struct cw_verify *v, struct cw_slice bytes, const ProtobufCMessage *message, bool unknown)
{
    const char *wrong = misshapen(bytes, message, unknown);

    if (wrong != NULL)
        stop(v, CW_REFUSED_MALFORMED, "record", wrong);
    else
        read_record(v, (const Cw__ExportRecord *)message);
}

enum cw_err cw_verify_record(struct cw_verify *verify, struct cw_slice record)
{
    if (MISSING(NULL, verify) || HOLLOW(NULL, record))
        return CW_USAGE_ARGUMENT;
    ProtobufCMessage *message;
    void *memory;
    bool unknown = false;
    enum cw_err err;

    if (verify->stopped)
        return CW_OK;
    verify->counts.records++;
    if (verify->ended) {
        stop(verify, CW_PEER_CHAIN, "count", "a record behind the last one");
        return CW_OK;
    }
    err = message_unpack(&cw__export_record__descriptor, record, &memory, &message, &unknown);
    if (err == CW_LOCAL_MEMORY)
        return err;
    if (err != CW_OK) {
        stop(verify, CW_REFUSED_MALFORMED, "record", "the record cannot be read");
        return CW_OK;
    }
    take(verify, record, message, unknown);
    free(memory);
    if (verify->memory_failed || (verify->trust != NULL && verify->trust->memory_failed))
        return CW_LOCAL_MEMORY;
    return CW_OK;
}

enum cw_err cw_verify_finish(struct cw_verify *verify)
{
    if (MISSING(NULL, verify))
        return CW_USAGE_ARGUMENT;
    struct cw_fault fault;

    if (verify->stopped || verify->ended)
        return CW_OK;
    fault_set(&fault, CW_PEER_CHAIN, "count", "%s",
              verify->counts.records == 0 ? "the history is empty" : "the history stops before its last record");
    note_at(verify, verify->counts.records + 1, NULL, 0, &fault); /* where the last record should be */
    verify->stopped = true;
    return CW_OK;
}

size_t cw_verify_finding_count(const struct cw_verify *verify)
{
    if (MISSING(NULL, verify))
        return 0;
    return verify->finding_count < FINDINGS_MAX ? verify->finding_count : FINDINGS_MAX;
}

const struct cw_verify_finding *cw_verify_finding_at(const struct cw_verify *verify, size_t index)
{
    if (MISSING(NULL, verify))
        return NULL;
    return &verify->findings[index];
}

void cw_verify_counts_of(const struct cw_verify *verify, struct cw_verify_counts *out_counts)
{
    if (MISSING(NULL, verify, out_counts))
        return;
    *out_counts = verify->counts;
    if (verify->trust != NULL) {
        out_counts->certificates = verify->trust->cert_count;
        out_counts->voids += verify->trust->void_count;
    }
}

int cw_verify_network(const struct cw_verify *verify, uint8_t out_network[CW_ID_LEN])
{
    if (MISSING(NULL, verify, out_network))
        return 0;
    if (verify->trust == NULL)
        return 0;
    memcpy(out_network, verify->trust->network.b, CW_ID_LEN);
    return 1;
}
