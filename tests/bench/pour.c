/* SPDX-License-Identifier: Apache-2.0 */
#include "pour.h"

#include "lib/trust.h"

#include <stdio.h>
#include <stdlib.h>

struct flow {
    struct pour *pour;
    double *sent_at;
    size_t *next; /* per lane: the frame it sends next */
    size_t done_count, keep_every;
};

static void send_next(struct flow *f, size_t lane)
{
    size_t number = f->next[lane];

    if (number >= f->pour->work->count)
        return;
    f->next[lane] += f->pour->work->client_count;
    f->sent_at[number] = now_s();
    lane_send(&f->pour->lanes[lane], buf_slice(&f->pour->work->frames[number]));
}

static void keep(struct flow *f, size_t number, struct cw_slice receipt)
{
    struct kept *kept = &f->pour->kept[f->pour->kept_count];

    if (f->keep_every == 0 || number % f->keep_every != 0 || f->pour->kept_count == f->pour->keep_max)
        return;
    kept->number = number;
    if (buf_add(&kept->receipt, receipt) != CW_OK)
        must_have(NULL);
    f->pour->kept_count++;
}

static void end_refused(const struct answer_head *head)
{
    char text[256];

    (void)snprintf(text, sizeof text, "code %u: %.*s", (unsigned)head->code, (int)head->text.len,
                   head->text.len > 0 ? (const char *)head->text.data : "");
    give_up("answer", text);
}

static void take_answer(struct flow *f, size_t lane, struct cw_slice frame)
{
    const struct work *work = f->pour->work;
    struct answer_head head;
    struct cw_slice receipt;

    if (!answer_head_read(frame, &head) || head.number >= work->count || head.number % work->client_count != lane)
        give_up("answer", "cannot be read, or is not to a question of ours");
    if (head.code == CW_AGAIN_BUSY) {
        f->pour->busy_count++;
        lane_send(&f->pour->lanes[lane], buf_slice(&work->frames[head.number]));
        return;
    }
    if (head.code != CW_OK || head.submitted.len == 0)
        end_refused(&head);
    receipt = field_bytes(head.submitted, 3);
    if (receipt.len == 0 || !slice_eq(field_bytes(head.submitted, 1), slice(work->ops[head.number].b, CW_ID_LEN)))
        give_up("answer", "has no receipt of this submission");
    f->pour->took_s[head.number] = now_s() - f->sent_at[head.number];
    f->done_count++;
    keep(f, head.number, receipt);
    send_next(f, lane);
}

static void wait_for_any(const struct flow *f, zmq_pollitem_t *items)
{
    int ready = zmq_poll(items, (int)f->pour->work->client_count, ANSWER_WAIT_MS);

    if (ready == 0)
        give_up("receive", "no answer in time");
}

static void flow_until_done(struct flow *f)
{
    size_t lane_count = f->pour->work->client_count;
    zmq_pollitem_t *items = must_have(calloc(lane_count, sizeof *items));
    struct cw_slice frame;
    zmq_msg_t message;

    for (size_t i = 0; i < lane_count; i++)
        items[i] = (zmq_pollitem_t){.socket = f->pour->lanes[i].socket, .events = ZMQ_POLLIN};
    (void)zmq_msg_init(&message);
    while (f->done_count < f->pour->work->count) {
        wait_for_any(f, items);
        for (size_t i = 0; i < lane_count; i++) {
            while ((items[i].revents & ZMQ_POLLIN) != 0 && lane_receive(&f->pour->lanes[i], &message, &frame))
                take_answer(f, i, frame);
        }
    }
    (void)zmq_msg_close(&message);
    free(items);
}

void pour_run(struct pour *pour)
{
    const struct work *work = pour->work;
    struct flow f = {.pour = pour};
    double began, cpu;

    pour->took_s = must_have(calloc(work->count + 1, sizeof *pour->took_s));
    pour->kept = must_have(calloc(pour->keep_max + 1, sizeof *pour->kept));
    pour->kept_count = pour->busy_count = 0;
    f.sent_at = must_have(calloc(work->count + 1, sizeof *f.sent_at));
    f.next = must_have(calloc(work->client_count, sizeof *f.next));
    f.keep_every = pour->keep_max == 0 ? 0 : (work->count + pour->keep_max - 1) / pour->keep_max;
    began = now_s();
    cpu = cpu_s();
    for (size_t i = 0; i < work->client_count; i++)
        f.next[i] = i;
    for (size_t n = 0; n < pour->waiting_max; n++) {
        for (size_t i = 0; i < work->client_count; i++)
            send_next(&f, i);
    }
    flow_until_done(&f);
    pour->seconds = now_s() - began;
    pour->cpu_seconds = cpu_s() - cpu;
    free(f.sent_at);
    free(f.next);
}

void pour_done(struct pour *pour)
{
    for (size_t i = 0; i < pour->kept_count; i++)
        buf_done(&pour->kept[i].receipt);
    free(pour->kept);
    free(pour->took_s);
}

/* --- afterwards ------------------------------------------------------------------------------------------------ */

void pour_verify(const struct pour *pour, const struct place *place)
{
    const struct who *who = &pour->work->authors[0];
    struct cw_client *client = client_on(place, who);
    uint8_t network[CW_ID_LEN];
    struct cw_receipt_facts facts;
    struct cw_trust *trust;
    struct cw_fault fault;

    cw_identity_network(who->identity, network);
    if (cw_trust_new(buf_slice(&who->genesis), network, &trust, &fault) != CW_OK ||
        cw_trust_fetch(trust, client, ANSWER_WAIT_MS, &fault) != CW_OK)
        give_up("certificates", fault.text);
    cw_client_close(client);
    for (size_t i = 0; i < pour->kept_count; i++) {
        const struct kept *kept = &pour->kept[i];

        if (cw_receipt_check(trust, buf_slice(&kept->receipt), &facts, &fault) != CW_OK)
            give_up("receipt", fault.text);
        if (memcmp(facts.op.b, pour->work->ops[kept->number].b, CW_ID_LEN) != 0)
            give_up("receipt", "is about another submission");
    }
    cw_trust_free(trust);
}
