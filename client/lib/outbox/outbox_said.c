/* SPDX-License-Identifier: Apache-2.0 */
/* What an entry is about, for whoever shows a list of them. */
#include "lib/outbox.h"

#include "lib/unpack.h"
#include "proto/op.h"
#include "proto/wire.h"

#include <stdlib.h>

#define OP_MEMORY_LEN (1 << 20)

static enum cw_err read_op(const Cw__Submit *submit, struct arena *arena, struct outbox_said *out)
{
    struct cw_slice payloads[PARTS_MAX];
    struct op op;
    enum cw_err err;

    if (submit->n_parts == 0 || submit->n_parts > PARTS_MAX)
        return CW_REFUSED_MALFORMED;
    for (size_t i = 0; i < submit->n_parts; i++)
        payloads[i] = wire_slice(submit->parts[i]->payload);
    err = op_decode(payloads, (uint32_t)submit->n_parts, arena, &op, NULL);
    if (err == CW_OK)
        *out = (struct outbox_said){op.type, op.kind, op.event, op.write_count > 0 ? op.writes[0].field : 0,
                                    op.write_count};
    return err;
}

static enum cw_err read_submission(struct cw_slice bytes, struct outbox_said *out)
{
    void *memory = malloc(OP_MEMORY_LEN), *message_memory = NULL;
    struct arena arena = arena_over(memory, OP_MEMORY_LEN);
    ProtobufCMessage *message;
    enum cw_err err = CW_LOCAL_MEMORY;

    if (memory != NULL)
        err = message_unpack(&cw__submit__descriptor, bytes, &message_memory, &message, NULL);
    if (err == CW_OK)
        err = read_op((const Cw__Submit *)message, &arena, out);
    free(message_memory);
    free(memory);
    return err;
}

enum cw_err outbox_read_said(struct cw_outbox *outbox, uint64_t number, struct outbox_said *out)
{
    const struct outbox_entry *e = outbox_entry_find(outbox, number);
    struct outbox_record record;
    enum cw_err err;

    if (e == NULL || e->add.len == 0)
        return CW_LOCAL_NOT_FOUND;
    err = outbox_file_read(&outbox->file, number, e->add.offset, e->add.len, &outbox->plain);
    if (err == CW_OK)
        err = record_decode(buf_slice(&outbox->plain), &record);
    return err == CW_OK ? read_submission(record.submission, out) : err;
}
