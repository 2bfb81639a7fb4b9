/* SPDX-License-Identifier: Apache-2.0 */
/* See words.h. */
#include "cases/words.h"

void put_text(struct writer *out, const char *text)
{
    writer_bytes(out, text, strlen(text));
}

void put_u64(struct writer *out, uint64_t number)
{
    char digits[20];
    size_t at = sizeof(digits);

    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    writer_bytes(out, digits + at, sizeof(digits) - at);
}

void put_i64(struct writer *out, int64_t number)
{
    if (number < 0)
        writer_u8(out, '-');
    put_u64(out, number < 0 ? (uint64_t)0 - (uint64_t)number : (uint64_t)number);
}

void put_hex(struct writer *out, struct cw_slice bytes)
{
    static const char digits[] = "0123456789abcdef";
    char text[2 * CW_ID_LEN]; /* of as many bytes as are nearly always asked for */

    while (bytes.len > 0) {
        size_t len = bytes.len < CW_ID_LEN ? bytes.len : CW_ID_LEN;

        for (size_t i = 0; i < len; i++) {
            text[2 * i] = digits[bytes.data[i] >> 4];
            text[2 * i + 1] = digits[bytes.data[i] & 15];
        }
        writer_bytes(out, text, 2 * len);
        bytes = slice(bytes.data + len, bytes.len - len);
    }
}
