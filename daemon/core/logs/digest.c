/* SPDX-License-Identifier: Apache-2.0 */
#include "core/digest.h"

void digest_add(struct hash *bucket, const struct digest_leaf *leaf)
{
    const struct cw_slice parts[] = {ID_SLICE(bucket), ID_SLICE(&leaf->case_id), ID_SLICE(&leaf->inputs),
                                     ID_SLICE(&leaf->state)};
    struct hash next;

    hash_labelled(LABEL_DIGEST, parts, CW_COUNT(parts), next.b);
    *bucket = next;
}

void digest_build(const struct digest_leaf *leaves, uint32_t count, struct hash out[static DIGEST_BUCKETS])
{
    memset(out, 0, DIGEST_BUCKETS * sizeof *out);
    for (uint32_t i = 0; i < count; i++) {
        CW_ASSERT(i == 0 || ID_COMPARE(&leaves[i - 1].case_id, &leaves[i].case_id) < 0);
        digest_add(&out[digest_bucket_of(&leaves[i].case_id)], &leaves[i]);
    }
}

void digest_whole(const struct hash buckets[static DIGEST_BUCKETS], struct hash *out)
{
    hash_one(LABEL_DIGEST, slice(buckets, DIGEST_BUCKETS * sizeof *buckets), out->b);
}

uint32_t digest_compare(const struct hash ours[static DIGEST_BUCKETS], const struct hash theirs[static DIGEST_BUCKETS],
                        uint8_t out[static DIGEST_BUCKETS])
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < DIGEST_BUCKETS; i++) {
        if (!ID_EQ(&ours[i], &theirs[i]))
            out[count++] = (uint8_t)i;
    }
    return count;
}

static uint32_t found(struct digest_finding *out, uint32_t max, uint32_t count, enum digest_difference difference,
                      const struct cw_case_id *case_id)
{
    if (count < max)
        out[count] = (struct digest_finding){difference, *case_id};
    return count + 1;
}

uint32_t digest_locate(const struct digest_leaf *ours, uint32_t our_count, const struct digest_leaf *theirs,
                       uint32_t their_count, struct digest_finding *out, uint32_t max)
{
    uint32_t i = 0, j = 0, count = 0;

    while (i < our_count || j < their_count) {
        int order = i == our_count ? 1 : j == their_count ? -1 : ID_COMPARE(&ours[i].case_id, &theirs[j].case_id);

        if (order < 0) {
            count = found(out, max, count, DIGEST_ONLY_OURS, &ours[i++].case_id);
        } else if (order > 0) {
            count = found(out, max, count, DIGEST_ONLY_THEIRS, &theirs[j++].case_id);
        } else {
            if (!ID_EQ(&ours[i].inputs, &theirs[j].inputs))
                count = found(out, max, count, DIGEST_INPUTS, &ours[i].case_id);
            else if (!ID_EQ(&ours[i].state, &theirs[j].state))
                count = found(out, max, count, DIGEST_STATE, &ours[i].case_id);
            i++;
            j++;
        }
    }
    return count;
}
