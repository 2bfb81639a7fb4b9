/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_CONF_READING_H
#define TESTS_UNIT_CONF_READING_H

/* Settings as text, read as the file north.conf, and what is said of them. */

#include "conf/settings.h"

#define REQUIRED "division = \"NTH\"\nnetwork_genesis = \"/g\"\ncertificate = \"/c\"\nkey = \"/k\"\n"
#define KEY_TEXT "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define PEER \
    "peer \"west\" {\n division = \"WST\"\n address = \"tcp://192.0.2.7:4700\"\n curve_key = \"" KEY_TEXT "\"\n}\n"

/* Of the last text that was read. */
extern struct settings settings;
extern struct problems problems;

enum cw_err parse(const char *text);
/* All problems, one a line. */
const char *told(void);
void check_refused(const char *text, const char *expected);

#endif
