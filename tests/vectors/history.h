/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_VECTORS_HISTORY_H
#define TESTS_VECTORS_HISTORY_H

/* A whole exported history of a small network, made so that it can be broken at any place and made again. */

#include "tests/vectors/vectors.h"

enum breakage {
    BREAK_NOTHING,
    BREAK_NETWORK, /* another network's genesis */
    BREAK_COUNT,   /* the last record counts one too many */
    BREAK_NO_END,  /* no last record */
    BREAK_GENESIS, /* a log's genesis is another's */
    BREAK_OWNER,   /* a division log under a person's certificate */
    BREAK_GAP,     /* a batch is left out */
    BREAK_PREV,    /* signed, but names another predecessor */
    BREAK_SEAL_SIGNATURE,
    BREAK_ROOT_THRESHOLD,     /* a root seal with one signature too few */
    BREAK_ENTRY,              /* an entry header changed */
    BREAK_DROPPED_ENTRY,      /* an entry of a batch is left out */
    BREAK_HLC,                /* sealed, but time stands still */
    BREAK_SUBMISSION,         /* another submission under an entry */
    BREAK_PROOF_SWAPPED,      /* the author's signature changed */
    BREAK_PROOF_KIND,         /* a bundle's signature as a single one */
    BREAK_PATH,               /* a bundle's path changed */
    BREAK_ROOT_PROOF,         /* a root record with one signature left out */
    BREAK_BLOB,               /* a part changed */
    BREAK_CLEAR_COMMIT,       /* sealed, but a clear part is not what was committed */
    BREAK_OPENED,             /* an opened part changed */
    BREAK_FRONTIER,           /* a frontier's signature */
    BREAK_POSITION,           /* sealed, but an authority position goes back */
    BREAK_AUTHORITY_DIVISION, /* the authority's log names another division than its certificate */
    BREAK_ROTATION,           /* the root goes on with keys that it has rotated away */
    BREAK_RECORD_GONE,        /* a record of the authority's log without its bytes */
    BREAK_UNKNOWN_FIELD,      /* a field that does not belong, deep inside a record */
    VOID_UNKNOWN_AUTHOR,      /* lawful: stored without effect */
    VOID_UNSEEN_AUTHOR,       /* lawful: the seal did not know the certificate yet */
    VOID_FORGED,              /* lawful: the author's proof is of another key */
    VOID_ISSUER,              /* lawful: a certificate signed by somebody else has no effect */
    VOID_GRAMMAR,             /* lawful: the proof that was sealed is outside the grammar */
    VOID_OP_ID,               /* lawful: the entry names another op than its submission is */
    VOID_OP_BEFORE,           /* lawful: such an entry before the one of the op that it names, and behind it */
    VOID_OP_BEHIND,
    VOID_FORGED_BEFORE, /* lawful: an op under a forged proof, and behind it under its author's */
    BREAK_OPENED_OP_ID, /* such an entry, and opened parts under the op id that it names */
    BREAK_OPENED_VOID,  /* an opened part changed, of an op that its author did not sign */
    VOID_PARTS,         /* lawful: an encrypted entry that names no key */
    VOID_SUBJECT,       /* lawful: a case op by an authority */
    VOID_POSSESSION,    /* lawful: a certificate whose holder did not sign */
    VOID_CRITICAL,      /* lawful: behind a critical act that is not known */
    GOOD_ROTATION,      /* new root keys, in force from the next seal on */
    GOOD_ACT_UNKNOWN,
    GOOD_CLASS_UNKNOWN,
    BREAK_SECOND_NETWORK, /* a later record names the network once more */
    BREAK_LOG_NETWORK,    /* a log of another network */
    BREAK_GENESIS_AGAIN,  /* a further segment with another log's genesis */
    BREAK_SEAL_LOG,       /* signed, but of another log */
    BREAK_SEAL_GRAMMAR,   /* signed, with a byte behind its fields */
    BREAK_SEAL_HLC,       /* signed, but its time is not its last entry's */
    BREAK_ENTRY_LOG,      /* sealed, but an entry names another log */
    BREAK_OPENED_PART,    /* opened parts: of no such number, too short, with a short r */
    BREAK_OPENED_LEN,
    BREAK_OPENED_R,
    BREAK_FRONTIER_SIGNER, /* a person's frontier */
    BREAK_CUT_LENGTH,      /* the file: ends inside a length, inside a record, goes on behind its last record */
    BREAK_CUT_RECORD,
    BREAK_AFTER_END,
    BREAK_RECORD_AFTER_END,
    BREAK_END_ENTRIES, /* the last record holds more than its count */
    BREAK_END_OPENED,
    BREAK_END_FRONTIER,
    VOID_REVOKED,       /* lawful: the seals knew the author's revocation */
    GOOD_REVOKED_LATER, /* the revocation is there, but no seal knew it */
    VOID_MAY_BUNDLE,    /* lawful: a bundle whose author may not make any */
    VOID_RECORD_CLASS,  /* lawful: the officer's issue, of another class, author, proof, kind of proof, op */
    VOID_RECORD_AUTHOR,
    VOID_RECORD_PROOF,
    VOID_RECORD_BUNDLE,
    VOID_RECORD_OP,
    VOID_RECORD_BEFORE, /* lawful: a record before it whose entry names another op */
    VOID_ISSUE_NETWORK, /* lawful: the officer's certificate is of another network, of another issuer */
    VOID_ISSUE_ISSUER,
    VOID_REVOKES_FOREIGN, /* lawful: an authority revokes what it did not issue, admits, rotates the root's keys */
    VOID_AUTHORITY_ADMITS,
    VOID_AUTHORITY_ROTATES,
    VOID_ROOT_SINGLE, /* lawful: a root record under a single proof, one that issues, one that revokes another's */
    VOID_ROOT_ISSUES,
    VOID_ROOT_REVOKES,
    GOOD_ADMIT_SECOND, /* a second authority, and an op that it makes */
    VOID_ADMIT_NETWORK,
    VOID_ADMIT_SUBJECT,
    VOID_ADMIT_UNSIGNED,
    VOID_ADMIT_MANY,   /* one more than seals can name */
    VOID_KIND,         /* lawful: an entry of another class than its op, whose part is not what was committed either */
    VOID_HEADER,       /* lawful: a submission header outside the grammar, sealed so */
    VOID_THRESHOLD,    /* lawful: an officer's op signed by the root's keys */
    VOID_BUNDLE_CLASS, /* lawful: a bundle of another class than 1 */
    VOID_CLASS_AUTHORITY, /* lawful: an authority's record in a division's log */
    BREAK_FIELD_ORDER,    /* a record's fields are not in the order of their numbers */
    BREAK_FIELDS,         /* more of them than a record of its length may have */
    BREAK_PUSHED,         /* fields that a session has, and a file has not */
    BREAK_ENTRY_HASH,
    BREAK_COUNT_ZERO,   /* a record in the middle counts none before it */
    BREAK_SURPLUS_PART, /* beside an entry: one more than its header names, or one less */
    BREAK_SURPLUS_WRAPS,
    BREAK_SURPLUS_ENVELOPES,
    BREAK_FEWER_PARTS,
    BREAK_RECORD_BLOB,  /* one record of a batch of the authority's log changed: the others stand */
    BREAK_WRAPS,        /* wraps changed */
    BREAK_PART_LEN,     /* sealed, but the header says another length of a part */
    BREAK_LOG_SHORT,    /* a segment of a log whose id is too short */
    BREAK_ONLY_RECORD,  /* the first record, which names the network, is the last one too */
    GOOD_PARTS_MISSING, /* none of an entry's contents is here */
    GOOD_POLICY_LONG,   /* a policy whose value no reader keeps */
    GOOD_ISSUE_NEWER,   /* a certificate of a newer version: its record counts */
};

