/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NET_DRIVER_INTERNAL_H
#define CASEWIRE_NET_DRIVER_INTERNAL_H

/* driver.c: the process's life. driver_orders.c: what it is told. driver_reports.c: what it says. */

#include "net/driver.h"
#include "net/pipe.h"
#include "proto/table_hash.h"

#include <pthread.h>
#include <stdatomic.h>
#include <uthash.h>

#define DRIVER_GENERATION_SHIFT 44 /* of incoming ids: counts net processes, so that no id comes twice */
#define DRIVER_ARENA_LEN ((size_t)4 << 20)
#define DRIVER_DROPPED_MAX 256

struct driver_link {
    uint64_t id;
    UT_hash_handle hh;
};

struct driver {
    struct keeper *keeper;
    struct driver_settings settings;
    net_handler *handler;
    void *ctx;
    int wake; /* eventfd */
    atomic_bool stopping;
    atomic_int net_pid;

    pthread_mutex_t lock; /* guards what is below, but pipe.in */
    bool running;
    struct pipe_end pipe;
    struct driver_link *links; /* up, or being dialled */
    struct allow_row *rows;
    uint32_t row_count;
    bool rows_given;
    uint64_t dropped[DRIVER_DROPPED_MAX]; /* links that did not keep up: to be reported by driver_run */
    uint32_t dropped_count;

    /* driver_run's own */
    uint64_t generation; /* from 1 */
    bool was_ready, is_ready, broken;
    uint8_t *arena_memory;
};

/* driver_orders.c; the lock is held */
void driver_put_configuration(struct driver *d);
bool driver_link_known(struct driver *d, uint64_t id);
bool driver_link_add(struct driver *d, uint64_t id);
bool driver_link_remove(struct driver *d, uint64_t id);
void driver_put_hang(struct driver *d, uint64_t id);

/* driver_reports.c */
bool driver_take_reports(struct driver *d); /* false: the process is gone or talks nonsense */
void driver_say_down(struct driver *d, uint64_t link, enum link_end end, const char *text);
void driver_say(struct driver *d, enum net_event_kind kind, uint64_t link, const char *text, uint64_t count);

#endif
