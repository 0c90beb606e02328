// Any bytes as the input of a script with patterns, two logs and rotations, read in pieces of any size. Whatever the
// pieces: the same output as in one piece, every selected byte once and in order, no file beyond its size.
#include "tools/logtools/line_feed.hpp"
#include "tools/logtools/pattern.hpp"

#include "tests/fuzz/targets.hpp"

#include <array>
#include <memory>
#include <string>
#include <vector>

namespace reeve::tests {

using namespace logtools;

namespace {
struct nothing final : line_effects {
    void alert(std::string_view line) override { seen += line.size(); }
    void show_status(unsigned, std::string_view) override {}
    std::size_t seen = 0;
};

// A script at work, on memory instead of files.
class bench {
public:
    bench(std::vector<std::string> words, std::uint64_t size, std::size_t capacity)
        : words_(std::move(words)) {
        for (std::string& word : words_) pointers_.push_back(word.data());
        actions_.resize(words_.size());
        settings_.resize(most_logs);
        script_.actions = actions_;
        script_.logs = settings_;
        must_hold(!parse_script(pointers_, script_), "the script is right");
        for (std::size_t i = 0; i < script_.log_count; ++i) {
            memory_.emplace_back(std::make_unique<char[]>(capacity + log_buffer::slack));
            buffers_.push_back({memory_[i].get(), capacity, 0, 0, size, true});
        }
        files_.resize(script_.log_count);
    }

    void take(std::string_view bytes, const stamp_text& stamp) {
        line_feed feed(script_, buffers_, effects_);
        for (std::size_t taken = 0, idle = 0; taken < bytes.size() || !line_feed::drained(state_);) {
            std::size_t done = feed.feed(std::span(bytes).subspan(taken), stamp, state_);
            taken += done;
            idle = done == 0 ? idle + 1 : 0;
            must_hold(idle < 100, "the input goes on");
            empty();
        }
    }
    void end() {
        line_feed feed(script_, buffers_, effects_);
        feed.decide(state_, true);
        while (!line_feed::drained(state_)) {
            (void)feed.feed({}, {}, state_);
            empty();
        }
    }
    // All that a log got.
    std::string all(std::size_t log) const {
        std::string text;
        for (const std::string& one : files_[log]) text += one;
        return text;
    }
    const std::vector<std::string>& files(std::size_t log) const { return files_[log]; }

private:
    void empty() {
        for (std::size_t i = 0; i < buffers_.size(); ++i) {
            log_buffer& buffer = buffers_[i];
            must_hold(buffer.fill <= buffer.capacity, "a buffer is not overrun");
            if (files_[i].empty()) files_[i].emplace_back();
            files_[i].back().append(buffer.data, buffer.fill);
            buffer.fill = 0;
            must_hold(files_[i].back().size() == buffer.bytes, "bytes are counted");
            must_hold(buffer.bytes <= buffer.size, "a file is not larger than its size");
            if (!buffer.wants_rotation()) continue;
            files_[i].emplace_back();
            buffer.bytes = 0;
            buffer.at_newline = true;
        }
    }

    std::vector<std::string> words_;
    std::vector<char*> pointers_;
    std::vector<action> actions_;
    std::vector<log_settings> settings_;
    script script_;
    std::vector<std::unique_ptr<char[]>> memory_;
    std::vector<log_buffer> buffers_;
    std::vector<std::vector<std::string>> files_;
    nothing effects_;
    line_state state_;
};

// What the script's words mean, written down the short way.
std::string expected(std::string_view input, std::string_view stamp, const char* pattern) {
    std::string text;
    while (!input.empty()) {
        std::size_t end = std::min(input.find('\n'), input.size());
        std::string line = std::string(stamp) + std::string(input.substr(0, end));
        if (pattern == nullptr || !matches(pattern, std::string_view(line).substr(0, matched_bytes)))
            text += line + "\n";
        input.remove_prefix(std::min(end + 1, input.size()));
    }
    return text;
}
} // namespace

void fuzz_multilog_input(std::string_view input) {
    if (input.size() < 2) return;
    // The first two bytes choose: the size of the pieces, the capacity of the buffers, and whether there are stamps.
    auto first = static_cast<unsigned char>(input[0]), second = static_cast<unsigned char>(input[1]);
    input.remove_prefix(2);
    std::size_t piece = 1 + first * std::size_t{37}, capacity = 64 + second * std::size_t{17};
    auto stamp = make_stamp(first % 2 == 0 ? stamp_kind::tai64n : stamp_kind::none, {1'000'000'000, 5}, 0);
    std::string word = first % 2 == 0 ? "t" : "p1s";
    std::vector<std::string> simple{word, "./main"}, choosing{word, "-*a*b", "e", "./main", "+*", "./second"};
    for (const auto& words : {simple, choosing}) {
        bench whole(words, 4096, 65'536), parts(words, 4096, capacity);
        whole.take(input, stamp);
        whole.end();
        for (std::size_t at = 0; at < input.size(); at += piece) parts.take(input.substr(at, piece), stamp);
        parts.end();
        bool chooses = words.size() > 2;
        for (std::size_t log = 0; log < (chooses ? 2U : 1U); ++log) {
            must_hold(whole.files(log) == parts.files(log), "the pieces make no difference");
            must_hold(whole.all(log) == expected(input, stamp.view(), chooses && log == 0 ? "*a*b" : nullptr),
                      "every selected byte, once, in order");
        }
    }
}

} // namespace reeve::tests
