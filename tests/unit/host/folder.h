/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_HOST_FOLDER_H
#define TESTS_UNIT_HOST_FOLDER_H

/* One folder per test, removed with all it holds. */

#include "host/file.h"

#include <check.h>

extern char folder[256];
void folder_make(void);
void folder_remove(void);
/* folder/name; valid until the eighth call after it */
const char *in_folder(const char *name);
void put_file(const char *path, const char *text, unsigned int mode);

#endif
