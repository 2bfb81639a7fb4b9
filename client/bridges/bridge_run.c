/* SPDX-License-Identifier: Apache-2.0 */
/* From the feed to the target, over everything that may fail on either side. */
#include "bridge.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LOOK_MS 500 /* how soon a signal is heeded */
#define PAUSE_MS_MIN 500
#define PAUSE_MS_MAX 30000

static volatile sig_atomic_t told_to_stop;

static void stop(int signal_number)
{
    (void)signal_number;
    told_to_stop = 1;
}

static void heed_signals(void)
{
    struct sigaction action = {.sa_handler = stop};

    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

void bridge_say(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

struct run {
    const struct bridge_options *options;
    const struct bridge_target *target;
    void *self;
    struct cw_client *client;
    struct cw_feed *feed;
    struct bridge_cursor *cursor;
    bool away;    /* said that no daemon serves the feed */
    int pause_ms; /* before the target is tried again */
    int status;   /* -1: goes on */
};

/* --- the feed ------------------------------------------------------------------------------------------- */

static void tell_presence(struct run *r, bool away)
{
    if (away != r->away)
        bridge_say(away ? "no daemon serves the feed now: %s" : "the feed goes on%s",
                   away ? cw_feed_fault(r->feed)->text : "");
    r->away = away;
}

static void tell_refusal(const struct run *r)
{
    const struct cw_fault *fault = cw_feed_fault(r->feed);

    if (r->cursor->len > 0 && strcmp(fault->where, "cursor") == 0)
        bridge_say("the cursor that is kept there is refused: %s; %s begins anew beside it", fault->text,
                   r->target->anew);
    else
        bridge_say("the feed is refused: %s", fault->text);
}

static bool is_end(const struct run *r, const struct cw_answer *answer)
{
    struct cw_feed_progress progress = {.size = sizeof(progress)};

    return r->options->to_end && cw_feed_answer_progress(answer, &progress) == CW_OK && progress.level != 0;
}

/* false: the target failed. */
static bool take(struct run *r, struct cw_answer *answer)
{
    bool taken = r->target->take(r->self, answer);

    if (taken) {
        r->pause_ms = PAUSE_MS_MIN;
        if (is_end(r, answer))
            r->status = 0;
    }
    cw_answer_close(answer);
    return taken;
}

/* Until the target fails, or the end. */
static void pump(struct run *r)
{
    bool taken = true;

    while (taken && r->status < 0 && told_to_stop == 0) {
        struct cw_answer *answer = NULL;
        enum cw_err err = cw_feed_next(r->feed, LOOK_MS, &answer);

        if (err == CW_OK) {
            tell_presence(r, false);
            taken = take(r, answer);
        } else if (cw_err_class_of(err) == CW_CLASS_AGAIN) {
            tell_presence(r, true);
        } else if (err != CW_LOCAL_NOT_FOUND) {
            tell_refusal(r);
            r->status = 1;
        }
    }
}

static void feed(struct run *r)
{
    struct cw_feed_options options = r->options->feed;

    if (r->cursor->len > 0) {
        options.start = CW_FEED_CURSOR;
        options.cursor = (struct cw_slice){r->cursor->at, r->cursor->len};
    }
    if (cw_feed_open(r->client, &options, &r->feed) != CW_OK) {
        bridge_say("there is no feed: %s", cw_client_fault(r->client)->text);
        r->status = 1;
        return;
    }
    pump(r);
    cw_feed_close(r->feed);
    r->feed = NULL;
}

/* --- the target ----------------------------------------------------------------------------------------- */

static void pause_a_while(struct run *r)
{
    struct timespec left = {r->pause_ms / 1000, (long)(r->pause_ms % 1000) * 1000000};

    while (told_to_stop == 0 && nanosleep(&left, &left) != 0 && errno == EINTR)
        continue;
    r->pause_ms = r->pause_ms * 2 < PAUSE_MS_MAX ? r->pause_ms * 2 : PAUSE_MS_MAX;
}

static int run(struct run *r)
{
    while (r->status < 0 && told_to_stop == 0) {
        r->cursor->len = 0;
        if (r->target->begin(r->self, r->cursor))
            feed(r);
        r->target->end(r->self);
        if (r->status < 0 && told_to_stop == 0)
            pause_a_while(r);
    }
    return r->status < 0 ? 0 : r->status;
}

int bridge_run(const struct bridge_options *options, const struct bridge_target *target, void *self)
{
    struct cw_context_options from = {.size = sizeof(from), .folder = options->home};
    struct run r = {.options = options, .target = target, .self = self, .pause_ms = PAUSE_MS_MIN, .status = -1};
    struct cw_context *context = NULL;
    struct cw_fault fault = {0};
    int status = 1;

    heed_signals();
    r.cursor = malloc(sizeof(*r.cursor));
    if (r.cursor != NULL && cw_context_open(&from, &context, &fault) == CW_OK &&
        cw_context_client(context, &r.client, &fault) == CW_OK)
        status = run(&r);
    else
        bridge_say("%s: %s", fault.where, fault.text);
    cw_client_close(r.client);
    cw_context_close(context);
    free(r.cursor);
    return status;
}
