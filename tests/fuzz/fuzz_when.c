/* SPDX-License-Identifier: Apache-2.0 */
/* Times as people type them: whatever is understood is an interval within what can be shown, and read again as itself. */
#include "lib/when.h"
#include "proto/bytes.h"
#include "tests/fuzz/fuzz.h"

static const struct cw_wall nows[] = {
    {1742727600000}, {1761440400000}, {1774745999999}}; /* by the ends of summer time */

static void holds(struct cw_slice text, struct cw_wall now, enum when_tense tense)
{
    char why[WHEN_WHY_LEN_MAX] = "", shown[WHEN_TEXT_LEN_MAX];
    struct cw_wall earliest, latest, again_from, again_to;

    if (!when_read(text, now, tense, &earliest, &latest, why)) {
        FUZZ_MUST(why[0] != '\0' && memchr(why, '\0', sizeof(why)) != NULL);
        return;
    }
    FUZZ_MUST(earliest.ms <= latest.ms);
    when_london(earliest, true, shown);
    when_relative(latest, now, shown);
    when_utc(earliest, shown);
    FUZZ_MUST(when_read(slice_of(shown), now, tense, &again_from, &again_to, why));
    FUZZ_MUST(again_from.ms == again_to.ms && earliest.ms == again_from.ms);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < CW_COUNT(nows); i++) {
        holds(slice(data, size), nows[i], WHEN_PAST);
        holds(slice(data, size), nows[i], WHEN_COMING);
    }
    return 0;
}
