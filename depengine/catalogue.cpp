#include "depengine/catalogue.hpp"

#include "chainload/error_text.hpp"
#include "chainload/number.hpp"
#include "supervise/layout.hpp"

#include <algorithm>

namespace reeve::depengine {

using chainload::result;
using supervise::service_kind;

namespace {
constexpr std::size_t longest_refuse = 1024;

struct refusable {
    std::string_view word;
    bool refused_verbs::*flag;
};
constexpr refusable refusables[] = {
    {"start", &refused_verbs::start},
    {"stop", &refused_verbs::stop},
    {"restart", &refused_verbs::restart},
    {"reload", &refused_verbs::reload},
};

bool is_gone(int error) {
    return error == ENOENT || error == ENOTDIR;
}

// One service directory being read.
class reader {
public:
    reader(const definition_source& source, const std::string& name, std::vector<diagnostic>& problems)
        : source_(source)
        , problems_(problems) {
        made_.name = name;
    }

    // False: the directory is no service, or was not read whole; see `failed`.
    bool read() {
        auto names = source_.list(made_.name);
        if (!names) {
            if (!is_gone(names.why().error)) complain(made_.name, chainload::error_text(names.why().error));
            failed = !is_gone(names.why().error);
            return false;
        }
        std::sort(names->begin(), names->end());
        bool run = false, start = false, target = false;
        for (const std::string& entry : *names) {
            run = run || entry == "run";
            start = start || entry == "start";
            target = target || entry == "target";
            made_.down = made_.down || entry == "down";
            made_.early = made_.early || entry == "early";
            made_.persistent = made_.persistent || entry == "persistent";
            made_.essential = made_.essential || entry == "essential";
            made_.keep_on_isolate = made_.keep_on_isolate || entry == "keep-on-isolate";
            if (entry == "refuse") read_refuse();
            if (auto stated = find_relation(entry)) read_relation(entry, *stated);
        }
        made_.kind = run      ? service_kind::process
                     : start  ? service_kind::oneshot
                     : target ? service_kind::target
                              : service_kind::incomplete;
        return !failed;
    }

    definition take() { return std::move(made_); }
    bool failed = false;

private:
    void complain(std::string file, std::string_view text, std::string hint = {}) {
        problems_.push_back({made_.name, std::move(file), std::string(text), std::move(hint)});
    }

    void read_refuse() {
        std::string file = made_.name + "/refuse";
        auto text = source_.read(file, longest_refuse + 1);
        if (!text) {
            failed = failed || !is_gone(text.why().error);
            return complain(file, chainload::error_text(text.why().error));
        }
        if (text->size() > longest_refuse)
            return complain(file, "is too long", "lines: start, stop, restart, reload");
        std::string_view rest = *text;
        for (unsigned line = 1; !rest.empty(); ++line) {
            std::size_t end = rest.find('\n');
            std::string_view word = chainload::trim_blanks(rest.substr(0, end));
            rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
            if (word.empty()) continue;
            auto known = std::find_if(std::begin(refusables), std::end(refusables),
                                      [&](const refusable& one) { return one.word == word; });
            if (known != std::end(refusables))
                made_.refuse.*known->flag = true;
            else
                complain(file,
                         "line " + std::to_string(line) + ": \"" + std::string(word) +
                             "\" is no verb that can be refused",
                         "start, stop, restart or reload");
        }
    }

    void read_relation(const std::string& directory, stated_relation stated) {
        std::string path = made_.name + "/" + directory;
        auto names = source_.list(path);
        if (!names) {
            if (names.why().error == ENOENT) return; // it vanished: a change that is still going on
            if (names.why().error == ENOTDIR)
                return complain(path, "is not a directory",
                                "a relation is a directory whose entries are named like the other services");
            failed = true;
            return complain(path, chainload::error_text(names.why().error));
        }
        std::sort(names->begin(), names->end());
        for (const std::string& other : *names) {
            if (other.empty() || other[0] == '.') continue;
            if (!supervise::valid_service_name(other))
                complain(path + "/" + other, "is not a name that a service can have",
                         "1 to 128 of A-Z a-z 0-9 . _ @ + -, not beginning with . or -");
            else if (other == made_.name)
                complain(path + "/" + other, "relates the service to itself: ignored");
            else
                made_.edges.push_back({stated.which, stated.reversed, other});
        }
    }

    const definition_source& source_;
    std::vector<diagnostic>& problems_;
    definition made_;
};
} // namespace

std::optional<definition> read_definition(const definition_source& source, const std::string& name,
                                          const definition* before, std::vector<diagnostic>& problems) {
    reader one(source, name, problems);
    if (one.read()) return one.take();
    if (one.failed && before != nullptr) return *before;
    return std::nullopt;
}

result<catalogue> read_catalogue(const definition_source& source, const catalogue* before) {
    auto names = source.list("");
    if (!names) return names.why();
    catalogue made;
    for (const std::string& name : *names) {
        if (name.empty() || name[0] == '.') continue;
        if (!supervise::valid_service_name(name)) {
            made.problems.push_back({name, name, "is not a name that a service can have: ignored",
                                     "1 to 128 of A-Z a-z 0-9 . _ @ + -, not beginning with . or -"});
            continue;
        }
        const definition* old = nullptr;
        if (before != nullptr)
            if (auto found = before->services.find(name); found != before->services.end())
                old = &found->second;
        if (auto one = read_definition(source, name, old, made.problems))
            made.services.emplace(name, std::move(*one));
    }
    std::stable_sort(made.problems.begin(), made.problems.end(),
                     [](const diagnostic& a, const diagnostic& b) { return a.file < b.file; });
    return made;
}

} // namespace reeve::depengine
