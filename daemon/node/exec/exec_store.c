/* SPDX-License-Identifier: Apache-2.0 */
#include "node/entry.h"
#include "node/exec.h"

static enum cw_err exec_write(struct turn *t, const struct effect *e)
{
    switch (e->kind) {
    case EFFECT_OPEN_LOG:
        return exec_open_log(t, e);
    case EFFECT_PUT_ENTRY:
        return exec_put_entry(t, e);
    case EFFECT_PUT_SEAL:
        return exec_put_seal(t, e);
    case EFFECT_STORE_BATCH:
        return exec_store_batch(t, e);
    case EFFECT_STORE_BLOBS:
        return exec_store_blobs(t, e);
    case EFFECT_STORE_FORK:
        return exec_store_fork(t, e);
    case EFFECT_PUT_LOG:
        return exec_put_log(t, e);
    case EFFECT_PUT_FRONTIER:
        return exec_put_frontier(t, e);
    case EFFECT_PUT_PEER:
        return exec_put_peer(t, e);
    case EFFECT_CLOSE_LOG: /* the log's row says so: EFFECT_PUT_LOG follows */
    case EFFECT_SEND:
    case EFFECT_SEND_FRONTIER:
    case EFFECT_SEND_ENTRIES:
    case EFFECT_SEND_BLOBS:
    case EFFECT_SEND_FORK:
    case EFFECT_DROP_LINK:
    case EFFECT_HELD:
    case EFFECT_NOTE:
    case EFFECT_LOG_ADVANCED:
        break;
    }
    return CW_OK;
}

/* A write may step the core (blobs that opened), which lists more: so the count is read anew each time. */
enum cw_err exec_writes(struct turn *t)
{
    enum cw_err err = CW_OK;

    while (err == CW_OK && t->effects_done < t->effects.count)
        err = exec_write(t, &t->effects.at[t->effects_done++]);
    return err;
}
