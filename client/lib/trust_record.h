/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_LIB_TRUST_RECORD_H
#define CASEWIRE_LIB_TRUST_RECORD_H

#include "lib/trust.h"

/* Applies one root record; CW_OK also when the act concerns no certificate. The fault says why it has no effect. */
enum cw_err trust_apply_root(struct cw_trust *trust, const struct chain_entry *entry, struct cw_fault *fault);
/* The same for a record of an authority's log. */
enum cw_err trust_apply_authority(struct cw_trust *trust, struct trust_authority *authority,
                                  const struct chain_entry *entry, struct cw_fault *fault);

/* After a batch of the root log: the keys that a record in it named are in force. */
void trust_rotate(struct cw_trust *trust);

#endif
