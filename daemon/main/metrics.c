/* SPDX-License-Identifier: Apache-2.0 */
#include "main/health.h"

#include "host/clock.h"
#include "host/journal.h"
#include "host/limits.h"
#include "host/metrics.h"
#include "node/feed.h"
#include "node/node.h"
#include "node/runner.h"
#include "store/store.h"

#include <casewire/casewire.h>

#include <stdlib.h>

#define OVERDUE_MAX 10000

/* Where the numbers of host/metrics.h come from, in the table's order. */

static void add(struct metrics *m, enum metric which, uint64_t value)
{
    metrics_add(m, which, NULL, value);
}

static void add_for(struct metrics *m, enum metric which, const char *label, uint64_t value)
{
    metrics_add(m, which, &label, value);
}

static void add_process_begin(const struct daemon *d, struct metrics *m)
{
    const char *const build[] = {CW_VERSION_TEXT, d->settings.division};

    metrics_add(m, METRIC_BUILD, build, 1);
    metrics_add_ms(m, METRIC_START_TIME, NULL, d->figures.start_ms);
    add(m, METRIC_READY, health_is_ready(d));
    add(m, METRIC_LISTENING, atomic_load(&d->figures.listening));
}

static void add_turns(const struct daemon *d, const struct node_status *s, struct metrics *m)
{
    struct runner_figures turns;

    runner_figures(d->runner, &turns);
    add(m, METRIC_TURNS, s->counters[COUNTER_TURNS]);
    metrics_add_histogram(m, METRIC_TURN_TIME, runner_bounds_ms, turns.turns, RUNNER_BOUNDS, turns.turns_ms);
}

static void add_node(const struct node_status *s, struct metrics *m)
{
    add_for(m, METRIC_SUBMISSIONS, "accepted", s->counters[COUNTER_SUBMITTED]);
    add_for(m, METRIC_SUBMISSIONS, "repeated", s->counters[COUNTER_REPEATED]);
    add_for(m, METRIC_SUBMISSIONS, "refused", s->counters[COUNTER_REFUSED]);
    add(m, METRIC_NO_SPACE, s->counters[COUNTER_NO_SPACE]);
    add(m, METRIC_ENTRIES, s->counters[COUNTER_ENTRIES]);
    add(m, METRIC_VOID, s->counters[COUNTER_VOID]);
    add(m, METRIC_PENDING, s->counters[COUNTER_PENDING]);
    add(m, METRIC_UNOPENED, s->counters[COUNTER_UNOPENED]);
    add(m, METRIC_HOLES, s->hole_count);
    add(m, METRIC_CASES, s->counters[COUNTER_CASES]);
    add(m, METRIC_LOCAL_KEYS, s->local_keys);
    add(m, METRIC_CONFLICTS, s->counters[COUNTER_CONFLICTS]);
    add(m, METRIC_FOLDS, s->counters[COUNTER_FOLDS]);
    add(m, METRIC_REVISING, s->counters[COUNTER_FOLDS_WAITING] != 0);
    add(m, METRIC_QUARANTINED, s->counters[COUNTER_QUARANTINED]);
    add(m, METRIC_MALFORMED, s->counters[COUNTER_PEER_MALFORMED]);
    add(m, METRIC_SENT, s->counters[COUNTER_SENT_BYTES]);
}

/* --- peers ------------------------------------------------------------------------------------------------------- */

/* Of one family, a line for each: the families are told one after the other. */
typedef void peer_line(struct metrics *m, const struct node_status *s, const struct node_peer_status *p);

static bool has_session(const struct peer_status *is)
{
    return is->state == PEER_STATE_COMPARING || is->state == PEER_STATE_FETCHING || is->state == PEER_STATE_IN_STEP;
}

static void line_up(struct metrics *m, const struct node_status *s, const struct node_peer_status *p)
{
    (void)s;
    add_for(m, METRIC_PEER_UP, p->is.division, has_session(&p->is));
}

static void line_in_step(struct metrics *m, const struct node_status *s, const struct node_peer_status *p)
{
    (void)s;
    add_for(m, METRIC_PEER_IN_STEP, p->is.division,
            p->is.state == PEER_STATE_IN_STEP && p->is.behind == 0 && p->is.ahead == 0);
}

static void line_lag(struct metrics *m, const struct node_status *s, const struct node_peer_status *p)
{
    (void)s;
    add_for(m, METRIC_LAG_ENTRIES, p->is.division, p->is.behind);
}

static void line_ahead(struct metrics *m, const struct node_status *s, const struct node_peer_status *p)
{
    (void)s;
    add_for(m, METRIC_AHEAD_ENTRIES, p->is.division, p->is.ahead);
}

