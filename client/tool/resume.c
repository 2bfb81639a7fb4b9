/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/resume.h"

#include "lib/fault.h"
#include "lib/identity.h"
#include "proto/id.h"
#include "proto/sign.h"

#include <unistd.h>

#define NAME_LEN 16 /* of what names the file, in bytes of its hash */

enum { KIND_SIGNED = 1, KIND_HELD = 2 }; /* a record: kind, key, and of what is signed its cw.Submit bytes */
#define PREFIX_LEN (1 + ID_LEN)

/* --- which file ------------------------------------------------------------------------------------------ */

/* A file is the same under each of its names; what has no path, such as a pipe, under the name that was given. */
static bool name_file(const struct context *context, const char *name, char out[static PATH_LEN_MAX])
{
    char whole[PATH_LEN_MAX], hex[2 * NAME_LEN + 1];
    uint8_t hash[ID_LEN];

    hash_one(LABEL_LOCAL, slice_of(path_absolute(name, whole) ? whole : name), hash);
    hex_of(slice(hash, NAME_LEN), hex);
    return path_join(out, context->home, "submit-file.%s", hex);
}

/* Not an outbox's: neither can be taken for the other. */
static void key_of(const struct cw_identity *identity, uint8_t out[static 32])
{
    hash_keyed(LABEL_LOCAL, identity->keys.curve.b, slice_of("casewire submit-file 1"), out);
}

/* --- reading --------------------------------------------------------------------------------------------- */

static void remember(struct resume *r, const uint8_t key[static ID_LEN], uint64_t offset, uint32_t len)
{
    char hex[2 * ID_LEN + 1];

    hex_of(slice(key, ID_LEN), hex);
    json_object_set_new(r->said, hex, json_pack("[I, I, b]", (json_int_t)offset, (json_int_t)len, 0));
}

static json_t *row_of(const struct resume *r, const uint8_t key[static ID_LEN])
{
    char hex[2 * ID_LEN + 1];

    hex_of(slice(key, ID_LEN), hex);
    return json_object_get(r->said, hex);
}

static enum cw_err on_record(void *context, uint64_t number, uint64_t offset, uint32_t len, struct cw_slice plain)
{
    struct resume *r = context;
    json_t *row;

    (void)number;
    if (plain.len < PREFIX_LEN)
        return CW_LOCAL_CORRUPT;
    row = row_of(r, plain.data + 1);
    if (plain.data[0] == KIND_SIGNED)
        remember(r, plain.data + 1, offset, len);
    else if (row != NULL)
        json_array_set_new(row, 2, json_true());
    return CW_OK;
}

/* An unfinished end was never sent, and goes; any other damage may hide what was said. */
static enum cw_err on_damage(void *context, const struct cw_outbox_damage *damage)
{
    struct resume *r = context;

    if (!damage->unfinished)
        return CW_LOCAL_CORRUPT;
    outbox_file_cut(&r->file, damage->offset);
    return CW_OK;
}

static enum cw_err open_or_create(struct resume *r, const uint8_t key[static 32], struct cw_fault *fault)
{
    const struct outbox_visitor visitor = {r, on_record, on_damage};
    enum cw_err err = outbox_file_open(r->path, key, &r->file, fault);

    if (err == CW_LOCAL_NOT_FOUND)
        err = outbox_file_create(r->path, false, key, &r->file, fault);
    return err == CW_OK ? outbox_file_scan(&r->file, &visitor, fault) : err;
}

static enum exit_code not_opened(const struct cli *cli, const struct resume *r, const struct cw_fault *fault)
{
    if (fault->code == CW_LOCAL_LOCKED)
        return complain(cli, EXIT_TRY_AGAIN,
                        &(struct trouble){"nothing was submitted", r->path, "another command submits the same file",
                                          "the same command again, when the other has ended"});
    return complain(cli, exit_code_of(fault->code),
                    &(struct trouble){"what an earlier run submitted cannot be read, so nothing was submitted", r->path,
                                      fault->text, "casewire submit-file FILE --anew        (says all of it again)"});
}

