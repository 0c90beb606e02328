// private-tmp [-s SIZE] [-i INODES] [-m MODE] [-d DIRECTORY:…] PROGRAM …: /tmp and /var/tmp are new and empty for PROGRAM
// and gone with it: file systems in memory that nobody else sees. Of those directories that are not there none is made.
#include "chainload/helpers/isolation/helpers.hpp"
#include "chainload/helpers/isolation/listed_paths.hpp"
#include "chainload/helpers/isolation/mount_namespace.hpp"
#include "chainload/helpers/isolation/namespace_kinds.hpp"
#include "chainload/option_reader.hpp"

namespace reeve::chainload {

namespace {
struct tmp_options {
    std::string_view size = "10%", inodes = {}, mode = "1777";
};

// A number with the suffixes that the kernel reads, of which it would ignore what it does not know.
bool is_amount(std::string_view text, std::string_view suffixes) {
    std::size_t digits = text.find_first_not_of("0123456789");
    if (digits == std::string_view::npos) return !text.empty();
    return digits > 0 && digits + 1 == text.size() && suffixes.find(text[digits]) != std::string_view::npos;
}

bool is_mode(std::string_view text) {
    return !text.empty() && text.size() <= 4 && text.find_first_not_of("01234567") == std::string_view::npos;
}

result<void> mount_tmp(const char* directory, const tmp_options& options) {
    text_buffer<160> data("mode=", options.mode, ",size=", options.size);
    if (!options.inodes.empty()) data.add(",nr_inodes=").add(options.inodes);
    if (::mount("tmpfs", directory, "tmpfs", MS_NOSUID | MS_NODEV | MS_STRICTATIME, data.c_str()) == 0)
        return {};
    return failed("mount a file system on ");
}
} // namespace

next run_private_tmp(char** arguments, process& self) {
    tmp_options chosen;
    char usual[] = "/tmp:/var/tmp";
    char* directories = nullptr;
    option_reader options(arguments, "s:i:m:d:");
    while (char option = options.next()) {
        bool good = option != option_reader::problem;
        std::string_view value = good ? options.value() : "";
        switch (option) {
        case 's': chosen.size = value, good = value.size() < 24 && is_amount(value, "kKmMgG%"); break;
        case 'i': chosen.inodes = value, good = value.size() < 24 && is_amount(value, "kKmMgG"); break;
        case 'm': chosen.mode = value, good = is_mode(value); break;
        case 'd': directories = const_cast<char*>(options.value()); break;
        default: return self.wrong_usage(options.complaint().view());
        }
        if (!good)
            return self.wrong_usage(
                "private-tmp: SIZE is a number with k, M, G or %, MODE an octal number\n");
    }
    if (*options.rest() == nullptr) return self.wrong_usage();
    working_directory here;
    if (auto entered = enter_mount_namespace(); !entered)
        return unable_to_isolate(self, entered.why(), hint_about(entered.why().error));
    char* list = directories != nullptr ? directories : usual;
    while (const char* directory = next_listed_path(list)) {
        auto mounted = mount_tmp(directory, chosen);
        bool passed_over = !mounted && directories == nullptr && mounted.why().error == ENOENT;
        if (!mounted && !passed_over) return unable_to_isolate(self, mounted.why(), {}, directory);
    }
    if (auto entered = here.enter_again(); !entered) return unable_to_isolate(self, entered.why(), {});
    return self.go_on(options.rest());
}

} // namespace reeve::chainload
