/* SPDX-License-Identifier: Apache-2.0 */
/* Heap sort over index lists: see sort.h. */
#include "cases/sort.h"

static void swap(uint32_t *a, uint32_t *b)
{
    uint32_t kept = *a;

    *a = *b;
    *b = kept;
}

static void sink(uint32_t *items, size_t root, size_t count, sort_compare compare, const void *context)
{
    for (;;) {
        size_t child = 2 * root + 1;

        if (child >= count)
            return;
        if (child + 1 < count && compare(context, items[child], items[child + 1]) < 0)
            child++;
        if (compare(context, items[root], items[child]) >= 0)
            return;
        swap(&items[root], &items[child]);
        root = child;
    }
}

void sort_indices(uint32_t *items, size_t count, sort_compare compare, const void *context)
{
    if (count < 2)
        return;
    for (size_t root = count / 2; root-- > 0;)
        sink(items, root, count, compare, context);
    for (size_t end = count - 1; end > 0; end--) {
        swap(&items[0], &items[end]);
        sink(items, 0, end, compare, context);
    }
}
