/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/vectors/history.h"

#include <stdlib.h>

/* Names of docs/protocol.md §8.1. Whoever verifies histories should try these. */
static const struct {
    enum breakage breakage;
    const char *name, *failure;
    uint32_t voids;
} histories[] = {
    {BREAK_NETWORK, "the genesis of another network", "network", 0},
    {BREAK_COUNT, "the last record counts one too many", "count", 0},
    {BREAK_NO_END, "the last record is missing", "count", 0},
    {BREAK_GENESIS, "a log's genesis changed", "genesis", 0},
    {BREAK_OWNER, "a division's log under a person's certificate", "log-owner", 0},
    {BREAK_GAP, "a batch is left out", "gap", 0},
    {BREAK_PREV, "a seal names another one before it", "prev", 0},
    {BREAK_SEAL_SIGNATURE, "a seal's signature changed", "seal-signature", 0},
    {BREAK_ROOT_THRESHOLD, "a root seal with one signature too few", "seal-signature", 0},
    {BREAK_ENTRY, "an entry header changed", "root", 0},
    {BREAK_DROPPED_ENTRY, "an entry of a batch is left out", "entry", 0},
    {BREAK_HLC, "sealed, but time stands still", "order", 0},
    {BREAK_SUBMISSION, "another submission under an entry", "submission", 0},
    {BREAK_PROOF_SWAPPED, "the author's signature changed", "submission", 0},
    {BREAK_PROOF_KIND, "a bundle's signature as a single one", "submission", 0},
    {BREAK_PATH, "a bundle's path changed", "submission", 0},
    {BREAK_ROOT_PROOF, "a root record's proof with one signature left out", "submission", 0},
    {BREAK_BLOB, "a stored part changed", "blob", 0},
    {BREAK_CLEAR_COMMIT, "sealed, but a clear part is not what was committed", "commitment", 0},
    {BREAK_OPENED, "an opened part changed", "opened", 0},
    {BREAK_FRONTIER, "a frontier's signature changed", "frontier", 0},
    {BREAK_POSITION, "a seal names less of the authority's log than one before", "order", 0},
    {BREAK_AUTHORITY_DIVISION, "an authority's log of another division than its certificate", "log-owner", 0},
    {BREAK_ROTATION, "a root seal by keys that were rotated away", "seal-signature", 0},
    {BREAK_RECORD_GONE, "an authority's record without its bytes", "blob", 0},
    {BREAK_UNKNOWN_FIELD, "an unknown field deep inside a record", "record", 0},
    {VOID_UNKNOWN_AUTHOR, "void: an author that nobody knows", NULL, 1},
    {VOID_UNSEEN_AUTHOR, "void: the seals did not know the author yet", NULL, 5},
    {VOID_FORGED, "void: signed by another key than the author's", NULL, 1},
    {VOID_ISSUER, "void: a certificate not signed by its authority", NULL, 1},
    {VOID_GRAMMAR, "void: a proof outside the grammar, sealed so", NULL, 1},
    {VOID_OP_ID, "void: an entry that names another op than its submission is", NULL, 1},
    {VOID_PARTS, "void: an encrypted entry that names no key", NULL, 1},
    {VOID_SUBJECT, "void: a case op by an authority", NULL, 1},
    {VOID_POSSESSION, "void: a certificate that its holder did not sign", NULL, 1},
    {VOID_CRITICAL, "void: authors issued behind a critical act that is not known", NULL, 5},
    {GOOD_ROTATION, "the root's keys rotate, from the next seal on", NULL, 0},
    {GOOD_ACT_UNKNOWN, "an act that is not known is passed over", NULL, 0},
    {GOOD_CLASS_UNKNOWN, "a class that is not known counts", NULL, 0},
};

/* What lies between the bytes that both begin with and those that both end with. */
static void put_splice(struct out *o, struct cw_slice good, struct cw_slice bad)
{
    size_t most = good.len < bad.len ? good.len : bad.len;
    size_t head = 0, tail = 0;

    while (head < most && good.data[head] == bad.data[head])
        head++;
    while (tail < most - head && good.data[good.len - 1 - tail] == bad.data[bad.len - 1 - tail])
        tail++;
    out_number(o, "at", head);
    out_number(o, "remove", good.len - head - tail);
    out_hex(o, "insert", slice(bad.data + head, bad.len - head - tail));
}

void make_histories(struct out *o)
{
    struct network_id network, same;
    struct cw_slice made = history_make(BREAK_NOTHING, &network);
    uint8_t *copy = malloc(made.len);

    world_must(copy != NULL, "no memory");
    memcpy(copy, made.data, made.len);
    const struct cw_slice good = slice(copy, made.len);
    out_vector(o, "history", "whole", NULL);
    OUT_ID(o, "network", &network);
    out_hex(o, "file", good);
    out_number(o, "void", 0);
    for (size_t i = 0; i < CW_COUNT(histories); i++) {
        struct cw_slice bad = history_make(histories[i].breakage, &same);

        out_vector(o, "history", histories[i].name, histories[i].failure);
        put_splice(o, good, bad);
        out_number(o, "void", histories[i].voids);
        out_check(o, ID_EQ(&network, &same) && !slice_eq(good, bad), histories[i].name);
    }
    free(copy);
}
