// Talks to the engine of a tree over its request socket, as depengine-protocol(7) says: a line of JSON each way.
#pragma once

#include "chainload/unique_fd.hpp"
#include "tools/svctl/scan_directory.hpp"

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>

namespace reeve::svctl {

class engine_client {
public:
    // Throws verb_error: 111 where no engine answers, with what to do about it.
    explicit engine_client(const scan_directory& tree);
    // Nothing if none answers: for verbs that can do without.
    static std::optional<engine_client> find(const scan_directory& tree);

    // `request` without "v", which is added.
    void send(boost::json::object request);
    // The next line; nothing once the engine has closed. An "error" line, and one that is no JSON object with a
    // type, is thrown as verb_error. `deadline_ms` (monotonic, -1: none) throws verb_error (timeout).
    std::optional<boost::json::object> receive(std::int64_t deadline_ms = -1);
    // send, and the one line that answers, which has to be of this type. A refused request is thrown (2).
    boost::json::object ask(boost::json::object request, std::string_view type);

    // The engine's pid, in our pid namespace; 0: not known.
    pid_t peer() const;

private:
    explicit engine_client(chainload::unique_fd socket)
        : socket_(std::move(socket)) {}

    chainload::unique_fd socket_;
    std::string kept_; // what has been received and is not a whole line yet
};

// One line of the engine, without its newline; its texts have no control characters. Throws verb_error where receive
// does.
boost::json::object parse_answer(std::string_view line);

// Throws verb_error (2) with the reasons if it is a result that tells of a refusal.
void require_not_refused(const boost::json::object& result);

// The fields of an answer; a missing one, or one of another type, is a value that means nothing.
std::string text_field(const boost::json::object& from, std::string_view name);
std::int64_t number_field(const boost::json::object& from, std::string_view name);
bool flag_field(const boost::json::object& from, std::string_view name);
const boost::json::array& list_field(const boost::json::object& from, std::string_view name);
const boost::json::object& object_field(const boost::json::object& from, std::string_view name);

} // namespace reeve::svctl
