/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/check.h"
#include "tests/sim/feed.h"

#include <stdio.h>

/*
 * The liveness phase. I14: after all partitions heal and faults stop, all honest frontiers are equal within
 * T = diameter x (30 s + transfer time); officers' last tries are part of the transfer.
 */

#define HOP_MS_MAX 40000
#define OFFICERS_MS_MAX 60000
#define LOOK_EVERY_MS 250
#define IDLE_MS 3000
#define HELD_MS 12000                /* what a daemon could not sign for want of space it tries again by then */
#define RESTS_MAX 40                 /* a daemon has no more to say by itself than its cases have duties */
#define IDLE_FRAMES_MAX UINT64_C(20) /* to each other daemon, while idle; a session that begins anew takes ten */

static void end_faults(struct sim *s)
{
    s->calm = true;
    network_heal_all(s);
    for (uint32_t i = 0; i < s->node_count; i++) {
        struct sim_node *n = &s->nodes[i];

        n->die_at_call = 0;
        n->fault_planned = false;
        mem_store_limit(n->disk, 0);
        mem_store_set_low(n->disk, false);
        mem_store_fail(n->disk, MEM_FAULT_NONE, 1, CW_OK);
    }
}

/* Two of one division is nobody's plan: whoever notices stops one (REPLICATION.md §6). */
static void stop_copies(struct sim *s)
{
    for (uint32_t i = s->options.division_count; i < s->node_count; i++) {
        process_crash(&s->nodes[i]);
        for (uint32_t k = 0; k < s->op_count; k++) {
            if (s->ops[k].node == i) /* its officers turn to the one that goes on */
                s->ops[k].node = (uint32_t)(s->nodes[i].who - s->cast->daemons);
        }
        s->nodes[i].present = s->nodes[i].honest = false;
        s->losses++; /* what it alone had received goes with it */
    }
}

static void start_all(struct sim *s)
{
    for (uint32_t i = 0; i < s->node_count; i++) {
        if (s->nodes[i].present && !s->nodes[i].up)
            process_start(&s->nodes[i]);
    }
}

/* --- whether all agree ------------------------------------------------------------------------------------------ */

/* The shorter one's head lies on the longer one's chain. */
static bool on_one_branch(const struct look *longer, const struct log_head *shorter)
{
    struct seal_row seal;

    return shorter->seq == 0 ||
           (look_seal(longer, &shorter->log, shorter->seq, &seal) && ID_EQ(&seal.hash, &shorter->seal));
}

/*
 * One log at two nodes. Of a forked log each holds one branch (decision 0005), whole: only who stands on different
 * branches may differ, until somebody adjudicates. A branch passes only those who stand on it: of two who do not speak to
 * each other one may lack its end, when who is between them stands on another.
 */
static bool log_agrees(const struct look *here, const struct look *other, const struct log_head *log, bool neighbours)
{
    struct log_row row = {0};
    const struct log_head *there = &row.head;

    if (log->seq == 0)
        return true;
    (void)look_log(other, &log->log, &row);
    if ((log->forked || there->forked) && !neighbours)
        return true;
    if ((log->forked || there->forked) &&
        !(log->seq <= there->seq ? on_one_branch(other, log) : on_one_branch(here, there)))
        return true;
    return there->seq == log->seq && ID_EQ(&there->seal, &log->seal) && there->blob_seq == log->blob_seq &&
           there->hole_count == log->hole_count;
}

static char difference[160];

static void tell_difference(const struct sim_node *a, const struct sim_node *b, const struct log_row *log,
                            const struct look *other)
{
    struct log_row there = {0};
    bool known = look_log(other, &log->head.log, &there);

    snprintf(difference, sizeof difference,
             "log %02x%02x%02x%02x of %s: %s has %llu (blobs %llu, %u holes), %s %s%llu (blobs %llu, %u holes)",
             log->head.log.b[0], log->head.log.b[1], log->head.log.b[2], log->head.log.b[3], log->head.division,
             sim_name(a), (unsigned long long)log->head.seq, (unsigned long long)log->head.blob_seq,
             log->head.hole_count, sim_name(b), known ? "" : "nothing: ", (unsigned long long)there.head.seq,
             (unsigned long long)there.head.blob_seq, there.head.hole_count);
}

static bool logs_agree(struct sim_node *a, struct sim_node *b)
{
    bool neighbours = a->sim->meshed[a->index][b->index] || a->sim->meshed[b->index][a->index];
    struct row_key key = {.len = 0};
    struct cw_slice value;
    struct log_row log;
    struct look l, other;
    bool agree = true;

    if (!look_begin(&l, a))
        return false;
    if (!look_begin(&other, b)) {
        look_done(&l);
        return false;
    }
    while (agree && look_next(&l, TABLE_LOG, slice(NULL, 0), &key, &value)) {
        agree = log_row_parse(value, &log) == CW_OK && log_agrees(&l, &other, &log.head, neighbours);
        if (!agree)
            tell_difference(a, b, &log, &other);
    }
    look_done(&other);
    look_done(&l);
    return agree;
}

