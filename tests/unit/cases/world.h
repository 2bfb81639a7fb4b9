/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_CASES_WORLD_H
#define TESTS_UNIT_CASES_WORLD_H

/*
 * Drawn histories: divisions that do not always see each other write every field a kind has, lower, remove, correct,
 * hand over, close; some authors have no role, are revoked or not known yet; some data is newer than this version.
 */

#include "tests/unit/cases/story.h"

/* The same seed gives the same world. op_count at most 400. */
struct story *world_draw(uint64_t seed, uint32_t op_count);

#endif
