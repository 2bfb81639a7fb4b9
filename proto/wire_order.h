/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_PROTO_WIRE_ORDER_H
#define CASEWIRE_PROTO_WIRE_ORDER_H

#include "proto/wire.h"

/*
 * Of bytes that wire_unpack() takes, which asks for neither: field numbers ascend, in messages inside it too, and no
 * number is above what its type holds (protobuf-c cuts it off). docs/protocol.md §2, open messages.
 */
bool wire_in_order(const ProtobufCMessageDescriptor *type, struct cw_slice bytes);

#endif
