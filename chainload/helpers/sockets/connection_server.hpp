// The server of accept-each: one process per connection, at most so many at once, by access rules. It waits in ppoll for
// connections and signals and for nothing else, and its memory does not grow.
#pragma once

#include "chainload/helpers/sockets/access_rules.hpp"
#include "chainload/helpers/sockets/connection_environment.hpp"
#include "chainload/helpers/sockets/connection_table.hpp"
#include "chainload/helpers/sockets/listeners.hpp"
#include "chainload/message.hpp"

#include <poll.h>

namespace reeve::chainload {

struct server_options {
    unsigned limit = 40;
    unsigned per_client = 0; // 0: as many as `limit`
    const char* rules = nullptr;
    const char* listener = nullptr; // name or number; nullptr: all
    std::string_view local_name;
    bool verbose = false;
    bool announce = false; // print the port, then close stdout
    bool wait_at_end = false;
};

class connection_server {
public:
    connection_server(process& self, char** command, const server_options& options)
        : self_(self)
        , command_(command)
        , options_(options) {}

    // Serves until a signal ends it.
    next run();

private:
    bool choose_listeners();
    bool add_listener(int fd, bool must_listen);
    bool open_signals();
    void announce();
    void serve();
    void accept_some(int listener);
    void welcome(int connection, const client& from);
    bool start(int connection, const client& from, unsigned number, const access_rule* rule);
    void deny(const client& from, std::string_view why);
    void heed_signals();
    void reap();
    void signal_all(int signal);
    void stop();
    bool fail(next problem);

    process& self_;
    char** command_;
    const server_options& options_;
    next problem_; // the chain's end: with exit code 0 until something is wrong
    messenger log_{"accept-each"};
    pollfd watched_[1 + most_listeners]; // signals first
    std::size_t listeners_ = 0;
    sigset_t mask_before_;
    bool children_were_ignored_ = false;
    bool paused_ = false, stopping_ = false, ended_ = false;
    connection_table table_;
    connection_environment environment_;
    access_rules rules_;
};

} // namespace reeve::chainload
