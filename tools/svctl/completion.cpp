#include "tools/svctl/completion.hpp"

namespace reeve::svctl {

namespace {
// What may follow a verb: services, nothing that could be listed, directories, or fixed words.
bool takes_services(const verb_word& verb) {
    return verb.operands == operand::services;
}

std::string words_of(std::span<const verb_word> verbs, bool (*which)(const verb_word&)) {
    std::string text;
    for (const verb_word& verb : verbs)
        if (which(verb)) text += (text.empty() ? "" : " ") + std::string(verb.name);
    return text;
}
bool any(const verb_word&) {
    return true;
}

std::string in_alternatives(std::string words) {
    for (char& c : words)
        if (c == ' ') c = '|';
    return words;
}

std::string bash(std::span<const verb_word> verbs) {
    return "# bash completion for svctl: eval \"$(svctl completion bash)\"\n"
           "_svctl() {\n"
           "  local word=${COMP_WORDS[COMP_CWORD]} verb= tree=() i\n"
           "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
           "    case ${COMP_WORDS[i]} in\n"
           "      -C) tree=(-C \"${COMP_WORDS[i + 1]}\"); ((i++)) ;;\n"
           "      -*) ;;\n"
           "      *) [ -n \"$verb\" ] || verb=${COMP_WORDS[i]} ;;\n"
           "    esac\n"
           "  done\n"
           "  COMPREPLY=()\n"
           "  case $verb in\n"
           "    '') mapfile -t COMPREPLY < <(compgen -W '" +
           words_of(verbs, any) +
           " -C --help' -- \"$word\") ;;\n"
           "    " +
           in_alternatives(words_of(verbs, takes_services)) +
           ")\n"
           "      mapfile -t COMPREPLY < <(compgen -W \"$(svctl \"${tree[@]}\" list 2>/dev/null)\" -- "
           "\"$word\") ;;\n"
           "    *) mapfile -t COMPREPLY < <(compgen -f -- \"$word\") ;;\n"
           "  esac\n"
           "}\n"
           "complete -F _svctl svctl\n";
}

std::string zsh(std::span<const verb_word> verbs) {
    std::string list;
    for (const verb_word& verb : verbs) {
        std::string help(verb.help);
        for (std::size_t at = 0; (at = help.find('\'', at)) != std::string::npos; at += 4)
            help.replace(at, 1, "'\\''");
        list += "    '" + std::string(verb.name) + ":" + help + "'\n";
    }
    return "#compdef svctl\n"
           "# zsh completion for svctl: source <(svctl completion zsh)\n"
           "_svctl() {\n"
           "  local -a verbs services tree\n"
           "  local verb i\n"
           "  verbs=(\n" +
           list +
           "  )\n"
           "  for ((i = 2; i < CURRENT; i++)); do\n"
           "    case ${words[i]} in\n"
           "      -C) tree=(-C ${words[i+1]}); ((i++)) ;;\n"
           "      -*) ;;\n"
           "      *) [[ -n $verb ]] || verb=${words[i]} ;;\n"
           "    esac\n"
           "  done\n"
           "  case $verb in\n"
           "    '') _describe verb verbs ;;\n"
           "    " +
           in_alternatives(words_of(verbs, takes_services)) +
           ")\n"
           "      services=(${(f)\"$(svctl $tree list 2>/dev/null)\"})\n"
           "      _describe service services ;;\n"
           "    *) _files ;;\n"
           "  esac\n"
           "}\n"
           "compdef _svctl svctl\n";
}

std::string fish(std::span<const verb_word> verbs) {
    std::string text = "# fish completion for svctl: svctl completion fish | source\n"
                       "complete -c svctl -f\n"
                       "complete -c svctl -s C -r -d 'the scan directory'\n";
    std::string all = words_of(verbs, any);
    for (const verb_word& verb : verbs) {
        std::string help(verb.help);
        for (std::size_t at = 0; (at = help.find('\'', at)) != std::string::npos; at += 2)
            help.replace(at, 1, "\\'");
        text += "complete -c svctl -n 'not __fish_seen_subcommand_from " + all + "' -a " +
                std::string(verb.name) + " -d '" + help + "'\n";
    }
    return text + "complete -c svctl -n '__fish_seen_subcommand_from " + words_of(verbs, takes_services) +
           "' -a '(svctl list 2>/dev/null)'\n";
}
} // namespace

std::optional<std::string> completion_script(std::string_view shell, std::span<const verb_word> verbs) {
    if (shell == "bash") return bash(verbs);
    if (shell == "zsh") return zsh(verbs);
    if (shell == "fish") return fish(verbs);
    return std::nullopt;
}

} // namespace reeve::svctl
