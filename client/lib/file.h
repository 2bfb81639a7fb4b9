/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_LIB_FILE_H
#define CASEWIRE_LIB_FILE_H

/* Files, bounded. */

#include "proto/buf.h"

#define FILE_PATH_LEN_MAX 1024

/* "folder/name". False when it is too long. */
bool file_path(char out[static FILE_PATH_LEN_MAX], const char *folder, const char *name);
/* The whole file, at most `max` bytes, behind what *out holds. CW_LOCAL_NOT_FOUND, CW_REFUSED_SIZE, CW_LOCAL_IO, CW_LOCAL_MEMORY. */
enum cw_err file_take(const char *path, size_t max, struct buf *out);

#endif
