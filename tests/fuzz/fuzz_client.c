/* SPDX-License-Identifier: Apache-2.0 */
/* A request of a client. */
#include "proto/client.pb-c.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/unpack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* Fields that nobody knows, two bytes each, are what takes most: up to what the pre-scanner allows. */
    fuzz_unpack(&cw__request__descriptor, slice(data, size));
    return 0;
}
