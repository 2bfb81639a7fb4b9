/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One case read again and again by a client of the library:
 *
 *   bench_view DAEMON KIND EVENTS READS WHO
 *
 * Opens a case of that kind, writes EVENTS events to it, then reads it READS times, one at a time, each answer checked and unpacked.
 * Prints median and 99th percentile of a read in milliseconds, and the length of an answer.
 */
#include "lib/answer.h"
#include "pour.h"

#include <stdio.h>
#include <stdlib.h>

#define IN_FLIGHT 64

static void pour_all(struct work *work, const struct place *place)
{
    struct lane lane;
    struct pour pour = {.work = work, .lanes = &lane, .waiting_max = IN_FLIGHT};
    void *context = must_have(zmq_ctx_new());

    lane_open(&lane, context, place, work->authors);
    pour_run(&pour);
    pour_done(&pour);
    lane_close(&lane);
    (void)zmq_ctx_term(context);
}

static void make_case(const struct place *place, const struct who *who, const char *kind, size_t events,
                      struct cw_case_id *out)
{
    struct work work = {.authors = who, .author_count = 1, .client_count = 1, .bundle = 1, .kind = kind};

    work_openings(&work, 1);
    pour_all(&work, place);
    *out = work.cases[0];
    work_done(&work);
    work_notes(&work, events, out, 1);
    pour_all(&work, place);
    work_done(&work);
}

/* Returns the answer's length; gives up unless it shows as many events. */
static size_t read_once(struct cw_client *client, const char *name, size_t events)
{
    struct cw_answer *answer;
    size_t len;

    if (cw_client_get(client, slice_of(name), ANSWER_WAIT_MS, &answer) != CW_OK)
        give_up("read", cw_client_fault(client)->text);
    if (cw_answer_count(answer, "view.events") != events)
        give_up("read", "the case has not the events that were written");
    len = answer->bytes.len; /* as it came */
    cw_answer_close(answer);
    return len;
}

int main(int argc, char **argv)
{
    struct place place;
    struct who who;
    struct cw_case_id id;
    char name[2 * CW_ID_LEN + 1];
    struct cw_client *client;
    size_t events, reads, len;
    double *took;

    if (argc != 6) {
        fputs("usage: bench_view DAEMON KIND EVENTS READS WHO\n", stderr);
        return 2;
    }
    place_read(&place, argv[1]);
    events = number_of(argv[3]);
    reads = number_of(argv[4]);
    who_open(&who, argv[5]);
    make_case(&place, &who, argv[2], events, &id);
    hex_of(slice(id.b, sizeof id.b), name);

    client = client_on(&place, &who);
    len = read_once(client, name, events);
    took = must_have(calloc(reads + 1, sizeof *took));
    for (size_t i = 0; i < reads; i++) {
        double before = now_s();

        (void)read_once(client, name, events);
        took[i] = now_s() - before;
    }
    printf("{\"p50_ms\": %.4f, \"p99_ms\": %.4f, \"answer_len\": %zu}\n", quantile(took, reads, 500) * 1e3,
           quantile(took, reads, 990) * 1e3, len);
    free(took);
    cw_client_close(client);
    who_close(&who);
    return 0;
}
