/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_POUR_H
#define BENCH_POUR_H

/*
 * Sends work through its clients' lanes, a fixed number waiting at each, and looks at every answer: it must be an
 * acknowledgement, of this submission, with a receipt. A sample of the receipts is kept to be verified afterwards.
 */

#include "work.h"

struct kept {
    size_t number;
    struct buf receipt; /* cw.Receipt */
};

struct pour {
    const struct work *work;
    struct lane *lanes; /* work->client_count */
    size_t waiting_max; /* at each lane */
    size_t keep_max;    /* receipts, evenly over the work */

    double *took_s; /* per frame */
    double seconds, cpu_seconds;
    size_t busy_count; /* CW_AGAIN_BUSY, an honest answer to too much at once: sent again */
    struct kept *kept;
    size_t kept_count;
};

/* Gives up when anything but an acknowledgement comes. Fills the second half; pour_done() gives it back. */
void pour_run(struct pour *pour);
void pour_done(struct pour *pour);

/* Every kept receipt, offline, with the certificates that the daemon at `place` tells of and the genesis proves. */
void pour_verify(const struct pour *pour, const struct place *place);

#endif
