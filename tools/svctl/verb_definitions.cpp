// svctl list, enable, disable and instance: what stands in the scan directory, changed by hand as it were. The engine
// sees the change by itself.
#include "chainload/file.hpp"
#include "supervise/control.hpp"
#include "supervise/layout.hpp"
#include "tools/svctl/directory_builder.hpp"
#include "tools/svctl/nearest_word.hpp"
#include "tools/svctl/output.hpp"
#include "tools/svctl/scan_directory.hpp"
#include "tools/svctl/verbs.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace reeve::svctl {

namespace {
// What an instance has of its own, never of its template.
constexpr std::array<std::string_view, 3> own_entries{"supervise", "down", "log"};

void make_empty_file(int directory, const std::string& path, const std::string& shown) {
    auto made = chainload::open_at(directory, path.c_str(), O_WRONLY | O_CREAT, 0644);
    if (!made) throw system_failure("make", shown, made.why().error);
}

// False: it was not there.
bool remove_file(int directory, const std::string& path, const std::string& shown) {
    if (::unlinkat(directory, path.c_str(), 0) == 0) return true;
    if (errno == ENOENT || errno == ENOTDIR) return false;
    throw system_failure("remove", shown, errno);
}

void require_target(const scan_directory& tree, const std::string& name) {
    tree.require_known(name);
    if (exists(tree.fd(), (name + "/target").c_str())) return;
    throw verb_error(exit_code::refused, name + " is no target",
                     "a target is a service directory with a file \"target\"");
}

void enable_in(const scan_directory& tree, const std::string& target, const std::string& name, bool enable,
               output& out) {
    std::string directory = target + "/wants", path = directory + "/" + name,
                shown = tree.path() + "/" + path;
    if (enable) {
        if (::mkdirat(tree.fd(), directory.c_str(), 0755) < 0 && errno != EEXIST)
            throw system_failure("make", tree.path() + "/" + directory, errno);
        make_empty_file(tree.fd(), path, shown);
        out.add("made     " + shown + "\n");
    } else {
        bool was = remove_file(tree.fd(), path, shown);
        out.add((was ? "removed  " : "is not there: ") + shown + "\n");
    }
}
} // namespace

exit_code run_list(const command_options& shared, const list_options& options) {
    scan_directory tree(choose_scan_directory(shared.scan_directory));
    output out;
    if (options.json) {
        boost::json::array list;
        for (const std::string& name : tree.services()) list.emplace_back(name);
        out.add(boost::json::serialize(list) + "\n");
    } else {
        for (const std::string& name : tree.services()) out.add(name + "\n");
    }
    out.flush();
    return exit_code::success;
}

exit_code run_enable(const command_options& shared, const enable_options& options) {
    scan_directory tree(choose_scan_directory(shared.scan_directory));
    if (!options.target.empty()) require_target(tree, options.target);
    output out;
    for (const std::string& name : tree.expand(options.names)) {
        if (!options.target.empty()) {
            enable_in(tree, options.target, name, options.enable, out);
            continue;
        }
        std::string path = name + "/down", shown = tree.path() + "/" + path;
        if (options.enable) {
            bool was = remove_file(tree.fd(), path, shown);
            out.add((was ? "removed  " : "is not there: ") + shown + "\n");
        } else {
            make_empty_file(tree.fd(), path, shown);
            out.add("made     " + shown + "\n");
        }
    }
    if (options.target.empty())
        out.add(options.enable ? "from now on started by itself; svctl start starts it now\n"
                               : "from now on not started by itself; svctl stop stops it now\n");
    out.flush();
    return exit_code::success;
}

exit_code run_instance(const command_options& shared, const instance_options& options) {
    scan_directory tree(choose_scan_directory(shared.scan_directory));
    std::string pattern = options.pattern.ends_with('@') ? options.pattern : options.pattern + "@";
    tree.require_known(pattern);
    std::string name = pattern + options.name;
    if (options.name.empty() || !supervise::valid_service_name(name))
        throw verb_error(exit_code::refused, "\"" + name + "\" is no name for a service",
                         "allowed are 1 to 128 of A-Z a-z 0-9 . _ @ + -");
    if (exists(tree.fd(), name.c_str()))
        throw verb_error(exit_code::refused, tree.path() + "/" + name + " exists already");

    directory_builder made(tree.path(), name);
    auto link_entries = [&](const std::string& below) {
        auto entries = list_directory(tree.fd(), (pattern + below).c_str());
        for (const std::string& entry : entries.value_or(std::vector<std::string>())) {
            bool own = std::find(own_entries.begin(), own_entries.end(), entry) != own_entries.end();
            if (own || entry.starts_with('.')) continue;
            made.make_link(below.empty() ? entry : below.substr(1) + "/" + entry,
                           (below.empty() ? "../" : "../../") + pattern + below + "/" + entry);
        }
    };
    link_entries("");
    if (is_directory(tree.fd(), (pattern + "/log").c_str())) {
        made.make_directory("log");
        link_entries("/log");
    }
    if (options.down) made.write_file("down", "");
    made.move_into_place();
    output out;
    out.add("made " + tree.path() + "/" + name + "\n");
    out.flush();
    return exit_code::success;
}

exit_code run_tree(const command_options& shared, const tree_options& options) {
    scan_directory tree(choose_scan_directory(shared.scan_directory));
    auto control = supervise::open_fifo(tree.own_fd(), ".svscan/control", O_WRONLY, "open .svscan/control");
    if (!control && (control.why().error == ENXIO || control.why().error == ENOENT))
        throw verb_error(exit_code::failed, "no svscan runs in " + tree.path(), "svscan " + tree.path());
    if (!control) throw system_failure("open", tree.path() + "/.svscan/control", control.why().error);
    if (auto sent = chainload::write_all(control->get(), {&options.letter, 1}); !sent)
        throw system_failure("write to", tree.path() + "/.svscan/control", sent.why().error);
    return exit_code::success;
}

} // namespace reeve::svctl
