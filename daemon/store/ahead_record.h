/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_STORE_AHEAD_RECORD_H
#define CASEWIRE_STORE_AHEAD_RECORD_H

/*
 * The bytes of the write-ahead file: two segments, each a head of one page and then records, each from a page's
 * beginning, so that writing one never rewrites a page of another. docs/storage.md has the table of fields.
 *
 * Each record's check covers the check before it. So a position {number, chain} names one history, and only a record
 * that goes on from exactly there is ever taken for its next: not one of an earlier filling of the
 * segment, nor one of a copy that went its own way.
 *
 * Pure: no I/O.
 */

#include "store/store.h"

#define AHEAD_PAGE_LEN 4096
#define AHEAD_CHAIN_LEN 32
#define AHEAD_RECORD_HEAD_LEN 48
#define AHEAD_TABLE_NAME_LEN_MAX 31

struct ahead_position {
    uint64_t number; /* commits so far */
    uint8_t chain[AHEAD_CHAIN_LEN];
};
bool ahead_position_eq(const struct ahead_position *a, const struct ahead_position *b);

/* --- records ------------------------------------------------------------------------------------------- */

struct ahead_op {
    bool dead;      /* a deletion; value is empty */
    uint32_t table; /* index into the segment head's names; LAYER_OWN_TABLE: the store's own */
    struct cw_slice key, value;
};

size_t ahead_op_len(const struct ahead_op *op);
/* out has ahead_op_len bytes; *stored: the op with key and value where they are now. */
void ahead_op_encode(const struct ahead_op *op, uint8_t *out, struct ahead_op *stored);
/* False at the end and at what is no op: reader_finish tells them apart. */
bool ahead_op_next(struct reader *ops, struct ahead_op *out);

/* A record as it lies in the file: its head and ops, rounded up to whole pages. */
size_t ahead_record_len(size_t ops_len);
/* The ops are at record + AHEAD_RECORD_HEAD_LEN: writes the head before and zeros behind them. */
void ahead_record_finish(uint8_t *record, size_t ops_len, const struct ahead_position *before,
                         struct ahead_position *out_after);
/* Whether a whole record that follows `before` begins here. *out_ops lies in bytes. */
bool ahead_record_read(struct cw_slice bytes, const struct ahead_position *before, struct ahead_position *out_after,
                       struct cw_slice *out_ops);

/* The number that what begins here gives itself, whole or not; 0: it is no record. */
uint64_t ahead_record_number(struct cw_slice bytes);

/* --- the head of a segment --------------------------------------------------------------------------------- */

struct ahead_head {
    uint8_t store_id[STORE_ID_LEN];
    uint64_t segment_len; /* bytes, head included */
    struct ahead_position start;
    uint32_t table_count;
    char tables[STORE_TABLES_MAX][AHEAD_TABLE_NAME_LEN_MAX + 1];
};

void ahead_head_encode(const struct ahead_head *head, uint8_t out[static AHEAD_PAGE_LEN]);
void ahead_head_seal(uint8_t bytes[static AHEAD_PAGE_LEN]); /* writes its check anew: encoding does it already */
/* CW_LOCAL_CORRUPT: not a head, or a damaged one. CW_LOCAL_FORMAT: of a newer version. */
enum cw_err ahead_head_parse(const uint8_t bytes[static AHEAD_PAGE_LEN], struct ahead_head *out);

#endif
