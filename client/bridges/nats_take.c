/* SPDX-License-Identifier: Apache-2.0 */
/* The items of an answer, into the stream: all are sent, then all must have been answered. */
#include "nats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ANSWER_WAIT_MS 20000 /* without any answer */
#define WAIT_SLICE_MS 250
#define STAMP_HEADER "Casewire-Stamp"

/* --- what the server answers ---------------------------------------------------------------------------- */

/* NULL: of an answer before, whose wait was over. */
static struct nats_sent *find_sent(struct nats_target *t, const natsMsg *msg)
{
    for (size_t i = 0; i < t->sent_count; i++) {
        struct nats_sent *s = &t->sent[(t->answered_at + i) % t->sent_count];

        if (s->msg == msg && !s->answered) {
            t->answered_at = (t->answered_at + i + 1) % t->sent_count;
            return s;
        }
    }
    return NULL;
}

void nats_answered(jsCtx *js, natsMsg *msg, jsPubAck *ack, jsPubAckErr *error, void *self)
{
    struct nats_target *t = self;
    struct nats_sent *s;

    (void)js;
    pthread_mutex_lock(&t->lock);
    s = find_sent(t, msg);
    if (s != NULL) {
        s->answered = true;
        s->there = (ack != NULL && ack->Duplicate) || (error != NULL && error->ErrCode == JSStreamWrongLastSequenceErr);
        s->failed = error != NULL && !s->there;
        if (s->failed)
            bridge_say("not stored: %s", error->ErrText != NULL ? error->ErrText : natsStatus_GetText(error->Err));
        t->open_count--;
        pthread_cond_signal(&t->moved);
    }
    pthread_mutex_unlock(&t->lock);
    natsMsg_Destroy(msg);
}

/* Looks up every WAIT_SLICE_MS, because a connection that is lost answers nothing. */
static void wait_a_slice(struct nats_target *t)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += WAIT_SLICE_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_cond_timedwait(&t->moved, &t->lock, &until);
}

static bool wait_for_answers(struct nats_target *t)
{
    int slices = ANSWER_WAIT_MS / WAIT_SLICE_MS;
    bool stored;

    pthread_mutex_lock(&t->lock);
    for (size_t open = t->open_count; open > 0 && slices > 0 && !natsConnection_IsClosed(t->connection);) {
        wait_a_slice(t);
        slices = t->open_count < open ? ANSWER_WAIT_MS / WAIT_SLICE_MS : slices - 1;
        open = t->open_count;
    }
    stored = t->open_count == 0;
    if (!stored)
        bridge_say("%zu messages were not answered", t->open_count);
    for (size_t i = 0; i < t->sent_count; i++)
        stored = stored && !t->sent[i].failed;
    pthread_mutex_unlock(&t->lock);
    return stored;
}

/* --- sending -------------------------------------------------------------------------------------------- */

/* A message that must be the first of its subject. */
static natsStatus make_message(const char *subject, const char *stamp, const json_t *item, natsMsg **out)
{
    char *body = json_dumps(item, JSON_COMPACT);
    natsStatus status = body == NULL ? NATS_NO_MEMORY : natsMsg_Create(out, subject, NULL, body, (int)strlen(body));

    free(body);
    if (status == NATS_OK)
        status = natsMsgHeader_Set(*out, STAMP_HEADER, stamp);
    return status;
}

static natsStatus publish(struct nats_target *t, const char *subject, const char *id, struct nats_sent *s)
{
    char stamp[BRIDGE_STAMP_LEN];
    natsMsg *msg = NULL;
    jsPubOptions options;
    natsStatus status = jsPubOptions_Init(&options);

    bridge_stamp(s->item, stamp);
    if (status == NATS_OK)
        status = make_message(subject, stamp, s->item, &msg);
    options.MsgId = id;
    options.ExpectNoMessage = true;
    pthread_mutex_lock(&t->lock);
    s->msg = msg;
    s->answered = s->there = s->failed = false;
    t->open_count++;
    pthread_mutex_unlock(&t->lock);
    if (status == NATS_OK)
        status = js_PublishMsgAsync(t->js, &msg, &options);
    if (status != NATS_OK) {
        bridge_say("%s: %s", subject, natsStatus_GetText(status));
        natsMsg_Destroy(msg);
    }
    return status;
}

