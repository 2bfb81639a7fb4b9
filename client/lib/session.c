/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/session.h"
#include "lib/need.h"

#include "proto/sign.h"

#include <stdlib.h>

#define SESSION_VERSION 1
#define REQUEST_SESSION_TAG (24u << 3 | 2) /* Request.session */
#define PARSE_MEMORY_LEN (SEEN_ITEMS_MAX * sizeof(struct cw_slice) + 64)

static bool same_way(const struct session_way *a, const struct session_way *b)
{
    return a->handle != 0 && a->handle == b->handle && a->connection == b->connection && a->daemon == b->daemon;
}

static bool same_start(const struct session_mark *a, const struct session_mark *b)
{
    return memcmp(a->start, b->start, sizeof(a->start)) == 0;
}

/* --- carrying ------------------------------------------------------------------------------------------------- */

static enum cw_err add_field(struct buf *request, struct cw_slice token, size_t len_max)
{
    uint8_t head[16];
    struct writer w = writer_over(head, sizeof(head));
    enum cw_err err;

    writer_varint(&w, REQUEST_SESSION_TAG);
    writer_varint(&w, token.len);
    if (request->len + w.len + token.len > len_max)
        return CW_REFUSED_SIZE;
    err = buf_add(request, slice(head, w.len));
    return err == CW_OK ? buf_add(request, token) : err;
}

enum cw_err session_carry(const struct cw_session *s, const struct session_way *way, size_t len_max,
                          struct buf *request, struct session_carried *out_carried)
{
    out_carried->count = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        const struct session_token *t = &s->tokens[i];
        enum cw_err err;

        if (same_way(&t->way, way))
            continue;
        err = add_field(request, buf_slice(&t->bytes), len_max);
        if (err != CW_OK)
            return err;
        out_carried->marks[out_carried->count++] = t->mark;
    }
    return CW_OK;
}

/* --- learning --------------------------------------------------------------------------------------------------- */

static enum cw_err read_mark(struct cw_slice token, struct session_mark *out, struct network_id *out_network)
{
    void *memory = malloc(PARSE_MEMORY_LEN);
    struct arena arena = arena_over(memory, PARSE_MEMORY_LEN);
    struct seen seen;
    enum cw_err err = memory != NULL ? seen_parse(token, &arena, &seen) : CW_LOCAL_MEMORY;

    if (err == CW_OK) {
        memcpy(out->start, seen.start, sizeof(out->start));
        out->counter = seen.counter;
        *out_network = seen.network;
    }
    free(memory);
    return err;
}

static void drop(struct cw_session *s, uint32_t index)
{
    buf_done(&s->tokens[index].bytes);
    s->tokens[index] = s->tokens[--s->count];
}

/* Those that the answering daemon was shown: it had seen what they say. */
static void drop_carried(struct cw_session *s, const struct session_carried *carried)
{
    for (uint32_t c = 0; c < carried->count; c++)
        for (uint32_t i = 0; i < s->count; i++)
            if (same_start(&s->tokens[i].mark, &carried->marks[c]) &&
                s->tokens[i].mark.counter == carried->marks[c].counter) {
                drop(s, i);
                break;
            }
}

static struct session_token *find(struct cw_session *s, const struct session_mark *mark)
{
    for (uint32_t i = 0; i < s->count; i++)
        if (same_start(&s->tokens[i].mark, mark))
            return &s->tokens[i];
    return NULL;
}

static enum cw_err put(struct session_token *t, const struct session_mark *mark, struct cw_slice bytes,
                       const struct session_way *way)
{
    struct buf fresh = {0};
    enum cw_err err = buf_add(&fresh, bytes);

    if (err != CW_OK)
        return err;
    buf_done(&t->bytes);
    *t = (struct session_token){*mark, *way, fresh};
    return CW_OK;
}

static enum cw_err add(struct cw_session *s, const struct session_mark *mark, struct cw_slice bytes,
                       const struct session_way *way)
{
    enum cw_err err;

    s->tokens[s->count] = (struct session_token){0};
    err = put(&s->tokens[s->count], mark, bytes, way);
    s->count += err == CW_OK;
    return err;
}

