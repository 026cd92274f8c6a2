#include "isa/semantics/addresses.h"
#include "isa/semantics/matrix_blocks.h"
#include "isa/semantics/numerics.h"
#include "isa/semantics/vector_float.h"
#include "isa/support/error.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace weft {

using namespace operands;

namespace {

constexpr size_t kMaxCols = 256;

// A configuration, decoded.
struct Config {
  explicit Config(const PatternRegister& p)
      : flipA(flipOf(typeA(p))), flipB(flipOf(typeB(p))), za(signed9(p.field[config::za])),
        zb(signed9(p.field[config::zb])), zo(signed9(p.field[config::zo])), lo(signed9(p.field[config::lo])),
        hi(signed9(p.field[config::hi])), lo2(signed9(p.field[config::lo2])), hi2(signed9(p.field[config::hi2])),
        ra(std::bit_cast<float>(p.field[config::ra])), rb(std::bit_cast<float>(p.field[config::rb])),
        rf(std::bit_cast<float>(p.field[config::rf])), exchanged(hasFlag(p, flag::exchange)) {}
  int32_t a(uint8_t byte) const { return (byte ^ flipA) - flipA; }
  int32_t b(uint8_t byte) const { return (byte ^ flipB) - flipB; }

  int flipA, flipB;
  int32_t za, zb, zo, lo, hi, lo2, hi2;
  float ra, rb, rf;
  bool exchanged; // vrqa: the residual is the outer addend
};

int32_t wrapAdd(int32_t x, int32_t y) {
  return static_cast<int32_t>(static_cast<uint32_t>(x) + static_cast<uint32_t>(y));
}

// --- DMA ---------------------------------------------------------------------------------------------------------

void executeLd(const TensorOp& op, CoreMemory& memory) {
  Nest<2> runs(op.pA);
  runs.setStrides(0, op.pA, 1);
  runs.setStrides(1, op.pB, 1);
  runs.setCount(0, 1);
  uint32_t length = count(op.pA, 0);
  Window real = window(op.pA);
  int fill = static_cast<int>(op.pA.field[field::fill] & 0xff);
  do {
    uint8_t* target = memory.scratchpad.data() + (op.b + runs.offset(1));
    if (real.empty() || runs.index(1) < real.lo1 || runs.index(1) >= real.hi1) {
      std::memset(target, fill, length);
      continue;
    }
    std::memset(target, fill, real.lo0);
    std::memcpy(target + real.lo0, memory.dram.at(op.a + runs.offset(0) + real.lo0), real.hi0 - real.lo0);
    std::memset(target + real.hi0, fill, length - real.hi0);
  } while (runs.next());
}

void executeSt(const TensorOp& op, CoreMemory& memory) {
  Nest<2> runs(op.pA);
  runs.setStrides(0, op.pA, 1);
  runs.setStrides(1, op.pB, 1);
  runs.setCount(0, 1);
  uint32_t length = count(op.pA, 0);
  do {
    uint32_t target = op.a + runs.offset(0);
    std::memcpy(memory.dram.at(target), memory.scratchpad.data() + (op.b + runs.offset(1)), length);
  } while (runs.next());
}

void executeLoad(const TensorOp& op, CoreMemory& memory) {
  switch (static_cast<LoadOp>(op.instruction.op)) {
  case LoadOp::LD:
    executeLd(op, memory);
    break;
  }
}

void executeStore(const TensorOp& op, CoreMemory& memory) {
  switch (static_cast<StoreOp>(op.instruction.op)) {
  case StoreOp::ST:
    executeSt(op, memory);
    break;
  }
}

// --- Matrix ------------------------------------------------------------------------------------------------------

void executeMatrix(const TensorOp& op, const Machine& machine, CoreMemory& memory) {
  const size_t rows = machine.array.rows, cols = machine.array.cols;
  int32_t* results = memory.accumulators.data() + op.c * cols;
  switch (static_cast<MatrixOp>(op.instruction.op)) {
  case MatrixOp::MM:
    std::fill_n(results, points(op.pA) * cols, 0);
    break;
  case MatrixOp::MMA:
    break;
  }
  forEachMatrixBlock(op, machine, memory, [&](const MatrixBlock& block) {
    kernel::multiplyAdd(block.activations, block.rows, rows, block.tile, cols, results + block.first * cols);
  });
}

// --- Vector ------------------------------------------------------------------------------------------------------

// One row of C lanes: what the vector engine has under way.
struct Lanes {
  std::array<int32_t, kMaxCols> bias;
  std::array<float, kMaxCols> scale;
  std::array<int32_t, kMaxCols> acc;
  std::array<int32_t, kMaxCols> result;
};

class VectorUnit {
public:
  VectorUnit(const TensorOp& op, const Machine& machine, CoreMemory& memory)
      : op_(op), use_(usage(op.instruction.op)), config_(op.pD), throughLut_(usesLut(op)), cols_(machine.array.cols),
        memory_(memory), scratchpad_(memory.scratchpad.data()) {}