static const char *text_of(const json_t *item, const char *member)
{
    return json_string_value(json_object_get(item, member));
}

/* As it was first told, or as it was told with this stamp. */
static natsStatus send_item(struct nats_target *t, struct nats_sent *s, bool again)
{
    char subject[SUBJECT_LEN_MAX], id[BRIDGE_ID_TEXT_LEN + BRIDGE_STAMP_LEN], stamp[BRIDGE_STAMP_LEN];

    bridge_stamp(s->item, stamp);
    if (again) {
        snprintf(subject, sizeof(subject), "%s.again.%s.%s", t->set.prefix, text_of(s->item, "id"), stamp);
        snprintf(id, sizeof(id), "%s.%s", text_of(s->item, "id"), stamp);
    } else {
        snprintf(subject, sizeof(subject), "%s.%s.%s", t->set.prefix, text_of(s->item, "why"), text_of(s->item, "id"));
        snprintf(id, sizeof(id), "%s", text_of(s->item, "id"));
    }
    return publish(t, subject, id, s);
}

/* --- what was there already ----------------------------------------------------------------------------- */

/* Whether the message that is there says the same of the op. */
static bool is_same(struct nats_target *t, const struct nats_sent *s, natsStatus *out_status)
{
    char subject[SUBJECT_LEN_MAX], stamp[BRIDGE_STAMP_LEN];
    const char *there = NULL;
    natsMsg *msg;
    bool same;

    bridge_stamp(s->item, stamp);
    snprintf(subject, sizeof(subject), "%s.%s.%s", t->set.prefix, text_of(s->item, "why"), text_of(s->item, "id"));
    msg = nats_last(t, subject, out_status);
    same = msg != NULL && natsMsgHeader_Get(msg, STAMP_HEADER, &there) == NATS_OK && strcmp(there, stamp) == 0;
    natsMsg_Destroy(msg);
    return same;
}

/* The op was told before, by us or by a bridge that was killed: only what is new of it is told. */
static bool tell_news(struct nats_target *t)
{
    bool sent = true;

    for (size_t i = 0; sent && i < t->sent_count; i++) {
        struct nats_sent *s = &t->sent[i];
        natsStatus status = NATS_OK;

        if (!s->there || bridge_is_flagged(s->item, "again") || is_same(t, s, &status))
            continue;
        sent = (status == NATS_OK || status == NATS_NOT_FOUND) && send_item(t, s, true) == NATS_OK;
    }
    return sent && wait_for_answers(t);
}

/* --- an answer ------------------------------------------------------------------------------------------ */

static bool make_room(struct nats_target *t, size_t count)
{
    struct nats_sent *at;

    if (count <= t->sent_room)
        return true;
    at = realloc(t->sent, count * sizeof(*at));
    if (at == NULL)
        return false;
    t->sent = at;
    t->sent_room = count;
    return true;
}

static bool send_all(struct nats_target *t, const struct cw_answer *answer)
{
    for (size_t i = 0; i < t->sent_count; i++) {
        t->sent[i].item = bridge_item(answer, i);
        if (t->sent[i].item == NULL) {
            bridge_say("an item could not be read");
            return false;
        }
        if (send_item(t, &t->sent[i], bridge_is_flagged(t->sent[i].item, "again")) != NATS_OK)
            return false;
    }
    return true;
}

bool nats_take(void *self, const struct cw_answer *answer)
{
    struct nats_target *t = self;
    size_t count = cw_feed_item_count(answer);
    bool kept;

    pthread_mutex_lock(&t->lock);
    kept = make_room(t, count);
    t->sent_count = kept ? count : 0;
    t->open_count = t->answered_at = 0;
    for (size_t i = 0; i < t->sent_count; i++)
        t->sent[i] = (struct nats_sent){0};
    pthread_mutex_unlock(&t->lock);
    kept = kept && send_all(t, answer) && wait_for_answers(t) && tell_news(t) &&
           nats_keep_cursor(t, cw_feed_answer_cursor(answer));
    pthread_mutex_lock(&t->lock);
    for (size_t i = 0; i < t->sent_count; i++)
        json_decref(t->sent[i].item);
    t->sent_count = 0;
    pthread_mutex_unlock(&t->lock);
    return kept;
}
