#include "rtl/sim/rtl_model.h"

#include "isa/support/error.h"
#include "rtl/sim/axi_memory.h"
#include "rtl/sim/model_library.h"
#include "rtl/sim/tracer.h"
#include "rtl/sim/wave_file.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <span>

namespace weft::rtl {

struct RtlModel::Implementation {
  Implementation(const Machine& description, CoreMemory& coreMemory, DramTimingModel& dramModel,
                 const RtlModelOptions& options)
      : machine(description), memory(coreMemory), dram(dramModel),
        library(modelLibrary(description, {options.wave.has_value(), options.assertions, options.coverage},
                             options.building)),
        model(library.create(), library.destroy), ports(*library.ports(model.get())),
        sequencerRead(
            memory.dram, timing::SEQ_BUS_BYTES,
            {ports.seq_axi_r_valid_i, ports.seq_axi_r_data_i, ports.seq_axi_r_last_i, ports.seq_axi_r_ready_o}),
        loadRead(memory.dram, machine.dma.busBytes,
                 {ports.ld_axi_r_valid_i, ports.ld_axi_r_data_i, ports.ld_axi_r_last_i, ports.ld_axi_r_ready_o}),
        sequencerWrite(memory.dram, timing::SEQ_BUS_BYTES,
                       {ports.seq_axi_w_valid_o, ports.seq_axi_w_data_o, ports.seq_axi_w_strb_o, ports.seq_axi_w_last_o,
                        ports.seq_axi_b_valid_i, ports.seq_axi_b_ready_o}),
        storeWrite(memory.dram, machine.dma.busBytes,
                   {ports.st_axi_w_valid_o, ports.st_axi_w_data_o, ports.st_axi_w_strb_o, ports.st_axi_w_last_o,
                    ports.st_axi_b_valid_i, ports.st_axi_b_ready_o}),
        tracer(machine, ports), wave(options.wave) {
    tracer.observer = options.observer;
    tracer.eventData = options.eventData;
    tracer.keepRecords = options.keepRecords;
    tracer.parts = options.parts;
    meter = options.meter;
    if (wave && !library.openWave(model.get(), waveFile.emplace(wave->file).path().c_str(), wave->comment.c_str()))
      throw Error(fmt::format("cannot write the waveform '{}'", wave->file.string()));
    reset();
  }
  ~Implementation() {
    if (wave)
      library.closeWave(model.get());
  }
  void endWave() {
    library.closeWave(model.get());
    wave.reset();
    waveFile->commit();
  }
  Implementation(const Implementation&) = delete;
  Implementation& operator=(const Implementation&) = delete;

  void eval() { library.eval(model.get()); }

  // Leaves the model in the first cycle, with its memories filled.
  void reset() {
    for (port::byte* input : {ports.clk_i, ports.seq_axi_r_valid_i, ports.seq_axi_b_valid_i, ports.ld_axi_r_valid_i,
                              ports.st_axi_b_valid_i})
      *input = 0;
    *ports.rst_ni = 1;
    eval();
    *ports.rst_ni = 0;
    eval();
    for (const Sram& sram : srams())
      std::memcpy(sram.words.data, sram.bytes.data(), sram.bytes.size());
    for (int i = 0; i < 2; ++i) {
      *ports.clk_i = 1;
      eval();
      *ports.clk_i = 0;
      eval();
    }
    *ports.rst_ni = 1;
  }

  // A memory of the design and the part of CoreMemory that it holds.
  struct Sram {
    SramWords words;
    std::span<uint8_t> bytes;
  };
  std::vector<Sram> srams() {
    std::vector<Sram> found;
    auto add = [&](const std::string& path, uint8_t* data, size_t bytes) {
      SramWords words{};
      if (!library.sram(model.get(), path.c_str(), &words))
        throw Error(fmt::format("the RTL has no memory '{}'", path));
      if (words.words * words.wordBytes != bytes)
        throw Error(fmt::format("the RTL's memory '{}' has {} words of {} bytes, {} bytes are wanted", path,
                                words.words, words.wordBytes, bytes));
      found.push_back({words, {data, bytes}});
    };
    for (uint32_t bank = 0; bank < machine.scratchpad.banks; ++bank)
      add(fmt::format("core.scratchpad.gen_bank[{}].sram.mem", bank),
          memory.scratchpad.data() + size_t{bank} * machine.bankBytes(), machine.bankBytes());
    auto* rows = reinterpret_cast<uint8_t*>(memory.accumulators.data());
    const size_t bankBytes = machine.accumulator.bytes / machine.accumulator.banks;
    for (uint32_t bank = 0; bank < machine.accumulator.banks; ++bank)
      add(fmt::format("core.accumulators.gen_bank[{}].sram.mem", bank), rows + bank * bankBytes, bankBytes);
    add("core.sequencer.u_access.u_memory.mem", memory.scalar.data(), memory.scalar.size());
    add("core.vector.u_datapath.u_lut.table_q", memory.lut.data(), memory.lut.size());
    return found;
  }

