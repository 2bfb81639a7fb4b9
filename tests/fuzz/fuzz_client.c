/* SPDX-License-Identifier: Apache-2.0 */
/* A request of a client. */
#include "proto/client.pb-c.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/unpack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_unpack(&cw__request__descriptor, slice(data, size), 32);
    return 0;
}
