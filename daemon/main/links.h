/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_MAIN_LINKS_H
#define CASEWIRE_MAIN_LINKS_H

/*
 * Three kinds of link in one number. The node marks those it dials with the top bit; the net driver marks
 * those that come in. The administrators' have the bit below.
 */

#include "node/ports.h"

#define LINK_TOP ((link_id)1 << 63)
#define LINK_ADMIN ((link_id)1 << 62)

static inline uint64_t link_to_driver(link_id link)
{
    return link ^ LINK_TOP;
}

static inline link_id link_from_driver(uint64_t link)
{
    return link ^ LINK_TOP;
}

static inline uint64_t link_to_admin(link_id link)
{
    return link & ~LINK_ADMIN;
}

static inline link_id link_from_admin(uint64_t connection)
{
    return connection | LINK_ADMIN;
}

static inline bool link_is_admin(link_id link)
{
    return (link & LINK_TOP) == 0 && (link & LINK_ADMIN) != 0;
}

#endif
