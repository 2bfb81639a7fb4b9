/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CASES_SORT_H
#define CASEWIRE_CASES_SORT_H

/*
 * Sorting of index lists in place (heap sort: no memory, no bad cases). The library's qsort may allocate, which
 * the pure floors may not. Comparisons must be total: equal answers only for equal things.
 */

#include "proto/base.h"

typedef int (*sort_compare)(const void *context, uint32_t a, uint32_t b);

void sort_indices(uint32_t *items, size_t count, sort_compare compare, const void *context);

static inline int compare_u64(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

static inline int compare_i64(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

#endif
