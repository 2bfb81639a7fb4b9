/* SPDX-License-Identifier: Apache-2.0 */
#include "host/events.h"

/* By subject: starting, the doors, turns and disk, settings, other divisions, what was written. */
const struct event_row event_table[] = {
    {"start-failed", "5a39ba4ec02741a787c33f0319d5d23b", "Division @CASEWIRE_DIVISION@ did not start",
     "What is wrong stands in the message and in the lines before it. With exit status 78 starting again will not "
     "help: put it right, then\n"
     "  systemctl reset-failed casewired@NAME; systemctl start casewired@NAME"},
    {"files", "f2f31128897d4103ab31e17a4f768021", "Division @CASEWIRE_DIVISION@ cannot have its files",
     "The lock, store, anchor or keyring below state_dir and run_dir could not be opened; the message says which, "
     "and why. Another daemon of the same division may run: two of them must not."},
    {"node", "33e66e847e9a43ec90cb808f3bbea5e9", "Division @CASEWIRE_DIVISION@ cannot read its store",
     "The store does not fit the certificate and network of the settings, or is damaged. Look at it with\n"
     "  casewired --config FILE --verify-store"},
    {"health", "4f90819e52984104a6d2d87e0910cc42", "Division @CASEWIRE_DIVISION@ cannot answer those who watch it",
     "listen_metrics names a place where nothing can listen: another program has the port, or the folder is not "
     "there. \"off\" does without."},
    {"admin", "753a1968ee364d909e270628e1d7d28e", "Division @CASEWIRE_DIVISION@ has no admin socket",
     "admin_socket could not be made; the message says why."},
    {"net-listening", "5b6d6b5462b2468ea883c1a958f7dab6", "Division @CASEWIRE_DIVISION@ listens",
     "The net process tried that its doors keep strangers out, and opened them."},
    {"net-failed", "8edf56e5872840c2bf2acf1aabdd1fae", "The net process of @CASEWIRE_DIVISION@ cannot work",
     "It could not listen, or a stranger would have been let in; the message says which. Nobody is served over "
     "the network. Most often another program has the port:\n"
     "  ss --listening --tcp --numeric --processes"},
    {"net-lost", "5bc6bf0d2796442dab3ce62ad38d93f9", "The net process of @CASEWIRE_DIVISION@ ended and is replaced",
     "Connections are lost, nothing else: peers and officers' programs connect again. Again and again, it is "
     "under attack or short of memory (net_memory_max)."},
    {"net-refused", "34ae7f1adae446a58a86bee6e328086f", "A key was refused at @CASEWIRE_DIVISION@'s door",
     "Somebody connected with a transport key that no certificate of this network has, or whose certificate is "
     "revoked or over. The fingerprint in the message is that of the key. A daemon that was issued lately:\n"
     "  casewire authority publish --dir FOLDER --socket SOCKET"},
    {"net-misframed", "6f0d3a52b9c84e0f8d1c57a94be26713",
     "Something that is no message came to @CASEWIRE_DIVISION@'s door",
     "Each message is one frame of at most 1048576 bytes. Somebody sent a longer one, one in several frames, or one "
     "that "
     "never ends, and lost the connection; the message says who, by the first digits of the certificate. It is the "
     "fault of a program that does not use libcasewire, or of a newer one with an error."},
    {"net-link-down", "178c3be42e6c4d389a81383ae1b9642f", "A link to another division ended",
     "The message says why, as exactly as this side can know. It is dialled again by itself, and each attempt "
     "that ends in the same way is told at growing pauses, up to an hour; casewire peers tells how it stands."},
    {"net-allow", "461cd2182677416ca1dd5c74b44b6be0",
     "More certificates than the doors of @CASEWIRE_DIVISION@ can know",
     "Some of those that are good are refused; the message says how many. Revoke what is not used any more: that makes "
     "room."},
    {"net-shared-key", "1e910295cb12407eb1b3275079d9406b", "A certificate names somebody else's transport key",
     "Whoever had the key first is let in with it as before, and the other certificate is not. Ask the authority that "
     "issued it why; take it back (casewire authority revoke), and start the daemon again to end this alarm."},
    {"turn-failed", "0a1d9f65f1754d4ea6293b874b5be9a8", "A turn of @CASEWIRE_DIVISION@ came to nothing",
     "Nothing that was acknowledged is lost, and submitters were told to send again. When the daemon ended with "
     "it, the service manager starts it anew. Look at the disk and at the lines before."},
    {"fatal", "2ca01c21ae124c27aacf629108253c70", "The store of @CASEWIRE_DIVISION@ failed",
     "A commit failed in a way that says nothing certain about the disk. The daemon ends, is started anew, and "
     "opens a new log. Look at the disk: the kernel's log, SMART."},
    {"no-space", "1bab68fe5ef545bcb121a8781d9c8d52", "The disk of @CASEWIRE_DIVISION@ is full",
     "Submissions are refused until there is room; nothing that was acknowledged is lost. Make room below "
     "state_dir, or raise map_size."},
    {"store-cut-short", "cba75ffec0544b0b9c936b1fe847e912",
     "The store of @CASEWIRE_DIVISION@ may miss what was acknowledged last",
     "The write-ahead file was lost, is damaged or is another store's. A new log is opened; what peers hold comes "
     "back from them. Find out who touched the files, and ask officers what they had recorded. The division is not "
     "in sync until an administrator removes the file cut-short from the store's folder."},
    {"anchor-survives", "2cb7986e822e4c738e4e5da6533b320c", "run_dir of @CASEWIRE_DIVISION@ survives a reboot",
     "The anchor in it tells a restored store from one that only stopped. Put run_dir on a file system that a "
     "reboot takes away (/run)."},
    {"anchor", "e7e18f84580b49fdb02e7910d916b001", "The anchor of @CASEWIRE_DIVISION@ could not be marked",
     "After a failed commit the next start must open a new log; the mark that says so could not be written. Look "
     "at run_dir before the daemon is started."},
    {"incarnation", "29b8f01e698a4842bf132f63324b828d", "Which log @CASEWIRE_DIVISION@ goes on with",
     "After a plain restart the log continues. After a reboot, a restore or a move the next submission opens a "
     "new one; that is right, and costs nothing."},
    {"reload-refused", "4e36b81cdaf94ad1bf4973962ee6dc49", "Settings of @CASEWIRE_DIVISION@ were refused",
     "The file is wrong at the line that the message names. The daemon goes on with the settings that it has."},
    {"reloaded", "aface69a133b44f69143eda0ed9574d7", "Settings of @CASEWIRE_DIVISION@ were read again",
     "The message says what changed, and what needs a restart."},
    {"reload", "6a0dfb37516947f5b4978000db2229dd", "The node of @CASEWIRE_DIVISION@ could not go back to its store",
     "After a turn that came to nothing, the store could not be read again. The daemon ends and is started anew."},
    {"store-read", "1ae9ff06886c49e99c11db3c5e363113", "A turn of @CASEWIRE_DIVISION@ could not be spoken",
     "What it committed stands. Peers ask again, and officers' programs send again."},
    {"memory", "b5bbda89cbaf4055aa44191f3003a305", "Division @CASEWIRE_DIVISION@ is short of memory",
     "Something could not be kept or said; the message says what. Raise MemoryMax of the unit, or find out who "
     "asks for so much."},
    {"turn-too-small", "9e67271addff4a889e63e1e92ceb9391", "One input is larger than a turn of @CASEWIRE_DIVISION@",
     "It is passed over. Report it: this should not be possible."},
    {"peer-in-step", "6360acfe5b49406f8af90dd9f04fd07b", "Division @CASEWIRE_PEER@ is in step",
     "Neither lacks anything of the other."},
    {"peer-session-ended", "e440b574c51f478583eafe6df4f126a8", "A session with @CASEWIRE_PEER@ ended",
     "The code in the message says why. It is greeted again by itself; casewire peers tells how it stands."},
    {"fork-proven", "633ac3942b6f494b93d8173141c97cfc", "A log has two continuations: proven",
     "Two different seals of one log were met. Its daemon ran twice, from a copied or rolled-back store, or "
     "somebody signs with its key. No officer's report is lost by it: submissions of both sides count. Find out "
     "which daemon it is (CASEWIRE_LOG, and the division in the message) and stop the second one; when there is "
     "none, revoke its certificate:\n"
     "  casewire authority revoke"},
    {"own-fork", "b65312ae1ec3416594ac9b99be3cb073",
     "Somebody holds more of @CASEWIRE_DIVISION@'s own log than it does itself",
     "The store is older than what others hold, or the daemon ran twice. It goes on with a new log. Find out "
     "whether a second daemon of this division runs, and stop it."},
    {"new-incarnation", "bf99a0f1da80437383fdcffbf15a8588", "Division @CASEWIRE_DIVISION@ opened a new log",
     "The message says why. Nothing needs to be done."},
    {"seal-invalid", "fe8771f8433c4390a9ce49c5586fc9e6", "A seal that @CASEWIRE_PEER@ relayed is wrong",
     "Its origin signed it, and it cannot be right. It is kept away. Tell whoever runs the division whose log it "
     "is."},
    {"clock-ahead", "abf3fdc606de4bbdb5361b5e2db58e39", "An entry comes from a clock that runs ahead",
     "More than five minutes before this machine's clock. Compare both machines' clocks:\n"
     "  timedatectl"},
    {"own-clock-wrong", "8e84c87342a240aab7354c7bde0f29bc", "The clock of @CASEWIRE_DIVISION@'s machine was wrong",
     "It stands more than two minutes behind what this daemon wrote earlier. A new log is opened.\n"
     "  timedatectl"},
    {"twin", "4e36ab5b837c4b109d80d0e8eef16da6", "Two daemons call themselves the same incarnation",
     "Two beginnings of one division's log carry one number: its certificate is used at two places. Find the "
     "second daemon and stop it."},
    {"holes-full", "a8ed0ec18bd14d389ce2ed9e0b82ba76", "Too many entries lack their contents",
     "Contents are behind headers; the division that has them is cut off, or does not send them. casewire peers "
     "tells which lag."},
    {"limit", "388d3e4b3bbf47c58d1899ae9abe3ff9", "A bound of @CASEWIRE_DIVISION@ was reached",
     "The message names it. What is beyond is refused, nothing is lost.\n"
     "logs_max: others' new logs are not fetched any more. operations.md, \"Many daemons, for years\"."},
    {"peer-invented", "7c098a3bd41e40478b04eb0b8bbeec23",
     "Division @CASEWIRE_PEER@ sent bytes that only it can have made wrong",
     "The session was ended. Its program is broken, or it is hostile: tell whoever runs it."},
    {"send-entries", "761d3faafe034911b52a2afd2aa476ab", "Entries could not be read back at @CASEWIRE_DIVISION@",
     "The store may be damaged. Look at it while the daemon is stopped:\n"
     "  casewired --config FILE --verify-store"},
    {"message", "d36e78b9707944bd9773d5d9e5a49b06", "A message could not be made",
     "It is passed over, and asked for again."},
    {"key-record", "88f7e0616b4144f38cf6d10244ee215d", "A key record cannot be used",
     "What is written under it cannot be read here. The division in the message made it: ask there. When it found no "
     "room, raise audience_keys in the settings and start the daemon again."},
    {"submission-id-reused", "9eed1842f3d0461daed47598ab4ced52", "One submission id, two contents",
     "An officer's program gave an id away twice. Both are kept and flagged where they were met; one that came "
     "here was refused. Look at that program's outbox: it may have been copied."},
    {"entry-void", "8c1c6c1fd4914d968470b043cb24613d", "An entry has no effect",
     "It is stored, and counts for nothing: the message says why. Somebody wrote who may not, or whose "
     "certificate is revoked."},
    {"authority-record", "36453d5bd20142a994a5c9ca34209aab", "A record of an authority has no effect",
     "The message says why. Whoever keeps the authority's folder must know."},
    {"peer-row", "e7b2279cb3414701b557e0d2646749d4", "What @CASEWIRE_PEER@ signed last cannot be read any more",
     "It is forgotten and heard again with the next session."},
    {"op-quarantined", "2921e617c11c4db19506c0b590b5c432", "An operation was set aside",
     "The fold cannot take it; its case (CASEWIRE_CASE) is shown as degraded, all others are as they should be. "
     "Report it."},
    {"local-key-damaged", "af15684aa4084df9281502eb86bdce05", "The local key of a case rotted",
     "Bits of state_dir/keyring are not what was written. The case (CASEWIRE_CASE) is shown as not whole until its "
     "contents have come from other divisions, which are asked for them; all other cases are as they should be. "
     "Without another division: stop the daemon, put back the keyring's backup, start it. Look at the disk."},
    {"keyring-filling", "0f5c228c133a61cf6ec3dd22daaea7ad", "Nine tenths of the local keys are given out",
     "Each case has one of its own, and a keyring has a million. What to do before the last is given out is in "
     "operations.md, \"A keyring that is nearly full\"."},
    {"keyring-full", "4b38755082d5349e215fbcae532baeea", "The last local key is given out",
     "Nothing is refused or lost: new cases share one key, are read more slowly, and none of them can be erased "
     "alone. operations.md, \"A keyring that is nearly full\"."},
    {"digest-differs", "fe420bbe661745f7b00a83bcc1e65422", "Equal operations give another state at a peer",
     "Of the case CASEWIRE_CASE. One of the two programs is wrong, or of another version. Compare both divisions' "
     "versions (casewire doctor), then report it."},
    {"case-too-large", "5d5096bcb937439994f45f2bc93937fc", "A case has more history than fits",
     "It is shown as it stood before (CASEWIRE_CASE). Raise MemoryMax of the unit."},
    {"receipt", "0e9582cd834947efa8bc8ca4553e24b4", "A receipt could not be made",
     "The submission is stored. The program asks again by itself."},
    {"duty-due-soon", "7b28bc0d3a9648288a321ad0c96e43c3", "A duty is due soon",
     "It stands in the inboxes of those who hold it. Nothing needs to be done to the daemon."},
    {"duty-climbed", "d8d224f079904b4b936f27714941d2cf", "A duty that is overdue reaches the next role",
     "Nobody has taken it in hand. It stands in the inboxes of those whom it reaches (CASEWIRE_ROLES)."},
    {"duty-risk-high", "534bb2f5d2f4418a857e06c0e84b8d9f", "A missing child's risk has become high",
     "It stands on the boards of those who hold the case. Nothing needs to be done to the daemon."},
    {"duty-breached", "139af781603940e18aef4cb32c710e7d", "A duty was not done in time",
     "It stands in the inboxes of those whom it reaches. Nothing needs to be done to the daemon."},
    {"rows-mended", "e7187de2be8048bf8caa5dbf23dbed95",
     "Rows of @CASEWIRE_DIVISION@'s store were missing and are made again",
     "They are made from the entries, which are what counts: nothing is lost. That rows were gone says that the disk "
     "or "
     "its file system let bytes go. Look at it, and at the store while the daemon is stopped:\n"
     "  casewired --config FILE --verify-store"},
    {"note", "bc34e967b3a34822a98bb3184e92e2df", "Something that has no name of its own happened",
     "The message says what. Report it."},
};
const size_t event_table_count = CW_COUNT(event_table);

const struct event_row *event_find(const char *id)
{
    for (size_t i = 0; i < event_table_count; i++) {
        if (strcmp(event_table[i].id, id) == 0)
            return &event_table[i];
    }
    return NULL;
}
