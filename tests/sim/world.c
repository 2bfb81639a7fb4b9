/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/feed.h"
#include "tests/sim/history.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define KEEP_LEN ((size_t)64 << 20)
#define STEPS_MAX 1000000u /* a hundred times what the busiest takes */
#define SCRATCH_LEN ((size_t)256 << 20)

/* --- what is said and found ------------------------------------------------------------------------------------ */

const char *sim_name(const struct sim_node *n)
{
    static const char *const second[] = {"", " (copy)"};
    static char names[4][40];
    static unsigned at;
    char *name = names[at++ % 4];

    snprintf(name, sizeof names[0], "%s%s", n->who->division, second[n->copied]);
    return name;
}

void sim_say(struct sim *s, const char *format, ...)
{
    va_list args;

    if (!s->verbose)
        return;
    printf("%9lld  ", (long long)s->now);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf("\n");
}

void sim_fail(struct sim *s, const char *check, const char *format, ...)
{
    va_list args;

    if (s->failed)
        return;
    s->failed = true;
    snprintf(s->found_by, sizeof s->found_by, "%s", check);
    va_start(args, format);
    vsnprintf(s->found, sizeof s->found, format, args);
    va_end(args);
    sim_say(s, "FOUND by %s: %s", s->found_by, s->found);
}

/* --- the trace ---------------------------------------------------------------------------------------------------- */

uint64_t sim_quick_hash(struct cw_slice bytes)
{
    uint64_t h = bytes.len * 0x9e3779b97f4a7c15u;
    size_t i = 0;

    for (; i + 8 <= bytes.len; i += 8) {
        uint64_t v;

        memcpy(&v, bytes.data + i, sizeof v);
        h = (h ^ v) * 0xbf58476d1ce4e5b9u;
        h ^= h >> 31;
    }
    for (; i < bytes.len; i++)
        h = (h ^ bytes.data[i]) * 0x100000001b3u;
    return h ^ (h >> 29);
}

/* Up to the last looks: who looks on may let time pass. */
void sim_trace_u64(struct sim *s, uint64_t v)
{
    if (s->ended)
        return;
    s->trace = (s->trace ^ v) * 0x94d049bb133111ebu;
    s->trace ^= s->trace >> 30;
}

void sim_trace(struct sim *s, const void *data, size_t len)
{
    sim_trace_u64(s, sim_quick_hash(slice(data, len)));
}

/* --- making -------------------------------------------------------------------------------------------------------- */

static bool are_meshed(const struct sim_options *o, uint32_t a, uint32_t b)
{
    switch (o->mesh) {
    case MESH_LINE:
        return a + 1 == b || b + 1 == a;
    case MESH_STAR:
        return a == 0 || b == 0;
    case MESH_RING:
        return (a + 1) % o->division_count == b || (b + 1) % o->division_count == a;
    default:
        return true;
    }
}

static void make_node(struct sim *s, uint32_t i)
{
    struct sim_node *n = &s->nodes[i];
    const struct sim_options *o = &s->options;

    n->sim = s;
    n->index = i;
    n->who = &s->cast->daemons[i];
    n->present = true;
    n->honest = o->tamper_pm == 0 || i != o->division_count - 1;
    n->device = 1 + i;
    n->inode = 1;
    n->turn_at = n->feeder_at = INT64_MAX;
    n->entropy = rng_of(o->seed, 1000 + i);
    n->clock.skew_ms = rng_between(&s->fate, -o->skew_ms_max, o->skew_ms_max);
    n->clock.drift_ppm = (int32_t)rng_between(&s->fate, -o->drift_ppm_max, o->drift_ppm_max);
    n->clock.boot_at = -rng_between(&s->fate, 0, 100000);
    n->commit_ms_min = o->commit_ms_min;
    n->commit_ms_max = rng_chance(&s->fate, o->slow_disk_pm) ? 400 : o->commit_ms_max;
    rng_fill(&s->fate, n->boot_id, sizeof n->boot_id);
    for (uint32_t b = 0; b < o->division_count; b++)
        s->meshed[i][b] = i != b && are_meshed(o, i, b);
    sim_write_base(n);
    process_start(n);
}

struct sim *sim_new(const struct sim_options *options)
{
    static void *keep, *scratch; /* worlds follow each other: the pages stay */
    struct sim *s = calloc(1, sizeof *s);

    if (keep == NULL) {
        keep = malloc(KEEP_LEN);
        scratch = malloc(SCRATCH_LEN);
    }
    CW_ASSERT(s != NULL && keep != NULL && scratch != NULL);
    s->options = *options;
    s->cast = cast_get(options->division_count);
    s->keep = arena_over(keep, KEEP_LEN);
    s->scratch = arena_over(scratch, SCRATCH_LEN);
    s->fate = rng_of(options->seed, 1);
    s->work = rng_of(options->seed, 2);
    s->noise = rng_of(options->seed, 3);
    s->readers = calloc(READERS_MAX, sizeof *s->readers);
    CW_ASSERT(s->readers != NULL);
    s->history = history_new();
    s->node_count = options->division_count;
    network_heal_all(s);
    for (uint32_t i = 0; i < options->division_count; i++)
        s->nodes[i].who = &s->cast->daemons[i]; /* everybody is named before the first one starts and dials */
    for (uint32_t i = 0; i < options->division_count; i++)
        make_node(s, i);
    return s;
}

static void node_done(struct sim_node *n)
{
    process_crash(n);
    inbox_clear(n);
    mem_store_free(n->disk);
    mem_store_free(n->old_copy);
    free(n->keyring.bytes);
    free(n->anchor.bytes);
    free(n->old_keyring.bytes);
    free(n->old_anchor.bytes);
    free(n->told);
}

void sim_free(struct sim *s)
{
    if (s == NULL)
        return;
    s->verbose = false;
    for (uint32_t i = 0; i < s->node_count; i++)
        node_done(&s->nodes[i]);
    for (uint32_t i = 0; i < NODES_MAX * NODES_MAX * STALE_KEPT; i++)
        free((&s->stale[0][0][0])[i].bytes);
    queue_done(&s->queue);
    feed_readers_free(s);
    misnaming_done(s);
    free(s->readers);
    history_free(s->history);
    free(s->links);
    for (uint32_t i = 0; i < s->op_count; i++)
        free(s->ops[i].token);
    free(s->ops);
    free(s);
}

/* --- running --------------------------------------------------------------------------------------------------------- */

static void step(struct sim *s, struct sim_event *e)
{
    s->now = e->at;
    s->steps += !e->untraced;
    if (s->steps > STEPS_MAX) /* somebody answers somebody without end */
        sim_fail(s, "I30", "the world takes more than %u steps", STEPS_MAX);
    if (!e->untraced) {
        sim_trace_u64(s, (uint64_t)e->at ^ (uint64_t)e->node << 48);
        sim_trace(s, e->name, strlen(e->name));
    }
    e->run(s, e);
    event_free(e);
}

void sim_run_until(struct sim *s, int64_t at)
{
    while (!s->failed && s->queue.count > 0 && s->queue.heap[0]->at <= at)
        step(s, queue_pop(&s->queue));
    if (s->now < at && !s->failed)
        s->now = at;
}

void sim_run_ms(struct sim *s, int64_t ms)
{
    sim_run_until(s, s->now + ms);
}
