/* SPDX-License-Identifier: Apache-2.0 */
/* A case by what a person types. */
#include "tests/unit/node/pair.h"

#include <check.h>

/* Whether the name means this case. */
static bool means(const char *name, const struct cw_case_id *id)
{
    Cw__Request request = CW__REQUEST__INIT;
    Cw__GetCase get = CW__GET_CASE__INIT;
    const Cw__Answer *answer;

    SET_BYTES(&get, name, wire_bytes(slice_of(name)));
    request.get = &get;
    answer = pair_ask(&request);
    return answer->code == CW_OK && pair_is(answer->view->case_id, id);
}

static void digits_of(const struct cw_case_id *id, size_t count, char out[static 2 * ID_LEN + 1])
{
    hex_of(ID_SLICE(id), out);
    out[count] = '\0';
}

START_TEST(the_first_digits_of_an_id_name_a_case)
{
    char digits[2 * ID_LEN + 1];

    pair_begin();
    for (size_t count = 4; count <= 10; count++) {
        digits_of(&pair.b, count, digits);
        ck_assert_msg(means(digits, &pair.b), "%s", digits);
    }
    digits_of(&pair.b, 3, digits);
    ck_assert(!means(digits, &pair.b));
    lab_free(pair.lab);
}
END_TEST

START_TEST(what_could_be_a_word_is_the_case_that_is_called_so)
{
    char digits[2 * ID_LEN + 1];

    pair_begin();
    digits_of(&pair.b, 6, digits);
    pair_retitle(&pair.a, digits);
    lab_run(pair.lab, 2000);
    ck_assert(means(digits, &pair.a));
    digits_of(&pair.b, 8, digits);
    ck_assert(means(digits, &pair.b));
    lab_free(pair.lab);
}
END_TEST

Suite *suite_case_find(void);
Suite *suite_case_find(void)
{
    Suite *suite = suite_create("node/case_find");
    TCase *all = tcase_create("all");

    tcase_add_test(all, the_first_digits_of_an_id_name_a_case);
    tcase_add_test(all, what_could_be_a_word_is_the_case_that_is_called_so);
    suite_add_tcase(suite, all);
    return suite;
}
