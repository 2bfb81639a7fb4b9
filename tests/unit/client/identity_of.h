/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TESTS_CLIENT_IDENTITY_OF_H
#define CASEWIRE_TESTS_CLIENT_IDENTITY_OF_H

#include <casewire/identity.h>

/* Of dir/WHO/key and dir/WHO/cert; the caller closes it. */
struct cw_identity *identity_of_folder(const char *dir, const char *who);

#endif
