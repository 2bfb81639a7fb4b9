/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_SIGNER_H
#define CASEWIRE_SIGNER_H

/**
 * Identities whose signing key is somewhere else: with the agent that `casewire login` starts, in a token,
 * behind a service. The key is asked for each signature and never comes into this process.
 */

#include <casewire/identity.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CW_SIGNATURE_LEN 64
#define CW_SIGNED_TEXT_LEN 80

enum cw_signing {
    CW_SIGN_SUBMISSION = 1, /**< `bytes` is a submission header */
    CW_SIGN_BUNDLE = 2,     /**< `bytes` is a bundle head: a count and the root of a tree of op ids */
};

/**
 * Signs. What Ed25519 is computed over is `text`; `bytes` is what `text` was made of, for a signer that looks at
 * what it signs (docs/protocol.md: label, network id, hash of the bytes). The library verifies the signature.
 *
 * Returns   CW_OK with *out_signature filled; any other code becomes the code of the call that needed it
 * Threads   called by whichever thread signs, perhaps by several at once
 */
typedef enum cw_err cw_signer(void *context, enum cw_signing what, struct cw_slice bytes,
                              const uint8_t text[CW_SIGNED_TEXT_LEN], uint8_t out_signature[CW_SIGNATURE_LEN]);

struct cw_signer_options {
    size_t size;                     /**< sizeof(struct cw_signer_options) */
    struct cw_slice certificate;     /**< certificate bytes */
    uint8_t curve_secret[CW_ID_LEN]; /**< transport key: libzmq takes no other form of it */
    cw_signer *sign;
    void *context;               /**< given to sign and done */
    void (*done)(void *context); /**< called by cw_identity_close(); may be NULL; not called when this fails */
};

/**
 * An identity that signs by asking.
 *
 * @param options       borrowed for the call
 * @param out_identity  closed with cw_identity_close()
 * @param out_fault     may be NULL
 *
 * Returns   CW_OK, CW_USAGE_ARGUMENT, CW_LOCAL_MEMORY, or
 *           CW_REFUSED_MALFORMED   not a certificate
 *           CW_LOCAL_KEY           the transport key is not the certificate's
 * Threads   any
 */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_identity_from_signer(const struct cw_signer_options *options,
                                                            struct cw_identity **out_identity,
                                                            struct cw_fault *out_fault);

/**
 * The identity of somebody who is logged in on this machine (`casewire login`): signs by asking the agent.
 *
 * @param run_dir      folder of the agent's socket; NULL: casewire below $XDG_RUNTIME_DIR
 * @param certificate  whose agent
 *
 * Returns   CW_OK, or
 *           CW_LOCAL_NOT_FOUND     nobody with this certificate is logged in
 *           CW_LOCAL_KEY           the folder or the process at the socket belongs to somebody else
 *           CW_REFUSED_MALFORMED   not a certificate
 *           CW_LOCAL_MEMORY
 *           Later signatures return CW_LOCAL_KEY once the time of the login is over.
 * Blocks    at most a second, here and for each signature
 * Threads   any
 */
CW_PUBLIC CW_MUST_CHECK enum cw_err cw_identity_from_agent(const char *run_dir, struct cw_slice certificate,
                                                           struct cw_identity **out_identity,
                                                           struct cw_fault *out_fault);

#ifdef __cplusplus
}
#endif

#endif
