/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_LIB_IDENTITY_H
#define CASEWIRE_LIB_IDENTITY_H

#include <casewire/casewire.h>

#include "proto/buf.h"
#include "proto/keyfile.h"
#include "proto/message.h"

struct cw_identity {
    struct key_bundle keys;
    struct buf certificate_bytes;
    struct certificate certificate; /* borrows from certificate_bytes */
    struct cert_id id;
};

#endif
