/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A row of the store as a rotten disk might give it back; the first byte says of which table. What is read is written as
 * bytes that are read again, and written the same.
 */
#include "node/case_work.h"
#include "node/rows.h"
#include "tests/fuzz/fuzz.h"

#define MOST ((size_t)1 << 17)

#define ROW(name, type)                                           \
    static size_t again_##name(struct cw_slice raw, uint8_t *out) \
    {                                                             \
        static struct type row;                                   \
        struct writer w = writer_over(out, MOST);                 \
                                                                  \
        memset(&row, 0, sizeof row);                              \
        if (name##_parse(raw, &row) != CW_OK)                     \
            return 0;                                             \
        name##_encode(&row, &w);                                  \
        return w.failed ? 0 : w.len;                              \
    }
ROW(store_row, store_row)
ROW(own_row, own_row)
ROW(frontier_row, frontier_row)
ROW(log_row, log_row)
ROW(entry_row, entry_row)
ROW(seal_row, seal_row)
ROW(op_row, op_row)
ROW(op_entry, op_entry)
ROW(case_op_row, case_op_row)
ROW(case_row, case_row)
ROW(key_row, key_row)
ROW(feed_row, feed_row)
ROW(case_line, case_line)

static size_t (*const again[])(struct cw_slice raw, uint8_t *out) = {
    again_store_row, again_own_row,  again_frontier_row, again_log_row,     again_entry_row,
    again_seal_row,  again_op_row,   again_op_entry,     again_case_op_row, again_case_row,
    again_key_row,   again_feed_row, again_case_line};

static void look_at_key(struct cw_slice key)
{
    struct cw_case_id id;
    struct log_id log;
    uint64_t seq;
    int64_t ms;

    if (row_key_moment_of(key, &ms, &id))
        FUZZ_MUST(row_key_case_of(key, &id));
    if (row_key_seq_of(key, &log, &seq))
        FUZZ_MUST(key.len >= ID_LEN + 8);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t first[MOST], second[MOST];
    struct cw_slice raw = slice(data + (size > 0), size - (size > 0));
    size_t len, len_again;

    look_at_key(raw);
    if (size == 0)
        return 0;
    len = again[data[0] % CW_COUNT(again)](raw, first);
    if (len == 0)
        return 0;
    len_again = again[data[0] % CW_COUNT(again)](slice(first, len), second);
    FUZZ_MUST(len_again == len && memcmp(first, second, len) == 0);
    return 0;
}
