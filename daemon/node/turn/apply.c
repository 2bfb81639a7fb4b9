/* SPDX-License-Identifier: Apache-2.0 */
#include "node/case_op.h"
#include "node/case_work.h"
#include "node/op_entries.h"

/*
 * The one door: an entry sequenced here, sent by a peer or handed in by an administrator is stored, judged
 * and indexed by the same function. What is stored already and can now be judged or opened otherwise goes
 * through entry_settle alone.
 */

/* --- rows of the entry itself --------------------------------------------------------------------------- */

static enum cw_err put_entry_row(struct turn *t, const struct entry_in *e)
{
    struct entry_row row = {t->n->feed_next, e->header_bytes, e->submission_bytes, e->proof_bytes, e->path_bytes};
    uint8_t bytes[8 + 4 * 2 + 2 * HEADER_LEN_MAX + PROOF_LEN_MAX + BUNDLE_PATH_LEN_MAX + 2048];
    struct writer w = writer_over(bytes, sizeof bytes);

    entry_row_encode(&row, &w);
    if (w.failed) /* the session's parser bounds these */
        return CW_LOCAL_CORRUPT;
    return db_put(t, TABLE_ENTRY, row_key_seq(&e->log, e->header.seq), slice(bytes, w.len));
}

/* --- the op --------------------------------------------------------------------------------------------- */

static uint64_t place_hlc(const struct op_row *op)
{
    uint32_t place;

    (void)op_row_verdict(op, &place);
    return op->entries[place].hlc;
}

static enum cw_err load_op(struct turn *t, const struct entry_in *e, struct op_row *out)
{
    enum cw_err err = db_get_op(t->n, t->txn, &e->header.op_id, out);

    if (err != CW_LOCAL_NOT_FOUND)
        return err;
    memset(out, 0, sizeof *out);
    out->op_class = e->header.kind;
    return CW_OK;
}

/* The first entry that carries the op's own submission says whose the op is, and in which case; any other says the same. */
void op_describe(const struct entry_in *e, struct op_row *op)
{
    if (!e->submission_ok)
        return;
    op->op_class = e->submission.op_class;
    op->author = e->submission.author;
    op->has_case = entry_case(e, &op->case_id);
}

/* --- reused submission ids ------------------------------------------------------------------------------ */

/* It was admitted in this turn, and is applied at its end: then it is flagged. */
static void flag_admitted(struct turn *t, const struct cw_op_id *op)
{
    for (uint32_t i = 0; i < t->submission_count; i++)
        t->submissions[i].reused = t->submissions[i].reused || ID_EQ(&t->submissions[i].prepared->op_id, op);
}

void turn_alarm_reused(const struct turn *t, const struct cert_id *author, const struct cw_op_id *first,
                       const struct cw_op_id *second, const char *outcome)
{
    const struct authority_cert *cert = authority_find(t->n->authority, author);
    char author_hex[2 * ID_LEN + 1], first_hex[2 * ID_LEN + 1], second_hex[2 * ID_LEN + 1];

    hex_of(ID_SLICE(author), author_hex);
    hex_of(ID_SLICE(first), first_hex);
    hex_of(ID_SLICE(second), second_hex);
    node_alarm(t->n, "submission-id-reused", "one submission id, two contents: %.8s and %.8s, by %.8s of %s; %s",
               first_hex, second_hex, author_hex, cert != NULL ? cert->division : "?", outcome);
}

static enum cw_err flag_other(struct turn *t, const struct cw_op_id *other)
{
    struct op_row op;
    enum cw_err err = db_get_op(t->n, t->txn, other, &op);

    if (err == CW_LOCAL_NOT_FOUND) {
        flag_admitted(t, other);
        return CW_OK;
    }
    if (err != CW_OK || (op.flags & CASE_OP_REUSED_ID) != 0)
        return err;
    op.flags |= CASE_OP_REUSED_ID;
    err = db_put_op(t, other, &op);
    if (err == CW_OK && op.has_case)
        err = case_op_put(t, NULL, other, &op, place_hlc(&op));
    return err == CW_OK && op.has_case ? turn_dirty_case(t, &op.case_id) : err;
}

