// The engine: wires between the world and what is pure. Status records and definitions come in through inotify, letters
// go out to the supervisors, clients ask through the socket; what is to be done is the reconciler's matter alone.
//
// Each turn: read the records that changed, settle, put the intents on disk, send the letters, tell who listens. A turn
// takes no memory but for clients, so that nothing but them suffers when there is none. Nothing here waits.
#pragma once

#include "depengine/loop.hpp"
#include "depengine/own_directory.hpp"
#include "depengine/rate_limit.hpp"
#include "depengine/request_book.hpp"
#include "depengine/request_socket.hpp"
#include "depengine/tree_place.hpp"
#include "depengine/watcher.hpp"
#include "depengine/world.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace reeve::depengine {

struct engine_options {
    bool manual_reload = false; // definitions are read again only when somebody asks for it
    std::optional<gid_t> group; // whose members may read
};

class engine : private watcher::listener, private request_socket::listener {
public:
    // The working directory is the scan directory. The descriptors of `where` stay the caller's. The signals that end
    // it are blocked.
    engine(tree_place where, own_directory own, const engine_options& options);

    // Looks at everything and opens the socket.
    chainload::result<void> begin();
    // Returns when a signal asks for it; all services stay as they are.
    void run();

private:
    struct subscriber {
        client who; // 0: it has gone
        bool all;
        std::vector<std::string> names;
        std::vector<node> nodes; // sorted
    };

    // An end that something is to be started for.
    struct due_start {
        node cause;
        relation why;
    };

    // watcher::listener
    void record_changed(std::string_view name) override;
    void definition_changed(std::string_view name) override;
    void program_changed(std::string_view name) override;
    void tree_changed() override;
    void overflowed() override;
    // request_socket::listener: engine_requests.cpp
    void ask(client from, const peer& who, const message& what) override;
    void gone(client who) override;

    // engine.cpp
    bool start_afresh();
    void look(node which);
    void read_changed_records();
    void turn();
    void send(letter_to one);
    void write_intents();
    void tell();
    void tell_event(node which);
    void note(node which, const told& now);
    void look_for_stalls();
    void on_signal();
    void on_change();
    void end_overdue();
    void try_again();
    // engine_definitions.cpp
    void find_own_service();
    catalogue adapted(catalogue read) const;
    void watch_all();
    void look_at_everything();
    void tell_of_watches();
    chainload::result<catalogue> read_all() const;
    void read_definitions();
    void take(catalogue next);
    void report_new_problems();
    void wait_for_quiet();
    // engine_ends.cpp
    bool act_on_ends();
    void start_for(node cause, relation why);
    void give_up_tree(node which);
    void shut_down(client from, const peer& who, const message& what, const std::string& reason);
    // engine_requests.cpp
    void serve(client from, const peer& who, const message& what);
    void serve_orders(client from, const peer& who, const message& what);
    void serve_plan(client from, const message& what);
    void serve_diff(client from, bool load);
    void serve_subscription(client from, const message& what);
    bool join(client from, const message& what, const std::string& sameness);
    request request_of(const message& what, const peer& who, std::vector<std::string>& refusals) const;
    void do_request(client from, const request& asked, const message& what, const std::string& sameness,
                    bool stops_tree);
    void refuse(client from, std::span<const std::string> refusals);
    void send_once(const plan& what);
    void complete(open_request& done);
    void set_deadline();
    irreversible_lock lock() const;
    std::vector<bool> changed_programs() const;
    bool may_write(const peer& who) const;

    tree_place where_;
    own_directory own_;
    engine_options options_;
    chainload::unique_fd signals_;
    loop loop_;
    watcher watcher_;
    request_socket socket_;
    std::unique_ptr<world> now_;
    std::optional<supervise::tree_id> tree_; // nothing: no svscan has been here yet
    request_book book_;
    std::vector<subscriber> subscribers_;
    irreversible_lock shutdown_; // in force until this engine ends

    std::vector<node> changed_; // records to be read; each once
    std::vector<bool> is_changed_;
    bool all_changed_ = false;
    bool first_look_ = false;                  // no record of this tree has been read yet
    std::set<std::string, std::less<>> dirty_; // definitions to be read
    bool all_dirty_ = false;
    moment dirty_since_ = 0;

    std::string own_service_; // empty: it is none of this tree
    std::set<std::string> reported_;
    std::map<std::string, rate_limit> limits_; // of what starts on its own account
    std::map<std::string, std::uint64_t> program_reported_;
    std::vector<due_start> due_; // what is left of them when there was no memory
    std::string event_;          // the line of an event
    bool essential_ = false;     // an essential service gave up: the tree is to be shut down
    bool fresh_request_ = false; // a request was begun: it may have its result already
    bool intents_unsaid_ = false, stalled_ = false, intents_failed_ = false, short_reported_ = false;
};

} // namespace reeve::depengine