  void request(Engine engine, uint32_t pc, uint32_t address, uint32_t bytes, bool write, uint64_t answer) {
    if (answer <= cycle)
      throw Error("the DRAM model answers a request in the cycle in which it is made");
    tracer.request({cycle, EventKind::dramRequest, engine, pc, 0, address, bytes, write, answer});
    if (meter && engine != Engine::sequencer)
      meter->request(pc, address, bytes, write);
  }
  uint64_t read(Engine engine, uint32_t pc, uint32_t address, uint8_t length, uint32_t bus, ReadChannel& channel) {
    const uint32_t bytes = (uint32_t{length} + 1) * bus;
    const uint64_t ready = dram.access(cycle, address, bytes, false);
    request(engine, pc, address, bytes, false, ready);
    channel.request(ready, address, bytes);
    return ready;
  }
  uint64_t write(Engine engine, uint32_t pc, uint32_t address, uint8_t length, uint32_t bus, WriteChannel& channel) {
    const uint32_t bytes = (uint32_t{length} + 1) * bus;
    const uint64_t done = dram.access(cycle, address, bytes, true);
    request(engine, pc, address, bytes, true, done);
    channel.request(done, address, bytes);
    return done;
  }

  // The DRAM requests of this cycle, in unit order.
  void requests(uint32_t pulses) {
    const uint32_t bus = machine.dma.busBytes;
    if (pulses >> pulse::sequencerRead & 1)
      read(Engine::sequencer, *ports.seq_pc_o, *ports.seq_axi_ar_addr_o, *ports.seq_axi_ar_len_o, timing::SEQ_BUS_BYTES,
           sequencerRead);
    if (pulses >> pulse::sequencerWrite & 1)
      write(Engine::sequencer, *ports.seq_pc_o, *ports.seq_axi_aw_addr_o, *ports.seq_axi_aw_len_o,
            timing::SEQ_BUS_BYTES, sequencerWrite);
    if (pulses >> pulse::loadRequest & 1)
      read(Engine::load, *ports.ld_request_pc_o, *ports.ld_axi_ar_addr_o, *ports.ld_axi_ar_len_o, bus, loadRead);
    if (pulses >> pulse::storeRequest & 1)
      write(Engine::store, *ports.st_request_pc_o, *ports.st_axi_aw_addr_o, *ports.st_axi_aw_len_o, bus, storeWrite);
  }

