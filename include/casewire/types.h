/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TYPES_H
#define CASEWIRE_TYPES_H

#include <stddef.h>
#include <stdint.h>

/** Bytes somebody else owns, borrowed for the call. data may be NULL only when len is 0. */
struct cw_slice {
    const uint8_t *data;
    size_t len;
};

/** Size of every hash and of every id that is one. */
#define CW_ID_LEN 32

/** An op: the hash of its signed submission header. The same submission has one op_id wherever it is sent. */
struct cw_op_id {
    uint8_t b[CW_ID_LEN];
};

/** A case: a hash of the op_id that opened it. */
struct cw_case_id {
    uint8_t b[CW_ID_LEN];
};

/** Wall-clock time, milliseconds since 1970-01-01 UTC. Data and display only: nothing is ordered by it. */
struct cw_wall {
    int64_t ms;
};

#endif