static void line_heard(struct metrics *m, const struct node_status *s, const struct node_peer_status *p)
{
    const char *division = p->is.division;
    int64_t ago = s->at.ms - p->is.last_heard.ms;

    metrics_add_ms(m, METRIC_PEER_HEARD, &division, p->is.last_heard.ms > 0 ? clock_wall().ms - ago : 0);
}

static void line_clock(struct metrics *m, const struct node_status *s, const struct node_peer_status *p)
{
    const char *division = p->is.division;

    (void)s;
    if (p->is.says_time)
        metrics_add_signed_ms(m, METRIC_CLOCK_SKEW, &division, p->is.clock_ahead_ms);
}

static void line_differs(struct metrics *m, const struct node_status *s, const struct node_peer_status *p)
{
    (void)s;
    add_for(m, METRIC_PEER_DIFFERS, p->is.division, p->digest == DIGEST_DIFFERS);
}

/* A division whose daemon had another certificate before is there twice: what lives, or was heard last, speaks for it. */
static bool speaks_before(const struct node_peer_status *a, const struct node_peer_status *b)
{
    if (has_session(&a->is) != has_session(&b->is))
        return has_session(&a->is);
    return a->is.last_heard.ms > b->is.last_heard.ms;
}

static void keep_one_each(struct node_status *s)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < s->peer_count; i++) {
        uint32_t at = 0;

        while (at < kept && strcmp(s->peers[at].is.division, s->peers[i].is.division) != 0)
            at++;
        if (at == kept || speaks_before(&s->peers[i], &s->peers[at]))
            s->peers[at] = s->peers[i];
        kept += at == kept;
    }
    s->peer_count = kept;
}

static void each_peer(struct metrics *m, const struct node_status *s, peer_line *line)
{
    for (uint32_t i = 0; i < s->peer_count; i++)
        line(m, s, &s->peers[i]);
}

static int64_t age_of_lack(const struct node_read *r, const struct cert_id *peer)
{
    struct cw_wall since = {0};

    if (node_lacks_since(r, peer, &since) != CW_OK || since.ms == 0)
        return 0;
    return clock_wall().ms - since.ms;
}

/* Only of those that lack something the store is asked, with one snapshot. */
static void add_ages(const struct daemon *d, const struct node_status *s, struct metrics *m)
{
    struct node_read read;
    bool reads = false;

    for (uint32_t i = 0; i < s->peer_count; i++) {
        const struct peer_status *is = &s->peers[i].is;
        const char *division = is->division;

        reads = reads || (is->behind != 0 && node_read_begin(d->node, &read) == CW_OK);
        metrics_add_ms(m, METRIC_LAG_SECONDS, &division, is->behind != 0 && reads ? age_of_lack(&read, &is->cert) : 0);
    }
    if (reads)
        node_read_done(&read);
}

static void add_duties(const struct daemon *d, struct metrics *m)
{
    static const char *const events[FIGURES_DUTIES] = {"due_soon", "breached", "climbed", "risk_high"};
    struct node_read read;
    uint32_t overdue = 0;

    for (size_t i = 0; i < FIGURES_DUTIES; i++)
        add_for(m, METRIC_DUTIES, events[i], atomic_load(&d->figures.duties[i]));
    if (node_read_begin(d->node, &read) != CW_OK)
        return;
    if (node_overdue_cases(&read, clock_wall(), OVERDUE_MAX, &overdue) == CW_OK)
        add(m, METRIC_OVERDUE, overdue);
    node_read_done(&read);
}

static void add_peers(const struct daemon *d, const struct node_status *s, struct metrics *m)
{
    each_peer(m, s, line_up);
    each_peer(m, s, line_in_step);
    each_peer(m, s, line_lag);
    add_ages(d, s, m);
    each_peer(m, s, line_ahead);
    each_peer(m, s, line_heard);
    each_peer(m, s, line_clock);
    each_peer(m, s, line_differs);
    add_duties(d, m);
    add(m, METRIC_FEEDS, feeds_count(node_feeds(d->node)));
}

/* --- the store, and what happened -------------------------------------------------------------------------------- */

static void add_store(const struct daemon *d, struct metrics *m)
{
    struct store_stats s;

    store_stats(d->store, &s);
    add(m, METRIC_STORE_USED, s.used_len);
    add(m, METRIC_STORE_SIZE, s.map_len);
    add(m, METRIC_STORE_FREE, s.disk_free_len);
    add(m, METRIC_STORE_RESERVE, s.reserve_len);
    add(m, METRIC_STORE_LOW, store_low_on_space(d->store));
    add(m, METRIC_STORE_READERS, s.readers);
    add(m, METRIC_STORE_BEHIND, s.oldest_reader_commits);
    add(m, METRIC_STORE_COMMITS, s.commits);
    metrics_add_histogram(m, METRIC_COMMIT_TIME, store_commit_bounds_ms, s.commits_took, STORE_COMMIT_BOUNDS,
                          s.commits_took_us / 1000);
    add(m, METRIC_STORE_UNSETTLED, s.unsettled);
}

