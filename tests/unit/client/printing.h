/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_CLIENT_PRINTING_H
#define TESTS_UNIT_CLIENT_PRINTING_H

/* What goes to standard output between the two; static memory, as long as it is not begun again. */
void printing_begin(void);
char *printing_end(void);

#endif
