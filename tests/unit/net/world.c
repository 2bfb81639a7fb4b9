#include "tests/unit/net/world.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/*
 * libzmq is not built for the thread sanitizer, which takes its lock-free queues for races; and the net process
 * starts its threads after a fork, as it does in the daemon.
 */
#if defined(__SANITIZE_THREAD__)
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
    return "called_from_lib:libzmq.so.5\nrace:libzmq.so.5\nmutex:libzmq.so.5\n";
}
const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
    return "die_after_fork=0:ignore_noninstrumented_modules=1";
}
#endif

struct person person_of(uint8_t seed, enum subject_kind subject)
{
    struct person p = {.subject = subject};
    uint8_t secret[KEY_LEN];

    memset(secret, seed, sizeof secret);
    zsocket_keys_from(secret, &p.keys);
    memset(p.cert.b, seed, sizeof p.cert.b);
    return p;
}

static void record(void *ctx, const struct net_event *event)
{
    struct world *w = ctx;

    if (w->echo && event->kind == NET_RECEIVED) {
        driver_send(w->driver, event->link, event->frame);
        driver_flush(w->driver);
        return;
    }
    (void)pthread_mutex_lock(&w->lock);
    ck_assert_uint_lt(w->count, WORLD_EVENTS_MAX);
    struct world_event *e = &w->events[w->count++];
    e->is = *event;
    snprintf(e->text, sizeof e->text, "%s", event->text);
    e->frame_len = event->frame.len;
    if (event->frame.len != 0)
        memcpy(e->frame, event->frame.data, event->frame.len < sizeof e->frame ? event->frame.len : sizeof e->frame);
    (void)pthread_cond_broadcast(&w->changed);
    (void)pthread_mutex_unlock(&w->lock);
}

static void *run(void *ctx)
{
    struct world *w = ctx;

    driver_run(w->driver);
    (void)pthread_mutex_lock(&w->lock);
    w->over = true;
    (void)pthread_cond_broadcast(&w->changed);
    (void)pthread_mutex_unlock(&w->lock);
    return NULL;
}

void world_allow(struct world *w, const struct person *people, uint32_t count)
{
    struct allow_row *rows = calloc(count + 1, sizeof *rows);

    ck_assert_ptr_nonnull(rows);
    for (uint32_t i = 0; i < count; i++) {
        memcpy(rows[i].key, people[i].keys.public_key, KEY_LEN);
        rows[i].cert = people[i].cert;
        rows[i].subject = people[i].subject;
        rows[i].standing = people[i].standing;
    }
    driver_allow(w->driver, rows, count);
    driver_flush(w->driver);
    free(rows);
}

struct world *world_start(uint8_t key_seed, const char *peer_listen, const char *client_listen,
                          const struct person *people, uint32_t count)
{
    struct world *w = calloc(1, sizeof *w);
    struct driver_settings settings = {0};

    ck_assert_ptr_nonnull(w);
    ck_assert_int_ge(sodium_init(), 0);
    ck_assert_int_eq(keeper_start(&(struct keeper_options){(size_t)192 << 20}, &w->keeper), CW_OK);

    memset(w->secret, key_seed, KEY_LEN);
    settings.curve_secret = w->secret;
    zsocket_keys_from(settings.curve_secret, &w->keys);
    snprintf(settings.peer_listen, sizeof settings.peer_listen, "%s", peer_listen);
    snprintf(settings.client_listen, sizeof settings.client_listen, "%s", client_listen);
    (void)pthread_mutex_init(&w->lock, NULL);
    (void)pthread_cond_init(&w->changed, NULL);
    ck_assert_int_eq(driver_open(&w->keeper, &settings, record, w, &w->driver), CW_OK);
    world_allow(w, people, count);
    ck_assert_int_eq(pthread_create(&w->thread, NULL, run, w), 0);
    return w;
}

struct world *world_new(const struct person *people, uint32_t count)
{
    struct world *w = world_start(WORLD_SEED, "tcp://127.0.0.1:*", "tcp://127.0.0.1:*", people, count);

    world_wait_ready(w);
    return w;
}

