/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim.h"

/* To add a property, write check_<number>.c, or check_<word>.c when REPLICATION.md gives it none, and a line here. */
/* clang-format off */
#define CHECKS(X)  \
    X(i01) X(i02) X(i03) X(i04) X(i05) X(i06) X(i07) \
    X(i08) X(i09) X(i10) X(i11) X(i12) X(i13) X(i15) \
    X(i20) X(i21) X(i26) X(i27) X(i28) X(i29) X(i30) \
    X(ask) X(delivered) X(duties) X(duty) X(links) X(merge) X(told)
/* clang-format on */

#define DECLARE(name) extern const struct sim_check check_##name;
CHECKS(DECLARE)

#define LISTED(name) &check_##name,
const struct sim_check *const sim_checks[] = {CHECKS(LISTED) NULL};
