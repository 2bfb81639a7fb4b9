/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine's own limits, measured in the same minute as casewire beside them:
 *
 *   bench_limits FOLDER SECONDS NAME...
 *
 *   F    appends of 512 bytes, each made durable, per second
 *   V    Ed25519 verifications of 512 bytes per second, on one thread; V2: on two together
 *   C    a durable LMDB commit of 512 bytes, in milliseconds (median)
 *   R    a CURVE round trip of 512 bytes, in milliseconds (median)
 *   Z10  messages of 512 bytes per second from ZeroMQ's own CURVE fan-out to 10 subscribers, delivered to all together
 *
 * Each for SECONDS, on files in FOLDER. Prints one JSON object: name to value.
 */
#include "common.h"
#include "limits.h"

#include "proto/sign.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define RECORD_LEN 512
#define THREADS_MAX 16

/* --- verification ------------------------------------------------------------------------------------------------ */

struct verifier {
    double seconds, rate;
};

static void *verify(void *context)
{
    struct verifier *v = context;
    struct network_id network = {{0}};
    uint8_t record[RECORD_LEN] = {0};
    uint8_t key[KEY_LEN];
    struct sign_secret secret;
    struct signature signature;
    double start, took;
    long count = 0;

    sign_keypair(key, &secret);
    sign_bytes(LABEL_SEAL, &network, slice(record, sizeof record), &secret, &signature);
    start = now_s();
    while ((took = now_s() - start) < v->seconds) {
        if (!verify_bytes(LABEL_SEAL, &network, slice(record, sizeof record), key, &signature))
            give_up("signature", "does not verify");
        count++;
    }
    v->rate = (double)count / took;
    return NULL;
}

double limit_verify(unsigned threads, double seconds)
{
    struct verifier verifiers[THREADS_MAX];
    pthread_t ids[THREADS_MAX];
    double sum = 0;

    for (unsigned i = 0; i < threads; i++) {
        verifiers[i] = (struct verifier){.seconds = seconds};
        if (pthread_create(&ids[i], NULL, verify, &verifiers[i]) != 0)
            give_up("verify", "no thread");
    }
    for (unsigned i = 0; i < threads; i++) {
        (void)pthread_join(ids[i], NULL);
        sum += verifiers[i].rate;
    }
    return sum;
}

/* --- by name ------------------------------------------------------------------------------------------------------- */

static double measure(const char *name, const char *folder, double seconds)
{
    if (strcmp(name, "F") == 0)
        return limit_fdatasync(folder, seconds);
    if (strcmp(name, "V") == 0)
        return limit_verify(1, seconds);
    if (strcmp(name, "V2") == 0)
        return limit_verify(2, seconds);
    if (strcmp(name, "C") == 0)
        return limit_lmdb_commit_ms(folder, seconds);
    if (strcmp(name, "P") == 0)
        return limit_lmdb_reads_ms(folder, seconds);
    if (strcmp(name, "R") == 0)
        return limit_round_trip_ms(seconds);
    if (strcmp(name, "Z10") == 0)
        return limit_fan_out(10, seconds);
    give_up(name, "is not a limit known here");
}

int main(int argc, char **argv)
{
    double seconds;

    if (argc < 4 || !crypto_init() || (seconds = strtod(argv[2], NULL)) <= 0) {
        fputs("usage: bench_limits FOLDER SECONDS F|V|V2|C|P|R|Z10...\n", stderr);
        return 2;
    }
    for (int i = 3; i < argc; i++)
        printf("%s\"%s\": %.5g", i == 3 ? "{" : ", ", argv[i], measure(argv[i], argv[1], seconds));
    puts("}");
    return 0;
}
