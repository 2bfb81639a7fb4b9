// SPDX-License-Identifier: Apache-2.0
// watch.c in C++: watch CURSORFILE [--to-end]. Who speaks is in $CASEWIRE_HOME.
#include <casewire/casewire.h>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>

struct handles {
    cw_context *context = nullptr;
    cw_client *client = nullptr;
    cw_feed *feed = nullptr;
    ~handles() { cw_feed_close(feed), cw_client_close(client), cw_context_close(context); }
};

static std::string text(cw_slice s) { return {reinterpret_cast<const char *>(s.data), s.len}; }

static void check(bool good, const char *why)
{
    if (!good)
        throw std::runtime_error(why);
}

static void tell(const cw_answer *answer, const std::string &path)
{
    struct cw_feed_item item{};
    item.size = sizeof item;
    for (size_t i = 0; cw_feed_item(answer, i, &item) == CW_OK; i++)
        std::cout << text(item.reference) << '\t' << text(item.author) << '\t' << text(item.what) << '\n';
    std::ofstream fresh(path + ".new", std::ios::binary);
    fresh << text(cw_feed_answer_cursor(answer)) << std::flush;
    check(std::cout.flush() && fresh && std::rename((path + ".new").c_str(), path.c_str()) == 0, "not kept");
}

int main(int argc, char **argv) try {
    const std::string path = argc > 1 ? argv[1] : throw std::runtime_error("name a file for the cursor");
    std::ifstream file(path, std::ios::binary);
    const std::string kept{std::istreambuf_iterator<char>(file), {}};
    handles h;
    cw_fault fault{};
    check(cw_context_open(nullptr, &h.context, &fault) == CW_OK, fault.text);
    check(cw_context_client(h.context, &h.client, &fault) == CW_OK, fault.text);
    cw_feed_options options{};
    options.size = sizeof options;
    options.start = kept.empty() ? CW_FEED_SNAPSHOT : CW_FEED_CURSOR;
    options.cursor = {reinterpret_cast<const uint8_t *>(kept.data()), kept.size()};
    check(cw_feed_open(h.client, &options, &h.feed) == CW_OK, cw_client_fault(h.client)->text);
    for (cw_feed_progress progress{sizeof progress, {}, 0, 0, 0}; argc == 2 || progress.level == 0;) {
        cw_answer *answer = nullptr;
        check(cw_feed_next(h.feed, argc == 2 ? -1 : 30000, &answer) == CW_OK, cw_feed_fault(h.feed)->text);
        tell(answer, path);
        check(cw_feed_answer_progress(answer, &progress) == CW_OK, "this is no feed");
        cw_answer_close(answer);
    }
} catch (const std::exception &error) {
    std::cerr << "watch: " << error.what() << '\n';
    return 1;
}
