/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_CHECK_ENTRY_H
#define CASEWIRE_NODE_CHECK_ENTRY_H

/* What intake finds out about one entry; the turn asks again when keys or certificates came later. */

#include "node/internal.h"

void check_blobs(const struct entry_header *header, const struct entry_blobs *blobs, struct entry_check *out);
/* seal_first: where the seal that covers the entry begins; it says which root keys sign. */
void check_author(struct node *n, uint64_t seal_first, struct cw_slice submission_bytes,
                  const struct submission_header *submission, const struct author_proof *proof,
                  struct entry_check *out);
void check_opens(const struct node *n, const struct entry_header *header, const struct submission_header *submission,
                 const struct entry_blobs *blobs, struct arena *arena, struct entry_check *out);
/* A whole ENTRIES message. head: what the node thread knows of its log; NULL on other threads, which ask the store. */
enum cw_err intake_entries(struct node *n, const struct peer_entries *entries, const struct log_head *head,
                           struct arena *arena, struct verified_message *out);

#endif
