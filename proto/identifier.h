/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_PROTO_IDENTIFIER_H
#define CASEWIRE_PROTO_IDENTIFIER_H

/*
 * Identifiers of things as people write them, and the one form in which two of them are compared (DOMAIN.md §12.1).
 * What was written is kept; the canonical form is computed whenever it is wanted and never sent. Pure.
 *
 * Each function reads a text of any bytes and any length. True: it can be such an identifier, and out holds its
 * canonical form, NUL-terminated. False: it is impossible, and out is untouched.
 */

#include "proto/schema.h"

#define IDENTIFIER_LEN_MAX 24

/* "07700 900123", "+44 (0)7700-900123", "00447700900123" -> "+447700900123". Foreign numbers: E.164, 7 to 15 digits. */
bool identifier_phone(struct cw_slice raw, char out[static IDENTIFIER_LEN_MAX]);
/* 14 to 16 digits -> the 14 that name the handset: check digit and software version are left out. */
bool identifier_imei(struct cw_slice raw, char out[static IDENTIFIER_LEN_MAX]);
/* 15 digits. */
bool identifier_imsi(struct cw_slice raw, char out[static IDENTIFIER_LEN_MAX]);
/* 19 or 20 digits that begin with 89 and satisfy the Luhn check. */
bool identifier_iccid(struct cw_slice raw, char out[static IDENTIFIER_LEN_MAX]);
/*
 * "kx01 abc" -> "KX01ABC". 2 to 8 letters and digits, at least one digit. One in the shape of the current format (two
 * letters, two digits, three letters) must use letters that the format has; anything else may be foreign or a trade
 * plate and is taken.
 */
bool identifier_plate(struct cw_slice raw, char out[static IDENTIFIER_LEN_MAX]);
/* "kx1 2ab" -> "KX12AB". ZZ99 and three more says "no address": its canonical form is empty, so that it never matches. */
bool identifier_postcode(struct cw_slice raw, char out[static IDENTIFIER_LEN_MAX]);
/* 1 to 12 digits -> without leading zeros. */
bool identifier_uprn(struct cw_slice raw, char out[static IDENTIFIER_LEN_MAX]);

/* By the form of a field's row (FORM_*); false too for a row without such a form. */
bool identifier_canonical(const struct schema_field *field, struct cw_slice raw, char out[static IDENTIFIER_LEN_MAX]);
/* Whether the row has such a form. */
bool identifier_is_formed(const struct schema_field *field);

#endif
