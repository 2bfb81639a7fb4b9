/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file of hooks: whatever is taken names a kind and a program by its whole path, and stays within its bounds; whatever is
 * not says which line.
 */
#include "tests/fuzz/fuzz.h"
#include "tool/hook.h"

#include "proto/bytes.h"

static void holds(const struct hooks *hooks, const struct hook *hook)
{
    const char *end = hooks->file + sizeof(hooks->file);

    FUZZ_MUST(hook->kinds != 0 && hook->kinds < 1U << HOOK_KINDS);
    FUZZ_MUST((hook->kinds & 1U << HOOK_DUTY) == 0 || hook->roles != 0);
    FUZZ_MUST(hook->words[0] != NULL && hook->words[0][0] == '/');
    for (size_t i = 0; hook->words[i] != NULL; i++) {
        FUZZ_MUST(i < HOOK_WORDS_MAX && hook->words[i] >= hooks->file && hook->words[i] < end);
        FUZZ_MUST(hook->words[i][0] != '\0' && strpbrk(hook->words[i], " \t\n") == NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct hooks hooks;
    char why[HOOK_TEXT_LEN_MAX];
    enum cw_err err;

    memset(&hooks, 0, sizeof(hooks));
    err = hooks_parse(slice(data, size), &hooks, why);
    FUZZ_MUST((err == CW_OK) == (why[0] == '\0'));
    FUZZ_MUST(err == CW_OK || err == CW_LOCAL_CONFIG);
    FUZZ_MUST(hooks.count <= HOOKS_MAX);
    for (size_t i = 0; err == CW_OK && i < hooks.count; i++)
        holds(&hooks, &hooks.at[i]);
    return 0;
}
