/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CASEWIRE_LIB_AGENT_H
#define CASEWIRE_LIB_AGENT_H

/*
 * Talking to the process that keeps an officer's key after `casewire login`. One connection (AF_UNIX,
 * SOCK_SEQPACKET) carries one request and one answer, each a single packet:
 *
 *   request  "cwag" ‖ op(1) ‖ body        answer  "cwag" ‖ code(2, be) ‖ body, empty unless the code is 0
 *
 *   hello   no body                       cert id(32) ‖ milliseconds left(8, be) ‖ signatures made(8, be)
 *   sign    a submission header           signature(64)
 *   bundle  a bundle head                 signature(64)
 *   curve   no body                       transport secret(32)
 *   stop    no body                       no body; the agent forgets the key and ends
 *
 * The socket is agent-<16 digits of the certificate's id>.sock, 0600, in a folder of 0700 that only its owner
 * may enter; both sides look at the other's user id, too.
 */

#include <casewire/signer.h>

#include "proto/bytes.h"
#include "proto/limits.h"
#include "proto/message.h"

#define AGENT_HEAD_LEN 5
#define AGENT_REQUEST_LEN_MAX (AGENT_HEAD_LEN + HEADER_LEN_MAX)
#define AGENT_ANSWER_LEN_MAX (4 + 2 + 64)
#define AGENT_NAME_LEN_MAX 32
#define AGENT_WAIT_MS 1000
#define AGENT_FOLDER "casewire" /* below $XDG_RUNTIME_DIR */

enum agent_op { AGENT_HELLO = 1, AGENT_SIGN = 2, AGENT_BUNDLE = 3, AGENT_CURVE = 4, AGENT_STOP = 5 };

struct agent_request {
    enum agent_op op;
    struct cw_slice body;
};
struct agent_hello {
    struct cert_id cert;
    int64_t left_ms;
    uint64_t signed_count;
};

/* agent_wire.c: the grammar, both sides of it. CW_REFUSED_MALFORMED, CW_REFUSED_SIZE. */
void agent_request_encode(const struct agent_request *in, struct writer *out);
enum cw_err agent_request_parse(struct cw_slice packet, struct agent_request *out);
void agent_answer_encode(enum cw_err code, struct cw_slice body, struct writer *out);
/* The answer's own code, and its body when that is CW_OK; CW_PEER_MALFORMED when the packet is no answer. */
enum cw_err agent_answer_parse(struct cw_slice packet, struct cw_slice *out_body);
void agent_hello_encode(const struct agent_hello *in, struct writer *out);
enum cw_err agent_hello_parse(struct cw_slice body, struct agent_hello *out);

/* --- where ---------------------------------------------------------------------------------------------- */

void agent_name_of(const struct cert_id *cert, char out[static AGENT_NAME_LEN_MAX]);
/*
 * Opens the folder of the sockets; run_dir NULL: below $XDG_RUNTIME_DIR. `make`: makes it when it is missing.
 * CW_LOCAL_NOT_FOUND: there is none; CW_LOCAL_KEY: it is somebody else's, or open to others.
 */
enum cw_err agent_folder_open(const char *run_dir, bool make, int *out_fd, struct cw_fault *fault);
/* "/proc/self/fd/N/NAME": a path that fits a socket address however long the folder's own is. */
#define AGENT_PATH_LEN_MAX 64
void agent_path_of(int folder, const char *name, char out[static AGENT_PATH_LEN_MAX]);

/*
 * Asks and waits. *out_body borrows from packet. CW_LOCAL_NOT_FOUND: nobody listens; CW_LOCAL_KEY: not ours, or
 * the answer's; CW_PEER_MALFORMED: no answer, or none in time.
 */
enum cw_err agent_ask(int folder, const char *name, const struct agent_request *request,
                      uint8_t packet[static AGENT_ANSWER_LEN_MAX], struct cw_slice *out_body);
/* Who is there, and until when. */
enum cw_err agent_greet(int folder, const char *name, struct agent_hello *out);

#endif
