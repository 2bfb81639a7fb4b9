/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NODE_PREPARE_H
#define CASEWIRE_NODE_PREPARE_H

/*
 * A submission as it came, made ready for the turn: checked by itself, its parts encrypted, its keys wrapped.
 */

#include "node/internal.h"
#include "proto/op.h"

/* Everything that needs neither order nor the case: *refusal says what is wrong and where. */
enum cw_err prepare_submission(struct node *n, const struct submission *s, struct arena *arena, struct prepared *out,
                               struct refusal *refusal);
/* The parts encrypted, and their keys wrapped when the audience has a key: the header and its op id are made. */
enum cw_err prepare_parts(struct node *n, const struct submission *s, struct arena *arena, struct prepared *p);
/* Wraps the part keys for one audience key: one blob. */
enum cw_err prepare_wraps(const struct node *n, const struct prepared *p, const struct key_record_id *record,
                          struct arena *arena, struct cw_slice *out);

/* The audience that reads cases, its newest membership, and the key to write under. */
#define AUDIENCE_FORCE "force"
/* Caller holds the authority, or is the node thread. False: no such audience yet, or this daemon is not in it. */
bool audience_membership(const struct node *n, struct position *out_membership);
bool audience_current_key(const struct node *n, struct key_record_id *out);

/* The blob of a part in clear: r and padded payload. Its commitment goes to *out_ref. */
enum cw_err prepare_clear_part(const uint8_t r[static 32], struct cw_slice payload, struct arena *arena,
                               struct cw_slice *out_blob, struct part_ref *out_ref);

#endif
