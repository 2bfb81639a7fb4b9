/* SPDX-License-Identifier: Apache-2.0 */
/* See schema_put.h. */
#include "proto/schema_put.h"

void schema_put(struct writer *out, const char *text)
{
    writer_slice(out, slice_of(text));
}

void schema_put_number(struct writer *out, int64_t number)
{
    char digits[24];
    size_t at = sizeof(digits);
    uint64_t left = number < 0 ? (uint64_t)0 - (uint64_t)number : (uint64_t)number;

    do {
        digits[--at] = (char)('0' + left % 10);
        left /= 10;
    } while (left > 0);
    if (number < 0)
        digits[--at] = '-';
    writer_bytes(out, digits + at, sizeof(digits) - at);
}
