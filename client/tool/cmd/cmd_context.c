/* SPDX-License-Identifier: Apache-2.0 */
/* context list, use, show, add, remove: names for sets of keys and daemons. */
#include "tool/cmd_context.h"

#include "tool/cmd_login.h"
#include "tool/context.h"
#include "tool/contexts.h"
#include "tool/out.h"

#include "lib/fault.h"
#include "proto/message.h"

#include <stdlib.h>

/* --- list ------------------------------------------------------------------------------------------------ */

/* Name and division on the certificate of a home folder; "?" when it cannot be read. */
static void holder_of(const char *home, char *out, size_t cap)
{
    char path[PATH_LEN_MAX], name[100], division[20];
    struct certificate cert;
    struct buf bytes = {0};

    snprintf(out, cap, "?");
    if (path_join(path, home, "cert") && file_read(path, CERT_LEN_MAX, &bytes) == CW_OK &&
        certificate_parse(buf_slice(&bytes), &cert) == CW_OK) {
        fault_clean_text(cert.name, name, sizeof(name));
        fault_clean_text(cert.division, division, sizeof(division));
        snprintf(out, cap, "%s (%s)", name, division);
    }
    buf_done(&bytes);
}

static void list_row(const struct cli *cli, struct table *t, json_t *array, const char *name, bool used)
{
    char home[PATH_LEN_MAX] = "", holder[140];

    if (!contexts_home(name, home))
        return;
    holder_of(home, holder, sizeof(holder));
    if (cli->json) {
        json_array_append_new(
            array, json_pack("{s:s, s:b, s:s, s:s}", "name", name, "in_use", used, "holder", holder, "home", home));
        return;
    }
    table_add(t, name);
    table_add(t, used ? "in use" : "");
    table_add(t, holder);
    table_add(t, home);
}

static enum exit_code run_list(struct cli *cli)
{
    static const char *const heading[] = {"context", "", "speaks as", "home", NULL};
    struct context_names *names = calloc(1, sizeof(*names));
    char current[CONTEXT_NAME_LEN_MAX + 1] = "";
    json_t *array = json_array();
    struct table t;

    CW_ASSERT(names != NULL);
    contexts_list(names);
    if (!contexts_current(current))
        current[0] = '\0';
    table_begin(&t, cli, heading);
    for (size_t i = 0; i < names->count; i++) {
        if (cli->quiet && !cli->json)
            printf("%s\n", names->at[i]);
        else
            list_row(cli, &t, array, names->at[i], strcmp(names->at[i], current) == 0);
    }
    if (cli->json)
        json_print(cli, json_pack("{s:O}", "contexts", array));
    else if (names->count == 0)
        fprintf(stderr, "there are none yet: casewire context add NAME --home DIR\n");
    if (!cli->json && !cli->quiet && names->count > 0)
        table_end(&t);
    json_decref(array);
    free(names);
    return EXIT_DONE;
}

/* --- use, show ------------------------------------------------------------------------------------------- */

static enum exit_code not_kept(const struct cli *cli, const char *name)
{
    return complain(cli, EXIT_FAILED,
                    &(struct trouble){"the context was not kept", name,
                                      "no file can be written below XDG_CONFIG_HOME or ~/.config",
                                      "casewire help environment"});
}

static enum exit_code run_use(struct cli *cli)
{
    char home[PATH_LEN_MAX];

    if (!contexts_home(cli->operands[0], home))
        return contexts_unknown(cli, cli->operands[0]);
    if (contexts_use(cli->operands[0]) != CW_OK)
        return not_kept(cli, cli->operands[0]);
    if (cli->json)
        json_print(cli, json_pack("{s:s, s:s}", "name", cli->operands[0], "home", home));
    else if (!cli->quiet)
        printf("%s is in use\n", cli->operands[0]);
    return EXIT_DONE;
}

static enum exit_code run_show(struct cli *cli)
{
    char name[CONTEXT_NAME_LEN_MAX + 1], home[PATH_LEN_MAX];
    enum exit_code code;

    if (cli->operand_count > 0) {
        if (!contexts_home(cli->operands[0], home))
            return contexts_unknown(cli, cli->operands[0]);
        return whoami_show(cli, home);
    }
    code = context_home(cli, NULL, home);
    if (code == EXIT_DONE && !cli->json && !cli->quiet && contexts_current(name))
        fprintf(stderr, "context in use: %s\n", name);
    return code == EXIT_DONE ? whoami_show(cli, home) : code;
}

