/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/check.h"
#include "tests/sim/feed.h"

/*
 * I28, the part that a disk shows: what feeds are read from has no gap and tells each entry once. Arrival numbers are
 * dense; a row names a new entry of its own, one that arrived before, or a case.
 */

static bool row_holds(const struct look *l, uint64_t arrival, struct cw_slice value, uint64_t *entries)
{
    struct feed_row row;
    struct entry_row entry;

    if (feed_row_parse(value, &row) != CW_OK)
        return false;
    if (row.kind == FEED_ROW_CASE)
        return true;
    if (!look_entry(l, &row.log, row.seq, &entry))
        return false;
    *entries += row.kind == FEED_ROW_ENTRY;
    return row.kind == FEED_ROW_ENTRY ? entry.arrival == arrival : entry.arrival < arrival;
}

static void check_node(struct sim *s, struct sim_node *n)
{
    struct row_key key = {.len = 0};
    struct cw_slice value;
    uint64_t expected = 0, rows = 0, told = 0, entries = mem_store_rows(n->disk, TABLE_ENTRY);
    struct look l;

    if (!look_begin(&l, n))
        return;
    while (!s->failed && look_next(&l, TABLE_FEED, slice(NULL, 0), &key, &value)) {
        struct reader in = reader_over(row_key_slice(&key));
        uint64_t arrival = reader_be64(&in);

        if (rows++ == 0)
            expected = arrival;
        if (arrival != expected++ || !row_holds(&l, arrival, value, &told))
            sim_fail(s, "I28", "%s: arrival %llu has a gap before it, or names no entry of its own", sim_name(n),
                     (unsigned long long)arrival);
    }
    if (told != entries)
        sim_fail(s, "I28", "%s: %llu arrivals for %llu entries", sim_name(n), (unsigned long long)told,
                 (unsigned long long)entries);
    look_done(&l);
}

/* --- what readers were told --------------------------------------------------------------------------------------- */

static bool any_fork(const struct sim *s)
{
    const struct made_log *logs;
    uint32_t count = history_logs(s->history, &logs);

    for (uint32_t i = 0; i < count; i++) {
        if (logs[i].forked)
            return true;
    }
    return false;
}

/* Where somebody really lost entries, a reader may have been told of what nobody holds any more. */
static bool lines_hold(struct sim *s, const struct sim_reader *r)
{
    return !r->went_on_behind && s->losses == 0 && !any_fork(s);
}

/* Gap-free: read out at this node, a reader was told every op of a case and every record that it holds, whatever happened on the way. */
static void check_told(struct sim *s, struct sim_node *n, const struct sim_reader *r)
{
    struct row_key key = {.len = 0};
    struct cw_slice value;
    struct look l;

    if (!look_begin(&l, n))
        return;
    while (!s->failed && look_next(&l, TABLE_OP, slice(NULL, 0), &key, &value)) {
        const struct told_op *told;
        struct cw_op_id id;
        struct op_row row;

        if (key.len != ID_LEN) /* a further entry of the op before */
            continue;
        memcpy(id.b, key.b, ID_LEN);
        if (op_row_parse(value, &row) != CW_OK || (row.op_class == CLASS_CASE && !row.has_case))
            continue;
        told = feed_was_told(r, &id);
        if (told != NULL && strcmp(told->verdict, "unopened") == 0 && op_row_part(&row, 0, NULL) != PART_OPENED)
            continue; /* it has not come */
        if (told != NULL && lines_hold(s, r) && strcmp(told->verdict, verdict_name(op_row_verdict(&row, NULL))) != 0)
            sim_fail(s, "I28", "%s holds op %02x%02x%02x%02x as %s, and reader %u was told last that it is %s",
                     sim_name(n), id.b[0], id.b[1], id.b[2], id.b[3], verdict_name(op_row_verdict(&row, NULL)),
                     r->index, told->verdict);
        if (told == NULL)
            sim_fail(s, "I28", "%s holds op %02x%02x%02x%02x, and reader %u was never told of it (%u resumes)",
                     sim_name(n), id.b[0], id.b[1], id.b[2], id.b[3], r->index, r->resumes);
    }
    look_done(&l);
}

/*
 * Corrections: the last that was told of each case is what the case shows. Who chose some cases was told so of those;
 * of another case the last line that was told says that it is none of them.
 */
