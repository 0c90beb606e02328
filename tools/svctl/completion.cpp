#include "tools/svctl/completion.hpp"

#include "depengine/request.hpp"

namespace reeve::svctl {

namespace {
using completed_verbs = std::span<const completed_verb>;

template <class List, class Name>
std::string joined(const List& list, Name name) {
    std::string text;
    for (const auto& one : list) text.append(text.empty() ? "" : " ").append(name(one));
    return text;
}

std::string verb_list(completed_verbs verbs) {
    return joined(verbs, [](const completed_verb& one) { return one.verb.name; });
}
std::string mode_list() {
    return joined(depengine::mode_table, [](const depengine::mode_row& one) { return one.name; });
}

// The words that may stand behind a verb, and whether names of services, or of files, may too.
std::string words_behind(const completed_verb& one) {
    if (one.verb.operands == operand::requests)
        return joined(depengine::verb_table, [](const depengine::verb_row& row) { return row.name; });
    return joined(one.syntax.words, [](const std::string& word) { return word; });
}
bool takes_services(const completed_verb& one) {
    return one.verb.operands == operand::services || one.verb.operands == operand::requests;
}
std::string options_of(const completed_verb& one) {
    return joined(one.syntax.options, [](const std::string& option) { return option; });
}

std::string with_quotes(std::string_view text, std::string_view quote_inside) {
    std::string quoted = "'";
    for (char c : text)
        if (c == '\'')
            quoted += quote_inside;
        else
            quoted += c;
    return quoted + "'";
}

// "    start) options='--mode' words='' services=1 files= ;;": the same in bash and zsh.
std::string case_of(const completed_verb& one) {
    return "    " + std::string(one.verb.name) + ") options='" + options_of(one) + " --help' words='" +
           words_behind(one) + "' services=" + (takes_services(one) ? "1" : "") +
           " files=" + (one.verb.operands == operand::files ? "1" : "") + " ;;\n";
}

std::string bash(completed_verbs verbs) {
    std::string cases;
    for (const completed_verb& one : verbs) cases += case_of(one);
    return R"sh(# bash completion for svctl: eval "$(svctl completion bash)"
_svctl() {
  local line=${COMP_LINE:0:COMP_POINT} word before verb= tree=() i options= words= services= files= found
  local -a typed
  read -ra typed <<<"$line"
  word=${line##*[[:space:]]}
  [ -n "$word" ] || typed+=('')
  before=${typed[${#typed[@]}-2]}
  for ((i = 1; i < ${#typed[@]} - 1; i++)); do
    case ${typed[i]} in
      -C|-S) tree+=("${typed[i]}" "${typed[i + 1]}"); ((i++)) ;;
      --color|--mode|--key|--timeout|--in) ((i++)) ;;
      -*) ;;
      *) [ -n "$verb" ] || verb=${typed[i]} ;;
    esac
  done
  case $verb in
    '') options='-C -S --color --help --version' words=')sh" +
           verb_list(verbs) + "' ;;\n" + cases + R"sh(  esac
  case $before in
    -C|-S|--dir) options= words= services= files=1 ;;
    --color) options= words='auto always never' services= files= ;;
    --mode) options= words=')sh" +
           mode_list() + R"sh(' services= files= ;;
    --in|--needs) options= words= services=1 files= ;;
  esac
  [ -z "$services" ] || words="$words $(svctl "${tree[@]}" list 2>/dev/null)"
  [[ $word == -* ]] && words=$options
  COMPREPLY=()
  while IFS= read -r found; do
    COMPREPLY+=("$found")
  done < <(compgen -W "$words" -- "$word"; [ -z "$files" ] || compgen -d -- "$word")
  # readline replaces only what stands behind the last @ of a name like web@1
  [[ $word == *@* && $COMP_WORDBREAKS == *@* ]] && COMPREPLY=("${COMPREPLY[@]#"${word%"${word##*@}"}"}")
  return 0
}
complete -F _svctl svctl
)sh";
}

