/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The write-ahead file as it lies on a disk that was not ours alone: whatever is taken for a head or a record has one form, and
 * no content is taken for a record of a filling whose key it does not know.
 */
#include "proto/id.h"
#include "store/ahead_record.h"
#include "tests/fuzz/fuzz.h"

static uint8_t page[AHEAD_PAGE_LEN], again[AHEAD_PAGE_LEN];
static uint8_t record[AHEAD_RECORD_HEAD_LEN_MAX + (64 << 10) + AHEAD_PAGE_LEN], written[64 << 10];

static void look_at_head(const uint8_t *data, size_t size)
{
    struct ahead_head head, found;
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
    FUZZ_MUST(ahead_head_parse(again, &found) == CW_OK);
    ahead_head_encode(&found, page);
    FUZZ_MUST(memcmp(page, again, sizeof again) == 0);
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

/* The data as a record, and as the ops of one, in each version. */
static void look_at_record(const struct ahead_filling *filling, const uint8_t *data, size_t size)
{
    static const struct ahead_position start;
    size_t head_len = ahead_record_head_len(filling);
    struct ahead_position after, found;
    struct cw_slice ops;

    FUZZ_MUST(!ahead_record_read(filling, slice(data, size), &start, &found, &ops) || found.number == 1);
    memcpy(record + head_len, data, size);
    ahead_record_finish(filling, record, size, &start, &after);
    FUZZ_MUST(ahead_record_read(filling, slice(record, ahead_record_len(filling, size)), &start, &found, &ops));
    FUZZ_MUST(ahead_position_eq(&after, &found) && ops.len == size);
    FUZZ_MUST(ahead_record_number(filling, slice(record, head_len)) == 1);
}

/*
 * Wherever a page begins in what somebody chose. The fuzzer sees what its bytes are compared with: so the key is another for each
 * input, as it is for each filling.
 */
static void look_for_records(const uint8_t *data, size_t size)
{
    struct ahead_head head = {.version = AHEAD_VERSION};
    struct ahead_filling filling;

    hash_one(LABEL_LOCAL, slice(data, size), head.start.chain);
    ahead_filling_of(&head, &filling);
    for (size_t at = 0; at < size; at++)
        FUZZ_MUST(ahead_record_number(&filling, slice(data + at, size - at)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct ahead_filling older = {1, {0}}, filling = {AHEAD_VERSION, {0x5e, 0xc7, 0xe7}};

    if (size > sizeof written)
        return 0;
    look_at_head(data, size);
    look_at_ops(data, size);
    look_at_record(&older, data, size);
    look_at_record(&filling, data, size);
    look_for_records(data, size);
    return 0;
}
