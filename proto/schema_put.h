/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_PROTO_SCHEMA_PUT_H
#define CASEWIRE_PROTO_SCHEMA_PUT_H

/* Words and numbers into a writer, for the two printers of the field table. */

#include "proto/bytes.h"

void schema_put(struct writer *out, const char *text);
void schema_put_number(struct writer *out, int64_t number);

#endif
