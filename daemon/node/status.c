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
    [COUNTER_REFUSED_KEYS] = {"refused_keys", false},
    [COUNTER_PEER_NETWORK] = {"peer_network", false},
    [COUNTER_PEER_VERSION] = {"peer_version", false},
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

void node_count_refused_keys(struct node *n, uint64_t more)
{
    n->outside[COUNTER_REFUSED_KEYS] += more;
}

/* --- journal and alarms -------------------------------------------------------------------------------------- */

static void write_line(const struct node *n, enum journal_level level, const char *id,
                       const struct journal_about *about, const char *text)
{
    n->ports.journal.write(n->ports.journal.ctx, level, id, text, about);
}

void node_journal(const struct node *n, enum journal_level level, const char *id, const char *format, ...)
{
    char text[240];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    write_line(n, level, id, NULL, text);
}

void node_journal_about(const struct node *n, enum journal_level level, const char *id,
                        const struct journal_about *about, const char *format, ...)
{
    char text[240];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    write_line(n, level, id, about, text);
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

/* It was refused, or counts for nothing, and that everywhere; all other alarms say what is so until a person mends it. */
static bool is_over(const char *id)
{
    static const char *const over[] = {"submission-id-reused", "entry-void", "authority-record", "message"};

    for (size_t i = 0; i < CW_COUNT(over); i++) {
        if (strcmp(over[i], id) == 0)
            return true;
    }
    return false;
}

static void raise_alarm(struct node *n, const char *id, const struct journal_about *about, const char *text)
{
    write_line(n, JOURNAL_ALARM, id, about, text);
    pthread_mutex_lock(&n->status_lock);
    struct node_alarm *a = alarm_of(n->status, id);
    if (a != NULL) {
        a->last = n->ports.clock.wall(n->ports.clock.ctx);
        if (a->times++ == 0)
            a->since = a->last;
        a->over = is_over(id);
        (void)snprintf(a->text, sizeof a->text, "%s", text);
    }
    pthread_mutex_unlock(&n->status_lock);
}

void node_alarm(struct node *n, const char *id, const char *format, ...)
{
    char text[160];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    raise_alarm(n, id, NULL, text);
}

void node_alarm_about(struct node *n, const char *id, const struct journal_about *about, const char *format, ...)
{
    char text[160];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    raise_alarm(n, id, about, text);
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

/* A certificate of a daemon of the division, whatever its key; the last one that is good speaks for it. */
static const struct authority_cert *cert_of(const struct node *n, const char *division)
{
    const struct authority_cert *found = NULL;

    for (uint32_t i = 0; i < authority_cert_count(n->authority); i++) {
        const struct authority_cert *c = authority_cert_at(n->authority, i);

        if (c->subject == SUBJECT_DAEMON && strcmp(c->division, division) == 0 && (found == NULL || !c->revoked))
            found = c;
    }
    return found;
}

static void judge_key(const struct node *n, const struct dialled *d, struct node_peer_status *p)
{
    const struct authority_cert *cert;

    cert = authority_find_curve(n->authority, d->where.server_key);
    if (cert != NULL && strcmp(cert->division, d->where.division) == 0)
        return;
    cert = cert_of(n, d->where.division);
    p->key = cert == NULL ? PEER_KEY_NO_CERT : PEER_KEY_OTHER;
    if (cert != NULL)
        memcpy(p->cert_key, cert->curve_key, KEY_LEN);
}

bool node_peer_key_why(const struct node_peer_status *peer, char out[static NODE_KEY_WHY_LEN_MAX])
{
    char hex[2 * KEY_LEN + 1];

    if (peer->is.state != PEER_STATE_DOWN || peer->key == PEER_KEY_GOOD)
        return false;
    hex_of(slice(peer->cert_key, KEY_LEN), hex);
    if (peer->key == PEER_KEY_OTHER)
        (void)snprintf(out, NODE_KEY_WHY_LEN_MAX,
                       "the curve_key in the settings is not the one in %s's certificate, which is %s",
                       peer->is.division, hex);
    else
        (void)snprintf(out, NODE_KEY_WHY_LEN_MAX,
                       "this daemon does not know %s's certificate: casewire authority publish --bundle FILE",
                       peer->is.division);
    return true;
}

static void show_dialling(const struct node *n, struct node_peer_status *p)
{
    const struct dialled *d = dialled_of(n, p->is.division);

    p->end = d == NULL ? LINK_END_NONE : d->end;
    p->end_since = d == NULL ? CW_NEVER : d->end_since;
    (void)snprintf(p->address, sizeof p->address, "%s", d == NULL ? "" : d->where.address);
    if (d != NULL && p->is.state == PEER_STATE_DOWN)
        judge_key(n, d, p);
}

static bool is_shown(const struct node_status *s, const char *division)
{
    for (uint32_t i = 0; i < s->peer_count; i++) {
        if (strcmp(s->peers[i].is.division, division) == 0)
            return true;
    }
    return false;
}

static uint64_t entries_held(const struct node *n)
{
    uint64_t held = 0;

    for (uint32_t i = 0; i < replica_log_count(n->replica); i++)
        held += replica_log_at(n->replica, i)->seq;
    return held;
}

/* The settings name it, and it was never met: as far as anybody knows, it holds nothing of what is here. */
static void show_unmet(struct node *n, struct node_status *s)
{
    for (uint32_t i = 0; i < n->dialled_count && s->peer_count < NODE_PEERS_SHOWN_MAX; i++) {
        const struct dialled *d = &n->dialled[i];

        if (is_shown(s, d->where.division))
            continue;
        struct node_peer_status *p = &s->peers[s->peer_count++];
        *p = (struct node_peer_status){.digest = DIGEST_NOT_COMPARED};
        p->is.state = PEER_STATE_DOWN;
        p->is.behind = entries_held(n);
        p->is.cut = d->cut;
        memcpy(p->is.division, d->where.division, sizeof p->is.division);
        show_dialling(n, p);
    }
}

static bool is_revoked(const struct node *n, const struct cert_id *cert)
{
    const struct authority_cert *found = authority_find(n->authority, cert);

    return found != NULL && found->revoked;
}

/* A daemon that was taken back and has a successor: nobody waits for it, and its division has what the successor has. */
static bool is_replaced(const struct node *n, const struct peer_status *is)
{
    uint32_t count = replica_peer_count(n->replica);

    if (is->state != PEER_STATE_DOWN || !is_revoked(n, &is->cert))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        const struct authority_cert *other = authority_find(n->authority, replica_peer_cert(n->replica, i));

        if (other != NULL && !other->revoked && strcmp(other->division, is->division) == 0)
            return true;
    }
    return false;
}

static void show_peers(struct node *n, struct node_status *s)
{
    uint32_t count = replica_peer_count(n->replica);

    s->peer_count = 0;
    for (uint32_t i = 0; i < count && s->peer_count < NODE_PEERS_SHOWN_MAX; i++) {
        struct node_peer_status *p = &s->peers[s->peer_count];

        *p = (struct node_peer_status){.digest = DIGEST_NOT_COMPARED};
        replica_peer_at(n->replica, i, &p->is);
        if (is_replaced(n, &p->is))
            continue;
        s->peer_count++;
        show_dialling(n, p);
        p->digest = digest_compared_with(n, &p->is.cert);
    }
    show_unmet(n, s);
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
    s->local_keys = keyring_taken(n->keyring);
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
