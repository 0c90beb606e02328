#include "tools/svctl/log_merge.hpp"

#include <algorithm>

namespace reeve::svctl {

bool log_merge::later(const head& a, const head& b) {
    return a.line.when != b.line.when ? a.line.when > b.line.when : a.source > b.source;
}

std::size_t log_merge::add(line_source& source) {
    sources_.push_back(&source);
    asleep_.push_back(false);
    to_ask_.push_back(sources_.size() - 1);
    return sources_.size() - 1;
}

void log_merge::wake(std::size_t source) {
    if (!asleep_[source]) return;
    asleep_[source] = false;
    to_ask_.push_back(source);
}

std::optional<std::pair<std::size_t, log_line>> log_merge::next() {
    for (std::size_t source : to_ask_) {
        auto line = sources_[source]->next();
        asleep_[source] = !line;
        if (!line) continue;
        heads_.push_back({source, std::move(*line)});
        std::push_heap(heads_.begin(), heads_.end(), later);
    }
    to_ask_.clear();
    if (heads_.empty()) return std::nullopt;
    std::pop_heap(heads_.begin(), heads_.end(), later);
    head earliest = std::move(heads_.back());
    heads_.pop_back();
    to_ask_.push_back(earliest.source);
    return std::pair(earliest.source, std::move(earliest.line));
}

} // namespace reeve::svctl
