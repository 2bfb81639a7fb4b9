/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/batch.h"

#include "lib/fault.h"
#include "lib/when.h"
#include "proto/id.h"
#include "proto/schema.h"

#include <stdlib.h>
#include <time.h>

#define SAY_AGAIN_MS 50

/* --- reading -------------------------------------------------------------------------------------------- */

static json_t *read_lines(FILE *file, json_error_t *error)
{
    json_t *lines = json_array();

    for (;;) {
        json_t *line;
        int c;

        while ((c = getc(file)) == '\n' || c == '\r' || c == ' ')
            continue;
        if (c == EOF && ferror(file) != 0) { /* a folder, say */
            snprintf(error->text, sizeof(error->text), "the file cannot be read");
            json_decref(lines);
            return NULL;
        }
        if (c == EOF)
            return lines;
        ungetc(c, file);
        line = json_loadf(file, JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES, error);
        if (line == NULL) {
            json_decref(lines);
            return NULL;
        }
        json_array_append_new(lines, line);
    }
}

json_t *batch_read(const char *path, json_error_t *error)
{
    FILE *file = fopen(path, "r");
    json_t *lines, *only;

    *error = (json_error_t){.line = 0, .column = 0};
    snprintf(error->text, sizeof(error->text), "the file cannot be opened");
    if (file == NULL)
        return NULL;
    lines = read_lines(file, error);
    fclose(file);
    only = json_array_get(lines, 0);
    if (json_array_size(lines) == 1 && json_is_array(only)) { /* one array instead of lines */
        json_incref(only);
        json_decref(lines);
        return only;
    }
    return lines;
}

enum exit_code batch_begin(struct batch *b)
{
    const char *path = cli_value(b->cli, "names");

    b->names = path != NULL && file_exists(path) ? json_load_file(path, 0, NULL) : json_object();
    if (json_is_object(b->names))
        return EXIT_DONE;
    return complain(b->cli, EXIT_USAGE,
                    &(struct trouble){"the names cannot be read", path, "it is not what this command wrote", NULL});
}

enum exit_code batch_save_names(const struct batch *b)
{
    const char *path = cli_value(b->cli, "names");

    if (path == NULL || json_dump_file(b->names, path, JSON_INDENT(1) | JSON_SORT_KEYS) == 0)
        return EXIT_DONE;
    return complain(b->cli, EXIT_FAILED,
                    &(struct trouble){"the names were not kept", path, "the file cannot be written", NULL});
}

void batch_end(struct batch *b)
{
    for (size_t i = 0; i < b->speaker_count; i++) {
        box_close(&b->speakers[i].box);
        context_close(&b->speakers[i].context);
    }
    json_decref(b->names);
}

/* --- speakers ------------------------------------------------------------------------------------------- */

static enum exit_code speaker(struct batch *b, const char *as, struct context **out, struct box **out_box)
{
    struct context *c;
    struct box *box;
    char home[PATH_LEN_MAX];
    enum exit_code code;

    for (size_t i = 0; i < b->speaker_count; i++)
        if (strcmp(b->speakers[i].as, as != NULL ? as : "") == 0) {
            *out = &b->speakers[i].context;
            *out_box = &b->speakers[i].box;
            return EXIT_DONE;
        }
    if (b->speaker_count == SPEAKERS_MAX)
        return complain(b->cli, EXIT_USAGE,
                        &(struct trouble){"too many people speak in this file", as, "at most 64", NULL});
    code = context_home(b->cli, as, home);
    if (code != EXIT_DONE)
        return code;
    c = &b->speakers[b->speaker_count].context;
    box = &b->speakers[b->speaker_count].box;
    code = context_open(b->cli, home, c);
    if (code == EXIT_DONE)
        code = context_connect(b->cli, c, false);
    if (code == EXIT_DONE && cli_flag(b->cli, "outbox"))
        code = box_open(b->cli, c, box);
    if (code != EXIT_DONE) {
        context_close(c);
        return code;
    }
    snprintf(b->speakers[b->speaker_count++].as, sizeof(b->speakers[0].as), "%s", as != NULL ? as : "");
    *out = c;
    *out_box = box;
    return EXIT_DONE;
}

/* --- one line ------------------------------------------------------------------------------------------- */

static enum exit_code bad_line(const struct batch *b, const char *where, const char *why)
{
    char place[120];