std::string zsh(completed_verbs verbs) {
    std::string list, cases;
    for (const completed_verb& one : verbs) {
        list += "    " + with_quotes(std::string(one.verb.name) + ":" + std::string(one.verb.help), "'\\''") +
                "\n";
        cases += case_of(one);
    }
    return R"sh(#compdef svctl
# zsh completion for svctl: source <(svctl completion zsh)
_svctl() {
  local -a verbs tree
  local verb i options services files words_
  verbs=(
)sh" + list +
           R"sh(  )
  for ((i = 2; i < CURRENT; i++)); do
    case ${words[i]} in
      -C|-S) tree+=(${words[i]} ${words[i+1]}); ((i++)) ;;
      --color|--mode|--key|--timeout|--in) ((i++)) ;;
      -*) ;;
      *) [[ -n $verb ]] || verb=${words[i]} ;;
    esac
  done
  case ${words[CURRENT-1]} in
    -C|-S|--dir) _files -/; return ;;
    --color) compadd auto always never; return ;;
    --mode) compadd )sh" +
           mode_list() +
           R"sh(; return ;;
    --in|--needs) compadd -- ${(f)"$(svctl $tree list 2>/dev/null)"}; return ;;
  esac
  if [[ -z $verb ]]; then
    _describe verb verbs
    [[ $PREFIX == -* ]] && compadd -- -C -S --color --help --version
    return
  fi
  _svctl_behind $verb
  if [[ $PREFIX == -* ]]; then
    compadd -- ${=options}
    return
  fi
  [[ -z $words_ ]] || compadd -- ${=words_}
  [[ -z $services ]] || compadd -- ${(f)"$(svctl $tree list 2>/dev/null)"}
  [[ -z $files ]] || _files -/
}
_svctl_behind() {
  local words
  case $1 in
)sh" + cases +
           R"sh(  esac
  words_=$words
}
compdef _svctl svctl
)sh";
}

std::string fish(completed_verbs verbs) {
    std::string all = verb_list(verbs);
    std::string text =
        "# fish completion for svctl: svctl completion fish | source\n"
        "complete -c svctl -f\n"
        "function __svctl_services\n"
        "  set -l typed (commandline -opc)\n"
        "  set -l tree\n"
        "  for i in (seq 2 (count $typed))\n"
        "    contains -- $typed[$i] -C -S; and set -q typed[(math $i + 1)]; and set -a tree $typed[$i] "
        "$typed[(math $i + 1)]\n"
        "  end\n"
        "  svctl $tree list 2>/dev/null\n"
        "end\n"
        "complete -c svctl -s C -r -a '(__fish_complete_directories)' -d 'the scan directory'\n"
        "complete -c svctl -s S -r -a '(__fish_complete_directories)' -d 'the state root'\n"
        "complete -c svctl -l color -x -a 'auto always never' -d 'when to use colours'\n";
    for (const completed_verb& one : verbs) {
        std::string name(one.verb.name), behind = " -n '__fish_seen_subcommand_from " + name + "' ";
        text += "complete -c svctl -n 'not __fish_seen_subcommand_from " + all + "' -a " + name + " -d " +
                with_quotes(one.verb.help, "\\'") + "\n";
        std::string words = words_behind(one);
        if (takes_services(one)) words += std::string(words.empty() ? "" : " ") + "(__svctl_services)";
        if (one.verb.operands == operand::files) words = "(__fish_complete_directories)";
        if (!words.empty()) text += "complete -c svctl" + behind + "-a '" + words + "'\n";
        for (const std::string& option : one.syntax.options)
            text += "complete -c svctl" + behind + "-l " + option.substr(2) +
                    (option == "--mode" ? " -x -a '" + mode_list() + "'" : "") + "\n";
    }
    return text;
}
} // namespace

std::optional<std::string> completion_script(std::string_view shell, completed_verbs verbs) {
    if (shell == "bash") return bash(verbs);
    if (shell == "zsh") return zsh(verbs);
    if (shell == "fish") return fish(verbs);
    return std::nullopt;
}

} // namespace reeve::svctl