  void run() {
    if (use_.parameterRows > 0) {
      std::memcpy(lanes_.bias.data(), scratchpad_ + op_.d, 4 * cols_);
      std::memcpy(lanes_.scale.data(), scratchpad_ + op_.d + 4 * cols_, 4 * cols_);
    }
    Nest<3> rows(op_.pC);
    rows.setStrides(0, op_.pA);
    if (use_.scratchpadB)
      rows.setStrides(1, op_.pB);
    rows.setStrides(2, op_.pC);
    do {
      uint32_t a = op_.a + rows.offset(0);
      compute(a, op_.b + rows.offset(1));
      write(op_.c + rows.offset(2));
    } while (rows.next());
  }

private:
  // Leaves the row in lanes_.result, before the LUT.
  void compute(uint32_t a, uint32_t b) {
    switch (static_cast<LaneOp>(op_.instruction.op)) {
    case LaneOp::VRQ:
      requantise(memory_.accumulators.data() + a * cols_);
      break;
    case LaneOp::VRQA:
      requantise(memory_.accumulators.data() + a * cols_);
      addResidual(scratchpad_ + b);
      break;
    case LaneOp::VADD:
      add(scratchpad_ + a, scratchpad_ + b);
      break;
    case LaneOp::VMUL:
      multiply(scratchpad_ + a, scratchpad_ + b);
      break;
    case LaneOp::VLUT:
      for (size_t c = 0; c < cols_; ++c)
        lanes_.result[c] = scratchpad_[a + c];
      break;
    case LaneOp::VMAX:
      maximum(a);
      break;
    case LaneOp::VSUM:
      sum(a);
      requantise(lanes_.acc.data());
      break;
    case LaneOp::VDW:
      multiplyTaps(a);
      requantise(lanes_.acc.data());
      break;
    }
  }

  void write(uint32_t address) {
    uint8_t* target = scratchpad_ + address;
    if (throughLut_)
      for (size_t c = 0; c < cols_; ++c)
        target[c] = memory_.lut[static_cast<uint8_t>(lanes_.result[c])];
    else
      for (size_t c = 0; c < cols_; ++c)
        target[c] = static_cast<uint8_t>(lanes_.result[c]);
  }

  void requantise(const int32_t* acc) {
    for (size_t c = 0; c < cols_; ++c)
      lanes_.result[c] =
          num::requantise(wrapAdd(acc[c], lanes_.bias[c]), lanes_.scale[c], config_.zo, config_.lo, config_.hi);
  }

  void addResidual(const uint8_t* b) {
    const bool exchanged = config_.exchanged;
    num::QAdd factors{exchanged ? config_.rb : config_.ra, exchanged ? config_.ra : config_.rb, config_.rf};
    for (size_t c = 0; c < cols_; ++c) {
      int32_t q = lanes_.result[c], residual = config_.b(b[c]);
      lanes_.result[c] =
          num::qadd(exchanged ? residual : q, exchanged ? q : residual, factors, config_.lo2, config_.hi2);
    }
  }

