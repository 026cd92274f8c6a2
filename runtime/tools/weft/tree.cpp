#include "runtime/tools/weft/tree.h"

#include "isa/machine/machine.h"
#include "runtime/api/device.h"

#include <charconv>

namespace weft::tool {
namespace {

std::vector<std::string> valuesOf(const std::string& type) {
  std::vector<std::string> values;
  if (type == kMachineType)
    for (const BuiltinMachine& machine : builtinMachines())
      values.emplace_back(machine.name);
  if (type == kDeviceType)
    for (const runtime::DeviceKind& kind : runtime::deviceKinds())
      values.emplace_back(kind.name);
  // CLI::IsMember says "TEXT:{a,b}".
  if (const size_t open = type.find('{'); open != std::string::npos)
    values = CLI::detail::split(type.substr(open + 1, type.size() - open - 2), ',');
  return values;
}

OptionNode nodeOf(const CLI::Option& option) {
  OptionNode node;
  node.positional = option.get_positional();
  node.required = option.get_required();
  node.description = option.get_description();
  if (node.positional)
    node.names = {option.get_name(true)};
  for (const std::string& name : option.get_snames())
    node.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames())
    node.names.push_back("--" + name);
  if (option.get_type_size() > 0)
    node.type = option.get_type_name();
  node.values = valuesOf(node.type);
  return node;
}

void add(const CLI::App& app, const std::string& name, std::vector<CommandNode>& commands) {
  CommandNode& command = commands.emplace_back(CommandNode{name, app.get_description(), {}});
  for (const CLI::Option* option : app.get_options())
    if (option != app.get_help_ptr())
      command.options.push_back(nodeOf(*option));
  for (const CLI::App* child : app.get_subcommands([](const CLI::App*) { return true; }))
    add(*child, name + " " + child->get_name(), commands);
}

std::string checkValue(const std::string& type, const std::string& text) {
  if (text.empty())
    return "the value is empty";
  if (type.rfind("UINT", 0) != 0)
    return "";
  uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  const bool octal = text.size() > 1 && text[0] == '0';
  return error == std::errc() && rest == end && !octal
             ? ""
             : "'" + text + "' is not a whole number from 0 to " + std::to_string(UINT64_MAX);
}

} // namespace

std::vector<CommandNode> commandsOf(const CLI::App& app) {
  std::vector<CommandNode> commands;
  for (const CLI::App* child : app.get_subcommands([](const CLI::App*) { return true; }))
    add(*child, child->get_name(), commands);
  return commands;
}

void checkValues(CLI::App& app) {
  for (CLI::Option* option : app.get_options())
    if (option->get_type_size() > 0)
      option->check(
          CLI::Validator([type = option->get_type_name()](std::string& text) { return checkValue(type, text); }, ""));
  for (CLI::App* child : app.get_subcommands([](CLI::App*) { return true; }))
    checkValues(*child);
}

} // namespace weft::tool
