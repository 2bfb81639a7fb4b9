/* SPDX-License-Identifier: Apache-2.0 */
/* A statement of a file is said, once: by this run or by one before it that did not end. */
#include "tool/batch.h"

#include "lib/fault.h"
#include "lib/when.h"
#include "proto/id.h"

#include <stdlib.h>
#include <time.h>

#define SAY_AGAIN_MS 50

static void keep_name(struct batch *b, const char *name, const char *kind, const struct cw_submission *submission)
{
    char case_hex[2 * CW_ID_LEN + 1], event_hex[2 * CW_ID_LEN + 1], op_hex[2 * CW_ID_LEN + 1];
    struct cw_case_id case_id;
    struct cw_op_id op;
    struct hash event;

    if (name == NULL)
        return;
    cw_submission_case(submission, &case_id);
    cw_submission_op(submission, &op);
    thing_id_of(&op, 0, &event);
    hex_of(slice(case_id.b, CW_ID_LEN), case_hex);
    hex_of(slice(event.b, CW_ID_LEN), event_hex);
    hex_of(slice(op.b, CW_ID_LEN), op_hex);
    json_object_set_new(
        b->names, name,
        json_pack("{s:s, s:s, s:s, s:s}", "kind", kind, "case", case_hex, "event", event_hex, "op", op_hex));
}

/*
 * Each line is said at its speaker's own division, and what an earlier line opened at another may still be on its way
 * there: it is said again, the same bytes, until it arrived or the time is over. So is one that names an episode.
 */
static bool may_be_on_its_way(const struct batch *b, enum cw_err err, const json_t *line)
{
    return b->speaker_count > 1 &&
           (err == CW_REFUSED_UNKNOWN_CASE || (err == CW_REFUSED_VALUE && json_object_get(line, "episode") != NULL));
}

static enum cw_err submit_patiently(const struct batch *b, struct cw_client *client, const json_t *line,
                                    const struct cw_submission *submission, struct cw_answer **out)
{
    struct timespec pause = {.tv_nsec = (long)SAY_AGAIN_MS * 1000000};
    enum cw_err err = cw_client_submit(client, submission, NULL, b->cli->timeout_ms, out);

    for (int64_t waited = 0; may_be_on_its_way(b, err, line) && waited < b->cli->timeout_ms; waited += SAY_AGAIN_MS) {
        nanosleep(&pause, NULL);
        err = cw_client_submit(client, submission, NULL, b->cli->timeout_ms, out);
    }
    return err;
}

/* At once; the answer counts. */
static enum exit_code submit_now(struct batch *b, struct context *c, const json_t *line,
                                 const struct cw_submission *submission)
{
    struct cw_answer *answer;

    if (submit_patiently(b, c->client, line, submission, &answer) != CW_OK)
        return batch_not_recorded(b, cw_client_fault(c->client));
    b->submitted++;
    b->proposals += answer_message(answer)->submitted->proposal ? 1 : 0;
    cw_answer_close(answer);
    return EXIT_DONE;
}

static enum exit_code put_into(struct batch *b, struct box *box, const struct cw_submission *submission)
{
    struct cw_fault fault = {0};

    if (cw_outbox_add(box->outbox, &submission, 1, NULL, NULL, &fault) != CW_OK)
        return batch_not_recorded(b, &fault);
    b->put++;
    return EXIT_DONE;
}

/*
 * What a statement is known by in a later run: the line as it is read, what its names stand for, and how often the file
 * said the same before. A line that was changed is another statement.
 */
static void key_of(struct batch *b, const json_t *line, uint8_t out[static ID_LEN])
{
    char *text = json_dumps(line, JSON_COMPACT | JSON_SORT_KEYS), hex[2 * ID_LEN + 1];
    json_int_t before;

    CW_ASSERT(text != NULL);
    hash_keyed(LABEL_LOCAL, b->refs, slice_of(text), out);
    free(text);
    hex_of(slice(out, ID_LEN), hex);
    before = json_integer_value(json_object_get(b->repeats, hex));
    json_object_set_new(b->repeats, hex, json_integer(before + 1));
    hash_keyed(LABEL_LOCAL, out, slice(&before, sizeof(before)), out);
}

/* The bytes that an earlier run signed for this statement; or new ones, which a later run will find. */
static enum cw_err sign_once(struct speaker *s, const uint8_t key[static ID_LEN], const struct cw_draft *draft,
                             struct cw_submission **out, bool *out_held, struct cw_fault *fault)
{
    enum cw_err err = resume_find(&s->resume, key, out, out_held);

    if (err == CW_OK)
        return CW_OK;
    if (err != CW_LOCAL_NOT_FOUND)
        return fault_plain(fault, err, s->resume.path);
    err = cw_draft_sign(draft, s->context.identity, when_now(), out, fault);
    if (err != CW_OK)
        return err;
    err = resume_signed(&s->resume, key, *out);
    return err == CW_OK ? CW_OK : fault_plain(fault, err, s->resume.path);
}

static enum exit_code send(struct batch *b, struct speaker *s, const json_t *line, const uint8_t key[static ID_LEN],
                           const struct cw_submission *submission)
{
    enum exit_code code =
        s->box.outbox != NULL ? put_into(b, &s->box, submission) : submit_now(b, &s->context, line, submission);

    if (code == EXIT_DONE)
        resume_held(&s->resume, key);
    return code;
}

enum exit_code batch_say(struct batch *b, struct speaker *s, const struct cw_draft *draft, const char *kind,
                         const json_t *line)
{
    struct cw_submission *submission = NULL;
    struct cw_fault fault = {0};
    enum exit_code code = EXIT_DONE;
    uint8_t key[ID_LEN];
    bool held = false;

    key_of(b, line, key);
    if (sign_once(s, key, draft, &submission, &held, &fault) != CW_OK)
        code = batch_not_recorded(b, &fault);
    else if (held)
        b->earlier++;
    else
        code = send(b, s, line, key, submission);
    if (code == EXIT_DONE)
        keep_name(b, json_string_value(json_object_get(line, "id")), kind, submission);
    cw_submission_free(submission);
    return code;
}
