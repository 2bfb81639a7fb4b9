/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_LIB_CONTEXT_H
#define CASEWIRE_LIB_CONTEXT_H

#include <casewire/context.h>

#include "lib/file.h"

struct context_text {
    char address[CW_ADDRESS_LEN_MAX + 1];
    bool has_key;
};

/* The file `context`, as read. */
struct context_file {
    struct cw_daemon daemons[CW_DAEMONS_MAX]; /* their addresses point into `texts` */
    struct context_text texts[CW_DAEMONS_MAX];
    size_t daemon_count;
    char admin_socket[FILE_PATH_LEN_MAX];
    bool synthetic;
};

/* Reads the text, line by line. CW_LOCAL_CONFIG: the fault's `where` is "context:LINE". */
enum cw_err context_file_read(struct cw_slice text, struct context_file *out, struct cw_fault *fault);

struct cw_context {
    char folder[FILE_PATH_LEN_MAX];
    struct context_file file;
    struct buf genesis;
    uint8_t network[CW_ID_LEN];
    struct cw_identity *identity;
};

#endif