void world_wait_ready(struct world *w)
{
    const struct world_event *e = world_wait(w, NET_READY);

    ck_assert_int_eq(sscanf(e->text, "%79s %79s", w->peers, w->clients), 2);
}

void world_free(struct world *w)
{
    driver_stop(w->driver);
    (void)pthread_join(w->thread, NULL);
    driver_close(w->driver);
    keeper_stop(&w->keeper);
    if (w->context != NULL)
        (void)zmq_ctx_term(w->context); /* the test closed its sockets */
    free(w);
}

static const struct world_event *look_for(struct world *w, enum net_event_kind kind)
{
    while (w->seen < w->count) {
        const struct world_event *e = &w->events[w->seen++];

        if (e->is.kind == kind)
            return e;
    }
    return NULL;
}

const struct world_event *world_wait(struct world *w, enum net_event_kind kind)
{
    const struct world_event *found;
    struct timespec until;
    int rc = 0;

    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += WORLD_WAIT_MS / 1000;
    (void)pthread_mutex_lock(&w->lock);
    while ((found = look_for(w, kind)) == NULL && rc == 0)
        rc = pthread_cond_timedwait(&w->changed, &w->lock, &until);
    (void)pthread_mutex_unlock(&w->lock);
    if (found == NULL) {
        for (uint32_t i = 0; i < w->count; i++)
            fprintf(stderr, "  event %d: link %llx %s\n", (int)w->events[i].is.kind,
                    (unsigned long long)w->events[i].is.link, w->events[i].text);
    }
    ck_assert_msg(found != NULL, "event %d did not come", (int)kind);
    return found;
}

uint32_t world_count(struct world *w, enum net_event_kind kind)
{
    uint32_t count = 0;

    (void)pthread_mutex_lock(&w->lock);
    for (uint32_t i = 0; i < w->count; i++)
        count += w->events[i].is.kind == kind ? 1 : 0;
    (void)pthread_mutex_unlock(&w->lock);
    return count;
}

bool world_has(struct world *w, enum net_event_kind kind)
{
    return world_count(w, kind) > 0;
}

uint64_t world_process_status(pid_t pid, const char *name, int base)
{
    char path[64], line[128];
    uint64_t number = 0;
    bool found = false;

    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *f = fopen(path, "r");
    ck_assert_ptr_nonnull(f);
    while (!found && fgets(line, sizeof line, f) != NULL) {
        found = strncmp(line, name, strlen(name)) == 0;
        if (found)
            number = strtoull(line + strlen(name), NULL, base);
    }
    (void)fclose(f);
    ck_assert_msg(found, "%s has no %s", path, name);
    return number;
}

void *knock(struct world *w, const struct person *who, const char *endpoint)
{
    if (w->context == NULL)
        w->context = zmq_ctx_new(); /* only now: keepers are forked before any context exists */
    void *s = zsocket_client(w->context, &who->keys, w->keys.public_key);
    int immediate = 0, timeout = WORLD_WAIT_MS;

    ck_assert_ptr_nonnull(s);
    /* What is said at once waits for the handshake here: a test says it and looks what became of it. */
    ck_assert_int_eq(zmq_setsockopt(s, ZMQ_IMMEDIATE, &immediate, sizeof immediate), 0);
    ck_assert_int_eq(zmq_setsockopt(s, ZMQ_SNDTIMEO, &timeout, sizeof timeout), 0);
    ck_assert_int_eq(zmq_setsockopt(s, ZMQ_RCVTIMEO, &timeout, sizeof timeout), 0);
    ck_assert_int_eq(zmq_connect(s, endpoint), 0);
    return s;
}

void say_to(void *dealer, const char *text)
{
    ck_assert_int_eq(zmq_send(dealer, text, strlen(text), 0), (int)strlen(text));
}

void hear(void *dealer, const char *text)
{
    char got[256] = {0};
    int n = zmq_recv(dealer, got, sizeof got - 1, 0);

    ck_assert_msg(n >= 0, "heard nothing: %s", zmq_strerror(zmq_errno()));
    ck_assert_str_eq(got, text);
}
