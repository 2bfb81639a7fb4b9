/*
 * A daemon's network half for tests: keeper, driver and a real net process on loopback ports, an event log to
 * wait on, and people who knock: well-behaved ones through libzmq, others through a raw socket (raw.h).
 */
#ifndef TESTS_UNIT_NET_WORLD_H
#define TESTS_UNIT_NET_WORLD_H

#include "net/driver.h"
#include "net/zsocket.h"

#include <check.h>
#include <pthread.h>

#define WORLD_EVENTS_MAX 4096
#define WORLD_WAIT_MS 30000 /* how long something that must happen may take on a busy machine */

struct world_event {
    struct net_event is;
    char text[DRIVER_TEXT_LEN_MAX];
    uint8_t frame[64]; /* its first bytes */
    size_t frame_len;
};

struct person {
    struct zsocket_keys keys;
    struct cert_id cert;
    enum subject_kind subject;
    enum cert_standing standing;
};

struct world {
    uint8_t secret[KEY_LEN]; /* of its transport key */
    struct keeper keeper;
    struct driver *driver;
    struct zsocket_keys keys;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint32_t count, seen;
    struct world_event events[WORLD_EVENTS_MAX];
    bool over, echo;
    char peers[80], clients[80]; /* endpoints */
    void *context;               /* of those who knock */
};

struct person person_of(uint8_t seed, enum subject_kind subject);
struct world *world_new(const struct person *people, uint32_t count);
#define WORLD_SEED 99
/* Does not wait for READY. */
struct world *world_start(uint8_t key_seed, const char *peer_listen, const char *client_listen,
                          const struct person *people, uint32_t count);
void world_free(struct world *w);
void world_allow(struct world *w, const struct person *people, uint32_t count);

/* The next event of this kind, skipping others; fails the test when it does not come. */
const struct world_event *world_wait(struct world *w, enum net_event_kind kind);
bool world_has(struct world *w, enum net_event_kind kind); /* among all so far */
uint32_t world_count(struct world *w, enum net_event_kind kind);
void world_wait_ready(struct world *w);

/* A number of /proc/PID/status, e.g. "RssAnon:" (KiB); fails the test when it is not there. */
uint64_t world_process_status(pid_t pid, const char *name, int base);

void *knock(struct world *w, const struct person *who, const char *endpoint);
void say_to(void *dealer, const char *text);
void hear(void *dealer, const char *text); /* expects exactly this */

#endif
