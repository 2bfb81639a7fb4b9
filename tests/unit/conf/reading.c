/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/conf/reading.h"

#include <check.h>

struct settings settings;
struct problems problems;

enum cw_err parse(const char *text)
{
    memset(&problems, 0, sizeof problems);
    return settings_parse(slice_of(text), "north.conf", &settings, &problems);
}

const char *told(void)
{
    static char all[PROBLEMS_MAX * PROBLEM_TEXT_LEN_MAX + 64];
    size_t len = 0;

    for (uint32_t i = 0; i < problems.count; i++)
        len += (size_t)snprintf(all + len, sizeof all - len, "%s\n", problems.text[i]);
    all[len] = '\0';
    return all;
}

void check_refused(const char *text, const char *expected)
{
    ck_assert_int_eq(parse(text), CW_LOCAL_CONFIG);
    ck_assert_msg(strstr(told(), expected) != NULL, "wanted \"%s\" in:\n%s", expected, told());
}
