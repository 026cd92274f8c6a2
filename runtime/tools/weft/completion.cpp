// weft completion: scripts for shells, made of the commands and options that there are.
#include "runtime/tools/weft/command.h"
#include "runtime/tools/weft/tree.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <memory>

namespace weft::tool {
namespace {

// What can follow the words "weft <name>": nested commands and options.
std::vector<std::string> wordsAfter(const std::vector<CommandNode>& commands, const CommandNode& command) {
  std::vector<std::string> words;
  for (const CommandNode& other : commands)
    if (other.name.starts_with(command.name + " "))
      words.push_back(other.name.substr(command.name.size() + 1));
  for (const OptionNode& option : command.options)
    for (const std::string& word : option.positional ? option.values : option.names)
      words.push_back(word);
  words.push_back("--help");
  return words;
}

std::vector<std::string> topLevel(const std::vector<CommandNode>& commands) {
  std::vector<std::string> words;
  for (const CommandNode& command : commands)
    if (command.name.find(' ') == std::string::npos)
      words.push_back(command.name);
  return words;
}

// Longer names first: "arch show" before "arch".
std::vector<CommandNode> nestedFirst(std::vector<CommandNode> commands) {
  std::stable_sort(commands.begin(), commands.end(),
                   [](const auto& a, const auto& b) { return a.name.size() > b.name.size(); });
  return commands;
}

// zsh runs it through bashcompinit.
std::string bash(const std::vector<CommandNode>& commands) {
  std::string text = "_weft() {\n"
                     "  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
                     "  local words=\"${COMP_WORDS[*]:1:COMP_CWORD-1} \" values\n"
                     "  case $words in\n";
  for (const CommandNode& command : nestedFirst(commands)) {
    text += fmt::format("  '{} '*)\n    case $previous in\n", command.name);
    for (const OptionNode& option : command.options)
      if (!option.positional && !option.type.empty()) // without values: files
        text += fmt::format("    {}) values='{}';;\n", fmt::join(option.names, "|"), fmt::join(option.values, " "));
    text += fmt::format("    *) values='{}';;\n    esac;;\n", fmt::join(wordsAfter(commands, command), " "));
  }
  return text + fmt::format("  *) values='{} --help --version';;\n"
                            "  esac\n"
                            "  COMPREPLY=($(compgen -W \"$values\" -- \"$word\"))\n"
                            "}}\n"
                            "complete -o default -F _weft weft\n",
                            fmt::join(topLevel(commands), " "));
}

std::string zsh(const std::vector<CommandNode>& commands) {
  return "#compdef weft\nautoload -U +X bashcompinit && bashcompinit\n" + bash(commands);
}

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (char c : text)
    result += c == '\'' ? "\\'" : std::string(1, c);
  return result + "'";
}

std::string fish(const std::vector<CommandNode>& commands) {
  std::string text;
  for (const CommandNode& command : commands) {
    const size_t space = command.name.find(' ');
    const std::string parent = command.name.substr(0, space);
    text += space == std::string::npos
                ? fmt::format("complete -c weft -n __fish_use_subcommand -a {} -d {}\n", command.name,
                              quoted(command.description))
                : fmt::format("complete -c weft -n '__fish_seen_subcommand_from {}' -a {} -d {}\n", parent,
                              command.name.substr(space + 1), quoted(command.description));
    const std::string seen = command.name.substr(space == std::string::npos ? 0 : space + 1);
    for (const OptionNode& option : command.options) {
      if (option.positional && option.values.empty())
        continue;
      text += fmt::format("complete -c weft -n '__fish_seen_subcommand_from {}'", seen);
      for (const std::string& name : option.names)
        if (!option.positional)
          text +=
              name.starts_with("--") ? fmt::format(" -l {}", name.substr(2)) : fmt::format(" -s {}", name.substr(1));
      if (!option.type.empty() && !option.positional)
        text += " -r";
      if (!option.values.empty())
        text += fmt::format(" -a '{}'", fmt::join(option.values, " "));
      text += fmt::format(" -d {}\n", quoted(option.description));
    }
  }
  return text;
}

} // namespace

void addCompletion(CLI::App& app, Action& action) {
  auto shell = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("completion", "Print the script that completes weft's words in a shell");
  command->add_option("shell", *shell, "bash, zsh or fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->footer("Examples:\n"
                  "  source <(weft completion bash)\n"
                  "  weft completion zsh > ~/.zfunc/_weft\n"
                  "  weft completion fish > ~/.config/fish/completions/weft.fish");
  command->callback([shell, &app, &action] {
    action = [shell, &app](const Common&) {
      const std::vector<CommandNode> commands = commandsOf(app);
      printText(*shell == "bash" ? bash(commands) : *shell == "zsh" ? zsh(commands) : fish(commands));
      return kOk;
    };
  });
}

} // namespace weft::tool
