// What is shown while a request is carried out: events in, lines out. Pure: the terminal is the caller's.
//
// On a terminal the services are a block of lines that is drawn again at every change, with a bar under it; elsewhere
// each change is a line of its own.
#pragma once

#include "tools/svctl/colour.hpp"

#include <boost/json/object.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace reeve::svctl {

class progress {
public:
    // `rows`: how high the terminal is; 0 if that is not known. The block leaves its last line free.
    explicit progress(const terminal& on, unsigned rows = 0)
        : on_(on)
        , most_lines_(rows == 0  ? 20
                      : rows < 4 ? 1
                                 : rows - 2) {}

    // The plan: which services are concerned, and how many steps there are; and the engine's "status" of those that
    // were named, before anything is done. What to print.
    std::string begin(const boost::json::object& plan, const boost::json::object& before = {});
    // A change of one service. What to print, which may be nothing.
    std::string change(const boost::json::object& event);
    // The result, a line per service that was named. The reasons of a refusal are the caller's.
    std::string end(const boost::json::object& result);

private:
    struct line {
        std::string phase, waits, end;
        std::string letters; // of the plan, in order: "du" is a restart
        bool arrived = false;
    };
    static bool arrives(const line& one);
    line& note(const std::string& name);
    std::string text_of(const std::string& name, const line& one) const;
    std::string draw();

    terminal on_;
    std::size_t most_lines_;         // of services in the block; what has arrived gives way first
    std::vector<std::string> order_; // as they will act
    std::map<std::string, line> lines_;
    std::size_t width_ = 0; // of the longest name
    std::size_t drawn_ = 0; // lines of the block that stands on the terminal
};

// "start  db  held by web (requires)": the steps of a plan as a table, waves apart, and what is held.
std::string steps_text(const boost::json::object& plan, const terminal& on);
// The same with the hash by which the plan can be applied.
std::string plan_text(const boost::json::object& plan, const terminal& on);

// The colour that a phase is shown in.
colour phase_colour(std::string_view phase);

} // namespace reeve::svctl