static bool line_holds(const struct sim_reader *r, const struct case_row *row, const struct case_line *line,
                       const struct told_line *told)
{
    if (r->kind == READS_CHOSEN && !slice_eq(line->risk, slice_of(READER_CHOSEN_RISK)))
        return told == NULL || !told->high;
    /* Elsewhere more of the case may be read, or less, without anything new that would be told (docs/feeds.md). */
    if (r->resumes > 0 && told != NULL && (told->incomplete || (row->flags & CASE_INCOMPLETE) != 0))
        return true;
    return told != NULL && told->hash == feed_line_hash(row, line);
}

static void check_lines(struct sim *s, struct sim_node *n, const struct sim_reader *r)
{
    struct node_read read;

    if (node_read_begin(n->node, &read) != CW_OK)
        return;
    for (uint32_t i = 0; i < s->case_count && !s->failed; i++) {
        size_t mark = arena_mark(&s->scratch);
        struct case_line *line = ARENA_NEW(&s->scratch, struct case_line);
        struct case_row row;

        if (case_row_read(&read, &s->cases[i], &s->scratch, &row, line) == CW_OK &&
            !line_holds(r, &row, line, feed_last_line(r, &s->cases[i])))
            sim_fail(s, "I28", "reader %u was last told something else of %.*s than %s shows (%u ops, %u resumes)",
                     r->index, (int)line->reference.len, (const char *)line->reference.data, sim_name(n), row.op_count,
                     r->resumes);
        arena_release(&s->scratch, mark);
    }
    node_read_done(&read);
}

/*
 * Who was told everything and resumes at once is told nothing, but what the cursor stands before because it is not
 * settled. That is seen by who reads each op: false, when this node has any.
 */
static bool check_quiet(struct sim *s, struct sim_node *n, struct sim_reader *r, bool settled)
{
    feed_read_out(r, n);
    if (r->kind == READS_ALL && r->provisional_now > 0)
        return false;
    if (settled && r->told_now > 0)
        sim_fail(s, "I28", "reader %u was told everything at %s, and resumes: %u items are told again", r->index,
                 sim_name(n), r->told_now);
    return settled;
}

/* Returns whether a resume here is quiet, as far as is known. */
static bool check_reader(struct sim *s, struct sim_node *n, struct sim_reader *r, bool settled)
{
    feed_read_out(r, n);
    if (s->failed)
        return settled;
    if (!r->level) {
        sim_fail(s, "I28", "reader %u is not told everything at %s, though all agree", r->index, sim_name(n));
        return false;
    }
    if (r->kind == READS_ALL)
        check_told(s, n, r);
    if (lines_hold(s, r))
        check_lines(s, n, r);
    return check_quiet(s, n, r, settled);
}

/*
 * Who reads without a break has nothing to resume: what came, was opened or judged otherwise since was told on the way.
 */
static void check_live(struct sim *s, const struct sim_reader *r)
{
    struct sim_node *n = &s->nodes[r->node];

    if (r->sim == NULL || !r->on || !r->level || r->left_bytes == 0 || r->heard_items == r->granted_items ||
        r->run != (uint32_t)n->starts)
        return;
    if (r->kind == READS_ALL)
        check_told(s, n, r);
    if (lines_hold(s, r))
        check_lines(s, n, r);
}

static void at_last(struct sim *s)
{
    for (uint32_t k = 0; k < READERS_MAX && !s->failed; k++)
        check_live(s, &s->readers[k]);
    for (uint32_t i = 0; i < s->node_count && !s->failed; i++) {
        if (!s->nodes[i].honest)
            continue;
        bool settled = true;

        check_node(s, &s->nodes[i]);
        for (uint32_t k = 0; k < READERS_MAX && !s->failed; k++) {
            if (s->readers[k].sim == NULL)
                continue;
            settled = check_reader(s, &s->nodes[i], &s->readers[k], settled);
            if (s->readers[k].kind != READS_STATE || s->failed)
                continue;
            feed_forget_all(&s->readers[k]); /* and from a snapshot */
            settled = check_reader(s, &s->nodes[i], &s->readers[k], settled);
        }
    }
}

const struct sim_check check_i28 = {.name = "I28",
                                    .says = "readers are told everything, causes first, from one cursor at any daemon",
                                    .at_last = at_last};
