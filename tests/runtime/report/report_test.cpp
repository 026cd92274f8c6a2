// Does a report keep what the run said, through JSON and back, and is an inconsistent one refused?
#include "runtime/report/report.h"
#include "runtime/report/summary.h"
#include "runtime/report/table.h"

#include "isa/support/error.h"

#include <gtest/gtest.h>

namespace weft::runtime {
namespace {

constexpr uint64_t kCycles = 1000;

// A share whose engines all have the same states.
Share share(uint64_t busy, uint64_t idle, uint64_t stall) {
  Share share;
  share.cycles = busy + idle + stall;
  for (const char* engine : {"sequencer", "load", "store", "matrix", "vector"}) {
    const std::string name = engine;
    share.counters[name + "_busy"] = busy;
    share.counters[name + "_idle"] = idle;
    share.counters[name + "_stall_semaphore"] = stall;
  }
  return share;
}

RunStatistics sampleStatistics() {
  RunStatistics statistics;
  statistics.device = "cycle";
  statistics.fidelity = "cycle-accurate";
  statistics.timed = true;
  statistics.cycles = kCycles;
  for (const char* engine : {"sequencer", "load", "store", "matrix", "vector"}) {
    const std::string name = engine;
    statistics.counters[name + "_busy"] = 300;
    statistics.counters[name + "_idle"] = 500;
    statistics.counters[name + "_stall_semaphore"] = 200;
  }
  statistics.counters["load_bytes_read"] = 4096;
  statistics.counters["matrix_macs"] = 100000;
  statistics.traffic = {{"dram", "load", 64, 0, 4096, 0}};
  statistics.activity = {{"dram_row_hits", 5}};
  LayerStatistics layer;
  layer.symbol = "g0";
  layer.onnxNodes = {"conv \xff\"1\"", "relu"};
  layer.mapping = "tile 8 x 8";
  layer.usefulMacs = 64000;
  layer.span.include(100, 349);
  layer.span.include(50, 120);
  layer.instructions = 7;
  layer.arrayMacs = 76800;
  layer.matrixBusy = 300;
  layer.dramBytesRead = 4096;
  statistics.layers = {layer, layer};
  statistics.prologue = share(0, 60, 0);
  statistics.layers[0].share = share(100, 240, 200);
  statistics.layers[0].share.counters["load_bytes_read"] = 4000;
  statistics.layers[0].share.counters["matrix_macs"] = 100000;
  statistics.layers[1].share = share(200, 200, 0);
  statistics.layers[1].share.counters["load_bytes_read"] = 96;
  statistics.layers[1].share.activity["dram_row_hits"] = 5;
  statistics.host = {{1, {{"softmax (Softmax)", "it computes in float32"}}}};
  statistics.crossings = {{"x", 0, true, 512}, {"y", 0, false, 32}};
  return statistics;
}

Program handWritten() {
  // A program file is not needed for what is tested here.
  return {};
}

Report sampleReport() {
  return makeReport(sampleStatistics(), handWritten(), loadMachine("edge-16"), "p.weft");
}

std::string errorOf(const std::string& json) {
  try {
    reportFromJson(json, "r.json");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t place = text.find(from);
  EXPECT_NE(place, std::string::npos) << from;
  return place == std::string::npos ? text : text.replace(place, from.size(), to);
}

TEST(Report, FiguresFollowTheirDefinitions) {
  const Report report = sampleReport();
  EXPECT_EQ(report.usefulMacs, 128000u);
  EXPECT_EQ(report.arrayMacs, 100000u);
  EXPECT_DOUBLE_EQ(report.utilisation(report.usefulMacs, report.cycles), 128000.0 / (1000.0 * 256));
  EXPECT_DOUBLE_EQ(report.seconds(), 1e-6); // 1000 cycles at 1 GHz
  EXPECT_EQ(report.layers[0].span.first, 50u);
  EXPECT_EQ(report.layers[0].span.cycles(), 300u);
  ASSERT_EQ(report.engines.size(), 5u);
  EXPECT_EQ(report.engines[3].name, "matrix");
  EXPECT_EQ(report.engines[3].stalls, (std::vector<std::pair<std::string, uint64_t>>{{"semaphore", 200}}));
}

TEST(Report, EngineCyclesMustAddUp) {
  RunStatistics statistics = sampleStatistics();
  statistics.prologue.reset();
  ++statistics.counters["vector_idle"];
  EXPECT_THROW(makeReport(statistics, handWritten(), loadMachine("edge-16"), "p.weft"), std::logic_error);
  statistics.timed = false; // without time there is nothing to add up
  EXPECT_NO_THROW(makeReport(statistics, handWritten(), loadMachine("edge-16"), "p.weft"));
}

// Takes one thing away from a share, or puts it into the wrong one.
TEST(Report, LayersMustAddUpToTheRun) {
  auto check = [](auto change) {
    RunStatistics statistics = sampleStatistics();
    change(statistics);
    return makeReport(statistics, handWritten(), loadMachine("edge-16"), "p.weft");
  };
  EXPECT_NO_THROW(check([](RunStatistics&) {}));
  EXPECT_THROW(check([](RunStatistics& s) { --s.layers[0].share.counters["load_bytes_read"]; }), std::logic_error);
  EXPECT_THROW(check([](RunStatistics& s) { s.layers[1].share.activity.clear(); }), std::logic_error);
  EXPECT_THROW(check([](RunStatistics& s) { s.layers[0].share.activity["lut_rows_loaded"] = 1; }), std::logic_error);
  EXPECT_THROW(check([](RunStatistics& s) { ++s.prologue->cycles; }), std::logic_error);
  // The counters still add up to the run's, but not to each layer's cycles.
  EXPECT_THROW(check([](RunStatistics& s) {
                 ++s.layers[0].share.counters["matrix_busy"];
                 --s.layers[1].share.counters["matrix_busy"];
               }),
               std::logic_error);
}

TEST(Report, JsonRoundTripKeepsEverything) {
  const std::string json = toJson(sampleReport());
  const Report read = reportFromJson(json, "r.json");
  EXPECT_EQ(toJson(read), json);
  EXPECT_EQ(toYaml(read.description), toYaml(loadMachine("edge-16")));
  EXPECT_EQ(read.layers[0].share.cycles, 540u);
  EXPECT_EQ(read.layers[1].share.activity.at("dram_row_hits"), 5u);
  ASSERT_EQ(read.host.size(), 1u);
  EXPECT_EQ(read.host[0].operators.at(0).reason, "it computes in float32");
  ASSERT_EQ(read.crossings.size(), 2u);
  EXPECT_TRUE(read.crossings[0].toDevice);
  EXPECT_EQ(read.crossings[1].bytes, 32u);
  ASSERT_TRUE(read.prologue);
  EXPECT_EQ(read.prologue->cycles, 60u);
}

TEST(Report, InconsistentReportsAreRefused) {
  const std::string json = toJson(sampleReport());
  EXPECT_EQ(errorOf(json), "");
  EXPECT_NE(errorOf(replaced(json, "\"busy\": 300", "\"busy\": 301")).find("add up to 1001"), std::string::npos);
  EXPECT_NE(errorOf(replaced(json, "\"first_cycle\": 50", "\"first_cycle\": 51")).find("r.json.layers[0]: 'cycles'"),
            std::string::npos);
  EXPECT_NE(errorOf(replaced(json, "weft-report/3", "weft-report/2")).find("this version reads 'weft-report/3'"),
            std::string::npos);
  EXPECT_NE(errorOf(replaced(json, "\"own_cycles\": 540", "\"own_cycles\": 541")).find("add up to 1001"),
            std::string::npos);
  EXPECT_NE(errorOf(replaced(json, "\"load_bytes_read\": 4000", "\"load_bytes_read\": 4001")).find("'load_bytes_read'"),
            std::string::npos);
  EXPECT_NE(errorOf(replaced(json, "\"banks\": 16", "\"banks\": 32")).find("'machine.hash'"), std::string::npos);
  EXPECT_NE(errorOf(replaced(json, "\"banks\": 16", "\"banks\": 17")).find("banks"), std::string::npos);
  EXPECT_NE(errorOf(replaced(json, "\"rows\": 16", "\"rows\": 0")).find("'rows' must be an integer from 1"),
            std::string::npos);
  EXPECT_NE(errorOf(replaced(json, "\"useful_macs\": 128000", "\"useful_macs\": -1")).find("'useful_macs'"),
            std::string::npos);
  EXPECT_NE(errorOf("{}").find("field 'schema' is missing"), std::string::npos);
  EXPECT_NE(errorOf("[1").find("not JSON"), std::string::npos);
}

TEST(Report, SummaryHasEveryPartAndColoursOnlyOnRequest) {
  const std::string text = summary(sampleReport(), {});
  for (const char* part : {"cycles", "utilisation", "50.0 %", "Engines", "Memory traffic", "Layers", "softmax",
                           "float32", "to the device", "512", "tile 8"})
    EXPECT_NE(text.find(part), std::string::npos) << part;
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(summary(sampleReport(), {.colour = true}).find('\x1b'), std::string::npos);
}

TEST(Table, ColumnsAlignAndLongOrHostileCellsAreTamed) {
  Table table({{"name", Table::Align::left, 8}, {"n"}});
  table.row({"a", "1"});
  table.row({"a long name", "12345"});
  table.row({"e\x1b[1m", "2"});
  table.row({"\xc3\xa9\xc3\xa9", "3"}); // two characters of two bytes
  EXPECT_EQ(table.format({}), "  name          n\n"
                              "  a             1\n"
                              "  a long..  12345\n"
                              "  e [1m         2\n"
                              "  \xc3\xa9\xc3\xa9            3\n");
}

TEST(Table, NumbersAreReadable) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(1234567), "1,234,567");
  EXPECT_EQ(percent(0.1234), "12.3 %");
  EXPECT_EQ(binaryBytes(1023), "1023 B");
  EXPECT_EQ(binaryBytes(1536), "1.5 KiB");
  EXPECT_EQ(binaryBytes(UINT64_MAX), "16.0 EiB");
}

} // namespace
} // namespace weft::runtime
