// Any text as the names below a scan directory, one path to a line: "web/requires/db", "web/refuse" and a tab before
// its content; "!web/requires" is one that cannot be read. The catalogue holds what stands there and can be written as
// such names again; its graph is whole, and what it orders has no circle.
#include "depengine/catalogue.hpp"

#include "depengine/graph.hpp"
#include "supervise/layout.hpp"
#include "tests/fuzz/targets.hpp"

#include <algorithm>
#include <set>

namespace reeve::tests {

using namespace depengine;

namespace {
class made_up_source : public definition_source {
public:
    explicit made_up_source(std::string_view text) {
        while (!text.empty()) {
            std::string_view line = text.substr(0, text.find('\n'));
            text.remove_prefix(std::min(line.size() + 1, text.size()));
            add(line);
        }
    }
    chainload::result<std::vector<std::string>> list(const std::string& directory) const override {
        if (unreadable_.contains(directory)) return chainload::failure{EIO, "list"};
        auto found = directories_.find(directory);
        if (found != directories_.end())
            return std::vector<std::string>(found->second.begin(), found->second.end());
        std::size_t slash = directory.rfind('/');
        auto above = directories_.find(directory.substr(0, slash == std::string::npos ? 0 : slash));
        bool is_file = above != directories_.end() && above->second.contains(directory.substr(slash + 1));
        return chainload::failure{is_file ? ENOTDIR : ENOENT, "list"};
    }
    chainload::result<std::string> read(const std::string& file, std::size_t most) const override {
        if (unreadable_.contains(file)) return chainload::failure{EIO, "read"};
        auto found = contents_.find(file);
        return found == contents_.end() ? std::string() : found->second.substr(0, most);
    }

private:
    void add(std::string_view line) {
        bool unreadable = line.starts_with('!');
        if (unreadable) line.remove_prefix(1);
        std::size_t tab = line.find('\t');
        std::string path(line.substr(0, tab));
        if (unreadable) unreadable_.insert(path);
        if (tab != std::string_view::npos) contents_[path] += std::string(line.substr(tab + 1)) + "\n";
        for (std::size_t begin = 0, end = 0; end != std::string::npos; begin = end + 1) {
            end = path.find('/', begin);
            if (end == begin || begin == path.size()) return; // no name is empty
            std::string above = path.substr(0, begin == 0 ? 0 : begin - 1);
            directories_[above].insert(path.substr(begin, end - begin));
        }
    }
    std::map<std::string, std::set<std::string>> directories_{{"", {}}};
    std::map<std::string, std::string> contents_;
    std::set<std::string> unreadable_;
};

std::string written(const catalogue& all) {
    std::string text;
    for (const auto& [name, one] : all.services) {
        auto add = [&text, directory = name + "/"](std::string_view entry) {
            text += directory + std::string(entry) + "\n";
        };
        add("."); // a directory with nothing in it
        for (auto [kind, file] : {std::pair(supervise::service_kind::process, "run"),
                                  std::pair(supervise::service_kind::oneshot, "start"),
                                  std::pair(supervise::service_kind::target, "target")})
            if (one.kind == kind) add(file);
        for (auto [flag, file] :
             {std::pair(one.down, "down"), std::pair(one.early, "early"),
              std::pair(one.persistent, "persistent"), std::pair(one.essential, "essential"),
              std::pair(one.keep_on_isolate, "keep-on-isolate")})
            if (flag) add(file);
        for (auto [flag, word] :
             {std::pair(one.refuse.start, "start"), std::pair(one.refuse.stop, "stop"),
              std::pair(one.refuse.restart, "restart"), std::pair(one.refuse.reload, "reload")})
            if (flag) add(std::string("refuse\t") + word);
        for (const stated_edge& edge : one.edges) {
            const relation_row& row = row_of(edge.which);
            add(std::string(edge.reversed ? row.reverse : row.name) + "/" + edge.other);
        }
    }
    return text;
}

void check_definitions(const catalogue& all) {
    for (const auto& [name, one] : all.services) {
        must_hold(name == one.name && supervise::valid_service_name(name), "a service has its name");
        for (const stated_edge& edge : one.edges)
            must_hold(supervise::valid_service_name(edge.other) && edge.other != name,
                      "a relation is to another service");
    }
    for (const diagnostic& one : all.problems)
        must_hold(!one.text.empty() && !one.file.empty(), "a problem has a place and a text");
}

void check_graph(const graph& all) {
    std::vector<std::uint32_t> waits_for(all.size(), 0);
    std::vector<node> ready;
    std::size_t edges = 0;
    for (node at = 0; at < all.size(); ++at) {
        must_hold(all.find(all.name(at)) == at, "a node is found by its name");
        edges += all.in(at).size();
        for (const link& one : all.out(at)) {
            waits_for[at] += one.ordered ? 1U : 0U;
            auto back = all.in(one.other);
            must_hold(std::any_of(back.begin(), back.end(),
                                  [&](const link& other) {
                                      return other.other == at && other.what == one.what &&
                                             other.ordered == one.ordered;
                                  }),
                      "an edge has two ends");
        }
        if (waits_for[at] == 0) ready.push_back(at);
    }
    must_hold(edges == all.edge_count(), "edges are counted");
    std::size_t done = 0;
    for (; done < ready.size(); ++done)
        for (const link& one : all.in(ready[done]))
            if (one.ordered && --waits_for[one.other] == 0) ready.push_back(one.other);
    bool unstartable = false;
    for (node at = 0; at < all.size(); ++at) unstartable = unstartable || all[at].unstartable;
    must_hold(done == all.size() || unstartable, "the order has no circle but of needs");
    for (const diagnostic& one : all.problems()) must_hold(!one.text.empty(), "a problem has a text");
}
} // namespace

void fuzz_definitions(std::string_view input) {
    auto all = read_catalogue(made_up_source(input));
    must_hold(static_cast<bool>(all) || input.find('!') != std::string_view::npos,
              "a directory that can be read is read");
    if (!all) return;
    check_definitions(*all);
    check_graph(graph(*all));
    auto again = read_catalogue(made_up_source(written(*all)));
    must_hold(again && again->problems.empty() && again->services == all->services,
              "what is written reads as the same");
    auto kept = read_catalogue(made_up_source(input), &*all);
    must_hold(kept && kept->services == all->services, "reading again changes nothing");
}

} // namespace reeve::tests
