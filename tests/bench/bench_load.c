/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A load of signed submissions on one daemon, over CURVE, through one socket:
 *
 *   bench_load ADDRESS DAEMON_KEY KEY_FILE CERTIFICATE CASES COUNT IN_FLIGHT
 *
 * Opens CASES cases, signs COUNT notes of about 300 bytes beforehand, then sends them with IN_FLIGHT waiting
 * at most, and prints acknowledged submissions per second and the median and 99th percentile of their time in
 * milliseconds. Every answer must be an acknowledgement with a receipt: anything else ends the run with an error.
 */

#include "lib/identity.h"
#include "proto/client.pb-c.h"
#include "proto/wire.h"

#include <casewire/casewire.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <zmq.h>

#define ANSWER_WAIT_MS 30000
#define NOTE_LEN 300

_Noreturn static void fail(const char *what, const char *why)
{
    fprintf(stderr, "bench_load: %s: %s\n", what, why);
    exit(1);
}

static double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct cw_wall wall_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return (struct cw_wall){(int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000};
}

static struct buf read_file(const char *path)
{
    struct buf b = {0};
    FILE *f = fopen(path, "rbe");
    uint8_t chunk[4096];
    size_t got;

    if (f == NULL)
        fail(path, "cannot be opened");
    while ((got = fread(chunk, 1, sizeof chunk, f)) > 0) {
        if (buf_add(&b, slice(chunk, got)) != CW_OK)
            fail(path, "out of memory");
    }
    fclose(f);
    return b;
}

/* --- what is sent ------------------------------------------------------------------------------------- */

struct load {
    struct cw_identity *identity;
    void *socket;
    struct buf *frames;
    double *sent_at, *took;
    size_t count;
};

/* A Request frame; its id carries the number, so that answers may come in any order. */
static void make_frame(struct load *l, size_t number, const struct cw_submission *submission)
{
    uint8_t id[16] = {0};
    uint8_t network[CW_ID_LEN];
    struct cw_slice submit = cw_submission_bytes(submission);
    ProtobufCMessage *parsed = NULL;
    uint8_t *memory = malloc(65536);
    struct arena arena = arena_over(memory, 65536);
    struct writer out;
    Cw__Request request = CW__REQUEST__INIT;

    if (memory == NULL || wire_unpack(&cw__submit__descriptor, submit, &arena, &parsed, NULL) != CW_OK)
        fail("submission", "does not read back");
    memcpy(id, &number, sizeof number);
    cw_identity_network(l->identity, network);
    request.has_v = request.has_id = request.has_network = 1;
    request.v = 1;
    request.id = wire_bytes(slice(id, sizeof id));
    request.network = wire_bytes(slice(network, sizeof network));
    request.submit = (Cw__Submit *)parsed;
    if (buf_reserve(&l->frames[number], submit.len + 128) != CW_OK)
        fail("frame", "out of memory");
    out = writer_over(l->frames[number].data, l->frames[number].cap);
    wire_pack(&request.base, &out);
    l->frames[number].len = out.len;
    free(memory);
}

static struct cw_submission *sign(struct load *l, struct cw_draft *draft)
{
    struct cw_submission *out;
    struct cw_fault fault;

    if (cw_draft_sign(draft, l->identity, wall_now(), &out, &fault) != CW_OK)
        fail("sign", fault.text);
    cw_draft_free(draft);
    return out;
}

static struct cw_submission *opening(struct load *l, size_t number)
{
    char title[64];
    struct cw_draft *draft;
    struct cw_fault fault;

    snprintf(title, sizeof title, "Bench group %zu", number);
    if (cw_draft_open("ocg", &draft, &fault) != CW_OK ||
        cw_draft_write(draft, "title", CW_SET, slice_of(title), &fault) != CW_OK ||
        cw_draft_write(draft, "name", CW_SET, slice_of(title), &fault) != CW_OK)
        fail("open", fault.text);
    cw_draft_synthetic(draft);
    return sign(l, draft);
}

static struct cw_submission *note(struct load *l, const struct cw_case_id *id, size_t number)
{
    char text[NOTE_LEN];
    struct cw_draft *draft;
    struct cw_fault fault;

    memset(text, 'x', sizeof text);
    snprintf(text, sizeof text, "Note %zu ", number);
    text[strlen(text)] = '-';
    if (cw_draft_event("ocg", "note", id, &draft, &fault) != CW_OK ||
        cw_draft_write(draft, "text", CW_SET, slice(text, sizeof text), &fault) != CW_OK)
        fail("note", fault.text);
    return sign(l, draft);
}

/* --- sending ------------------------------------------------------------------------------------------ */

static void connect_to(struct load *l, const char *address, const char *daemon_key)
{
    uint8_t key[32];
    int hwm = 4096;
    void *context = zmq_ctx_new();

    l->socket = zmq_socket(context, ZMQ_DEALER);
    if (hex_parse(daemon_key, key, sizeof key) != CW_OK)
        fail(daemon_key, "is not a key in hexadecimal");
    if (zmq_setsockopt(l->socket, ZMQ_CURVE_SERVERKEY, key, 32) != 0 ||
        zmq_setsockopt(l->socket, ZMQ_CURVE_PUBLICKEY, l->identity->keys.curve_public, 32) != 0 ||
        zmq_setsockopt(l->socket, ZMQ_CURVE_SECRETKEY, l->identity->keys.curve.b, 32) != 0 ||
        zmq_setsockopt(l->socket, ZMQ_SNDHWM, &hwm, sizeof hwm) != 0 ||
        zmq_setsockopt(l->socket, ZMQ_RCVHWM, &hwm, sizeof hwm) != 0 || zmq_connect(l->socket, address) != 0)
        fail(address, zmq_strerror(zmq_errno()));
}

