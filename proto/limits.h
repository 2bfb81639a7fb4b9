/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_PROTO_LIMITS_H
#define CASEWIRE_PROTO_LIMITS_H

/* Bounds of the records: docs/protocol.md §3. Lowering one makes stored history unreadable. */

#include <stddef.h>
#include <stdint.h>

#define HEADER_LEN_MAX 1024 /* submission header, entry header */
#define SEAL_LEN_MAX 1024
#define GENESIS_LEN_MAX 512
#define CERT_LEN_MAX 4096
#define NETWORK_GENESIS_LEN_MAX 1024
#define PROOF_LEN_MAX 704 /* with its path at most 1024 */
#define KEY_RECORD_LEN_MAX 512
#define FRONTIER_HEAD_LEN_MAX 1024
#define FRAME_LEN_MAX 65536    /* part 0, before padding */
#define PAYLOAD_LEN_MAX 262143 /* one part, before padding: the largest size class less its 0x80 */
#define PARTS_MAX 8
#define PADDED_TOTAL_MAX 786432 /* all parts of a submission, padded: an entry with its blobs must fit a frame */
#define SEAL_ENTRIES_MAX 256
#define SEAL_PATH_MAX 8
#define BUNDLE_COUNT_MAX 1024
#define BUNDLE_PATH_MAX 10
#define BUNDLE_PATH_LEN_MAX (BUNDLE_PATH_MAX * 32)
#define SUPERSEDES_MAX 64 /* per field */
#define WRITES_MAX 64     /* per op */
#define AFTER_MAX 64
#define REFS_MAX 64
#define KEYS_MAX 4 /* audiences of one entry */
#define HOLES_MAX 64
#define AUTH_POSITIONS_MAX 16
#define ROOT_KEYS_MAX 8
#define ROOT_ROTATIONS_MAX 255 /* of one network, for ever */
#define ROLES_MAX 24
#define MESSAGE_LEN_MAX 1048576 /* one frame between processes */
#define LOGS_MAX 4096
#define DIVISION_LEN_MAX 16
#define NAME_LEN_MAX 80
#define POLICY_KEPT_LEN_MAX 127 /* a policy with a longer value has no effect */

#define KEY_LEN 32
#define SIGNATURE_LEN 64
#define AEAD_TAG_LEN 16
#define AEAD_NONCE_LEN 24
#define WRAP_LEN (AEAD_NONCE_LEN + KEY_LEN + AEAD_TAG_LEN) /* 72 */

/* Size class c pads a payload (payload ‖ 0x80 ‖ zeros) to 256 << c bytes; 0 <= c <= 10 (256 KiB). */
#define SIZE_CLASS_MAX 10
static inline size_t size_class_len(uint32_t size_class)
{
    return (size_t)256 << size_class;
}
#define ENVELOPES_MAX 512 /* recipients of one blob */
#define ENVELOPE_SEALED_LEN_MAX 512
#define ENVELOPES_LEN_MAX 262144
#define SIGNED_SEAL_LEN_MAX (SEAL_LEN_MAX + 80 * ROOT_KEYS_MAX)

#endif
