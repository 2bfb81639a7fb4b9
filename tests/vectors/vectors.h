/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_VECTORS_VECTORS_H
#define TESTS_VECTORS_VECTORS_H

/*
 * Byte-exact vectors of docs/protocol.md, made from fixed seeds. Each maker fills one JSON file and checks
 * with our own code that what it calls valid is, and that what it calls invalid is not.
 */

#include "proto/buf.h"
#include "tests/unit/support/proto_world.h"

/* One JSON file being written, and the count of what was checked on the way. */
struct out {
    struct buf text;
    bool in_vector, in_list, first;
    uint32_t passed, failed;
};

void out_open(struct out *o, const char *about);
void out_close(struct out *o);
/* Begins the next vector. reason NULL: valid; otherwise a few words, and "valid": false. */
void out_vector(struct out *o, const char *kind, const char *name, const char *reason);
void out_hex(struct out *o, const char *key, struct cw_slice bytes);
void out_text(struct out *o, const char *key, const char *text);
void out_number(struct out *o, const char *key, uint64_t number);
void out_list(struct out *o, const char *key);
void out_item(struct out *o, struct cw_slice bytes);
void out_list_end(struct out *o);
/* Our own code agrees with what the vector says. */
void out_check(struct out *o, bool held, const char *what);

#define OUT_ID(o, key, id) out_hex((o), (key), ID_SLICE(id))

/* Where files go: compared with those in `folder`, or written there. */
struct sink {
    const char *folder;
    bool write;
    uint32_t passed, failed;
};

void sink_file(struct sink *s, const char *path, struct cw_slice bytes);

void make_hashes(struct out *o);
void make_texts(struct out *o);
void make_records(struct out *o);
void make_bad_records(struct out *o);
/* Part of records-bad: what no generic fault shows. */
void make_broken_rules(struct out *o);
void make_submissions(struct out *o);
void make_logs(struct out *o);
void make_keys(struct out *o);
void make_frontiers(struct out *o);
void make_places(struct out *o);
void make_receipts(struct out *o);
void make_histories(struct out *o);
/* Seeds of the fuzz targets, as files under ../fuzz/corpus. */
void make_corpora(struct sink *s);

#endif