static void send_one(struct load *l, size_t number)
{
    l->sent_at[number] = now_s();
    if (zmq_send(l->socket, l->frames[number].data, l->frames[number].len, 0) < 0)
        fail("send", zmq_strerror(zmq_errno()));
}

/* CW_AGAIN_BUSY is an honest answer to too much at once: the same bytes go again. False: sent again. */
static bool receive_one(struct load *l)
{
    static uint8_t memory[1 << 20];
    struct arena arena = arena_over(memory, sizeof memory);
    zmq_pollitem_t item = {.socket = l->socket, .events = ZMQ_POLLIN};
    ProtobufCMessage *parsed = NULL;
    const Cw__Answer *answer;
    zmq_msg_t message;
    size_t number;

    if (zmq_poll(&item, 1, ANSWER_WAIT_MS) != 1)
        fail("receive", "no answer in time");
    zmq_msg_init(&message);
    if (zmq_msg_recv(&message, l->socket, 0) < 0 ||
        wire_unpack(&cw__answer__descriptor, slice(zmq_msg_data(&message), zmq_msg_size(&message)), &arena, &parsed,
                    NULL) != CW_OK)
        fail("receive", "not an answer");
    zmq_msg_close(&message);
    answer = (const Cw__Answer *)parsed;
    memcpy(&number, answer->id.data, sizeof number);
    if (answer->code == CW_AGAIN_BUSY) {
        send_one(l, number);
        return false;
    }
    if (answer->code != CW_OK || answer->submitted == NULL || answer->submitted->receipt == NULL)
        fail("answer", answer->has_text ? (const char *)answer->text.data : "no receipt");
    l->took[number] = now_s() - l->sent_at[number];
    return true;
}

static double run(struct load *l, size_t in_flight)
{
    double start = now_s();
    size_t sent = 0;
    size_t done = 0;

    while (done < l->count) {
        while (sent < l->count && sent - done < in_flight)
            send_one(l, sent++);
        if (receive_one(l))
            done++;
    }
    return now_s() - start;
}

static void allocate(struct load *l, size_t count)
{
    l->count = count;
    l->frames = calloc(count, sizeof *l->frames);
    l->sent_at = calloc(count, sizeof *l->sent_at);
    l->took = calloc(count, sizeof *l->took);
    if (l->frames == NULL || l->sent_at == NULL || l->took == NULL)
        fail("load", "out of memory");
}

static int compare_times(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static void release(struct load *l)
{
    for (size_t i = 0; i < l->count; i++)
        buf_done(&l->frames[i]);
    free(l->frames);
    free(l->sent_at);
    free(l->took);
}

static struct cw_case_id *open_cases(struct load *l, size_t count)
{
    struct cw_case_id *ids = calloc(count, sizeof *ids);

    if (ids == NULL)
        fail("cases", "out of memory");
    allocate(l, count);
    for (size_t i = 0; i < count; i++) {
        struct cw_submission *submission = opening(l, i);

        cw_submission_case(submission, &ids[i]);
        make_frame(l, i, submission);
        cw_submission_free(submission);
    }
    run(l, 64);
    release(l);
    return ids;
}

int main(int argc, char **argv)
{
    struct load l = {0};
    struct cw_identity_options who = {.size = sizeof who};
    struct cw_case_id *ids;
    struct cw_fault fault;
    size_t cases;
    double took;

    if (argc != 8 || !crypto_init()) {
        fputs("usage: bench_load ADDRESS DAEMON_KEY KEY_FILE CERTIFICATE CASES COUNT IN_FLIGHT\n", stderr);
        return 2;
    }
    struct buf key_file = read_file(argv[3]);
    struct buf certificate = read_file(argv[4]);

    who.key_file = buf_slice(&key_file);
    who.certificate = buf_slice(&certificate);
    if (cw_identity_open(&who, &l.identity, &fault) != CW_OK)
        fail(argv[3], fault.text);
    connect_to(&l, argv[1], argv[2]);
    cases = strtoul(argv[5], NULL, 10);
    ids = open_cases(&l, cases);
    allocate(&l, strtoul(argv[6], NULL, 10));
    for (size_t i = 0; i < l.count; i++) {
        struct cw_submission *submission = note(&l, &ids[i % cases], i);

        make_frame(&l, i, submission);
        cw_submission_free(submission);
    }
    took = run(&l, strtoul(argv[7], NULL, 10));
    qsort(l.took, l.count, sizeof *l.took, compare_times);
    printf("%.0f %.3f %.3f\n", (double)l.count / took, l.took[l.count / 2] * 1e3, l.took[l.count * 99 / 100] * 1e3);
    release(&l);
    free(ids);
    return 0;
}
