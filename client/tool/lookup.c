/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/lookup.h"

#include "lib/answer.h"
#include "lib/fault.h"
#include "proto/wire.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

#define REFERENCE_CHARS 7
/* Pages of 200 cases that are looked through: beyond, the whole reference is asked for. */
#define PAGES_MAX 25

static bool same_text(ProtobufCBinaryData bytes, const char *name)
{
    return bytes.len == strlen(name) && strncasecmp((const char *)bytes.data, name, bytes.len) == 0;
}

/* "MC/NTH/2026/K7Q2M4X-C" holds "/K7Q2M4X-". */
static bool holds_chars(ProtobufCBinaryData reference, const char *name)
{
    for (size_t i = 0; i + REFERENCE_CHARS + 2 <= reference.len; i++)
        if (reference.data[i] == '/' && reference.data[i + REFERENCE_CHARS + 1] == '-' &&
            strncasecmp((const char *)reference.data + i + 1, name, REFERENCE_CHARS) == 0)
            return true;
    return false;
}

/* The case of this row that is meant: its own, or another record of the child that it is shown for. NULL: none. */
static const ProtobufCBinaryData *id_in_row(const Cw__CaseRow *row, const char *name, bool chars)
{
    if (same_text(row->op_name, name) || (chars && holds_chars(row->human_ref, name)))
        return &row->case_id;
    for (size_t i = 0; chars && i < row->n_also && i < row->n_also_ids; i++)
        if (holds_chars(row->also[i], name))
            return &row->also_ids[i];
    return NULL;
}

struct found {
    uint32_t count;
    uint8_t id[CW_ID_LEN];
};

static void look_through(const Cw__CaseList *list, const char *name, struct found *found)
{
    bool chars = strlen(name) == REFERENCE_CHARS;

    for (size_t i = 0; i < list->n_rows; i++) {
        const ProtobufCBinaryData *id = id_in_row(list->rows[i], name, chars);

        if (id == NULL || id->len != CW_ID_LEN)
            continue;
        memcpy(found->id, id->data, CW_ID_LEN);
        found->count++;
    }
}

/* Seven digits may be the characters of a reference as well: those are looked for first. */
static bool is_for_daemon(const char *name)
{
    size_t len = strlen(name);

    return strchr(name, '/') != NULL || (len >= 4 && len != REFERENCE_CHARS && strspn(name, "0123456789abcdef") == len);
}

enum cw_err lookup_case(struct context *context, const char *name, int32_t timeout_ms, char out[static LOOKUP_LEN_MAX])
{
    struct cw_list_query query = {.size = sizeof(query), .limit = CW_LIST_LIMIT_MAX};
    struct found found = {0};
    struct buf after = {0};
    enum cw_err err = CW_OK;
    bool more = !is_for_daemon(name);

    snprintf(out, LOOKUP_LEN_MAX, "%s", name);
    for (int page = 0; err == CW_OK && more && page < PAGES_MAX; page++) {
        struct cw_answer *answer;
        const Cw__CaseList *list;

        query.after = buf_slice(&after);
        err = cw_client_list(context->client, &query, timeout_ms, &answer);
        if (err != CW_OK)
            break;
        list = answer_message(answer)->list;
        look_through(list, name, &found);
        more = list->next.len != 0;
        buf_clear(&after);
        err = buf_add(&after, wire_slice(list->next));
        cw_answer_close(answer);
    }
    buf_done(&after);
    if (err == CW_OK && found.count == 1)
        hex_of(slice(found.id, CW_ID_LEN), out);
    return err;
}

/* --- for people ----------------------------------------------------------------------------------------- */

void lookup_chars(struct cw_slice reference, char out[static CHARS_LEN_MAX])
{
    char whole[CHARS_LEN_MAX], *from, *end;

    fault_clean_text(reference, whole, sizeof(whole));
    from = strrchr(whole, '/');
    from = from != NULL ? from + 1 : whole;
    end = strrchr(from, '-');
    if (end != NULL && end - from == REFERENCE_CHARS)
        *end = '\0';
    for (char *at = from; *at != '\0'; at++) { /* it is shown as part of commands, for people to copy into a shell */
        if (!isalnum((unsigned char)*at) && *at != '-' && *at != '.')
            *at = '?';
    }
    snprintf(out, CHARS_LEN_MAX, "%s", from);
}

