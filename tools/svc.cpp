// svc [-LETTERS] DIR …: sends control letters. The options are the table of supervise/letters.hpp; each letter is
// sent once, in the order given. Texts and exit codes are those of daemontools' svc: a directory that cannot be
// controlled is a warning, and the exit code stays 0.
#include "chainload/error_text.hpp"
#include "chainload/option_reader.hpp"
#include "supervise/control.hpp"
#include "supervise/letters.hpp"
#include "tools/tool.hpp"
#include "tools/working_directory.hpp"

#include <array>

namespace reeve::tools {

using chainload::error_text;
using chainload::level;

namespace {
// daemontools' words, then those of the letters it does not have.
void print_options() {
    std::string_view known =
        "u up, d down, o once, x exit, p pause, c continue, h hup, a alarm, i interrupt, t term, k kill";
    chainload::text_buffer<512> line("svc options: ", known);
    for (const auto& entry : supervise::letters) {
        char start[] = {entry.name, ' ', '\0'};
        if (known.find(start) != std::string_view::npos) continue;
        std::string_view word = entry.help.substr(0, entry.help.find(':'));
        line.add(", ").add(std::string_view(start)).add(word);
    }
    complain(line.add('\n').view());
}

void control(const char* dir, std::string_view letters, chainload::messenger& out) {
    if (::chdir(dir) < 0) return out.say(level::warning, "unable to chdir to ", dir, ": ", error_text(errno));
    auto sent = supervise::send_letters(AT_FDCWD, letters);
    if (sent) return;
    int error = sent.why().error;
    // Opening says ENXIO when nobody reads; writing says EPIPE when the reader has just gone, EAGAIN when it is stuck.
    if (error == ENXIO) return out.say(level::warning, "unable to control ", dir, ": supervise not running");
    bool while_writing = error == EPIPE || error == EAGAIN;
    out.say(level::warning, while_writing ? "error writing commands to " : "unable to control ", dir, ": ",
            error_text(error));
}
} // namespace

int svc(char** arguments) {
    std::array<char, std::size(supervise::letters)> known;
    for (std::size_t i = 0; i < known.size(); ++i) known[i] = supervise::letters[i].name;
    chainload::option_reader options(arguments, {known.data(), known.size()});
    chainload::text_buffer<std::size(supervise::letters) + 1> letters;
    while (char option = options.next()) {
        if (option == chainload::option_reader::problem) {
            complain(options.complaint().view());
            print_options();
            return 100;
        }
        if (letters.view().find(option) == std::string_view::npos) letters.add(option);
    }

    chainload::messenger out("svc");
    working_directory origin;
    if (!origin.open(out)) return 111;
    for (char** dir = options.rest(); *dir != nullptr; ++dir) {
        control(*dir, letters.view(), out);
        if (dir[1] != nullptr && !origin.come_back(out)) return 111;
    }
    return 0;
}

} // namespace reeve::tools
