/* SPDX-License-Identifier: Apache-2.0 */
#include "node/reading.h"

#include "node/answer.h"
#include "node/reply_frame.h"

#include <stdlib.h>

#define ARENA_LEN ((size_t)16 << 20)
#define ARENA_KEPT_MAX ((size_t)512 << 10) /* what a usual answer may have touched of it to be kept */
#define ARENA_LEN_MAX ((size_t)256 << 20)
#define REQUEST_FIELDS_LOOKED_AT 8

void reading_init(struct reading *r)
{
    *r = (struct reading){.bytes = malloc(MESSAGE_LEN_MAX)};
    CW_ASSERT(r->bytes != NULL);
}

void reading_done(struct reading *r)
{
    free(r->bytes);
    free(r->memory);
}

void reading_peek_id(struct cw_slice frame, uint8_t out[static 16])
{
    struct reader in = reader_over(frame);

    memset(out, 0, 16);
    for (int i = 0; i < REQUEST_FIELDS_LOOKED_AT && reader_left(&in) > 0; i++) {
        uint64_t tag = reader_varint(&in);
        uint64_t value = reader_varint(&in); /* a number, or a length */
        struct cw_slice bytes = (tag & 7) == 2 ? reader_slice(&in, (size_t)value) : slice(NULL, 0);

        if (in.failed || ((tag & 7) != 2 && (tag & 7) != 0))
            return;
        if (tag >> 3 == 2 && bytes.len == 16)
            memcpy(out, bytes.data, 16);
    }
}

static enum cw_err answer_in(struct node *n, const struct job *job, struct arena *arena, struct writer *out)
{
    return arena->len == 0 ? CW_LOCAL_MEMORY : answer_read(n, &job->who, job->request, arena, out);
}

/* Pages that an answer touched stay ours: to fetch a few anew each time costs more than most answers do. */
static enum cw_err answer_usual(struct reading *r, struct node *n, const struct job *job, struct writer *out)
{
    if (r->memory == NULL)
        r->memory = malloc(ARENA_LEN);
    struct arena arena = arena_over(r->memory, r->memory == NULL ? 0 : ARENA_LEN);
    enum cw_err err = answer_in(n, job, &arena, out);

    if (err != CW_OK || arena.used > ARENA_KEPT_MAX) {
        free(r->memory);
        r->memory = NULL;
    }
    return err;
}

static enum cw_err answer_large(struct node *n, const struct job *job, size_t arena_len, struct writer *out)
{
    uint8_t *memory = malloc(arena_len);
    struct arena arena = arena_over(memory, memory == NULL ? 0 : arena_len);
    enum cw_err err = answer_in(n, job, &arena, out);

    free(memory);
    return err;
}

void reading_answer(struct reading *r, struct node *n, const struct job *job, struct writer *out)
{
    enum cw_err err = CW_LOCAL_MEMORY;
    struct refusal why = {0};
    uint8_t id[16];

    for (size_t len = ARENA_LEN; err == CW_LOCAL_MEMORY && len <= ARENA_LEN_MAX; len *= 4) {
        *out = writer_over(r->bytes, MESSAGE_LEN_MAX);
        err = len == ARENA_LEN ? answer_usual(r, n, job, out) : answer_large(n, job, len, out);
    }
    if (err == CW_OK)
        return;
    *out = writer_over(r->bytes, MESSAGE_LEN_MAX);
    reading_peek_id(job->frame, id);
    refuse(&why, err, "", "%s", cw_err_sentence(err));
    reply_refusal(id, &why, out);
}
