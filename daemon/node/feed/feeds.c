/* SPDX-License-Identifier: Apache-2.0 */
#include "node/feed_work.h"

#include "proto/wire.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <utlist.h>

/*
 * Who reads, with how much credit, and whose turn it is. The lock is held for the list and the numbers only: a step reads
 * and says without it, while its feed is marked busy; who ends a busy feed leaves a mark, and the step lets it go.
 */

#define ARENA_LEN ((size_t)24 << 20)

struct feeds {
    struct node *node;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stopping;
    struct feed *all; /* in the order in which they are served next */
    uint32_t count;
    struct feed_step step; /* the feeder's memory */
    uint8_t *memory;
};

static void lock(struct feeds *f)
{
    (void)pthread_mutex_lock(&f->lock);
}

static void unlock(struct feeds *f)
{
    (void)pthread_mutex_unlock(&f->lock);
}

static bool init_locks(struct feeds *f)
{
    pthread_condattr_t attributes;

    return pthread_mutex_init(&f->lock, NULL) == 0 && pthread_condattr_init(&attributes) == 0 &&
           pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
           pthread_cond_init(&f->wake, &attributes) == 0;
}

/* Pages that nobody touches cost nothing: a daemon without readers has none of this in memory. */
struct feeds *feeds_new(struct node *n)
{
    struct feeds *f = calloc(1, sizeof *f);

    if (f == NULL)
        return NULL;
    f->node = f->step.node = n;
    f->step.feeds = f;
    f->step.items = feed_items_new();
    f->memory = malloc(ARENA_LEN + 3 * (size_t)MESSAGE_LEN_MAX);
    if (f->step.items == NULL || f->memory == NULL || !init_locks(f)) {
        feed_items_free(f->step.items);
        free(f->memory);
        free(f);
        return NULL;
    }
    f->step.body = f->memory + ARENA_LEN;
    f->step.frame = f->step.body + MESSAGE_LEN_MAX;
    f->step.item = f->step.frame + MESSAGE_LEN_MAX;
    return f;
}

void feeds_free(struct feeds *f)
{
    struct feed *feed, *next;

    if (f == NULL)
        return;
    DL_FOREACH_SAFE(f->all, feed, next)
    {
        feed_free(feed);
    }
    feed_items_free(f->step.items);
    (void)pthread_cond_destroy(&f->wake);
    (void)pthread_mutex_destroy(&f->lock);
    free(f->memory);
    free(f);
}

/* --- asking --------------------------------------------------------------------------------------------------- */

bool feeds_takes(const Cw__Request *request)
{
    return request->subscribe != NULL || request->credit != NULL || request->unsubscribe != NULL;
}

static struct feed *find(const struct feeds *f, link_id link, ProtobufCBinaryData id)
{
    struct feed *feed;

    DL_FOREACH (f->all, feed) {
        if (feed->who.link == link && id.len == sizeof feed->id && memcmp(feed->id, id.data, id.len) == 0 &&
            !feed->gone)
            return feed;
    }
    return NULL;
}

static uint32_t count_of(const struct feeds *f, const struct cert_id *cert)
{
    struct feed *feed;
    uint32_t count = 0;

    DL_FOREACH (f->all, feed) {
        count += ID_EQ(&feed->who.cert, cert);
    }
    return count;
}

static enum cw_err admit(struct feeds *f, const struct feed *feed, struct refusal *why)
{
    ProtobufCBinaryData id = wire_bytes(slice(feed->id, sizeof feed->id));

    if (find(f, feed->who.link, id) != NULL)
        return refuse(why, CW_REFUSED_REUSED_ID, "id", "a feed of this link has this request id already");
    if (f->count >= FEEDS_MAX)
        return refuse(why, CW_AGAIN_BUSY, "", "this daemon serves %u feeds already: try later, or another daemon",
                      FEEDS_MAX);
    if (!feed->who.admin && count_of(f, &feed->who.cert) >= FEEDS_PER_CERT_MAX)
        return refuse(why, CW_AGAIN_BUSY, "", "this certificate has %u feeds already: end one", FEEDS_PER_CERT_MAX);
    return CW_OK;
}

static void say_end(struct feeds *f, const struct reader_identity *who, const uint8_t id[static 16],
                    const struct refusal *why)
{
    feed_say_end(f->node, who->link, id, why, slice(NULL, 0));
}