static uint64_t alarm_times(const struct node_status *s, const char *id)
{
    for (uint32_t i = 0; i < s->alarm_count; i++) {
        if (strcmp(s->alarms[i].id, id) == 0)
            return s->alarms[i].times;
    }
    return 0;
}

/* The words of `casewire peers`, then those of keys that were refused at our own doors. */
static void add_handshakes(const struct daemon *d, const struct node_status *s, struct metrics *m)
{
    for (int end = 0; end < LINK_END_COUNT; end++) {
        if (link_end_is_failure((enum link_end)end))
            add_for(m, METRIC_HANDSHAKES, link_end_word((enum link_end)end), atomic_load(&d->figures.link_ends[end]));
    }
    add_for(m, METRIC_HANDSHAKES, cw_err_name(CW_PEER_NETWORK), s->counters[COUNTER_PEER_NETWORK]);
    add_for(m, METRIC_HANDSHAKES, cw_err_name(CW_PEER_VERSION), s->counters[COUNTER_PEER_VERSION]);
    for (int verdict = ALLOW_UNKNOWN; verdict < ALLOW_VERDICTS; verdict++)
        add_for(m, METRIC_HANDSHAKES, allow_word((enum allow_verdict)verdict),
                atomic_load(&d->figures.refused_keys[verdict]));
}

static void add_dropped(const struct daemon *d, struct metrics *m)
{
    struct runner_figures turns;

    runner_figures(d->runner, &turns);
    add_for(m, METRIC_DROPPED, "link", atomic_load(&d->figures.link_ends[LINK_END_OVERFLOW]));
    add_for(m, METRIC_DROPPED, "request", turns.busy);
    add_for(m, METRIC_DROPPED, "journal_line", journal_held_back(d->journal));
}

static void add_alarms(const struct daemon *d, const struct node_status *s, struct metrics *m)
{
    add(m, METRIC_REFUSED_KEYS, s->counters[COUNTER_REFUSED_KEYS]);
    add_handshakes(d, s, m);
    for (int what = 0; what < MISFRAMED_COUNT; what++)
        add_for(m, METRIC_MISFRAMED, misframed_word((enum misframed)what), atomic_load(&d->figures.misframed[what]));
    add(m, METRIC_NET_LOST, atomic_load(&d->figures.net_lost));
    add_dropped(d, m);
    add(m, METRIC_FORKS, alarm_times(s, "fork-proven") + alarm_times(s, "own-fork"));
    for (uint32_t i = 0; i < s->alarm_count; i++)
        add_for(m, METRIC_ALARMS, s->alarms[i].id, s->alarms[i].times);
}

static void add_process_end(const struct daemon *d, struct metrics *m)
{
    struct limits_use use;

    add(m, METRIC_RELOAD_GOOD, !atomic_load(&d->figures.reload_failed));
    metrics_add_ms(m, METRIC_RELOAD_TIME, NULL, atomic_load(&d->figures.reload_ms));
    metrics_add_ms(m, METRIC_CERTIFICATE_END, NULL, d->identity.parsed.not_after.ms);
    limits_use(&use);
    if (use.descriptors_known)
        add(m, METRIC_FDS, use.descriptors);
    add(m, METRIC_FDS_MAX, use.descriptors_max);
    if (use.resident_known)
        add(m, METRIC_RESIDENT, use.resident_len);
    if (use.locked_known)
        add(m, METRIC_MEMLOCK, use.locked_len);
    add(m, METRIC_MEMLOCK_MAX, use.locked_len_max);
}

static void add_served(const struct daemon *d, const struct node_status *s, struct metrics *m)
{
    add_turns(d, s, m);
    add_node(s, m);
    add_peers(d, s, m);
    add_store(d, m);
    add_alarms(d, s, m);
}

bool metrics_page(struct daemon *d, char *body, size_t room, size_t *out_len)
{
    struct node_status *s = atomic_load(&d->figures.serving) ? malloc(sizeof *s) : NULL;
    struct metrics m;
    bool whole;

    metrics_begin(&m, body, room);
    add_process_begin(d, &m);
    if (s != NULL) {
        node_status_read(d->node, s);
        keep_one_each(s);
        add_served(d, s, &m);
    }
    add_process_end(d, &m);
    free(s);
    whole = metrics_end(&m);
    *out_len = whole ? m.len : 0;
    return whole;
}
