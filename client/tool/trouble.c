/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/cli.h"

#include <jansson.h>
#include <stdlib.h>

enum exit_code exit_code_of(enum cw_err err)
{
    switch (err) {
    case CW_OK:
        return EXIT_DONE;
    case CW_REFUSED_UNKNOWN_CASE:
    case CW_LOCAL_NOT_FOUND:
        return EXIT_NOT_FOUND;
    case CW_REFUSED_AUTHOR:
    case CW_REFUSED_SIGNATURE:
    case CW_REFUSED_EXPIRED:
    case CW_REFUSED_ROLE:
    case CW_REFUSED_READER:
    case CW_REFUSED_NETWORK:
    case CW_REFUSED_DIVISION:
    case CW_AGAIN_KEPT_OUT:
    case CW_LOCAL_KEY:
        return EXIT_DENIED;
    case CW_REFUSED_TRANSITION:
    case CW_REFUSED_REUSED_ID:
        return EXIT_CONFLICT;
    case CW_REFUSED_UNKNOWN_FIELD:
    case CW_REFUSED_UNKNOWN_OP:
    case CW_REFUSED_VALUE:
    case CW_REFUSED_TEXT:
    case CW_REFUSED_MISSING:
    case CW_REFUSED_SYNTHETIC:
    case CW_REFUSED_AMBIGUOUS:
        return EXIT_USAGE;
    case CW_AGAIN_NO_DAEMON:
        return EXIT_UNREACHABLE;
    case CW_AGAIN_NO_PEER:
        return EXIT_TIMED_OUT;
    case CW_AGAIN_BUSY:
    case CW_AGAIN_BEHIND:
        return EXIT_TRY_AGAIN;
    case CW_LOCAL_CONFIG:
        return EXIT_CONFIG;
    default:
        return cw_err_class_of(err) == CW_CLASS_USAGE ? EXIT_USAGE : EXIT_FAILED;
    }
}

const enum exit_code exit_codes[] = {EXIT_DONE,      EXIT_FAILED,    EXIT_USAGE,      EXIT_NOT_FOUND,
                                     EXIT_DENIED,    EXIT_TIMED_OUT, EXIT_CONFLICT,   EXIT_UNREACHABLE,
                                     EXIT_TRY_AGAIN, EXIT_CONFIG,    EXIT_INTERRUPTED};

const char *exit_code_text(enum exit_code code)
{
    switch (code) {
    case EXIT_DONE:
        return "done";
    case EXIT_FAILED:
        return "failed";
    case EXIT_USAGE:
        return "the command, a field or a value was not understood";
    case EXIT_NOT_FOUND:
        return "there is no such case or thing";
    case EXIT_DENIED:
        return "denied: key, certificate or role";
    case EXIT_TIMED_OUT:
        return "the time was over before it came true";
    case EXIT_CONFLICT:
        return "in conflict with the present state";
    case EXIT_UNREACHABLE:
        return "no daemon in reach";
    case EXIT_TRY_AGAIN:
        return "try the same again later";
    case EXIT_CONFIG:
        return "a setting is wrong";
    case EXIT_INTERRUPTED:
        return "ended by Ctrl-C";
    }
    return "failed";
}

static void set_text(json_t *object, const char *key, const char *text)
{
    if (text != NULL && text[0] != '\0')
        json_object_set_new(object, key, json_string(text));
}

static void complain_json(const struct cli *cli, enum exit_code code, const struct trouble *t)
{
    json_t *object = json_object(), *error = json_object();
    char name[CLI_NAME_LEN_MAX];

    json_object_set_new(object, "v", json_integer(1));
    if (cli->command != NULL) {
        cli_name(cli->command, name);
        json_object_set_new(object, "command", json_string(name));
    }
    json_object_set_new(error, "exit", json_integer(code));
    set_text(error, "what", t->what);
    set_text(error, "where", t->where);
    set_text(error, "why", t->why);
    set_text(error, "next", t->next);
    json_object_set_new(object, "error", error);
    json_dumpf(object, stderr, JSON_COMPACT);
    fputc('\n', stderr);
    json_decref(object);
}

static void complain_text(const struct trouble *t)
{
    fprintf(stderr, "casewire: %s\n", t->what);
    if (t->where != NULL && t->where[0] != '\0')
        fprintf(stderr, "  where: %s\n", t->where);
    if (t->why != NULL && t->why[0] != '\0')
        fprintf(stderr, "  why:   %s\n", t->why);
    if (t->next != NULL && t->next[0] != '\0')
        fprintf(stderr, "  next:  %s\n", t->next);
}

