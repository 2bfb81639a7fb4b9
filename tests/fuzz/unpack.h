/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_FUZZ_UNPACK_H
#define TESTS_FUZZ_UNPACK_H

#include "proto/wire.h"

/*
 * Any bytes as a message of one kind: pre-scan, bounded unpack, and packing what was unpacked. Stops when the
 * arena took more than the pre-scan lets through: its estimate must bound what protobuf-c takes.
 */
void fuzz_unpack(const ProtobufCMessageDescriptor *kind, struct cw_slice bytes);

#endif