static bool has_folds_waiting(struct sim_node *n)
{
    uint8_t letter = PENDING_FOLD;
    struct row_key key = {.len = 0};
    struct cw_slice value;
    struct look l;
    bool waiting;

    if (!look_begin(&l, n))
        return false;
    waiting = look_next(&l, TABLE_PENDING, slice(&letter, 1), &key, &value);
    look_done(&l);
    return waiting;
}

static bool say_why(char *why, size_t cap, const struct sim_node *a, const struct sim_node *b, const char *what)
{
    snprintf(why, cap, "%s%s%s: %s", sim_name(a), b != NULL ? " and " : "", b != NULL ? sim_name(b) : "", what);
    return false;
}

static bool node_agrees(struct sim_node *n, struct sim_node *with, char *why, size_t cap)
{
    if (!n->up)
        return say_why(why, cap, n, NULL, "is down");
    if (!logs_agree(n, with) || !logs_agree(with, n))
        return say_why(why, cap, n, with, difference);
    return has_folds_waiting(n) ? say_why(why, cap, n, NULL, "has cases to fold") : true;
}

bool check_converged(struct sim *s, char *why, size_t cap)
{
    struct sim_node *first = NULL;

    for (uint32_t i = 0; i < s->node_count; i++) {
        struct sim_node *n = &s->nodes[i];

        if (!n->honest)
            continue;
        if (first == NULL)
            first = n;
        if (!node_agrees(n, first, why, cap))
            return false;
    }
    return true;
}

static bool officers_are_answered(const struct sim *s, char *why, size_t cap)
{
    for (uint32_t i = 0; i < s->op_count; i++) {
        if (s->ops[i].state == OP_WAITING) {
            snprintf(why, cap, "op %u for %s is not answered", i, sim_name(&s->nodes[s->ops[i].node]));
            return false;
        }
    }
    return true;
}

/* --- the phase ---------------------------------------------------------------------------------------------------- */

static int64_t bound_ms(const struct sim *s)
{
    uint32_t hops = s->options.mesh == MESH_FULL ? 1 : s->options.division_count;

    return (int64_t)hops * HOP_MS_MAX + OFFICERS_MS_MAX;
}

static bool agree_until(struct sim *s, int64_t until, char *why, size_t cap)
{
    bool agreed = false;

    while (!s->failed && !agreed && s->now < until) {
        sim_run_ms(s, LOOK_EVERY_MS);
        agreed = !s->failed && officers_are_answered(s, why, cap) && check_converged(s, why, cap);
    }
    return agreed;
}

/* I30: who has nothing to say says little. */
static void run_idle(struct sim *s, int64_t ms)
{
    uint64_t before[NODES_MAX] = {0};

    for (uint32_t i = 0; i < s->node_count; i++)
        before[i] = s->nodes[i].frames;
    sim_run_ms(s, ms);
    for (uint32_t i = 0; i < s->node_count && !s->failed; i++) {
        if (s->nodes[i].frames - before[i] > IDLE_FRAMES_MAX * s->node_count)
            sim_fail(s, "I30", "%s says %llu messages in %lld ms although all agree", sim_name(&s->nodes[i]),
                     (unsigned long long)(s->nodes[i].frames - before[i]), (long long)ms);
    }
}

/* What came anywhere: an entry, another verdict on one, a case that shows something else. */
static uint64_t arrivals(const struct sim *s)
{
    uint64_t rows = 0;

    for (uint32_t i = 0; i < s->node_count; i++)
        rows += s->nodes[i].honest ? mem_store_rows(s->nodes[i].disk, TABLE_FEED) : 0;
    return rows;
}

/*
 * Daemons say things by themselves when duties fall due (docs/fold.md §20), and what one says at the last moment has not
 * reached the others. So it counts as the end when all agreed and nothing came for as long as a feed waits for a cause; in
 * some worlds, as long as any daemon waits before it stands in for another, or before it looks at its wall clock.
 */
static bool rests(struct sim *s)
{
    uint64_t before = arrivals(s);
    int64_t ms = s->options.patient ? PATIENT_MS : FEED_READER_WAIT_MS;

    run_idle(s, IDLE_MS);
    sim_run_ms(s, ms - IDLE_MS);
    return arrivals(s) == before;
}

void sim_calm(struct sim *s)
{
    char why[256] = "";
    bool agreed, rested = false;
    int64_t began = s->now;

    if (s->failed)
        return;
    end_faults(s);
    stop_copies(s);
    start_all(s);
    if (!s->failed)
        checks_at_heal(s);
    for (uint32_t i = 0; i < RESTS_MAX && !rested && !s->failed; i++) {
        agreed = agree_until(s, s->now + bound_ms(s), why, sizeof why);
        if (!s->failed && !agreed)
            sim_fail(s, "I14", "no agreement %lld s after the last fault or word: %s", (long long)bound_ms(s) / 1000,
                     why);
        rested = rests(s) && check_converged(s, why, sizeof why) && s->now - began > HELD_MS;
    }
    if (!s->failed && !rested)
        sim_fail(s, "I14", "somebody still has something new to say at %lld ms", (long long)s->now);
    if (!s->failed)
        checks_at_end(s);
}
