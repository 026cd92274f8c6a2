#include "compiler/mapping/planner.h"

#include "compiler/mapping/intervals.h"
#include "compiler/mapping/sizes.h"
#include "isa/semantics/state.h"
#include "isa/support/error.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace weft::mapping {
namespace {

constexpr int64_t kDramAlignment = 4096; // of storages

class Planner {
public:
  Planner(const DeviceGraph& graph, const Machine& machine, const Mapping& given)
      : graph_(graph), machine_(machine), given_(given) {}

  Plan run() {
    plan_.mapping.machine = machine_.name;
    plan_.scratchReserved = 2 * machine_.lineBytes();
    findUses();
    for (const Storage& storage : graph_.storages)
      plan_.places.push_back(outside(storage));
    chooseWindows();
    chooseResidents();
    mapLayers();
    placeInDram();
    describePlaces();
    return std::move(plan_);
  }

private:
  struct Lifetime {
    int64_t first, last; // layers, inclusive
  };

  size_t storageOf(int32_t activation) const { return static_cast<size_t>(graph_.activation(activation).storage); }

  // Layers that define and use each storage. The host's side counts as before the first and after the last layer where
  // the first or last device step is concerned; between two of them as their layers next to it.
  void findUses() {
    lifetimes_.resize(graph_.storages.size());
    auto last = static_cast<int64_t>(graph_.layers.size());
    for (Lifetime& lifetime : lifetimes_)
      lifetime = {last, -1};
    for (int64_t g = 0; g < last; ++g) {
      const Layer& layer = *graph_.layers[static_cast<size_t>(g)];
      auto use = [&](int32_t activation) {
        Lifetime& lifetime = lifetimes_[storageOf(activation)];
        lifetime.first = std::min(lifetime.first, g);
        lifetime.last = std::max(lifetime.last, g);
      };
      for (int32_t input : layer.inputs)
        use(input);
      use(layer.output);
    }
    for (int32_t input : graph_.inputs) {
      Lifetime& lifetime = lifetimes_[storageOf(input)];
      const int64_t written = stepOf(lifetime.first).first;
      lifetime.first = written == 0 ? -1 : written;
    }
    for (int32_t output : graph_.outputs) {
      Lifetime& lifetime = lifetimes_[storageOf(output)];
      const int64_t read = stepOf(lifetime.first).last;
      lifetime.last = read + 1 == last ? last : std::max(lifetime.last, read);
    }
  }

  // Of the device step that has layer `g`.
  Lifetime stepOf(int64_t g) const {
    const Step* step = stepOfGroup(graph_.steps, std::max<int64_t>(g, 0));
    return step ? Lifetime{step->firstGroup, step->endGroup - 1}
                : Lifetime{0, static_cast<int64_t>(graph_.layers.size()) - 1};
  }

  // Layers that read or write a storage, with the activation as which they see it.
  template <typename Visit> void forUsers(size_t storage, Visit visit) const {
    for (const std::unique_ptr<Layer>& layer : graph_.layers) {
      for (int32_t input : layer->inputs)
        if (storageOf(input) == storage)
          visit(*layer, input);
      if (storageOf(layer->output) == storage)
        visit(*layer, layer->output);
    }
  }

  // An input of few channels that only one layer reads, which wants windows of it: unpadded channels, border in memory.
  void chooseWindows() {
    for (int32_t input : graph_.inputs) {
      const size_t storage = storageOf(input);
      const Layer* user = nullptr;
      int users = 0;
      forUsers(storage, [&](const Layer& layer, int32_t) {
        user = &layer;
        ++users;
      });
      const std::optional<BorderWish> wish = users == 1 ? user->windowWish(graph_) : std::nullopt;
      if (!wish)
        continue;
      Place& place = plan_.places[storage];
      place.packed = true;
      place.border = wish->border;
      place.padValue = wish->value;
      layOut(graph_.storages[storage], machine_, place);
    }
  }

