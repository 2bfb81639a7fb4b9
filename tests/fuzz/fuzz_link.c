/* SPDX-License-Identifier: Apache-2.0 */
/* What the net process says to the core. */
#include "proto/link.pb-c.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/unpack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_unpack(&cw__from_net__descriptor, slice(data, size));
    return 0;
}
