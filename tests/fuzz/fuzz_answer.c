/* SPDX-License-Identifier: Apache-2.0 */
/* An answer of a hostile daemon: unpacked, read by path, printed as JSON and as a screen. */
#include "tests/fuzz/fuzz.h"
#include "tool/view.h"

/* NOLINTNEXTLINE(readability-non-const-parameter) */
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* NOLINTNEXTLINE(readability-non-const-parameter): libFuzzer's own signature */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return freopen("/dev/null", "w", stdout) == NULL; /* screens are made, not looked at */
}

static void read_some(const struct cw_answer *answer)
{
    static const char *const paths[] = {"code",
                                        "text",
                                        "view.fields[0].values[0].text",
                                        "view.events",
                                        "submitted.receipt.local.path[0]",
                                        "status.reasons[0]",
                                        "export.entries.batches[0].entries[0].blobs.parts[0]"};
    struct cw_slice text;
    int64_t number;

    for (size_t i = 0; i < CW_COUNT(paths); i++) {
        (void)cw_answer_count(answer, paths[i]);
        if (cw_answer_text(answer, paths[i], &text) == CW_OK)
            FUZZ_MUST(text.len == 0 || text.data != NULL);
        (void)!cw_answer_number(answer, paths[i], &number);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cli cli = {.verbose = true};
    struct buf bytes = {0};
    struct cw_answer *answer;

    if (buf_add(&bytes, (struct cw_slice){data, size}) != CW_OK)
        return 0;
    if (answer_take(&bytes, &answer) != CW_OK) {
        buf_done(&bytes);
        return 0;
    }
    read_some(answer);
    json_decref(json_of_message(&answer_message(answer)->base));
    if (answer_message(answer)->view != NULL)
        view_print(&cli, answer_message(answer)->view);
    cw_answer_close(answer);
    return 0;
}
