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
 * And where no next one is whole, what lies behind tells an unfinished commit from a damaged one: so a record's head, which may be
 * all that is left of it, has a check of its own, under a key that each filling of a segment has for itself. Neither bytes of an
 * earlier filling nor content that somebody chose pass for a head.
 *
 * Pure: no I/O.
 */

#include "store/store.h"

#define AHEAD_PAGE_LEN 4096
#define AHEAD_CHAIN_LEN 32
#define AHEAD_KEY_LEN 32
#define AHEAD_CHECK_LEN 16
#define AHEAD_RECORD_HEAD_LEN_MAX 64
#define AHEAD_VERSION 2 /* 1, whose records' heads have no check, is read, and its segments are written to their end */
#define AHEAD_TABLE_NAME_LEN_MAX 31

struct ahead_position {
    uint64_t number; /* commits so far */
    uint8_t chain[AHEAD_CHAIN_LEN];
};
bool ahead_position_eq(const struct ahead_position *a, const struct ahead_position *b);

/* What the records of one filling of a segment share. */
struct ahead_filling {
    uint32_t version;
    uint8_t key[AHEAD_KEY_LEN];
};

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
size_t ahead_record_head_len(const struct ahead_filling *filling);
size_t ahead_record_len(const struct ahead_filling *filling, size_t ops_len);
/* The ops are at record + ahead_record_head_len: writes the head before and zeros behind them. */
void ahead_record_finish(const struct ahead_filling *filling, uint8_t *record, size_t ops_len,
                         const struct ahead_position *before, struct ahead_position *out_after);
/* Whether a whole record that follows `before` begins here. *out_ops lies in bytes. */
bool ahead_record_read(const struct ahead_filling *filling, struct cw_slice bytes, const struct ahead_position *before,
                       struct ahead_position *out_after, struct cw_slice *out_ops);

/* The number of the record of this filling whose head begins here, whether the rest is whole or not; 0: none does. */
uint64_t ahead_record_number(const struct ahead_filling *filling, struct cw_slice bytes);

/* --- the head of a segment --------------------------------------------------------------------------------- */

struct ahead_head {
    uint32_t version;
    uint8_t store_id[STORE_ID_LEN];
    uint64_t segment_len; /* bytes, head included */
    struct ahead_position start;
    uint8_t life[AHEAD_CHAIN_LEN]; /* the chain when the store went live; zeros in version 1, and after it */
    uint32_t table_count;
    char tables[STORE_TABLES_MAX][AHEAD_TABLE_NAME_LEN_MAX + 1];
};

void ahead_head_encode(const struct ahead_head *head, uint8_t out[static AHEAD_PAGE_LEN]);
void ahead_head_seal(uint8_t bytes[static AHEAD_PAGE_LEN]); /* writes its check anew: encoding does it already */
/* CW_LOCAL_CORRUPT: not a head, or a damaged one. CW_LOCAL_FORMAT: of a newer version. */
enum cw_err ahead_head_parse(const uint8_t bytes[static AHEAD_PAGE_LEN], struct ahead_head *out);
void ahead_filling_of(const struct ahead_head *head, struct ahead_filling *out);

#endif
