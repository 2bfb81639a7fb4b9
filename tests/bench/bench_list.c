/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages of a filtered list, asked for by a client of the library:
 *
 *   bench_list DAEMON PAGES WHO PID...
 *
 * Each page is of 50 cases of one kind that one division owns and opened; the next begins where the one before ended,
 * and after the last the first again. PID are the daemon's processes. Prints what they computed for a page, and what the client waited
 * (median), both in milliseconds, and how many cases a page held at least.
 */
#include "common.h"
#include "proto/schema.h"

#include <stdio.h>
#include <stdlib.h>

#define PAGE 50
#define NEXT_LEN_MAX 512

struct place_in_list {
    char bytes[NEXT_LEN_MAX];
    size_t len;
};

/* Returns how many cases it held. */
static size_t read_page(struct cw_client *client, struct place_in_list *at)
{
    struct cw_list_query query = {.size = sizeof query,
                                  .kind = KIND_OCG,
                                  .limit = PAGE,
                                  .after = slice(at->bytes, at->len),
                                  .division = slice_of("NTH"),
                                  .owner = slice_of("NTH")};
    struct cw_answer *answer;
    struct cw_slice next;
    size_t count;

    if (cw_client_list(client, &query, ANSWER_WAIT_MS, &answer) != CW_OK)
        give_up("list", cw_client_fault(client)->text);
    count = cw_answer_count(answer, "list.rows");
    if (count == 0 && at->len == 0)
        give_up("list", "no case fits: nothing would be measured");
    at->len = 0;
    if (cw_answer_text(answer, "list.next", &next) == CW_OK && next.len <= sizeof at->bytes) {
        memcpy(at->bytes, next.data, next.len);
        at->len = next.len;
    }
    cw_answer_close(answer);
    return count;
}

int main(int argc, char **argv)
{
    struct place place;
    struct who who;
    struct place_in_list at = {.len = 0};
    struct cw_client *client;
    size_t pages, least = PAGE;
    double *took, before;

    if (argc < 5) {
        fputs("usage: bench_list DAEMON PAGES WHO PID...\n", stderr);
        return 2;
    }
    place_read(&place, argv[1]);
    pages = number_of(argv[2]);
    who_open(&who, argv[3]);
    client = client_on(&place, &who);
    (void)read_page(client, &at);
    took = must_have(calloc(pages + 1, sizeof *took));
    before = cpu_of_s(argv + 4, (size_t)argc - 4);
    for (size_t i = 0; i < pages; i++) {
        double asked = now_s();
        size_t count = read_page(client, &at);

        took[i] = now_s() - asked;
        least = count < least && at.len > 0 ? count : least; /* the last page of all may be short */
    }
    printf("{\"cpu_ms\": %.4f, \"p50_ms\": %.4f, \"cases\": %zu}\n",
           (cpu_of_s(argv + 4, (size_t)argc - 4) - before) * 1e3 / (double)pages, quantile(took, pages, 500) * 1e3,
           least);
    free(took);
    cw_client_close(client);
    who_close(&who);
    return 0;
}
