// write_samples FOLDER: reports and their pages for browser_test.py.
#include "isa/support/file.h"
#include "tests/runtime/report/html/sample.h"

#include <filesystem>

int main(int, char** arguments) {
  using namespace weft;
  using runtime::test::sampleReport;
  const std::filesystem::path folder = arguments[1];
  std::filesystem::create_directories(folder);
  const std::string hostile = "</script><img src=x onerror=\"document.title='broken'\"><!--";
  const std::vector<std::pair<std::string, runtime::Report>> samples = {
      {"small", sampleReport({})},
      {"slower", sampleReport({.slower = 100})},
      {"other", sampleReport({.layers = 2, .network = "other", .layerName = "dense"})},
      {"hostile", sampleReport({.network = hostile, .layerName = hostile})},
      {"large", sampleReport({.layers = 200})},
      {"cloud", sampleReport({.machine = "cloud-128"})}};
  runtime::Report untimed = samples[0].second;
  untimed.timed = false;
  untimed.cycles = 0;
  untimed.engines.clear();
  untimed.energy.reset();
  untimed.prologue.reset();
  untimed.tensors.reset();
  untimed.device = "func";
  for (runtime::LayerStatistics& layer : untimed.layers)
    layer.span = {};
  auto write = [&](const std::string& name, const std::vector<runtime::NamedReport>& reports) {
    writeFile(folder / (name + ".html"), runtime::htmlPage(reports));
  };
  for (const auto& [name, report] : samples) {
    writeFile(folder / (name + ".json"), runtime::toJson(report));
    write(name, {{name + ".json", report}});
  }
  writeFile(folder / "untimed.json", runtime::toJson(untimed));
  write("untimed", {{"untimed.json", untimed}});
  write("compare", {{"small.json", samples[0].second}, {"slower.json", samples[1].second}});
  write("machines", {{"small.json", samples[0].second}, {"cloud.json", samples[5].second}});
  write("networks", {{"small.json", samples[0].second}, {"other.json", samples[2].second}});
}
