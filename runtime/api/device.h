// The runtime in one header: open a device, load a program, run it.
//
//   auto device = openDevice("cycle", loadMachine("edge-16"));
//   auto program = device->load(readProgram("net.weft"));
//   RunResult result = program->run({{"input", tensor}});
//
// Devices: `ref` executes the network on the host in plain C++ (the oracle: no accelerator, no time), `func` executes
// the program's instructions without time, `cycle` with the exact cycle of everything, `rtl` simulates the hardware
// itself. All give the same bits, `cycle` and `rtl` the same cycles.
#pragma once

#include "isa/machine/machine.h"
#include "isa/program/program.h"
#include "runtime/api/provenance.h"
#include "runtime/api/statistics.h"
#include "runtime/tensor/tensor.h"

#include <atomic>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weft::runtime {

// A tensor that a program wants or gives.
struct TensorInfo {
  std::string name;
  net::DType type = net::DType::f32;
  net::Shape shape;
};

// A waveform of the cycles [first, last] in the FST format.
struct WaveOptions {
  std::filesystem::path file;
  uint64_t first = 0;
  uint64_t last = UINT64_MAX;
};

// What a kind of device can do, beside computing the outputs.
struct DeviceKind {
  std::string_view name;
  std::string_view purpose; // in a few words
  bool machine = true;      // is built for one; false: runs programs for any
  bool time = false;        // counts cycles, and so energy
  bool trace = false;       // writes timelines
  bool waveforms = false;
  bool races = false; // looks for them
  bool data = false;  // counts what the data do
};

struct RunOptions {
  // Stop with an error when two accesses of engines overlap without a semaphore between them.
  bool detectRaces = false;
  // Count what the data do: operands that are zero, toggles of the array and of the buses.
  bool countData = false;
  // Write a timeline in Chrome's trace format (Perfetto reads it) to this file; empty: none.
  std::filesystem::path trace;
  // Write a waveform.
  std::optional<WaveOptions> wave;
  // Goes into trace and waveform.
  Provenance provenance;
  // Stop with a ProgramError when the program has not ended after so many cycles, without time (func): instructions of
  // the sequencer. 0: no limit. Refused by `ref`.
  uint64_t maxCycles = 0;
  // Called now and then from the running thread with what is being done and the part of it that is done, in [0, 1]
  // (negative if unknown).
  std::function<void(const std::string& stage, double fraction)> progress;
  // Looked at now and then; true ends the run with the exception Cancelled.
  const std::atomic<bool>* cancel = nullptr;
};

struct RunResult {
  HostTensors outputs;
  RunStatistics statistics;
};

// The run was ended by RunOptions::cancel.
class Cancelled : public std::runtime_error {
public:
  Cancelled() : std::runtime_error("cancelled") {}
};

// A program on a device. Runs do not share state: each starts from the program file's memory image.
class LoadedProgram {
public:
  virtual ~LoadedProgram() = default;
  LoadedProgram(const LoadedProgram&) = delete;
  LoadedProgram& operator=(const LoadedProgram&) = delete;

  const Program& program() const { return *program_; }
  const DeviceKind& kind() const { return kind_; }
  // In the order of the network, or of a hand-written program's declarations.
  const std::vector<TensorInfo>& inputs() const { return inputs_; }
  const std::vector<TensorInfo>& outputs() const { return outputs_; }

  // Runs on these inputs: exactly inputs() by name, type and shape, otherwise Error, as for options that the device
  // cannot fulfil. Throws FaultError if the program does not come to its end, Cancelled if it was cancelled.
  RunResult run(const HostTensors& inputs, const RunOptions& options = {}) const;
  // The same on another thread. The program and what `options` refers to must outlive the future.
  std::future<RunResult> enqueue(HostTensors inputs, RunOptions options = {}) const;

protected:
  LoadedProgram(std::shared_ptr<const Program> program, const DeviceKind& kind);

private:
  virtual RunResult execute(const HostTensors& inputs, const RunOptions& options) const = 0;

  std::shared_ptr<const Program> program_;
  const DeviceKind& kind_;
  std::vector<TensorInfo> inputs_, outputs_;
};

class Device {
public:
  virtual ~Device() = default;
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  const DeviceKind& kind() const { return kind_; }

  // Throws Error if the program was compiled for another machine, does not fit into its memory, or lacks what this kind
  // of device needs.
  std::unique_ptr<LoadedProgram> load(std::shared_ptr<const Program> program) const { return make(std::move(program)); }

protected:
  explicit Device(const DeviceKind& kind) : kind_(kind) {}

private:
  virtual std::unique_ptr<LoadedProgram> make(std::shared_ptr<const Program> program) const = 0;

  const DeviceKind& kind_;
};

// The devices of this build, by name.
const std::vector<DeviceKind>& deviceKinds();
// Throws Error naming the legal ones for an unknown name.
const DeviceKind& deviceKind(const std::string& name);
// Throws Error naming the devices that can if this one lacks the capability: "the device 'func' <lack>; use ...".
void require(const DeviceKind& kind, bool DeviceKind::*capability, const std::string& lack);
// Devices with a machine need one; the others take no notice of it. Throws Error for an unknown name.
std::unique_ptr<Device> openDevice(const std::string& name, const std::optional<Machine>& machine = std::nullopt);

// Reads and parses a program file.
std::shared_ptr<const Program> readProgram(const std::filesystem::path& path);
// The machine that a compiled program was made for. Throws Error for a hand-written program, which does not say.
Machine machineOf(const Program& program, const std::string& origin);

} // namespace weft::runtime
