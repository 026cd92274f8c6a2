#include "simulator/trace/trace.h"

#include "isa/generated/instructions.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace weft {

namespace {

constexpr uint64_t kMostSamples = 200'000; // of the counters, before the window doubles
constexpr int kProcess = 1;
constexpr int kPhaseTrack = 1;            // above the engines'
constexpr uint64_t kTaken = ~uint64_t{0}; // a lane
constexpr size_t kLanes = 100;            // thread numbers of an engine
constexpr size_t kWaitLane = kLanes - 1;  // the last of them, below its instructions

int thread(Engine engine, size_t lane) {
  return static_cast<int>(static_cast<size_t>(engine) * kLanes + lane);
}

std::string jsonString(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace

TraceWriter::TraceWriter(const std::filesystem::path& path, const Machine& machine, TraceOptions options)
    : file_(path), clockMhz_(machine.clockMhz), options_(std::move(options)), phase_(options_.phases.size()) {
  nlohmann::ordered_json about = {{"machine", machine.name}, {"clock_mhz", machine.clockMhz}};
  for (const auto& [name, value] : options_.metadata)
    about[name] = value;
  file_.write(fmt::format("{{\"displayTimeUnit\":\"ns\",\"otherData\":{},\"traceEvents\":[\n",
                          about.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)));
  file_.write(fmt::format(R"({{"ph":"M","pid":{},"tid":0,"name":"process_name","args":{{"name":{}}}}})", kProcess,
                          jsonString(machine.name)));
  nameTrack(thread(Engine::sequencer, 0), engineName(Engine::sequencer));
  if (!options_.phases.empty())
    nameTrack(kPhaseTrack, "layers");
}

void TraceWriter::line(const std::string& json) {
  file_.write(",\n");
  file_.write(json);
}

uint64_t TraceWriter::picoseconds(uint64_t cycle) const {
  return static_cast<uint64_t>(std::llround(static_cast<double>(cycle) * 1e6 / clockMhz_));
}

// Viewers take a slice's end as the sum of two such numbers: they are multiples of one unit, so that neighbours meet.
std::string TraceWriter::microseconds(uint64_t picoseconds) const {
  return fmt::format("{}.{:06}", picoseconds / 1'000'000, picoseconds % 1'000'000);
}

const TraceLabel& TraceWriter::labelOf(uint32_t pc) {
  auto [at, isNew] = labels_.try_emplace(pc);
  if (isNew && options_.label)
    at->second = options_.label(pc);
  if (isNew && at->second.mnemonic.empty())
    at->second.mnemonic = fmt::format("{:#010x}", pc);
  return at->second;
}

// The first track of the engine on which nothing is drawn; slices of one track must not overlap.
size_t TraceWriter::openLane(Engine engine, uint64_t cycle) {
  std::vector<uint64_t>& lanes = lanes_[static_cast<size_t>(engine)];
  for (size_t i = 0; i < lanes.size(); ++i)
    if (lanes[i] <= cycle) {
      lanes[i] = kTaken;
      return i;
    }
  size_t lane = lanes.size();
  lanes.push_back(kTaken);
  nameTrack(thread(engine, lane),
            lane == 0 ? engineName(engine) : fmt::format("{} ({})", engineName(engine), lane + 1));
  return lane;
}

void TraceWriter::nameTrack(int track, const std::string& name) {
  line(fmt::format(R"({{"ph":"M","pid":{},"tid":{},"name":"thread_name","args":{{"name":{}}}}})", kProcess, track,
                   jsonString(name)));
  line(fmt::format(R"({{"ph":"M","pid":{},"tid":{},"name":"thread_sort_index","args":{{"sort_index":{}}}}})", kProcess,
                   track, track));
}

// --- Phases ------------------------------------------------------------------------------------------------------

void TraceWriter::enterPhase(uint32_t pc, uint64_t cycle) {
  auto within = [&](size_t i) { return options_.phases[i].code.first <= pc && pc < options_.phases[i].code.end; };
  if (phase_ < options_.phases.size() && within(phase_))
    return;
  for (size_t i = 0; i < options_.phases.size(); ++i) {
    if (!within(i))
      continue;
    endPhase(cycle);
    phase_ = i;
    phaseStart_ = cycle;
    for (const auto& [track, series] : options_.phases[i].counters)
      line(fmt::format(R"({{"ph":"C","pid":{},"tid":0,"ts":{},"name":{},"args":{}}})", kProcess, time(cycle),
                       jsonString(track), nlohmann::json(series).dump()));
    return;
  }
}

void TraceWriter::endPhase(uint64_t cycle) {
  if (phase_ == options_.phases.size())
    return;
  line(fmt::format(R"({{"ph":"X","pid":{},"tid":{},"ts":{},"dur":{},"name":{}}})", kProcess, kPhaseTrack,
                   time(phaseStart_), microseconds(picoseconds(cycle) - picoseconds(phaseStart_)),
                   jsonString(options_.phases[phase_].name)));
}

// --- Slices and flows --------------------------------------------------------------------------------------------

bool TraceWriter::slice(const CycleEvent& retire, const Flight& flight) {
  if (slices_ >= options_.maxSlices) {
    ++omitted_;
    return false;
  }
  ++slices_;
  const TraceLabel& label = labelOf(retire.pc);
  std::string node = label.node.empty() ? "" : fmt::format(",\"node\":{}", jsonString(label.node));
  if (!label.tensor.empty())
    node += fmt::format(",\"tensor\":{}", jsonString(label.tensor));
  line(fmt::format(R"({{"ph":"X","pid":{},"tid":{},"ts":{},"dur":{},"name":{},"args":{{"pc":"{:#010x}"{},)"
                   R"("start":{},"retire":{},"dispatch":{},"queued":{}}}}})",
                   kProcess, thread(retire.engine, flight.lane), time(flight.start),
                   microseconds(picoseconds(retire.cycle + 1) - picoseconds(flight.start)), jsonString(label.mnemonic),
                   retire.pc, node, flight.start, retire.cycle, flight.dispatch, flight.start - flight.dispatch));
  return true;
}

// A stall: the engine had nothing to do but this instruction, which waited for a semaphore.
void TraceWriter::waited(const CycleEvent& start, const Flight& flight) {
  const auto engine = static_cast<size_t>(start.engine);
  const uint64_t from = std::max(free_[engine], flight.dispatch + 1);
  if (from >= start.cycle || slices_ >= options_.maxSlices)
    return;
  const int track = thread(start.engine, kWaitLane);
  if (!std::exchange(hasWaits_[engine], true))
    nameTrack(track, fmt::format("{} stalls", engineName(start.engine)));
  const TraceLabel& label = labelOf(start.pc);
  line(fmt::format(R"({{"ph":"X","pid":{},"tid":{},"ts":{},"dur":{},"name":"semaphore","cat":"stall",)"
                   R"("args":{{"pc":"{:#010x}","for":{}}}}})",
                   kProcess, track, time(from), microseconds(picoseconds(start.cycle) - picoseconds(from)), start.pc,
                   jsonString(label.mnemonic)));
}

void TraceWriter::nameTensor(const CycleEvent& request) {
  labelOf(request.pc);
  TraceLabel& label = labels_.at(request.pc);
  if (options_.tensor && label.tensor.empty() && request.engine != Engine::sequencer)
    label.tensor = options_.tensor(request.pc, request.address);
}

// Each end lies within its slice and is bound to it.
void TraceWriter::flow(const SemaphoreFlows::End& from, const SemaphoreFlows::End& to) {
  const uint64_t id = ++flowCount_;
  line(fmt::format(R"({{"ph":"s","pid":{},"tid":{},"ts":{},"id":{},"cat":"data","name":"data"}})", kProcess,
                   thread(from.engine, from.lane), time(from.cycle), id));
  line(fmt::format(R"({{"ph":"f","bp":"e","pid":{},"tid":{},"ts":{},"id":{},"cat":"data","name":"data"}})", kProcess,
                   thread(to.engine, to.lane), time(to.cycle), id));
}

void TraceWriter::dispatch(const CycleEvent& event) {
  sample(event.cycle);
  enterPhase(event.pc, event.cycle);
  flights_[event.instruction].dispatch = event.cycle;
  const auto engine = static_cast<size_t>(event.engine);
  window_.waiting[engine] = std::max(window_.waiting[engine], ++waiting_[engine]);
}

void TraceWriter::start(const CycleEvent& event) {
  sample(event.cycle);
  --waiting_[static_cast<size_t>(event.engine)];
  Flight& flight = flights_[event.instruction];
  flight.start = event.cycle;
  flight.lane = openLane(event.engine, event.cycle);
  if (underWay_[static_cast<size_t>(event.engine)]++ == 0)
    waited(event, flight);
  flight.sources = flows_.wait(labelOf(event.pc).instruction, event.engine);
}

void TraceWriter::retire(const CycleEvent& event) {
  auto at = flights_.find(event.instruction);
  if (at == flights_.end())
    return;
  const Flight& flight = at->second;
  const bool drawn = slice(event, flight);
  for (const SemaphoreFlows::End& source : flight.sources)
    if (drawn && source.drawn)
      flow(source, {event.engine, flight.lane, flight.start, true});
  flows_.signal(labelOf(event.pc).instruction, {event.engine, flight.lane, event.cycle, drawn});
  const auto engine = static_cast<size_t>(event.engine);
  lanes_[engine][flight.lane] = event.cycle + 1;
  if (--underWay_[engine] == 0)
    free_[engine] = event.cycle + 1;
  flights_.erase(at);
}

// --- Sampled counters --------------------------------------------------------------------------------------------

void TraceWriter::writeSample() {
  if (window_.bytes != last_.bytes) {
    const double perByte = clockMhz_ / 1000.0 / static_cast<double>(options_.window);
    line(fmt::format(R"({{"ph":"C","pid":{},"tid":0,"ts":{},"name":"DRAM GB/s","args":{{"read":{:.4f},)"
                     R"("write":{:.4f}}}}})",
                     kProcess, time(windowStart_), static_cast<double>(window_.bytes[0]) * perByte,
                     static_cast<double>(window_.bytes[1]) * perByte));
  }
  if (window_.waiting != last_.waiting) {
    nlohmann::ordered_json series;
    for (Engine engine : {Engine::load, Engine::matrix, Engine::vector, Engine::store})
      series[engineName(engine)] = window_.waiting[static_cast<size_t>(engine)];
    line(fmt::format(R"({{"ph":"C","pid":{},"tid":0,"ts":{},"name":"queued instructions","args":{}}})", kProcess,
                     time(windowStart_), series.dump()));
  }
  ++samples_;
  last_ = window_;
}

// Ends all windows before `cycle`. A sample is written when a value changes.
void TraceWriter::sample(uint64_t cycle) {
  while (cycle >= windowStart_ + options_.window) {
    if (window_ != last_)
      writeSample();
    window_ = {{}, waiting_};
    windowStart_ += options_.window;
    if (window_ == last_) // nothing happened: go to the window of `cycle`
      windowStart_ += (cycle - windowStart_) / options_.window * options_.window;
    if (samples_ >= kMostSamples) {
      samples_ = 0;
      options_.window *= 2;
      last_.bytes = {last_.bytes[0] * 2, last_.bytes[1] * 2};
    }
  }
}

void TraceWriter::restart(uint64_t cycles) {
  sample(cycles);
  endPhase(cycles);
  phase_ = options_.phases.size();
  flights_.clear();
  flows_ = {};
  waiting_ = underWay_ = {};
  free_.fill(cycles);
  restarted_ = cycles;
}

void TraceWriter::event(const CycleEvent& ofRun) {
  CycleEvent event = ofRun;
  event.cycle += restarted_;
  switch (event.kind) {
  case EventKind::dispatch:
    dispatch(event);
    break;
  case EventKind::start:
    start(event);
    break;
  case EventKind::retire:
    retire(event);
    break;
  case EventKind::dramRequest:
    sample(event.cycle);
    window_.bytes[event.write ? 1 : 0] += event.bytes;
    nameTensor(event);
    break;
  case EventKind::beat:
    break;
  case EventKind::fault:
  case EventKind::halt:
    line(fmt::format(R"({{"ph":"i","s":"p","pid":{},"tid":{},"ts":{},"name":"{}","args":{{"pc":"{:#010x}"}}}})",
                     kProcess, thread(event.engine, 0), time(event.cycle),
                     event.kind == EventKind::halt ? "halt" : "fault", event.pc));
    break;
  }
}

void TraceWriter::finish(uint64_t cycles) {
  waiting_ = {};
  sample(cycles + options_.window);
  endPhase(cycles);
  line(fmt::format(R"({{"ph":"M","pid":{},"tid":0,"name":"process_labels","args":{{"labels":"{} cycles{}"}}}})",
                   kProcess, cycles, omitted_ == 0 ? "" : fmt::format(", {} later instructions left out", omitted_)));
  file_.write("\n]}\n");
  file_.commit();
}

} // namespace weft
