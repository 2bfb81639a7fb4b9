/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many readers of one daemon's feed, each with a connection of its own:
 *
 *   bench_feed DAEMON READERS stored WHO           what is stored, from the beginning until every reader is level
 *   bench_feed DAEMON READERS live EVENTS WHO      from now on, until every reader was told EVENTS items
 *
 * Prints "ready" when all have subscribed; then one JSON line: items delivered per second to all readers together, how
 * many each was told, items in a message, bytes for an item, and this program's CPU per item in microseconds. Readers
 * that were not told the same end the run with an error.
 */
#include "feed.h"

#include <stdio.h>
#include <stdlib.h>

#define READERS_MAX 256

struct crowd {
    struct feed_reader readers[READERS_MAX];
    zmq_pollitem_t items[READERS_MAX];
    size_t count;
    uint64_t wanted; /* items for each; 0: until it is level */
};

static bool reader_is_done(const struct crowd *c, const struct feed_reader *r)
{
    return c->wanted != 0 ? r->items >= c->wanted : r->level;
}

static bool all_done(const struct crowd *c)
{
    for (size_t i = 0; i < c->count; i++) {
        if (!reader_is_done(c, &c->readers[i]))
            return false;
    }
    return true;
}

static void read_round(struct crowd *c, zmq_msg_t *message)
{
    struct cw_slice frame;

    if (zmq_poll(c->items, (int)c->count, ANSWER_WAIT_MS) == 0)
        give_up("feed", "nothing was told in time");
    for (size_t i = 0; i < c->count; i++) {
        while ((c->items[i].revents & ZMQ_POLLIN) != 0 && lane_receive(&c->readers[i].lane, message, &frame))
            feed_take(&c->readers[i], frame);
    }
}

static void report(const struct crowd *c, double seconds, double cpu)
{
    uint64_t items = 0, bytes = 0, messages = 0;

    for (size_t i = 0; i < c->count; i++) {
        const struct feed_reader *r = &c->readers[i];

        if (c->wanted == 0 && (r->items != c->readers[0].items || r->mix != c->readers[0].mix))
            give_up("feed", "two readers were not told the same");
        items += r->items;
        bytes += r->bytes;
        messages += r->messages;
    }
    if (items == 0)
        give_up("feed", "nothing was told");
    printf("{\"rate\": %.1f, \"items_each\": %llu, \"items_per_message\": %.1f, \"bytes_per_item\": %.0f, "
           "\"cpu_us\": %.2f}\n",
           (double)items / seconds, (unsigned long long)c->readers[0].items, (double)items / (double)messages,
           (double)bytes / (double)items, cpu * 1e6 / (double)items);
}

static void read_all(struct crowd *c, double began, double cpu)
{
    zmq_msg_t message;

    (void)zmq_msg_init(&message);
    while (!all_done(c)) {
        read_round(c, &message);
        /* Live, the clock starts with the first event: when the writer begins is not ours to know. */
        if (c->wanted != 0 && began == 0 && c->readers[0].items > 0) {
            began = now_s();
            cpu = cpu_s();
        }
    }
    (void)zmq_msg_close(&message);
    report(c, now_s() - began, cpu_s() - cpu);
}

int main(int argc, char **argv)
{
    static struct crowd crowd;
    struct place place;
    struct who who;
    void *context = zmq_ctx_new();
    bool live = argc == 6 && strcmp(argv[3], "live") == 0;
    double began, cpu;

    if (context == NULL || !(live || (argc == 5 && strcmp(argv[3], "stored") == 0))) {
        fputs("usage: bench_feed DAEMON READERS stored WHO | bench_feed DAEMON READERS live EVENTS WHO\n", stderr);
        return 2;
    }
    place_read(&place, argv[1]);
    crowd.count = number_of(argv[2]);
    if (crowd.count == 0 || crowd.count > READERS_MAX)
        give_up(argv[2], "is not a number of readers");
    crowd.wanted = live ? number_of(argv[4]) : 0;
    who_open(&who, argv[argc - 1]);
    began = live ? 0 : now_s();
    cpu = cpu_s();
    for (size_t i = 0; i < crowd.count; i++) {
        feed_open(&crowd.readers[i], context, &place, &who, i + 1, live ? FEED_NOW : FEED_BEGINNING);
        crowd.items[i] = (zmq_pollitem_t){.socket = crowd.readers[i].lane.socket, .events = ZMQ_POLLIN};
    }
    puts("ready");
    (void)fflush(stdout);
    read_all(&crowd, began, cpu);
    for (size_t i = 0; i < crowd.count; i++)
        feed_close(&crowd.readers[i]);
    who_close(&who);
    return 0;
}
