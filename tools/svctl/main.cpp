// svctl: the friendly front of a tree. Here are the dispatch to the verbs and the one place that prints errors.
#include "chainload/message.hpp"
#include "tools/svctl/command_line.hpp"
#include "tools/svctl/verbs.hpp"

#include <exception>
#include <new>

namespace {
using namespace reeve::svctl;

exit_code run(const command_options& options) {
    struct {
        const command_options& shared;
        exit_code operator()(const status_options& verb) const { return run_status(shared, verb); }
        exit_code operator()(const logs_options& verb) const { return run_logs(shared, verb); }
        exit_code operator()(const init_options& verb) const { return run_init(shared, verb); }
        exit_code operator()(const new_options& verb) const { return run_new(shared, verb); }
        exit_code operator()(const check_options& verb) const { return run_check(shared, verb); }
    } dispatch{options};
    return std::visit(dispatch, options.verb);
}

exit_code fatal(std::string_view text, std::string_view hint, exit_code code) {
    reeve::chainload::messenger("svctl").say(reeve::chainload::level::fatal, text, hint.empty() ? "" : " (",
                                             hint, hint.empty() ? "" : ")");
    return code;
}

exit_code try_to_run(int argc, char** argv) {
    try {
        auto options = parse_command_line(argc, argv);
        return options ? run(*options) : exit_code::success;
    } catch (const verb_error& error) {
        return fatal(error.what(), error.hint(), error.code());
    } catch (const std::bad_alloc&) {
        return fatal("out of memory", "", exit_code::system_error);
    } catch (const std::exception& error) {
        return fatal(error.what(), "", exit_code::system_error);
    }
}
} // namespace

int main(int argc, char** argv) {
    return static_cast<int>(try_to_run(argc, argv));
}
