/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_STORE_AHEAD_FILE_H
#define CASEWIRE_STORE_AHEAD_FILE_H

/*
 * The write-ahead file as a file: of fixed length, its blocks taken and written once when it is made, so that
 * writing into it later changes no metadata and one fdatasync of few pages is all a commit costs.
 */

#include "store/ahead_record.h"

#define AHEAD_SEGMENTS 2
#define AHEAD_SEGMENT_LEN_MIN ((uint64_t)16 << 10)
#define AHEAD_SEGMENT_LEN_MAX ((uint64_t)256 << 20)

struct ahead_file {
    int fd;               /* -1: none */
    uint64_t segment_len; /* whole pages */
};

/* What a whole file of len bytes has for each segment; 0: less than a file can be. */
uint64_t ahead_segment_len(uint64_t len);

/* CW_LOCAL_NOT_FOUND: there is none. CW_LOCAL_CORRUPT: of a length that none has. CW_LOCAL_IO. */
enum cw_err ahead_file_open(const char *dir, bool read_only, struct ahead_file *out);
/* In place of any that is there; durable, its name included. CW_LOCAL_NO_SPACE leaves none; CW_LOCAL_IO. */
enum cw_err ahead_file_make(const char *dir, uint64_t segment_len, struct ahead_file *out);
void ahead_file_close(struct ahead_file *f);
void ahead_file_remove(const char *dir);

/* CW_LOCAL_IO, also past the end. */
enum cw_err ahead_file_read(const struct ahead_file *f, uint32_t segment, uint64_t at, uint8_t *out, size_t len);
/* Durable when it returns CW_OK. Otherwise any part of it may be in the file. 0, or the system's code. */
int ahead_file_write(const struct ahead_file *f, uint32_t segment, uint64_t at, const uint8_t *bytes, size_t len);

#endif
