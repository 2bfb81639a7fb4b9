/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions nobody here may call, after git's banned.h: each has a bounded or reentrant replacement.
 *
 * The Makefile includes this before every source of ours. The headers that declare the functions come first,
 * since a poisoned name may not even be declared afterwards.
 */
#ifndef CASEWIRE_PROTO_BANNED_H
#define CASEWIRE_PROTO_BANNED_H

#include <alloca.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <wchar.h>
#undef alloca
#undef sprintf
#undef vsprintf
#pragma GCC poison strcpy strncpy strcat strncat strtok sprintf vsprintf gets alloca
#pragma GCC poison asctime ctime gmtime localtime tmpnam mktemp tempnam
#endif
