/* SPDX-License-Identifier: Apache-2.0 */
#include "node/runner.h"

#include "core/authority.h"
#include "node/feed.h"
#include "node/pool.h"
#include "node/reading.h"
#include "node/reply_frame.h"

#include <stdlib.h>

#define TURN_INPUTS_MAX 512
#define FEED_STEPS_AT_ONCE 16

const int64_t runner_bounds_ms[RUNNER_BOUNDS] = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 30000};

struct runner {
    struct runner_options options;
    _Atomic uint64_t turns_of[RUNNER_BOUNDS + 1], turns_ms; /* written by the node thread */
    _Atomic uint64_t busy;                                  /* by those who hand frames in */
    struct pool pool;
    pthread_t turns, threads[2 * RUNNER_THREADS_MAX + 1];
    uint32_t thread_count;
    bool turns_run;
    struct cw_mono beat_at; /* node thread: by then it comes round again, whoever keeps it busy */
    struct job *jobs[TURN_INPUTS_MAX];
    struct input inputs[TURN_INPUTS_MAX + 1];
};

static struct node *node_of(const struct runner *r)
{
    return r->options.node;
}

static void send_to(struct runner *r, link_id link, const struct writer *frame)
{
    const struct net_port *net = &r->options.ports->net;

    CW_ASSERT(!frame->failed);
    net->send(net->ctx, link, slice(frame->data, frame->len));
    r->options.said(r->options.ctx);
}

/* --- links ----------------------------------------------------------------------------------------------- */

static bool division_of(struct runner *r, const struct cert_id *cert, char out[static DIVISION_LEN_MAX + 1])
{
    const struct authority_cert *found = authority_find(node_authority(node_of(r)), cert);

    if (found != NULL)
        memcpy(out, found->division, DIVISION_LEN_MAX + 1);
    node_authority_done(node_of(r));
    return found != NULL;
}

static void hang_up(struct runner *r, link_id link)
{
    const struct net_port *net = &r->options.ports->net;

    net->hang(net->ctx, link);
    r->options.said(r->options.ctx);
}

/* Nobody we know, or no memory: for the node the link never was, or is over again. */
static void refuse_link(struct runner *r, const struct reader_identity *who, bool incoming)
{
    struct input down = input_link_down(who->link);

    if (!incoming && pool_add_lane(&r->pool, who, true, NULL))
        (void)pool_end_lane(&r->pool, who->link, &down);
    hang_up(r, who->link);
}

void runner_link_up(struct runner *r, const struct reader_identity *who, bool incoming)
{
    char division[DIVISION_LEN_MAX + 1] = "";
    struct input up;

    if (who->admin || who->subject != SUBJECT_DAEMON) {
        if (!incoming || !pool_add_lane(&r->pool, who, false, NULL))
            refuse_link(r, who, incoming);
        return;
    }
    if (!division_of(r, &who->cert, division)) {
        refuse_link(r, who, incoming);
        return;
    }
    up = input_link_up(who, division, incoming);
    if (!pool_add_lane(&r->pool, who, true, &up))
        refuse_link(r, who, incoming);
}

void runner_link_down(struct runner *r, link_id link, enum link_end end)
{
    struct input down = input_link_down(link);
    struct reader_identity who = {.link = link};

    down.as.link_down.end = end;
    bool ended = pool_end_lane(&r->pool, link, &down);

    feeds_link_down(node_feeds(node_of(r)), link);
    if (ended)
        return;
    /* A dial that never came up: the node waits to hear of it. One that we ended ourselves: it has heard. */
    if (pool_add_lane(&r->pool, &who, true, NULL))
        (void)pool_end_lane(&r->pool, link, &down);
}

/* --- frames ---------------------------------------------------------------------------------------------- */

static void answer_busy(struct runner *r, link_id link, struct cw_slice frame)
{
    uint8_t bytes[ANSWER_REFUSAL_LEN_MAX], id[16];
    struct writer out = writer_over(bytes, sizeof bytes);
    struct refusal why = {0};

    reading_peek_id(frame, id);
    refuse(&why, CW_AGAIN_BUSY, "", "%s", cw_err_sentence(CW_AGAIN_BUSY));
    reply_refusal(id, &why, &out);
    send_to(r, link, &out);
}

