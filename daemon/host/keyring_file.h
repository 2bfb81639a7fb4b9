/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_HOST_KEYRING_FILE_H
#define CASEWIRE_HOST_KEYRING_FILE_H

/*
 * The keyring's bytes: read and written in place, each write durable when it returns. Kept apart from the store,
 * so that it has backups of its own, with a shorter life. Reads from any thread, writes from one.
 */

#include "proto/base.h"

struct keyring_file;

/* Made with mode 0600 when absent; refused when others may read it. */
enum cw_err keyring_file_open(const char *path, struct keyring_file **out, struct refusal *why);
/*
 * To be read only; whoever it belongs to, for an administrator looks at it while the daemon has it.
 * CW_LOCAL_NOT_FOUND: there is none, or none that we may see.
 */
enum cw_err keyring_file_look(const char *path, struct keyring_file **out);
void keyring_file_close(struct keyring_file *k);
/* CW_LOCAL_NOT_FOUND when the file ends before offset + len. */
enum cw_err keyring_file_read(struct keyring_file *k, uint64_t offset, uint8_t *out, size_t len);
enum cw_err keyring_file_write(struct keyring_file *k, uint64_t offset, const uint8_t *bytes, size_t len);

#endif
