// The program file: what the compiler writes and devices load. A plain ELF32 (e_machine 0x5746) whose PT_LOAD segments
// are the DRAM image (code, prepacked constants, zero-filled arenas), with a symbol table, and two note sections that
// no segment loads:
//
//   .weft.meta     JSON, the `Manifest` below (schema-versioned)
//   .weft.network  the network as plain data (network.h), for graph-level devices and operators that the host runs; a
//                  constant that lies in a segment is not repeated: the manifest says where and how
//
// A program is executed step by step: the host's in between, the device's each in a run of the core from the entry.
// DRAM keeps its contents from run to run, nothing else does. With several device steps, the program looks into a word
// of DRAM (kStepSymbol) for the one that it is to run.
//
// A hand-written program has neither: it has an entry and segments, and may declare tensors (declared_tensor.h).
#pragma once

#include "isa/program/declared_tensor.h"
#include "isa/program/memory_map.h"
#include "isa/program/network.h"
#include "isa/program/tensor_type.h"
#include "isa/program/workload.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace weft {

// A tensor of the network in DRAM: of the network's element type and shape, at [address, address + type.bytes()).
struct DeviceTensor {
  int32_t tensor = -1; // index in the network
  uint32_t address = 0;
  TensorType type;
};

// A function of the program and the nodes that it serves; every instruction between the symbol's start and end belongs
// to it.
struct Group {
  std::string symbol;
  std::vector<int32_t> nodes;         // indices in the network
  std::vector<std::string> onnxNodes; // names of all ONNX nodes served
  std::string mapping;                // one line: how it was mapped
  uint64_t usefulMacs = 0;            // multiply-accumulates of the network, without padding
};

// A network node that the host executes.
struct HostNode {
  int32_t node = -1;  // index in the network
  std::string reason; // why it is not the accelerator's, as part of a sentence
};

// What host or device do without the other: network nodes on the host, or groups on the device.
struct Step {
  std::vector<HostNode> hostNodes;      // in the order of their execution; empty: a device step
  int32_t firstGroup = 0, endGroup = 0; // the groups [firstGroup, endGroup); a host step has none
  std::vector<DeviceTensor> inputs;     // of a device step: the host writes them before it
  std::vector<DeviceTensor> outputs;    // of a device step: the host reads them after it

  bool onDevice() const { return hostNodes.empty(); }
};

// The word (32 bits) of DRAM that tells a program of several device steps which of them to run, from 0 on.
inline constexpr const char* kStepSymbol = "__weft_step";

struct Manifest {
  std::string machineName;
  uint64_t machineHash = 0;
  std::string machineYaml;
  std::vector<Step> steps; // in the order of their execution; the device's have all groups, in the groups' order
  // Constants that a segment holds and .weft.network therefore does not.
  std::vector<DeviceTensor> constants;
  std::vector<Group> groups;
  std::optional<Workload> workload; // of the groups; missing in files of earlier versions
  std::string mapping;              // the whole mapping as YAML
  // Memory plan, bytes.
  uint64_t constantBytes = 0, activationBytes = 0, activationLowerBound = 0, scratchpadPeak = 0;
  std::vector<MemoryRange> memoryMap; // empty in files of earlier versions

  size_t deviceSteps() const;
};

struct Segment {
  uint32_t address = 0;
  std::span<const uint8_t> content; // into the file's bytes
  uint32_t bytes = 0;               // in memory; beyond content zeros
};

struct Symbol {
  std::string name;
  uint32_t address = 0;
  uint32_t bytes = 0; // 0 if unknown
  bool function = false;
};

class Program {
public:
  // Takes a whole file. Throws Error on anything malformed (named by `origin`), never crashes.
  static Program parse(SharedBytes file, const std::string& origin);

  uint32_t entry() const { return entry_; }
  const std::vector<Segment>& segments() const { return segments_; }
  const std::vector<Symbol>& symbols() const { return symbols_; } // sorted by address
  const std::optional<Manifest>& manifest() const { return manifest_; }
  // Constants that lie in a segment are gathered from it when they are first read.
  const std::optional<net::Network>& network() const { return network_; }
  // Of a hand-written program; each lies in a segment.
  const std::vector<DeclaredTensor>& declaredTensors() const { return declaredTensors_; }
  // Address of the word that names the device step to run; programs with one device step, and those without a manifest,
  // have none.
  std::optional<uint32_t> stepWord() const { return stepWord_; }

  // "function+0x18" for a code address, or its hexadecimal form; the group that owns it, or null.
  std::string locate(uint32_t pc) const;
  const Group* groupAt(uint32_t pc) const;
  // The function that a code address belongs to, or null.
  const Symbol* functionAt(uint32_t pc) const;

private:
  SharedBytes file_;
  uint32_t entry_ = 0;
  std::vector<Segment> segments_;
  std::vector<Symbol> symbols_;
  std::optional<Manifest> manifest_;
  std::optional<net::Network> network_;
  std::vector<DeclaredTensor> declaredTensors_;
  std::optional<uint32_t> stepWord_;
};

// The JSON of a manifest, for the compiler to put into `.weft.meta`.
std::string toJson(const Manifest& manifest);
Manifest manifestFromJson(const std::string& json, const std::string& origin);

} // namespace weft
