// multilog SCRIPT…: standard input into automatically rotated logs, status files and standard error.
#include "chainload/message.hpp"
#include "tools/logtools/log_tool.hpp"
#include "tools/logtools/multilog_session.hpp"

#include <algorithm>
#include <new>

namespace reeve::logtools {

namespace {
constexpr std::size_t buffer_bytes = 64 * 1024, page = 4096;
alignas(page) char buffer_memory[most_logs][buffer_bytes + page];

// All that a run needs besides, side by side: there are many loggers, and each page that is touched counts. So it is
// taken from the end, which lies in the page of the C library's own variables.
class workspace {
public:
    template <class Type, class... Arguments>
    static std::span<Type> make(std::size_t count, Arguments&... arguments) {
        if (count > (left_ - sizeof(Type)) / sizeof(Type)) return {};
        left_ = (left_ - count * sizeof(Type)) / alignof(Type) * alignof(Type);
        std::byte* at = memory_ + left_;
        for (std::size_t i = 0; i < count; ++i) ::new (at + i * sizeof(Type)) Type(arguments...);
        return {std::launder(reinterpret_cast<Type*>(at)), count};
    }

private:
    static constexpr std::size_t size = 512 * 1024 + 3 * 1024;
    alignas(page / 2) inline static std::byte memory_[size]; // sorted behind the buffers
    inline static std::size_t left_ = size;
};

int refuse(chainload::messenger& out, const script_error& error) {
    chainload::text_buffer<512> text(error.word, " ", error.text);
    if (!error.hint.empty()) text.add(" (").add(error.hint).add(")");
    out.say(chainload::level::fatal, text.view());
    return 100;
}
} // namespace

int multilog(char** arguments) {
    chainload::messenger out("multilog");
    std::size_t count = 0;
    while (arguments[count + 1] != nullptr) ++count;
    script& words = workspace::make<script>(1)[0];
    words.actions = workspace::make<action>(count);
    words.logs = workspace::make<log_settings>(std::min(count, most_logs));
    if (words.actions.size() < count)
        return refuse(out, {"script", "has more words than 512 kB have room for", ""});
    if (auto error = parse_script({arguments + 1, count}, words)) return refuse(out, *error);
    if (words.without_log != nullptr)
        out.say(chainload::level::warning, words.without_log,
                " stands behind the last directory, where it counts for nothing");
    auto buffers = workspace::make<log_buffer>(words.log_count);
    auto logs = workspace::make<log>(words.log_count);
    auto statuses = workspace::make<status_file>(words.status_count);
    auto compressors = workspace::make<compressor>(words.log_count);
    if (buffers.size() + statuses.size() != words.log_count + words.status_count ||
        logs.size() != compressors.size())
        return refuse(out, {"script", "has more words than 512 kB have room for", ""});
    for (std::size_t i = 0; i < buffers.size(); ++i) {
        buffers[i].data = buffer_memory[i];
        buffers[i].capacity = buffer_bytes;
    }
    auto run = workspace::make<session>(1, words, logs, buffers, statuses, compressors);
    return run[0].run();
}

} // namespace reeve::logtools