/* The nearest of the newest cases' characters and operation names. */
static bool nearest(struct context *context, const char *name, int32_t timeout_ms, char out[static CHARS_LEN_MAX])
{
    struct cw_list_query query = {.size = sizeof(query), .limit = CW_LIST_LIMIT_MAX};
    char(*texts)[CHARS_LEN_MAX] = calloc((size_t)2 * CW_LIST_LIMIT_MAX, sizeof(*texts)), upper[CHARS_LEN_MAX];
    const char *names[2 * CW_LIST_LIMIT_MAX], *near = NULL;
    struct cw_answer *answer = NULL;
    size_t count = 0;

    for (size_t i = 0; i <= strlen(name); i++) /* shorter than upper: not_found() looked */
        upper[i] = name[i] >= 'a' && name[i] <= 'z' ? (char)(name[i] - 'a' + 'A') : name[i];
    if (texts != NULL && cw_client_list(context->client, &query, timeout_ms, &answer) == CW_OK) {
        const Cw__CaseList *list = answer_message(answer)->list;

        for (size_t i = 0; i < list->n_rows && i < CW_LIST_LIMIT_MAX; i++) {
            lookup_chars(wire_slice(list->rows[i]->human_ref), texts[count]);
            names[count] = texts[count];
            count++;
            fault_clean_text(wire_slice(list->rows[i]->op_name), texts[count], CHARS_LEN_MAX);
            names[count] = texts[count];
            count += texts[count][0] != '\0';
        }
        near = suggest(upper, names, count);
        if (near != NULL)
            snprintf(out, CHARS_LEN_MAX, "%s", near);
    }
    cw_answer_close(answer);
    free(texts);
    return near != NULL;
}

static enum exit_code not_found(const struct cli *cli, struct context *context, const char *name,
                                const struct cw_fault *fault)
{
    struct cw_fault kept = *fault; /* the next question would overwrite it */
    char near[CHARS_LEN_MAX], why[CW_FAULT_TEXT_LEN_MAX + 60], next[CHARS_LEN_MAX + 24], where[WHERE_LEN_MAX];

    if (kept.code == CW_AGAIN_KEPT_OUT)
        return complain_fault(cli, "the case was not found", &kept);
    where_typed(cli, kept.where, where);
    if (kept.code != CW_REFUSED_UNKNOWN_CASE || strlen(name) >= CHARS_LEN_MAX ||
        !nearest(context, name, cli->timeout_ms, near))
        return complain(
            cli, exit_code_of(kept.code),
            &(struct trouble){"the case was not found",
                              where[0] != '\0' && kept.code != CW_REFUSED_UNKNOWN_CASE ? where : name, kept.text,
                              kept.code == CW_AGAIN_NO_DAEMON ? "casewire context show" : "casewire case list"});
    snprintf(why, sizeof(why), "no case here has this name: did you mean \"%s\"?", near);
    snprintf(next, sizeof(next), "casewire case show %s", near);
    return complain(cli, EXIT_NOT_FOUND, &(struct trouble){"the case was not found", name, why, next});
}

/* The id that is to be asked for instead of what was answered; false: none, it is the right one. */
typedef bool choose_other(const Cw__CaseView *view, ProtobufCBinaryData *out_id);

static bool choose_survivor(const Cw__CaseView *view, ProtobufCBinaryData *out_id)
{
    *out_id = view->identity->survivor_id;
    return out_id->len == CW_ID_LEN && memcmp(out_id->data, view->case_id.data, CW_ID_LEN) != 0;
}

/* The daemon answered with the survivor of what was asked for. */
static bool choose_asked(const Cw__CaseView *view, ProtobufCBinaryData *out_id)
{
    const Cw__ViewIdentity *identity = view->identity;

    for (size_t i = 0; identity->has_asked && i < identity->n_cases; i++) {
        *out_id = identity->cases[i]->case_id;
        if (slice_eq(wire_slice(identity->cases[i]->human_ref), wire_slice(identity->asked)))
            return out_id->len == CW_ID_LEN;
    }
    return false;
}

static enum cw_err get_other(const struct cli *cli, struct context *context, choose_other *choose,
                             struct cw_answer **answer)
{
    const Cw__CaseView *view = answer_message(*answer)->view;
    struct cw_answer *other = NULL;
    ProtobufCBinaryData id;
    char hex[2 * CW_ID_LEN + 1];
    enum cw_err err;

    if (view == NULL || view->identity == NULL || !choose(view, &id))
        return CW_OK;
    hex_of(wire_slice(id), hex);
    err = cw_client_get(context->client, slice_of(hex), cli->timeout_ms, &other);
    if (err != CW_OK)
        return err;
    cw_answer_close(*answer);
    *answer = other;
    return CW_OK;
}

static enum exit_code look_up(const struct cli *cli, struct context *context, const char *name, choose_other *choose,
                              struct cw_answer **out_answer)
{
    char known[LOOKUP_LEN_MAX];
    struct cw_answer *answer = NULL;
    enum cw_err err = lookup_case(context, name, cli->timeout_ms, known);

    if (err == CW_OK)
        err = cw_client_get(context->client, slice_of(known), cli->timeout_ms, &answer);
    if (err == CW_OK)
        err = get_other(cli, context, choose, &answer);
    if (err == CW_OK) {
        *out_answer = answer;
        return EXIT_DONE;
    }
    cw_answer_close(answer);
    return not_found(cli, context, name, cw_client_fault(context->client));
}

enum exit_code lookup_view(const struct cli *cli, struct context *context, const char *name,
                           struct cw_answer **out_answer)
{
    return look_up(cli, context, name, choose_survivor, out_answer);
}

enum exit_code lookup_record(const struct cli *cli, struct context *context, const char *name,
                             struct cw_answer **out_answer)
{
    return look_up(cli, context, name, choose_asked, out_answer);
}
