// seccomp-deny [-k] [-e ERROR] NAME[,NAME]… PROGRAM …: PROGRAM, and all it starts, cannot make the system calls that are
// named, one by one or in groups: they fail with EPERM or with ERROR, or (-k) end the process with SIGSYS.
//
// What follows in the chain is restricted as well: it stands behind all that needs those calls.
#include "chainload/helpers/isolation/helpers.hpp"
#include "chainload/helpers/isolation/seccomp_filter.hpp"
#include "chainload/number.hpp"
#include "chainload/option_reader.hpp"

namespace reeve::chainload {

namespace {
struct named_error {
    std::string_view name;
    int number;
};
constexpr named_error errors[] = {{"EPERM", EPERM},   {"EACCES", EACCES}, {"ENOSYS", ENOSYS},
                                  {"EINVAL", EINVAL}, {"ENOENT", ENOENT}, {"EAFNOSUPPORT", EAFNOSUPPORT}};

// 0: it is none.
int parse_error(std::string_view text) {
    for (const auto& one : errors)
        if (one.name == text) return one.number;
    auto number = parse_number<unsigned>(text);
    constexpr unsigned highest = 4095; // MAX_ERRNO
    return number && *number <= highest ? static_cast<int>(*number) : 0;
}
} // namespace

next run_seccomp_deny(char** arguments, process& self) {
    seccomp_filter filter;
    filter.fail_with(EPERM);
    option_reader options(arguments, "ke:");
    while (char option = options.next()) {
        int error = 0;
        switch (option) {
        case 'k': filter.kill(); break;
        case 'e':
            if (error = parse_error(options.value()); error == 0)
                return self.wrong_usage(
                    "seccomp-deny: ERROR is a number, EPERM, EACCES, ENOSYS, EINVAL, ENOENT or "
                    "EAFNOSUPPORT\n");
            filter.fail_with(error);
            break;
        default: return self.wrong_usage(options.complaint().view());
        }
    }
    char** rest = options.rest();
    if (rest[0] == nullptr || rest[1] == nullptr) return self.wrong_usage();
    std::string_view unknown;
    if (!filter.deny(rest[0], unknown)) {
        text_buffer<160> complaint("seccomp-deny: no system call or group: ", unknown.substr(0, 80), "\n");
        return self.wrong_usage(complaint.view());
    }
    if (auto done = filter.enforce(); !done) return self.unable(done.why().error, done.why().step);
    return self.go_on(rest + 1);
}

} // namespace reeve::chainload