  // The border that all readers of a storage agree on; false if they do not.
  bool findBorder(size_t storage, Place& place) const {
    bool agreed = true, wanted = false, seenWhole = true;
    forUsers(storage, [&](const Layer& layer, int32_t activation) {
      seenWhole &= layer.takesBorder(graph_, activation);
      const std::optional<BorderWish> wish = layer.borderWish(graph_);
      if (!wish || wish->activation != activation)
        return;
      agreed &= !wanted || place.padValue == wish->value;
      wanted = true;
      place.padValue = wish->value;
      for (size_t d = 0; d < place.border.size(); ++d)
        for (size_t side = 0; side < 2; ++side)
          place.border[d][side] = std::max(place.border[d][side], wish->border[d][side]);
    });
    if (!wanted)
      return true;
    layOut(graph_.storages[storage], machine_, place);
    // A row of the border is filled by one run.
    const auto row = static_cast<size_t>(std::max<int64_t>(0, int64_t(place.strides.size()) - 3));
    const bool fits = std::max(place.strides[row], graph_.storages[storage].extents[row]) <= kLongestRun;
    return agreed && seenWhole && fits;
  }

  // Greedy: a storage between layers stays in the scratchpad if there is room for it during its whole life, within the
  // share that residents may take.
  void chooseResidents() {
    int64_t budget = machine_.scratchpad.bytes / 2;
    IntervalAllocator allocator;
    for (size_t storage = 0; storage < graph_.storages.size(); ++storage) {
      if (seenByHost(storage) || graph_.storages[storage].constant)
        continue;
      // The scratchpad does not outlive a run of the core.
      bool supported = lifetimes_[storage].last <= stepOf(lifetimes_[storage].first).last;
      forUsers(storage,
               [&](const Layer& layer, int32_t activation) { supported &= layer.takesResident(graph_, activation); });
      Place place = plan_.places[storage];
      if (!supported || !findBorder(storage, place))
        continue;
      layOut(graph_.storages[storage], machine_, place);
      const int64_t bytes = roundUp(place.span, machine_.lineBytes());
      const Lifetime& lifetime = lifetimes_[storage];
      std::optional<int64_t> offset = allocator.place(lifetime.first, lifetime.last, bytes, budget);
      if (!offset)
        continue;
      // Residents grow down from the end of the scratchpad, working buffers up from its start.
      place.scratchpad = true;
      place.address = machine_.scratchpad.bytes - static_cast<uint32_t>(*offset + bytes);
      plan_.places[storage] = place;
    }
  }

  bool isBeside(size_t storage, int64_t g) const {
    return plan_.places[storage].scratchpad && lifetimes_[storage].first <= g && g <= lifetimes_[storage].last;
  }

  // Lowest scratchpad address that a resident occupies while layer `g` runs.
  int64_t workingLimit(int64_t g) const {
    int64_t limit = machine_.scratchpad.bytes;
    for (size_t storage = 0; storage < plan_.places.size(); ++storage)
      if (isBeside(storage, g))
        limit = std::min<int64_t>(limit, plan_.places[storage].address);
    return limit;
  }

  // The layer that a given mapping is for: of several of a name the first that has none yet.
  const Layer& layerOf(const GroupMapping& mapping) const {
    const Layer* taken = nullptr;
    for (const bool main : {true, false})
      for (const std::unique_ptr<Layer>& layer : graph_.layers) {
        const auto& nodes = layer->onnxNodes;
        if (main ? layer->name != mapping.group : std::find(nodes.begin(), nodes.end(), mapping.group) == nodes.end())
          continue;
        if (!of_.contains(layer.get()))
          return *layer;
        taken = layer.get();
      }
    if (taken)
      throw Error(fmt::format("{}: the layer of node '{}' is given twice, the other time at {}", mapping.place,
                              mapping.group, of_.at(taken)->place));
    throw Error(fmt::format("{}: the accelerator runs no node '{}'; --emit mapping lists the groups of this network",
                            mapping.place, mapping.group));
  }

  void mapLayers() {
    if (!given_.machine.empty() && given_.machine != machine_.name)
      throw Error(fmt::format("{}: the mapping is for the machine '{}'; this one is '{}'", given_.origin,
                              given_.machine, machine_.name));
    for (const GroupMapping& mapping : given_.groups)
      of_.emplace(&layerOf(mapping), &mapping);
    while (const std::optional<int64_t> cramped = mapWithResidents()) {
      release(*cramped);
      plan_.mapping.groups.clear();
      plan_.buffers.clear();
      plan_.scratchpadPeak = 0;
    }
  }

  Place outside(const Storage& storage) const {
    Place place;
    place.border.resize(storage.extents.size());
    layOut(storage, machine_, place);
    return place;
  }

