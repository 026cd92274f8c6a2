#include "compiler/mapping/placement.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>

namespace weft::mapping {

using net::Network;
using net::Node;

namespace {

// The positions of a contraction's two sides.
struct Contraction {
  size_t left = 0, right = 1;
  bool convolution = false;
};

std::optional<Contraction> contractionOf(const Node& node) {
  static const std::map<std::string, Contraction> kContractions = {
      {"Conv", {0, 1, true}},           {"ConvTranspose", {0, 1, true}}, {"ConvInteger", {0, 1, true}},
      {"QLinearConv", {0, 3, true}},    {"Gemm", {0, 1, false}},         {"MatMul", {0, 1, false}},
      {"MatMulInteger", {0, 1, false}}, {"QGemm", {0, 3, false}},        {"QLinearMatMul", {0, 3, false}}};
  const auto found = kContractions.find(node.op);
  return found == kContractions.end() ? std::nullopt : std::optional(found->second);
}

class Scheduler {
public:
  Scheduler(const Network& network, const RefusalOf& refusal) : network_(network), readers_(network.tensors.size()) {
    producer_.assign(network.tensors.size(), -1);
    for (size_t i = 0; i < network.nodes.size(); ++i) {
      const Node& node = network.nodes[i];
      for (int32_t output : node.outputs)
        producer_[static_cast<size_t>(output)] = static_cast<int32_t>(i);
      for (int32_t input : node.inputs)
        if (input >= 0)
          readers_[static_cast<size_t>(input)].push_back(i);
      reasons_.push_back(refusal(node).value_or(""));
    }
  }

  Schedule run() {
    const std::vector<std::string> refusals = reasons_;
    std::vector<Schedule::Step> steps;
    do {
      giveRearrangements();
      steps = inTurn();
    } while (giveSmallSteps(steps));
    if (std::none_of(steps.begin(), steps.end(), [](const Schedule::Step& step) { return step.onDevice; }))
      refuseAll(refusals);
    return {std::move(steps), std::move(reasons_)};
  }

private:
  bool onDevice(size_t node) const { return reasons_[node].empty(); }

  // A Transpose goes byte by byte on the accelerator: it is the host's wherever the host has the operand or alone reads
  // the result. So is a result of the same bytes that no other node of the accelerator reads.
  void giveRearrangements() {
    for (size_t i = 0; i < network_.nodes.size(); ++i) {
      const Node& node = network_.nodes[i];
      if (!onDevice(i) || node.op != "Transpose")
        continue;
      const int32_t producer = producer_[static_cast<size_t>(node.inputs[0])];
      if (producer < 0 || !onDevice(static_cast<size_t>(producer)))
        reasons_[i] = "the host has its operand";
    }
    for (size_t i = network_.nodes.size(); i-- > 0;) {
      const Node& node = network_.nodes[i];
      if (!onDevice(i) || !(isAlias(node) || node.op == "Transpose"))
        continue;
      const std::vector<size_t>& readers = readers_[static_cast<size_t>(node.outputs[0])];
      if (std::none_of(readers.begin(), readers.end(), [&](size_t reader) { return onDevice(reader); }))
        reasons_[i] = "only the host reads its result";
    }
  }

  // The host begins; then each side runs what it can. No other order has fewer steps of the accelerator, since at the
  // end of each step no other has done more.
  std::vector<Schedule::Step> inTurn() const {
    std::vector<Schedule::Step> steps;
    std::vector<bool> done(network_.nodes.size(), false);
    auto ready = [&](const Node& node) {
      return std::all_of(node.inputs.begin(), node.inputs.end(), [&](int32_t input) {
        const int32_t producer = input < 0 ? -1 : producer_[static_cast<size_t>(input)];
        return producer < 0 || done[static_cast<size_t>(producer)];
      });
    };
    size_t left = network_.nodes.size();
    for (bool device = false; left > 0; device = !device) {
      Schedule::Step step{device, {}};
      for (size_t i = 0; i < network_.nodes.size(); ++i) // in topological order
        if (!done[i] && onDevice(i) == device && ready(network_.nodes[i])) {
          done[i] = true;
          step.nodes.push_back(static_cast<int32_t>(i));
        }
      left -= step.nodes.size();
      if (!step.nodes.empty())
        steps.push_back(std::move(step));
    }
    return steps;
  }

  bool contracts(const Schedule::Step& step) const {
    return std::any_of(step.nodes.begin(), step.nodes.end(), [&](int32_t node) {
      return contractionOf(network_.nodes[static_cast<size_t>(node)]).has_value();
    });
  }

  // Of several steps of the accelerator, those without a contraction become the host's (if none has one, all but the
  // first). Returns whether there were any.
  bool giveSmallSteps(const std::vector<Schedule::Step>& steps) {
    std::vector<const Schedule::Step*> device;
    for (const Schedule::Step& step : steps)
      if (step.onDevice)
        device.push_back(&step);
    if (device.size() < 2)
      return false;
    if (std::none_of(device.begin(), device.end(), [&](const Schedule::Step* step) { return contracts(*step); }))
      device.erase(device.begin());
    bool any = false;
    for (const Schedule::Step* step : device)
      if (!contracts(*step)) {
        any = true;
        for (int32_t node : step->nodes)
          reasons_[static_cast<size_t>(node)] =
              "between operators of the host, without a convolution or matrix product, it is not worth the way";
      }
    return any;
  }

