/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/vectors/history.h"

#include <stdlib.h>

#define SEALS 6  /* of all logs: north has two of them */
#define OPENED 4 /* parts, of two ops, all of which have effect */

/* Names of docs/protocol.md §8.1. Whoever verifies histories should try these. */
static const struct {
    enum breakage breakage;
    const char *name, *failure;
    uint32_t voids, uncounted; /* opened parts that are not there, or of an op without effect */
    uint32_t more;             /* findings behind the first */
} histories[] = {
    {BREAK_NETWORK, "the genesis of another network", "network", 0, 0, 0},
    {BREAK_COUNT, "the last record counts one too many", "count", 0, 0, 0},
    {BREAK_NO_END, "the last record is missing", "count", 0, 0, 0},
    {BREAK_GENESIS, "a log's genesis changed", "genesis", 0, 0, 0},
    {BREAK_OWNER, "a division's log under a person's certificate", "log-owner", 0, 0, 0},
    {BREAK_GAP, "a batch is left out", "gap", 0, 0, 0},
    {BREAK_PREV, "a seal names another one before it", "prev", 0, 0, 0},
    {BREAK_SEAL_SIGNATURE, "a seal's signature changed", "seal-signature", 0, 0, 0},
    {BREAK_ROOT_THRESHOLD, "a root seal with one signature too few", "seal-signature", 0, 0, 4},
    {BREAK_ENTRY, "an entry header changed", "root", 0, 0, 0},
    {BREAK_DROPPED_ENTRY, "an entry of a batch is left out", "entry", 0, 0, 0},
    {BREAK_HLC, "sealed, but time stands still", "order", 0, 0, 0},
    {BREAK_SUBMISSION, "another submission under an entry", "submission", 0, 0, 0},
    {BREAK_PROOF_SWAPPED, "the author's signature changed", "submission", 0, 0, 0},
    {BREAK_PROOF_KIND, "a bundle's signature as a single one", "submission", 0, 0, 0},
    {BREAK_PATH, "a bundle's path changed", "submission", 0, 0, 0},
    {BREAK_ROOT_PROOF, "a root record's proof with one signature left out", "submission", 0, 0, 4},
    {BREAK_BLOB, "a stored part changed", "blob", 0, 0, 0},
    {BREAK_CLEAR_COMMIT, "sealed, but a clear part is not what was committed", "commitment", 0, 0, 0},
    {BREAK_OPENED, "an opened part changed", "opened", 0, 0, 0},
    {BREAK_FRONTIER, "a frontier's signature changed", "frontier", 0, 0, 0},
    {BREAK_POSITION, "a seal names less of the authority's log than one before", "order", 0, 0, 0},
    {BREAK_AUTHORITY_DIVISION, "an authority's log of another division than its certificate", "log-owner", 0, 0, 3},
    {BREAK_ROTATION, "a root seal by keys that were rotated away", "seal-signature", 0, 0, 0},
    {BREAK_RECORD_GONE, "an authority's record without its bytes", "blob", 0, 0, 0},
    {BREAK_UNKNOWN_FIELD, "an unknown field deep inside a record", "record", 0, 0, 0},
    {VOID_UNKNOWN_AUTHOR, "void: an author that nobody knows", NULL, 1, 2, 0},
    {VOID_UNSEEN_AUTHOR, "void: the seals did not know the author yet", NULL, 5, 4, 0},
    {VOID_FORGED, "void: signed by another key than the author's", NULL, 1, 2, 0},
    {VOID_ISSUER, "void: a certificate not signed by its authority", NULL, 1, 0, 0},
    {VOID_GRAMMAR, "void: a proof outside the grammar, sealed so", NULL, 1, 2, 0},
    {VOID_OP_ID, "void: an entry that names another op than its submission is", NULL, 1, 2, 0},
    {VOID_OP_BEFORE, "void: an entry before another, under whose op's id it is", NULL, 1, 2, 0},
    {VOID_OP_BEHIND, "void: an entry behind another, under whose op's id it is", NULL, 1, 0, 0},
    {VOID_FORGED_BEFORE, "void: an op signed by another key, before the same op signed by its author", NULL, 1, 0, 0},
    {BREAK_OPENED_OP_ID, "opened parts under the op id that an entry only names", "opened", 1, 0, 1},
    {BREAK_OPENED_VOID, "an opened part changed, of an entry that is void", "opened", 1, 0, 0},
    {VOID_PARTS, "void: an encrypted entry that names no key", NULL, 1, 2, 0},
    {VOID_SUBJECT, "void: a case op by an authority", NULL, 1, 2, 0},
    {VOID_POSSESSION, "void: a certificate that its holder did not sign", NULL, 1, 0, 0},
    {VOID_CRITICAL, "void: authors issued behind a critical act that is not known", NULL, 5, 4, 0},
    {GOOD_ROTATION, "the root's keys rotate, from the next seal on", NULL, 0, 0, 0},
    {GOOD_ACT_UNKNOWN, "an act that is not known is passed over", NULL, 0, 0, 0},
    {GOOD_CLASS_UNKNOWN, "a class that is not known counts", NULL, 0, 0, 0},
    {BREAK_SECOND_NETWORK, "a later record names the network once more", "network", 0, 0, 0},
    {BREAK_LOG_NETWORK, "a division's log of another network", "genesis", 0, 0, 0},
    {BREAK_GENESIS_AGAIN, "a further segment with another log's genesis", "genesis", 0, 0, 0},
    {BREAK_SEAL_LOG, "a seal, signed, of another log", "seal", 0, 0, 0},
    {BREAK_SEAL_GRAMMAR, "a seal, signed, with a byte behind its fields", "seal", 0, 0, 0},
    {BREAK_SEAL_HLC, "a seal, signed, whose time is not its last entry's", "order", 0, 0, 0},
    {BREAK_ENTRY_LOG, "an entry, sealed, that names another log", "entry", 0, 0, 0},
    {BREAK_OPENED_PART, "an opened part that the op does not have", "opened", 0, 0, 1},
    {BREAK_OPENED_LEN, "opened parts of half their length", "opened", 0, 0, 3},
    {BREAK_OPENED_R, "opened parts with a short blinding", "opened", 0, 0, 3},
    {BREAK_FRONTIER_SIGNER, "a person's frontier", "frontier", 0, 0, 0},
    {BREAK_CUT_LENGTH, "the file ends inside a length", "record", 0, 0, 0},
    {BREAK_CUT_RECORD, "the file ends inside its last record", "record", 0, 0, 0},
    {BREAK_AFTER_END, "a byte behind the last record", "count", 0, 0, 0},
    {BREAK_RECORD_AFTER_END, "a record behind the last record", "count", 0, 0, 0},
    {BREAK_END_ENTRIES, "the last record holds entries", "count", 0, 0, 0},
    {BREAK_END_OPENED, "the last record holds an opened part", "count", 0, 0, 0},
    {BREAK_END_FRONTIER, "the last record holds a frontier", "count", 0, 0, 0},
    {VOID_REVOKED, "void: the seals knew that the author was revoked", NULL, 5, 4, 0},
    {GOOD_REVOKED_LATER, "an author revoked behind what the seals knew", NULL, 0, 0, 0},
    {VOID_MAY_BUNDLE, "void: a bundle by an author that may make none", NULL, 2, 0, 0},
    {VOID_RECORD_CLASS, "void: an authority's record of another class, and what its holder made", NULL, 6, 4, 0},
    {VOID_RECORD_AUTHOR, "void: an authority's record by another author", NULL, 6, 4, 0},
    {VOID_RECORD_PROOF, "void: an authority's record whose proof is by another key", NULL, 6, 4, 0},
    {VOID_RECORD_BUNDLE, "void: an authority's record in a bundle", NULL, 6, 4, 0},
    {VOID_RECORD_OP, "void: an authority's record whose entry names another op", NULL, 6, 4, 0},
    {VOID_RECORD_BEFORE, "void: an authority's record whose entry names another op does not end its log", NULL, 1, 0,
     0},
    {VOID_ISSUE_NETWORK, "void: an authority issues for another network", NULL, 6, 4, 0},
    {VOID_ISSUE_ISSUER, "void: an authority issues in another's name", NULL, 6, 4, 0},
    {VOID_REVOKES_FOREIGN, "void: an authority revokes what it did not issue", NULL, 1, 0, 0},
    {VOID_AUTHORITY_ADMITS, "void: an authority admits another one", NULL, 2, 0, 0},
    {VOID_AUTHORITY_ROTATES, "void: an authority rotates the root keys", NULL, 1, 0, 0},
    {VOID_ROOT_SINGLE, "void: a root record with a single proof", NULL, 1, 0, 0},
    {VOID_ROOT_ISSUES, "void: the root issues", NULL, 1, 0, 0},
    {VOID_ROOT_REVOKES, "void: the root revokes what it did not issue", NULL, 1, 0, 0},
    {GOOD_ADMIT_SECOND, "a second authority, and an op that it makes", NULL, 0, 0, 0},
    {VOID_ADMIT_NETWORK, "void: an authority of another network is admitted", NULL, 2, 0, 0},
    {VOID_ADMIT_SUBJECT, "void: a daemon is admitted as an authority", NULL, 2, 0, 0},
    {VOID_ADMIT_UNSIGNED, "void: an authority is admitted that did not sign its certificate", NULL, 2, 0, 0},
    {VOID_ADMIT_MANY, "void: an op by the sixteenth authority", NULL, 1, 0, 0},
    {VOID_KIND, "void: an entry of another class than its op", NULL, 1, 0, 0},
    {VOID_HEADER, "void: a submission header outside the grammar, sealed so", NULL, 1, 0, 0},
    {VOID_THRESHOLD, "void: an officer's op signed by the root keys", NULL, 1, 0, 0},
    {VOID_BUNDLE_CLASS, "void: a bundle of a class that comes singly", NULL, 1, 0, 0},
    {VOID_CLASS_AUTHORITY, "void: an authority's record in a division's log", NULL, 1, 0, 0},
    {BREAK_FIELD_ORDER, "fields of a record that are out of order", "record", 0, 0, 0},
    {BREAK_FIELDS, "a record of many empty frontiers", "record", 0, 0, 0},
    {BREAK_PUSHED, "a segment that says it was pushed", "record", 0, 0, 0},
    {BREAK_ENTRY_HASH, "contents that say whose they are", "record", 0, 0, 0},
    {BREAK_COUNT_ZERO, "a record in the middle that counts none", "count", 0, 0, 0},
    {BREAK_SURPLUS_PART, "one part more than an entry names", "blob", 0, 0, 0},
    {BREAK_SURPLUS_WRAPS, "wraps of a key that an entry does not name", "blob", 0, 0, 0},
    {BREAK_SURPLUS_ENVELOPES, "envelopes that an entry does not name", "blob", 0, 0, 0},
    {BREAK_FEWER_PARTS, "one part less than an entry names", "blob", 0, 0, 0},
    {BREAK_RECORD_BLOB, "one record of an authority's batch changed", "blob", 0, 0, 0},
    {BREAK_WRAPS, "wraps changed", "blob", 0, 0, 0},
    {BREAK_PART_LEN, "sealed, but a part has not the length that its header says", "blob", 1, 0, 0},
    {BREAK_LOG_SHORT, "a segment of a log whose id has 31 bytes", "genesis", 0, 0, 1},
    {BREAK_ONLY_RECORD, "one record, the first and the last", "count", 0, 0, 0},
    {GOOD_PARTS_MISSING, "an entry without its parts", NULL, 0, 0, 0},
    {GOOD_POLICY_LONG, "a policy whose value is too long to be kept", NULL, 0, 0, 0},
    {GOOD_ISSUE_NEWER, "a certificate of a newer version is issued", NULL, 0, 0, 0},
};

/* Of north's two: the batch that does not hold, and what stands behind it. */
static uint32_t seals_lost(enum breakage breakage)
{
    switch (breakage) {
    case BREAK_ENTRY:
    case BREAK_HLC:
    case BREAK_ENTRY_LOG:
        return 2;
    case BREAK_DROPPED_ENTRY:
    case BREAK_SEAL_HLC:
    case BREAK_POSITION:
        return 1;
    default:
        return 0;
    }
}

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
    out_number(o, "opened", OPENED);
    for (size_t i = 0; i < CW_COUNT(histories); i++) {
        struct cw_slice bad = history_make(histories[i].breakage, &same);

        out_vector(o, "history", histories[i].name, histories[i].failure);
        put_splice(o, good, bad);
        out_number(o, "void", histories[i].voids);
        if (histories[i].failure == NULL)
            out_number(o, "opened", OPENED - histories[i].uncounted);
        if (seals_lost(histories[i].breakage) != 0)
            out_number(o, "seals", SEALS - seals_lost(histories[i].breakage));
        if (histories[i].failure != NULL)
            out_number(o, "findings", 1 + histories[i].more);
        out_check(o, ID_EQ(&network, &same) && !slice_eq(good, bad), histories[i].name);
    }
    free(copy);
}
