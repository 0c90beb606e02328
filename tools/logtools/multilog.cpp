// multilog SCRIPT…: standard input into automatically rotated logs, status files and standard error.
#include "chainload/message.hpp"
#include "tools/logtools/log_tool.hpp"
#include "tools/logtools/multilog_session.hpp"

#include <new>

namespace reeve::logtools {

namespace {
// Room for so many objects as a script has; of the rest nothing is ever touched.
template <class Type, std::size_t Most>
class room {
public:
    std::span<Type> make(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) ::new (bytes_ + i * sizeof(Type)) Type();
        return {std::launder(reinterpret_cast<Type*>(bytes_)), count};
    }

private:
    alignas(Type) unsigned char bytes_[Most * sizeof(Type)];
};

constexpr std::size_t buffer_bytes = 64 * 1024, page = 4096;
room<script, 1> script_room;
room<log, most_logs> log_room;
room<log_buffer, most_logs> buffer_room;
room<compressor, most_logs> compressor_room;
room<status_file, most_status_files> status_room;
alignas(page) char buffer_memory[most_logs][buffer_bytes + page];

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
    script& words = script_room.make(1)[0];
    if (auto error = parse_script({arguments + 1, count}, words)) return refuse(out, *error);
    if (words.without_log != nullptr)
        out.say(chainload::level::warning, words.without_log,
                " stands behind the last directory, where it counts for nothing");
    auto buffers = buffer_room.make(words.log_count);
    for (std::size_t i = 0; i < buffers.size(); ++i) {
        buffers[i].data = buffer_memory[i];
        buffers[i].capacity = buffer_bytes;
    }
    static_assert(sizeof(session) < 8192);
    auto logs = log_room.make(words.log_count);
    auto statuses = status_room.make(words.status_count);
    auto compressors = compressor_room.make(words.log_count);
    static session* run = nullptr;
    static unsigned char memory[sizeof(session)] alignas(session);
    run = ::new (memory) session(words, logs, buffers, statuses, compressors);
    return run->run();
}

} // namespace reeve::logtools
