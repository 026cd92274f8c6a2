// Is every byte of DRAM traffic given one reason, and is a report refused whose bytes do not add up?
#include "runtime/report/dram.h"

#include "isa/support/error.h"
#include "runtime/report/report.h"
#include "runtime/report/summary.h"

#include <gtest/gtest.h>

namespace weft::runtime {
namespace {

TensorReport tensor(MapUse use, uint64_t networkBytes, const DramMoves& moves) {
  TensorReport report;
  report.range = {MapMemory::dram, use, "t", 0x80000000, 4096, networkBytes, 0, 0};
  report.layers = {{0, moves}};
  return report;
}

std::vector<uint64_t> reasonsOf(const TensorReport& report) {
  const DramReasons reasons = report.reasons();
  EXPECT_EQ(reasons.sum(), report.moves().read + report.moves().written);
  return {reasons.compulsory, reasons.padding, reasons.refetch, reasons.spill, reasons.unknown};
}

using Bytes = std::vector<uint64_t>;

TEST(DramReasons, FollowFromUseAndRepetition) {
  // read, again, written, again -> compulsory, padding, refetch, spill, unknown
  EXPECT_EQ(reasonsOf(tensor(MapUse::weights, 1000, {3072, 2048, 0, 0})), (Bytes{1000, 24, 2048, 0, 0}));
  EXPECT_EQ(reasonsOf(tensor(MapUse::input, 1000, {800, 0, 0, 0})), (Bytes{800, 0, 0, 0, 0})); // strides skip the rest
  EXPECT_EQ(reasonsOf(tensor(MapUse::output, 100, {0, 0, 160, 32})), (Bytes{100, 28, 32, 0, 0}));
  EXPECT_EQ(reasonsOf(tensor(MapUse::output, 100, {128, 16, 128, 0})), (Bytes{100, 28, 16, 112, 0})); // read back
  EXPECT_EQ(reasonsOf(tensor(MapUse::activation, 100, {192, 64, 128, 0})), (Bytes{0, 0, 64, 256, 0}));
  TensorReport unknown;
  unknown.layers = {{std::nullopt, {10, 5, 20, 5}}};
  EXPECT_EQ(reasonsOf(unknown), (Bytes{0, 0, 0, 0, 30}));
}

TEST(DramReasons, TrafficIsGatheredByTensorInTheOrderOfTheMap) {
  const std::vector<MemoryRange> map = {{MapMemory::dram, MapUse::weights, "w", 0, 64, 64, 0, 0},
                                        {MapMemory::dram, MapUse::activation, "x", 64, 64, 64, 0, 1}};
  const auto reports = tensorReports(
      {{1, 0, {0, 0, 64, 0}}, {0, 0, {64, 0, 0, 0}}, {std::nullopt, 0, {1, 0, 0, 0}}, {1, 1, {64, 0, 0, 0}}}, map);
  ASSERT_EQ(reports.size(), 3u);
  EXPECT_EQ(reports[0].range->name, "w");
  EXPECT_EQ(reports[1].layers.size(), 2u);
  EXPECT_EQ(reports[1].reasons().spill, 128u);
  EXPECT_FALSE(reports[2].range);
  EXPECT_EQ(sumOfReasons(reports).sum(), 64u + 128u + 1u);
}

RunStatistics statistics() {
  RunStatistics statistics;
  statistics.timed = true;
  statistics.counters = {{"load_bytes_read", 96},
                         {"store_bytes_written", 32},
                         {"sequencer_bytes_fetched", 256},
                         {"sequencer_bytes_read", 8}};
  statistics.activity = {{"dram_bytes_read", 360}, {"dram_bytes_written", 32}};
  LayerStatistics layer;
  layer.symbol = "g0";
  layer.dramBytesRead = 96;
  layer.dramBytesWritten = 32;
  statistics.layers = {layer};
  // A hand-written program has no memory map.
  statistics.tensorTraffic = {{{std::nullopt, 0, {96, 32, 32, 0}}}};
  return statistics;
}

Report make(const RunStatistics& statistics) {
  return makeReport(statistics, Program{}, loadMachine("edge-16"), "p.weft");
}

TEST(DramReport, BytesOfTensorsAreThoseOfTheMemory) {
  EXPECT_NO_THROW(make(statistics()));
  for (auto change :
       std::initializer_list<void (*)(RunStatistics&)>{[](RunStatistics& s) { ++s.counters["load_bytes_read"]; },
                                                       [](RunStatistics& s) { --s.counters["store_bytes_written"]; },
                                                       [](RunStatistics& s) { ++s.activity["dram_bytes_read"]; },
                                                       [](RunStatistics& s) { ++s.activity["dram_bytes_written"]; },
                                                       [](RunStatistics& s) { ++s.layers[0].dramBytesRead; },
                                                       [](RunStatistics& s) { (*s.tensorTraffic)[0].layer.reset(); }}) {
    RunStatistics wrong = statistics();
    change(wrong);
    EXPECT_THROW(make(wrong), std::logic_error);
  }
}

std::string errorOf(std::string json, const std::string& from, const std::string& to) {
  const size_t place = json.find(from);
  EXPECT_NE(place, std::string::npos) << from;
  try {
    reportFromJson(json.replace(place, from.size(), to), "r.json");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(DramReport, JsonRoundTripAndWhatIsRefused) {
  Report report = make(statistics());
  report.tensors = {tensor(MapUse::weights, 60, {96, 32, 0, 0}), tensor(MapUse::output, 32, {0, 0, 32, 0})};
  report.memoryMap = {{MapMemory::scratchpad, MapUse::inputTiles, "conv", 64, 128, 0, 0, 0}};
  report.code = {{"node: conv", 12, 3, {"80000000  ld a0, a1"}}};
  const std::string json = toJson(report);
  const Report read = reportFromJson(json, "r.json");
  EXPECT_EQ(toJson(read), json);
  EXPECT_EQ(read.memoryMap[0].use, MapUse::inputTiles);
  EXPECT_EQ(read.code[0].listing[0], "80000000  ld a0, a1");
  EXPECT_NE(
      json.find("\"by_reason\": {\n   \"compulsory\": 92,\n   \"padding\": 4,\n   \"refetch\": 32,\n   \"spill\": 0,\n"
                "   \"instructions\": 256,\n   \"scalar_data\": 8\n  }"),
      std::string::npos)
      << json;
  EXPECT_NE(
      errorOf(json, "\"refetch\": 32,\n    \"spill\"", "\"refetch\": 33,\n    \"spill\"").find("'refetch' is not"),
      std::string::npos);
  EXPECT_NE(errorOf(json, "\"read_again\": 32", "\"read_again\": 97").find("more bytes are moved again"),
            std::string::npos);
  EXPECT_NE(errorOf(json, "\"layer\": 0", "\"layer\": 1").find("'layer' must be an integer from 0 to 0"),
            std::string::npos);
  EXPECT_NE(errorOf(json, "\"use\": \"input_tiles\"", "\"use\": \"x\"").find("unknown 'use'"), std::string::npos);
  const std::string text = summary(report, {});
  EXPECT_NE(text.find("t (weights) 60 B"), std::string::npos) << text;
}

} // namespace
} // namespace weft::runtime
