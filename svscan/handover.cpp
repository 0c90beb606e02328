#include "svscan/handover.hpp"

#include "chainload/hex.hpp"

#include <charconv>

namespace reeve::svscan {

namespace {
class words {
public:
    explicit words(std::string_view line)
        : rest_(line) {}
    std::string_view next() {
        std::size_t blank = rest_.find(' ');
        std::string_view word = rest_.substr(0, blank);
        rest_.remove_prefix(blank == std::string_view::npos ? rest_.size() : blank + 1);
        return word;
    }
    template <class Number>
    Number number() {
        std::string_view word = next();
        Number value{};
        auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
        if (word.empty() || error != std::errc{} || end != word.data() + word.size()) good_ = false;
        return value;
    }
    bool done() const { return rest_.empty(); }
    bool good() const { return good_; }

private:
    std::string_view rest_;
    bool good_ = true;
};

void append(std::string& text, const handed_supervisor& one) {
    for (int number : {static_cast<int>(one.pid), one.control, one.pidfd})
        text.append(1, ' ').append(std::to_string(number));
}

void take(words& from, handed_supervisor& into) {
    into.pid = from.number<pid_t>();
    into.control = from.number<int>();
    into.pidfd = from.number<int>();
}
} // namespace

std::string format_handover(const handover& all) {
    auto digits = chainload::format_hex(all.tree);
    std::string text("lock ");
    text.append(std::to_string(all.lock)).append("\ntree ").append(digits.data(), digits.size()).append("\n");
    if (!all.foreign.empty()) {
        text += "foreign";
        for (pid_t pid : all.foreign) text.append(1, ' ').append(std::to_string(pid));
        text += "\n";
    }
    for (const auto& one : all.services) {
        std::string flags = std::string(one.has_logger ? "l" : "") + (one.leaving ? "g" : "") +
                            (one.main.aside ? "a" : "") + (one.logger.aside ? "b" : "");
        text += "service " + one.name + " " + std::to_string(one.id.device) + " " +
                std::to_string(one.id.inode) + " " + (flags.empty() ? "-" : flags);
        append(text, one.main);
        append(text, one.logger);
        for (int end : {one.pipe_read, one.pipe_write}) text.append(1, ' ').append(std::to_string(end));
        text += '\n';
    }
    return text;
}

std::optional<handover> parse_handover(std::string_view text) {
    handover all;
    bool has_tree = false;
    while (!text.empty()) {
        std::size_t end = text.find('\n');
        words line(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        std::string_view what = line.next();
        if (what == "lock") {
            all.lock = line.number<int>();
        } else if (what == "tree") {
            auto id = chainload::parse_hex<16>(line.next());
            if (!id) return std::nullopt;
            all.tree = *id;
            has_tree = true;
        } else if (what == "foreign") {
            while (!line.done()) all.foreign.push_back(line.number<pid_t>());
        } else if (what == "service") {
            handed_service one;
            one.name = line.next();
            one.id.device = line.number<std::uint64_t>();
            one.id.inode = line.number<std::uint64_t>();
            std::string_view flags = line.next();
            auto has = [&](char flag) { return flags.find(flag) != std::string_view::npos; };
            one.has_logger = has('l');
            one.leaving = has('g');
            take(line, one.main);
            take(line, one.logger);
            one.main.aside = has('a');
            one.logger.aside = has('b');
            one.pipe_read = line.number<int>();
            one.pipe_write = line.number<int>();
            if (one.name.empty()) return std::nullopt;
            all.services.push_back(std::move(one));
        }
        if (!line.good()) return std::nullopt;
    }
    if (all.lock < 0 || !has_tree) return std::nullopt;
    return all;
}

} // namespace reeve::svscan