static void subscribe(struct feeds *f, const struct reader_identity *who, const uint8_t id[static 16],
                      const Cw__Subscribe *ask)
{
    struct refusal why = {0};
    struct feed *feed = feed_new(who, id, ask, &why);
    enum cw_err err;

    if (feed == NULL) {
        say_end(f, who, id, &why);
        return;
    }
    lock(f);
    err = admit(f, feed, &why);
    if (err == CW_OK) {
        DL_PREPEND(f->all, feed);
        f->count++;
        (void)pthread_cond_signal(&f->wake);
    }
    unlock(f);
    if (err != CW_OK) {
        say_end(f, who, id, &why);
        feed_free(feed);
    }
}

static uint32_t added(uint32_t to, uint32_t more, uint32_t max)
{
    return more < max - to ? to + more : max;
}

static bool credit(struct feeds *f, const struct reader_identity *who, const Cw__FeedCredit *ask)
{
    struct feed *feed;

    lock(f);
    feed = find(f, who->link, ask->feed);
    if (feed != NULL) {
        feed->credit_items = added(feed->credit_items, ask->items, FEED_CREDIT_ITEMS_MAX);
        feed->credit_bytes = added(feed->credit_bytes, ask->bytes, FEED_CREDIT_BYTES_MAX);
        feed->moved = true;
        (void)pthread_cond_signal(&f->wake);
    }
    unlock(f);
    return feed != NULL;
}

/* The feeder says the end, with the last cursor. */
static bool unsubscribe(struct feeds *f, const struct reader_identity *who, const Cw__Unsubscribe *ask)
{
    struct feed *feed;

    CW_ASSERT(ask != NULL); /* a request about feeds is one of three */
    lock(f);
    feed = find(f, who->link, ask->feed);
    if (feed != NULL) {
        feed->asked_to_end = feed->moved = true;
        (void)pthread_cond_signal(&f->wake);
    }
    unlock(f);
    return feed != NULL;
}

void feeds_ask(struct feeds *f, const struct reader_identity *who, const Cw__Request *request)
{
    ProtobufCBinaryData feed = request->credit != NULL        ? request->credit->feed
                               : request->unsubscribe != NULL ? request->unsubscribe->feed
                                                              : request->id;
    struct refusal why = {0};
    uint8_t id[16] = {0};

    if (feed.len == sizeof id)
        memcpy(id, feed.data, sizeof id);
    if (request->subscribe != NULL)
        subscribe(f, who, id, request->subscribe);
    else if (request->credit != NULL ? !credit(f, who, request->credit) : !unsubscribe(f, who, request->unsubscribe)) {
        (void)refuse(&why, CW_REFUSED_UNKNOWN_OP, "feed", "this link has no such feed: subscribe again");
        say_end(f, who, id, &why);
    }
}

/* --- ending --------------------------------------------------------------------------------------------------- */

static void let_go(struct feeds *f, struct feed *feed)
{
    DL_DELETE(f->all, feed);
    f->count--;
    feed_free(feed);
}

void feeds_link_down(struct feeds *f, link_id link)
{
    struct feed *feed, *next;

    lock(f);
    DL_FOREACH_SAFE(f->all, feed, next)
    {
        if (feed->who.link != link)
            continue;
        feed->gone = true;
        if (!feed->busy)
            let_go(f, feed);
    }
    unlock(f);
}

/* --- when ------------------------------------------------------------------------------------------------------ */

void feeds_moved(struct feeds *f)
{
    struct feed *feed;

    lock(f);
    DL_FOREACH (f->all, feed) {
        feed->moved = true;
    }
    if (f->all != NULL)
        (void)pthread_cond_signal(&f->wake);
    unlock(f);
}

static struct cw_mono now(const struct feeds *f)
{
    return f->node->ports.clock.mono(f->node->ports.clock.ctx);
}

static bool is_ready(const struct feed *feed, struct cw_mono at)
{
    bool may_tell = !feed->opened || feed->asked_to_end || (feed->credit_items > 0 && feed->credit_bytes > 0);

    return !feed->busy && ((feed->moved && may_tell) || mono_reached(at, feed->wake_at));
}

