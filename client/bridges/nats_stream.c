/* SPDX-License-Identifier: Apache-2.0 */
/* The stream, and the cursor in it. */
#include "nats.h"

#include <stdio.h>
#include <string.h>

#define WAIT_MS 5000
#define PENDING_MAX 4096

static bool failed(const char *what, natsStatus status)
{
    const char *last = nats_GetLastError(NULL);

    bridge_say("%s: %s", what, last != NULL && last[0] != '\0' ? last : natsStatus_GetText(status));
    return false;
}

/* --- connecting ----------------------------------------------------------------------------------------- */

/* A lost connection is an end: the stream is asked anew where it stands. */
static natsStatus set_options(const struct nats_settings *set, natsOptions *options)
{
    natsStatus status = natsOptions_SetURL(options, set->server);

    if (status == NATS_OK)
        status = natsOptions_SetAllowReconnect(options, false);
    if (status == NATS_OK)
        status = natsOptions_SetTimeout(options, WAIT_MS);
    if (status == NATS_OK)
        status = natsOptions_SetName(options, "casewire-to-nats");
    if (status == NATS_OK && set->credentials != NULL)
        status = natsOptions_SetUserCredentialsFromFiles(options, set->credentials, NULL);
    return status;
}

static bool connect_to(struct nats_target *t)
{
    natsOptions *options = NULL;
    jsOptions js;
    natsStatus status = natsOptions_Create(&options);

    if (status == NATS_OK)
        status = set_options(&t->set, options);
    if (status == NATS_OK)
        status = natsConnection_Connect(&t->connection, options);
    natsOptions_Destroy(options);
    if (status == NATS_OK)
        status = jsOptions_Init(&js);
    if (status == NATS_OK) {
        js.Wait = WAIT_MS;
        js.PublishAsync.MaxPending = PENDING_MAX;
        js.PublishAsync.AckHandler = nats_answered;
        js.PublishAsync.AckHandlerClosure = t;
        status = natsConnection_JetStream(&t->js, t->connection, &js);
    }
    return status == NATS_OK ? true : failed(t->set.server, status);
}

/* --- the stream ----------------------------------------------------------------------------------------- */

static bool make_stream(struct nats_target *t)
{
    char subjects[SUBJECT_LEN_MAX];
    const char *list[] = {subjects};
    jsStreamConfig config;
    jsErrCode code = 0;
    natsStatus status = jsStreamConfig_Init(&config);

    snprintf(subjects, sizeof(subjects), "%s.>", t->set.prefix);
    config.Name = t->set.stream;
    config.Subjects = list;
    config.SubjectsLen = 1;
    config.Storage = js_FileStorage;
    config.AllowRollup = true;
    if (status == NATS_OK)
        status = js_AddStream(NULL, t->js, &config, NULL, &code);
    return status == NATS_OK ? true : failed(t->set.stream, status);
}

/* Who made it beforehand chose its limits. */
static bool find_stream(struct nats_target *t)
{
    jsStreamInfo *info = NULL;
    jsErrCode code = 0;
    natsStatus status = js_GetStreamInfo(&info, t->js, t->set.stream, NULL, &code);

    t->rollup = true;
    if (status == NATS_NOT_FOUND)
        return make_stream(t);
    if (status != NATS_OK)
        return failed(t->set.stream, status);
    t->rollup = info->Config != NULL && info->Config->AllowRollup;
    jsStreamInfo_Destroy(info);
    return true;
}

/* --- the cursor ----------------------------------------------------------------------------------------- */

natsMsg *nats_last(struct nats_target *t, const char *subject, natsStatus *out_status)
{
    natsMsg *msg = NULL;
    jsErrCode code = 0;

    *out_status = js_GetLastMsg(&msg, t->js, t->set.stream, subject, NULL, &code);
    return *out_status == NATS_OK ? msg : NULL;
}

static void cursor_subject(const struct nats_target *t, char out[static SUBJECT_LEN_MAX])
{
    snprintf(out, SUBJECT_LEN_MAX, "%s.cursor", t->set.prefix);
}

static bool read_cursor(struct nats_target *t, struct bridge_cursor *out)
{
    char subject[SUBJECT_LEN_MAX];
    natsStatus status;
    natsMsg *msg;
    int len;

    cursor_subject(t, subject);
    msg = nats_last(t, subject, &status);
    out->len = 0;
    if (msg == NULL)
        return status == NATS_NOT_FOUND ? true : failed(subject, status);
    len = natsMsg_GetDataLength(msg);
    if (len > 0 && (size_t)len <= sizeof(out->at)) {
        memcpy(out->at, natsMsg_GetData(msg), (size_t)len);
        out->len = (size_t)len;
    }
    natsMsg_Destroy(msg);
    if (out->len == 0)
        bridge_say("%s: holds no cursor", subject);
    return out->len > 0;
}

bool nats_keep_cursor(struct nats_target *t, struct cw_slice cursor)
{
    char subject[SUBJECT_LEN_MAX];
    natsMsg *msg = NULL;
    natsStatus status;
    jsErrCode code = 0;

    if (cursor.len > sizeof(t->kept.at) ||
        (cursor.len == t->kept.len && memcmp(cursor.data, t->kept.at, cursor.len) == 0))
        return cursor.len <= sizeof(t->kept.at);
    cursor_subject(t, subject);
    status = natsMsg_Create(&msg, subject, NULL, (const char *)cursor.data, (int)cursor.len);
    if (status == NATS_OK && t->rollup)
        status = natsMsgHeader_Set(msg, "Nats-Rollup", "sub");
    if (status == NATS_OK)
        status = js_PublishMsg(NULL, t->js, msg, NULL, &code);
    natsMsg_Destroy(msg);
    if (status != NATS_OK)
        return failed(subject, status);
    memcpy(t->kept.at, cursor.data, cursor.len);
    t->kept.len = cursor.len;
    return true;
}

/* --- begin and end -------------------------------------------------------------------------------------- */

bool nats_begin(void *self, struct bridge_cursor *out_cursor)
{
    struct nats_target *t = self;

    if (!connect_to(t) || !find_stream(t) || !read_cursor(t, out_cursor))
        return false;
    memcpy(t->kept.at, out_cursor->at, out_cursor->len);
    t->kept.len = out_cursor->len;
    return true;
}

void nats_end(void *self)
{
    struct nats_target *t = self;

    jsCtx_Destroy(t->js);
    natsConnection_Destroy(t->connection);
    t->js = NULL;
    t->connection = NULL;
}
