#include "runtime/energy/builder.h"

#include "isa/generated/timing.h"
#include "runtime/energy/dram.h"

#include <cmath>
#include <fmt/format.h>

namespace weft::energy {
namespace {

// Widths of the datapath (rtl/README.md): operands enter the array without their zero points, 10 bits; sums have 32.
constexpr double kOperandBits = 10;
constexpr double kSumBits = 32;
constexpr double kInstructionBits = 64;
// What a queue holds of a tensor instruction: itself, four scalar registers, four patterns of 16 fields of 32 bits.
constexpr double kQueueEntryBits = kInstructionBits + 4 * 32 + 4 * 16 * 32;
// A DMA engine's record of a segment under way: addresses in DRAM and scratchpad, length, tag.
constexpr double kSegmentBits = 96;
constexpr double kSequencerBits = 32 * 32 + 16 * 16 * 32; // scalar and pattern registers

// Wide lanes of the vector engine (rtl/vector/weft_wide_lane.sv): how many for a column, and the registers that an
// element passes, without and with a special function.
constexpr double kWideLanes = 1.0 / 4;
constexpr double kFloatRowBits = 1010;
constexpr double kSpecialRowBits = 1820;
constexpr double kWideLaneBits = 2180; // of a lane
// The table of the special functions as 32-bit bitwise units: `weft area` finds its logic 0.73 times that of a full
// FMA.
constexpr double kTableUnits = 126;

// Units of one vector lane that a row or a tap uses once.
struct LaneWork {
  double adders = 0, mul8 = 0, fpMultipliers = 0, fpAdders = 0, shifters = 0, bitwise = 0, comparators = 0;
};
constexpr LaneWork kClampRound{.adders = 1, .shifters = 1, .comparators = 2};

LaneWork operator+(const LaneWork& a, const LaneWork& b) {
  return {a.adders + b.adders,     a.mul8 + b.mul8,       a.fpMultipliers + b.fpMultipliers, a.fpAdders + b.fpAdders,
          a.shifters + b.shifters, a.bitwise + b.bitwise, a.comparators + b.comparators};
}

} // namespace

ModelBuilder::ModelBuilder(const EnergyTable& table, const Machine& machine, Switching switching)
    : table_(table), machine_(machine), switching_(switching),
      scaling_(table, {static_cast<double>(machine.technology.nodeNm), machine.technology.voltageV}),
      reg_(scaling_.logic(table.reg)), adder_(scaling_.logic(table.adder)),
      multiplier_(scaling_.logic(table.multiplier)), shifter_(scaling_.logic(table.shifter)),
      bitwise_(scaling_.logic(table.bitwise)), comparator_(scaling_.logic(table.comparator)),
      fpAdder_(scaling_.logic(table.fpAdder)), fpMultiplier_(scaling_.logic(table.fpMultiplier)) {}

EnergyModel ModelBuilder::build() {
  model_.table = table_.name;
  model_.technology = scaling_.target();
  model_.clockMhz = machine_.clockMhz;
  model_.switching = switching_;
  array();
  scratchpad();
  accumulators();
  vector();
  sequencer();
  dma(); // its wires cross all of the above
  dram();
  return std::move(model_);
}

void ModelBuilder::add(const char* group, const std::string& name, double pj, const std::string& source,
                       std::vector<Term> actions, double peakPerCycle) {
  model_.components.push_back({name, group, pj, source, std::move(actions), peakPerCycle});
}

void ModelBuilder::block(const std::string& name, double um2, const std::string& source) {
  model_.area.push_back({name, um2, source, std::nullopt});
}

void ModelBuilder::standing(const char* group, const std::string& name, double mw, const std::string& source) {
  add(group, name, mw * 1e3 / machine_.clockMhz, source, {{kCycles, 1}}, 1);
}

void ModelBuilder::logicBlock(const std::string& name, double um2, double leakageUw, const std::string& source) {
  block(name, um2, source);
  standing("leakage", "leakage." + name, leakageUw * 1e-3, source);
  const ProcessingElement& element = scaling_.element();
  add("clock", "clock." + name, um2 * element.clockPj / element.areaUm2,
      "clock energy per area of a processing element: " + scaling_.elementSource(), {{kCycles, 1}}, 1);
}

SramBank ModelBuilder::memory(const std::string& name, double bytes, double banks, double rowBytes) {
  const SramBank bank = scaling_.sram(bytes / banks, rowBytes);
  const std::string source = fmt::format("{:g} x {:g} macros of {:g} B x {:g}: {}", banks, bank.macros, bank.width,
                                         bytes / banks / bank.macros / bank.width, scaling_.sramSource());
  block(name, banks * bank.areaUm2, source);
  standing("leakage", "leakage." + name, banks * bank.leakageMw, source);
  return bank;
}

// --- Array -------------------------------------------------------------------------------------------------------

// What data do, as assumed: `pitch` is an element's edge.
void ModelBuilder::operands(double pitch) {
  const ProcessingElement& element = scaling_.element();
  const double rows = machine_.array.rows, cols = machine_.array.cols;
  const double hop = (kOperandBits + kSumBits) * scaling_.wireBit(pitch);
  add("array", "array.mac", element.macPj - element.clockPj + hop,
      "multiply-accumulate with its registers, without the clock: " + scaling_.elementSource() +
          "; wires to the neighbours: " + scaling_.wireSource(),
      {{"matrix_macs", 1}}, rows * cols);
  // A weight passes the skew, goes down the column and is written twice: shadow, active.
  const double weight = kOperandBits * (reg_.pj * ((cols - 1) / 2 + 2) + scaling_.wireBit(rows * pitch));
  add("array", "array.weight_load", weight,
      "registers of skew, shadow and active weight: " + scaling_.logicSource() +
          "; column wire: " + scaling_.wireSource(),
      {{"scratchpad_weight_reads", cols}}, cols);
}

// What data do, by the bits that toggle; at the peak half of them.
void ModelBuilder::toggles(double pitch) {
  const ProcessingElement& pe = scaling_.element();
  const double rows = machine_.array.rows, cols = machine_.array.cols;
  const std::string source = "per bit that toggles: " + scaling_.switchingSource();
  const std::string wired = source + "; wire to the neighbour: " + scaling_.wireSource();
  add("array", "array.activation", pe.activationPj + scaling_.wireToggle(pitch), wired,
      {{"matrix_activation_toggles", cols}}, rows * cols * kOperandBits / 2);
  add("array", "array.product", pe.productPj, source, {{"matrix_product_toggles", 1}}, rows * cols * kOperandBits);
  add("array", "array.sum", pe.sumPj + scaling_.wireToggle(pitch), wired, {{"matrix_sum_toggles", 1}},
      rows * cols * kSumBits / 2);
  add("array", "array.weight", pe.weightPj, source, {{"matrix_weight_toggles", 1}}, cols * kOperandBits / 2);
  add("array", "array.column", scaling_.wireToggle(rows * pitch),
      "per bit of a weight that toggles on a column's wire: " + scaling_.wireSource(), {{"matrix_column_toggles", 1}},
      cols * kOperandBits / 2);
  add("array", "array.weight_load", kOperandBits * reg_.pj * (cols - 1) / 2,
      "registers of the weights' skew: " + scaling_.logicSource(), {{"scratchpad_weight_reads", cols}}, cols);
}

void ModelBuilder::array() {
  const ProcessingElement& element = scaling_.element();
  const double rows = machine_.array.rows, cols = machine_.array.cols;
  const double pitch = std::sqrt(element.areaUm2);
  switching_ == Switching::data ? toggles(pitch) : operands(pitch);
  const double skew = kOperandBits * rows * (rows - 1) / 2 + kSumBits * cols * (cols - 1) / 2;
  add("array", "array.skew_row", skew * reg_.pj,
      "registers that skew an activation row and straighten its sums: " + scaling_.logicSource(),
      {{"scratchpad_activation_reads", 1}}, 1);
  const double density = reg_.leakageUw / reg_.areaUm2; // of the processing element's leakage nothing is known
  logicBlock("array", rows * cols * element.areaUm2, rows * cols * element.areaUm2 * density,
             scaling_.elementSource() + "; leakage per area of a register: " + table_.logicSource);
  const double skewBits = skew + kOperandBits * cols * (cols - 1) / 2;
  logicBlock("array_skew", skewBits * reg_.areaUm2, skewBits * reg_.leakageUw, "registers: " + scaling_.logicSource());
}

// --- Memories ----------------------------------------------------------------------------------------------------

void ModelBuilder::scratchpad() {
  const double row = machine_.rowBytes(), rows = machine_.array.rows, cols = machine_.array.cols;
  // A line of the DMA engines may be several rows, side by side.
  const double perLine = std::max(1.0, machine_.lineBytes() / row);
  const SramBank bank = memory("scratchpad", machine_.scratchpad.bytes, machine_.scratchpad.banks * perLine, row);
  const double wire = 8 * scaling_.wireBit(std::sqrt(model_.area.back().um2) / 2); // of a byte
  const std::string source = fmt::format("macros of {:g} B: {}; half the memory's edge: {}", bank.width,
                                         scaling_.sramSource(), scaling_.wireSource());
  auto read = [&](double bytes) { return bank.read(bytes) + bytes * wire; };
  auto write = [&](double bytes) { return bank.write(bytes) + bytes * wire; };
  const char* group = "scratchpad";
  add(group, "scratchpad.activation_read", read(rows), source, {{"scratchpad_activation_reads", 1}}, 1);
  add(group, "scratchpad.weight_read", read(cols), source, {{"scratchpad_weight_reads", 1}}, 1);
  add(group, "scratchpad.vector_read", read(cols), source, {{"scratchpad_vector_reads", 1}}, 1);
  add(group, "scratchpad.vector_write", write(cols), source, {{"scratchpad_vector_writes", 1}}, 1);
  // A DMA access moves a row or, where the bus is wider, several; a shorter one is counted in full rows of its bytes.
  const bool wide = perLine > 1;
  const double beat = std::max<double>(machine_.dma.busBytes, 1);
  add(group, "scratchpad.load_write", write(row), source,
      {wide ? Term{"load_bytes_written", 1 / row} : Term{"scratchpad_load_writes", 1}}, wide ? beat / row : 1);
  add(group, "scratchpad.store_read", read(row), source,
      {wide ? Term{"store_bytes_read", 1 / row} : Term{"scratchpad_store_reads", 1}}, wide ? beat / row : 1);
}

void ModelBuilder::accumulators() {
  const double row = machine_.accumulatorRowBytes();
  const SramBank bank = memory("accumulators", machine_.accumulator.bytes, machine_.accumulator.banks, row);
  const std::string source = fmt::format("macros of {:g} B: {}", bank.width, scaling_.sramSource());
  add("accumulators", "accumulators.write", bank.write(row), source, {{"accumulator_writes", 1}}, 1);
  add("accumulators", "accumulators.read", bank.read(row), source, {{"accumulator_reads", 1}}, 1);
  add("accumulators", "accumulators.drain", bank.read(row), source, {{"accumulator_drains", 1}}, 1);
}

// --- Vector engine -----------------------------------------------------------------------------------------------

void ModelBuilder::vector() {
  const double cols = machine_.array.cols;
  const ProcessingElement& element = scaling_.element();
  auto energy = [&](const LaneWork& work) {
    return cols * (work.adders * adder_.pj + work.mul8 * element.mul8Pj + work.fpMultipliers * fpMultiplier_.pj +
                   work.fpAdders * fpAdder_.pj + work.shifters * shifter_.pj + work.bitwise * bitwise_.pj +
                   work.comparators * comparator_.pj);
  };
  const double pipeline = cols * timing::VX_PIPELINE * kSumBits * reg_.pj; // of a row, from issue to write
  const std::string source = "units of a lane: " + scaling_.logicSource();
  // isa/Tensor.td: the arithmetic of each instruction. An FMA is a multiplier and an adder; to fp32 is a shift.
  const LaneWork requantise = LaneWork{.adders = 1, .fpMultipliers = 1, .shifters = 1} + kClampRound;
  const LaneWork twoFmas = LaneWork{.fpMultipliers = 2, .fpAdders = 2, .shifters = 1} + kClampRound;
  const LaneWork convert{.shifters = 1};
  const LaneWork multiply = LaneWork{.mul8 = 1, .fpMultipliers = 1, .fpAdders = 1, .shifters = 1} + kClampRound;
  const LaneWork lookUp{.bitwise = double(timing::LUT_ENTRIES) * 8 / 32}; // the whole tree of selectors of 8 bits
  auto rows = [&](const char* op, const LaneWork& work, double peak) {
    add("vector", fmt::format("vector.{}_row", op), energy(work) + pipeline, source,
        {{fmt::format("vector_rows_{}", op), 1}}, peak);
  };
  auto taps = [&](const char* op, const LaneWork& work) {
    add("vector", fmt::format("vector.{}_tap", op), energy(work) + cols * kSumBits * reg_.pj, source,
        {{fmt::format("vector_taps_{}", op), 1}}, 0);
  };
  rows("vrq", requantise, 0);
  rows("vrqa", requantise + twoFmas, 1); // the most expensive one makes the peak
  rows("vadd", convert + twoFmas, 0);
  rows("vmul", multiply, 0);
  rows("vlut", lookUp, 0);
  rows("vmax", {.comparators = 2}, 0);
  rows("vsum", requantise, 0);
  rows("vdw", requantise, 0);
  // Wide lanes, one for 4 columns: a full FMA, with a comparison or conversion; a special function's products and sums,
  // its shifters (argument, result) and its table.
  const LaneWork wideFma{.fpMultipliers = 1, .fpAdders = 1, .shifters = 1, .comparators = 1};
  const LaneWork function{.adders = 3, .fpMultipliers = 4, .shifters = 3, .bitwise = kTableUnits};
  auto wideRows = [&](const char* name, const LaneWork& work, double bits) {
    add("vector", fmt::format("vector.{}_row", name), kWideLanes * (energy(work) + cols * bits * reg_.pj),
        "units of a wide lane: " + scaling_.logicSource(), {{fmt::format("vector_rows_{}", name), 1}}, 0);
  };
  wideRows("float", wideFma, kFloatRowBits);
  wideRows("special", wideFma + function, kSpecialRowBits);
  taps("vmax", {.comparators = 1});
  taps("vsum", {.adders = 1});
  taps("vdw", {.adders = 1, .mul8 = 1});
  add("vector", "vector.lut_load", 8 * cols * reg_.pj, source, {{"lut_rows_loaded", 1}}, 0);

  // rtl/vector/weft_lane.sv: multiplier, accumulator, scale multiplier, two FMAs, three clamps; pipeline registers.
  const Unit lane[] = {adder_,        adder_,        shifter_, shifter_, fpMultiplier_,
                       fpMultiplier_, fpMultiplier_, fpAdder_, fpAdder_};
  double um2 = element.mul8AreaUm2 + 6 * comparator_.areaUm2 + timing::VX_PIPELINE * kSumBits * reg_.areaUm2;
  double uw = timing::VX_PIPELINE * kSumBits * reg_.leakageUw;
  for (const Unit& unit : lane) {
    um2 += unit.areaUm2;
    uw += unit.leakageUw;
  }
  logicBlock("vector", cols * um2, cols * uw, source);
  // rtl/vector/weft_wide_lane.sv: the same units, once each.
  auto whole = [&](double Unit::*figure) {
    const LaneWork all = wideFma + function;
    return kWideLaneBits * (reg_.*figure) + all.fpMultipliers * (fpMultiplier_.*figure) +
           all.fpAdders * (fpAdder_.*figure) + all.adders * (adder_.*figure) + all.shifters * (shifter_.*figure) +
           all.comparators * (comparator_.*figure) + all.bitwise * (bitwise_.*figure);
  };
  logicBlock("vector_wide", kWideLanes * cols * whole(&Unit::areaUm2), kWideLanes * cols * whole(&Unit::leakageUw),
             "units of a wide lane: " + scaling_.logicSource());
  const double table = timing::LUT_ENTRIES * 8;
  const double selectors = cols * lookUp.bitwise;
  logicBlock("vector_lut", table * reg_.areaUm2 + selectors * bitwise_.areaUm2,
             table * reg_.leakageUw + selectors * bitwise_.leakageUw,
             "registers and selectors: " + scaling_.logicSource());
}

// --- Sequencer ---------------------------------------------------------------------------------------------------

void ModelBuilder::sequencer() {
  constexpr double kWord = kInstructionBits / 8;
  const std::string source = scaling_.sramSource();
  const SramBank cache = memory("icache", machine_.icache.bytes, 1, kWord);
  add("sequencer", "icache.read", cache.read(kWord), source, {{"instruction_cache_lookups", 1}}, 1);
  add("sequencer", "icache.fill", timing::ICACHE_LINE_BYTES / kWord * cache.write(kWord), source,
      {{"instruction_cache_misses", 1}}, 0);
  const SramBank data = memory("scalar_memory", machine_.scalarMemory.bytes, 1, kWord);
  add("sequencer", "scalar_memory.read", data.read(kWord), source, {{"scalar_memory_reads", 1}}, 0);
  add("sequencer", "scalar_memory.write", data.write(kWord), source, {{"scalar_memory_writes", 1}}, 0);
  // Instruction register, two operands, a result, the adder.
  add("sequencer", "sequencer.instruction", (kInstructionBits + 3 * 32) * reg_.pj + adder_.pj,
      "registers and adder: " + scaling_.logicSource(), {{"sequencer_instructions", 1}}, 1);
  std::vector<Term> dispatched;
  double entries = 0;
  for (const char* engine : {"load", "store", "matrix", "vector"})
    dispatched.push_back({fmt::format("{}_instructions", engine), 1});
  for (uint32_t size : {machine_.queues.load, machine_.queues.store, machine_.queues.matrix, machine_.queues.vector})
    entries += size;
  add("sequencer", "sequencer.dispatch", kQueueEntryBits * reg_.pj, "a queue's entry: " + scaling_.logicSource(),
      std::move(dispatched), 0);
  const double bits = kSequencerBits + entries * kQueueEntryBits;
  logicBlock("sequencer", bits * reg_.areaUm2 + adder_.areaUm2 + shifter_.areaUm2 + multiplier_.areaUm2,
             bits * reg_.leakageUw + adder_.leakageUw + shifter_.leakageUw + multiplier_.leakageUw,
             "registers, queues, adder, shifter, multiplier: " + scaling_.logicSource());
}

// --- DMA and DRAM ------------------------------------------------------------------------------------------------

void ModelBuilder::dma() {
  const double bus = machine_.dma.busBytes, bits = 8 * bus;
  const double distance = std::sqrt(model_.areaUm2()) / 2;
  // Registers at both ends.
  const double registers = bits * 2 * reg_.pj, wire = bits * scaling_.wireBit(distance);
  const std::string length = fmt::format("half the core's edge, {:.2f} mm: {}", distance * 1e-3, scaling_.wireSource());
  const std::string source = fmt::format("two registers: {}; {}", scaling_.logicSource(), length);
  const double peak = std::min(1.0, dramEnergy(table_, machine_).peakBytesPerNs * 1e3 / machine_.clockMhz / bus);
  auto beats = [&](const char* engine, const char* bytes, double atPeak) {
    const bool data = switching_ == Switching::data;
    add("dma", fmt::format("{}.beat", engine), registers + (data ? 0 : wire),
        data ? "two registers: " + scaling_.logicSource() : source, {{bytes, 1 / bus}}, atPeak);
    if (data)
      add("dma", fmt::format("{}.wire", engine), scaling_.wireToggle(distance), "per bit that toggles: " + length,
          {{fmt::format("{}_beat_toggles", engine), 1}}, atPeak * bits / 2);
  };
  beats("load", "load_bytes_read", peak);
  beats("store", "store_bytes_written", 0); // the peak's traffic is reads
  add("dma", "sequencer.beat", timing::SEQ_BUS_BYTES / bus * (registers + wire), source,
      {{"sequencer_bytes_read", 1.0 / timing::SEQ_BUS_BYTES},
       {"sequencer_bytes_written", 1.0 / timing::SEQ_BUS_BYTES},
       {"sequencer_bytes_fetched", 1.0 / timing::SEQ_BUS_BYTES}},
      0);
  const double stateBits = 2 * (8.0 * machine_.lineBytes() + 2 * bits) +
                           kSegmentBits * (machine_.dma.loadOutstanding + machine_.dma.storeOutstanding);
  logicBlock("dma", stateBits * reg_.areaUm2, stateBits * reg_.leakageUw,
             "registers of lines, beats and segments: " + scaling_.logicSource());
}

void ModelBuilder::dram() {
  const DramEnergy energy = dramEnergy(table_, machine_);
  const std::string& source = dramDevice(table_, machine_).source;
  const bool counted = machine_.dram.model == DramModel::detailed;
  const std::string streamed =
      counted ? source : source + "; the ideal model has no rows: one activation for each row's bytes";
  const double bursts = energy.peakBytesPerNs * 1e3 / machine_.clockMhz / energy.burstBytes;
  auto bytes = [](const char* direction, double each) {
    return Term{fmt::format("dram_bytes_{}", direction), 1 / each};
  };
  add("dram", "dram.activate", energy.activatePj, streamed,
      counted ? std::vector<Term>{{"dram_activates", 1}}
              : std::vector<Term>{bytes("read", energy.rowBytes), bytes("written", energy.rowBytes)},
      bursts * energy.burstBytes / energy.rowBytes);
  add("dram", "dram.read", energy.readPj, source,
      {counted ? Term{"dram_read_bursts", 1} : bytes("read", energy.burstBytes)}, bursts);
  add("dram", "dram.write", energy.writePj, source,
      {counted ? Term{"dram_write_bursts", 1} : bytes("written", energy.burstBytes)}, 0);
  const double perCycle = energy.refreshNs > 0 ? energy.channels * 1e3 / machine_.clockMhz / energy.refreshNs : 0;
  add("dram", "dram.refresh", energy.refreshPj, source, {counted ? Term{"dram_refreshes", 1} : Term{kCycles, perCycle}},
      perCycle);
  standing("dram", "dram.background", energy.channels * energy.backgroundMw, source);
}

} // namespace weft::energy