/* Only a submission that its author signed may name an id: others could block an officer's. */
static enum cw_err note_submission_id(struct turn *t, const struct entry_in *e, enum case_verdict verdict,
                                      struct op_row *op)
{
    struct row_key key = row_key_submit_id(&e->submission.author, e->submission.submission_id);
    struct cw_slice known;
    struct cw_op_id other;

    if (t->applying_reused)
        op->flags |= CASE_OP_REUSED_ID;
    if ((t->applying_own && e->submission.op_class == CLASS_CASE) || !e->submission_ok || verdict == VERDICT_VOID ||
        verdict == VERDICT_PENDING)
        return CW_OK; /* our own: noted when it was admitted */
    enum cw_err err = db_get(t->n, t->txn, TABLE_SUBMIT_ID, key, &known);
    if (err == CW_LOCAL_NOT_FOUND)
        return db_put(t, TABLE_SUBMIT_ID, key, ID_SLICE(&e->header.op_id));
    if (err != CW_OK || known.len != ID_LEN || memcmp(known.data, e->header.op_id.b, ID_LEN) == 0)
        return err;
    memcpy(other.b, known.data, ID_LEN);
    op->flags |= CASE_OP_REUSED_ID;
    t->counters[COUNTER_REUSED_IDS]++;
    turn_alarm_reused(t, &e->submission.author, &other, &e->header.op_id, "both are kept, and marked");
    return flag_other(t, &other);
}

/* --- the case ------------------------------------------------------------------------------------------- */

/* Most ops are of an author and a key that the case knows already: looking costs less than writing again. */
static enum cw_err index_once(struct turn *t, struct row_key key)
{
    return db_has(t->n, t->txn, TABLE_INDEX, key) ? CW_OK : db_put(t, TABLE_INDEX, key, slice("", 0));
}

enum cw_err entry_index_case(struct turn *t, const struct entry_in *e, const struct cw_case_id *id)
{
    if (!e->submission_ok)
        return CW_OK;
    enum cw_err err = index_once(t, row_key_of(INDEX_AUTHOR, e->submission.author.b, id));

    for (uint32_t k = 0; k < e->header.key_count && err == CW_OK; k++)
        err = index_once(t, row_key_of(INDEX_KEY, e->header.keys[k].record.b, id));
    return err;
}

/* Its row is made with its first op, and it has a local key of its own from the first entry that counts. */
static enum cw_err settle_key(struct turn *t, const struct entry_in *e, const struct cw_case_id *id,
                              enum case_verdict was, enum case_verdict is)
{
    uint32_t slot;
    enum cw_err err = turn_case_slot(t, id, &slot);

    if (err != CW_OK || is != VERDICT_EFFECTIVE)
        return err;
    err = turn_own_slot(t, id);
    return err == CW_OK && was != is && was != 0 ? entry_own_wraps(t, e, id) : err;
}

static enum cw_err settle_case(struct turn *t, const struct entry_in *e, const struct op_row *op, uint64_t old_hlc,
                               enum case_verdict was, enum case_verdict is)
{
    enum cw_err err = settle_key(t, e, &op->case_id, was, is);

    if (err == CW_OK)
        err = case_op_put(t, e, &e->header.op_id, op, old_hlc);
    if (err == CW_OK)
        err = entry_index_case(t, e, &op->case_id);
    if (err != CW_OK)
        return err;
    bool kept = !t->applying_own && case_cache_arrived(t, &op->case_id, &e->header.op_id, place_hlc(op));
    return kept ? turn_dirty_kept_case(t, &op->case_id) : turn_dirty_case(t, &op->case_id);
}

/* --- verdicts ------------------------------------------------------------------------------------------- */

static bool is_void(enum case_verdict v)
{
    return v == VERDICT_VOID || v == VERDICT_VOID_FLOOR;
}

