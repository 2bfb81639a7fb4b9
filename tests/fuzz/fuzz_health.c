/* SPDX-License-Identifier: Apache-2.0 */
#include "net/health.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Whatever a stranger sends, piece by piece: what was judged once stays so however much follows, and nothing waits for ever. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    enum health_page page = HEALTH_METRICS;

    if (len > HEALTH_REQUEST_LEN_MAX)
        len = HEALTH_REQUEST_LEN_MAX;
    if (health_judge(slice(data, len), &page) == HEALTH_MORE && len == HEALTH_REQUEST_LEN_MAX)
        abort();
    if (page > HEALTH_READY)
        abort();
    for (size_t i = 0; i < len; i++) {
        enum health_verdict verdict = health_judge(slice(data, i), &page);

        if (verdict == HEALTH_GOOD && (i < 20 || memcmp(data, "GET /", 5) != 0))
            abort();
    }
    return 0;
}
