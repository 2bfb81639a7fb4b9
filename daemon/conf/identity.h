/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CONF_IDENTITY_H
#define CASEWIRE_CONF_IDENTITY_H

/*
 * Who this daemon is: network, certificate, secret keys, from the files that the settings name. A file handed
 * out by the service manager ($CREDENTIALS_DIRECTORY/<name of the setting>) comes before the path.
 */

#include "conf/settings.h"
#include "proto/buf.h"
#include "proto/keyfile.h"

struct identity {
    struct buf network_genesis, certificate; /* bytes as signed */
    struct network_id network;
    struct cert_id cert;
    struct certificate parsed; /* borrows from certificate */
    struct key_bundle keys;
};

/*
 * Reads all, and checks that they belong together and to the settings' division. Every problem is told.
 * The keys' memory is locked first, so *out must not move afterwards.
 * CW_LOCAL_CONFIG, CW_LOCAL_KEY (the key file does not open). On failure *out holds nothing.
 */
enum cw_err identity_load(const struct settings *s, struct identity *out, struct problems *problems);
void identity_done(struct identity *id); /* wipes the keys */

#endif
