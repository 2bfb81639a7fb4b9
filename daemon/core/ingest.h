/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CORE_INGEST_H
#define CASEWIRE_CORE_INGEST_H

/*
 * One sealed batch, from a peer or from the admin socket, against what we hold. DESIGN.md §3: "Chain and seal
 * decide whether an entry is stored and relayed; author, certificate and contents decide whether it has effect."
 */

#include "core/replica_state.h"

enum ingest {
    INGEST_TAKEN,      /* continues the log: EFFECT_STORE_BATCH is listed */
    INGEST_SAME,       /* held already */
    INGEST_GAP,        /* something before it is missing: ask again from our head */
    INGEST_OTHER_PAST, /* continues another past than ours: ask for the batch at our head, which will prove it */
    INGEST_FORK,       /* contradicts what we hold: proven, the proof kept */
    INGEST_ELSEWHERE,  /* of another branch than ours of a log that is known to have forked: not stored */
    INGEST_UNKNOWN,    /* its signer is not known here yet */
    INGEST_INVENTED,   /* the bytes do not carry what they claim: whoever sent them made them */
    INGEST_INVALID,    /* signed by the origin, but no batch that a log may hold */
    INGEST_NO_ROOM,    /* the table of logs is full */
};

enum ingest ingest_batch(struct replica *r, const struct peer_entries *entries, uint32_t index,
                         const struct batch_verdict *verdict);

/* A log is known to have forked: STORE_FORK was listed by the caller. From now on it is held along one branch only. */
void ingest_forked(struct replica *r, uint32_t number);
/* A log that only its genesis is known of; LOG_NONE when the table is full. Twins and priors are looked at. */
uint32_t ingest_open_log(struct replica *r, const struct log_id *log, const struct genesis *genesis);

#endif