  // The clock is high in the first half of a cycle.
  void dumpWave(uint64_t half) {
    if (wave && cycle >= wave->first && cycle <= wave->last)
      library.dumpWave(model.get(), (2 * cycle + half) * 500'000 / machine.clockMhz);
  }

  void step() {
    *ports.clk_i = 0;
    sequencerRead.present(cycle);
    loadRead.present(cycle);
    sequencerWrite.present(cycle);
    storeWrite.present(cycle);
    eval();
    dumpWave(1);

    const uint32_t pulses = *ports.pulses_o;
    if (pulses >> pulse::sequencerRead != 0)
      requests(pulses);
    sequencerRead.finish();
    loadRead.finish();
    sequencerWrite.finish(cycle);
    storeWrite.finish(cycle);
    tracer.beforeEdge(cycle, pulses);

    *ports.clk_i = 1;
    eval();
    ++cycle;
    dumpWave(0);
    tracer.afterEdge();
    if ((pulses >> pulse::halt & 3) != 0)
      stop();
    if (tracer.parts && (tracer.parts->due() || state != State::running))
      tracer.parts->settle({cycle, counters(), tracer.activity(), dram.counters()});
    if (const char* failure = library.failure())
      throw Error(fmt::format("an assertion of the RTL fails in cycle {}: {}", cycle - 1, failure));
  }

  CounterValues counters() const {
    CounterValues values{};
    std::memcpy(values.data(), ports.counters_o, sizeof values);
    values[counter::cycle_low] = values[counter::cycle_high] = 0; // as in the simulator: these two are the cycle number
    return values;
  }

  // A halt or a fault was announced for the cycle that is over.
  void stop() {
    if (*ports.fault_o) {
      state = State::faulted;
      fault = {static_cast<FaultCause>(*ports.fault_cause_o), static_cast<Engine>(*ports.fault_unit_o),
               *ports.fault_pc_o, *ports.fault_info_o};
    } else if (*ports.halted_o) {
      state = State::halted;
    }
  }

  const Machine& machine;
  CoreMemory& memory;
  DramTimingModel& dram;
  const Interface& library;
  std::unique_ptr<void, void (*)(void*)> model;
  const Ports& ports;
  ReadChannel sequencerRead, loadRead;
  WriteChannel sequencerWrite, storeWrite;
  Tracer tracer;
  DramMeter* meter = nullptr;
  std::optional<Wave> wave; // while it is open
  std::optional<WaveFile> waveFile;
  State state = State::running;
  uint64_t cycle = 0;
  Fault fault;
};

RtlModel::RtlModel(const Machine& machine, CoreMemory& memory, DramTimingModel& dram, const RtlModelOptions& options)
    : self_(std::make_unique<Implementation>(machine, memory, dram, options)) {}

RtlModel::~RtlModel() = default;

RtlModel::State RtlModel::state() const {
  return self_->state;
}

RtlModel::State RtlModel::run(uint64_t limit) {
  while (self_->state == State::running && self_->cycle < limit)
    self_->step();
  if (self_->wave && (self_->state != State::running || self_->cycle > self_->wave->last))
    self_->endWave();
  return self_->state;
}

void RtlModel::endWave() {
  if (self_->wave)
    self_->endWave();
}

uint64_t RtlModel::cycle() const {
  return self_->cycle;
}

uint32_t RtlModel::exitCode() const {
  return *self_->ports.exit_code_o;
}

const Fault& RtlModel::fault() const {
  return self_->fault;
}

CounterValues RtlModel::counters() const {
  return self_->counters();
}

const Activity& RtlModel::activity() const {
  return self_->tracer.activity();
}

const std::vector<InstructionRecord>& RtlModel::records() const {
  return self_->tracer.records();
}

void RtlModel::readMemories() {
  for (const Implementation::Sram& sram : self_->srams())
    std::memcpy(sram.bytes.data(), sram.words.data, sram.bytes.size());
}

void RtlModel::writeCoverage(const std::filesystem::path& file) const {
  WEFT_CHECK(self_->library.writeCoverage, "the model was made without coverage");
  self_->library.writeCoverage(file.c_str());
}

CycleResult runRtl(const Machine& machine, CoreMemory& memory, const RtlOptions& options) {
  constexpr uint64_t kQuantum = 1 << 12; // cycles between two calls of progress
  const std::unique_ptr<DramTimingModel> dram = makeDramModel(machine);
  RtlModelOptions settings;
  settings.observer = options.observer;
  settings.keepRecords = options.recordInstructions;
  settings.meter = options.meter;
  settings.wave = options.wave;
  settings.building = options.building;
  std::optional<PartSampler> parts;
  if (!options.parts.empty())
    settings.parts = &parts.emplace(options.parts);
  RtlModel model(machine, memory, *dram, settings);

  CycleResult result;
  result.status = CycleResult::Status::cycleLimit;
  const uint64_t limit = options.cycleLimit == 0 ? UINT64_MAX : options.cycleLimit;
  while (model.state() == RtlModel::State::running && model.cycle() < limit) {
    model.run(std::min(limit, model.cycle() + kQuantum));
    if (options.progress && !options.progress(model.cycle())) {
      result.status = CycleResult::Status::stopped;
      break;
    }
  }
  if (result.status == CycleResult::Status::cycleLimit)
    model.endWave();
  if (model.state() == RtlModel::State::halted) {
    result.status = CycleResult::Status::halted;
    result.exitCode = model.exitCode();
  } else if (model.state() == RtlModel::State::faulted) {
    result.status = CycleResult::Status::faulted;
    result.fault = model.fault();
  }
  model.readMemories();
  result.cycles = model.cycle();
  result.counters = model.counters();
  result.activity = model.activity();
  result.dram = dram->counters();
  result.instructions = model.records();
  if (parts)
    result.parts = parts->shares();
  return result;
}

} // namespace weft::rtl
