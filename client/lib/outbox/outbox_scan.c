/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a whole file: every record that is whole, and the places where there should be one and is none. */
#include "lib/outbox.h"

#include "lib/fault.h"

#include <stdlib.h>

#define CHUNK_LEN 65536
/* What trying to read records that are none may cost, beyond the file's own length: a file made to be slow is not. */
#define FUTILE_LEN_MAX ((uint64_t)256 << 20)

struct scanning {
    struct outbox_file *file;
    const struct outbox_visitor *visitor;
    uint64_t at;
    bool lost; /* since lost_at nothing was whole */
    uint64_t lost_at;
    uint64_t futile_len;
    uint64_t found_count;
    struct buf plain, spare;
    uint64_t chunk_at; /* where what is in chunk stands in the file */
    size_t chunk_len;
    uint8_t chunk[CHUNK_LEN];
};

/* Sees that the chunk holds what begins at `from`, enough for a beginning. */
static bool look_at(struct scanning *s, uint64_t from)
{
    uint64_t left = s->file->size - from;

    if (from >= s->chunk_at && from + OUTBOX_MAGIC_LEN <= s->chunk_at + s->chunk_len)
        return true;
    s->chunk_at = from;
    s->chunk_len = left < CHUNK_LEN ? (size_t)left : CHUNK_LEN;
    if (outbox_read_at(s->file->fd, from, s->chunk, s->chunk_len) == CW_OK)
        return true;
    s->chunk_len = 0;
    return false;
}

/* The next place at or above `from` where a record may begin; the end of the file when there is none. */
static uint64_t next_start(struct scanning *s, uint64_t from)
{
    while (from + OUTBOX_MAGIC_LEN <= s->file->size && look_at(s, from)) {
        size_t at = (size_t)(from - s->chunk_at);
        const uint8_t *hit = memmem(s->chunk + at, s->chunk_len - at, "cwor", OUTBOX_MAGIC_LEN);

        if (hit != NULL)
            return s->chunk_at + (uint64_t)(hit - s->chunk);
        from = s->chunk_at + s->chunk_len - (OUTBOX_MAGIC_LEN - 1);
    }
    return s->file->size;
}

/*
 * A record that ends before its head says so was being written by a program that was killed; others may have added after
 * it since. A length that was damaged looks the same: then the record is whole but for that, and somebody was told so.
 */
static bool is_unfinished(struct scanning *s, const struct cw_outbox_damage *d, bool has_head, uint32_t len)
{
    if (!has_head)
        return d->len < OUTBOX_PLAIN_HEAD_LEN;
    return OUTBOX_HEAD_LEN + (uint64_t)len > d->len && !outbox_file_fills(s->file, d->offset, d->len, &s->spare);
}

/* What is known of the piece between lost_at and `end`. */
static enum cw_err tell_damage(struct scanning *s, uint64_t end)
{
    struct cw_outbox_damage damage = {.offset = s->lost_at, .len = end - s->lost_at};
    uint8_t head[OUTBOX_PLAIN_HEAD_LEN] = {0};
    uint32_t len = 0;
    bool has_head = damage.len >= sizeof(head) &&
                    outbox_read_at(s->file->fd, s->lost_at, head, sizeof(head)) == CW_OK &&
                    outbox_head_parse(head, &damage.number, &len);

    if (!s->lost || damage.len == 0)
        return CW_OK;
    if (!has_head)
        damage.number = 0;
    damage.unfinished = is_unfinished(s, &damage, has_head, len);
    s->lost = false;
    return s->visitor->damage(s->visitor->context, &damage);
}

static enum cw_err take_one(struct scanning *s)
{
    uint64_t number;
    uint32_t len;
    enum cw_err err = outbox_file_take(s->file, s->at, &number, &len, &s->plain);

    if (err == CW_LOCAL_NOT_FOUND) {
        s->futile_len += s->file->frame.len + 1;
        if (!s->lost)
            s->lost_at = s->at;
        s->lost = true;
        s->at = s->futile_len > FUTILE_LEN_MAX ? s->file->size : next_start(s, s->at + 1);
        return CW_OK;
    }
    if (err == CW_OK)
        err = tell_damage(s, s->at);
    if (err == CW_OK)
        err = s->visitor->record(s->visitor->context, number, s->at, len, buf_slice(&s->plain));
    s->at += len;
    s->found_count++;
    return err;
}

static enum cw_err scan(struct scanning *s, enum cw_err header, struct cw_fault *fault)
{
    enum cw_err err = CW_OK;

    s->at = header == CW_OK ? OUTBOX_HEADER_LEN : 0;
    while (err == CW_OK && s->at < s->file->size)
        err = take_one(s);
    if (err == CW_OK)
        err = tell_damage(s, s->file->size);
    if (err == CW_OK && header != CW_OK && s->found_count == 0)
        return fault_set(fault, CW_LOCAL_CORRUPT, "path",
                         "it is no outbox, or nothing in it can be read with this identity");
    return err == CW_OK ? CW_OK : fault_plain(fault, err, "path");
}

enum cw_err outbox_file_scan(struct outbox_file *file, const struct outbox_visitor *visitor, struct cw_fault *fault)
{
    enum cw_err header = outbox_file_check_header(file);
    struct scanning *s;
    enum cw_err err;

    if (header == CW_LOCAL_KEY)
        return fault_set(fault, header, "identity", "the outbox belongs to another identity, or to keys since renewed");
    if (header == CW_LOCAL_FORMAT)
        return fault_set(fault, header, "path", "a newer version wrote this outbox: use that one to empty it");
    s = calloc(1, sizeof(*s));
    if (s == NULL)
        return fault_plain(fault, CW_LOCAL_MEMORY, "");
    s->file = file;
    s->visitor = visitor;
    err = scan(s, header, fault);
    buf_done(&s->plain);
    buf_done(&s->spare);
    free(s);
    return err;
}