    snprintf(place, sizeof(place), "statement %zu%s%s", b->number, where != NULL ? ", " : "",
             where != NULL ? where : "");
    return complain(b->cli, EXIT_USAGE,
                    &(struct trouble){"a statement was not understood", place, why, "casewire submit-file --help"});
}

static enum exit_code bad_fault(const struct batch *b, const struct cw_fault *fault)
{
    char what[80];

    snprintf(what, sizeof(what), "statement %zu was not recorded", b->number);
    return complain_fault(b->cli, what, fault);
}

static const char *text_at(const json_t *line, const char *key)
{
    return json_string_value(json_object_get(line, key));
}

/* What a name of the file stands for: "case", "event" or "op". */
static bool named_id(const struct batch *b, const char *name, const char *which, uint8_t out[static CW_ID_LEN])
{
    const char *hex = name != NULL ? json_string_value(json_object_get(json_object_get(b->names, name), which)) : NULL;

    return hex != NULL && hex_parse(hex, out, CW_ID_LEN) == CW_OK;
}

static enum exit_code write_value(struct batch *b, struct cw_draft *draft, const char *field, enum cw_verb verb,
                                  const json_t *value)
{
    struct cw_fault fault = {0};
    char text[4096];
    uint8_t id[CW_ID_LEN];

    if (json_is_string(value))
        snprintf(text, sizeof(text), "%s", json_string_value(value));
    else if (json_is_integer(value))
        snprintf(text, sizeof(text), "%lld", (long long)json_integer_value(value));
    else if (json_is_boolean(value))
        snprintf(text, sizeof(text), "%s", json_is_true(value) ? "yes" : "no");
    else
        return bad_line(b, field, "a value is a text, a whole number, true or false");
    if (text[0] == '@') {
        if (!named_id(b, text + 1, "event", id) && !named_id(b, text + 1, "case", id))
            return bad_line(b, field, "no statement before it has this name");
        hex_of(slice(id, CW_ID_LEN), text);
    }
    if (cw_draft_write(draft, field, verb, slice_of(text), &fault) != CW_OK)
        return bad_fault(b, &fault);
    return EXIT_DONE;
}

/* Several values, or a field that holds several: they are added. */
static enum exit_code write_field(struct batch *b, struct cw_draft *draft, const char *kind, const char *field,
                                  const json_t *value)
{
    const struct schema_field *row = schema_field_by_name(schema_kind_by_name(slice_of(kind)), slice_of(field));
    enum cw_verb verb = row != NULL && schema_field_is_set(row) ? CW_ADD : CW_SET;
    enum exit_code code = EXIT_DONE;

    if (!json_is_array(value))
        return write_value(b, draft, field, verb, value);
    for (size_t i = 0; code == EXIT_DONE && i < json_array_size(value); i++)
        code = write_value(b, draft, field, CW_ADD, json_array_get(value, i));
    return code;
}

/* What the author had seen. */
static enum exit_code write_after(struct batch *b, struct cw_draft *draft, const json_t *line)
{
    json_t *after = json_object_get(line, "after");
    struct cw_op_id op;

    for (size_t i = 0; i < json_array_size(after); i++)
        if (!named_id(b, json_string_value(json_array_get(after, i)), "op", op.b) ||
            cw_draft_after(draft, &op) != CW_OK)
            return bad_line(b, "after", "no statement before it has this name, or there are too many");
    return EXIT_DONE;
}

static enum exit_code write_all(struct batch *b, struct cw_draft *draft, const char *kind, const json_t *line)
{
    json_t *fields = json_object_get(line, "fields"), *same = json_object_get(line, "same_as"), *value;
    enum exit_code code = EXIT_DONE;
    const char *field;
    uint8_t id[CW_ID_LEN];

    json_object_foreach(fields, field, value) if (code == EXIT_DONE) code = write_field(b, draft, kind, field, value);
    for (size_t i = 0; code == EXIT_DONE && i < json_array_size(same); i++)
        if (!named_id(b, json_string_value(json_array_get(same, i)), "event", id) ||
            cw_draft_same_as(draft, id) != CW_OK)
            code = bad_line(b, "same_as", "no event before it has this name");
    if (code == EXIT_DONE && text_at(line, "episode") != NULL &&
        (!named_id(b, text_at(line, "episode"), "event", id) || cw_draft_ref(draft, id) != CW_OK))
        code = bad_line(b, "episode", "no event before it has this name");
    return code == EXIT_DONE ? write_after(b, draft, line) : code;
}

