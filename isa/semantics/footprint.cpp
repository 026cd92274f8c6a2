#include "isa/semantics/addresses.h"
#include "isa/semantics/operands.h"

#include <algorithm>

namespace weft {

using namespace operands;

int64_t Region::lowest() const {
  int64_t address = base;
  for (size_t k = 0; k < count.size(); ++k)
    address += std::min<int64_t>(0, (count[k] - 1) * stride[k]);
  return address;
}

int64_t Region::highest() const {
  int64_t address = base + length;
  for (size_t k = 0; k < count.size(); ++k)
    address += std::max<int64_t>(0, (count[k] - 1) * stride[k]);
  return address;
}

namespace {

Region region(Space space, bool write, uint32_t base, int64_t length) {
  Region result{space, write, base, length, {}, {}};
  result.count.fill(1);
  return result;
}

// Points of a walk, cut off where it is certainly larger than every memory, so that lengths do not overflow.
int64_t cappedPoints(const PatternRegister& walk) {
  uint64_t product = 1;
  for (int k = 0; k < 4; ++k)
    product = std::min<uint64_t>(product * count(walk, k), uint64_t{1} << 33);
  return static_cast<int64_t>(product);
}

// Adds the four dimensions of `walk` with the counts of `counts`, as dimensions `at` to `at` + 3 of the region.
void addWalk(Region& result, size_t at, const PatternRegister& walk, const PatternRegister& counts) {
  for (int k = 0; k < 4; ++k) {
    result.count[at + static_cast<size_t>(k)] = count(counts, k);
    result.stride[at + static_cast<size_t>(k)] = walk.signedField(field::stride0 + k);
  }
}

// The runs of a DMA walk: dimension 0 is the run itself.
Region runs(Space space, bool write, uint32_t base, const PatternRegister& walk, const PatternRegister& counts) {
  Region result = region(space, write, base, count(counts, 0));
  addWalk(result, 0, walk, counts);
  result.count[0] = 1;
  return result;
}

std::vector<Region> load(const TensorOp& op) {
  std::vector<Region> regions;
  Window real = window(op.pA);
  if (!real.empty()) {
    Region source = runs(Space::dram, false, op.a, op.pA, op.pA);
    source.base += real.lo0 + static_cast<int64_t>(real.lo1) * source.stride[1];
    source.length = real.hi0 - real.lo0;
    source.count[1] = real.hi1 - real.lo1;
    regions.push_back(source);
  }
  regions.push_back(runs(Space::scratchpad, true, op.b, op.pB, op.pA));
  return regions;
}

std::vector<Region> store(const TensorOp& op) {
  return {runs(Space::scratchpad, false, op.b, op.pB, op.pA), runs(Space::dram, true, op.a, op.pA, op.pA)};
}

std::vector<Region> matrix(const TensorOp& op, const Machine& machine) {
  int64_t rows = machine.array.rows;
  int64_t steps = cappedPoints(op.pB);
  Region weights = region(Space::scratchpad, false, op.b, steps * rows * machine.array.cols);
  Region activations = region(Space::scratchpad, false, op.a, rows);
  addWalk(activations, 0, op.pA, op.pA);
  addWalk(activations, 4, op.pB, op.pB);
  int64_t results = cappedPoints(op.pA);
  std::vector<Region> regions = {weights, activations};
  if (op.instruction.op == Opcode::MMA)
    regions.push_back(region(Space::accumulator, false, op.c, results));
  regions.push_back(region(Space::accumulator, true, op.c, results));
  return regions;
}

std::vector<Region> vector(const TensorOp& op, const Machine& machine) {
  int64_t cols = machine.array.cols;
  if (op.instruction.op == Opcode::VLDLUT)
    return {region(Space::scratchpad, false, op.a, timing::LUT_ENTRIES),
            region(Space::lut, true, 0, timing::LUT_ENTRIES)};
  Usage use = usage(op.instruction.op);
  std::vector<Region> regions;
  if (use.parameterRows > 0)
    regions.push_back(region(Space::scratchpad, false, op.d, use.parameterRows * cols));
  Region a =
      region(use.accumulatorA ? Space::accumulator : Space::scratchpad, false, op.a, use.accumulatorA ? 1 : cols);
  addWalk(a, 0, op.pA, op.pC);
  if (use.taps)
    addWalk(a, 4, op.pB, op.pB);
  regions.push_back(a);
  if (use.scratchpadB) {
    Region b = region(Space::scratchpad, false, op.b, cols);
    addWalk(b, 0, op.pB, op.pC);
    regions.push_back(b);
  }
  if (use.weights)
    regions.push_back(region(Space::scratchpad, false, op.b, cappedPoints(op.pB) * cols));
  bool lut =
      op.instruction.op == Opcode::VLUT || (usesLut(op.pD) && (use.accumulatorA || use.weights)); // vrq, vrqa, vdw
  if (lut)
    regions.push_back(region(Space::lut, false, 0, timing::LUT_ENTRIES));
  Region result = region(Space::scratchpad, true, op.c, cols);
  addWalk(result, 0, op.pC, op.pC);
  regions.push_back(result);
  return regions;
}

} // namespace

Bounds bounds(Space space, const Machine& machine) {
  switch (space) {
  case Space::dram:
    return {kDramBase, static_cast<int64_t>(kDramBase) + static_cast<int64_t>(machine.dram.bytes)};
  case Space::scratchpad:
    return {0, machine.scratchpad.bytes};
  case Space::accumulator:
    return {0, machine.accumulatorRows()};
  case Space::lut:
    break;
  }
  return {0, timing::LUT_ENTRIES};
}

std::vector<Region> exactRegions(const TensorOp& op, const Machine& machine) {
  switch (op.instruction.op) {
  case Opcode::LD:
    return load(op);
  case Opcode::ST:
    return store(op);
  case Opcode::MM:
  case Opcode::MMA:
    return matrix(op, machine);
  default:
    return vector(op, machine);
  }
}

bool isInside(const Region& region, const Machine& machine) {
  Bounds limits = bounds(region.space, machine);
  return region.lowest() >= limits.low && region.highest() <= limits.high;
}

std::vector<Region> footprint(const TensorOp& op, const Machine& machine) {
  std::vector<Region> regions = exactRegions(op, machine);
  for (Region& r : regions)
    if (!isInside(r, machine)) {
      Bounds limits = bounds(r.space, machine);
      r.base = limits.low;
      r.length = limits.high - limits.low;
      r.count.fill(1);
    }
  return regions;
}

Work work(const TensorOp& op, const Machine& machine) {
  Work result;
  switch (op.instruction.op) {
  case Opcode::LD: {
    Window real = window(op.pA);
    if (!real.empty())
      result.dramBytesRead =
          static_cast<uint64_t>(real.hi0 - real.lo0) * (real.hi1 - real.lo1) * count(op.pA, 2) * count(op.pA, 3);
    break;
  }
  case Opcode::ST:
    result.dramBytesWritten = points(op.pA);
    break;
  case Opcode::MM:
  case Opcode::MMA:
    result.macs = points(op.pA) * points(op.pB) * machine.macsPerCycle();
    break;
  default:
    break;
  }
  return result;
}

// --- Overlap -----------------------------------------------------------------------------------------------------

NormalRegion normalise(const Region& region) {
  NormalRegion result{region.base, region.length, {}};
  for (size_t k = 0; k < region.count.size(); ++k) {
    int64_t count = region.count[k];
    int64_t stride = region.stride[k];
    if (count == 1 || stride == 0)
      continue;
    if (stride < 0) {
      result.base += (count - 1) * stride;
      stride = -stride;
    }
    result.dimensions.push_back({count, stride});
  }
  std::sort(result.dimensions.begin(), result.dimensions.end(),
            [](const auto& x, const auto& y) { return x.stride < y.stride; });
  // The runs of a dimension that touch or overlap their neighbours are one longer run.
  size_t merged = 0;
  while (merged < result.dimensions.size() && result.dimensions[merged].stride <= result.length) {
    result.length += (result.dimensions[merged].count - 1) * result.dimensions[merged].stride;
    ++merged;
  }
  result.dimensions.erase(result.dimensions.begin(), result.dimensions.begin() + static_cast<std::ptrdiff_t>(merged));
  std::reverse(result.dimensions.begin(), result.dimensions.end());
  return result;
}

namespace {

// A part of a normal region: dimensions before `depth` are fixed (in `base`), dimension `depth` has `count` iterations
// left, the inner ones are whole.
struct Part {
  const NormalRegion* of;
  int64_t base;
  size_t depth;
  int64_t count;

