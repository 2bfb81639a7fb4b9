/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_LIB_IDENTITY_H
#define CASEWIRE_LIB_IDENTITY_H

#include <casewire/signer.h>

#include "proto/buf.h"
#include "proto/keyfile.h"
#include "proto/message.h"

struct cw_identity {
    struct key_bundle keys; /* the signing and sealing keys are zero when `sign` is set */
    struct buf certificate_bytes;
    struct certificate certificate; /* borrows from certificate_bytes */
    struct cert_id id;
    cw_signer *sign; /* NULL: keys.sign */
    void *context;
    void (*done)(void *context);
};

/* Who signs for the identity; borrows from it. */
struct signer identity_signer(const struct cw_identity *identity);

#endif