static struct feed *next_ready(struct feeds *f)
{
    struct cw_mono at = now(f);
    struct feed *feed;

    DL_FOREACH (f->all, feed) {
        if (is_ready(feed, at))
            return feed;
    }
    return NULL;
}

/* With the lock held. */
static struct cw_mono wake_at(struct feeds *f)
{
    struct cw_mono at = CW_NEVER;
    struct feed *feed;

    if (next_ready(f) != NULL)
        return (struct cw_mono){0};
    DL_FOREACH (f->all, feed) {
        at = mono_earlier(at, feed->wake_at);
    }
    return at;
}

struct cw_mono feeds_wake_at(struct feeds *f)
{
    struct cw_mono at;

    lock(f);
    at = wake_at(f);
    unlock(f);
    return at;
}

bool feeds_wait(struct feeds *f)
{
    bool go_on;

    lock(f);
    while (!f->stopping) {
        struct cw_mono at = wake_at(f);
        int64_t ms = at.ms - now(f).ms;
        struct timespec until;

        if (ms <= 0)
            break;
        if (at.ms == CW_NEVER.ms) {
            (void)pthread_cond_wait(&f->wake, &f->lock);
            continue;
        }
        (void)clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += ms / 1000;
        until.tv_nsec += (long)(ms % 1000) * 1000000L;
        if (until.tv_nsec >= 1000000000L) {
            until.tv_sec++;
            until.tv_nsec -= 1000000000L;
        }
        (void)pthread_cond_timedwait(&f->wake, &f->lock, &until);
    }
    go_on = !f->stopping;
    unlock(f);
    return go_on;
}

void feeds_stop(struct feeds *f)
{
    lock(f);
    f->stopping = true;
    (void)pthread_cond_broadcast(&f->wake);
    unlock(f);
}

uint32_t feeds_count(struct feeds *f)
{
    uint32_t count;

    lock(f);
    count = f->count;
    unlock(f);
    return count;
}

/* --- a step ----------------------------------------------------------------------------------------------------- */

/* Takes whose turn it is; it goes to the end of the line. */
static bool begin(struct feeds *f, struct feed_step *s)
{
    struct feed *feed;

    lock(f);
    feed = next_ready(f);
    if (feed != NULL) {
        DL_DELETE(f->all, feed);
        DL_APPEND(f->all, feed);
        feed->busy = true;
        s->moved = feed->moved;
        feed->moved = false;
        s->credit_items = feed->credit_items;
        s->credit_bytes = feed->credit_bytes;
    }
    unlock(f);
    s->feed = feed;
    return feed != NULL;
}

static void end(struct feeds *f, struct feed_step *s, bool over, bool more)
{
    struct feed *feed = s->feed;
    uint32_t said = s->out.len < UINT32_MAX ? (uint32_t)s->out.len : UINT32_MAX;

    lock(f);
    feed->busy = false;
    feed->moved = feed->moved || more;
    feed->credit_items -= s->item_count < feed->credit_items ? s->item_count : feed->credit_items;
    feed->credit_bytes -= said < feed->credit_bytes ? said : feed->credit_bytes;
    feed->wake_at = feed_wake_at(s);
    if (over || feed->gone)
        let_go(f, feed);
    unlock(f);
}

bool feeds_step(struct feeds *f)
{
    struct feed_step *s = &f->step;
    bool more = false;
    enum cw_err err;

    if (!begin(f, s))
        return false;
    s->arena = arena_over(f->memory, ARENA_LEN);
    s->now = now(f);
    s->out = writer_over(s->body, MESSAGE_LEN_MAX);
    s->item_count = s->walked = 0;
    s->held_looked_at = s->owed_looked_at = false;
    s->refusal = (struct refusal){.code = CW_OK};
    err = s->feed->asked_to_end ? CW_OK : feed_work(s, &more);
    if (err != CW_OK && s->refusal.code != err)
        (void)refuse(&s->refusal, err, "", "%s", cw_err_sentence(err));
    if (err != CW_OK || s->feed->asked_to_end) {
        s->out.len = s->item_count = 0;
        feed_say_end(f->node, s->feed->who.link, s->feed->id, &s->refusal, slice(s->feed->cursor, s->feed->cursor_len));
    }
    end(f, s, err != CW_OK || s->feed->asked_to_end, more);
    return true;
}