/* What was typed in the first place behind the command; NULL: nothing, or nothing that a shell would hand on as it is. */
static const char *first_typed(const struct cli *cli)
{
    const char *typed = cli->operand_count > 0 ? cli->operands[0] : "";

    return typed[0] == '\0' || typed[0] == '-' || strchr(typed, '\'') != NULL ? NULL : typed;
}

/* "casewire clock list CASE" of a command that takes a CASE first: with the one that was typed, to be copied. */
static void fill_first(const struct cli *cli, const char *next, char *out, size_t cap)
{
    const char *takes = cli != NULL && cli->command != NULL ? cli->command->operands : NULL;
    const char *last = strrchr(next, ' '), *typed;
    size_t len;
    bool plain;

    out[0] = '\0';
    if (takes == NULL || last == NULL)
        return;
    takes += strspn(takes, "[");
    len = strspn(takes, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    typed = first_typed(cli);
    if (typed == NULL || len == 0 || strlen(last + 1) != len || memcmp(last + 1, takes, len) != 0)
        return;
    plain = strspn(typed, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz/-_.") == strlen(typed);
    if (snprintf(out, cap, "%.*s %s%s%s", (int)(last - next), next, plain ? "" : "'", typed, plain ? "" : "'") >=
        (int)cap)
        out[0] = '\0';
}

enum exit_code complain(const struct cli *cli, enum exit_code code, const struct trouble *trouble)
{
    char name[CLI_NAME_LEN_MAX], next[CLI_NAME_LEN_MAX + 24] = "casewire help", filled[300];
    struct trouble t = *trouble;

    if (cli != NULL && cli->command != NULL) {
        cli_name(cli->command, name);
        snprintf(next, sizeof(next), "casewire %s --help", name);
    }
    if (t.next == NULL)
        t.next = next;
    fill_first(cli, t.next, filled, sizeof(filled));
    if (filled[0] != '\0')
        t.next = filled;
    if (cli != NULL && cli->json)
        complain_json(cli, code, &t);
    else
        complain_text(&t);
    return code;
}

/* A lab's people are named by --as (context_home.c); everybody else's daemon is a unit on some machine. */
static const char *look_at_daemon(const struct cli *cli)
{
    bool said = cli != NULL && (cli_value(cli, "home") != NULL || cli_value(cli, "context") != NULL);
    const char *as = getenv("CASEWIRE_AS");

    if (cli != NULL && (cli_value(cli, "as") != NULL || (!said && as != NULL && as[0] != '\0')))
        return "casewire lab status";
    return "systemctl status 'casewired@*'        (where the daemon runs; there also: casewire doctor NAME)";
}

static const char *next_for(const struct cli *cli, enum cw_err err)
{
    switch (err) {
    case CW_AGAIN_NO_DAEMON:
        return look_at_daemon(cli);
    case CW_REFUSED_UNKNOWN_CASE:
    case CW_REFUSED_AMBIGUOUS:
        return "casewire case list";
    case CW_REFUSED_UNKNOWN_FIELD:
    case CW_REFUSED_UNKNOWN_OP:
    case CW_REFUSED_VALUE:
    case CW_REFUSED_MISSING:
        return "casewire schema";
    case CW_REFUSED_AUTHOR:
    case CW_REFUSED_EXPIRED:
    case CW_REFUSED_READER:
        return "casewire authority list --dir DIR";
    case CW_LOCAL_KEY:
        return "casewire login";
    case CW_REFUSED_ROLE:
        return "casewire whoami";
    case CW_REFUSED_TRANSITION:
        return "casewire case show CASE";
    case CW_AGAIN_KEPT_OUT:
        return "casewire whoami, and ask the authority: who got a new certificate uses its folder (--home)";
    case CW_AGAIN_NO_PEER:
        return "casewire peers";
    case CW_LOCAL_NO_SPACE:
    case CW_LOCAL_IO:
        return "casewire status";
    case CW_AGAIN_BUSY:
        return "the same command again";
    default:
        return NULL;
    }
}

enum exit_code complain_fault(const struct cli *cli, const char *what, const struct cw_fault *fault)
{
    char where[WHERE_LEN_MAX];
    bool of_option;

    where_typed(cli, fault->where, where);
    of_option = strncmp(where, "--", 2) == 0 && exit_code_of(fault->code) == EXIT_USAGE;
    return complain(cli, exit_code_of(fault->code),
                    &(struct trouble){what, where, fault->text, of_option ? NULL : next_for(cli, fault->code)});
}
