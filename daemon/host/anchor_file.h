/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_HOST_ANCHOR_FILE_H
#define CASEWIRE_HOST_ANCHOR_FILE_H

/*
 * The anchor: what this machine knows outside its store, so that a store that was restored, copied or moved
 * is noticed before it repeats a sequence number (DESIGN.md §3, "Log = incarnation").
 *
 * One small file that a reboot takes away, locked for the life of the process. A write is one pwrite and no
 * flush: a process that is killed leaves what the kernel was given, and a machine that loses power loses the
 * file, which says all that is needed. On a file system that does survive a reboot the boot id in the record
 * still tells; the owner warns.
 */

#include "proto/base.h"

#define ANCHOR_LEN_MAX 512 /* a record fits one page, so that it is never seen half written */

struct anchor_file;

/* CW_LOCAL_LOCKED: another process of this machine writes this anchor. */
enum cw_err anchor_file_open(const char *path, struct anchor_file **out, struct refusal *why);
/* To be read only, whoever holds it. CW_LOCAL_NOT_FOUND: there is none, or none that we may see. */
enum cw_err anchor_file_look(const char *path, struct anchor_file **out);
void anchor_file_close(struct anchor_file *a);
bool anchor_file_survives_reboot(const struct anchor_file *a); /* warn: it should not */

/* CW_LOCAL_NOT_FOUND: never written; CW_LOCAL_CORRUPT: another length. */
enum cw_err anchor_file_read(struct anchor_file *a, uint8_t *out, size_t len);
enum cw_err anchor_file_write(struct anchor_file *a, const uint8_t *bytes, size_t len);

/* Which run of the kernel this is: 16 bytes, all zero when it cannot be read (then no anchor ever matches). */
void boot_id_read(uint8_t out[static 16]);

#endif
