/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_STORE_DISK_H
#define TESTS_UNIT_STORE_DISK_H

/*
 * Between the store and the disk: calls that fail on demand, and a tape of everything that is written to a store's
 * two files. The functions of libc are ours here, and LMDB, which calls them through the dynamic linker, finds ours first.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The n-th call from now fails with `code`, those after it succeed. 0: none. */
void disk_fail_flush(int nth, int code);      /* fdatasync */
void disk_fail_meta_write(int nth, int code); /* LMDB's */
/* The same of writes into the write-ahead file, which put `kept` bytes into it before they fail. */
void disk_fail_append(int nth, int code, size_t kept);

/* The calls from the n-th on, `count` of them, fail: of both files, whatever they are. n 0: none. */
void disk_fail_all(int nth, int count, int code);
int disk_calls(void); /* so far, those that failed included */

/* What was asked of the disk so far in this process. */
struct disk_seen {
    int folder_flushes, flushes, meta_writes, page_writes, appends; /* page_writes: of LMDB's data file */
    bool meta_is_synchronous;                                       /* the descriptor of the last one is O_DSYNC */
    bool meta_came_after_flush;                                     /* the last of both */
};
struct disk_seen disk_seen(void);

/* --- the tape ------------------------------------------------------------------------------------------ */

enum tape_file { TAPE_DATA, TAPE_AHEAD, TAPE_FILES };
extern const char *const tape_names[TAPE_FILES];

enum tape_kind { TAPE_WRITE, TAPE_SYNCHRONOUS_WRITE, TAPE_FLUSH, TAPE_BEGIN, TAPE_ACKNOWLEDGE };

struct tape_event {
    enum tape_kind kind;
    enum tape_file file;
    uint64_t offset;
    size_t len;
    uint8_t *bytes;
    uint64_t number; /* flush: events before it are durable; begin, acknowledge: of a turn */
};

struct tape {
    struct tape_event *events;
    size_t count, cap;
    uint8_t *base[TAPE_FILES]; /* what the files held at first */
    size_t base_len[TAPE_FILES];
};

/* From now on what is written to the files in `dir` is recorded. One tape at a time; threads: any may write. */
void tape_start(struct tape *t, const char *dir);
/* The same after a process was killed, when the files hold all that `before` says up to `cut`, durable or not. */
void tape_go_on(struct tape *t, const struct tape *before, size_t cut);
void tape_note(enum tape_kind kind, uint64_t number); /* nothing when no tape runs */
void tape_stop(void);
void tape_done(struct tape *t);

#endif
