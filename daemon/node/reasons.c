/* SPDX-License-Identifier: Apache-2.0 */
#include "node/reasons.h"

#include <stdarg.h>
#include <stdio.h>

#define HEADLINE_REASONS 3

struct saying {
    reason_said *said;
    void *ctx;
};

static void say(const struct saying *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(const struct saying *s, const char *format, ...)
{
    char text[REASON_LEN_MAX];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    s->said(s->ctx, text, text);
}

static void peer_reasons(const struct saying *s, const struct node_peer_status *peer)
{
    const struct peer_status *is = &peer->is;
    char why[NODE_KEY_WHY_LEN_MAX];

    if (is->cut)
        say(s, "%s is cut off on purpose", is->division);
    else if (node_peer_key_why(peer, why))
        say(s, "%s: %s", is->division, why);
    else if (peer->end != LINK_END_NONE && is->state == PEER_STATE_DOWN)
        say(s, "%s: %s", is->division, link_end_sentence(peer->end));
    else if (is->state != PEER_STATE_IN_STEP && is->state != PEER_STATE_FETCHING)
        say(s, "%s is %s", is->division, peer_state_name(is->state));
    if (is->behind != 0)
        say(s, "%s lacks %llu entries", is->division, (unsigned long long)is->behind);
    if (is->ahead != 0)
        say(s, "%s holds %llu entries that are not here", is->division, (unsigned long long)is->ahead);
    if (peer->digest == DIGEST_DIFFERS)
        say(s, "%s folds equal inputs to another state", is->division);
}

static void say_count(const struct saying *s, uint64_t count, const char *sentence, const char *one, const char *many)
{
    char text[REASON_LEN_MAX], brief[REASON_LEN_MAX];

    if (count == 0)
        return;
    (void)snprintf(text, sizeof text, "%llu %s", (unsigned long long)count, sentence);
    (void)snprintf(brief, sizeof brief, "%llu %s", (unsigned long long)count, count == 1 ? one : many);
    s->said(s->ctx, text, brief);
}

static void counted_reasons(const struct saying *s, const struct node_status *status)
{
    const uint64_t *counters = status->counters;

    say_count(s, status->hole_count, "entries lack their contents", "entry without contents",
              "entries without contents");
    say_count(s, counters[COUNTER_PENDING], "ops wait for a certificate or an authority position", "op waiting",
              "ops waiting");
    say_count(s, counters[COUNTER_FOLDS_WAITING], "cases are being revised", "case being revised",
              "cases being revised");
    say_count(s, counters[COUNTER_CONFLICTS], "cases are in conflict", "case in conflict", "cases in conflict");
    say_count(s, counters[COUNTER_QUARANTINED], "ops are in quarantine", "op in quarantine", "ops in quarantine");
    say_count(s, counters[COUNTER_UNOPENED], "entries do not open here", "entry unopened", "entries unopened");
}

void node_reasons(const struct node_status *status, reason_said *said, void *ctx)
{
    const struct saying s = {said, ctx};

    for (uint32_t i = 0; i < status->peer_count && i < NODE_PEERS_SHOWN_MAX; i++)
        peer_reasons(&s, &status->peers[i]);
    counted_reasons(&s, status);
    for (uint32_t i = 0; i < status->alarm_count; i++) {
        if (!status->alarms[i].over)
            say(&s, "alarm: %s", status->alarms[i].text);
    }
    if (status->low_on_space)
        said(ctx, "the disk, or map_size, is nearly full: submissions are refused", "nearly full");
}

/* --- one line -------------------------------------------------------------------------------------------------- */

struct headline {
    char *out;
    size_t room, len;
    uint32_t count;
};

static void add(struct headline *h, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct headline *h, const char *format, ...)
{
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(h->out + h->len, h->room - h->len, format, args);
    va_end(args);
    if (len > 0)
        h->len += (size_t)len < h->room - h->len ? (size_t)len : h->room - h->len - 1;
}

static void add_reason(void *ctx, const char *sentence, const char *brief)
{
    struct headline *h = ctx;

    (void)sentence;
    if (h->count++ < HEADLINE_REASONS)
        add(h, "%s%s", h->count == 1 ? "not in sync: " : ", ", brief);
}

void node_headline(const struct node_status *status, const char *division, char *out, size_t room)
{
    struct headline h = {.out = out, .room = room};

    out[0] = '\0';
    add(&h, "%s: ", division);
    node_reasons(status, add_reason, &h);
    if (h.count > HEADLINE_REASONS)
        add(&h, ", and %u more", h.count - HEADLINE_REASONS);
    if (h.count == 0 && status->peer_count == 0)
        add(&h, "in sync: no other division is known");
    else if (h.count == 0)
        add(&h, "in sync with %u division%s", status->peer_count, status->peer_count == 1 ? "" : "s");
}