  Part(const NormalRegion& normal, int64_t from, size_t level) : of(&normal), base(from), depth(level), count(1) {
    settle();
  }
  bool isRun() const { return depth == of->dimensions.size(); }
  int64_t extent() const {
    int64_t end = of->length;
    if (isRun())
      return end;
    end += (count - 1) * of->dimensions[depth].stride;
    for (size_t k = depth + 1; k < of->dimensions.size(); ++k)
      end += (of->dimensions[k].count - 1) * of->dimensions[k].stride;
    return end;
  }
  Part firstHalf() const {
    Part half = *this;
    half.count = count / 2;
    half.descend();
    return half;
  }
  Part secondHalf() const {
    Part half = *this;
    half.base += (count / 2) * of->dimensions[depth].stride;
    half.count = count - count / 2;
    half.descend();
    return half;
  }

private:
  void settle() {
    if (!isRun())
      count = of->dimensions[depth].count;
  }
  void descend() {
    if (count == 1) {
      ++depth;
      settle();
    }
  }
};

std::optional<int64_t> meet(const Part& x, const Part& y) {
  if (x.base + x.extent() <= y.base || y.base + y.extent() <= x.base)
    return std::nullopt;
  if (x.isRun() && y.isRun())
    return std::max(x.base, y.base);
  bool splitX = y.isRun() || (!x.isRun() && x.extent() >= y.extent());
  std::optional<int64_t> found = splitX ? meet(x.firstHalf(), y) : meet(x, y.firstHalf());
  if (found)
    return found;
  return splitX ? meet(x.secondHalf(), y) : meet(x, y.secondHalf());
}

} // namespace

std::optional<int64_t> commonAddress(const Region& x, const Region& y) {
  if (x.space != y.space || x.highest() <= y.lowest() || y.highest() <= x.lowest())
    return std::nullopt;
  NormalRegion nx = normalise(x);
  NormalRegion ny = normalise(y);
  return meet(Part(nx, nx.base, 0), Part(ny, ny.base, 0));
}

bool overlap(const Region& x, const Region& y) {
  return commonAddress(x, y).has_value();
}

} // namespace weft