enum exit_code resume_open(const struct cli *cli, const struct context *context, const char *name, bool anew,
                           struct resume *out)
{
    struct resume r = {.file = {.fd = -1}};
    struct cw_fault fault = {0};
    uint8_t key[32];
    enum cw_err err;

    *out = r;
    if (!name_file(context, name, r.path))
        return complain(cli, EXIT_CONFIG,
                        &(struct trouble){"nothing was submitted", context->home, "it is too long", NULL});
    if (anew)
        (void)!unlink(r.path); /* what is there in spite of it complains for itself */
    r.said = json_object();
    key_of(context->identity, key);
    err = r.said != NULL ? open_or_create(&r, key, &fault) : fault_plain(&fault, CW_LOCAL_MEMORY, "");
    wipe(key, sizeof(key));
    if (err == CW_OK) {
        *out = r;
        return EXIT_DONE;
    }
    outbox_file_close(&r.file);
    json_decref(r.said);
    return not_opened(cli, &r, &fault);
}

enum cw_err resume_find(struct resume *resume, const uint8_t key[static ID_LEN], struct cw_submission **out,
                        bool *out_held)
{
    json_t *row = row_of(resume, key);
    enum cw_err err;

    if (row == NULL)
        return CW_LOCAL_NOT_FOUND;
    err = outbox_file_read(&resume->file, 0, (uint64_t)json_integer_value(json_array_get(row, 0)),
                           (uint32_t)json_integer_value(json_array_get(row, 1)), &resume->plain);
    if (err == CW_OK)
        err = cw_submission_from(slice(resume->plain.data + PREFIX_LEN, resume->plain.len - PREFIX_LEN), out);
    if (err == CW_OK)
        *out_held = json_is_true(json_array_get(row, 2));
    return err;
}

/* --- writing --------------------------------------------------------------------------------------------- */

static enum cw_err append(struct resume *r, uint8_t kind, const uint8_t key[static ID_LEN], struct cw_slice rest,
                          uint64_t *out_offset, uint32_t *out_len)
{
    enum cw_err err;

    buf_clear(&r->plain);
    err = buf_add(&r->plain, slice(&kind, 1));
    if (err == CW_OK)
        err = buf_add(&r->plain, slice(key, ID_LEN));
    if (err == CW_OK)
        err = buf_add(&r->plain, rest);
    return err == CW_OK ? outbox_file_append(&r->file, 0, buf_slice(&r->plain), out_offset, out_len) : err;
}

enum cw_err resume_signed(struct resume *resume, const uint8_t key[static ID_LEN],
                          const struct cw_submission *submission)
{
    uint64_t offset;
    uint32_t len;
    enum cw_err err = append(resume, KIND_SIGNED, key, cw_submission_bytes(submission), &offset, &len);

    if (err == CW_OK)
        err = outbox_file_sync(&resume->file);
    if (err == CW_OK)
        remember(resume, key, offset, len);
    return err;
}

void resume_held(struct resume *resume, const uint8_t key[static ID_LEN])
{
    uint64_t offset;
    uint32_t len;

    json_array_set_new(row_of(resume, key), 2, json_true());
    (void)!append(resume, KIND_HELD, key, slice(NULL, 0), &offset, &len);
}

/* --- the end --------------------------------------------------------------------------------------------- */

void resume_forget(struct resume *resume)
{
    if (resume->said != NULL)
        (void)!unlink(resume->path); /* the next run finds that all is held */
}

/* One that holds nothing is not left lying about. */
void resume_close(struct resume *resume)
{
    if (resume->said == NULL)
        return;
    if (json_object_size(resume->said) == 0)
        resume_forget(resume);
    outbox_file_close(&resume->file);
    buf_done(&resume->plain);
    json_decref(resume->said);
    resume->said = NULL;
}
