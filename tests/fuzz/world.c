/* SPDX-License-Identifier: Apache-2.0 */
/* The same world as the unit tests': included as a source, because fuzz targets are linked without theirs. */
#include "tests/unit/support/proto_world.c" /* NOLINT(bugprone-suspicious-include) */
