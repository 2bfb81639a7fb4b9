/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_OUTBOX_H
#define CASEWIRE_OUTBOX_H

/**
 * An outbox: submissions that wait in a file until the network has them, and say honestly how far each has come.
 *
 *     cw_outbox_open(&options, &outbox, &fault);
 *     const struct cw_submission *one = submission;
 *     cw_outbox_add(outbox, &one, 1, NULL, NULL, &fault);           from here on it is not lost
 *     cw_outbox_attach(outbox, client, NULL, NULL);                 sent whenever a daemon can be reached
 *     cw_outbox_flush(outbox, 10000, &fault);                       or an event loop with cw_client_dispatch()
 *
 * The file is of one person: it is encrypted under a key that comes from the identity's transport key, and another
 * identity cannot open it, nor can the same person with the keys of a renewed certificate: empty it first. It grows by
 * whole records; a process that is killed at any moment leaves at most one unfinished record at the end, which nobody
 * was told is safe; others add after it. What is damaged is named and left out; everything else is sent. The same
 * submission sent twice, by whatever accident, has one effect.
 *
 * Submissions of one case go one after the other in the order in which they were added; those of different cases
 * together, up to CW_OUTBOX_WINDOW at once.
 *
 * Threads: those of the handle it is attached to.
 */

#include <casewire/submission.h>
#include <casewire/trust.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CW_OUTBOX_ENTRIES_MAX 1000000 /**< in one file */
#define CW_OUTBOX_WINDOW 64           /**< sent at once */

struct cw_outbox;

struct cw_outbox_options {
    size_t size;                        /**< sizeof(struct cw_outbox_options) */
    const char *path;                   /**< made when it is missing, for its owner only */
    const struct cw_identity *identity; /**< whose; must outlive the outbox */
    struct cw_trust *trust; /**< what receipts are checked against; must outlive the outbox. What is missing in it is
                                 fetched while the outbox is attached */
};

/**
 * Opens the file, reads it from end to end, and holds it for this process alone.
 *
 * Returns   CW_OK, also when parts of it are damaged: see cw_outbox_damage_count(); or
 *           CW_USAGE_ARGUMENT   the fault says which option
 *           CW_LOCAL_LOCKED     another process has it
 *           CW_LOCAL_KEY        it belongs to another identity
 *           CW_LOCAL_FORMAT     written by a newer version
 *           CW_LOCAL_CORRUPT    not an outbox, or nothing in it can be read
 *           CW_REFUSED_SIZE     more than CW_OUTBOX_ENTRIES_MAX entries
 *           CW_LOCAL_IO, CW_LOCAL_NO_SPACE, CW_LOCAL_MEMORY
 * Blocks    on the disk
 * Cost      about 200 bytes of memory for each entry; contents are read again when they are sent
 */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_outbox_open(const struct cw_outbox_options *options,
                                                   struct cw_outbox **out_outbox, struct cw_fault *out_fault);
/** Detaches and closes. What is on its way may still arrive: it is sent again next time, with one effect. */
CW_PUBLIC void cw_outbox_close(struct cw_outbox *outbox);

/* --- damage ------------------------------------------------------------------------------------------ */

struct cw_outbox_damage {
    uint64_t offset, len; /**< bytes of the file */
    uint64_t number;      /**< of the entry they belonged to, the first when there were several; 0: it cannot be told */
    int unfinished; /**< what a process leaves that is killed while it adds: nobody was told that it is safe. It stands
                         at the end of the file, or where others have added since */
    uint16_t
        further; /**< so many numbers that follow it are missing here too: the numbers before and after tell it. Those
                           that were forgotten before are among them */
    uint16_t perhaps_more; /**< at the end of the file: nothing behind it tells whether others were in it too */
};
/** What could not be read when the file was opened: pieces of it, from the front. */
CW_PUBLIC size_t cw_outbox_damage_count(const struct cw_outbox *outbox);
/** @param index  below cw_outbox_damage_count(); NULL otherwise. Lives as long as the outbox. */
CW_PUBLIC const struct cw_outbox_damage *cw_outbox_damage_at(const struct cw_outbox *outbox, size_t index);

/* --- entries ----------------------------------------------------------------------------------------- */

enum cw_outbox_state {
    CW_OUTBOX_QUEUED = 1,  /**< durable in this file, and nowhere else as far as is known */
    CW_OUTBOX_SENT = 2,    /**< handed to a daemon, which has not answered: perhaps it has it */
    CW_OUTBOX_STORED = 3,  /**< durable at one division: its receipt was verified and is kept. With the fault
                                CW_LOCAL_UNPROVEN it is done: the daemon says that as many hold it as were asked for, and it
                                is too long ago for a receipt to prove it, whoever is asked again */
    CW_OUTBOX_HELD = 4,    /**< held by as many divisions as were asked for, proven by the receipt */
    CW_OUTBOX_REFUSED = 5, /**< it will never be taken as it is: the fault says why. A case or an author that the daemon
                                does not know is no refusal before a day has passed in which this handle asked again: they
                                may be on their way to it. Until then it is queued, and the fault says so */
};

