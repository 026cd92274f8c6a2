// Random programs on simulator and RTL, as many as asked for: see --help.
#include "isa/support/error.h"
#include "isa/support/file.h"
#include "tests/rtl/cosim/coverage.h"
#include "tests/rtl/cosim/random_case.h"
#include "tests/rtl/cosim/shrink.h"
#include "tests/support/random_layout.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <csignal>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sys/wait.h>
#include <unistd.h>

namespace weft::test {
namespace {

// Programs that a process takes at a time. A finished block is a file, which is not run again.
constexpr uint64_t kBlock = 25;

std::atomic<bool> interrupted = false;

struct Options {
  std::vector<std::string> machines;
  uint64_t first = 0;
  uint64_t programs = 100;
  unsigned jobs = 1;
  std::string folder;
  std::string coverage;
  bool assertions = false;
  bool keepGoing = false;
  bool noShrink = false;
  bool listing = false;
};

cosim::RtlSettings rtlSettings(const Options& options) {
  return {options.assertions, [](const std::string& text) { fmt::print(stderr, "{}\n", text); }};
}

// What a difference is, as far as a smaller program must show the same one: the kind of event, or what else differs.
std::string signature(const cosim::CosimResult& result) {
  if (result.event) {
    const CycleEvent& event = result.event->event();
    return fmt::format("event {} {}", static_cast<int>(event.kind), static_cast<int>(event.engine));
  }
  if (!result.counters.empty())
    return "counter " + result.counters.front().name;
  if (!result.outcome.empty())
    return "outcome";
  return result.memories.empty() ? "" : "memory " + result.memories.front().memory;
}

// Text that says what differs, with the smallest program that shows it.
std::string explain(const RandomCase& test, const cosim::CosimResult& result, const Options& options) {
  std::string text = fmt::format("seed {} on {} ({}): {}", test.seed, test.machine.name,
                                 test.data ? "time and data" : "time", describeCase(test, result, options.listing));
  const auto folder = std::filesystem::path(options.folder);
  text += fmt::format("  {}\n", writeCase(test, folder / fmt::format("seed-{}", test.seed)));
  if (options.noShrink)
    return text;
  const std::string wanted = signature(result);
  RandomCase small = test;
  const ShrinkResult shrunk = shrink(test.tree, test.machine, test.options, [&](const RandomTree& tree) {
    if (interrupted)
      return false;
    RandomCase candidate = test;
    candidate.tree = tree;
    return signature(compareCase(candidate, rtlSettings(options))) == wanted;
  });
  small.tree = shrunk.tree;
  text += fmt::format("the smallest program that shows it ({} of {} parts, {} tried):\n", size(small.tree),
                      size(test.tree), shrunk.attempts);
  text += describeCase(small, compareCase(small, rtlSettings(options)), true);
  text += fmt::format("  {}\n", writeCase(small, folder / fmt::format("seed-{}-small", test.seed)));
  return text;
}

struct Totals {
  uint64_t programs = 0, differing = 0, cycles = 0, events = 0, bytes = 0, halted = 0, faulted = 0;
  std::set<std::string> configurations;
  Coverage coverage;
};

nlohmann::json toJson(const Totals& totals) {
  return {{"programs", totals.programs},
          {"differing", totals.differing},
          {"cycles", totals.cycles},
          {"events", totals.events},
          {"bytes", totals.bytes},
          {"halted", totals.halted},
          {"faulted", totals.faulted},
          {"configurations", totals.configurations},
          {"coverage", totals.coverage.counts()}};
}

void add(Totals& totals, const nlohmann::json& block) {
  totals.programs += block.at("programs").get<uint64_t>();
  totals.differing += block.at("differing").get<uint64_t>();
  totals.cycles += block.at("cycles").get<uint64_t>();
  totals.events += block.at("events").get<uint64_t>();
  totals.bytes += block.at("bytes").get<uint64_t>();
  totals.halted += block.at("halted").get<uint64_t>();
  totals.faulted += block.at("faulted").get<uint64_t>();
  for (const auto& name : block.at("configurations"))
    totals.configurations.insert(name.get<std::string>());
  totals.coverage.add(block.at("coverage").get<std::map<std::string, uint64_t>>());
}

// Seeds of a block, without those outside the campaign.
uint64_t beginOf(const Options& options, uint64_t block) {
  return std::max(options.first, block * kBlock);
}
uint64_t endOf(const Options& options, uint64_t block) {
  return std::min(options.first + options.programs, (block + 1) * kBlock);
}

std::filesystem::path blockFile(const Options& options, uint64_t block) {
  return std::filesystem::path(options.folder) /
         fmt::format("programs-{}-{}.json", beginOf(options, block), endOf(options, block) - 1);
}

// Results in the folder belong to these machines.
void checkFolder(const Options& options, const std::vector<Machine>& machines) {
  std::string description;
  for (const Machine& machine : machines)
    description += toYaml(machine);
  std::filesystem::create_directories(options.folder);
  const auto file = std::filesystem::path(options.folder) / "machines.yaml";
  if (!std::filesystem::exists(file))
    writeFile(file, std::string_view(description));
  else if (readTextFile(file) != description)
    throw Error(options.folder + " has results of other machines; name another folder");
}

// False if interrupted.
bool runBlock(const Options& options, const std::vector<Machine>& machines, uint64_t block) {
  Totals totals;
  for (uint64_t seed = beginOf(options, block); seed < endOf(options, block); ++seed) {
    if (interrupted)
      return false;
    const RandomCase test = makeCase(seed, machines[seed % machines.size()]);
    const cosim::CosimResult result = compareCase(test, rtlSettings(options));
    ++totals.programs;
    totals.cycles += result.cycles;
    totals.events += result.events;
    totals.bytes += result.bytesCompared;
    totals.halted += result.outcomes[0].state == cosim::Outcome::State::halted;
    totals.faulted += result.outcomes[0].state == cosim::Outcome::State::faulted;
    totals.configurations.insert(fmt::format("{}, {}", test.machine.name, describeDram(test.machine)));
    if (!options.coverage.empty())
      totals.coverage.add(test, result.outcomes[0]);
    if (!result.equal()) {
      ++totals.differing;
      fmt::print("{}\n", explain(test, result, options));
      std::fflush(stdout);
      if (!options.keepGoing)
        return false;
    }
  }
  writeFile(blockFile(options, block), std::string_view(toJson(totals).dump()));
  return true;
}

// Blocks are dealt out in turn.
void runWorker(const Options& options, const std::vector<Machine>& machines, unsigned worker, bool tell) {
  const uint64_t from = options.first / kBlock;
  const uint64_t to = (options.first + options.programs + kBlock - 1) / kBlock;
  for (uint64_t block = from + worker; block < to; block += options.jobs) {
    if (std::filesystem::exists(blockFile(options, block)))
      continue;
    if (!runBlock(options, machines, block))
      std::_Exit(interrupted ? 130 : 3);
    if (tell)
      fmt::print(stderr, "{} of {} programs\n", std::min(options.programs, (block + 1 - from) * kBlock),
                 options.programs);
  }
  std::_Exit(0);
}

int runCampaign(const Options& options) {
  std::vector<Machine> machines;
  for (const std::string& machine : options.machines) {
    machines.push_back(loadMachine(machine));
    if (machines.back().dram.bytes < layout::kDramBytes || machines.back().scratchpad.bytes < 16384)
      throw Error(machine + ": random programs need 1 MiB of DRAM and 16 KiB of scratchpad");
  }
  checkFolder(options, machines);
  // Before there are several processes that want the same models.
  for (const Machine& machine : machines)
    cosim::rtlFactory(
        machine, [](CoreMemory&) {}, rtlSettings(options))({});

  std::vector<pid_t> workers;
  for (unsigned worker = 0; worker < options.jobs; ++worker) {
    const pid_t pid = fork();
    if (pid < 0)
      throw Error("cannot start another process");
    if (pid == 0) {
      try {
        runWorker(options, machines, worker, worker == 0);
      } catch (const std::exception& error) {
        fmt::print(stderr, "error: {}\n", error.what());
        std::_Exit(1);
      }
    }
    workers.push_back(pid);
  }
  int worst = 0;
  for (size_t running = workers.size(); running > 0;) {
    int status = 0;
    const pid_t ended = waitpid(-1, &status, 0);
    if (ended > 0) {
      --running;
      workers.erase(std::find(workers.begin(), workers.end(), ended));
      worst = std::max(worst, WIFEXITED(status) ? WEXITSTATUS(status) : 4);
    }
    if (interrupted || worst != 0)
      for (const pid_t worker : workers)
        kill(worker, SIGINT);
  }

  Totals totals;
  const uint64_t to = (options.first + options.programs + kBlock - 1) / kBlock;
  for (uint64_t block = options.first / kBlock; block < to; ++block)
    if (std::filesystem::exists(blockFile(options, block))) {
      add(totals, nlohmann::json::parse(readTextFile(blockFile(options, block))));
    }
  if (!options.coverage.empty()) {
    fmt::print("{}", totals.coverage.table());
    writeFile(options.coverage, std::string_view(totals.coverage.json().dump(1)));
  }
  fmt::print("{} programs to their halt, {} to a fault; {} bytes of memory compared\n", totals.halted, totals.faulted,
             totals.bytes);
  if (worst == 3) { // the block of the difference is not counted
    fmt::print("stopped at a difference; {} programs before it have none\n", totals.programs - totals.differing);
    return worst;
  }
  fmt::print("{} differing {} over {} programs, {} cycles, {} events, {} configurations of {} machines\n",
             totals.differing, totals.differing == 0 ? "events" : "programs", totals.programs, totals.cycles,
             totals.events, totals.configurations.size(), machines.size());
  return worst == 0 && totals.differing > 0 ? 3 : worst;
}

int runMain(int argc, char** argv) {
  Options options;
  CLI::App app("Random programs on the cycle simulator and the RTL, compared event by event and byte by byte.",
               "weft_cosim_random");
  app.add_option("-m,--machine", options.machines, "Machines, by name or YAML file; programs take them in turn")
      ->required();
  app.add_option("-s,--seed", options.first, "Number of the first program")->capture_default_str();
  app.add_option("-n,--programs", options.programs, "How many")->capture_default_str();
  app.add_option("-j,--jobs", options.jobs, "Processes")->capture_default_str()->check(CLI::Range(1, 256));
  app.add_option("-f,--folder", options.folder,
                 "Where results and failing programs are written; what is there already is not run again")
      ->required();
  app.add_option("--coverage", options.coverage, "Count coverage, print a table and write JSON here");
  app.add_flag("--assertions", options.assertions, "Check the assertions of the design as well");
  app.add_flag("-k,--keep-going", options.keepGoing, "Go on after a difference");
  app.add_flag("--no-shrink", options.noShrink, "Do not look for a smaller program");
  app.add_flag("--listing", options.listing, "Print failing programs whole");
  app.footer("Exit code 0 if nothing differs, 3 if something does. Interrupted with Ctrl-C, the same command goes on.");
  CLI11_PARSE(app, argc, argv);
  struct sigaction action {};
  action.sa_handler = [](int) { interrupted = true; };
  sigaction(SIGINT, &action, nullptr);
  try {
    return runCampaign(options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "weft_cosim_random: error: {}\n", error.what());
    return 1;
  }
}

} // namespace
} // namespace weft::test

int main(int argc, char** argv) {
  return weft::test::runMain(argc, argv);
}
