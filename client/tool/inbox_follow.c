/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inbox --follow: a feed says which cases changed; each is looked at anew, and what waits now is compared with what
 * waited before. Time alone makes duties overdue, so all cases are looked at again once a minute, without the daemon.
 */
#include "tool/alert.h"
#include "tool/inbox_news.h"
#include "tool/lookup.h"
#include "tool/view.h"

#include "lib/client.h"
#include "lib/fault.h"
#include "lib/link.h"
#include "lib/when.h"
#include "proto/schema.h"
#include "proto/wire.h"

#include <casewire/feed.h>

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define LOOK_AGAIN_MS 60000
#define TRY_AGAIN_MS 2000
#define CHANGED_MAX 256 /* cases of one round; beyond, all are read anew */

struct following {
    struct cli *cli;
    struct context *context;
    struct inbox *box;
    size_t max;
    struct cw_feed *feed;
    struct alerts *alerts;
    int signals;
    bool away; /* it was said that no daemon is there */
    size_t changed_count;
    uint8_t changed[CHANGED_MAX][CW_ID_LEN];
    bool changed_more;
    bool again; /* something could not be read: the daemon was away */
};

static void report(void *context, const char *sentence)
{
    (void)context;
    fprintf(stderr, "casewire: %s\n", sentence);
}

static void print_first(const struct following *f)
{
    json_t *all;

    if (!f->cli->json) {
        inbox_print(f->cli, f->context, f->box);
        return;
    }
    all = json_array();
    for (size_t i = 0; i < f->box->count; i++)
        json_array_append_new(all, inbox_item_json(&f->box->at[i]));
    inbox_print_news(f->box, all, json_array());
}

/* --- looking again ------------------------------------------------------------------------------------------- */

static void find_waiting(struct inbox *box)
{
    box->who.now = when_now();
    box->count = 0;
    for (size_t i = 0; i < box->cases.count; i++)
        waiting_find(gather_view(&box->cases, i), &box->who, inbox_keep, box);
    if (box->count > 0)
        qsort(box->at, box->count, sizeof(*box->at), waiting_compare);
}

static size_t place_of(const struct inbox *box, const uint8_t id[static CW_ID_LEN])
{
    for (size_t i = 0; i < box->cases.count; i++)
        if (slice_eq(wire_slice(gather_view(&box->cases, i)->case_id), slice(id, CW_ID_LEN)))
            return i;
    return SIZE_MAX;
}

/* The case as it is now, in the place of what was known of it. */
static void read_case(struct following *f, const uint8_t id[static CW_ID_LEN])
{
    struct gather *cases = &f->box->cases;
    size_t at = place_of(f->box, id);
    struct cw_answer *answer = NULL;
    char name[2 * CW_ID_LEN + 1];
    enum cw_err err;

    hex_of(slice(id, CW_ID_LEN), name);
    err = cw_client_get(f->context->client, slice_of(name), f->cli->timeout_ms, &answer);
    if (err != CW_OK) {
        f->again = f->again || cw_err_class_of(err) == CW_CLASS_AGAIN; /* otherwise it is gone */
        return;
    }
    if (at != SIZE_MAX) {
        cw_answer_close(cases->at[at]);
        cases->at[at] = answer;
    } else if (cases->count < GATHER_MAX) {
        cases->at[cases->count++] = answer;
    } else {
        cases->more = true;
        cw_answer_close(answer);
    }
}

/* Into another box, so that what is known stays when no daemon answers. */
static void read_all(struct following *f)
{
    struct inbox *fresh = calloc(1, sizeof(*fresh));

    CW_ASSERT(fresh != NULL);
    fresh->who = f->box->who;
    if (inbox_fill(f->cli, f->context, f->max, fresh) == EXIT_DONE) {
        inbox_done(f->box);
        *f->box = *fresh;
    } else {
        inbox_done(fresh);
        f->again = true;
    }
    free(fresh);
}

static void note_case(struct following *f, struct cw_slice id);

/* A breach that nobody has in hand climbs by time alone: the daemon says where it is by now. */
static void note_climbing(struct following *f)
{
    int64_t now = when_now().ms;

    for (size_t i = 0; i < f->box->cases.count; i++) {
        const Cw__CaseView *view = gather_view(&f->box->cases, i);

        for (size_t d = 0; d < view->n_deadlines; d++) {
            if (view->deadlines[d]->has_next_told_at_ms && (int64_t)view->deadlines[d]->next_told_at_ms < now) {
                note_case(f, wire_slice(view->case_id));
                break;
            }
        }
    }
}

static void look_again(struct following *f)
{
    size_t count = f->box->count;
    struct remembered *before = inbox_remember(f->box);

    f->again = false;
    note_climbing(f);
    if (f->changed_more)
        read_all(f);
    for (size_t i = 0; i < f->changed_count && !f->changed_more; i++)
        read_case(f, f->changed[i]);
    f->changed_count = 0;
    waiting_listen(f->cli, f->context, &f->box->who);
    f->changed_more = f->again; /* what could not be read now is read with all the others */
    find_waiting(f->box);
    inbox_tell_changes(f->cli, f->box, before, count, f->alerts);
    free(before);
}

/* --- the feed ------------------------------------------------------------------------------------------------ */

static void note_case(struct following *f, struct cw_slice id)
{
    if (id.len != CW_ID_LEN)
        return;
    for (size_t i = 0; i < f->changed_count; i++)
        if (slice_eq(id, slice(f->changed[i], CW_ID_LEN)))
            return;
    if (f->changed_count == CHANGED_MAX)
        f->changed_more = true;
    else
        memcpy(f->changed[f->changed_count++], id.data, CW_ID_LEN);
}