  // The resident that is nearest to the buffers of layer `g` lives in DRAM instead.
  void release(int64_t g) {
    const int64_t nearest = workingLimit(g);
    for (size_t storage = 0; storage < plan_.places.size(); ++storage)
      if (isBeside(storage, g) && plan_.places[storage].address == nearest)
        plan_.places[storage] = outside(graph_.storages[storage]);
  }

  // Maps all layers; the first one that would have room only without the residents beside it, if there is one.
  std::optional<int64_t> mapWithResidents() {
    const Site site{graph_, machine_, plan_.places};
    for (int64_t g = 0; g < static_cast<int64_t>(graph_.layers.size()); ++g) {
      const Layer& layer = *graph_.layers[static_cast<size_t>(g)];
      int64_t limit = workingLimit(g), available = limit - plan_.scratchReserved;
      const std::optional<BorderWish> wish = layer.windowWish(graph_);
      const bool windows = wish && site.place(wish->activation).packed;
      const auto found = of_.find(&layer);
      const bool cramped = limit < machine_.scratchpad.bytes;
      GroupMapping mapping;
      if (found != of_.end()) {
        const GroupMapping& given = *found->second;
        mapping = given;
        if (isPartial(given))
          if (const std::optional<GroupMapping> chosen = layer.choose(site, available, windows))
            mapping = completed(given, *chosen);
        mapping.group = layer.name;
        mapping.input = windows ? InputFlow::windows : InputFlow::feature;
        try {
          layer.check(site, mapping, available);
        } catch (const Error& error) {
          if (cramped && !layer.choose(site, available, windows))
            return g;
          throw Error(given.place.empty() ? error.what() : fmt::format("{}: {}", given.place, error.what()));
        }
      } else {
        std::optional<GroupMapping> chosen = layer.choose(site, available, windows);
        if (!chosen && cramped)
          return g;
        if (!chosen)
          throw Error(fmt::format("node '{}' ({}): no tiling fits machine '{}' ({} bytes of scratchpad free, {} "
                                  "accumulator rows)",
                                  layer.name, layer.kind().name, machine_.name, available, machine_.accumulatorRows()));
        mapping = *chosen;
      }
      plan_.mapping.groups.push_back(mapping);
      place(layer.streams(site, mapping), available, limit);
    }
    return std::nullopt;
  }

  void place(std::vector<Stream> streams, int64_t available, int64_t limit) {
    // Banks of their own for each stream where there is room.
    int64_t alignment = machine_.bankBytes();
    auto fits = [&] {
      return roundUp(plan_.scratchReserved, alignment) + scratchpadBytes(streams, alignment) <= limit;
    };
    if (!fits())
      alignment = machine_.lineBytes();
    WEFT_CHECK(scratchpadBytes(streams, machine_.rowBytes()) <= available, "the chooser exceeded the scratchpad");
    if (!fits())
      alignment = machine_.rowBytes();
    int64_t next = roundUp(plan_.scratchReserved, alignment);
    Buffers buffers;
    for (const Stream& stream : streams) {
      buffers.addresses.push_back(next);
      next += roundUp(stream.buffers * stream.bytes, alignment);
    }
    WEFT_CHECK(next <= limit, "buffers exceed the scratchpad");
    buffers.streams = std::move(streams);
    plan_.scratchpadPeak = std::max(plan_.scratchpadPeak, next + machine_.scratchpad.bytes - limit);
    plan_.buffers.push_back(std::move(buffers));
  }

  // Beyond the end: windows of the last pixel may be read past it.
  int64_t dramBytes(size_t storage) const {
    return roundUp(plan_.places[storage].span + machine_.lineBytes(), kDramAlignment);
  }

