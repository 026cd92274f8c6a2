#include "runtime/explain/replay.h"

#include "isa/support/error.h"
#include "runtime/explain/engines.h"

namespace weft::explain {

struct Replay::State {
  explicit State(const Machine& machine)
      : memory(machine), load(machine, semaphores, memory), store(machine, semaphores, memory),
        matrix(machine, semaphores), vector(machine, semaphores) {}

  // Cycle of the sequencer's next dispatch or of the end of its fence.
  Cycle next(const Steps& steps) const {
    if (step == steps.size())
      return kNever;
    const core::Work& work = steps[step].work;
    const auto ready =
        static_cast<Cycle>(std::ceil(sequencer + work.operations * cost.perOperation + work.first * cost.perFirst));
    const Opcode opcode = steps[step].op.instruction.op;
    if (opcode != Opcode::FENCE) {
      const Cycle room = engines[index(opcode)]->queue.room();
      return std::max(room, ready);
    }
    return drained(ready);
  }

  // When all engines are idle, `ready` at the earliest.
  Cycle drained(Cycle ready) const {
    Cycle cycle = ready;
    for (const EngineModel* engine : engines) {
      if (!engine->idle())
        return kNever;
      cycle = std::max(cycle, engine->retired + 1);
    }
    return cycle;
  }

  void dispatch(const Steps& steps, const SequencerCost& layerCost) {
    const Cycle cycle = next(steps);
    const TensorOp& op = steps[step++].op;
    sequencer = static_cast<double>(cycle) + 1;
    if (op.instruction.op == Opcode::FENCE)
      return;
    if (layers.back().instructions++ == 0) {
      firstDispatch.push_back(cycle);
      cost = layerCost;
    }
    engines[index(op.instruction.op)]->queue.dispatch(op, cycle);
  }

  static size_t index(Opcode opcode) { return static_cast<size_t>(info(opcode).engine) - 1; }

  Semaphores semaphores;
  Memory memory;
  LoadModel load;
  StoreModel store;
  MatrixModel matrix;
  VectorModel vector;
  std::array<EngineModel*, kEngines> engines = {&load, &store, &matrix, &vector};
  double sequencer = 0; // when its last step was done
  SequencerCost cost;   // of the layer that dispatched last
  size_t step = 0;
  std::vector<LayerTime> layers;
  std::vector<Cycle> firstDispatch;
};

Replay::Replay(const Machine& machine) : state_(std::make_unique<State>(machine)) {
  WEFT_CHECK(machine.dram.model == DramModel::ideal, "the replay has the ideal DRAM model only");
}

Replay::~Replay() = default;

void Replay::layer(const Steps& steps, const SequencerCost& cost) {
  State& s = *state_;
  s.semaphores.clear();
  for (EngineModel* engine : s.engines) {
    engine->queue.clear();
    engine->time = {};
    engine->bytes = 0;
  }
  s.step = 0;
  LayerTime& layer = s.layers.emplace_back();
  while (true) {
    // The earliest goes first; of several in one cycle the first in unit order.
    Cycle earliest = s.next(steps), second = kNever;
    EngineModel* chosen = nullptr;
    for (EngineModel* engine : s.engines) {
      const Cycle cycle = engine->next();
      if (cycle < earliest) {
        second = earliest;
        earliest = cycle;
        chosen = engine;
      } else if (cycle < second) {
        second = cycle;
      }
    }
    if (earliest == kNever)
      break;
    if (chosen)
      chosen->act(second);
    else
      s.dispatch(steps, cost);
  }
  WEFT_CHECK(s.step == steps.size(), "the replay of a layer does not come to its end");
  for (size_t e = 0; e < kEngines; ++e)
    layer.engines[e] = s.engines[e]->time;
  layer.dramBytesRead = s.load.bytes;
  layer.dramBytesWritten = s.store.bytes;
}

std::vector<LayerTime> Replay::finish() {
  State& s = *state_;
  s.firstDispatch.push_back(s.drained(static_cast<Cycle>(std::ceil(s.sequencer)))); // the program's end waits for it
  size_t dispatched = 0;
  for (LayerTime& layer : s.layers)
    if (layer.instructions > 0) {
      layer.cycles = s.firstDispatch[dispatched + 1] - s.firstDispatch[dispatched];
      ++dispatched;
    }
  return std::move(s.layers);
}

} // namespace weft::explain
