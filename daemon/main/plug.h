/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_MAIN_PLUG_H
#define CASEWIRE_MAIN_PLUG_H

/*
 * The drivers plugged into the node's ports. A driver has its own header and types and knows nothing of the
 * node; what differs is translated here, and nothing is decided.
 */

#include "main/daemon.h"
#include "store/store.h"

/* The store's tables under the numbers that the node gives them. */
extern const struct store_table plug_tables[TABLE_COUNT];

struct store_port plug_store(struct store *s);
struct net_port plug_net(struct daemon *d);

/* Fills d->ports, once files and driver are open. */
void plug_in(struct daemon *d);

#endif