void runner_frame(struct runner *r, link_id link, struct cw_slice frame)
{
    if (pool_put(&r->pool, link, frame) != POOL_BUSY)
        return;
    r->busy++;
    answer_busy(r, link, frame);
}

/* --- workers --------------------------------------------------------------------------------------------- */

static void verify_peer(struct runner *r, struct job *job)
{
    enum cw_err err = intake_peer(node_of(r), &job->who, job->frame, &job->arena, &job->input);
    link_id link = job->who.link;
    struct input down = input_link_down(link);

    if (err == CW_LOCAL_MEMORY && job_grow(job))
        err = intake_peer(node_of(r), &job->who, job->frame, &job->arena, &job->input);
    if (err == CW_OK) {
        pool_to_turn(&r->pool, job);
        return;
    }
    pool_drop(&r->pool, job);
    (void)pool_end_lane(&r->pool, link, &down); /* what it says cannot be read: the session is over */
    hang_up(r, link);
}

/* A link that ended meanwhile was told of the feeds it had: this one would be nobody's. */
static void ask_feeds(struct runner *r, const struct job *job)
{
    struct feeds *feeds = node_feeds(node_of(r));

    feeds_ask(feeds, &job->who, job->request);
    if (!pool_is_open(&r->pool, job->who.link))
        feeds_link_down(feeds, job->who.link);
    r->options.said(r->options.ctx);
}

static void sort_client(struct runner *r, struct job *job)
{
    uint8_t bytes[ANSWER_REFUSAL_LEN_MAX];
    struct writer answer = writer_over(bytes, sizeof bytes);

    switch (intake_client(node_of(r), &job->who, job->frame, &job->arena, &job->input, &job->request, &answer)) {
    case INTAKE_FOLD: /* goes on to the readers after the turn */
    case INTAKE_TURN:
        pool_to_turn(&r->pool, job);
        return;
    case INTAKE_READ:
        if (pool_to_readers(&r->pool, job))
            return;
        answer_busy(r, job->who.link, job->frame);
        break;
    case INTAKE_FEED:
        ask_feeds(r, job);
        break;
    case INTAKE_ANSWER:
        send_to(r, job->who.link, &answer);
        break;
    }
    pool_drop(&r->pool, job);
}

/* As `ps -L` and `top -H` show it. */
static void name_thread(const char *name)
{
    (void)pthread_setname_np(pthread_self(), name);
}

static void *work(void *ctx)
{
    struct runner *r = ctx;
    struct job *job;

    name_thread("cw-verify");
    while ((job = pool_take(&r->pool)) != NULL) {
        if (job->kind == JOB_PEER)
            verify_peer(r, job);
        else
            sort_client(r, job);
    }
    return NULL;
}

/* --- readers --------------------------------------------------------------------------------------------- */

static void *read_on(void *ctx)
{
    struct runner *r = ctx;
    struct reading reading;
    struct writer answer;
    struct job *job;

    name_thread("cw-read");
    reading_init(&reading);
    while ((job = pool_take_read(&r->pool)) != NULL) {
        reading_answer(&reading, node_of(r), job, &answer);
        send_to(r, job->who.link, &answer);
        pool_drop(&r->pool, job);
    }
    reading_done(&reading);
    return NULL;
}

/* --- feeds ------------------------------------------------------------------------------------------------- */

/* What several readers are told goes to the net process in one write, when there is nothing more to tell. */
static void *feed_on(void *ctx)
{
    struct runner *r = ctx;
    struct feeds *feeds = node_feeds(node_of(r));

    while (feeds_wait(feeds)) {
        for (int i = 0; i < FEED_STEPS_AT_ONCE && feeds_step(feeds); i++)
            ;
        r->options.said(r->options.ctx);
    }
    return NULL;
}

/* --- turns ----------------------------------------------------------------------------------------------- */

static struct cw_mono now(const struct runner *r)
{
    const struct clock_port *clock = &r->options.ports->clock;

    return clock->mono(clock->ctx);
}

static int64_t sleep_ms(const struct runner *r)
{
    struct cw_mono at = node_wake_at(node_of(r));
    int64_t left;

    if (r->options.beat_ms > 0 && r->beat_at.ms < at.ms)
        at = r->beat_at;
    left = at.ms - now(r).ms;
    return at.ms == CW_NEVER.ms ? -1 : left < 0 ? 0 : left;
}

