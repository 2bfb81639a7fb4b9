/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_OWN_OP_H
#define CASEWIRE_NODE_OWN_OP_H

/* What this daemon says in its own name, under its own certificate: an entry of the turn like any other. */

#include "node/internal.h"
#include "proto/op.h"

/*
 * Encodes, encrypts, signs and sequences an op of a case; author and time are this daemon's and the turn's. Whether it
 * may, and whether it was said before, is the caller's to know. Node thread, while the core is open.
 *
 * Returns CW_OK, CW_AGAIN_BUSY (no room in this turn), a refusal (this division can write to no case yet), CW_LOCAL_MEMORY
 * Limits  a frame and values of OWN_OP_LEN_MAX bytes each
 */
#define OWN_OP_LEN_MAX 1024u
enum cw_err own_op_submit(struct turn *t, const struct cw_case_id *id, const struct op *op);

/*
 * Whether an entry of this author counts under the seal that this turn makes: the seal names the authority's record of
 * the certificate, and all that it names is applied here. Node thread, while the core is open.
 */
bool own_seal_knows(const struct node *n, const struct cert_id *author);
/* Whether it names every record that says who reads cases: who reads the entry knows them then. */
bool own_seal_reaches_members(const struct node *n);
/* Whether its certificate counts: it is known, not revoked, and a member that has a place to write. */
bool own_op_may(const struct node *n);

/* Header and proof of a prepared submission whose header is filled in, in the turn's kept memory. */
enum cw_err own_submission_sign(struct turn *t, struct prepared *p);

/* admit.c: wraps and sequences what was prepared here. */
enum cw_err admit_own(struct turn *t, const struct prepared *p);

#endif
