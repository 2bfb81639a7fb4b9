/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CONTEXT_H
#define CASEWIRE_CONTEXT_H

/**
 * The folder that says who speaks, and to which daemons of which network; `casewire authority issue` and
 * `casewire lab start` write it:
 *
 *     network   the network genesis: its hash is the pinned network id
 *     key cert  secret keys and certificate
 *     context   lines "name = value"; '#' begins a comment line
 *
 * The file `context` knows these names:
 *
 *     address = tcp://host:port     a daemon's client socket; at most CW_DAEMONS_MAX, the preferred one first
 *     daemon-key = 64 hex digits    the CURVE key of the daemon whose address is above
 *     admin-socket = path           for administrators on the daemon's own machine
 *     synthetic = yes | no          cases opened from here are invented
 */

#include <casewire/client.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cw_context;

struct cw_context_options {
    size_t size;        /**< sizeof(struct cw_context_options) */
    const char *folder; /**< NULL: $CASEWIRE_HOME, else $HOME/.config/casewire */
    /**
     * Of the key file. Empty: whoever is logged in on this machine (`casewire login`) is asked to sign, and without a
     * login the key file must be one that needs no passphrase.
     */
    struct cw_slice passphrase;
};

/**
 * Reads the folder and opens the identity. Nothing is sent.
 *
 * @param options      borrowed for the call; NULL: all defaults
 * @param out_context  closed with cw_context_close(), after the handles that were made from it
 * @param out_fault    may be NULL; names the file, and the line of it
 *
 * Returns   CW_OK, or
 *           CW_USAGE_ARGUMENT      the options' size
 *           CW_LOCAL_CONFIG        no folder is known, a file is missing, a line is not understood
 *           CW_LOCAL_KEY           damaged, wrong passphrase, or keys of another certificate
 *           CW_REFUSED_MALFORMED   certificate or network genesis
 *           CW_REFUSED_NETWORK     the certificate belongs to another network
 *           CW_LOCAL_MEMORY, CW_LOCAL_IO
 * Blocks    on the disk; up to a second with a passphrase, which is stretched on purpose
 * Threads   any; none may change the environment meanwhile
 */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_context_open(const struct cw_context_options *options,
                                                    struct cw_context **out_context, struct cw_fault *out_fault);
CW_PUBLIC void cw_context_close(struct cw_context *context);

/** A handle on the folder's daemons. Returns as cw_client_open(). */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_context_client(const struct cw_context *context, struct cw_client **out_client,
                                                      struct cw_fault *out_fault);
/** The same as options, to be changed before cw_client_open(). What they point to lives as long as the context. */
CW_PUBLIC void cw_context_client_options(const struct cw_context *context, struct cw_client_options *out_options);

/** Lives as long as the context. Threads: any. */
CW_PUBLIC const struct cw_identity *cw_context_identity(const struct cw_context *context);
/** The network genesis record, for cw_trust_new(). Lives as long as the context. Threads: any. */
CW_PUBLIC struct cw_slice cw_context_genesis(const struct cw_context *context);
/** The folder's path; lives as long as the context. Threads: any. */
CW_PUBLIC const char *cw_context_folder(const struct cw_context *context);
/** Path of the daemon's admin socket, NULL when the file names none. Threads: any. */
CW_PUBLIC const char *cw_context_admin_socket(const struct cw_context *context);
/** Whether cases opened from here are invented: call cw_draft_synthetic() on them. Threads: any. */
CW_PUBLIC int cw_context_is_synthetic(const struct cw_context *context);

#ifdef __cplusplus
}
#endif

#endif
