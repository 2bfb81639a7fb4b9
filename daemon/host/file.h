/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_HOST_FILE_H
#define CASEWIRE_HOST_FILE_H

/*
 * Whole files: read with a bound, written so that a crash leaves the old or the new one, never a mixture.
 * Every failure says which file, what is wrong and what to do, in *why (may be NULL).
 */

#include "proto/buf.h"

enum file_privacy {
    FILE_PUBLIC,     /* whatever its mode */
    FILE_SECRET,     /* readable by its owner alone (0600 or 0400), owned by us or by root */
    FILE_CREDENTIAL, /* as systemd hands it out: group bits may show the read right it gave us as an ACL */
};

/*
 * Appends the file to *out (secrets: the caller wipes it).
 *
 * Returns   CW_OK, or
 *           CW_LOCAL_NOT_FOUND  there is no such file
 *           CW_LOCAL_CONFIG     not a regular file, or others may read a secret
 *           CW_REFUSED_SIZE     longer than max
 *           CW_LOCAL_IO, CW_LOCAL_MEMORY
 */
enum cw_err file_read(const char *path, size_t max, enum file_privacy privacy, struct buf *out, struct refusal *why);
/* The same checks without reading. */
enum cw_err file_check(const char *path, size_t max, enum file_privacy privacy, struct refusal *why);

/* The mode and owner that a secret needs, of a file that we need not be able to read; one that is not there, or not to be seen, passes. */
enum cw_err file_check_private(const char *path, struct refusal *why);

/* Replaces the file: temporary name, flush, rename, flush of the folder. CW_LOCAL_NO_SPACE, CW_LOCAL_IO. */
enum cw_err file_write(const char *path, struct cw_slice bytes, unsigned int mode, struct refusal *why);
/* Adds at the end, durable when it returns; made with `mode` when absent. After a failure part of the bytes may stand there. */
enum cw_err file_append(const char *path, struct cw_slice bytes, unsigned int mode, struct refusal *why);
/* Makes the folder when it is absent (its parent is not); checks that it is one, and that it may be written. */
enum cw_err file_make_folder(const char *path, unsigned int mode, struct refusal *why);

/* The folder that holds the name, flushed: only then does a new name survive a power cut. */
enum cw_err file_sync_parent(const char *path);
enum cw_err file_sync_folder(const char *path); /* the names in it */
/* dir/name; CW_LOCAL_CONFIG when it does not fit. */
#define FILE_PATH_LEN_MAX 1024
enum cw_err file_join(const char *dir, const char *name, char out[static FILE_PATH_LEN_MAX]);

#endif
