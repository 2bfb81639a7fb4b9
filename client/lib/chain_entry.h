/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_LIB_CHAIN_ENTRY_H
#define CASEWIRE_LIB_CHAIN_ENTRY_H

#include "lib/chain.h"

/* The entry header alone: grammar and place. */
enum cw_err chain_entry_header(const Cw__EntryRecord *record, const struct log_id *log, uint64_t seq,
                               struct entry_header *out, struct cw_fault *fault);

/*
 * What came beside the header that `entry` holds, against it: submission hash, path, op id, and every blob against the
 * hash that names it. The author's signature and the seal are checked elsewhere. The fault is the first one; `entry`
 * says what holds all the same.
 */
enum cw_err chain_entry_read(const Cw__EntryRecord *record, struct chain_entry *entry, struct cw_fault *fault);

/* The record inside part 0 of a class in clear. */
enum cw_err chain_entry_clear(const struct chain_entry *entry, struct cw_slice *out_payload, struct cw_fault *fault);

#endif