static void count_verdict(struct turn *t, const struct entry_in *e, enum case_verdict was, enum case_verdict is,
                          enum verdict_reason reason)
{
    if (was == is)
        return;
    if (was == VERDICT_PENDING)
        t->counters[COUNTER_PENDING]--;
    if (is == VERDICT_PENDING)
        t->counters[COUNTER_PENDING]++;
    if (is_void(is) && !is_void(was)) {
        t->counters[COUNTER_VOID]++;
        node_alarm_about(
            t->n, "entry-void", &(struct journal_about){.peer = e->division, .code = verdict_reason_text(reason)},
            "log of %s, seq %llu: %s", e->division, (unsigned long long)e->header.seq, verdict_reason_text(reason));
    }
}

static bool some_unopened(const struct op_entry *e)
{
    for (uint32_t i = 0; i < e->part_count; i++) {
        if (e->parts[i] != PART_OPENED && e->parts[i] != PART_ERASED)
            return true;
    }
    return false;
}

/* Contents and keys come in any order, and each in several pieces: an entry is counted once, as long as some of it does not open. */
static void count_unopened(struct turn *t, const struct entry_in *e, const struct op_entry *was,
                           const struct op_entry *is)
{
    bool counted = was->verdict != 0 && some_unopened(was), counts = some_unopened(is);

    if (!e->submission_ok || class_in_clear(e->header.kind) || counted == counts)
        return;
    if (counts)
        t->counters[COUNTER_UNOPENED]++;
    else if (t->counters[COUNTER_UNOPENED] > 0)
        t->counters[COUNTER_UNOPENED]--;
}

static enum cw_err mark_pending(struct turn *t, const struct entry_in *e, enum case_verdict was, enum case_verdict is,
                                enum verdict_reason reason)
{
    struct row_key key = row_key_pending(PENDING_ENTRY, &e->log, e->header.seq);
    uint8_t why = (uint8_t)reason;

    if (is == VERDICT_PENDING)
        return db_put(t, TABLE_PENDING, key, slice(&why, 1));
    return was == VERDICT_PENDING ? db_del(t, TABLE_PENDING, key) : CW_OK;
}

/* The entry as it was settled last; verdict 0 when it is new. */
static enum cw_err settled_before(struct turn *t, const struct entry_in *e, const struct op_row *op,
                                  const struct op_entry *entry, struct op_entry *out)
{
    enum cw_err err = op_entry_find(t->n, t->txn, &e->header.op_id, op, entry, out);

    if (err == CW_LOCAL_NOT_FOUND)
        *out = (struct op_entry){.verdict = (enum case_verdict)0};
    return err == CW_LOCAL_NOT_FOUND ? CW_OK : err;
}

/* What feeds tell of an op depends on all its entries; it is told at its place. */
struct op_shown {
    enum case_verdict verdict; /* 0: it was not known */
    bool has_case;
    struct log_id log;
    uint64_t seq;
    enum part_state parts[PARTS_MAX];
};

static void show_op(const struct op_row *op, struct op_shown *out)
{
    uint32_t place;

    memset(out, 0, sizeof *out);
    if (op->entry_count == 0)
        return;
    out->verdict = op_row_verdict(op, &place);
    out->has_case = op->has_case;
    out->log = op->entries[place].log;
    out->seq = op->entries[place].seq;
    for (uint32_t i = 0; i < PARTS_MAX; i++)
        out->parts[i] = op_row_part(op, i, NULL);
}

static bool shows_the_same(const struct op_shown *a, const struct op_shown *b)
{
    return a->verdict == b->verdict && a->has_case == b->has_case && a->seq == b->seq && ID_EQ(&a->log, &b->log) &&
           memcmp(a->parts, b->parts, sizeof a->parts) == 0;
}

/* Whoever was told of the op is told again when it says more, or something else; a new entry has its own row for that. */
static enum cw_err note_change(struct turn *t, const struct op_shown *was, const struct op_row *op,
                               const struct op_entry *new_entry)
{
    struct op_shown is;

    if (was->verdict == 0)
        return CW_OK;
    show_op(op, &is);
    if (shows_the_same(was, &is))
        return CW_OK;
    if (new_entry != NULL && new_entry->seq == is.seq && ID_EQ(&new_entry->log, &is.log))
        return CW_OK;
    return feed_note(t, &(struct feed_row){.kind = FEED_ROW_AGAIN, .log = is.log, .seq = is.seq});
}

