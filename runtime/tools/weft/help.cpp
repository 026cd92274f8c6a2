// weft help: the same text as --help, or all commands as JSON.
#include "isa/support/suggest.h"
#include "runtime/report/table.h"
#include "runtime/tools/weft/command.h"
#include "runtime/tools/weft/tree.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <memory>

namespace weft::tool {
namespace {

using Json = nlohmann::ordered_json;

Json toJson(const std::vector<CommandNode>& commands) {
  Json list = Json::array();
  for (const CommandNode& command : commands) {
    Json options = Json::array();
    for (const OptionNode& option : command.options)
      options.push_back({{"names", option.names},
                         {"description", option.description},
                         {"type", option.type},
                         {"values", option.values},
                         {"positional", option.positional},
                         {"required", option.required}});
    list.push_back({{"command", command.name}, {"description", command.description}, {"options", options}});
  }
  return list;
}

const CLI::App& find(const CLI::App& app, const std::vector<std::string>& names) {
  const CLI::App* found = &app;
  for (const std::string& name : names) {
    const auto children = found->get_subcommands([](const CLI::App*) { return true; });
    const auto child = std::find_if(children.begin(), children.end(),
                                    [&](const CLI::App* candidate) { return candidate->get_name() == name; });
    if (child == children.end())
      throw CLI::ParseError(noCommand(name, *found), kUsage);
    found = *child;
  }
  return *found;
}

} // namespace

std::string noCommand(const std::string& name, const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  if (names.empty())
    return fmt::format("'weft {}' has no commands below it", app.get_name());
  return fmt::format("there is no command '{}'{}; the commands are {}", name, didYouMean(name, names),
                     fmt::join(names, ", "));
}

void addHelp(CLI::App& app, Action& action) {
  struct Options {
    std::vector<std::string> command;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("help", "Explain a command, or all of them");
  CLI::Option* which = command->add_option("command", options->command, "The command, such as 'run' or 'arch show'");
  command->add_flag("--json", options->json, "Print every command with its options as JSON")->excludes(which);
  command->footer("Examples:\n"
                  "  weft help run\n"
                  "  weft help --json | jq .[].command");
  command->callback([options, &app, &action] {
    const CLI::App& wanted = find(app, options->command);
    action = [options, &app, &wanted](const Common&) {
      // CLI::App::help() would be that of the subcommand given, `help`.
      std::string name = app.get_name();
      for (const std::string& part : options->command)
        name += " " + part;
      printText(options->json ? runtime::jsonText(toJson(commandsOf(app)))
                              : wanted.get_formatter()->make_help(&wanted, name, CLI::AppFormatMode::Normal));
      return kOk;
    };
  });
}

} // namespace weft::tool
