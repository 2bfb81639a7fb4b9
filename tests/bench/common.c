/* SPDX-License-Identifier: Apache-2.0 */
#include "common.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

double now_s(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct cw_wall wall_now(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_REALTIME, &t);
    return (struct cw_wall){(int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000};
}

double cpu_s(void)
{
    struct rusage used;

    (void)getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

double cpu_of_s(char *const *pids, size_t count)
{
    double sum = 0;

    for (size_t i = 0; i < count; i++) {
        struct timespec t;
        clockid_t clock;

        if (clock_getcpuclockid((pid_t)number_of(pids[i]), &clock) != 0 || clock_gettime(clock, &t) != 0)
            give_up(pids[i], "has no CPU clock");
        sum += (double)t.tv_sec + (double)t.tv_nsec / 1e9;
    }
    return sum;
}

_Noreturn void give_up(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, why);
    exit(EXIT_FAILURE);
}

void *must_have(void *memory)
{
    if (memory == NULL)
        give_up("memory", "there is none left");
    return memory;
}

unsigned long number_of(const char *text)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);

    if (*text == '\0' || *end != '\0')
        give_up(text, "is not a number");
    return value;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

double quantile(double *values, size_t count, unsigned per_mille)
{
    if (count == 0)
        return 0;
    qsort(values, count, sizeof *values, compare);
    return values[(count - 1) * per_mille / 1000];
}

static void read_file(const char *folder, const char *name, struct buf *out)
{
    char path[4096];
    uint8_t chunk[4096];
    FILE *f;
    size_t got;

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    f = fopen(path, "rbe");
    if (f == NULL)
        give_up(path, "cannot be opened");
    while ((got = fread(chunk, 1, sizeof chunk, f)) > 0) {
        if (buf_add(out, slice(chunk, got)) != CW_OK)
            must_have(NULL);
    }
    fclose(f);
}

void who_open(struct who *out, const char *folder)
{
    struct cw_identity_options options = {.size = sizeof options};
    struct buf key = {0}, certificate = {0};
    struct cw_fault fault;

    *out = (struct who){0};
    read_file(folder, "key", &key);
    read_file(folder, "cert", &certificate);
    read_file(folder, "network", &out->genesis);
    options.key_file = buf_slice(&key);
    options.certificate = buf_slice(&certificate);
    if (cw_identity_open(&options, &out->identity, &fault) != CW_OK)
        give_up(folder, fault.text);
    buf_done(&key);
    buf_done(&certificate);
}

void who_close(struct who *who)
{
    cw_identity_close(who->identity);
    buf_done(&who->genesis);
}

void place_read(struct place *out, const char *text)
{
    const char *equals = strrchr(text, '=');
    size_t len = equals != NULL ? (size_t)(equals - text) : 0;

    if (len == 0 || len > CW_ADDRESS_LEN_MAX || hex_parse(equals + 1, out->key, sizeof out->key) != CW_OK)
        give_up(text, "is not ADDRESS=KEY");
    memcpy(out->address, text, len);
    out->address[len] = '\0';
}

struct cw_client *client_on(const struct place *place, const struct who *who)
{
    struct cw_daemon daemon = {.address = place->address};
    struct cw_client_options options = {
        .size = sizeof options, .identity = who->identity, .daemons = &daemon, .daemon_count = 1};
    struct cw_client *client;
    struct cw_fault fault;

    memcpy(daemon.key, place->key, sizeof daemon.key);
    cw_identity_network(who->identity, options.network_id);
    if (cw_client_open(&options, &client, &fault) != CW_OK)
        give_up(place->address, fault.text);
    return client;
}
