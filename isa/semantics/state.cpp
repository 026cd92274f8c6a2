#include "isa/semantics/state.h"

#include "isa/support/error.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <sys/mman.h>

namespace weft {

namespace {

// What memories hold at reset: no zero, and as an int32 far from any plausible accumulator.
constexpr uint8_t kFillerByte = 0xa5;
constexpr int32_t kFillerWord = static_cast<int32_t>(0xa5a5a5a5u);

uint8_t* map(uint64_t bytes) {
  if (bytes == 0)
    throw Error("a core needs at least 1 byte of DRAM");
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED)
    throw Error(
        fmt::format("cannot reserve {} bytes of address space for the core's DRAM: {}", bytes, std::strerror(errno)));
  return static_cast<uint8_t*>(memory);
}

} // namespace

PatternRegister::PatternRegister() {
  for (size_t i = 0; i < field.size(); ++i)
    field[i] = field::table[i].reset;
}

Dram::Dram(uint64_t bytes) : memory_(map(bytes), Unmap{bytes}), bytes_(bytes) {}

void Dram::Unmap::operator()(uint8_t* memory) const {
  munmap(memory, bytes);
}

CoreMemory::CoreMemory(const Machine& machine)
    : dram(machine.dram.bytes), scratchpad(machine.scratchpad.bytes, kFillerByte),
      accumulators(static_cast<size_t>(machine.accumulatorRows()) * machine.array.cols, kFillerWord),
      scalar(machine.scalarMemory.bytes, kFillerByte) {
  lut.fill(kFillerByte);
}

} // namespace weft