/* --- add, remove ----------------------------------------------------------------------------------------- */

static enum exit_code check_add(const struct cli *cli, const char *name, const char *home)
{
    char key[PATH_LEN_MAX], other[PATH_LEN_MAX];

    if (!contexts_name_ok(name))
        return complain(cli, EXIT_USAGE,
                        &(struct trouble){"a context cannot have this name", name,
                                          "letters, digits, dots, dashes and underscores, at most 40",
                                          "casewire context add NAME --home DIR"});
    if (!path_join(key, home, "key") || !file_exists(key))
        return complain(cli, EXIT_NOT_FOUND,
                        &(struct trouble){"the context was not added", home, "the folder holds no key",
                                          "casewire context add NAME --home DIR"});
    if (contexts_home(name, other) && strcmp(other, home) != 0)
        return complain(cli, EXIT_CONFLICT,
                        &(struct trouble){"there is a context of this name already", other, "it names another folder",
                                          "casewire context remove NAME"});
    return EXIT_DONE;
}

static enum exit_code run_add(struct cli *cli)
{
    const char *name = cli->operands[0];
    char given[PATH_LEN_MAX], home[PATH_LEN_MAX], current[CONTEXT_NAME_LEN_MAX + 1];
    enum exit_code code = context_home(cli, NULL, given);

    if (code == EXIT_DONE && !path_absolute(given, home))
        code = complain(cli, EXIT_NOT_FOUND,
                        &(struct trouble){"the context was not added", given, "there is no such folder",
                                          "casewire context add NAME --home DIR"});
    if (code == EXIT_DONE)
        code = check_add(cli, name, home);
    if (code != EXIT_DONE)
        return code;
    /* The first one is in use at once. */
    if (contexts_put(name, home) != CW_OK || (!contexts_current(current) && contexts_use(name) != CW_OK))
        return not_kept(cli, name);
    if (cli->json)
        json_print(cli, json_pack("{s:s, s:s}", "name", name, "home", home));
    else if (!cli->quiet)
        printf("%s speaks with the keys of %s\n  next: casewire context use %s\n", name, home, name);
    return EXIT_DONE;
}

static enum exit_code run_remove(struct cli *cli)
{
    if (contexts_remove(cli->operands[0]) != CW_OK)
        return contexts_unknown(cli, cli->operands[0]);
    if (!cli->quiet && !cli->json)
        printf("%s is forgotten; its folder and keys are as they were\n", cli->operands[0]);
    return EXIT_DONE;
}

const struct cli_command cmd_context_list = {
    .noun = "context",
    .verb = "list",
    .group = GROUP_YOU,
    .summary = "the contexts that were added, and which is in use",
    .about = "A context names a folder with keys and with the daemons to talk to. Whoever speaks in several roles, or "
             "to several "
             "networks, adds one for each.",
    .examples = "  casewire context list\n",
    .json = "contexts:[Context]",
    .run = run_list,
};
const struct cli_command cmd_context_use = {
    .noun = "context",
    .verb = "use",
    .group = GROUP_YOU,
    .operands = "CONTEXT",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "speak as this context says from now on",
    .about = "--context and CASEWIRE_CONTEXT mean another one for a single command.",
    .examples = "  casewire context use north\n",
    .json = "name:s home:s",
    .run = run_use,
};
const struct cli_command cmd_context_show = {
    .noun = "context",
    .verb = "show",
    .group = GROUP_YOU,
    .operands = "[CONTEXT]",
    .operand_max = 1,
    .summary = "who speaks in it, to which daemons",
    .examples = "  casewire context show\n  casewire context show north\n",
    .json = "name:s division:s roles:[s] cert:h not_after:t network:h daemons:[s] home:s key:s until:t? signatures:i?",
    .run = run_show,
};
const struct cli_command cmd_context_add = {
    .noun = "context",
    .verb = "add",
    .group = GROUP_YOU,
    .operands = "NAME",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "give a folder of keys a name",
    .about = "The folder is given by --home, or by --lab and --as. The first context is in use at once.",
    .examples = "  casewire context add north --home ~/keys/north\n",
    .json = "name:s home:s",
    .run = run_add,
};
const struct cli_command cmd_context_remove = {
    .noun = "context",
    .verb = "remove",
    .group = GROUP_YOU,
    .operands = "CONTEXT",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "forget the name; the folder stays",
    .examples = "  casewire context remove north\n",
    .json = "",
    .run = run_remove,
};
