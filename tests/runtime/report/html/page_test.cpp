// Does the page hold what the report says, whatever the names are? What scripts make of it is browser_test.py's matter.
#include "tests/runtime/report/html/sample.h"

#include <algorithm>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sstream>

namespace weft::runtime {
namespace {

using test::Sample;
using test::sampleReport;
using Json = nlohmann::ordered_json;

constexpr std::string_view kBegin = "<script type=\"application/json\" id=\"reports\">";

// What a browser takes as the content of the element: everything up to the first end tag.
std::string embedded(const std::string& page) {
  const size_t begin = page.find(kBegin);
  EXPECT_NE(begin, std::string::npos);
  const size_t end = page.find("</script", begin);
  EXPECT_NE(end, std::string::npos);
  return page.substr(begin + kBegin.size(), end - begin - kBegin.size());
}

TEST(ReportPage, HoldsTheReportsAsTheyAre) {
  const Report first = sampleReport({});
  const Report second = sampleReport({.slower = 100});
  const Json items = Json::parse(embedded(htmlPage({{"a.json", first}, {"b.json", second}})));
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(items[0]["file"], "a.json");
  EXPECT_EQ(items[1]["file"], "b.json");
  EXPECT_EQ(items[0]["report"], Json::parse(toJson(first)));
  EXPECT_EQ(items[1]["report"], Json::parse(toJson(second)));
  EXPECT_NE(items[0]["report"], items[1]["report"]);
}

TEST(ReportPage, HoldsTheReasons) {
  const Json items = Json::parse(embedded(htmlPage({{"a.json", sampleReport({}), {"the array", {"conv", "pool"}}}})));
  EXPECT_EQ(items[0]["why"], (Json{{"network", "the array"}, {"layers", {"conv", "pool"}}}));
}

TEST(ReportPage, RoofIsThatOfTheMachine) {
  Report report = sampleReport({});
  const Json ideal = Json::parse(embedded(htmlPage({{"a.json", report}})))[0]["peak"];
  EXPECT_EQ(ideal["macs_per_cycle"], 256);
  EXPECT_DOUBLE_EQ(ideal["dram_bytes_per_cycle"], 16.0); // 16 GB/s at 1 GHz
  EXPECT_EQ(ideal["bus_bytes_per_cycle"], 16);
  report.description.dram.model = DramModel::detailed;
  report.description.dram.preset = DramPreset::ddr4_2400;
  report.description.dram.channels = 2;
  const Json detailed = Json::parse(embedded(htmlPage({{"a.json", report}})))[0]["peak"];
  EXPECT_DOUBLE_EQ(detailed["dram_bytes_per_cycle"], 38.4); // 2 channels of 64 bits at 2400 MT/s
}

TEST(ReportPage, NamesCannotLeaveTheData) {
  for (const std::string name : {"</script><script>alert(1)</script>", "<!-- <script>", "\"]}]\\", "a\xff\xc0z",
                                 "\xe2\x80\xa8 & &lt; \n\t", "@REPORTS@ @SCRIPT@"}) {
    const Report report = sampleReport({.network = name, .layerName = name});
    const std::string page = htmlPage({{name, report}});
    const std::string data = embedded(page);
    EXPECT_EQ(data.find('<'), std::string::npos) << name;
    const Json items = Json::parse(data);
    EXPECT_EQ(items[0]["report"], Json::parse(toJson(report))) << name;
    const bool utf8 = name[0] != 'a'; // travels unchanged
    EXPECT_EQ(items[0]["report"]["layers"][0]["onnx_nodes"][0], utf8 ? name + "_0" : "a\xef\xbf\xbd\xef\xbf\xbdz_0");
  }
}

TEST(ReportPage, NeedsNothingFromOutside) {
  const std::string page = htmlPage({{"a.json", sampleReport({})}});
  EXPECT_NE(page.find("default-src 'none'"), std::string::npos);
  for (const char* outside : {"src=", "@import", "url(", "fetch(", "XMLHttpRequest", "<link", "import("})
    EXPECT_EQ(page.find(outside), std::string::npos) << outside;
  for (const char* left : {"@STYLE@", "@SCRIPT@", "@REPORTS@"})
    EXPECT_EQ(page.find(left), std::string::npos) << left;
}

TEST(ReportPage, TwoHundredLayersStaySmall) {
  const std::string page = htmlPage({{"a.json", sampleReport({.layers = 200})}});
  EXPECT_LT(page.size(), 5u << 20);
  EXPECT_EQ(Json::parse(embedded(page))[0]["report"]["layers"].size(), 200u);
}

TEST(LayersCsv, TextIsNoFormula) {
  Report report;
  for (const char* name : {"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "a=1"})
    report.layers.emplace_back().symbol = name;
  const std::string text = layersCsv({{"r.json", report}});
  for (const char* cell : {",'=1+1,", ",'+1,", ",'-1,", ",'@SUM(A1),", ",'\t=1,", ",a=1,"})
    EXPECT_NE(text.find(cell), std::string::npos) << cell;
}

TEST(LayersCsv, HasAllFiguresOfAllReports) {
  const Report timed = sampleReport({.layerName = "a \"b\",c"});
  Report untimed;
  untimed.device = "func";
  untimed.layers.emplace_back().symbol = "g0";
  std::istringstream text(layersCsv({{"a.json", timed}, {"b.json", untimed}}));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) {
    ASSERT_TRUE(line.ends_with('\r'));
    lines.push_back(line);
  }
  ASSERT_EQ(lines.size(), 6u);
  EXPECT_TRUE(lines[0].starts_with("report,network,machine,device,fidelity,layer,function,onnx_nodes,mapping,"));
  EXPECT_NE(lines[0].find(",matrix_busy,matrix_stall_semaphore,matrix_idle,"), std::string::npos);
  EXPECT_NE(lines[0].find(",pj:array.mac,"), std::string::npos);
  EXPECT_TRUE(lines[0].ends_with(",version,commit,date,command,machine_hash,program_hash,seed\r")) << lines[0];
  EXPECT_TRUE(lines[1].starts_with("a.json,net,edge-16,cycle,cycle-accurate simulation with data,,(prologue),,,,,,"));
  const LayerStatistics& layer = timed.layers[0];
  EXPECT_TRUE(
      lines[2].starts_with("a.json,net,edge-16,cycle,cycle-accurate simulation with data,0,g000,"
                           "\"a \"\"b\"\",c_0 + relu\",\"contraction: tile 4 x 8, weights resident\",40,839,800,800,"))
      << lines[2];
  const std::string macs = "," + std::to_string(layer.usefulMacs) + "," + std::to_string(layer.arrayMacs) + ",";
  EXPECT_NE(lines[2].find(macs), std::string::npos) << lines[2];
  EXPECT_NE(lines[0].find(",dram_bytes_written,dram_refetch,dram_spill,"), std::string::npos);
  const uint64_t read = layer.dramBytesRead; // sample.cpp: a quarter of it again; what is written is an activation
  const std::string bytes = fmt::format(",{},4096,{},4096,", read, read / 4);
  EXPECT_NE(lines[2].find(bytes), std::string::npos) << lines[2];
  // A report without time leaves empty what it does not know.
  EXPECT_TRUE(lines[5].starts_with("b.json,,,func,,0,g0,,,,,,,0,,,,,,,,,")) << lines[5];
  const auto commas = [](const std::string& line) { return std::count(line.begin(), line.end(), ','); };
  EXPECT_EQ(commas(lines[0]), commas(lines[5]));
}

} // namespace
} // namespace weft::runtime
