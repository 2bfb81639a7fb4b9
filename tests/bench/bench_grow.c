/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one more event costs, by how many the case has:
 *
 *   bench_grow DAEMON EVENT SMALL LARGE ROUNDS OTHERS WHO PID...
 *
 * Opens two missing children's cases with SMALL and with LARGE events, then writes ROUNDS more to each, in turns, one at a time: EVENT is
 * note or sighting, which only add to the record, or value, a title, by which the whole is folded again. OTHERS are
 * cases that get a note between any two: with as many as the daemon keeps opened, each note finds its case put away.
 * PID are the daemon's processes: what they compute from the sending of a note until they rest, its fold included, is what it cost.
 * Prints the medians in milliseconds.
 */
#include "pour.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define IN_FLIGHT 64
#define LOOK_NS 15000000L /* between two looks whether the daemon rests */
#define REST_S 0.0004     /* of CPU between two looks: nobody computes */
#define REST_LOOKS 3      /* in a row: a long case is folded 20 ms after the last submission */
#define REST_LOOKS_MAX 4000

struct grow {
    struct lane lane;
    struct who who;
    char **pids;
    size_t pid_count, others;
    const char *event;
    struct cw_case_id small, large, *other_cases;
};

static struct work work_of(const struct grow *g)
{
    return (struct work){
        .authors = &g->who, .author_count = 1, .client_count = 1, .bundle = 1, .kind = "missing_child"};
}

static void send_all(struct grow *g, const struct work *work)
{
    struct pour pour = {.work = work, .lanes = &g->lane, .waiting_max = IN_FLIGHT};

    pour_run(&pour);
    pour_done(&pour);
}

static void open_cases(struct grow *g, struct cw_case_id *out, size_t count)
{
    struct work work = work_of(g);

    work_openings(&work, count);
    send_all(g, &work);
    memcpy(out, work.cases, count * sizeof *out);
    work_done(&work);
}

static void write_events(struct grow *g, size_t count, const struct cw_case_id *cases, size_t case_count,
                         const char *what)
{
    struct work work = work_of(g);

    work.what = what;
    work_notes(&work, count, cases, case_count);
    send_all(g, &work);
    work_done(&work);
}

/* Returns the CPU that the daemon had used when it came to rest. */
static double rest(const struct grow *g)
{
    double before = cpu_of_s(g->pids, g->pid_count);
    int still = 0;

    for (int i = 0; i < REST_LOOKS_MAX && still < REST_LOOKS; i++) {
        (void)nanosleep(&(struct timespec){.tv_nsec = LOOK_NS}, NULL);
        double now = cpu_of_s(g->pids, g->pid_count);

        still = now - before < REST_S ? still + 1 : 0;
        before = now;
    }
    return before;
}

static double event_costs(struct grow *g, const struct cw_case_id *id)
{
    double before;

    if (g->others > 0)
        write_events(g, g->others, g->other_cases, g->others, NULL);
    before = rest(g);
    write_events(g, 1, id, 1, g->event);
    return rest(g) - before;
}

static void run(struct grow *g, size_t rounds)
{
    double *small = must_have(calloc(rounds + 1, sizeof *small)), *large = must_have(calloc(rounds + 1, sizeof *large));

    (void)event_costs(g, &g->large); /* the first one after so many is not counted */
    (void)event_costs(g, &g->small);
    for (size_t i = 0; i < rounds; i++) {
        large[i] = event_costs(g, &g->large);
        small[i] = event_costs(g, &g->small);
    }
    printf("{\"small_ms\": %.4f, \"large_ms\": %.4f, \"large_p90_ms\": %.4f}\n", quantile(small, rounds, 500) * 1e3,
           quantile(large, rounds, 500) * 1e3, quantile(large, rounds, 900) * 1e3);
    free(small);
    free(large);
}

int main(int argc, char **argv)
{
    struct place place;
    struct grow g = {.pids = argv + 8};
    void *context = zmq_ctx_new();

    if (argc < 9 || context == NULL) {
        fputs("usage: bench_grow DAEMON EVENT SMALL LARGE ROUNDS OTHERS WHO PID...\n", stderr);
        return 2;
    }
    place_read(&place, argv[1]);
    g.pid_count = (size_t)argc - 8;
    g.others = number_of(argv[6]);
    g.event = argv[2];
    g.other_cases = must_have(calloc(g.others + 1, sizeof *g.other_cases));
    who_open(&g.who, argv[7]);
    lane_open(&g.lane, context, &place, &g.who);
    open_cases(&g, &g.small, 1);
    open_cases(&g, &g.large, 1);
    if (g.others > 0)
        open_cases(&g, g.other_cases, g.others);
    write_events(&g, number_of(argv[3]), &g.small, 1, NULL);
    write_events(&g, number_of(argv[4]), &g.large, 1, NULL);
    run(&g, number_of(argv[5]));
    lane_close(&g.lane);
    (void)zmq_ctx_term(context);
    free(g.other_cases);
    who_close(&g.who);
    return 0;
}
