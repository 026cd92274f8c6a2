#include "compiler/mapping/planner.h"

#include "compiler/mapping/chooser.h"
#include "compiler/mapping/intervals.h"
#include "isa/semantics/state.h"
#include "isa/support/error.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace weft::mapping {
namespace {

// Channels of an input that few-channel convolutions take as windows.
constexpr int64_t kFewChannels = 4;
constexpr int64_t kDramAlignment = 4096; // of activations

class Planner {
public:
  Planner(const DeviceGraph& graph, const Machine& machine, const Mapping& given)
      : graph_(graph), machine_(machine), given_(given) {}

  Plan run() {
    plan_.mapping.machine = machine_.name;
    plan_.homes.resize(graph_.activations.size());
    plan_.scratchReserved = 2 * machine_.lineBytes();
    findUses();
    for (size_t a = 0; a < graph_.activations.size(); ++a)
      plan_.homes[a].tensor = fmt::format("{}", graph_.activations[a].tensor);
    chooseWindows();
    chooseResidents();
    mapGroups();
    placeInDram();
    describeHomes();
    return std::move(plan_);
  }

private:
  struct Lifetime {
    int64_t first, last; // groups, inclusive
  };

  const Activation& activation(int32_t index) const { return graph_.activations[static_cast<size_t>(index)]; }

  // Groups that define and use each activation. The host's side counts as before the first and after the last group
  // where the first or last device step is concerned; between two of them as their groups next to it.
  void findUses() {
    lifetimes_.resize(graph_.activations.size());
    auto last = static_cast<int64_t>(graph_.groups.size());
    for (Lifetime& lifetime : lifetimes_)
      lifetime = {last, -1};
    for (int64_t g = 0; g < last; ++g) {
      const Group& group = graph_.groups[static_cast<size_t>(g)];
      auto use = [&](int32_t index) {
        Lifetime& lifetime = lifetimes_[static_cast<size_t>(index)];
        lifetime.first = std::min(lifetime.first, g);
        lifetime.last = std::max(lifetime.last, g);
      };
      for (int32_t input : group.inputs)
        use(input);
      if (group.residual >= 0)
        use(group.residual);
      use(group.output);
    }
    for (int32_t input : graph_.inputs) {
      Lifetime& lifetime = lifetimes_[static_cast<size_t>(input)];
      const int64_t written = stepOf(lifetime.first).first;
      lifetime.first = written == 0 ? -1 : written;
    }
    for (int32_t output : graph_.outputs) {
      Lifetime& lifetime = lifetimes_[static_cast<size_t>(output)];
      const int64_t read = stepOf(lifetime.first).last;
      lifetime.last = read + 1 == last ? last : std::max(lifetime.last, read);
    }
  }

  // Of the device step that has group `g`.
  Lifetime stepOf(int64_t g) const {
    const Step* step = stepOfGroup(graph_.steps, g);
    return step ? Lifetime{step->firstGroup, step->endGroup - 1}
                : Lifetime{0, static_cast<int64_t>(graph_.groups.size()) - 1};
  }

  // An input of few channels that only convolutions read is laid out for windows: unpadded channels, the convolution's
  // border in memory.
  void chooseWindows() {
    windows_.assign(graph_.activations.size(), false);
    for (int32_t index : graph_.inputs) {
      const Activation& input = activation(index);
      const Group* user = nullptr;
      int users = 0;
      for (const Group& group : graph_.groups) {
        bool reads = group.residual == index;
        for (int32_t operand : group.inputs)
          reads |= operand == index;
        if (reads) {
          user = &group;
          ++users;
        }
      }
      if (users != 1 || user->kind != GroupKind::matrix || input.channels > kFewChannels || user->residual == index ||
          user->window.dilationW != 1 || user->window.kernelW == 1)
        continue;
      windows_[static_cast<size_t>(index)] = true;
      Home& home = plan_.homes[static_cast<size_t>(index)];
      const Window& window = user->window;
      const Activation& result = activation(user->output);
      home.padTop = window.padTop;
      home.padLeft = window.padLeft;
      home.padBottom =
          std::max<int64_t>(0, (result.height - 1) * window.strideH + (window.kernelH - 1) * window.dilationH + 1 -
                                   input.height - window.padTop);
      home.padRight =
          std::max<int64_t>(0, (result.width - 1) * window.strideW + window.kernelW - input.width - window.padLeft);
      home.padValue = user->inputZeroPoint;
    }
  }

  static bool supportsResidents(const Group& group) {
    return group.kind != GroupKind::concat && group.kind != GroupKind::transpose;
  }

