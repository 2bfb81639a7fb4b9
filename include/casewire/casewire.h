/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_CASEWIRE_H
#define CASEWIRE_CASEWIRE_H

/**
 * libcasewire: what another program needs to talk to its division's daemon, and to believe what it hears.
 *
 * The library has no global state, prints nothing, installs no signal handler and never ends the process because of
 * bytes from outside: a daemon may be hostile, so every answer is bounded and checked before it is unpacked. One
 * thread uses a handle at a time; different handles may be used by different threads. Handles do not survive fork().
 *
 * Every close and free accepts NULL. Outputs are untouched on failure, except a fault, which explains it. Any out_fault
 * may be NULL; no other pointer is, unless the comment on it says so: a function that gets NULL where it needs something
 * answers CW_USAGE_ARGUMENT, its fault names the parameter, and one that has no error to return does nothing, or returns
 * 0, NULL or no bytes; a descriptor or timeout is -1. What the bytes and numbers behind pointers hold is checked.
 */

#include <casewire/answer.h>     /* what a daemon said, by path */
#include <casewire/ask.h>        /* questions */
#include <casewire/bundle.h>     /* many drafts under one signature */
#include <casewire/client.h>     /* daemons, event loop, requests */
#include <casewire/context.h>    /* a folder that says who speaks to whom */
#include <casewire/draft.h>      /* what an author is about to say */
#include <casewire/error.h>      /* one table of errors */
#include <casewire/fault.h>      /* an error as a person reads it */
#include <casewire/feed.h>       /* what changes, from a cursor on */
#include <casewire/history.h>    /* exported histories, verified offline */
#include <casewire/identity.h>   /* who speaks */
#include <casewire/outbox.h>     /* submissions that wait in a file */
#include <casewire/session.h>    /* what one has seen, at whichever daemon */
#include <casewire/signer.h>     /* keys that are kept elsewhere */
#include <casewire/submission.h> /* signed and sent */
#include <casewire/trust.h>      /* certificates and receipts */
#include <casewire/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CW_VERSION_TEXT "0.1.0"

/** "0.1.0". Threads: any. */
CW_PUBLIC const char *cw_version(void);

#ifdef __cplusplus
}
#endif

#endif
