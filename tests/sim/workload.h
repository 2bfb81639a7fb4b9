/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SIM_WORKLOAD_H
#define TESTS_SIM_WORKLOAD_H

/* What officers do all day, drawn from the world's seed. */

#include "tests/sim/client.h"

/* Plans the ops of the safety phase. */
void workload_begin(struct sim *s);
/* An opening op of a kind, by an officer of that division who may. */
uint32_t workload_open(struct sim *s, uint32_t kind, uint32_t division);
/* A random op of that division on some case it knows. */
void workload_act(struct sim *s, uint32_t division);

#endif