static void note_time(struct runner *r, int64_t ms)
{
    size_t i = 0;

    while (i < RUNNER_BOUNDS && ms > runner_bounds_ms[i])
        i++;
    r->turns_of[i]++;
    r->turns_ms += ms > 0 ? (uint64_t)ms : 0;
}

void runner_figures(struct runner *r, struct runner_figures *out)
{
    for (size_t i = 0; i <= RUNNER_BOUNDS; i++)
        out->turns[i] = r->turns_of[i];
    out->turns_ms = r->turns_ms;
    out->busy = r->busy;
}

/* A tick first when its time has come, then what was gathered. */
static enum cw_err one_turn(struct runner *r)
{
    uint32_t count = pool_gather(&r->pool, r->jobs, TURN_INPUTS_MAX, 0);
    uint32_t tick = mono_reached(now(r), node_wake_at(node_of(r))) ? 1 : 0;
    uint32_t taken = 0;
    enum cw_err err = CW_OK;

    if (tick != 0)
        r->inputs[0] = input_tick();
    for (uint32_t i = 0; i < count; i++)
        r->inputs[tick + i] = r->jobs[i]->input;
    if (tick + count > 0) {
        struct cw_mono began = now(r);

        err = node_turn(node_of(r), r->inputs, tick + count, &taken);
        note_time(r, now(r).ms - began.ms);
    }
    CW_ASSERT(err != CW_OK || tick + count == 0 || taken > 0);
    pool_turned(&r->pool, r->jobs, count, err != CW_OK ? count : taken > tick ? taken - tick : 0);
    r->options.said(r->options.ctx);
    r->options.beat(r->options.ctx);
    r->beat_at = mono_after(now(r), r->options.beat_ms);
    return err;
}

static bool stopping(struct runner *r)
{
    bool stop;

    (void)pthread_mutex_lock(&r->pool.lock);
    stop = r->pool.stopping;
    (void)pthread_mutex_unlock(&r->pool.lock);
    return stop;
}

static void *take_turns(void *ctx)
{
    struct runner *r = ctx;

    name_thread("cw-node");
    while (!stopping(r)) {
        struct job *job = pool_help(&r->pool, sleep_ms(r));
        enum cw_err err = CW_OK;

        if (job != NULL)
            sort_client(r, job);
        else
            err = one_turn(r);
        if (err == CW_OK)
            continue;
        pool_stop(&r->pool);
        r->options.failed(r->options.ctx, err);
        break;
    }
    return NULL;
}

/* --- the whole ------------------------------------------------------------------------------------------- */

static bool start_threads(struct runner *r, void *(*body)(void *), uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (pthread_create(&r->threads[r->thread_count], NULL, body, r) != 0)
            return false;
        r->thread_count++;
    }
    return true;
}

enum cw_err runner_start(const struct runner_options *options, struct runner **out)
{
    struct runner *r;

    CW_ASSERT(options->workers >= 1 && options->workers <= RUNNER_THREADS_MAX);
    CW_ASSERT(options->readers >= 1 && options->readers <= RUNNER_THREADS_MAX);
    r = calloc(1, sizeof *r);
    if (r == NULL)
        return CW_LOCAL_MEMORY;
    r->options = *options;
    if (!pool_init(&r->pool)) {
        free(r);
        return CW_LOCAL_MEMORY;
    }
    r->turns_run = pthread_create(&r->turns, NULL, take_turns, r) == 0;
    if (!r->turns_run || !start_threads(r, work, options->workers) || !start_threads(r, read_on, options->readers) ||
        !start_threads(r, feed_on, 1)) {
        runner_stop(r);
        return CW_LOCAL_MEMORY;
    }
    *out = r;
    return CW_OK;
}

void runner_stop(struct runner *r)
{
    if (r == NULL)
        return;
    pool_stop(&r->pool);
    feeds_stop(node_feeds(node_of(r)));
    if (r->turns_run)
        (void)pthread_join(r->turns, NULL);
    for (uint32_t i = 0; i < r->thread_count; i++)
        (void)pthread_join(r->threads[i], NULL);
    pool_done(&r->pool);
    free(r);
}
