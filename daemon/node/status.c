/* SPDX-License-Identifier: Apache-2.0 */
#include "node/internal.h"

#include <stdarg.h>
#include <stdio.h>

#define PEERS_SHOWN_EVERY_MS 200

static const struct {
    const char *name;
    bool kept;
} counters[COUNTER_COUNT] = {
    [COUNTER_TURNS] = {"turns", false},
    [COUNTER_SUBMITTED] = {"submitted", false},
    [COUNTER_REPEATED] = {"repeated", false},
    [COUNTER_REFUSED] = {"refused", false},
    [COUNTER_REUSED_IDS] = {"reused_ids", false},
    [COUNTER_ENTRIES] = {"entries", true},
    [COUNTER_CASES] = {"cases", true},
    [COUNTER_CONFLICTS] = {"conflicts", true},
    [COUNTER_VOID] = {"void", true},
    [COUNTER_PENDING] = {"pending", true},
    [COUNTER_UNOPENED] = {"unopened", true},
    [COUNTER_FOLDS] = {"folds", false},
    [COUNTER_FOLDS_WAITING] = {"folds_waiting", false},
    [COUNTER_QUARANTINED] = {"quarantined", false},
    [COUNTER_PEER_MALFORMED] = {"peer_malformed", false},
    [COUNTER_SENT_BYTES] = {"sent_bytes", false},
    [COUNTER_NO_SPACE] = {"no_space", false},
};

const char *counter_name(enum counter c)
{
    return c < COUNTER_COUNT ? counters[c].name : "unknown";
}

bool counter_is_kept(enum counter c)
{
    return c < COUNTER_COUNT && counters[c].kept;
}

void node_count(struct node *n, enum counter c)
{
    n->outside[c]++;
}

/* --- journal and alarms -------------------------------------------------------------------------------------- */

void node_journal(const struct node *n, enum journal_level level, const char *id, const char *format, ...)
{
    char text[240];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    n->ports.journal.write(n->ports.journal.ctx, level, id, text);
}

/* One place per id; when all are taken the text still goes to the journal. */
static struct node_alarm *alarm_of(struct node_status *s, const char *id)
{
    for (uint32_t i = 0; i < s->alarm_count; i++) {
        if (strcmp(s->alarms[i].id, id) == 0)
            return &s->alarms[i];
    }
    if (s->alarm_count == NODE_ALARMS_MAX)
        return NULL;
    struct node_alarm *a = &s->alarms[s->alarm_count++];
    memset(a, 0, sizeof *a);
    (void)snprintf(a->id, sizeof a->id, "%s", id);
    return a;
}

void node_alarm(struct node *n, const char *id, const char *format, ...)
{
    char text[160];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    n->ports.journal.write(n->ports.journal.ctx, JOURNAL_ALARM, id, text);
    pthread_mutex_lock(&n->status_lock);
    struct node_alarm *a = alarm_of(n->status, id);
    if (a != NULL) {
        if (a->times++ == 0)
            a->since = n->ports.clock.wall(n->ports.clock.ctx);
        memcpy(a->text, text, sizeof a->text);
    }
    pthread_mutex_unlock(&n->status_lock);
}

/* --- the status ------------------------------------------------------------------------------------------------ */

static const struct dialled *dialled_of(const struct node *n, const char *division)
{
    for (uint32_t i = 0; i < n->dialled_count; i++) {
        if (strcmp(n->dialled[i].where.division, division) == 0)
            return &n->dialled[i];
    }
    return NULL;
}

static void show_dialling(const struct node *n, struct node_peer_status *p)
{
    const struct dialled *d = dialled_of(n, p->is.division);

    p->end = d == NULL ? LINK_END_NONE : d->end;
    p->end_since = d == NULL ? CW_NEVER : d->end_since;
    (void)snprintf(p->address, sizeof p->address, "%s", d == NULL ? "" : d->where.address);
}

static void show_peers(struct node *n, struct node_status *s)
{
    uint32_t count = replica_peer_count(n->replica);

    s->peer_count = count < NODE_PEERS_SHOWN_MAX ? count : NODE_PEERS_SHOWN_MAX;
    for (uint32_t i = 0; i < s->peer_count; i++) {
        struct node_peer_status *p = &s->peers[i];

        replica_peer_at(n->replica, i, &p->is);
        show_dialling(n, p);
        p->digest = digest_compared_with(n, &p->is.cert);
    }
}

static uint64_t count_holes(const struct node *n)
{
    uint64_t holes = 0;

    for (uint32_t i = 0; i < replica_log_count(n->replica); i++) {
        const struct log_head *h = replica_log_at(n->replica, i);

        holes += h->hole_count + (h->seq - h->blob_seq);
    }
    return holes;
}

static void show_own(struct node *n, struct node_status *s)
{
    const struct log_head *own = replica_own_log(n->replica);
    struct frontier_head head;

    s->has_own_log = own != NULL;
    if (own != NULL) {
        s->own = (struct position){own->log, own->seq, own->seal};
        s->n = own->n;
    }
    replica_frontier(n->replica, &head);
    s->frontier_root = head.root;
    replica_authority_positions(n->replica, &s->authority);
}

void status_publish(struct node *n)
{
    struct node_status *s = n->status;
    struct cw_mono now = n->ports.clock.mono(n->ports.clock.ctx);

    pthread_mutex_lock(&n->status_lock);
    s->at = now;
    show_own(n, s);
    for (uint32_t i = 0; i < COUNTER_COUNT; i++)
        s->counters[i] = n->counters[i] + n->outside[i];
    s->counters[COUNTER_FOLDS_WAITING] = n->folds_left || n->refold_left;
    s->low_on_space = node_store(n)->low_on_space(node_store(n)->ctx);
    if (mono_reached(now, n->peers_shown)) {
        s->hole_count = count_holes(n);
        show_peers(n, s);
        n->peers_shown = mono_after(now, PEERS_SHOWN_EVERY_MS);
        n->peers_stale = false;
    } else {
        n->peers_stale = true; /* another turn shows them, if nothing else happens */
    }
    pthread_mutex_unlock(&n->status_lock);
}

void node_status_read(const struct node *n, struct node_status *out)
{
    struct node *lockable = (struct node *)(uintptr_t)n;

    pthread_mutex_lock(&lockable->status_lock);
    *out = *n->status;
    pthread_mutex_unlock(&lockable->status_lock);
}
