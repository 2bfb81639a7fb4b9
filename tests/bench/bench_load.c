/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A load of signed submissions on one daemon, over CURVE:
 *
 *   bench_load DAEMON CASES_FILE CASES COUNT CLIENTS IN_FLIGHT BUNDLE VERIFY WHO...
 *
 *   DAEMON      ADDRESS=KEY
 *   CASES_FILE  ids of cases opened earlier, 32 bytes each; the first CASES are written to, missing ones are opened
 *   COUNT       notes of about 300 bytes, signed before the clock starts
 *   CLIENTS     connections of their own, each sending its share
 *   IN_FLIGHT   submissions waiting for an answer at each client
 *   BUNDLE      submissions under one signature; 1: each signed singly
 *   VERIFY      receipts to verify offline afterwards, spread over the run
 *   WHO         folders with key, cert and network: the clients are theirs in turn
 *
 * Prints one JSON line: acknowledged submissions per second, median and 99th percentile of their time in milliseconds,
 * this program's own CPU per acknowledgement in microseconds, how often the daemon said that it is busy, how many
 * receipts were verified, and the length of the first request on the wire. Anything but acknowledgements with receipts ends the run with an error.
 */
#include "pour.h"

#include <stdio.h>
#include <stdlib.h>

#define WHO_MAX 64
#define OPEN_IN_FLIGHT 64

struct load {
    struct place place;
    struct who authors[WHO_MAX];
    size_t author_count, client_count;
    struct lane *lanes;
    struct cw_case_id *cases;
    size_t case_count;
};

/* --- cases ---------------------------------------------------------------------------------------------------- */

static size_t read_cases(const char *path, struct cw_case_id *out, size_t max)
{
    FILE *f = fopen(path, "rbe");
    size_t count = 0;

    if (f == NULL)
        return 0;
    count = fread(out, sizeof *out, max, f);
    fclose(f);
    return count;
}

static void append_cases(const char *path, const struct cw_case_id *cases, size_t count)
{
    FILE *f = fopen(path, "abe");

    if (f == NULL || fwrite(cases, sizeof *cases, count, f) != count || fclose(f) != 0)
        give_up(path, "cannot be written");
}

static void open_cases(struct load *l, const char *path)
{
    size_t have = read_cases(path, l->cases, l->case_count);
    struct work work = {.authors = l->authors, .author_count = l->author_count, .client_count = 1, .bundle = 1};
    struct pour pour = {.work = &work, .lanes = l->lanes, .waiting_max = OPEN_IN_FLIGHT};

    if (have == l->case_count)
        return;
    work_openings(&work, l->case_count - have);
    pour_run(&pour);
    memcpy(l->cases + have, work.cases, work.count * sizeof *l->cases);
    append_cases(path, work.cases, work.count);
    pour_done(&pour);
    work_done(&work);
}

/* --- the run -------------------------------------------------------------------------------------------------- */

static void report(struct pour *pour)
{
    size_t count = pour->work->count;

    printf("{\"rate\": %.1f, \"p50_ms\": %.4f, \"p99_ms\": %.4f, \"cpu_us\": %.2f, \"busy\": %zu, \"verified\": %zu, "
           "\"frame_len\": %zu}\n",
           count > 0 ? (double)count / pour->seconds : 0, quantile(pour->took_s, count, 500) * 1e3,
           quantile(pour->took_s, count, 990) * 1e3, count > 0 ? pour->cpu_seconds * 1e6 / (double)count : 0,
           pour->busy_count, pour->kept_count, count > 0 ? pour->work->frames[0].len : 0);
}

static void open_all(struct load *l, char **folders)
{
    void *context = must_have(zmq_ctx_new());

    for (size_t i = 0; i < l->author_count; i++)
        who_open(&l->authors[i], folders[i]);
    l->lanes = must_have(calloc(l->client_count, sizeof *l->lanes));
    for (size_t i = 0; i < l->client_count; i++)
        lane_open(&l->lanes[i], context, &l->place, &l->authors[i % l->author_count]);
}

int main(int argc, char **argv)
{
    struct load l = {0};
    struct work work = {0};
    struct pour pour = {0};

    if (argc < 10 || argc - 9 > WHO_MAX) {
        fputs("usage: bench_load DAEMON CASES_FILE CASES COUNT CLIENTS IN_FLIGHT BUNDLE VERIFY WHO...\n", stderr);
        return 2;
    }
    place_read(&l.place, argv[1]);
    l.case_count = number_of(argv[3]);
    l.cases = must_have(calloc(l.case_count + 1, sizeof *l.cases));
    l.client_count = number_of(argv[5]);
    l.author_count = (size_t)argc - 9;
    open_all(&l, argv + 9);
    open_cases(&l, argv[2]);

    work = (struct work){.authors = l.authors,
                         .author_count = l.author_count,
                         .client_count = l.client_count,
                         .bundle = (uint32_t)number_of(argv[7])};
    work_notes(&work, number_of(argv[4]), l.cases, l.case_count);
    pour = (struct pour){
        .work = &work, .lanes = l.lanes, .waiting_max = number_of(argv[6]), .keep_max = number_of(argv[8])};
    pour_run(&pour);
    pour_verify(&pour, &l.place);
    report(&pour);
    pour_done(&pour);
    work_done(&work);
    for (size_t i = 0; i < l.client_count; i++)
        lane_close(&l.lanes[i]);
    for (size_t i = 0; i < l.author_count; i++)
        who_close(&l.authors[i]);
    return 0;
}