  // Names a contraction, or else an operator from 8-bit data to such data, since those might be the accelerator's in
  // another form; else one that a quantised network has in float, or that was given to the host.
  [[noreturn]] void refuseAll(const std::vector<std::string>& refusals) const {
    auto isByte = [&](int32_t index) {
      if (index < 0)
        return false;
      const net::Tensor& tensor = network_.tensors[static_cast<size_t>(index)];
      return !tensor.isConstant && net::byteSize(tensor.type) == 1 && tensor.type != net::DType::boolean;
    };
    auto is8Bit = [&](const Node& node) {
      return std::any_of(node.inputs.begin(), node.inputs.end(), isByte) &&
             std::any_of(node.outputs.begin(), node.outputs.end(), isByte);
    };
    for (bool contraction : {true, false})
      for (size_t i = 0; i < network_.nodes.size(); ++i) {
        const Node& node = network_.nodes[i];
        if (!refusals[i].empty() && (contraction ? contractionOf(node).has_value() : is8Bit(node)))
          refuse(node, refusals[i]);
      }
    for (size_t i = 0; i < network_.nodes.size(); ++i)
      if (const Node& node = network_.nodes[i]; refusals[i].empty() || node.attributes.contains(net::kWhyHostAttribute))
        refuse(node, fmt::format("{}; that leaves nothing to the accelerator", reasons_[i]));
    throw Error(
        fmt::format("network '{}' has no operator that the accelerator runs; it runs 8-bit integer networks (QDQ "
                    "or QLinear form)",
                    network_.name));
  }

  const Network& network_;
  std::vector<int32_t> producer_;            // node of each tensor; -1: none
  std::vector<std::vector<size_t>> readers_; // nodes of each tensor
  std::vector<std::string> reasons_;         // of each node why it is the host's; empty: it is the accelerator's
};

// Or rearranges what is quantised.
bool quantises(const Node& node) {
  return node.op == "QuantizeLinear" || node.op == "DequantizeLinear" || node.op == "Transpose" || isAlias(node);
}

// Throws Error naming the first node that the host would have to run against the policy; first of all one that is there
// for its own sake and not to quantise for another.
void check(const Network& network, const Schedule& schedule, HostPolicy policy) {
  if (policy == HostPolicy::allow)
    return;
  size_t first = schedule.steps.size(), last = 0; // of the accelerator
  for (size_t i = 0; i < schedule.steps.size(); ++i)
    if (schedule.steps[i].onDevice) {
      first = std::min(first, i);
      last = i;
    }
  for (bool quantising : {false, true})
    for (size_t i = 0; i < schedule.steps.size(); ++i) {
      const bool between = first < i && i < last;
      const bool legal = !between && (policy == HostPolicy::edges || quantising);
      if (schedule.steps[i].onDevice || legal)
        continue;
      for (int32_t index : schedule.steps[i].nodes)
        if (const Node& node = network.nodes[static_cast<size_t>(index)]; quantises(node) == quantising)
          refuse(node,
                 fmt::format("{}; so the host would have to run it{}, which '--host {}' does",
                             schedule.reasons[static_cast<size_t>(index)],
                             between ? " between two parts of the accelerator" : "", between ? "allow" : "edges"));
    }
}

} // namespace

bool isAlias(const Node& node) {
  return node.op == "Reshape" || node.op == "Flatten" || node.op == "Squeeze" || node.op == "Unsqueeze" ||
         node.op == "Identity";
}

uint64_t multiplyAccumulates(const Network& network, const Node& node) {
  const std::optional<Contraction> contraction = contractionOf(node);
  if (!contraction)
    return 0;
  auto shape = [&](int32_t tensor) -> const net::Shape& { return network.tensors[static_cast<size_t>(tensor)].shape; };
  const net::Shape& left = shape(node.inputs[contraction->left]);
  int64_t depth = 1;
  if (contraction->convolution) {
    const net::Shape& weights = shape(node.inputs[contraction->right]);
    for (size_t axis = 1; axis < weights.size(); ++axis)
      depth *= weights[axis];
  } else if (!left.empty()) {
    depth = node.integer("transA", 0) != 0 ? left.front() : left.back();
  }
  return static_cast<uint64_t>(net::elementCount(shape(node.outputs[0])) * depth);
}

Refusal::Refusal(const Node& refused, const std::string& why)
    : Error(fmt::format("node '{}' ({}): {}", refused.name, refused.op, why)), node(&refused), reason(why) {}

void refuse(const Node& node, const std::string& reason) {
  throw Refusal(node, reason);
}

Schedule scheduleNodes(const Network& network, const RefusalOf& refusal, HostPolicy policy) {
  Schedule schedule = Scheduler(network, refusal).run();
  check(network, schedule, policy);
  return schedule;
}

} // namespace weft::mapping
