/* SPDX-License-Identifier: Apache-2.0 */
/* The write-ahead file as it lies on a disk that was not ours alone: whatever is taken for a head or a record has one form. */
#include "store/ahead_record.h"
#include "tests/fuzz/fuzz.h"

static uint8_t page[AHEAD_PAGE_LEN], again[AHEAD_PAGE_LEN];
static uint8_t record[AHEAD_RECORD_HEAD_LEN + (64 << 10) + AHEAD_PAGE_LEN], written[64 << 10];

static void look_at_head(const uint8_t *data, size_t size)
{
    struct ahead_head head;
    enum cw_err err;

    memset(page, 0, sizeof page);
    memcpy(page, data, size < sizeof page ? size : sizeof page);
    (void)ahead_head_parse(page, &head);
    ahead_head_seal(page); /* and with the check that would belong to it */
    err = ahead_head_parse(page, &head);
    FUZZ_MUST(err == CW_OK || err == CW_LOCAL_CORRUPT || err == CW_LOCAL_FORMAT);
    if (err != CW_OK)
        return;
    ahead_head_encode(&head, again);
    FUZZ_MUST(ahead_head_parse(again, &head) == CW_OK);
}

/* The ops as they come; those that are understood are written again, and give the same bytes. */
static void look_at_ops(const uint8_t *data, size_t size)
{
    struct reader in = reader_over(slice(data, size));
    struct ahead_op op, stored;
    size_t len = 0;

    while (ahead_op_next(&in, &op)) {
        FUZZ_MUST(op.table <= STORE_TABLES_MAX && op.key.len > 0 && op.key.len <= STORE_KEY_LEN_MAX);
        ahead_op_encode(&op, written + len, &stored);
        len += ahead_op_len(&op);
    }
    FUZZ_MUST(memcmp(written, data, len) == 0);
    FUZZ_MUST(reader_finish(&in) != CW_OK || len == size);
}

static void look_at_record(const uint8_t *data, size_t size)
{
    static const struct ahead_position start;
    struct ahead_position after, found;
    struct cw_slice ops;

    (void)ahead_record_number(slice(data, size));
    (void)ahead_record_read(slice(data, size), &start, &found, &ops);
    memcpy(record + AHEAD_RECORD_HEAD_LEN, data, size);
    ahead_record_finish(record, size, &start, &after);
    FUZZ_MUST(ahead_record_read(slice(record, ahead_record_len(size)), &start, &found, &ops));
    FUZZ_MUST(ahead_position_eq(&after, &found) && ops.len == size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > sizeof written)
        return 0;
    look_at_head(data, size);
    look_at_ops(data, size);
    look_at_record(data, size);
    return 0;
}
