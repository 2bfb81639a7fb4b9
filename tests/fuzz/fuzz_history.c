/* SPDX-License-Identifier: Apache-2.0 */
/* An exported history, as somebody may hand it in: record by record through the verifier. */
#include "tests/fuzz/fuzz.h"

#include <casewire/casewire.h>

#include "proto/bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reader in = reader_over(slice(data, size));
    struct cw_verify_counts counts;
    struct cw_verify *verify;

    FUZZ_MUST(cw_verify_new(NULL, &verify) == CW_OK);
    while (reader_left(&in) > 4) {
        uint32_t len = reader_be32(&in);
        struct cw_slice record = reader_slice(&in, len < reader_left(&in) ? len : reader_left(&in));

        FUZZ_MUST(cw_verify_record(verify, record) == CW_OK);
    }
    FUZZ_MUST(cw_verify_finish(verify) == CW_OK);
    cw_verify_counts_of(verify, &counts);
    FUZZ_MUST(counts.seals <= counts.entries && counts.logs <= counts.records);
    for (size_t i = 0; i < cw_verify_finding_count(verify); i++)
        FUZZ_MUST(cw_verify_finding_at(verify, i)->fault.text[0] != '\0');
    cw_verify_free(verify);
    return 0;
}
