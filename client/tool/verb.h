/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_TOOL_VERB_H
#define CASEWIRE_TOOL_VERB_H

/*
 * Verbs: thin commands over one event each, or over the opening of a case. A verb is a row: its command, the events
 * it may become, and short names for the fields that officers fill in. What those fields may hold, which of them are
 * needed and who may is never written here: it comes from the field table, at run time and in help, manual page and
 * completion alike. Another kind of case adds rows to a file verb_rows_*.c, and nothing else.
 */

#include "tool/write.h"

#include "proto/schema.h"

#define VERB_EVENTS_MAX 2
#define VERB_ARGUMENTS_MAX 18

#define EPISODE_OPTION                                                                                             \
    {                                                                                                              \
        "episode", "EVENT",                                                                                        \
            "which episode of a child: the digits of its report, or first, or of a merged child the record whose " \
            "first it is (default: the one that fits)"                                                             \
    }

struct verb_argument {
    const char *name; /* what is typed before "=" */
    uint32_t field;
    const char *text;   /* one sentence for help */
    const char *preset; /* the value when it is not given; NULL: none */
    bool needed;        /* also where the table would do without it */
};

struct verb {
    uint32_t opens; /* the kind of case that it opens; KIND_NONE: it records an event */
    /* The first that the episode's state and the details allow is recorded. None: the event that operand 1 names. */
    uint32_t events[VERB_EVENTS_MAX];
    /* Which episodes of a child it is about, a mask of 1 << state: 0: those whose state allows the event, or live ones. */
    uint32_t states;
    bool corrects;       /* operand 1 names an event that this one corrects; what is not given anew stays as it was */
    uint32_t takes_back; /* the event that operand 1 names and this one takes back; EVENT_NONE: none */
    bool duty;           /* operand 1 names a duty of the case, whose id goes into the field `clock` */
    bool as_recorded;    /* about the very case that is named, also when it is an alias */
    bool merges;         /* operands 1 and 2 name the two episodes, the second goes into the field `about` */
    bool reports;        /* a new episode: not beside a live one, unless --another */
    const char *cheat;   /* heading of the cheat sheet under which its first example stands; NULL: none */
    struct verb_argument arguments[VERB_ARGUMENTS_MAX]; /* ends with a NULL name, or is full */
};

/* Of a command that is a verb; NULL otherwise. */
static inline const struct verb *verb_of(const struct cli_command *command)
{
    return command->says;
}

/* The rows, by kind of case; each ends with a NULL noun. */
extern const struct cli_command verb_rows_child[], verb_rows_episode[], verb_rows_work[], verb_rows_entity[];
extern const struct cli_command *const verb_tables[]; /* all of them; ends with NULL */

/* verb_run.c: what a row's command runs. */
enum exit_code verb_run(struct cli *cli);

/* verb_episode.c: the episode that the event is about, of whichever record of the child. Complains. */
enum exit_code verb_episode(const struct writing *w, const struct verb *verb, uint32_t event,
                            struct episode_place *out);
/*
 * verb_place.c: what is said now is said of that episode, in its record. verb NULL: `case event` and the like, of which the
 * verb that records the event would know it; event EVENT_NONE: fields are set. Where nobody can be asked it is the first,
 * which is told, or the one that was named by its whole id. Complains.
 */
enum exit_code verb_turn_to_episode(struct writing *w, const struct verb *verb, uint32_t event);
bool verb_is_live(const Cw__ViewEpisode *episode);
bool verb_is_missing(const Cw__ViewEpisode *episode); /* live, and the child has not been seen to be back */
size_t verb_episode_count(const struct writing *w);   /* of all records of the child */
/* The episode's state, or 0. */
uint32_t verb_episode_state(const Cw__CaseView *view, ProtobufCBinaryData episode);

/* verb_duty.c: the running duty of this name ("M8") or with this beginning of its id, and in whose record. Complains. */
enum exit_code verb_duty(const struct writing *w, const char *typed, const Cw__ViewDeadline **out,
                         const Cw__CaseView **out_record);

/* verb_again.c: an event that is said once more. */
#define VERB_AGAIN_NAMES_MAX 8 /* that one statement may put right */
struct verb_again {
    const Cw__ViewEvent *from; /* its newest correction that stands, or itself: what is not given anew is as it says */
    size_t name_count;
    const Cw__ViewEvent
        *names[VERB_AGAIN_NAMES_MAX]; /* what is put right: what was named, `from`, and what was said first */
};
/* Its corrections, and theirs, are of the same record; those proposed and those taken back are none. */
void verb_again(const Cw__CaseView *record, const Cw__ViewEvent *named, struct verb_again *out);
/* What is taken back: of what was said first every correction too, as it did not happen; of a correction that one alone. */
void verb_withdrawn(const Cw__CaseView *record, const Cw__ViewEvent *named, struct verb_again *out);

/* verb_words.c */
/* The verb that records the event, and corrects none; NULL: there is none. */
const struct cli_command *verb_saying(uint32_t event);
/* The field of an argument or field name; *out_argument is its row, or NULL. NULL: there is none such. */
const struct schema_field *verb_field(const struct verb *verb, uint32_t event, struct cw_slice name,
                                      const struct verb_argument **out_argument);
/* The nearest name that verb_field() would know; NULL: none is near. */
const char *verb_suggest(const struct verb *verb, uint32_t event, struct cw_slice name);
bool verb_needs(const struct verb *verb, uint32_t event, const struct verb_argument *argument);
/* "when=TIME", and the sentence behind it with what is allowed. */
#define VERB_LEFT_LEN_MAX 40
#define VERB_RIGHT_LEN_MAX 500
void verb_argument_words(const struct verb *verb, const struct verb_argument *argument,
                         char left[static VERB_LEFT_LEN_MAX], char right[static VERB_RIGHT_LEN_MAX]);
/* "anyone", "SUP, INSP, SUPT": who may record it, by the table. */
void verb_who(const struct verb *verb, char out[static SCHEMA_ROLES_TEXT_LEN_MAX]);
/*
 * What becomes of what was kept as a proposal: who may take it up, where that is the command's to say, and where they
 * find it. command: any, also one that is no verb.
 */
#define VERB_PROPOSAL_LEN_MAX 300
void verb_proposal_words(const struct cli_command *command, char out[static VERB_PROPOSAL_LEN_MAX]);

#endif
