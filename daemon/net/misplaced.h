/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_NET_MISPLACED_H
#define CASEWIRE_NET_MISPLACED_H

#include <errno.h>
#include <stdbool.h>

/*
 * Why a socket cannot be where it is set to be, which stays so until somebody changes the setting or the folder. Behind
 * ProtectSystem= every folder that is not the unit's own is a read-only one.
 */
static inline bool is_misplaced(int error)
{
    return error == ENOENT || error == ENOTDIR || error == EACCES || error == EPERM || error == EROFS;
}

#endif
