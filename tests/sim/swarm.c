/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/feed.h"
#include "tests/sim/workload.h"

#include <stdio.h>

/*
 * A drawn world's whole life: safety with faults, then liveness without. Twice, the second time with nobody looking:
 * equal traces or nothing is proven.
 */

struct outcome {
    bool failed;
    uint64_t trace, steps;
    char by[16], what[512];
    int64_t at;
    uint32_t acked, refused, ops;
};

static void count_ops(const struct sim *s, struct outcome *out)
{
    out->ops = s->op_count;
    for (uint32_t i = 0; i < s->op_count; i++) {
        out->acked += s->ops[i].state == OP_ACKED;
        out->refused += s->ops[i].state == OP_REFUSED;
    }
}

static struct outcome live_once(uint64_t seed, bool plain, bool watched, bool verbose)
{
    struct sim_options options;
    struct outcome out = {0};
    struct sim *s;

    options_draw(seed, plain, &options);
    s = sim_new(&options);
    s->verbose = verbose;
    s->unwatched = !watched;
    workload_begin(s);
    faults_begin(s);
    misnaming_begin(s);
    feed_readers_begin(s);
    sim_run_until(s, options.safety_ms);
    sim_calm(s);
    out.failed = s->failed;
    out.trace = s->trace;
    out.steps = s->steps;
    out.at = s->now;
    memcpy(out.by, s->found_by, sizeof out.by);
    memcpy(out.what, s->found, sizeof out.what);
    count_ops(s, &out);
    sim_free(s);
    return out;
}

static bool report(uint64_t seed, const struct outcome *o)
{
    if (!o->failed)
        return true;
    printf("seed %llu at %lld ms: %s does not hold: %s\n", (unsigned long long)seed, (long long)o->at, o->by, o->what);
    return false;
}

bool swarm_run(uint64_t seed, bool plain, bool verbose)
{
    struct outcome first, again;

    if (verbose) {
        struct sim_options options;

        options_draw(seed, plain, &options);
        options_print(&options);
    }
    first = live_once(seed, plain, true, verbose);
    if (verbose)
        printf("%u ops: %u acknowledged, %u refused; %llu steps, trace %016llx, ended at %lld ms\n", first.ops,
               first.acked, first.refused, (unsigned long long)first.steps, (unsigned long long)first.trace,
               (long long)first.at);
    if (!report(seed, &first))
        return false;
    again = live_once(seed, plain, false, false);
    if (again.trace == first.trace && again.failed == first.failed)
        return true;
    printf("seed %llu: the second run differs from the first (trace %016llx, then %016llx; %llu steps, then %llu)\n",
           (unsigned long long)seed, (unsigned long long)first.trace, (unsigned long long)again.trace,
           (unsigned long long)first.steps, (unsigned long long)again.steps);
    report(seed, &again);
    return false;
}
