/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_COMMON_H
#define BENCH_COMMON_H

/* What every benchmark needs: the clock, an end when something is wrong, and who speaks to which daemon. */

#include "lib/identity.h"
#include "proto/buf.h"

#include <casewire/casewire.h>

#define ANSWER_WAIT_MS 60000

double now_s(void); /* CLOCK_MONOTONIC: the same clock as Python's time.monotonic() */
struct cw_wall wall_now(void);
double cpu_s(void); /* of this process, all threads, user and system */
/* Of other processes, together, so far; their ids as the command line has them. */
double cpu_of_s(char *const *pids, size_t count);
_Noreturn void give_up(const char *what, const char *why);
void *must_have(void *memory); /* gives up on NULL */
unsigned long number_of(const char *text);

/* Sorts; per_mille 500 is the median. 0 without values. */
double quantile(double *values, size_t count, unsigned per_mille);

/* A folder with key, cert and network, as the tool makes it. */
struct who {
    struct cw_identity *identity;
    struct buf genesis;
};
void who_open(struct who *out, const char *folder);
void who_close(struct who *who);

/* "tcp://127.0.0.1:4711=KEY", KEY in hexadecimal. */
struct place {
    char address[CW_ADDRESS_LEN_MAX + 1];
    uint8_t key[CW_ID_LEN];
};
void place_read(struct place *out, const char *text);

/* A handle of the client library on that daemon. */
struct cw_client *client_on(const struct place *place, const struct who *who);

#endif
