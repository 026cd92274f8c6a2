#include "tests/rtl/cosim/shrink.h"

#include "isa/check/own_results.h"
#include "isa/semantics/tensor.h"

#include <algorithm>

namespace weft::test {
namespace {

using Kind = RandomNode::Kind;
using Nodes = std::vector<RandomNode>;

size_t count(const Nodes& nodes) {
  size_t result = nodes.size();
  for (const RandomNode& node : nodes)
    result += count(node.body);
  return result;
}

class Shrinker {
public:
  Shrinker(RandomTree tree, const Machine& machine, const RandomProgramOptions& options,
           const std::function<bool(const RandomTree&)>& fails, int limit)
      : tree_(std::move(tree)), machine_(machine), options_(options), fails_(fails), limit_(limit) {}

  ShrinkResult run() {
    bool progress = true;
    while (progress && attempts_ < limit_) {
      const size_t before = weight();
      remove(tree_.nodes);
      unwrap();
      simplify(tree_.nodes);
      progress = weight() < before;
    }
    return {std::move(tree_), attempts_};
  }

private:
  // Something that falls with every step that is worth another round.
  size_t weight() const { return 1000 * count(tree_.nodes) + simplified_; }

  bool stillFails() {
    if (attempts_ >= limit_)
      return false;
    ++attempts_;
    return fails_(tree_);
  }

  // Takes out runs of nodes: halves, quarters, ... single ones, from the end on.
  void remove(Nodes& nodes) {
    for (size_t length = std::max<size_t>(1, nodes.size() / 2); length > 0; length /= 2)
      for (size_t end = nodes.size(); end > 0;) {
        const size_t begin = end - std::min(end, length);
        const Nodes saved = nodes;
        nodes.erase(nodes.begin() + static_cast<ptrdiff_t>(begin), nodes.begin() + static_cast<ptrdiff_t>(end));
        if (!stillFails())
          nodes = saved;
        end = begin;
      }
    for (RandomNode& node : nodes)
      if (!node.body.empty())
        remove(node.body);
  }

  // Bodies in the place of loops, branches and calls.
  void unwrap() {
    for (size_t i = 0; i < tree_.nodes.size(); ++i) {
      if (tree_.nodes[i].body.empty())
        continue;
      const Nodes saved = tree_.nodes;
      const Nodes body = tree_.nodes[i].body;
      tree_.nodes.erase(tree_.nodes.begin() + static_cast<ptrdiff_t>(i));
      tree_.nodes.insert(tree_.nodes.begin() + static_cast<ptrdiff_t>(i), body.begin(), body.end());
      if (!stillFails())
        tree_.nodes = saved;
    }
  }

  // Whether the generator might have made this node.
  bool legal(const RandomNode& node) const {
    if (node.kind != Kind::tensor || node.forced)
      return true;
    const TensorOp op = makeOp(node.op, node.arguments);
    return !checkOperands(op, machine_) && !checkAddresses(op, machine_) &&
           !(options_.raceFree && readsOwnResults(op, machine_));
  }

  template <typename T> void attempt(RandomNode& node, T& place, const T& value) {
    if (place == value)
      return;
    const T saved = place;
    place = value;
    if (legal(node) && stillFails())
      ++simplified_;
    else
      place = saved;
  }

  void simplify(Nodes& nodes) {
    for (RandomNode& node : nodes) {
      simplify(node.body);
      if (node.kind == Kind::loop || node.kind == Kind::tensor)
        attempt(node, node.times, uint32_t{1});
      if (node.kind == Kind::loop || node.kind == Kind::signal)
        attempt(node, node.times, node.times / 2 + 1);
      if (node.kind == Kind::sync)
        semaphores(node);
      if (node.kind == Kind::tensor)
        simplifyTensor(node);
    }
  }

  void semaphores(RandomNode& node) {
    Sync& sync = node.arguments.sync;
    for (uint8_t* semaphore : {&sync.w0, &sync.w1, &sync.s0, &sync.s1})
      attempt(node, *semaphore, kNoSemaphore);
  }

  void simplifyTensor(RandomNode& node) {
    TensorArguments& args = node.arguments;
    attempt(node, node.step, {});
    attempt(node, node.style, kPlainStyle);
    semaphores(node);
    for (PatternRegister* walk : {&args.pA, &args.pB, &args.pC}) {
      for (size_t k = 0; k < 4; ++k) {
        uint32_t& number = walk->field[field::count0 + k];
        attempt(node, number, 1u);
        while (number > 1 && number <= 65535) {
          const uint32_t before = number;
          attempt(node, number, before / 2);
          if (number == before)
            break;
        }
        if (number > 1)
          attempt(node, number, number - 1);
        attempt(node, walk->field[field::stride0 + k], 0u);
      }
      attempt(node, walk->field[field::lo0], 0u);
      attempt(node, walk->field[field::hi0], 65535u);
      attempt(node, walk->field[field::lo1], 0u);
      attempt(node, walk->field[field::hi1], 65535u);
      attempt(node, walk->field[field::fill], 0u);
    }
    PatternRegister plain;
    plain.field.fill(0);
    plain.field[config::hi] = plain.field[config::hi2] = 255;
    for (size_t f = 0; f < plain.field.size(); ++f)
      attempt(node, args.pD.field[f], plain.field[f]);
  }

  // Usual registers, values set directly.
  static constexpr uint64_t kPlainStyle = 1;

  RandomTree tree_;
  const Machine& machine_;
  RandomProgramOptions options_;
  const std::function<bool(const RandomTree&)>& fails_;
  int limit_;
  int attempts_ = 0;
  size_t simplified_ = 0;
};

} // namespace

ShrinkResult shrink(const RandomTree& tree, const Machine& machine, const RandomProgramOptions& options,
                    const std::function<bool(const RandomTree&)>& fails, int limit) {
  return Shrinker(tree, machine, options, fails, limit).run();
}

size_t size(const RandomTree& tree) {
  return count(tree.nodes);
}

} // namespace weft::test
