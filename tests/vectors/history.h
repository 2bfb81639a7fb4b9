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
    VOID_PARTS,               /* lawful: an encrypted entry that names no key */
    VOID_SUBJECT,             /* lawful: a case op by an authority */
    VOID_POSSESSION,          /* lawful: a certificate whose holder did not sign */
    VOID_CRITICAL,            /* lawful: behind a critical act that is not known */
    GOOD_ROTATION,            /* new root keys, in force from the next seal on */
    GOOD_ACT_UNKNOWN,
    GOOD_CLASS_UNKNOWN,
};

#define HISTORY_ACT_UNKNOWN ((enum authority_act)40)

/* The file; borrowed until the next call. */
struct cw_slice history_make(enum breakage breakage, struct network_id *out_network);

/* One log being exported: entries with their bytes. */
#define HISTORY_ENTRIES_MAX 12
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
};

/* history_authority.c: the root and authority logs. */
void history_write_authority(struct history *h);

/* history_logs.c */
void history_append(struct history *h, struct history_log *log, const struct world_submission *sub, bool sound_part);
/* Seals what was appended since the last seal. */
void history_seal(struct history *h, struct history_log *log);
struct cw_slice history_entries(struct history *h, const struct history_log *log, uint32_t first_batch);

#endif
