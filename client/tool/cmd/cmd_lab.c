/* SPDX-License-Identifier: Apache-2.0 */
/* lab start, stop, kill, restart, cut, heal. */
#include "tool/cmd_lab.h"

#include "tool/lab.h"
#include "tool/out.h"

#include <ftw.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info;
    (void)kind;
    (void)at;
    return remove(path);
}

static void remove_tree(const char *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* --- start --------------------------------------------------------------------------------------------- */

static enum exit_code make_new(struct cli *cli, const char *dir, struct lab *lab)
{
    const char *divisions = cli_value(cli, "divisions");
    struct cw_fault fault = {0};
    enum exit_code code = lab_read_divisions(cli, divisions != NULL ? divisions : "north,east,west", lab);

    if (code != EXIT_DONE)
        return code;
    if (folder_make(dir, 0700) != CW_OK || !path_absolute(dir, lab->dir))
        return complain(cli, EXIT_FAILED,
                        &(struct trouble){"the lab was not made", dir, "the folder cannot be made", NULL});
    if (!folder_is_empty(lab->dir)) /* it would go with the lab, by lab stop --delete */
        return complain(cli, EXIT_USAGE,
                        &(struct trouble){"the lab was not made", lab->dir, "the folder is not empty",
                                          "casewire lab start --dir of a folder that is new or empty"});
    if (lab_make(lab, &fault) != CW_OK) {
        remove_tree(lab->run_dir);
        remove_tree(lab->dir); /* all in it is ours */
        return complain_fault(cli, "the lab was not made", &fault);
    }
    return EXIT_DONE;
}

static enum exit_code run_all(struct cli *cli, const struct lab *lab)
{
    struct cw_fault fault = {0};
    int32_t wait_ms = cli->timeout_ms < 30000 ? 30000 : cli->timeout_ms;
    enum cw_err err = CW_OK;

    /* One after the other: each knows the next one's certificate before that one calls. */
    for (uint32_t i = 0; err == CW_OK && i < lab->division_count; i++) {
        if (lab_pid(lab, &lab->divisions[i]) == 0)
            err = lab_spawn(lab, &lab->divisions[i], &fault);
        if (err == CW_OK)
            err = lab_ready(lab, &lab->divisions[i], wait_ms, &fault);
    }
    if (err == CW_OK)
        err = lab_in_step(lab, wait_ms, &fault);
    return err == CW_OK ? EXIT_DONE : complain_fault(cli, "the lab did not start", &fault);
}

static enum exit_code run_start(struct cli *cli)
{
    char dir[PATH_LEN_MAX], path[PATH_LEN_MAX];
    struct lab lab = {0};
    enum exit_code code;

    context_lab(cli, dir);
    code = path_join(path, dir, "lab.json") && file_exists(path) ? lab_load(cli, &lab) : make_new(cli, dir, &lab);
    if (code == EXIT_DONE)
        code = run_all(cli, &lab);
    if (code == EXIT_DONE && cli->json)
        lab_print_json(cli, &lab);
    if (code != EXIT_DONE || cli->quiet || cli->json)
        return code;
    printf("lab in %s: %u divisions run and are in step\n", lab.dir, lab.division_count);
    for (uint32_t i = 0; i < lab.division_count; i++)
        printf("  %-10s %s  clients tcp://127.0.0.1:%u  pid %d\n", lab.divisions[i].name, lab.divisions[i].code,
               lab.divisions[i].client_port, (int)lab_pid(&lab, &lab.divisions[i]));
    printf("next:\n  export CASEWIRE_LAB=%s CASEWIRE_AS=officer@%s\n"
           "  casewire case open missing_child title='Child M' missing_risk=medium\n  casewire case list\n",
           lab.dir, lab.divisions[0].name);
    return EXIT_DONE;
}

/* --- stop, kill, restart --------------------------------------------------------------------------------- */

/* The divisions named behind the command; all of them when none is. */
static enum exit_code chosen(struct cli *cli, const struct lab *lab, bool need_one, bool out[static LAB_DIVISIONS_MAX])
{
    for (uint32_t i = 0; i < lab->division_count; i++)
        out[i] = cli->operand_count == 0 && !need_one;
    for (int o = 0; o < cli->operand_count; o++) {
        const struct lab_division *d = lab_find(lab, cli->operands[o]);

        if (d == NULL)
            return complain(cli, EXIT_NOT_FOUND,
                            &(struct trouble){"there is no such division in this lab", cli->operands[o], NULL,
                                              "casewire lab status"});
        out[d - lab->divisions] = true;
    }
    return EXIT_DONE;
}

static enum exit_code end_chosen(struct cli *cli, int number, bool need_one, struct lab *lab)
{
    bool which[LAB_DIVISIONS_MAX] = {false};
    enum exit_code code = lab_load(cli, lab);

    if (code == EXIT_DONE)
        code = chosen(cli, lab, need_one, which);
    for (uint32_t i = 0; code == EXIT_DONE && i < lab->division_count; i++)
        if (which[i])
            lab_end(lab, &lab->divisions[i], number);
    return code;
}

static enum exit_code run_stop(struct cli *cli)
{
    struct lab lab;
    enum exit_code code = end_chosen(cli, SIGTERM, false, &lab);

    if (code != EXIT_DONE || !cli_flag(cli, "delete"))
        return code;
    if (cli->operand_count > 0)
        return complain(
            cli, EXIT_USAGE,
            &(struct trouble){"nothing was deleted", "--delete", "it deletes the whole lab: name no division", NULL});
    remove_tree(lab.run_dir);
    remove_tree(lab.dir);
    return EXIT_DONE;
}

static enum exit_code run_kill(struct cli *cli)
{
    struct lab lab;

    return end_chosen(cli, SIGKILL, true, &lab);
}

static enum exit_code run_restart(struct cli *cli)
{
    struct lab lab;
    struct cw_fault fault = {0};
    bool which[LAB_DIVISIONS_MAX] = {false};
    int32_t wait_ms = cli->timeout_ms < 30000 ? 30000 : cli->timeout_ms;
    enum exit_code code = end_chosen(cli, SIGTERM, false, &lab);

    if (code == EXIT_DONE)
        code = chosen(cli, &lab, false, which);
    for (uint32_t i = 0; code == EXIT_DONE && i < lab.division_count; i++)
        if (which[i] && (lab_spawn(&lab, &lab.divisions[i], &fault) != CW_OK ||
                         lab_ready(&lab, &lab.divisions[i], wait_ms, &fault) != CW_OK))
            code = complain_fault(cli, "the daemon did not start", &fault);
    return code;
}

/* --- cut, heal --------------------------------------------------------------------------------------------- */

static enum exit_code tell(struct cli *cli, const struct lab *lab, const struct lab_division *d, enum cw_admin_act act,
                           const char *peer)
{
    struct cw_client *client = NULL;
    struct cw_answer *answer = NULL;
    struct cw_fault fault = {0};
    enum exit_code code = EXIT_DONE;

    if (lab_admin(lab, d, &client, &fault) != CW_OK)
        return complain_fault(cli, "the daemon was not told", &fault);
    if (cw_client_admin(client, act, peer, cli->timeout_ms, &answer) != CW_OK)
        code = complain_fault(cli, "the daemon was not told", cw_client_fault(client));
    else if (lab_shows_cut(lab, d, peer, act == CW_ADMIN_CUT, cli->timeout_ms, &fault) != CW_OK)
        code = complain_fault(cli, "the line is not as it should be", &fault);
    cw_answer_close(answer);
    cw_client_close(client);
    return code;
}

/* Both ends are told: a link that one end alone gives up would be dialled again by the other. */
static enum exit_code tell_link(struct cli *cli, const struct lab *lab, const struct lab_division *a,
                                const struct lab_division *b, enum cw_admin_act act)
{
    enum exit_code code = lab_pid(lab, a) != 0 ? tell(cli, lab, a, act, b->code) : EXIT_DONE;

    return code == EXIT_DONE && lab_pid(lab, b) != 0 ? tell(cli, lab, b, act, a->code) : code;
}

static enum exit_code run_links(struct cli *cli, enum cw_admin_act act)
{
    struct lab lab;
    bool which[LAB_DIVISIONS_MAX] = {false};
    enum exit_code code = lab_load(cli, &lab);

    if (code == EXIT_DONE)
        code = chosen(cli, &lab, false, which);
    if (code == EXIT_DONE && cli->operand_count == 2 && strcmp(cli->operands[0], cli->operands[1]) == 0)
        return complain(cli, EXIT_USAGE,
                        &(struct trouble){"there is no such line", cli->operands[0], "a line has two ends", NULL});
    for (uint32_t a = 0; a < lab.division_count; a++)
        for (uint32_t b = a + 1; code == EXIT_DONE && b < lab.division_count; b++)
            if (cli->operand_count == 2 ? which[a] && which[b] : which[a] || which[b])
                code = tell_link(cli, &lab, &lab.divisions[a], &lab.divisions[b], act);
    return code;
}

static enum exit_code run_cut(struct cli *cli)
{
    return run_links(cli, CW_ADMIN_CUT);
}

static enum exit_code run_heal(struct cli *cli)
{
    return run_links(cli, CW_ADMIN_HEAL);
}

static const struct cli_option start_options[] = {
    {"divisions", "NAMES", "with commas between (default north,east,west)"},
    {"dir", "DIR", "the lab's folder (default: as --lab)"},
    {NULL, NULL, NULL},
};
static const struct cli_option dir_options[] = {{"dir", "DIR", "the lab's folder (default: as --lab)"},
                                                {NULL, NULL, NULL}};
static const struct cli_option stop_options[] = {
    {"dir", "DIR", "the lab's folder (default: as --lab)"},
    {"delete", NULL, "and delete the folder with everything in it"},
    {NULL, NULL, NULL},
};

const struct cli_command cmd_lab_start = {
    .noun = "lab",
    .group = GROUP_LAB,
    .verb = "start",
    .summary = "make a throw-away network and run it",
    .about = "Everything in it is fictional. A lab that is there already is started again.",
    .examples = "  casewire lab start --divisions north,east,west --dir /tmp/lab\n",
    .options = start_options,
    .json = "lab:s divisions:[LabDivision]",
    .run = run_start,
};
const struct cli_command cmd_lab_stop = {
    .noun = "lab",
    .group = GROUP_LAB,
    .verb = "stop",
    .operands = "[DIVISION...]",
    .operand_max = -1,
    .summary = "stop its daemons",
    .examples = "  casewire lab stop\n  casewire lab stop --delete\n",
    .options = stop_options,
    .json = "",
    .run = run_stop,
};
const struct cli_command cmd_lab_kill = {
    .noun = "lab",
    .group = GROUP_LAB,
    .verb = "kill",
    .operands = "DIVISION...",
    .operand_min = 1,
    .operand_max = -1,
    .summary = "kill a daemon as a power cut would (SIGKILL)",
    .examples = "  casewire lab kill west\n",
    .options = dir_options,
    .json = "",
    .run = run_kill,
};
const struct cli_command cmd_lab_restart = {
    .noun = "lab",
    .group = GROUP_LAB,
    .verb = "restart",
    .operands = "[DIVISION...]",
    .operand_max = -1,
    .summary = "stop if need be, and start again",
    .examples = "  casewire lab restart west\n",
    .options = dir_options,
    .json = "",
    .run = run_restart,
};
const struct cli_command cmd_lab_cut = {
    .noun = "lab",
    .group = GROUP_LAB,
    .verb = "cut",
    .operands = "DIVISION [DIVISION]",
    .operand_min = 1,
    .operand_max = 2,
    .summary = "cut one division off, or the line between two",
    .examples = "  casewire lab cut north\n  casewire lab cut north east\n",
    .options = dir_options,
    .json = "",
    .run = run_cut,
};
const struct cli_command cmd_lab_heal = {
    .noun = "lab",
    .group = GROUP_LAB,
    .verb = "heal",
    .operands = "[DIVISION [DIVISION]]",
    .operand_max = 2,
    .summary = "mend the lines again",
    .examples = "  casewire lab heal\n",
    .options = dir_options,
    .json = "",
    .run = run_heal,
};
