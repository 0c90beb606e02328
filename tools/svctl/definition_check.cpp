#include "tools/svctl/definition_check.hpp"

#include "chainload/error_text.hpp"
#include "chainload/exec_failure.hpp"
#include "chainload/file.hpp"
#include "supervise/layout.hpp"
#include "supervise/letters.hpp"
#include "supervise/settings_reader.hpp"
#include "tools/svctl/nearest_word.hpp"
#include "tools/svctl/relations.hpp"

#include <algorithm>
#include <array>
#include <sys/stat.h>
#include <unistd.h>

namespace reeve::svctl {

namespace {
// The errno with which execve would refuse the program, 0 if it would not.
int exec_error(int dir, const std::string& path) {
    if (::faccessat(dir, path.c_str(), X_OK, 0) < 0) return errno;
    struct stat info {};
    if (::fstatat(dir, path.c_str(), &info, 0) < 0) return errno;
    if (!S_ISREG(info.st_mode)) return EACCES;
    auto file = chainload::open_at(dir, path.c_str(), O_RDONLY);
    if (!file) return 0; // may be executed, not read
    std::array<char, 256> head;
    ssize_t got = ::read(file->get(), head.data(), head.size());
    std::string_view text(head.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (text.starts_with("\x7f"
                         "ELF"))
        return 0;
    if (!text.starts_with("#!")) return ENOEXEC;
    std::string_view line = text.substr(2, text.find('\n') - 2);
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    std::string interpreter(line.substr(0, line.find_first_of(" \t")));
    if (interpreter.empty()) return ENOEXEC;
    return ::faccessat(dir, interpreter.c_str(), X_OK, 0) < 0 ? errno : 0;
}

class service_check {
public:
    service_check(const scan_directory& tree, const std::string& name)
        : tree_(tree)
        , name_(name) {}

    std::vector<diagnostic> run() {
        dir_ = tree_.open_service(name_);
        if (!dir_) {
            report("", 0, std::string("unable to open it: ").append(chainload::error_text(errno)), "");
            return std::move(found_);
        }
        check_settings();
        for (const std::string& entry : list_directory(dir_.get(), ".").value_or(std::vector<std::string>{}))
            check_entry(entry);
        return std::move(found_);
    }

private:
    void report(std::string file, unsigned line, std::string text, std::string hint) {
        found_.push_back({name_, std::move(file), line, std::move(text), std::move(hint)});
    }

    void check_settings() {
        supervise::settings read;
        supervise::settings_reader reader(dir_.get());
        reader.refresh(
            read,
            [](void* self, const supervise::setting_problem& problem) {
                static_cast<service_check*>(self)->report(std::string(problem.file), problem.line,
                                                          std::string(problem.text),
                                                          std::string(problem.hint));
            },
            this);
        if (read.kind == supervise::service_kind::incomplete)
            report("", 0, "holds none of run, start and target, so it is not a service", "");
        if (read.has_stop && !read.has_start) report("stop", 0, "is of no use without start", "");
        if (read.has_finish && !read.has_run) report("finish", 0, "is of no use without run", "");
        if (read.notify && read.notification_fd >= 0)
            report("notify", 0, "is of no use: notification-fd comes first", "");
        std::string_view pid_file = read.pid_file.view();
        pid_file_ = pid_file.substr(pid_file.rfind('/') + 1);
    }

    void check_entry(const std::string& entry) {
        if (supervise::always_free_name(entry) || entry == pid_file_) return;
        const supervise::setting* known = supervise::find_setting(entry);
        if (known == nullptr) {
            auto meant = supervise::nearest_setting(entry);
            report(entry, 0, "is not a setting",
                   meant ? "did you mean " + std::string(*meant) + "?"
                         : "a file of your own belongs into data/, env/ or conf, or begins with a dot");
            return;
        }
        bool directory = is_directory(dir_.get(), entry.c_str());
        switch (known->kind) {
        case supervise::setting_kind::program:
            if (!directory) check_program(entry);
            break;
        case supervise::setting_kind::relation:
            if (directory) check_relation(entry);
            break;
        default: break;
        }
        if (entry == "control" && directory) check_hooks();
        if (entry == "refuse" && !directory) check_refuse();
    }

    void check_program(const std::string& path) {
        int error = exec_error(dir_.get(), path);
        if (error != 0)
            report(path, 0,
                   std::string(chainload::explain_exec_failure(dir_.get(), path.c_str(), error).view()), "");
    }

    void check_hooks() {
        for (const std::string& hook :
             list_directory(dir_.get(), "control").value_or(std::vector<std::string>{})) {
            if (supervise::always_free_name(hook)) continue;
            if (hook.size() != 1 || supervise::find_letter(hook.front()) == nullptr)
                report("control/" + hook, 0, "is no control letter", "");
            else
                check_program("control/" + hook);
        }
    }

    void check_relation(const std::string& relation) {
        auto others = list_directory(dir_.get(), relation.c_str());
        if (!others) {
            report(relation, 0, std::string("unable to read it: ").append(chainload::error_text(errno)), "");
            return;
        }
        if (services_.empty()) services_ = tree_.services();
        for (const std::string& other : *others) {
            if (supervise::always_free_name(other)) continue;
            std::string file(relation);
            file.append("/").append(other);
            if (other == name_) {
                report(file, 0, "is a relation of the service to itself", "");
            } else if (!supervise::valid_service_name(other)) {
                report(file, 0, "is no name for a service", "");
            } else if (!std::binary_search(services_.begin(), services_.end(), other)) {
                auto meant = nearest_word(other, services_);
                report(file, 0, "there is no such service", meant ? "did you mean " + *meant + "?" : "");
            }
        }
    }

    void check_refuse() {
        constexpr std::array<std::string_view, 4> verbs{"start", "stop", "restart", "reload"};
        std::array<char, 1024> buffer;
        auto text = chainload::read_whole_at(dir_.get(), "refuse", buffer);
        if (!text)
            return report("refuse", 0,
                          std::string("unable to read it: ").append(chainload::error_text(text.why().error)),
                          "");
        unsigned number = 0;
        for (std::string_view rest = *text; !rest.empty();) {
            ++number;
            std::string_view line = rest.substr(0, rest.find('\n'));
            rest.remove_prefix(std::min(line.size() + 1, rest.size()));
            if (!line.empty() && std::find(verbs.begin(), verbs.end(), line) == verbs.end())
                report("refuse", number, "\"" + std::string(line) + "\" is no verb that can be refused",
                       "allowed: start, stop, restart, reload");
        }
    }

    const scan_directory& tree_;
    std::string name_;
    chainload::unique_fd dir_;
    std::vector<std::string> services_;
    std::vector<diagnostic> found_;
    std::string pid_file_; // the last part of the path in `forking`: not a setting, but no mistake
};
} // namespace

std::vector<diagnostic> check_service(const scan_directory& tree, const std::string& name) {
    return service_check(tree, name).run();
}

std::vector<diagnostic> check_names(const scan_directory& tree) {
    std::vector<diagnostic> found;
    for (const std::string& name : list_directory(tree.fd(), ".").value_or(std::vector<std::string>{})) {
        bool hidden = name.starts_with(".");
        if (!hidden && !supervise::valid_service_name(name) && is_directory(tree.fd(), name.c_str()))
            found.push_back({name, "", 0, "is no name for a service, so svscan passes it over",
                             "allowed: 1 to 128 of A-Z a-z 0-9 . _ @ + -, not beginning with . or -"});
        struct stat info {};
        if (!hidden && ::fstatat(tree.fd(), name.c_str(), &info, 0) < 0)
            found.push_back({name, "", 0,
                             std::string("unable to look at it: ").append(chainload::error_text(errno)), ""});
    }
    return found;
}

std::string diagnostic_text(const diagnostic& one) {
    std::string text = one.service;
    if (!one.file.empty()) text += "/" + one.file;
    if (one.line > 0) text += ":" + std::to_string(one.line);
    text += ": " + one.text;
    return one.hint.empty() ? text : text + " (" + one.hint + ")";
}

} // namespace reeve::svctl
