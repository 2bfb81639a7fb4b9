/* SPDX-License-Identifier: Apache-2.0 */
/* The samples of records whose behaviour is a later version's: apart from shared.c, for both have a macro of one name. */
#include "tests/unit/proto/samples_reserved.c" /* NOLINT(bugprone-suspicious-include) */
