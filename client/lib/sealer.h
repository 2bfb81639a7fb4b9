/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_LIB_SEALER_H
#define CASEWIRE_LIB_SEALER_H

/*
 * Writing a log by hand: entries, seals, and the cw.Entries bytes that carry them. The authority tool
 * writes the root log and the authority logs with it; tests make whole histories.
 */

#include "proto/buf.h"
#include "proto/submission.h"

/* Where a log stands: all that is needed to write on. */
struct sealer {
    struct network_id network;
    struct buf genesis; /* record bytes */
    struct log_id log;
    uint64_t seq, hlc;
    struct hash seal;           /* of the last seal, the log id's bytes at first */
    struct positions authority; /* as of the last seal */
};

/* One submission to be sealed. Blobs: as stored (in clear: r and padded payload; otherwise ciphertext). */
struct sealer_entry {
    struct cw_slice header, proof;
    uint32_t part_count;
    struct cw_slice blobs[PARTS_MAX];
    const struct entry_key *key; /* of encrypted classes: named, its wraps are not carried; NULL: in clear */
};

struct sealer_signer {
    const struct sign_secret *secret;
};

/* A new log. *out must be zero; done with sealer_done(). */
enum cw_err sealer_begin(const struct genesis *genesis, struct sealer *out);
void sealer_done(struct sealer *s);

/*
 * Seals a batch of 1 to SEAL_ENTRIES_MAX entries. `news`: authority positions that changed since the last
 * seal, may be NULL. *out_entries: cw.Entries bytes, with the genesis when this is the first batch.
 */
enum cw_err sealer_seal(struct sealer *s, const struct sealer_entry *entries, uint32_t count,
                        const struct positions *news, struct cw_wall now, const struct sealer_signer *signer,
                        struct buf *out_entries);

/* A record of a class in clear, signed and as it is stored. Everything lives in the arena. */
struct clear_record {
    struct network_id network;
    struct cert_id author; /* network id bytes for the root */
    const struct sign_secret *secret;
    enum op_class op_class;
    struct cw_slice payload;
    struct cw_wall now;
};
enum cw_err clear_record_build(const struct clear_record *record, struct arena *arena, struct sealer_entry *out);

#endif
