/* SPDX-License-Identifier: Apache-2.0 */
/* As shared.c. */
#include "tests/unit/support/proto_world_receipt.c" /* NOLINT(bugprone-suspicious-include) */
