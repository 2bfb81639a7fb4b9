/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CORE_SEALING_H
#define CASEWIRE_CORE_SEALING_H

/*
 * What was submitted in a turn becomes entries and seals of the own log: at most SEAL_ENTRIES_MAX entries a
 * seal, and no more bytes than one frame carries, each seal naming the one before it and the authority
 * positions that changed since.
 */

#include "core/replica_state.h"

/* A seal's entries with their blobs, as estimated: leaves room for frame, seal and headers. */
#define SEAL_BYTES_MAX 786432

/* Opens the log when none is open, then sequences and seals all pending submissions. */
void sealing_seal_pending(struct replica *r);
/* Bytes that an entry with its blobs takes in a frame, at most. */
uint64_t sealing_entry_len(const struct entry_header *draft);

#endif
