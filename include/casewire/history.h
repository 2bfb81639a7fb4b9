/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_HISTORY_H
#define CASEWIRE_HISTORY_H

#include <casewire/client.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Takes one record of an exported history. Anything but CW_OK ends the export with that code. */
typedef enum cw_err cw_record_sink(void *context, struct cw_slice record);

/**
 * Exports everything the daemon holds, root and authority logs first, as records of docs/protocol.md §8
 * (the sink adds the be32 length). `open` adds the parts that this reader may read.
 *
 * Blocks    timeout_ms for each of its requests
 * Threads   the handle's one thread, which also calls the sink
 */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_client_export_history(struct cw_client *client, int open, int32_t timeout_ms,
                                                             cw_record_sink *sink, void *context);

/** What a history had no room for: a division may seal more under one seal than a record holds. */
struct cw_export_left {
    uint64_t contents; /**< entries whose contents are not in it; verified, they count as missing */
    uint64_t opened;   /**< entries of which nothing is opened */
};
/** The same, and says what was left out. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_client_export_counted(struct cw_client *client, int open, int32_t timeout_ms,
                                                             cw_record_sink *sink, void *context,
                                                             struct cw_export_left *out_left);

/** Checks an exported history, record by record. Needs no daemon. */
struct cw_verify;

struct cw_verify_finding {
    uint64_t record; /**< number of the record in the file, from 1 */
    int has_log;     /**< the next two say where */
    uint8_t log[CW_ID_LEN];
    uint64_t seq;          /**< 0: the log as a whole */
    struct cw_fault fault; /**< where: the failure as docs/protocol.md §8.1 names it; text: why */
};
struct cw_verify_counts {
    uint64_t records, logs, seals, entries, submissions, certificates;
    uint64_t parts_held, parts_missing, parts_opened;
    uint64_t voids; /**< entries whose author or proof does not count: stored, without effect */
};

/** @param pinned  network id the history must belong to; NULL: the one it names */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_verify_new(const uint8_t *pinned, struct cw_verify **out_verify);
CW_PUBLIC void cw_verify_free(struct cw_verify *verify);
/** Takes the next record, in order. CW_LOCAL_MEMORY, else CW_OK: what does not hold becomes a finding. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_verify_record(struct cw_verify *verify, struct cw_slice record);
/** No more records: a history that stops early is a finding. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_verify_finish(struct cw_verify *verify);
/** Findings so far, at most 100 are kept. None after cw_verify_finish(): everything holds. */
CW_PUBLIC size_t cw_verify_finding_count(const struct cw_verify *verify);
CW_PUBLIC const struct cw_verify_finding *cw_verify_finding_at(const struct cw_verify *verify, size_t index);
CW_PUBLIC void cw_verify_counts_of(const struct cw_verify *verify, struct cw_verify_counts *out_counts);
/** The network the history belongs to; false (0) before its first record. */
CW_PUBLIC int cw_verify_network(const struct cw_verify *verify, uint8_t out_network[CW_ID_LEN]);

#ifdef __cplusplus
}
#endif

#endif