/* Authority records act once, when they become effective; key records whenever their bytes or envelopes came. A
 * record that means nothing is void after all. */
static enum cw_err act(struct turn *t, struct entry_in *e, enum case_verdict was, struct op_entry *entry)
{
    enum cw_err err = CW_OK;

    if (entry->verdict == VERDICT_EFFECTIVE && e->submission.op_class == CLASS_KEY)
        err = key_record_apply(t, e);
    else if (entry->verdict == VERDICT_EFFECTIVE && e->scope != LOG_DIVISION && was != VERDICT_EFFECTIVE)
        err = was == VERDICT_VOID ? CW_REFUSED_MALFORMED : authority_entry_apply(t, e);
    if (cw_err_class_of(err) == CW_CLASS_LOCAL)
        return err;
    if (err != CW_OK) {
        entry->verdict = VERDICT_VOID;
        entry->reason = REASON_RECORD;
    }
    if (e->scope != LOG_DIVISION && entry->verdict == VERDICT_VOID && was != VERDICT_VOID)
        authority_entry_pass(t, e);
    return CW_OK;
}

enum cw_err entry_settle(struct turn *t, struct entry_in *e)
{
    struct op_row op;
    struct op_shown shown;
    struct op_entry before, entry = {.log = e->log, .seq = e->header.seq, .hlc = e->header.hlc};
    enum cw_err err = load_op(t, e, &op);

    if (err == CW_OK)
        err = settled_before(t, e, &op, &entry, &before);
    if (err != CW_OK)
        return err;
    entry.own = ID_EQ(&e->log_cert, &t->n->cert);
    enum case_verdict was = before.verdict;
    bool had_case = op.has_case;
    uint64_t old_hlc = had_case ? place_hlc(&op) : 0;
    show_op(&op, &shown);
    op_describe(e, &op);
    entry.verdict = entry_judge(t->n, e, &entry.reason);
    entry_part_states(t->n, e, &entry);
    err = act(t, e, was, &entry);
    if (err == CW_OK)
        err = note_submission_id(t, e, entry.verdict, &op);
    if (err == CW_OK)
        err = mark_pending(t, e, was, entry.verdict, entry.reason);
    if (err != CW_OK)
        return err;
    count_verdict(t, e, was, entry.verdict, entry.reason);
    count_unopened(t, e, &before, &entry);
    err = op_entry_put(t, &e->header.op_id, &op, &entry);
    if (err == CW_OK)
        err = db_put_op(t, &e->header.op_id, &op);
    if (err == CW_OK)
        err = note_change(t, &shown, &op, was == 0 ? &entry : NULL);
    if (had_case)
        case_cache_drop(t->n, &op.case_id); /* the copy kept there has the op as it was */
    return err == CW_OK && op.has_case ? settle_case(t, e, &op, old_hlc, was, entry.verdict) : err;
}

/* When this division received what others sequenced: of what it sequenced itself the entry's own clock says it. */
static enum cw_err note_arrival(struct turn *t)
{
    uint8_t bytes[8];
    struct writer w = writer_over(bytes, sizeof bytes);

    if (t->applying_own || t->arrival_noted)
        return CW_OK;
    t->arrival_noted = true;
    writer_be64(&w, (uint64_t)(t->wall.ms < 0 ? 0 : t->wall.ms));
    return db_put(t, TABLE_META, row_key_arrived(t->n->feed_next), slice(bytes, w.len));
}

enum cw_err entry_apply(struct turn *t, struct entry_in *e)
{
    enum cw_err err = note_arrival(t);

    if (err == CW_OK)
        err = put_entry_row(t, e);
    if (err == CW_OK)
        err = feed_note(t, &(struct feed_row){.kind = FEED_ROW_ENTRY, .log = e->log, .seq = e->header.seq});
    t->counters[COUNTER_ENTRIES]++;
    if (err == CW_OK)
        err = entry_put_blobs(t, e);
    if (err == CW_OK)
        err = entry_settle(t, e);
    if (err == CW_OK)
        err = pending_wait_for_keys(t, e);
    return err;
}
