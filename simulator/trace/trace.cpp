#include "simulator/trace/trace.h"

#include "isa/generated/instructions.h"
#include "isa/support/error.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace weft {

namespace {

constexpr uint64_t kMostSamples = 200'000; // of the bandwidth, before the window doubles
constexpr int kProcess = 1;
constexpr uint64_t kTaken = ~uint64_t{0}; // a lane
constexpr size_t kLanes = 100;            // thread numbers of an engine

int thread(Engine engine, size_t lane) {
  return static_cast<int>(static_cast<size_t>(engine) * kLanes + lane);
}

std::string jsonString(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace

TraceWriter::TraceWriter(const std::filesystem::path& path, const Machine& machine, TraceOptions options)
    : path_(path), temporary_(path), clockMhz_(machine.clockMhz), options_(std::move(options)) {
  temporary_ += fmt::format(".{}.tmp", getpid());
  file_ = std::fopen(temporary_.c_str(), "wb");
  if (!file_)
    throw Error(fmt::format("cannot write trace file '{}': {}", path_.string(), std::strerror(errno)));
  std::string header = fmt::format("{{\"displayTimeUnit\":\"ns\",\"otherData\":{{\"machine\":{},\"clock_mhz\":{}}},"
                                   "\"traceEvents\":[\n",
                                   jsonString(machine.name), machine.clockMhz);
  failed_ = std::fwrite(header.data(), 1, header.size(), file_) != header.size();
  std::string process = fmt::format(R"({{"ph":"M","pid":{},"tid":0,"name":"process_name","args":{{"name":{}}}}})",
                                    kProcess, jsonString(machine.name));
  failed_ = failed_ || std::fwrite(process.data(), 1, process.size(), file_) != process.size();
}

TraceWriter::~TraceWriter() {
  if (!file_)
    return;
  std::fclose(file_);
  std::error_code ignored;
  std::filesystem::remove(temporary_, ignored);
}

void TraceWriter::line(const std::string& json) {
  failed_ =
      failed_ || std::fwrite(",\n", 1, 2, file_) != 2 || std::fwrite(json.data(), 1, json.size(), file_) != json.size();
}

double TraceWriter::microseconds(uint64_t cycle) const {
  return static_cast<double>(cycle) / clockMhz_;
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
  std::string name = lane == 0 ? engineName(engine) : fmt::format("{} ({})", engineName(engine), lane + 1);
  line(fmt::format(R"({{"ph":"M","pid":{},"tid":{},"name":"thread_name","args":{{"name":{}}}}})", kProcess,
                   thread(engine, lane), jsonString(name)));
  line(fmt::format(R"({{"ph":"M","pid":{},"tid":{},"name":"thread_sort_index","args":{{"sort_index":{}}}}})", kProcess,
                   thread(engine, lane), thread(engine, lane)));
  return lane;
}

void TraceWriter::slice(const CycleEvent& retire, const Flight& flight) {
  if (slices_ >= options_.maxSlices) {
    ++omitted_;
    return;
  }
  ++slices_;
  const TraceLabel& label = labelOf(retire.pc);
  std::string node = label.node.empty() ? "" : fmt::format(",\"node\":{}", jsonString(label.node));
  line(fmt::format(R"({{"ph":"X","pid":{},"tid":{},"ts":{:.6f},"dur":{:.6f},"name":{},"args":{{"pc":"{:#010x}"{},)"
                   R"("start":{},"retire":{},"dispatch":{},"queued":{}}}}})",
                   kProcess, thread(retire.engine, flight.lane), microseconds(flight.start),
                   microseconds(retire.cycle + 1 - flight.start), jsonString(label.mnemonic), retire.pc, node,
                   flight.start, retire.cycle, flight.dispatch, flight.start - flight.dispatch));
}

// Ends all windows before `cycle`. A sample is written when the value changes.
void TraceWriter::sampleBandwidth(uint64_t cycle) {
  while (cycle >= windowStart_ + options_.bandwidthWindow) {
    if (windowBytes_ != lastBytes_) {
      double perByte = clockMhz_ / 1000.0 / static_cast<double>(options_.bandwidthWindow);
      line(fmt::format(R"({{"ph":"C","pid":{},"tid":0,"ts":{:.6f},"name":"DRAM GB/s","args":{{"read":{:.4f},)"
                       R"("write":{:.4f}}}}})",
                       kProcess, microseconds(windowStart_), static_cast<double>(windowBytes_[0]) * perByte,
                       static_cast<double>(windowBytes_[1]) * perByte));
      ++samples_;
      lastBytes_ = windowBytes_;
    }
    windowBytes_ = {};
    windowStart_ += options_.bandwidthWindow;
    if (lastBytes_[0] == 0 && lastBytes_[1] == 0) // nothing moved: go to the window of `cycle`
      windowStart_ += (cycle - windowStart_) / options_.bandwidthWindow * options_.bandwidthWindow;
    if (samples_ >= kMostSamples) {
      samples_ = 0;
      options_.bandwidthWindow *= 2;
      lastBytes_ = {lastBytes_[0] * 2, lastBytes_[1] * 2};
    }
  }
}

void TraceWriter::event(const CycleEvent& event) {
  switch (event.kind) {
  case EventKind::dispatch:
    flights_[event.instruction].dispatch = event.cycle;
    break;
  case EventKind::start: {
    Flight& flight = flights_[event.instruction];
    flight.start = event.cycle;
    flight.lane = openLane(event.engine, event.cycle);
    break;
  }
  case EventKind::retire: {
    auto flight = flights_.find(event.instruction);
    if (flight == flights_.end())
      break;
    slice(event, flight->second);
    lanes_[static_cast<size_t>(event.engine)][flight->second.lane] = event.cycle + 1;
    flights_.erase(flight);
    break;
  }
  case EventKind::dramRequest:
    sampleBandwidth(event.cycle);
    windowBytes_[event.write ? 1 : 0] += event.bytes;
    break;
  case EventKind::beat:
    break;
  case EventKind::fault:
  case EventKind::halt:
    line(fmt::format(R"({{"ph":"i","s":"p","pid":{},"tid":{},"ts":{:.6f},"name":"{}","args":{{"pc":"{:#010x}"}}}})",
                     kProcess, thread(event.engine, 0), microseconds(event.cycle),
                     event.kind == EventKind::halt ? "halt" : "fault", event.pc));
    break;
  }
}

void TraceWriter::finish(uint64_t cycles) {
  WEFT_CHECK(file_, "a trace is finished once");
  sampleBandwidth(cycles + options_.bandwidthWindow);
  line(fmt::format(R"({{"ph":"M","pid":{},"tid":0,"name":"process_labels","args":{{"labels":"{} cycles{}"}}}})",
                   kProcess, cycles, omitted_ == 0 ? "" : fmt::format(", {} later instructions left out", omitted_)));
  failed_ = failed_ || std::fwrite("\n]}\n", 1, 4, file_) != 4;
  failed_ = std::fclose(file_) != 0 || failed_;
  file_ = nullptr;
  std::error_code error;
  if (!failed_)
    std::filesystem::rename(temporary_, path_, error);
  if (failed_ || error) {
    std::error_code ignored;
    std::filesystem::remove(temporary_, ignored);
    throw Error(fmt::format("cannot write trace file '{}': {}", path_.string(),
                            error ? error.message() : std::string("the disk may be full")));
  }
}

} // namespace weft
