/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same world and samples as the unit tests use: included as sources, because this program is linked
 * without what else lies beside them.
 */
#include "tests/unit/proto/samples.c"       /* NOLINT(bugprone-suspicious-include) */
#include "tests/unit/support/proto_world.c" /* NOLINT(bugprone-suspicious-include) */
