// The static verifier: checks a program once and for every timing. It runs the scalar code (whose control flow may not
// depend on tensor data) and, instead of executing the tensor instructions, checks their operands, addresses,
// synchronisation, and that the core comes to a halt.
#pragma once

#include "isa/check/race_detector.h"
#include "isa/semantics/dataflow.h"

#include <atomic>
#include <functional>
#include <string>
#include <vector>

namespace weft {

struct Finding {
  // unknown: the verifier cannot tell whether the program is correct.
  enum class Severity { warning, unknown, error };
  enum class Kind {
    fault,         // an instruction faults: operands, types, alignment, address, illegal instruction, trap
    deadlock,      // nothing can happen any more
    race,          // two unordered conflicting accesses
    semaphore,     // convention of one producer and one consumer
    overflow,      // a semaphore may exceed SEMAPHORE_MAX on some timing
    dataDependent, // unknown: a scalar load reads what the verifier does not know: the rest was not verified
    noHalt,        // unknown: the instruction limit was reached: the rest was not verified
    leftover,      // warning: a semaphore is not 0 at the halt
    uninitialised, // warning: reads scratchpad or accumulators that were never written
    selfOverlap,   // warning: a vector instruction reads rows that it has written itself
    exitCode,      // warning: halts with another exit code than 0
  };
  Severity severity;
  Kind kind;
  uint32_t pc = 0;
  uint32_t otherPc = 0; // race: the other instruction
  std::string message;  // one sentence, with mnemonic, pc and what VerifyOptions::place says
};
const char* name(Finding::Kind kind); // "race", "data-dependent", ...

// [begin, begin + bytes) of DRAM.
struct DramRange {
  uint32_t begin;
  uint64_t bytes;
};

struct VerifyOptions {
  uint32_t entry = kResetPc;
  uint64_t instructionLimit = 100'000'000; // of the sequencer, in one device step
  size_t findingLimit = 100;
  std::vector<DramRange> unknown; // DRAM that is filled in later: inputs. A scalar load from it cannot be verified.
  // Where an instruction comes from ("conv2d_3, node Conv_12"), for messages; empty: unknown.
  std::function<std::string(uint32_t pc)> place;
  const std::atomic<bool>* cancel = nullptr; // looked at now and then; true ends the verification, with what it found
};

// `memory` holds the program with its constants; its scalar memory and what scalar stores reach are changed. Warnings
// at most among the findings means: on every timing the program halts without a fault and computes the same.
std::vector<Finding> verify(const Machine& machine, CoreMemory& memory, const VerifyOptions& options = {});

} // namespace weft
