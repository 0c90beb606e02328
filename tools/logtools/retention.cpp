#include "tools/logtools/retention.hpp"

namespace reeve::logtools {

void old_files::add(std::string_view name, std::uint64_t bytes, std::int64_t modified) {
    ++count_;
    total_ += bytes;
    std::string_view own = name.substr(0, label_size);
    // Of two files with one label the longer name, which is the compressed one, is the newer.
    if (oldest_.view().empty() || name < oldest_.view()) {
        oldest_.clear();
        oldest_.add(name);
        oldest_modified_ = modified;
    }
    newest_ = std::max(newest_, stamp_of(name));
    if (limits_.age != 0 && now_ - modified >= limits_.age) {
        if (!expired_ || own > std::string_view(newest_expired_.data(), label_size))
            std::copy(own.begin(), own.end(), newest_expired_.begin());
        expired_ = true;
    }
}

bool old_files::must_remove_oldest() const {
    if (count_ == 0 || oldest_.overflowed()) return false;
    if (limits_.count != 0 && count_ >= limits_.count) return true;
    if (limits_.total != 0 && total_ + limits_.size > limits_.total) return true;
    return expired_ &&
           oldest_.view().substr(0, label_size) <= std::string_view(newest_expired_.data(), label_size);
}

std::optional<std::int64_t> old_files::next_expiry() const {
    if (limits_.age == 0 || count_ == 0) return std::nullopt;
    return std::max<std::int64_t>(oldest_modified_ + limits_.age - now_, 0);
}

} // namespace reeve::logtools
