/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_IDENTITY_H
#define CASEWIRE_IDENTITY_H

#include <casewire/fault.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Who speaks: the secret keys and the certificate of one person, regional unit or daemon. */
struct cw_identity;

struct cw_identity_options {
    size_t size;                /**< sizeof(struct cw_identity_options): grows in later versions */
    struct cw_slice key_file;   /**< bytes of the key file, as `casewire authority issue` wrote it */
    struct cw_slice passphrase; /**< empty for a file without one */
    struct cw_slice certificate;
};

/**
 * Opens a key file and checks that its keys are those of the certificate.
 *
 * @param options       borrowed for the call
 * @param out_identity  closed with cw_identity_close(), which wipes the keys
 * @param out_fault     may be NULL
 *
 * Returns   CW_OK, or
 *           CW_LOCAL_KEY           damaged, wrong passphrase, or keys of another certificate
 *           CW_REFUSED_MALFORMED   not a certificate
 *           CW_LOCAL_MEMORY
 * Blocks    up to a second: the passphrase is stretched on purpose
 * Threads   any
 */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_identity_open(const struct cw_identity_options *options,
                                                     struct cw_identity **out_identity, struct cw_fault *out_fault);
CW_PUBLIC void cw_identity_close(struct cw_identity *identity);
/** The hash that names the certificate. Threads: any. */
CW_PUBLIC void cw_identity_id(const struct cw_identity *identity, uint8_t out_id[CW_ID_LEN]);
/** The network the certificate belongs to. Threads: any. */
CW_PUBLIC void cw_identity_network(const struct cw_identity *identity, uint8_t out_network[CW_ID_LEN]);

#ifdef __cplusplus
}
#endif

#endif
