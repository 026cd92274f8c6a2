#include "tests/rtl/cosim/coverage.h"

#include "isa/semantics/dataflow.h"
#include "isa/semantics/operands.h"
#include "isa/semantics/tensor.h"
#include "simulator/cycle/core_model.h"
#include "tests/support/opcodes.h"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <set>

namespace weft::test {
namespace {

// --- Shapes --------------------------------------------------------------------------------------------------------

// A feature of the operands and the values that it can have.
struct Feature {
  const char* name;
  std::vector<std::string> values;
};

bool isWindow(Opcode op) {
  return operands::usage(op).taps;
}

bool readsB(Opcode op) {
  return operands::usage(op).scratchpadB;
}

// Whether operand A or B may lie where the result does.
bool inPlace(Opcode op) {
  const operands::Usage use = operands::usage(op);
  return use.scratchpadA && !use.taps;
}

bool hasFloatRows(Opcode op) {
  return operands::usage(op).floatRows;
}

bool hasFlag(Opcode op, uint32_t flag) {
  return (operands::flags(op) & flag) != 0;
}

// Whether the configuration names element types.
bool namesTypes(Opcode op) {
  return !elementTypes(op, slot::result).empty();
}

std::vector<Feature> ownFeatures(Opcode op) {
  const Feature strides{"strides", {"one", "positive", "zero", "negative"}};
  const Feature dimensions{"dimensions", {"0", "1", "2", "3", "4"}};
  const Feature types{"types", {"uu", "us", "su", "ss"}};
  switch (info(op).engine) {
  case Engine::load:
  case Engine::store: {
    std::vector<Feature> result = {{"bytes", {"1", "bus", "burst", "more"}},
                                   {"dimensions", {"0", "1", "2", "3"}},
                                   {"dram", {"aligned", "unaligned"}},
                                   {"scratchpad", {"aligned", "unaligned"}},
                                   {"relative", {"aligned", "unaligned"}},
                                   {"far", {"one", "positive", "zero", "negative", "overlapping"}},
                                   {"near", {"one", "positive", "zero", "negative", "overlapping"}}};
    if (op == Opcode::LD)
      result.push_back({"window", {"none", "partial", "fill"}});
    return result;
  }
  case Engine::matrix:
    return {{"rows", {"1", "few", "many"}}, {"steps", {"1", "many"}}, dimensions, strides, types};
  case Engine::vector:
  case Engine::sequencer:
    break;
  }
  if (operands::usage(op).tableLoad)
    return {{"table", {"any"}}};
  std::vector<Feature> result = {{"rows", {"1", "few", "many"}}, dimensions, strides};
  if (op == Opcode::VMOVF)
    result.push_back({"types", {"ff", "fs", "sf", "ss"}});
  else if (namesTypes(op) && !hasFloatRows(op)) {
    result.push_back(types);
    result.push_back({"result", {"u", "s"}});
  }
  if (isWindow(op))
    result.push_back({"taps", {"1", "many"}});
  if (inPlace(op))
    result.push_back({"place", {"same", "other"}});
  if (hasFlag(op, flag::lut))
    result.push_back({"lut", {"no", "yes"}});
  if (hasFlag(op, flag::exchange))
    result.push_back({"addends", {"inner", "outer"}});
  return result;
}

// All features of an instruction.
std::vector<Feature> features(Opcode op) {
  std::vector<Feature> result = ownFeatures(op);
  result.push_back({"reach", {"inside", "end"}});
  return result;
}

uint32_t countOf(const PatternRegister& walk, size_t k) {
  return walk.field[field::count0 + k];
}

std::string strideClass(const PatternRegister& counts, const PatternRegister& walk, size_t first, uint32_t length) {
  bool one = true, zero = false, negative = false, overlapping = false;
  for (size_t k = first; k < 4; ++k) {
    if (countOf(counts, k) <= 1)
      continue;
    one = false;
    const int32_t stride = walk.signedField(static_cast<int>(field::stride0 + k));
    zero = zero || stride == 0;
    negative = negative || stride < 0;
    overlapping = overlapping || (stride > 0 && static_cast<uint32_t>(stride) < length);
  }
  return one ? "one" : zero ? "zero" : negative ? "negative" : overlapping ? "overlapping" : "positive";
}

std::string dimensionClass(const PatternRegister& counts, size_t first) {
  int dimensions = 0;
  for (size_t k = first; k < 4; ++k)
    dimensions += countOf(counts, k) > 1;
  return std::to_string(dimensions);
}

uint64_t pointsOf(const PatternRegister& walk) {
  uint64_t points = 1;
  for (size_t k = 0; k < 4; ++k)
    points *= countOf(walk, k);
  return points;
}

std::string rowClass(uint64_t rows, uint64_t few) {
  return rows == 1 ? "1" : rows <= few ? "few" : "many";
}

std::string typeClass(const PatternRegister& config) {
  const uint32_t types = config.field[config::types];
  return std::string((types >> slot::a & 15) == operands::s8 ? "s" : "u") +
         ((types >> slot::b & 15) == operands::s8 ? "s" : "u");
}

const char* alignment(bool aligned) {
  return aligned ? "aligned" : "unaligned";
}

// Address (accumulators: row) behind the last one of a memory.
int64_t endOf(Space space, const Machine& machine) {
  switch (space) {
  case Space::dram:
    return int64_t{kDramBase} + static_cast<int64_t>(machine.dram.bytes);
  case Space::accumulator:
    return machine.accumulatorRows();
  case Space::scratchpad:
    return machine.scratchpad.bytes;
  case Space::lut:
    break;
  }
  return -1;
}

// Whether an operand touches the last byte or row of its memory.
bool reachesEnd(const TensorOp& op, const Machine& machine) {
  const std::vector<Region> regions = footprint(op, machine);
  return std::any_of(regions.begin(), regions.end(),
                     [&](const Region& region) { return region.highest() == endOf(region.space, machine); });
}

// "bytes=burst", ...
std::vector<std::string> shapes(const TensorOp& op, const Machine& machine) {
  std::vector<std::string> result;
  auto add = [&](const char* name, const std::string& value) { result.push_back(fmt::format("{}={}", name, value)); };
  const Opcode code = op.instruction.op;
  if (!checkOperands(op, machine) && !checkAddresses(op, machine))
    add("reach", reachesEnd(op, machine) ? "end" : "inside");
  switch (info(code).engine) {
  case Engine::load:
  case Engine::store: {
    const uint32_t bytes = countOf(op.pA, 0);
    add("bytes", bytes == 1                        ? "1"
                 : bytes <= machine.dma.busBytes   ? "bus"
                 : bytes <= machine.dma.burstBytes ? "burst"
                                                   : "more");
    add("dimensions", dimensionClass(op.pA, 1));
    add("dram", alignment(op.a % machine.dma.busBytes == 0));
    add("scratchpad", alignment(op.b % machine.lineBytes() == 0));
    add("relative", alignment((op.a - op.b) % machine.dma.busBytes == 0));
    add("far", strideClass(op.pA, op.pA, 1, bytes));
    add("near", strideClass(op.pA, op.pB, 1, bytes));
    if (code == Opcode::LD) {
      const auto& f = op.pA.field;
      const bool all =
          f[field::lo0] == 0 && f[field::hi0] >= bytes && f[field::lo1] == 0 && f[field::hi1] >= countOf(op.pA, 1);
      const bool none = f[field::lo0] >= std::min(bytes, f[field::hi0]) ||
                        f[field::lo1] >= std::min(countOf(op.pA, 1), f[field::hi1]);
      add("window", all ? "none" : none ? "fill" : "partial");
    }
    return result;
  }
  case Engine::matrix:
    add("rows", rowClass(pointsOf(op.pA), machine.array.rows));
    add("steps", pointsOf(op.pB) == 1 ? "1" : "many");
    add("dimensions", dimensionClass(op.pA, 0));
    add("strides", strideClass(op.pA, op.pA, 0, 0));
    add("types", typeClass(op.pD));
    return result;
  case Engine::vector:
  case Engine::sequencer:
    break;
  }
  if (operands::usage(code).tableLoad) {
    add("table", "any");
    return result;
  }
  add("rows", rowClass(pointsOf(op.pC), hasFloatRows(code) ? timing::VX_FLOAT_PIPELINE : timing::VX_PIPELINE));
  add("dimensions", dimensionClass(op.pC, 0));
  add("strides", strideClass(op.pC, op.pC, 0, 0));
  const uint32_t types = op.pD.field[config::types];
  if (code == Opcode::VMOVF)
    add("types", std::string((types >> slot::a & 15) == operands::s32 ? "s" : "f") +
                     ((types >> slot::result & 15) == operands::s32 ? "s" : "f"));
  else if (namesTypes(code) && !hasFloatRows(code)) {
    add("types", typeClass(op.pD));
    add("result", (types >> slot::result & 15) == operands::s8 ? "s" : "u");
  }
  if (isWindow(code))
    add("taps", pointsOf(op.pB) == 1 ? "1" : "many");
  if (inPlace(code))
    add("place", op.a == op.c || (readsB(code) && op.b == op.c) ? "same" : "other");
  if (hasFlag(code, flag::lut))
    add("lut", (types & flag::lut) != 0 ? "yes" : "no");
  if (hasFlag(code, flag::exchange))
    add("addends", (types & flag::exchange) != 0 ? "outer" : "inner");
  return result;
}

// --- What holds instructions up ------------------------------------------------------------------------------------

struct Stall {
  const char* name;
  int counter;
};

// Of an engine: what can hold up an instruction that has started.
std::vector<Stall> stallsOf(Engine engine) {
  switch (engine) {
  case Engine::load:
    return {{"bank", counter::load_stall_bank}, {"dram", counter::load_stall_dram}};
  case Engine::store:
    return {{"bank", counter::store_stall_bank}, {"dram", counter::store_stall_dram}};
  case Engine::matrix: // a bank never holds it up: its activations go before everybody, and its weights wait for those
                       // only
    return {{"weights", counter::matrix_stall_weights}};
  case Engine::vector:
  case Engine::sequencer:
    break;
  }
  return {{"bank", counter::vector_stall_bank}};
}

int semaphoreStall(Engine engine) {
  constexpr int numbers[] = {0, counter::load_stall_semaphore, counter::store_stall_semaphore,
                             counter::matrix_stall_semaphore, counter::vector_stall_semaphore};
  return numbers[static_cast<size_t>(engine)];
}

std::vector<std::string> causes(Engine engine) {
  std::vector<std::string> result = {"queue", "semaphore"};
  if (engine != Engine::store) // a store always waits for its write
    result.insert(result.begin(), "none");
  for (const Stall& stall : stallsOf(engine))
    result.push_back(stall.name);
  return result;
}

// The cycles in which something happened, in order.
class Cycles {
public:
  void add(uint64_t cycle) { cycles_.push_back(cycle); }
  // Whether one lies in [first, last].
  bool any(uint64_t first, uint64_t last) const {
    const auto it = std::lower_bound(cycles_.begin(), cycles_.end(), first);
    return it != cycles_.end() && *it <= last;
  }

private:
  std::vector<uint64_t> cycles_;
};

// Whether the first row of a matrix instruction is the last one of the instruction before, written in the cycle before.
// Seen where it has one step, all of whose rows follow each other.
bool forwards(const TensorOp& before, const InstructionRecord& first, const TensorOp& op,
              const InstructionRecord& second) {
  const uint64_t rows = pointsOf(op.pA);
  return op.instruction.op == Opcode::MMA && pointsOf(op.pB) == 1 && first.retire != kNever &&
         second.retire != kNever && op.c == before.c + pointsOf(before.pA) - 1 && second.retire == first.retire + rows;
}

// Collects instructions in the order of their dispatch.
class Collector final : public DataflowClient {
public:
  explicit Collector(size_t wanted) : wanted_(wanted) {}
  std::optional<Fault> execute(Engine, const TensorOp&) override { return std::nullopt; }
  void dispatched(Engine, const TensorOp& op) override {
    if (ops.size() < wanted_)
      ops.push_back(op);
  }
  bool proceed(uint64_t) override { return ops.size() < wanted_; }
  std::vector<TensorOp> ops;

private:
  size_t wanted_;
};

constexpr const char* kUnalignedStore = "fault store address, a request within a beat";
constexpr const char* kMisalignedUnmapped = "fault sequencer misaligned, and unmapped";
constexpr const char* kForwarding = "mma adds to a row in the cycle after its last write";

// Further bins of a fault.
std::vector<std::string> detailsOf(const Fault& fault, const Machine& machine) {
  const auto at = static_cast<int64_t>(fault.information);
  const bool inMemory =
      (at >= int64_t{kDramBase} && at < endOf(Space::dram, machine)) ||
      (at >= int64_t{kScalarMemoryBase} && at < int64_t{kScalarMemoryBase} + machine.scalarMemory.bytes);
  std::vector<std::string> result;
  if (fault.engine == Engine::sequencer && fault.cause == FaultCause::misaligned && !inMemory)
    result.push_back(kMisalignedUnmapped);
  if (fault.cause != FaultCause::address)
    return result;
  const std::vector<int64_t> ends =
      fault.engine == Engine::sequencer
          ? std::vector<int64_t>{int64_t{kScalarMemoryBase} + machine.scalarMemory.bytes, endOf(Space::dram, machine)}
          : std::vector<int64_t>{endOf(Space::dram, machine), endOf(Space::scratchpad, machine),
                                 endOf(Space::accumulator, machine)};
  if (std::find(ends.begin(), ends.end(), at) != ends.end())
    result.push_back(fmt::format("fault {} address, the first behind the end", engineName(fault.engine)));
  if (fault.engine == Engine::store && at >= int64_t{kDramBase} && at % machine.dma.busBytes != 0)
    result.push_back(kUnalignedStore);
  return result;
}

std::vector<std::string> faults() {
  std::vector<std::string> result;
  auto add = [&](Engine engine, std::initializer_list<FaultCause> list) {
    for (FaultCause cause : list)
      result.push_back(fmt::format("fault {} {}", engineName(engine), name(cause)));
  };
  add(Engine::sequencer,
      {FaultCause::illegalInstruction, FaultCause::unimplemented, FaultCause::misaligned, FaultCause::address,
       FaultCause::semaphoreOverflow, FaultCause::deadlock, FaultCause::software});
  for (Engine engine : {Engine::load, Engine::store})
    add(engine, {FaultCause::badOperand, FaultCause::address, FaultCause::semaphoreOverflow});
  for (Engine engine : {Engine::matrix, Engine::vector})
    add(engine, {FaultCause::unimplemented, FaultCause::badOperand, FaultCause::misaligned, FaultCause::address,
                 FaultCause::semaphoreOverflow});
  for (Engine engine : {Engine::sequencer, Engine::load, Engine::store, Engine::matrix, Engine::vector})
    result.push_back(fmt::format("fault {} address, the first behind the end", engineName(engine)));
  result.push_back(kUnalignedStore);
  result.push_back(kMisalignedUnmapped);
  return result;
}

std::vector<Opcode> builtInstructions(bool tensor) {
  std::vector<Opcode> result;
  for (int code = 0; code < 256; ++code) {
    const auto op = static_cast<Opcode>(code);
    if (isOpcode(static_cast<uint8_t>(code)) && info(op).built && (info(op).engine != Engine::sequencer) == tensor)
      result.push_back(op);
  }
  return result;
}

} // namespace

Coverage::Coverage() {
  for (Opcode op : builtInstructions(true))
    for (const Feature& feature : features(op))
      for (const std::string& value : feature.values)
        for (const std::string& cause : causes(info(op).engine))
          counts_[fmt::format("{} {}={} {}", info(op).mnemonic, feature.name, value, cause)] = 0;
  for (Opcode op : builtInstructions(false))
    counts_[fmt::format("scalar {}", info(op).mnemonic)] = 0;
  for (const std::string& fault : faults())
    counts_[fault] = 0;
  counts_[kForwarding] = 0;
}

void Coverage::add(const std::map<std::string, uint64_t>& counts) {
  for (const auto& [bin, count] : counts)
    if (const auto it = counts_.find(bin); it != counts_.end())
      it->second += count;
}

void Coverage::add(const RandomCase& test, const cosim::Outcome& outcome) {
  auto hit = [&](const std::string& bin) {
    if (const auto it = counts_.find(bin); it != counts_.end())
      ++it->second;
  };
  const ProgramBuilder program = buildProgram(test.tree, test.machine, test.options);
  for (const Instruction& in : program.instructions())
    if (isOpcode(static_cast<uint8_t>(in.op)) && info(in.op).engine == Engine::sequencer)
      hit(fmt::format("scalar {}", info(in.op).mnemonic));
  if (outcome.state == cosim::Outcome::State::faulted) {
    hit(fmt::format("fault {} {}", engineName(outcome.fault.engine), name(outcome.fault.cause)));
    for (const std::string& bin : detailsOf(outcome.fault, test.machine))
      hit(bin);
  }

  // Cycle by cycle, watching what counts stalls.
  const cosim::ImageLoader load = imageOf(test);
  CoreMemory memory(test.machine);
  load(memory);
  const auto dram = makeDramModel(test.machine);
  CoreModelOptions options;
  options.keepRecords = true;
  options.computeData = test.data;
  CoreModel model(test.machine, memory, *dram, options);
  std::map<int, Cycles> stalled; // by counter
  std::set<size_t> queued;       // instructions that had to wait for their queue
  std::vector<int> watched = {counter::sequencer_stall_queue};
  for (Engine engine : {Engine::load, Engine::store, Engine::matrix, Engine::vector}) {
    watched.push_back(semaphoreStall(engine));
    for (const Stall& stall : stallsOf(engine))
      watched.push_back(stall.counter);
  }
  CounterValues before{};
  for (uint64_t cycle = 0; cycle < outcome.cycles; ++cycle) {
    const size_t dispatched = model.records().size();
    model.run(cycle + 1);
    const CounterValues& after = model.counters();
    for (int number : watched)
      if (after[static_cast<size_t>(number)] != before[static_cast<size_t>(number)])
        stalled[number].add(cycle);
    if (after[counter::sequencer_stall_queue] != before[counter::sequencer_stall_queue])
      queued.insert(dispatched);
    before = after;
  }

  CoreMemory image(test.machine);
  load(image);
  Collector collector(model.records().size());
  DataflowOptions dataflow;
  dataflow.proceedInterval = 1024;
  dataflow.instructionLimit = 1'000'000;
  runDataflow(test.machine, image, dataflow, collector);
  std::optional<size_t> accumulation; // the matrix instruction before
  for (size_t i = 0; i < collector.ops.size(); ++i) {
    const InstructionRecord& record = model.records()[i];
    const TensorOp& op = collector.ops[i];
    if (record.pc != op.pc) // it depends on time: counters were read
      break;
    if (record.start == kNever)
      continue;
    if (record.engine == Engine::matrix) {
      if (accumulation && forwards(collector.ops[*accumulation], model.records()[*accumulation], op, record))
        hit(kForwarding);
      accumulation = i;
    }
    std::vector<std::string> seen;
    if (queued.contains(i))
      seen.push_back("queue");
    if (stalled[semaphoreStall(record.engine)].any(record.dispatch + 1, record.start - 1))
      seen.push_back("semaphore");
    for (const Stall& stall : stallsOf(record.engine))
      if (stalled[stall.counter].any(record.start, record.retire))
        seen.push_back(stall.name);
    if (seen.empty())
      seen.push_back("none");
    for (const std::string& shape : shapes(op, test.machine))
      for (const std::string& cause : seen)
        hit(fmt::format("{} {} {}", info(op.instruction.op).mnemonic, shape, cause));
  }
}

std::string Coverage::table() const {
  static const std::vector<std::string> columns = {"none", "queue", "semaphore", "bank", "dram", "weights"};
  std::string text = fmt::format("{:<30}", "instruction and shape");
  for (const std::string& column : columns)
    text += fmt::format("{:>11}", column);
  text += "\n";
  std::vector<std::string> unreached;
  for (const auto& [bin, count] : counts_)
    if (count == 0)
      unreached.push_back(bin);
  for (Opcode op : builtInstructions(true))
    for (const Feature& feature : features(op))
      for (const std::string& value : feature.values) {
        const std::string row = fmt::format("{} {}={}", info(op).mnemonic, feature.name, value);
        text += fmt::format("{:<30}", row);
        for (const std::string& column : columns) {
          const auto it = counts_.find(row + " " + column);
          text += it == counts_.end() ? fmt::format("{:>11}", "-") : fmt::format("{:>11}", it->second);
        }
        text += "\n";
      }
  for (const auto& [bin, count] : counts_)
    if (bin.starts_with("scalar ") || bin.starts_with("fault ") || bin == kForwarding)
      text += fmt::format("{:<52}{:>11}\n", bin, count);
  text += fmt::format("{} of {} bins reached", counts_.size() - unreached.size(), counts_.size());
  text += unreached.empty() ? "\n" : "; not reached:\n";
  for (const std::string& bin : unreached)
    text += fmt::format("  {}\n", bin);
  return text;
}

nlohmann::json Coverage::json() const {
  std::vector<std::string> unreached;
  for (const auto& [bin, count] : counts_)
    if (count == 0)
      unreached.push_back(bin);
  return {{"schema", "weft-cosim-coverage/1"}, {"bins", counts_}, {"unreached", unreached}};
}

std::string describeDram(const Machine& machine) {
  if (machine.dram.model == DramModel::ideal)
    return fmt::format("ideal {} ns {} MB/s at {} MHz", machine.dram.latencyNs, machine.dram.bandwidthMbS,
                       machine.clockMhz);
  return fmt::format("detailed {} x{} at {} MHz", name(machine.dram.preset), machine.dram.channels, machine.clockMhz);
}

} // namespace weft::test