enum cw_err session_learn(struct cw_session *s, struct cw_slice token, const uint8_t network[static CW_ID_LEN],
                          const struct session_way *way, const struct session_carried *carried)
{
    struct session_mark mark;
    struct network_id of;
    struct session_token *known;
    enum cw_err err = read_mark(token, &mark, &of);

    if (err != CW_OK)
        return err == CW_LOCAL_MEMORY ? err : CW_PEER_MALFORMED;
    if (memcmp(of.b, network, CW_ID_LEN) != 0)
        return CW_PEER_MALFORMED;
    drop_carried(s, carried);
    known = find(s, &mark);
    if (known != NULL)
        return mark.counter >= known->mark.counter ? put(known, &mark, token, way) : CW_OK;
    if (s->count < SEEN_TOKENS_MAX)
        return add(s, &mark, token, way);
    for (uint32_t i = 0; i < s->count; i++)
        s->tokens[i].way.handle = 0; /* the next request brings all of them along */
    return CW_AGAIN_BEHIND;
}

/* --- as bytes ----------------------------------------------------------------------------------------------------- */

enum cw_err cw_session_new(struct cw_session **out_session)
{
    if (MISSING(NULL, out_session))
        return CW_USAGE_ARGUMENT;
    struct cw_session *s = crypto_init() ? calloc(1, sizeof(*s)) : NULL;

    if (s == NULL)
        return CW_LOCAL_MEMORY;
    *out_session = s;
    return CW_OK;
}

void cw_session_clear(struct cw_session *session)
{
    if (MISSING(NULL, session))
        return;
    while (session->count > 0)
        drop(session, session->count - 1);
}

void cw_session_free(struct cw_session *session)
{
    if (session == NULL)
        return;
    cw_session_clear(session);
    buf_done(&session->packed);
    free(session);
}

/* A version, a count, then each token behind its be32 length. */
enum cw_err cw_session_bytes(struct cw_session *session, struct cw_slice *out_bytes)
{
    if (MISSING(NULL, session, out_bytes))
        return CW_USAGE_ARGUMENT;
    uint8_t head[2] = {SESSION_VERSION, (uint8_t)session->count};
    enum cw_err err;

    buf_clear(&session->packed);
    err = buf_add(&session->packed, slice(head, sizeof(head)));
    for (uint32_t i = 0; err == CW_OK && i < session->count; i++) {
        err = buf_add_be32(&session->packed, (uint32_t)session->tokens[i].bytes.len);
        if (err == CW_OK)
            err = buf_add(&session->packed, buf_slice(&session->tokens[i].bytes));
    }
    if (err == CW_OK)
        *out_bytes = buf_slice(&session->packed);
    return err;
}

static enum cw_err read_token(struct cw_session *s, struct reader *in)
{
    static const struct session_way nowhere = {0};
    struct cw_slice bytes = reader_slice(in, reader_be32(in));
    struct session_mark mark;
    struct network_id network;
    enum cw_err err = read_mark(bytes, &mark, &network);

    if (err == CW_OK && find(s, &mark) != NULL)
        return CW_REFUSED_MALFORMED;
    return err == CW_OK ? add(s, &mark, bytes, &nowhere) : err;
}

static enum cw_err read_all(struct cw_session *s, struct cw_slice bytes)
{
    struct reader in = reader_over(bytes);
    uint32_t version = reader_u8(&in);
    uint32_t count = reader_u8(&in);
    enum cw_err err = CW_OK;

    if (bytes.len > 0 && version > SESSION_VERSION)
        return CW_REFUSED_VERSION;
    if (version != SESSION_VERSION || count > SEEN_TOKENS_MAX)
        return CW_REFUSED_MALFORMED;
    for (uint32_t i = 0; err == CW_OK && i < count; i++)
        err = read_token(s, &in);
    if (err == CW_REFUSED_SIZE)
        return CW_REFUSED_MALFORMED;
    return err == CW_OK && reader_finish(&in) != CW_OK ? CW_REFUSED_MALFORMED : err;
}

enum cw_err cw_session_from(struct cw_slice bytes, struct cw_session **out_session)
{
    if (MISSING(NULL, out_session) || HOLLOW(NULL, bytes))
        return CW_USAGE_ARGUMENT;
    struct cw_session *s;
    enum cw_err err = cw_session_new(&s);

    if (err != CW_OK)
        return err;
    err = read_all(s, bytes);
    if (err != CW_OK) {
        cw_session_free(s);
        return err;
    }
    *out_session = s;
    return CW_OK;
}
