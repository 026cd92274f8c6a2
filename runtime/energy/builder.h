// Makes an EnergyModel: each function contributes the components and the area of one part of the machine.
#pragma once

#include "runtime/energy/model.h"
#include "runtime/energy/scaling.h"

namespace weft::energy {

class ModelBuilder {
public:
  ModelBuilder(const EnergyTable& table, const Machine& machine, Switching switching);
  EnergyModel build();

private:
  void array();
  void operands(double pitch);
  void toggles(double pitch);
  void scratchpad();
  void accumulators();
  void vector();
  void sequencer();
  void dma();
  void dram();

  void add(const char* group, const std::string& name, double pj, const std::string& source, std::vector<Term> actions,
           double peakPerCycle);
  void block(const std::string& name, double um2, const std::string& source);
  // Area of logic with its leakage and its clock.
  void logicBlock(const std::string& name, double um2, double leakageUw, const std::string& source);
  // Power that is there in every cycle.
  void standing(const char* group, const std::string& name, double mw, const std::string& source);
  // A memory of `banks` equal banks: its area and leakage.
  SramBank memory(const std::string& name, double bytes, double banks, double rowBytes);

  const EnergyTable& table_;
  const Machine& machine_;
  Switching switching_;
  Scaling scaling_;
  EnergyModel model_;
  // At the target.
  Unit reg_, adder_, multiplier_, shifter_, bitwise_, comparator_, fpAdder_, fpMultiplier_;
};

} // namespace weft::energy
