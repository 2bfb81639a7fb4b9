/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/batch.h"

#include "lib/fault.h"
#include "proto/id.h"
#include "proto/schema.h"

#include <errno.h>
#include <stdlib.h>

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
    snprintf(error->text, sizeof(error->text), "the file cannot be opened: %s", strerror(errno));
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

    b->repeats = json_object();
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

void batch_forget(struct batch *b)
{
    for (size_t i = 0; i < b->speaker_count; i++)
        resume_forget(&b->speakers[i].resume);
}

void batch_end(struct batch *b)
{
    for (size_t i = 0; i < b->speaker_count; i++) {
        resume_close(&b->speakers[i].resume);
        box_close(&b->speakers[i].box);
        context_close(&b->speakers[i].context);
    }
    json_decref(b->names);
    json_decref(b->repeats);
}

/* --- speakers ------------------------------------------------------------------------------------------- */

static enum exit_code prepare(struct batch *b, const char *as, struct speaker *s)
{
    char home[PATH_LEN_MAX];
    enum exit_code code = context_home(b->cli, as, home);

    if (code == EXIT_DONE)
        code = context_open(b->cli, home, &s->context);
    if (code == EXIT_DONE)
        code = context_connect(b->cli, &s->context, false);
    if (code == EXIT_DONE)
        code = resume_open(b->cli, &s->context, b->path, cli_flag(b->cli, "anew"), &s->resume);
    if (code == EXIT_DONE && cli_flag(b->cli, "outbox"))
        code = box_open(b->cli, &s->context, &s->box);
    if (code != EXIT_DONE) {
        resume_close(&s->resume);
        context_close(&s->context);
    }
    return code;
}

static enum exit_code speaker(struct batch *b, const char *as, struct speaker **out)
{
    struct speaker *s = &b->speakers[b->speaker_count];
    enum exit_code code;

    for (size_t i = 0; i < b->speaker_count; i++)
        if (strcmp(b->speakers[i].as, as != NULL ? as : "") == 0) {
            *out = &b->speakers[i];
            return EXIT_DONE;
        }
    if (b->speaker_count == SPEAKERS_MAX)
        return complain(b->cli, EXIT_USAGE,
                        &(struct trouble){"too many people speak in this file", as, "at most 64", NULL});
    code = prepare(b, as, s);
    if (code != EXIT_DONE)
        return code;
    snprintf(s->as, sizeof(s->as), "%s", as != NULL ? as : "");
    b->speaker_count++;
    *out = s;
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

enum exit_code batch_not_recorded(const struct batch *b, const struct cw_fault *fault)
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
static bool named_id(struct batch *b, const char *name, const char *which, uint8_t out[static CW_ID_LEN])
{
    const char *hex = name != NULL ? json_string_value(json_object_get(json_object_get(b->names, name), which)) : NULL;

    if (hex == NULL || hex_parse(hex, out, CW_ID_LEN) != CW_OK)
        return false;
    hash_keyed(LABEL_LOCAL, b->refs, slice(out, CW_ID_LEN), b->refs);
    return true;
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
        return batch_not_recorded(b, &fault);
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
        return err == CW_OK ? EXIT_DONE : batch_not_recorded(b, &fault);
    }
    if (!named_id(b, name, "case", id.b))
        return bad_line(b, "case", "no statement before it opened a case of this name");
    *out_kind = json_string_value(json_object_get(json_object_get(b->names, name), "kind"));
    if (*out_kind == NULL)
        return bad_line(b, "case", "the names file does not say of which kind it is");
    err =
        event != NULL ? cw_draft_event(*out_kind, event, &id, out, &fault) : cw_draft_set(*out_kind, &id, out, &fault);
    return err == CW_OK ? EXIT_DONE : batch_not_recorded(b, &fault);
}

enum exit_code batch_submit(struct batch *b, const char *as, const json_t *line)
{
    struct speaker *s = NULL;
    struct cw_draft *draft = NULL;
    const char *kind = NULL;
    enum exit_code code;

    if (!json_is_object(line))
        return bad_line(b, NULL, "it is not a JSON object");
    memset(b->refs, 0, sizeof(b->refs));
    code = speaker(b, as, &s);
    if (code == EXIT_DONE)
        code = draft_of(b, line, &kind, &draft);
    if (code == EXIT_DONE && kind != NULL)
        code = write_all(b, draft, kind, line);
    if (code == EXIT_DONE && kind != NULL) {
        if (s->context.file.synthetic)
            cw_draft_synthetic(draft);
        code = batch_say(b, s, draft, kind, line);
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