#define HISTORY_ACT_UNKNOWN ((enum authority_act)40)

/* The file; borrowed until the next call. */
struct cw_slice history_make(enum breakage breakage, struct network_id *out_network);

/* One log being exported: entries with their bytes. */
#define HISTORY_ENTRIES_MAX 24
struct history_log {
    struct world_log log;
    uint32_t entry_count, batch_count;
    struct world_submission subs[HISTORY_ENTRIES_MAX];
    struct cw_slice stored[HISTORY_ENTRIES_MAX][2]; /* parts */
    struct entry_record entries[HISTORY_ENTRIES_MAX];
    struct sealed_batch batches[6];
    struct positions authority; /* what the next seal says */
};

struct history {
    struct world w;
    enum breakage breakage;
    uint64_t records;
    struct buf file;
    struct history_log root, authority;
    struct world_identity second; /* another authority */
};

/* history_authority.c: the root and authority logs. */
void history_write_authority(struct history *h);

/* history_acts.c: records that have no effect, or should have none. */
void history_prepare(struct history *h);
void history_write_root_acts(struct history *h);
void history_write_officer(struct history *h, struct cw_slice issue);
void history_write_authority_acts(struct history *h);
/* Certificate bytes and id anew, from what `cert` says. */
void history_certify(struct history *h, struct world_identity *of);
struct cw_slice history_longer(struct history *h, struct cw_slice bytes); /* by a byte that is no field */

/* history_authority.c */
struct cw_slice history_record(struct history *h, enum authority_act act, const struct writer *body);
struct cw_slice history_issue(struct history *h, const struct world_identity *subject);
struct cw_slice history_rotation(struct history *h);
void history_write_record(struct history *h, struct history_log *log, uint32_t number, struct cw_slice record);
struct cw_slice history_policy(struct history *h);

/* history_tamper.c: what the breakage changes behind the seals' back. */
void history_tamper(struct history *h, struct history_log *north);
struct cw_slice history_turned(struct history *h, struct cw_slice bytes, size_t at); /* with one bit turned */

/* history_logs.c */
void history_append(struct history *h, struct history_log *log, const struct world_submission *sub, bool sound_part);
/* Seals what was appended since the last seal. */
void history_seal(struct history *h, struct history_log *log);
struct cw_slice history_entries(struct history *h, const struct history_log *log, uint32_t first_batch);

#endif
