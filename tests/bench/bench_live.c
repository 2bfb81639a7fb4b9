/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long until what one division acknowledged is seen at another:
 *
 *   bench_live A B CASES COUNT PAUSE_US WHO_A WHO_B
 *
 * Submits COUNT notes to CASES cases at A, one at a time, each PAUSE_US after the one before was seen at B. The clock
 * runs from the receipt at A until the item is in B's feed; one that is there before A's receipt is here counts as 0. What
 * either of them shows is committed there.
 *
 * Prints median and 99th percentile in milliseconds, of that and of the time from sending on.
 */
#include "feed.h"
#include "pour.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct live {
    struct lane writer;
    struct feed_reader reader;
    double *from_receipt, *from_sending;
    size_t count;
};

/* --- one note -------------------------------------------------------------------------------------------------- */

static void check_receipt(struct cw_slice frame, const struct work *work, size_t number)
{
    struct answer_head head;

    if (!answer_head_read(frame, &head) || head.number != number || head.code != CW_OK ||
        field_bytes(head.submitted, 3).len == 0 ||
        !slice_eq(field_bytes(head.submitted, 1), slice(work->ops[number].b, CW_ID_LEN)))
        give_up("answer", "is not the acknowledgement with its receipt");
}

/* Both sockets are looked at as long as one of the two moments is missing. */
static void watch_feed(struct live *l, const struct work *work, size_t number, double *out_receipt, double *out_seen)
{
    zmq_pollitem_t items[2] = {{.socket = l->writer.socket, .events = ZMQ_POLLIN},
                               {.socket = l->reader.lane.socket, .events = ZMQ_POLLIN}};
    struct cw_slice frame;
    zmq_msg_t message;

    (void)zmq_msg_init(&message);
    while (*out_receipt == 0 || *out_seen == 0) {
        if (zmq_poll(items, 2, ANSWER_WAIT_MS) == 0)
            give_up("feed", "it was not told in time");
        if (lane_receive(&l->writer, &message, &frame)) {
            *out_receipt = now_s();
            check_receipt(frame, work, number);
        }
        if (lane_receive(&l->reader.lane, &message, &frame)) {
            if (feed_tells(frame, &work->ops[number]))
                *out_seen = now_s();
            feed_take(&l->reader, frame);
        }
    }
    (void)zmq_msg_close(&message);
}

/* --- all of them ------------------------------------------------------------------------------------------------ */

static void write_all(struct live *l, const struct work *work, long pause_us)
{
    for (size_t i = 0; i < work->count; i++) {
        double sent = now_s(), receipt = 0, seen = 0;

        lane_send(&l->writer, buf_slice(&work->frames[i]));
        watch_feed(l, work, i, &receipt, &seen);
        l->from_receipt[i] = seen > receipt ? seen - receipt : 0;
        l->from_sending[i] = seen - sent;
        (void)nanosleep(&(struct timespec){pause_us / 1000000, pause_us % 1000000 * 1000}, NULL);
    }
}

static void make_cases(struct live *l, struct work *work, size_t count)
{
    struct pour pour = {.work = work, .lanes = &l->writer, .waiting_max = 16};

    work_openings(work, count);
    pour_run(&pour);
    pour_done(&pour);
}

int main(int argc, char **argv)
{
    struct live l = {0};
    struct place a, b;
    struct who who_a, who_b;
    void *context = zmq_ctx_new();

    if (argc != 8 || context == NULL) {
        fputs("usage: bench_live A B CASES COUNT PAUSE_US WHO_A WHO_B\n", stderr);
        return 2;
    }
    place_read(&a, argv[1]);
    place_read(&b, argv[2]);
    who_open(&who_a, argv[6]);
    who_open(&who_b, argv[7]);
    struct work opened = {.authors = &who_a, .author_count = 1, .client_count = 1, .bundle = 1}, work = opened;
    size_t cases = number_of(argv[3]);

    l.count = number_of(argv[4]);
    lane_open(&l.writer, context, &a, &who_a);
    make_cases(&l, &opened, cases);
    work_notes(&work, l.count, opened.cases, cases);
    l.from_receipt = must_have(calloc(l.count + 1, sizeof *l.from_receipt));
    l.from_sending = must_have(calloc(l.count + 1, sizeof *l.from_sending));
    feed_open(&l.reader, context, &b, &who_b, 1, FEED_NOW);

    write_all(&l, &work, (long)number_of(argv[5]));
    printf("{\"p50_ms\": %.4f, \"p99_ms\": %.4f, \"sent_p50_ms\": %.4f, \"sent_p99_ms\": %.4f}\n",
           quantile(l.from_receipt, l.count, 500) * 1e3, quantile(l.from_receipt, l.count, 990) * 1e3,
           quantile(l.from_sending, l.count, 500) * 1e3, quantile(l.from_sending, l.count, 990) * 1e3);
    work_done(&opened);
    work_done(&work);
    who_close(&who_a);
    who_close(&who_b);
    return 0;
}
