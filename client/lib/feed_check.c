/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/feed.h"

#include "lib/fault.h"
#include "lib/unpack.h"
#include "proto/schema.h"
#include "proto/wire.h"

#include <stdlib.h>
#include <strings.h>

#define ASK_MS 20000
#define PAUSE_MS 1000

/* --- what an answer shows ------------------------------------------------------------------------------------- */

static bool same_name(struct cw_slice a, struct cw_slice b)
{
    return a.len == b.len && strncasecmp((const char *)a.data, (const char *)b.data, a.len) == 0;
}

bool feed_is_operation(const Cw__CaseView *view, struct cw_slice name)
{
    if (view->kind == KIND_OPERATION)
        return true;
    for (size_t i = 0; i < view->n_fields; i++) {
        const Cw__ViewField *field = view->fields[i];

        for (size_t j = 0; field->field == FIELD_OP_NAME && j < field->n_values; j++)
            if (same_name(wire_slice(field->values[j]->text), name))
                return true;
    }
    return false;
}

/* --- asking --------------------------------------------------------------------------------------------------- */

static void refuse_name(struct cw_feed *feed)
{
    struct cw_fault why;
    char clean[100];

    fault_clean_text(buf_slice(&feed->checking), clean, sizeof(clean));
    fault_set(&why, CW_REFUSED_UNKNOWN_CASE, "filter.operations",
              "no operation called \"%s\" is known here: look at the spelling, or wait until it is opened", clean);
    feed_refuse(feed, &why);
}

/* Several may carry one name. What else is refused says nothing of the name: somebody may not look at cases. */
static void on_checked(void *context, enum cw_err err, struct cw_answer *answer, const struct cw_fault *fault)
{
    struct cw_feed *feed = context;
    bool is = err != CW_OK || feed_is_operation(answer_message(answer)->view, buf_slice(&feed->checking));

    (void)fault;
    cw_answer_close(answer);
    feed->check = NULL;
    if (err == CW_REFUSED_UNKNOWN_CASE || !is)
        refuse_name(feed);
    else if (err == CW_OK || cw_err_class_of(err) == CW_CLASS_REFUSED)
        feed->checked++;
    else
        feed->check_at = mono_after(link_now(), PAUSE_MS);
}

static enum cw_err take_name(struct cw_feed *feed)
{
    ProtobufCMessage *message;
    void *memory;
    enum cw_err err = message_unpack(&cw__subscribe__descriptor, buf_slice(&feed->ask), &memory, &message, NULL);

    if (err != CW_OK)
        return err;
    buf_clear(&feed->checking);
    err = buf_add(&feed->checking, wire_slice(((Cw__Subscribe *)message)->filter->operations[feed->checked]));
    free(memory);
    return err;
}

void feed_check_operations(struct cw_feed *feed, struct cw_mono now)
{
    struct cw_call call = {.size = sizeof(call), .timeout_ms = ASK_MS, .done = on_checked, .context = feed};
    enum cw_err err;

    if (!mono_reached(now, feed_check_at(feed)))
        return;
    err = take_name(feed);
    if (err == CW_OK)
        err = cw_ask_get(feed->client, &call, buf_slice(&feed->checking), &feed->check);
    if (err != CW_OK)
        feed->check_at = mono_after(now, PAUSE_MS);
}

bool feed_is_checked(const struct cw_feed *feed)
{
    return feed->checked >= feed->operation_count;
}

struct cw_mono feed_check_at(const struct cw_feed *feed)
{
    bool is_served = feed->over == CW_OK && feed->request != NULL && feed->request->state == REQUEST_OPEN;

    return is_served && feed->check == NULL && !feed_is_checked(feed) ? feed->check_at : CW_NEVER;
}

void feed_trust_names(struct cw_feed *feed)
{
    feed->checked = feed->operation_count;
}
