/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waits until a daemon holds what is expected of it, and all of it is folded:
 *
 *   bench_wait ADMIN_SOCKET WHO ENTRIES SECONDS
 *
 * On the administrator's socket, which answers as soon as the daemon runs: a client would first have to be known there.
 * WHO is a folder of anybody of its network.
 *
 * A daemon's status is as of its last commit, so what it counts is durable. Prints the moment, in seconds of
 * CLOCK_MONOTONIC, when it was seen to have begun (to hold more than authorities' records), and how many entries there
 * were at the end. The daemon may start meanwhile.
 */
#include "common.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PAUSE_NS 5000000 /* asked no more often: the answers cost the daemon time too */
#define TRY_MS 1000
#define BEGUN_ENTRIES 200 /* more than a lab's authorities have written */

static bool counter_is(const struct cw_answer *answer, const char *wanted, int64_t value)
{
    size_t count = cw_answer_count(answer, "status.counters");

    for (size_t i = 0; i < count; i++) {
        char path[64];
        struct cw_slice name;
        int64_t found;

        (void)snprintf(path, sizeof path, "status.counters[%zu].name", i);
        if (cw_answer_text(answer, path, &name) != CW_OK || !slice_eq(name, slice_of(wanted)))
            continue;
        (void)snprintf(path, sizeof path, "status.counters[%zu].value", i);
        return cw_answer_number(answer, path, &found) == CW_OK && found == value;
    }
    give_up(wanted, "is not among the daemon's counters");
}

/* False: not yet, or no answer. */
static bool is_there(struct cw_client *client, int64_t wanted, int64_t *out_entries)
{
    struct cw_answer *answer;
    bool yes;

    if (cw_client_status(client, TRY_MS, &answer) != CW_OK)
        return false;
    yes = cw_answer_number(answer, "status.entry_count", out_entries) == CW_OK && *out_entries >= wanted &&
          counter_is(answer, "folds_waiting", 0);
    cw_answer_close(answer);
    return yes;
}

static struct cw_client *admin_of(const char *socket, const char *folder)
{
    struct cw_client_options options = {.size = sizeof options, .admin_socket = socket};
    struct cw_client *client;
    struct cw_fault fault;
    struct who who;

    who_open(&who, folder);
    cw_identity_network(who.identity, options.network_id);
    who_close(&who);
    if (cw_client_open(&options, &client, &fault) != CW_OK)
        give_up(socket, fault.text);
    return client;
}

int main(int argc, char **argv)
{
    struct cw_client *client;
    int64_t entries = 0, wanted;
    double until, begun_at = 0;

    if (argc != 5) {
        fputs("usage: bench_wait ADMIN_SOCKET WHO ENTRIES SECONDS\n", stderr);
        return 2;
    }
    wanted = (int64_t)number_of(argv[3]);
    until = now_s() + (double)number_of(argv[4]);
    client = admin_of(argv[1], argv[2]);
    while (!is_there(client, wanted, &entries)) {
        if (begun_at == 0 && entries > BEGUN_ENTRIES)
            begun_at = now_s();
        if (now_s() > until)
            give_up(argv[1], "it took too long");
        (void)nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
    }
    printf("{\"at\": %.6f, \"begun_at\": %.6f, \"entries\": %lld}\n", now_s(), begun_at, (long long)entries);
    cw_client_close(client);
    return 0;
}
