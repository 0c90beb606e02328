// notify-bridge -d FD PROGRAM …: PROGRAM says READY=1 to its NOTIFY_SOCKET, and a newline goes to FD.
// notify-bridge -w FD PROGRAM …: PROGRAM writes a newline to its descriptor FD, and READY=1 goes to our NOTIFY_SOCKET.
#include "chainload/helpers/descriptors/fd_number.hpp"
#include "chainload/helpers/sockets/helpers.hpp"
#include "chainload/helpers/sockets/notify_translator.hpp"
#include "chainload/option_reader.hpp"

namespace reeve::chainload {

next run_notify_bridge(char** arguments, process& self) {
    const char* told = nullptr;
    const char* written = nullptr;
    option_reader options(arguments, "d:w:");
    while (char option = options.next()) {
        if (option == option_reader::problem) return self.wrong_usage(options.complaint().view());
        (option == 'd' ? told : written) = options.value();
    }
    char** rest = options.rest();
    if ((told == nullptr) == (written == nullptr) || *rest == nullptr) return self.wrong_usage();
    readiness_report report;
    if (told != nullptr) {
        if (auto wrong = report.choose(told, self)) return *wrong;
        return translate_to_newline(report, rest, self);
    }
    auto fd = parse_fd(written);
    if (!fd || *fd <= STDERR_FILENO) return self.wrong_usage("-w: the number of a descriptor, from 3 on\n");
    if (auto wrong = report.choose(nullptr, self)) return *wrong;
    return translate_to_notify(report, *fd, rest, self);
}

} // namespace reeve::chainload