static void take_items(struct following *f, const struct cw_answer *answer)
{
    for (size_t i = 0; i < cw_feed_item_count(answer); i++) {
        struct cw_feed_item item = {.size = sizeof(item)};

        if (cw_feed_item(answer, i, &item) == CW_OK)
            note_case(f, item.case_id);
    }
}

/* Says once that no daemon is there, and once that one is again. */
static void tell_presence(struct following *f, bool away)
{
    if (away == f->away)
        return;
    f->away = away;
    fprintf(stderr,
            away ? "casewire: no daemon serves the feed now (%s): it goes on when one does\n"
                 : "casewire: the feed goes on%s\n",
            away ? cw_feed_fault(f->feed)->text : "");
}

/* All that came; *out_over when the feed has ended for good. */
static enum exit_code drain(struct following *f)
{
    for (;;) {
        struct cw_answer *answer = NULL;
        enum cw_err err = cw_feed_next(f->feed, 0, &answer);

        if (err == CW_LOCAL_NOT_FOUND)
            return EXIT_DONE;
        if (err == CW_AGAIN_NO_DAEMON || err == CW_AGAIN_KEPT_OUT || err == CW_AGAIN_BEHIND) {
            tell_presence(f, true);
            return EXIT_DONE;
        }
        if (err != CW_OK)
            return complain_fault(f->cli, "the feed has ended", cw_feed_fault(f->feed));
        tell_presence(f, false);
        take_items(f, answer);
        cw_answer_close(answer);
    }
}

/* From now on: before the cases are read, so that no change falls between. */
static enum exit_code begin_feed(struct following *f)
{
    struct cw_feed_options options = {.size = sizeof(options), .start = CW_FEED_NOW};
    struct cw_answer *answer = NULL;
    enum cw_err err = cw_feed_open(f->context->client, &options, &f->feed);

    if (err != CW_OK)
        return complain_fault(f->cli, "there is no feed", cw_client_fault(f->context->client));
    err = cw_feed_next(f->feed, f->cli->timeout_ms, &answer);
    if (err != CW_OK)
        return complain_fault(f->cli, "there is no feed", cw_feed_fault(f->feed));
    take_items(f, answer);
    cw_answer_close(answer);
    return EXIT_DONE;
}

/* --- waiting --------------------------------------------------------------------------------------------------- */

static int hear_signals(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Whether a signal says to end; the end of a child is looked at by alerts_look(). */
static bool told_to_end(int fd)
{
    struct signalfd_siginfo info;
    bool end = false;

    while (read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
        end = end || info.ssi_signo == SIGINT || info.ssi_signo == SIGTERM;
    return end;
}

static int wait_ms(const struct following *f, struct cw_mono look)
{
    int library = cw_client_timeout_ms(f->context->client);
    int own = link_ms_left(mono_earlier(look, alerts_until(f->alerts)));

    return library >= 0 && library < own ? library : own;
}

static enum exit_code loop(struct following *f)
{
    struct cw_mono look = mono_after(link_now(), LOOK_AGAIN_MS);

    for (;;) {
        struct pollfd wait[2 + ALERTS_AT_ONCE] = {{.fd = cw_client_fd(f->context->client), .events = POLLIN},
                                                  {.fd = f->signals, .events = POLLIN}};
        size_t count = 2 + alerts_wait(f->alerts, &wait[2]);
        enum exit_code code;

        (void)poll(wait, count, wait_ms(f, look));
        if (told_to_end(f->signals))
            return EXIT_INTERRUPTED;
        if (cw_client_dispatch(f->context->client) != CW_OK)
            return complain_fault(f->cli, "the feed has ended", cw_client_fault(f->context->client));
        code = drain(f);
        if (code != EXIT_DONE)
            return code;
        alerts_look(f->alerts, link_now());
        if (f->changed_count == 0 && !mono_reached(link_now(), look))
            continue;
        look_again(f);
        look = mono_after(link_now(), f->again ? TRY_AGAIN_MS : LOOK_AGAIN_MS);
    }
}

static enum exit_code start(struct following *f)
{
    enum exit_code code = alerts_read(f->cli, f->alerts);

    if (code != EXIT_DONE)
        return code;
    f->alerts->report = report;
    f->box->who.roles |= alerts_roles(f->alerts);
    f->box->who.coordinates = (f->box->who.roles & ROLE_MASK(FCR)) != 0;
    f->signals = hear_signals();
    code = begin_feed(f);
    if (code == EXIT_DONE)
        code = inbox_fill(f->cli, f->context, f->max, f->box);
    if (code != EXIT_DONE)
        return code;
    print_first(f);
    fflush(stdout);
    return loop(f);
}

enum exit_code inbox_follow(struct cli *cli, struct context *context, size_t max, struct inbox *box)
{
    struct following *f = calloc(1, sizeof(*f));
    enum exit_code code;

    CW_ASSERT(f != NULL);
    f->alerts = calloc(1, sizeof(*f->alerts));
    CW_ASSERT(f->alerts != NULL);
    f->cli = cli;
    f->context = context;
    f->box = box;
    f->max = max;
    f->signals = -1;
    code = start(f);
    alerts_done(f->alerts);
    cw_feed_close(f->feed);
    if (f->signals >= 0)
        close(f->signals);
    free(f->alerts);
    free(f);
    return code;
}
