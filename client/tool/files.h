/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_FILES_H
#define CASEWIRE_TOOL_FILES_H

#include "proto/buf.h"

#define PATH_LEN_MAX 1024

/* CW_LOCAL_NOT_FOUND, CW_LOCAL_IO, CW_REFUSED_SIZE above max; appended to *out. errno says more. */
enum cw_err file_read(const char *path, size_t max, struct buf *out);
/* Appears whole or not at all; synced, and its name is. mode as in open(2). */
enum cw_err file_write(const char *path, struct cw_slice bytes, unsigned mode);
/* The same, and never over a file that is there: CW_REFUSED_REUSED_ID. */
enum cw_err file_write_new(const char *path, struct cw_slice bytes, unsigned mode);
bool file_exists(const char *path);
/* With parents; CW_OK when it is there already. */
enum cw_err folder_make(const char *path, unsigned mode);
/* False when something is in it, or it cannot be read. */
bool folder_is_empty(const char *path);
/* The path without links or dots; false when it is not there, or too long. */
bool path_absolute(const char *path, char out[static PATH_LEN_MAX]);
/* "dir/name" into out; false when it does not fit. The format names what follows dir. */
bool path_join(char out[static PATH_LEN_MAX], const char *dir, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