  void add(const uint8_t* a, const uint8_t* b) {
    num::QAdd factors{config_.ra, config_.rb, config_.rf};
    for (size_t c = 0; c < cols_; ++c)
      lanes_.result[c] = num::qadd(config_.a(a[c]), config_.b(b[c]), factors, config_.lo, config_.hi);
  }

  void multiply(const uint8_t* a, const uint8_t* b) {
    for (size_t c = 0; c < cols_; ++c)
      lanes_.result[c] = num::qmul(config_.a(a[c]), config_.za, config_.b(b[c]), config_.zb, config_.ra, config_.zo,
                                   config_.lo, config_.hi);
  }

  // Calls tap(row of operand A, number of the tap) for every tap of the window.
  template <typename Tap> void forEachTap(uint32_t a, Tap&& tap) {
    Nest<1> window(op_.pB);
    window.setStrides(0, op_.pB);
    uint32_t number = 0;
    do {
      uint32_t address = a + window.offset(0);
      tap(scratchpad_ + address, number++);
    } while (window.next());
  }

  void maximum(uint32_t a) {
    lanes_.result.fill(INT32_MIN);
    forEachTap(a, [this](const uint8_t* row, uint32_t) {
      for (size_t c = 0; c < cols_; ++c)
        lanes_.result[c] = std::max(lanes_.result[c], config_.a(row[c]));
    });
    for (size_t c = 0; c < cols_; ++c)
      lanes_.result[c] = std::min(std::max(lanes_.result[c], config_.lo), config_.hi);
  }

  void sum(uint32_t a) {
    lanes_.acc.fill(0);
    forEachTap(a, [this](const uint8_t* row, uint32_t) {
      for (size_t c = 0; c < cols_; ++c)
        lanes_.acc[c] = wrapAdd(lanes_.acc[c], config_.a(row[c]) - config_.za);
    });
  }

  void multiplyTaps(uint32_t a) {
    lanes_.acc.fill(0);
    forEachTap(a, [this](const uint8_t* row, uint32_t number) {
      uint32_t address = op_.b + number * static_cast<uint32_t>(cols_);
      const uint8_t* weights = scratchpad_ + address;
      for (size_t c = 0; c < cols_; ++c) {
        int32_t product = (config_.a(row[c]) - config_.za) * (config_.b(weights[c]) - config_.zb);
        lanes_.acc[c] = wrapAdd(lanes_.acc[c], product);
      }
    });
  }

  const TensorOp& op_;
  const Usage& use_;
  Config config_;
  bool throughLut_;
  size_t cols_;
  CoreMemory& memory_;
  uint8_t* scratchpad_;
  Lanes lanes_;
};

} // namespace

std::optional<Fault> execute(const TensorOp& op, const Machine& machine, CoreMemory& memory) {
  if (std::optional<Fault> fault = checkAddresses(op, machine))
    return fault;
  switch (info(op.instruction.op).engine) {
  case Engine::load:
    executeLoad(op, memory);
    break;
  case Engine::store:
    executeStore(op, memory);
    break;
  case Engine::matrix:
    executeMatrix(op, machine, memory);
    break;
  case Engine::vector: {
    const Usage& use = usage(op.instruction.op);
    if (use.tableLoad)
      std::memcpy(memory.lut.data(), memory.scratchpad.data() + op.a, memory.lut.size());
    else if (use.floatRows)
      executeFloat(op, machine, memory);
    else
      VectorUnit(op, machine, memory).run();
    break;
  }
  case Engine::sequencer:
    WEFT_CHECK(false, "the sequencer's instructions are not tensor instructions");
  }
  return std::nullopt;
}

} // namespace weft
