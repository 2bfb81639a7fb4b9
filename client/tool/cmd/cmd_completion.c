/* SPDX-License-Identifier: Apache-2.0 */
/* completion: scripts for shells; complete: what they call. */
#include "tool/cmd_help.h"

#include "tool/complete.h"
#include "tool/out.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

/* bash cuts words at = and : as well: they are put together again, and what stands before is cut off the answers. */
static const char bash_script[] =
    "# bash completion for casewire\n"
    "_casewire()\n"
    "{\n"
    "    local -a words=() lines=()\n"
    "    local i word line before\n"
    "    for ((i = 1; i <= COMP_CWORD; i++)); do\n"
    "        word=${COMP_WORDS[i]}\n"
    "        if ((${#words[@]})) && [[ $word == [=:]* || ${COMP_WORDS[i - 1]} == [=:] ]]; then\n"
    "            words[-1]+=$word\n"
    "        else\n"
    "            words+=(\"$word\")\n"
    "        fi\n"
    "    done\n"
    "    word=${COMP_WORDS[COMP_CWORD]}\n"
    "    [[ $word == [=:] ]] && word=\n"
    "    before=${words[-1]%\"$word\"}\n"
    "    mapfile -t lines < <(\"${COMP_WORDS[0]/#\\~/$HOME}\" complete -- \"${words[@]}\" 2>/dev/null)\n"
    "    COMPREPLY=()\n"
    "    for line in \"${lines[@]}\"; do\n"
    "        case $line in\n"
    "            :files) compopt -o default; return ;;\n"
    "            :folders) compopt -o dirnames; return ;;\n"
    "        esac\n"
    "        line=${line%%$'\\t'*}\n"
    "        [[ $line == *= ]] && compopt -o nospace\n"
    "        COMPREPLY+=(\"${line#\"$before\"}\")\n"
    "    done\n"
    "}\n"
    "complete -F _casewire casewire\n";

static const char zsh_script[] =
    "#compdef casewire\n"
    "# zsh completion for casewire\n"
    "_casewire() {\n"
    "    local -a lines plain open plain_text open_text\n"
    "    local line word\n"
    "    lines=(\"${(@f)$(${~words[1]} complete -- \"${(@)words[2,CURRENT]}\" 2>/dev/null)}\")\n"
    "    for line in $lines; do\n"
    "        case $line in\n"
    "            :files) _files; return ;;\n"
    "            :folders) _files -/; return ;;\n"
    "        esac\n"
    "        word=${line%%$'\\t'*}\n"
    "        if [[ $word == *= ]]; then\n"
    "            open+=(\"$word\"); open_text+=(\"${line/$'\\t'/  }\")\n"
    "        else\n"
    "            plain+=(\"$word\"); plain_text+=(\"${line/$'\\t'/  }\")\n"
    "        fi\n"
    "    done\n"
    "    (( $#plain )) && compadd -Q -l -d plain_text -a plain\n"
    "    (( $#open )) && compadd -Q -l -S '' -d open_text -a open\n"
    "    (( $#plain + $#open ))\n"
    "}\n"
    "if [[ $funcstack[1] == _casewire ]]; then _casewire \"$@\"; else compdef _casewire casewire; fi\n";

static const char fish_script[] = "# fish completion for casewire\n"
                                  "function __casewire_complete\n"
                                  "    set -l words (commandline -opc) (commandline -ct)\n"
                                  "    for line in ($words[1] complete -- $words[2..-1] 2>/dev/null)\n"
                                  "        switch $line\n"
                                  "            case ':files'\n"
                                  "                __fish_complete_path (commandline -ct)\n"
                                  "            case ':folders'\n"
                                  "                __fish_complete_directories (commandline -ct)\n"
                                  "            case '*'\n"
                                  "                echo $line\n"
                                  "        end\n"
                                  "    end\n"
                                  "end\n"
                                  "complete -c casewire -f -a '(__casewire_complete)'\n";

static enum exit_code run_completion(struct cli *cli)
{
    static const struct {
        const char *shell, *script;
    } scripts[] = {{"bash", bash_script}, {"zsh", zsh_script}, {"fish", fish_script}};

    for (size_t i = 0; i < CW_COUNT(scripts); i++)
        if (strcmp(cli->operands[0], scripts[i].shell) == 0) {
            if (cli->json)
                json_print(cli, json_pack("{s:s, s:s}", "shell", scripts[i].shell, "script", scripts[i].script));
            else
                fputs(scripts[i].script, stdout);
            return EXIT_DONE;
        }
    return complain(cli, EXIT_USAGE,
                    &(struct trouble){"there is no completion for this shell", cli->operands[0],
                                      "it is bash, zsh or fish", "casewire completion bash"});
}

/* Ended by a timer whatever it waits for; what it had to say is then not said at all. */
static enum exit_code run_complete(struct cli *cli)
{
    const struct itimerval limit = {.it_value = {.tv_usec = (suseconds_t)COMPLETE_MS * 1000}};
    struct completion c = {.line_count = 0};
    char *text = NULL;
    size_t len = 0;
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

    if (nowhere >= 0)
        (void)dup2(nowhere, STDERR_FILENO); /* nobody wants to read a complaint in the middle of a line */
    if (nowhere > STDERR_FILENO)
        close(nowhere);
    setitimer(ITIMER_REAL, &limit, NULL);
    c.out = open_memstream(&text, &len);
    if (c.out == NULL)
        return EXIT_FAILED;
    complete_read(&c, cli->commands, cli->operand_count, cli->operands);
    complete_offer(&c);
    if (fclose(c.out) == 0)
        fwrite(text, 1, len, stdout);
    free(text);
    return EXIT_DONE;
}

const struct cli_command cmd_completion = {
    .noun = "completion",
    .group = GROUP_HELP,
    .operands = "SHELL",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "the script that completes commands in your shell",
    .about = "Completes commands, options, fields and their values, the references of the cases that the daemon shows "
             "you, their events, duties and episodes, and what is in conflict: within 200 ms, or not at all. It never "
             "asks for a passphrase.",
    .examples = "  source <(casewire completion bash)\n"
                "  casewire completion zsh > ~/.zfunc/_casewire\n"
                "  casewire completion fish > ~/.config/fish/completions/casewire.fish\n",
    .json = "shell:s script:s",
    .run = run_completion,
};
const struct cli_command cmd_complete = {
    .noun = "complete",
    .operands = "WORD...",
    .operand_max = -1,
    .summary = "what the scripts of casewire completion call",
    .run = run_complete,
    .hidden = true,
};
