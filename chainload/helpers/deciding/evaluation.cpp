#include "chainload/helpers/deciding/evaluation.hpp"

#include "chainload/helpers/block_program.hpp"
#include "chainload/helpers/child_watch.hpp"
#include "chainload/helpers/deciding/comparing.hpp"
#include "chainload/number.hpp"

namespace reeve::chainload {

namespace {
class evaluator {
public:
    evaluator(const expression& whole, process& self, verdict& into, next& halted)
        : whole_(whole)
        , about_{self, {}, nullptr}
        , verdict_(into)
        , halted_(halted) {}

    // As deep as the tree, which its number of nodes limits.
    bool ask(const expression_node& node, bool& truth) {
        switch (node.kind) {
        case expression_node::both:
            return ask(whole_.nodes[node.left], truth) && (!truth || ask(whole_.nodes[node.right], truth));
        case expression_node::either:
            if (!ask(whole_.nodes[node.left], truth)) return false;
            if (truth) return true;
            if (!ask(whole_.nodes[node.right], truth)) return false;
            return blame(node, truth);
        case expression_node::negation: {
            bool inner;
            if (!ask(whole_.nodes[node.left], inner)) return false;
            truth = !inner;
            return blame(node, truth);
        }
        case expression_node::command: return run(node, truth) && blame(node, truth);
        case expression_node::test: return test(node, truth);
        }
        return false;
    }

private:
    bool halt(const next& how) {
        halted_ = how;
        return false;
    }

    bool blame(const expression_node& node, bool truth) {
        if (!truth) {
            verdict_.blamed = node.source;
            verdict_.instead.clear();
        }
        return true;
    }

    bool run(const expression_node& node, bool& truth) {
        auto words = const_cast<char* const*>(whole_.words_of(node));
        environment& variables = about_.self.variables;
        if (int error = why_not_runnable(words[0], variables.get("PATH")); error != 0)
            return halt(about_.self.unable(error, "run ", words[0]));
        std::optional<child_watch> watch(std::in_place);
        auto child = watch->fork_child();
        if (!child) return halt(about_.self.unable(child.why().error, child.why().step));
        if (*child == 0) {
            watch.reset(); // the mask is as before
            (void)exec_program(words, variables.list());
            ::_exit(cannot_exec);
        }
        truth = watch->attend(*child) == 0;
        return true;
    }

    bool test(const expression_node& node, bool& truth) {
        about_.culprit = nullptr;
        auto found = node.what->look(whole_.words_of(node), about_);
        if (!found) {
            const char* culprit = about_.culprit != nullptr ? about_.culprit : whole_.words_of(node)[0];
            if (culprit == nullptr) culprit = "";
            std::string_view blank = *culprit != '\0' ? " " : "";
            auto& why = found.why();
            return halt(why.error != 0 ? about_.self.unable(why.error, why.step, blank, culprit)
                                       : about_.self.fatal("unable to ", why.step, blank, culprit));
        }
        auto compared = node.how == comparison::none ? std::optional(found->is_there) : compare(node, *found);
        if (!compared) return halt(about_.self.fatal(node.source, ": it is no number"));
        truth = *compared;
        blame(node, truth);
        if (!truth && node.how != comparison::none) tell(*node.what, *found);
        return true;
    }

    // What is not there differs from every value, and is neither less nor greater.
    static std::optional<bool> compare(const expression_node& node, const finding& found) {
        if (!found.is_there) return node.how == comparison::unequal;
        switch (node.what->kind) {
        case value_kind::truth: break;
        case value_kind::text: return compare_texts(found.text, node.how, node.value);
        case value_kind::version: return compare_versions(found.text, node.how, node.value);
        case value_kind::number:
            return compare_numbers(found.number, node.how,
                                   parse_number<std::uint64_t>(node.value).value_or(0));
        case value_kind::bytes:
            return compare_numbers(found.number, node.how, parse_bytes(node.value).value_or(0));
        }
        return found.is_there;
    }

    // Not what a variable is set to: that can be a secret.
    void tell(const predicate& what, const finding& found) {
        auto& instead = verdict_.instead;
        constexpr std::uint64_t megabyte = 1024 * 1024;
        if (!found.is_there)
            instead.add("it is not there");
        else if (what.look == look_for_variable)
            instead.add("it is something else");
        else if (what.kind == value_kind::text || what.kind == value_kind::version)
            instead.add("it is ").add(found.text.empty() ? std::string_view("empty") : found.text);
        else if (what.kind == value_kind::bytes && found.number >= megabyte)
            instead.add("it is ").add(found.number / megabyte).add('M');
        else
            instead.add("it is ").add(found.number);
    }

    const expression& whole_;
    question about_;
    verdict& verdict_;
    next& halted_;
};
} // namespace

bool evaluate(const expression& whole, process& self, verdict& into, next& halted) {
    return evaluator(whole, self, into, halted).ask(whole.root(), into.truth);
}

} // namespace reeve::chainload