  void placeInDram() {
    IntervalAllocator allocator;
    int64_t layers = static_cast<int64_t>(graph_.layers.size());
    // What the host writes or reads is alive throughout, so that a run can be repeated.
    std::vector<int64_t> offsets(plan_.places.size());
    for (size_t storage = 0; storage < plan_.places.size(); ++storage) {
      if (plan_.places[storage].scratchpad || graph_.storages[storage].constant)
        continue;
      Lifetime lifetime = lifetimes_[storage];
      if (ofHost(lifetime))
        lifetime = {-1, layers};
      offsets[storage] = *allocator.place(lifetime.first, lifetime.last, dramBytes(storage), INT64_MAX);
    }
    if (machine_.dram.bytes <= kCodeBytes)
      throw Error(fmt::format("machine '{}' has {} bytes of DRAM; a network takes {} for its code, and more for "
                              "constants and activations",
                              machine_.name, machine_.dram.bytes, kCodeBytes));
    if (kCodeBytes + static_cast<uint64_t>(allocator.peak()) > machine_.dram.bytes)
      throw Error(fmt::format("the network's activations need {} bytes of DRAM beside {} for code; machine '{}' has {}",
                              allocator.peak(), kCodeBytes, machine_.name, machine_.dram.bytes));
    plan_.arenaBase = kDramBase + kCodeBytes;
    plan_.arenaBytes = static_cast<uint32_t>(allocator.peak());
    plan_.constantBase = plan_.arenaBase + static_cast<uint32_t>(roundUp(allocator.peak(), kDramAlignment));
    for (size_t storage = 0; storage < plan_.places.size(); ++storage)
      if (!plan_.places[storage].scratchpad)
        plan_.places[storage].address = plan_.arenaBase + static_cast<uint32_t>(offsets[storage]);
    for (int64_t g = 0; g < layers; ++g) {
      int64_t alive = 0;
      for (size_t storage = 0; storage < plan_.places.size(); ++storage)
        if (!graph_.storages[storage].constant && lifetimes_[storage].first <= g && g <= lifetimes_[storage].last)
          alive += plan_.places[storage].span;
      plan_.activationLowerBound = std::max(plan_.activationLowerBound, alive);
    }
  }

  void describePlaces() {
    const auto last = std::max<int64_t>(0, static_cast<int64_t>(graph_.layers.size()) - 1);
    for (size_t storage = 0; storage < plan_.places.size(); ++storage) {
      Place& place = plan_.places[storage];
      place.bytes = place.scratchpad ? roundUp(place.span, machine_.lineBytes()) : dramBytes(storage);
      Lifetime lifetime = lifetimes_[storage];
      if (ofHost(lifetime))
        lifetime = {0, last};
      place.firstGroup = std::min(lifetime.first, last);
      place.lastGroup = std::clamp<int64_t>(lifetime.last, 0, last);
    }
  }

  bool seenByHost(size_t storage) const {
    auto lies = [&](int32_t activation) { return storageOf(activation) == storage; };
    return std::any_of(graph_.inputs.begin(), graph_.inputs.end(), lies) ||
           std::any_of(graph_.outputs.begin(), graph_.outputs.end(), lies);
  }
  bool ofHost(const Lifetime& lifetime) const {
    return lifetime.first < 0 || lifetime.last >= static_cast<int64_t>(graph_.layers.size());
  }

  const DeviceGraph& graph_;
  const Machine& machine_;
  const Mapping& given_;
  std::map<const Layer*, const GroupMapping*> of_; // the given ones
  Plan plan_;
  std::vector<Lifetime> lifetimes_;
};

} // namespace

double dramBytesPerCycle(const Machine& machine) {
  double perCycle = machine.dma.busBytes;
  if (machine.dram.model == DramModel::ideal)
    perCycle = std::min(perCycle, double(machine.dram.bandwidthMbS) / double(machine.clockMhz));
  return perCycle;
}

bool Place::hasBorder() const {
  return std::any_of(border.begin(), border.end(), [](const Border& b) { return b[0] != 0 || b[1] != 0; });
}

void layOut(const Storage& storage, const Machine& machine, Place& place) {
  const auto element = static_cast<int64_t>(net::byteSize(storage.element));
  place.strides.assign(storage.extents.size(), element);
  place.origin = 0;
  int64_t bytes = storage.extents.back() * element;
  if (!place.packed)
    bytes = roundUp(bytes, machine.rowBytes());
  for (size_t d = storage.extents.size() - 1; d-- > 0;) {
    place.strides[d] = bytes;
    place.origin += place.border[d][0] * bytes;
    bytes *= storage.extents[d] + place.border[d][0] + place.border[d][1];
  }
  place.span = bytes;
}

Plan plan(const DeviceGraph& graph, const Machine& machine, const Mapping& given) {
  return Planner(graph, machine, given).run();
}

} // namespace weft::mapping
