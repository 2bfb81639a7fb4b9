/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine's own limits, measured in the same minute as casewire beside them:
 *
 *   bench_limits fdatasync DIR   appends of 512 bytes, each made durable, per second       (F)
 *   bench_limits verify          Ed25519 verifications of 512 bytes on one thread, per second (V)
 */

#include "proto/sign.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define RUN_SECONDS 2.0
#define RECORD_LEN 512

static double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int measure_fdatasync(const char *dir)
{
    char path[4096];
    uint8_t record[RECORD_LEN] = {0};
    double start;
    double took;
    long count = 0;
    int fd;

    snprintf(path, sizeof path, "%s/fdatasync.bench", dir);
    fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) {
        perror(path);
        return 1;
    }
    start = now_s();
    while ((took = now_s() - start) < RUN_SECONDS) {
        if (write(fd, record, sizeof record) != (ssize_t)sizeof record || fdatasync(fd) != 0) {
            perror(path);
            return 1;
        }
        count++;
    }
    close(fd);
    unlink(path);
    printf("%.0f\n", (double)count / took);
    return 0;
}

static int measure_verify(void)
{
    struct network_id network = {{0}};
    uint8_t record[RECORD_LEN] = {0};
    uint8_t key[KEY_LEN];
    struct sign_secret secret;
    struct signature signature;
    double start;
    double took;
    long count = 0;

    sign_keypair(key, &secret);
    sign_bytes(LABEL_SEAL, &network, slice(record, sizeof record), &secret, &signature);
    start = now_s();
    while ((took = now_s() - start) < RUN_SECONDS) {
        if (!verify_bytes(LABEL_SEAL, &network, slice(record, sizeof record), key, &signature))
            return 1;
        count++;
    }
    printf("%.0f\n", (double)count / took);
    return 0;
}

int main(int argc, char **argv)
{
    if (!crypto_init())
        return 1;
    if (argc == 3 && strcmp(argv[1], "fdatasync") == 0)
        return measure_fdatasync(argv[2]);
    if (argc == 2 && strcmp(argv[1], "verify") == 0)
        return measure_verify();
    fputs("usage: bench_limits fdatasync DIR | verify\n", stderr);
    return 2;
}
