/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_PUBLISH_H
#define CASEWIRE_TOOL_PUBLISH_H

#include "proto/id.h"

#include <casewire/casewire.h>

/* Hands all segments of an authority's folder to a daemon's admin socket, in order. What it holds already is passed over by it. */
enum cw_err publish_segments(const char *dir, const char *socket, int32_t timeout_ms, uint64_t *out_stored,
                             struct cw_fault *fault);

/* The same of segments that are at hand. */
enum cw_err publish_slices(const struct network_id *network, const struct cw_slice *segments, size_t count,
                           const char *socket, int32_t timeout_ms, uint64_t *out_stored, struct cw_fault *fault);

#endif
