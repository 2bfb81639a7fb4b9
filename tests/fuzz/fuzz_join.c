/* SPDX-License-Identifier: Apache-2.0 */
/* Byte 0: which of the two files by which a division comes into a network. What is accepted holds its signatures; here nothing can. */
#include "tests/fuzz/fuzz.h"

#include "tool/enrol.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf bytes = {0};
    struct cw_fault fault;
    struct asking asking;
    struct joining j;

    if (size == 0 || buf_add(&bytes, slice(data + 1, size - 1)) != CW_OK)
        return 0;
    if (data[0] % 2 == 0 && asking_read(&bytes, &asking, &fault) == CW_OK) {
        FUZZ_MUST(enrol_title_ok(asking.request.title) && enrol_address_ok(asking.request.address));
        asking_done(&asking);
    } else if (data[0] % 2 == 1 && joining_read(&bytes, &j, &fault) == CW_OK) {
        FUZZ_MUST(j.authority != NULL && !j.authority->revoked);
        joining_done(&j);
    }
    buf_done(&bytes);
    return 0;
}
