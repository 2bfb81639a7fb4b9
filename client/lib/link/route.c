/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/client.h"

/*
 * What an outcome at one daemon means for the request. A refusal is the network's word, the same at every daemon, so it
 * is the answer; what is wrong with the daemon itself is not, and a certificate's dates are held against its clock.
 */
enum route route_of(const struct cw_fault *fault)
{
    bool of_cursor = strcmp(fault->where, "cursor") == 0; /* of what was asked with, not of the daemon */

    switch (fault->code) {
    case CW_REFUSED_NETWORK: /* not a daemon of this network: the list of daemons is wrong */
    case CW_REFUSED_VERSION:
        return of_cursor ? ROUTE_DONE : ROUTE_MARK;
    case CW_AGAIN_BUSY:
        return ROUTE_LATER;
    case CW_AGAIN_BEHIND:
    case CW_AGAIN_NO_DAEMON:
    case CW_REFUSED_EXPIRED: /* by its clock, or what it has heard; it is the answer once all have said so */
    case CW_AGAIN_KEPT_OUT:  /* by its clock, or by what it has heard of the authority: another may know better */
        return ROUTE_NEXT;
    default:
        break;
    }
    switch (cw_err_class_of(fault->code)) {
    case CW_CLASS_PEER:
        return ROUTE_MARK;
    case CW_CLASS_LOCAL: /* its disk or its memory, not ours */
    case CW_CLASS_USAGE: /* its address cannot be used */
        return ROUTE_NEXT;
    default:
        return ROUTE_DONE;
    }
}
