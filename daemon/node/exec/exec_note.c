/* SPDX-License-Identifier: Apache-2.0 */
#include "node/entry.h"
#include "node/exec.h"

/* Notes of the core as journal lines and alarms, each with a stable id; fork proofs kept. */

static const struct {
    const char *id;
    enum journal_level level;
} notes[] = {
    [NOTE_PEER_IN_STEP] = {"peer-in-step", JOURNAL_INFO},
    [NOTE_PEER_SESSION_ENDED] = {"peer-session-ended", JOURNAL_WARNING},
    [NOTE_FORK_PROVEN] = {"fork-proven", JOURNAL_ALARM},
    [NOTE_OWN_FORK] = {"own-fork", JOURNAL_ALARM},
    [NOTE_NEW_INCARNATION] = {"new-incarnation", JOURNAL_INFO},
    [NOTE_SEAL_INVALID] = {"seal-invalid", JOURNAL_ALARM},
    [NOTE_CLOCK_AHEAD] = {"clock-ahead", JOURNAL_ALARM},
    [NOTE_OWN_CLOCK_WRONG] = {"own-clock-wrong", JOURNAL_ALARM},
    [NOTE_TWIN] = {"twin", JOURNAL_ALARM},
    [NOTE_HOLES_FULL] = {"holes-full", JOURNAL_WARNING},
    [NOTE_LIMIT] = {"limit", JOURNAL_ALARM},
    [NOTE_PEER_INVENTED] = {"peer-invented", JOURNAL_ALARM},
};
_Static_assert(CW_COUNT(notes) == NOTE_COUNT, "each note has its id: make catalog-check sees that no row is left out");

static const char *division_of(const struct node *n, const struct cert_id *cert)
{
    const struct authority_cert *c = authority_find(n->authority, cert);

    return c == NULL ? "an unknown daemon" : c->division;
}

void exec_note(struct turn *t, const struct effect *e)
{
    enum note note = e->as.note.note;
    const char *text = e->as.note.text == NULL ? "" : e->as.note.text;
    char log[2 * ID_LEN + 1];

    CW_ASSERT((size_t)note < NOTE_COUNT);
    hex_of(ID_SLICE(&e->as.note.log), log);
    const struct journal_about about = {
        .peer = division_of(t->n, &e->as.note.cert), .code = cw_err_name(e->as.note.err), .log = log};
    if (notes[note].level == JOURNAL_ALARM)
        node_alarm_about(t->n, notes[note].id, &about, "%s: %s (log %.16s, seq %llu; %s)", about.peer, text, log,
                         (unsigned long long)e->as.note.seq, about.code);
    else
        node_journal_about(t->n, notes[note].level, notes[note].id, &about, "%s: %s (log %.16s; %s)", about.peer, text,
                           log, about.code);
}

/* --- fork proofs ----------------------------------------------------------------------------------------------- */

/* Ours from the store, theirs from the message: the two seals that contradict each other. */
static enum cw_err assemble(struct turn *t, const struct effect *e, struct fork_proof *out)
{
    struct log_row row;
    struct seal_row seal;
    uint64_t last;
    enum cw_err err = db_get_log(t->n, t->txn, &e->as.store_fork.log, &row);

    if (err == CW_OK)
        err = db_get_seal(t->n, t->txn, &e->as.store_fork.log, e->as.store_fork.ours.seq, &seal, &last);
    if (err != CW_OK)
        return err;
    const void *genesis = arena_copy(&t->arena, row.genesis.data, row.genesis.len);
    const void *bytes = arena_copy(&t->arena, seal.seal.bytes.data, seal.seal.bytes.len);
    if (genesis == NULL || bytes == NULL)
        return CW_LOCAL_MEMORY;
    out->genesis_bytes = slice(genesis, row.genesis.len);
    out->signed_a = seal.seal;
    out->signed_a.bytes = slice(bytes, seal.seal.bytes.len);
    out->signed_b = e->as.store_fork.theirs->signed_seal;
    return CW_OK;
}

enum cw_err exec_store_fork(struct turn *t, const struct effect *e)
{
    size_t mark = arena_mark(&t->arena);
    struct peer_message *m = ARENA_NEW(&t->arena, struct peer_message);
    size_t cap = 8192;
    struct writer w = writer_over(arena_take(&t->arena, cap, 1), cap);
    enum cw_err err = CW_OK;

    if (m == NULL || w.data == NULL)
        return CW_LOCAL_MEMORY;
    m->kind = PEER_FORK_PROOF;
    m->counter = 1;
    if (e->as.store_fork.proof != NULL)
        m->as.fork_proof = *e->as.store_fork.proof;
    else
        err = assemble(t, e, &m->as.fork_proof);
    if (err == CW_OK)
        err = peer_message_encode(m, &t->arena, &w);
    if (err == CW_OK)
        err = db_put(t, TABLE_FORK, row_key_log(&e->as.store_fork.log), slice(w.data, w.len));
    arena_release(&t->arena, mark);
    return err;
}