static enum exit_code draft_of(struct batch *b, const json_t *line, const char **out_kind, struct cw_draft **out)
{
    const char *open = text_at(line, "open"), *event = text_at(line, "event"), *name = text_at(line, "case");
    struct cw_fault fault = {0};
    struct cw_case_id id;
    enum cw_err err;

    if (open != NULL) {
        *out_kind = open;
        err = cw_draft_open(open, out, &fault);
        return err == CW_OK ? EXIT_DONE : bad_fault(b, &fault);
    }
    if (!named_id(b, name, "case", id.b))
        return bad_line(b, "case", "no statement before it opened a case of this name");
    *out_kind = json_string_value(json_object_get(json_object_get(b->names, name), "kind"));
    if (*out_kind == NULL)
        return bad_line(b, "case", "the names file does not say of which kind it is");
    err =
        event != NULL ? cw_draft_event(*out_kind, event, &id, out, &fault) : cw_draft_set(*out_kind, &id, out, &fault);
    return err == CW_OK ? EXIT_DONE : bad_fault(b, &fault);
}

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
        return bad_fault(b, cw_client_fault(c->client));
    b->submitted++;
    b->proposals += answer_message(answer)->submitted->proposal ? 1 : 0;
    cw_answer_close(answer);
    return EXIT_DONE;
}

static enum exit_code put_into(struct batch *b, struct box *box, const struct cw_submission *submission)
{
    struct cw_fault fault = {0};

    if (cw_outbox_add(box->outbox, &submission, 1, NULL, NULL, &fault) != CW_OK)
        return bad_fault(b, &fault);
    return EXIT_DONE;
}

static enum exit_code send_draft(struct batch *b, struct context *c, struct box *box, struct cw_draft *draft,
                                 const char *kind, const json_t *line)
{
    struct cw_submission *submission;
    struct cw_fault fault = {0};
    enum exit_code code;

    if (cw_draft_sign(draft, c->identity, when_now(), &submission, &fault) != CW_OK)
        return bad_fault(b, &fault);
    code = box->outbox != NULL ? put_into(b, box, submission) : submit_now(b, c, line, submission);
    if (code == EXIT_DONE)
        keep_name(b, text_at(line, "id"), kind, submission);
    cw_submission_free(submission);
    return code;
}

enum exit_code batch_submit(struct batch *b, const char *as, const json_t *line)
{
    struct context *c = NULL;
    struct box *box = NULL;
    struct cw_draft *draft = NULL;
    const char *kind = NULL;
    enum exit_code code;

    if (!json_is_object(line))
        return bad_line(b, NULL, "it is not a JSON object");
    code = speaker(b, as, &c, &box);
    if (code == EXIT_DONE)
        code = draft_of(b, line, &kind, &draft);
    if (code == EXIT_DONE && kind != NULL)
        code = write_all(b, draft, kind, line);
    if (code == EXIT_DONE && kind != NULL) {
        if (c->file.synthetic)
            cw_draft_synthetic(draft);
        code = send_draft(b, c, box, draft, kind, line);
    }
    cw_draft_free(draft);
    return code;
}

/* --- by way of the outbox --------------------------------------------------------------------------------- */

static void count(struct batch *b, const struct box *box)
{
    for (size_t i = 0; i < cw_outbox_count(box->outbox); i++) {
        struct cw_outbox_entry e = {.size = sizeof(e)};

        if (cw_outbox_at(box->outbox, i, &e) != CW_OK)
            continue;
        b->refused += e.state == CW_OUTBOX_REFUSED && e.tries > 0; /* others were told before */
        b->waiting += !cw_outbox_is_done(&e);
        b->submitted += cw_outbox_is_done(&e) && e.state != CW_OUTBOX_REFUSED && e.tries > 0;
    }
}

enum exit_code batch_deliver(struct batch *b)
{
    struct cw_fault fault = {0};

    for (size_t i = 0; i < b->speaker_count; i++) {
        struct box *box = &b->speakers[i].box;

        if (box->outbox == NULL)
            continue;
        if (cw_err_class_of(box_deliver(b->cli, box, NULL, NULL, &fault)) == CW_CLASS_LOCAL)
            return complain_fault(b->cli, "an outbox cannot be written any more", &fault);
        count(b, box);
    }
    if (b->refused == 0)
        return EXIT_DONE;
    return complain(b->cli, EXIT_FAILED,
                    &(struct trouble){"statements were refused, and stay in the outbox with the reason", NULL, NULL,
                                      "casewire outbox list"});
}
