/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/lookup.h"

#include "lib/answer.h"
#include "proto/wire.h"

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

static bool is_row(const Cw__CaseRow *row, const char *name, bool chars)
{
    return same_text(row->op_name, name) || (chars && holds_chars(row->human_ref, name));
}

struct found {
    uint32_t count;
    uint8_t id[CW_ID_LEN];
};

static void look_through(const Cw__CaseList *list, const char *name, struct found *found)
{
    bool chars = strlen(name) == REFERENCE_CHARS;

    for (size_t i = 0; i < list->n_rows; i++)
        if (list->rows[i]->case_id.len == CW_ID_LEN && is_row(list->rows[i], name, chars)) {
            memcpy(found->id, list->rows[i]->case_id.data, CW_ID_LEN);
            found->count++;
        }
}

static bool is_for_daemon(const char *name)
{
    size_t len = strlen(name);

    return strchr(name, '/') != NULL || (len >= 4 && strspn(name, "0123456789abcdef") == len);
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