  // The border that all readers of an activation agree on; false if they do not. Images of one pixel, which some
  // groups see as one row of pixels, have none.
  bool findBorder(size_t index, Home& home) const {
    const Activation& a = activation(static_cast<int32_t>(index));
    const bool singlePixels = a.batch > 1 && a.height == 1 && a.width == 1;
    bool hasValue = false;
    for (const Group& group : graph_.groups) {
      if (group.inputs[0] != static_cast<int32_t>(index))
        continue;
      const Window& window = group.window;
      int64_t bottom = std::max<int64_t>(0, window.padBottom), right = std::max<int64_t>(0, window.padRight);
      if (!window.padTop && !window.padLeft && !bottom && !right)
        continue;
      // A row of the border is filled by one run.
      int64_t row = (a.width + std::max(home.padLeft, window.padLeft) + std::max(home.padRight, right)) *
                    channelPitch(a, machine_);
      if (singlePixels || std::max(row, a.height) > kLongestRun || (hasValue && home.padValue != group.inputZeroPoint))
        return false;
      hasValue = true;
      home.padValue = group.inputZeroPoint;
      home.padTop = std::max(home.padTop, window.padTop);
      home.padLeft = std::max(home.padLeft, window.padLeft);
      home.padBottom = std::max(home.padBottom, bottom);
      home.padRight = std::max(home.padRight, right);
    }
    return true;
  }

  int64_t homeBytes(size_t index) const {
    const Activation& a = graph_.activations[index];
    const Home& home = plan_.homes[index];
    int64_t pitch = windows_[index] ? a.channels : channelPitch(a, machine_);
    return a.batch * (a.height + home.padTop + home.padBottom) * (a.width + home.padLeft + home.padRight) * pitch;
  }

  // Greedy: an activation between groups stays in the scratchpad if there is room for it during its whole life, within
  // the share that residents may take.
  void chooseResidents() {
    int64_t budget = machine_.scratchpad.bytes / 2;
    IntervalAllocator allocator;
    for (size_t index = 0; index < graph_.activations.size(); ++index) {
      auto number = static_cast<int32_t>(index);
      if (std::count(graph_.inputs.begin(), graph_.inputs.end(), number) ||
          std::count(graph_.outputs.begin(), graph_.outputs.end(), number))
        continue;
      // The scratchpad does not outlive a run of the core.
      bool supported = lifetimes_[index].last <= stepOf(lifetimes_[index].first).last;
      for (const Group& group : graph_.groups) {
        bool touches = group.output == number || group.residual == number ||
                       std::count(group.inputs.begin(), group.inputs.end(), number) > 0;
        supported &= !touches || supportsResidents(group);
      }
      Home home = plan_.homes[index];
      if (!supported || !findBorder(index, home))
        continue;
      std::swap(plan_.homes[index], home);
      int64_t bytes = roundUp(homeBytes(index), machine_.lineBytes());
      std::optional<int64_t> offset = allocator.place(lifetimes_[index].first, lifetimes_[index].last, bytes, budget);
      if (!offset) {
        std::swap(plan_.homes[index], home);
        continue;
      }
      // Residents grow down from the end of the scratchpad, working buffers up from its start.
      plan_.homes[index].scratchpad = true;
      plan_.homes[index].address = machine_.scratchpad.bytes - static_cast<uint32_t>(*offset + bytes);
      plan_.mapping.resident.push_back(plan_.homes[index].tensor);
    }
  }

  // Lowest scratchpad address that a resident occupies while group `g` runs.
  int64_t workingLimit(int64_t g) const {
    int64_t limit = machine_.scratchpad.bytes;
    for (size_t index = 0; index < plan_.homes.size(); ++index)
      if (plan_.homes[index].scratchpad && lifetimes_[index].first <= g && g <= lifetimes_[index].last)
        limit = std::min<int64_t>(limit, plan_.homes[index].address);
    return limit;
  }

  void mapGroups() {
    for (const GroupMapping& mapping : given_.groups) {
      auto named = [&](const Group& group) { return group.name == mapping.group; };
      if (std::none_of(graph_.groups.begin(), graph_.groups.end(), named))
        throw Error(fmt::format("the mapping names node '{}', which is the main node of no group; --emit mapping lists "
                                "the groups of this network",
                                mapping.group));
    }
    for (int64_t g = 0; g < static_cast<int64_t>(graph_.groups.size()); ++g) {
      const Group& group = graph_.groups[static_cast<size_t>(g)];
      Residency residency = plan_.residency(group);
      int64_t limit = workingLimit(g), available = limit - plan_.scratchReserved;
      bool windows = windows_[static_cast<size_t>(group.inputs[0])];
      auto found = std::find_if(given_.groups.begin(), given_.groups.end(),
                                [&](const GroupMapping& mapping) { return mapping.group == group.name; });
      GroupMapping mapping;
      if (found != given_.groups.end()) {
        mapping = *found;
        mapping.input = windows ? InputFlow::windows : InputFlow::feature;
        checkMapping(graph_, group, machine_, mapping, residency, available);
      } else {
        std::optional<GroupMapping> chosen = chooseMapping(graph_, group, machine_, residency, available, windows);
        if (!chosen)
          throw Error(fmt::format("node '{}' ({}): no tiling fits machine '{}' ({} bytes of scratchpad free, {} "
                                  "accumulator rows)",
                                  group.name, name(group.kind), machine_.name, available, machine_.accumulatorRows()));
        mapping = *chosen;
      }
      plan_.mapping.groups.push_back(mapping);
      place(group, mapping, residency, available, limit);
    }
  }

