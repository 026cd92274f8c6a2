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

// Points of a walk, cut off where it is certainly larger than every memory, so that lengths do not overflow.
int64_t cappedPoints(const PatternRegister& walk) {
  uint64_t product = 1;
  for (int k = 0; k < 4; ++k)
    product = std::min<uint64_t>(product * count(walk, k), uint64_t{1} << 33);
  return static_cast<int64_t>(product);
}

int64_t bytesOf(Unit unit, const TensorOp& op, const Role& role, const Machine& machine) {
  switch (unit) {
  case Unit::run:
    return count(patternRegister(op, role.steps[0].counts), 0);
  case Unit::sums:
    return 1; // a row
  case Unit::activationRow:
    return machine.array.rows;
  case Unit::laneRow:
    return machine.array.cols;
  case Unit::weightTile:
    return int64_t{machine.array.rows} * machine.array.cols;
  case Unit::table:
    return timing::LUT_ENTRIES;
  }
  return 0;
}

// The walks of a role are dimensions 0 to 3 and 4 to 7.
Region regionOf(const Role& role, const TensorOp& op, const Machine& machine) {
  Region result{role.space, role.write, 0, bytesOf(role.unit, op, role, machine) * role.units, {}, {}};
  if (role.base != kNone)
    result.base = registerValue(op, role.base);
  if (role.sequence != kNone)
    result.length *= cappedPoints(patternRegister(op, role.sequence));
  result.count.fill(1);
  for (size_t i = 0; i < role.stepsCount; ++i)
    for (int k = 0; k < 4; ++k) {
      const size_t dimension = 4 * i + static_cast<size_t>(k);
      result.count[dimension] = count(patternRegister(op, role.steps[i].counts), k);
      result.stride[dimension] = patternRegister(op, role.steps[i].strides).signedField(field::stride0 + k);
    }
  if (role.unit == Unit::run)
    result.count[0] = 1; // the run itself
  return result;
}

// To what the window leaves of the runs, which is not empty.
void cut(Region& region, const Window& real) {
  region.base += real.lo0 + static_cast<int64_t>(real.lo1) * region.stride[1];
  region.length = real.hi0 - real.lo0;
  region.count[1] = real.hi1 - real.lo1;
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
  std::vector<Region> regions;
  for (const Role& role : roles(op.instruction.op)) {
    if (role.onlyIf != 0 && !hasFlag(op.pD, role.onlyIf))
      continue;
    const Window real = window(op.pA);
    if (role.window && real.empty())
      continue;
    regions.push_back(regionOf(role, op, machine));
    if (role.window)
      cut(regions.back(), real);
  }
  return regions;
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
  switch (info(op.instruction.op).engine) {
  case Engine::load: {
    Window real = window(op.pA);
    if (!real.empty())
      result.dramBytesRead =
          static_cast<uint64_t>(real.hi0 - real.lo0) * (real.hi1 - real.lo1) * count(op.pA, 2) * count(op.pA, 3);
    break;
  }
  case Engine::store:
    result.dramBytesWritten = points(op.pA);
    break;
  case Engine::matrix:
    result.macs = points(op.pA) * points(op.pB) * machine.macsPerCycle();
    break;
  case Engine::vector:
  case Engine::sequencer:
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
