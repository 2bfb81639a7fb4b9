/* SPDX-License-Identifier: Apache-2.0 */
/* Names of a feed's filter that people write shorter than daemons know them. */
#include "tool/feed_names.h"

#include "tool/lookup.h"

#include "lib/answer.h"
#include "lib/fault.h"
#include "lib/feed.h"
#include "proto/schema.h"
#include "proto/wire.h"

struct cw_names feed_read_names(const struct cli *cli, const char *option, struct feed_name_list *out)
{
    const char *value;
    int next = 0;

    static_assert(CLI_VALUES_MAX <= CW_FEED_NAMES_MAX, "each sort has room for all");
    while ((value = cli_next(cli, option, &next)) != NULL)
        out->at[out->count++] = slice_of(value);
    return (struct cw_names){out->at, out->count};
}

/* Whole references and beginnings of ids are for the daemon. */
enum exit_code feed_read_cases(const struct cli *cli, struct context *context, struct feed_choice *out)
{
    out->options.cases = feed_read_names(cli, "case", &out->cases);
    for (size_t i = 0; i < out->cases.count; i++) {
        const char *name = (const char *)out->cases.at[i].data;
        char known[LOOKUP_LEN_MAX];

        enum cw_err err = lookup_case(context, name, cli->timeout_ms, known);
        if (err == CW_REFUSED_READER)
            return complain(cli, EXIT_USAGE,
                            &(struct trouble){"the case was not looked up", name,
                                              "this certificate reads feeds alone: name the case by its whole "
                                              "reference, as an item of the feed has it",
                                              "casewire feed --snapshot --exit-at-end"});
        if (err != CW_OK)
            return complain_fault(cli, "the case was not looked up", cw_client_fault(context->client));
        if (strlen(known) != (size_t)2 * CW_ID_LEN)
            continue;
        memcpy(out->ids[i], known, sizeof(out->ids[i])); /* with its NUL */
        out->cases.at[i] = slice_of(out->ids[i]);
    }
    return EXIT_DONE;
}

/* As long as there is room: without, what was written stands alone. */
static void add_text(struct feed_choice *out, struct cw_slice text)
{
    size_t at = out->operations.count;

    if (at == CW_FEED_NAMES_MAX || text.len == 0 || text.len >= sizeof(out->operation_texts[at]))
        return;
    memcpy(out->operation_texts[at], text.data, text.len);
    out->operations.at[at] = slice(out->operation_texts[at], text.len);
    out->operations.count++;
}

/* Links name it by its id, its reference, or as it was written here. */
static void add_operation(const Cw__CaseView *view, struct feed_choice *out)
{
    char hex[2 * CW_ID_LEN + 1];

    if (view->kind != KIND_OPERATION || view->case_id.len != CW_ID_LEN)
        return;
    hex_of(wire_slice(view->case_id), hex);
    add_text(out, slice_of(hex));
    add_text(out, wire_slice(view->human_ref));
}

static enum exit_code take_operation(const struct cli *cli, const Cw__CaseView *view, const char *name,
                                     struct feed_choice *out)
{
    if (!feed_is_operation(view, slice_of(name)))
        return complain(cli, EXIT_USAGE,
                        &(struct trouble){"there is no such operation", name, "it is a case of another kind: --case",
                                          "casewire case list --kind operation"});
    add_operation(view, out);
    return EXIT_DONE;
}

/* Several may carry one name: each of them is told. Whoever may read feeds alone has it as it is written here. */
static enum exit_code read_operation(const struct cli *cli, struct context *context, const char *name,
                                     struct feed_choice *out)
{
    char known[LOOKUP_LEN_MAX];
    struct cw_answer *answer = NULL;
    enum cw_err err = lookup_case(context, name, cli->timeout_ms, known);
    enum exit_code code = EXIT_DONE;

    if (err == CW_OK)
        err = cw_client_get(context->client, slice_of(known), cli->timeout_ms, &answer);
    if (err == CW_REFUSED_AMBIGUOUS || err == CW_REFUSED_READER)
        return EXIT_DONE;
    if (err == CW_REFUSED_UNKNOWN_CASE)
        code = lookup_record(cli, context, name, &answer); /* says which is nearest */
    else if (err != CW_OK)
        return complain_fault(cli, "the operation was not looked up", cw_client_fault(context->client));
    if (code == EXIT_DONE)
        code = take_operation(cli, answer_message(answer)->view, name, out);
    cw_answer_close(answer);
    return code;
}

enum exit_code feed_read_operations(const struct cli *cli, struct context *context, struct feed_choice *out)
{
    enum exit_code code = EXIT_DONE;
    size_t given = feed_read_names(cli, "operation", &out->operations).count;

    for (size_t i = 0; i < given && code == EXIT_DONE; i++)
        code = read_operation(cli, context, (const char *)out->operations.at[i].data, out);
    out->options.operations = (struct cw_names){out->operations.at, out->operations.count};
    return code;
}
