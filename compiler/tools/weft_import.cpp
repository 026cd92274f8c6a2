// weft-import: prints what the importer makes of an ONNX file: the graph dialect after each pass, or the network that
// comes out, or writes the network. A tool for the compiler's own tests; users have `weft compile --emit=graph`.
#include "compiler/import/import.h"
#include "compiler/transforms/passes.h"
#include "isa/support/error.h"
#include "isa/support/file.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace {

void printNetwork(const weft::net::Network& network) {
  std::map<std::string, size_t> histogram;
  for (const weft::net::Node& node : network.nodes) {
    ++histogram[node.op];
    const weft::net::Tensor& result = network.tensors[static_cast<size_t>(node.outputs[0])];
    fmt::print("{:28} {:14} {}x{}", node.op, node.name, weft::net::name(result.type), fmt::join(result.shape, "x"));
    for (const char* bound : {"clamp_lo", "clamp_hi"})
      if (node.attributes.contains(bound))
        fmt::print(" {}={}", bound, node.integer(bound, 0));
    for (const char* note : {weft::graph::kWhyHostAttribute, weft::graph::kRoundingAttribute})
      if (node.attributes.contains(note))
        fmt::print(" {}: {}", note, node.text(note, ""));
    fmt::print("\n");
  }
  for (const auto& [op, count] : histogram)
    fmt::print("count {} {}\n", op, count);
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{"Prints what the importer makes of an ONNX file"};
  std::string model, output;
  bool stages = false;
  weft::ImportOptions options;
  app.add_option("model", model, "ONNX file")->required();
  app.add_flag("--stages", stages, "print the graph dialect after each pass");
  app.add_option("--batch", options.batch, "extent of a symbolic first dimension");
  app.add_option("-o", output, "write the serialised network here");
  CLI11_PARSE(app, argc, argv);
  try {
    weft::GraphDump dump;
    if (stages)
      dump = [](std::string_view stage, std::string_view text) { fmt::print("// ----- {}\n{}\n", stage, text); };
    const weft::net::Network network = weft::importOnnx(weft::readFile(model), options, dump);
    if (!stages)
      printNetwork(network);
    if (!output.empty())
      weft::writeFile(output, weft::net::serialise(network));
  } catch (const weft::Error& error) {
    fmt::print(stderr, "weft-import: error: {}\n", error.what());
    return 1;
  }
  return 0;
}