struct cw_outbox_entry {
    size_t size;     /**< sizeof(struct cw_outbox_entry), set by the caller */
    uint64_t number; /**< of this file, ascending, never used again, also when the file was emptied */
    enum cw_outbox_state state;
    struct cw_op_id op;
    struct cw_case_id case_id;
    uint32_t wanted;                        /**< divisions asked for, 1 or more */
    uint32_t held_by;                       /**< divisions proven to hold it, 0 before CW_OUTBOX_STORED */
    char division[CW_DIVISION_LEN_MAX + 1]; /**< whose daemon gave the receipt */
    uint32_t tries;                         /**< by this process */
    struct cw_fault fault; /**< REFUSED: the reason; otherwise why it is no further yet, code CW_OK: nothing is wrong */
};

/** Whether nothing is left to do for it: HELD, REFUSED, or STORED when no more was asked for or can be proven. Threads: any. */
CW_PUBLIC int cw_outbox_is_done(const struct cw_outbox_entry *entry);

/**
 * Adds submissions, in their order. When it returns CW_OK they are on the disk.
 *
 * @param ack               what is waited for, for each; NULL: durable at one daemon. Its deadline is how long a daemon
 *                          waits at each try
 * @param out_first_number  number of the first, the others follow; may be NULL
 *
 * Returns   CW_OK; CW_USAGE_ARGUMENT; CW_REFUSED_SIZE (too many entries); CW_LOCAL_NO_SPACE, CW_LOCAL_IO, CW_LOCAL_MEMORY:
 *           none of them was added
 * Blocks    on the disk, once
 */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_outbox_add(struct cw_outbox *outbox,
                                                  const struct cw_submission *const *submissions, size_t count,
                                                  const struct cw_ack *ack, uint64_t *out_first_number,
                                                  struct cw_fault *out_fault);

CW_PUBLIC size_t cw_outbox_count(const struct cw_outbox *outbox);
/** @param index  below cw_outbox_count(), oldest first. CW_USAGE_ARGUMENT: not below it, or a wrong size. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_outbox_at(const struct cw_outbox *outbox, size_t index,
                                                 struct cw_outbox_entry *out_entry);
/** CW_LOCAL_NOT_FOUND: no such number, or forgotten. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_outbox_find(const struct cw_outbox *outbox, uint64_t number,
                                                   struct cw_outbox_entry *out_entry);

/**
 * The receipt of an entry (cw.Receipt bytes), for whoever must show that it was acknowledged; cw_receipt_check() reads
 * it. Borrowed until the next call on the outbox. CW_LOCAL_NOT_FOUND: there is none yet. Blocks: on the disk.
 */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_outbox_receipt(struct cw_outbox *outbox, uint64_t number,
                                                      struct cw_slice *out_receipt);

/** Takes an entry out that is done; its receipt goes with it. CW_USAGE_ORDER: it is not done. Blocks: on the disk. */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_outbox_forget(struct cw_outbox *outbox, uint64_t number,
                                                     struct cw_fault *out_fault);

/**
 * Writes the file anew without what was forgotten, in one step: whoever is killed has the old file or the new one. A file
 * with damage is kept beside it as "<path>.damaged", or "<path>.damaged.2" and so on when such a file is there already.
 * Not while anything is on its way: CW_USAGE_ORDER. Blocks: on the disk.
 */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_outbox_compact(struct cw_outbox *outbox, struct cw_fault *out_fault);

/* --- sending ----------------------------------------------------------------------------------------- */

/** An entry came further, or a try failed. Called as cw_done is, and under the same rules; it may close the outbox. */
typedef void cw_outbox_watch(void *context, const struct cw_outbox_entry *entry);

/**
 * From now on the handle sends what waits, each time it is dispatched or waited on, and goes on trying; the pauses between
 * tries grow to a minute. Detached by cw_outbox_detach(), and when either is closed.
 *
 * @param watch  may be NULL
 *
 * Returns   CW_OK, CW_USAGE_ORDER (attached already, or a handle on the admin socket)
 */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_outbox_attach(struct cw_outbox *outbox, struct cw_client *client,
                                                     cw_outbox_watch *watch, void *context);
CW_PUBLIC void cw_outbox_detach(struct cw_outbox *outbox);

/**
 * Waits until every entry is done. Pauses between tries begin anew.
 *
 * Returns   CW_OK (also when some were refused: look at them); CW_USAGE_ORDER (not attached, or inside a callback);
 *           after timeout_ms the code of what kept the oldest from coming further; CW_LOCAL_ codes of the file
 * Blocks    up to timeout_ms, and on the disk
 */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_outbox_flush(struct cw_outbox *outbox, int32_t timeout_ms,
                                                    struct cw_fault *out_fault);

#ifdef __cplusplus
}
#endif

#endif