  void place(const Group& group, const GroupMapping& mapping, const Residency& residency, int64_t available,
             int64_t limit) {
    Geometry geometry(graph_, group, machine_, mapping);
    Buffers buffers;
    buffers.sizes = workingSet(geometry, group, mapping, machine_, residency);
    const WorkingSet& sizes = buffers.sizes;
    // Banks of their own for each stream where there is room.
    int64_t alignment = machine_.bankBytes();
    if (roundUp(plan_.scratchReserved, alignment) + sizes.bytes(alignment) > limit)
      alignment = machine_.lineBytes();
    WEFT_CHECK(sizes.bytes(machine_.rowBytes()) <= available, "the chooser exceeded the scratchpad");
    if (roundUp(plan_.scratchReserved, alignment) + sizes.bytes(alignment) > limit)
      alignment = machine_.rowBytes();
    int64_t next = roundUp(plan_.scratchReserved, alignment);
    auto take = [&](int64_t bytes) {
      int64_t address = next;
      next += roundUp(bytes, alignment);
      return address;
    };
    buffers.input = take(sizes.inputBuffers * sizes.input);
    buffers.secondInput = take(sizes.inputBuffers * sizes.secondInput);
    buffers.weights = take(sizes.weightBuffers * sizes.weights);
    buffers.residual = take(sizes.outputBuffers * sizes.residual);
    buffers.output = take(sizes.outputBuffers * sizes.output);
    buffers.parameters = take(sizes.parameters);
    WEFT_CHECK(next <= limit, "buffers exceed the scratchpad");
    plan_.scratchpadPeak = std::max(plan_.scratchpadPeak, next + machine_.scratchpad.bytes - limit);
    plan_.buffers.push_back(buffers);
  }

  // Beyond the end: windows of the last pixel may be read past it.
  int64_t dramBytes(size_t index) const { return roundUp(homeBytes(index) + machine_.lineBytes(), kDramAlignment); }

  void placeInDram() {
    IntervalAllocator allocator;
    int64_t groups = static_cast<int64_t>(graph_.groups.size());
    // What the host writes or reads is alive throughout, so that a run can be repeated.
    for (size_t index = 0; index < plan_.homes.size(); ++index) {
      Home& home = plan_.homes[index];
      if (home.scratchpad)
        continue;
      Lifetime lifetime = lifetimes_[index];
      if (ofHost(lifetime))
        lifetime = {-1, groups};
      home.address =
          static_cast<uint32_t>(*allocator.place(lifetime.first, lifetime.last, dramBytes(index), INT64_MAX));
    }
    plan_.arenaBase = kDramBase + kCodeBytes;
    plan_.arenaBytes = static_cast<uint32_t>(allocator.peak());
    plan_.constantBase = plan_.arenaBase + static_cast<uint32_t>(roundUp(allocator.peak(), kDramAlignment));
    for (Home& home : plan_.homes)
      if (!home.scratchpad)
        home.address += plan_.arenaBase;
    for (int64_t g = 0; g < groups; ++g) {
      int64_t alive = 0;
      for (size_t index = 0; index < plan_.homes.size(); ++index)
        if (lifetimes_[index].first <= g && g <= lifetimes_[index].last)
          alive += homeBytes(index);
      plan_.activationLowerBound = std::max(plan_.activationLowerBound, alive);
    }
  }

  void describeHomes() {
    const auto last = std::max<int64_t>(0, static_cast<int64_t>(graph_.groups.size()) - 1);
    for (size_t index = 0; index < plan_.homes.size(); ++index) {
      plan_.homes[index].bytes =
          plan_.homes[index].scratchpad ? roundUp(homeBytes(index), machine_.lineBytes()) : dramBytes(index);
      Lifetime lifetime = lifetimes_[index];
      if (ofHost(lifetime))
        lifetime = {0, last};
      plan_.homes[index].firstGroup = std::min(lifetime.first, last);
      plan_.homes[index].lastGroup = std::clamp<int64_t>(lifetime.last, 0, last);
    }
  }

  bool ofHost(const Lifetime& lifetime) const {
    return lifetime.first < 0 || lifetime.last >= static_cast<int64_t>(graph_.groups.size());
  }

  const DeviceGraph& graph_;
  const Machine& machine_;
  const Mapping& given_;
  Plan plan_;
  std::vector<Lifetime> lifetimes_;
  std::vector<bool> windows_;
};

} // namespace

Residency Plan::residency(const Group& group) const {
  auto resident = [&](int32_t index) { return index >= 0 && homes[static_cast<size_t>(index)].scratchpad; };
  return {resident(group.inputs[0]), group.inputs.size() > 1 && resident(group.inputs[1]), resident(group.residual),
          resident(group.output)};
}

Plan plan(const DeviceGraph& graph, const Machine& machine, const Mapping& given) {
  return Planner(graph, machine, given).run();
}

} // namespace weft::mapping
