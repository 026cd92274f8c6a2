// The one way in which a tensor instruction can race with itself.
#pragma once

#include "isa/semantics/tensor.h"

namespace weft {

// Whether a vector instruction reads, for some result row, bytes of a result row that it writes earlier. The hardware
// reads ahead of its writes, so which value it sees is not defined. (Reading the row that is being computed, or later
// ones, is defined; channel parameters are read before the first write.) Exact up to `limit` reads of rows; an
// instruction with more is taken to do so unless its operands and results are apart, or the same rows in the same
// order, each once. False for an instruction that faults.
bool readsOwnResults(const TensorOp& op, const Machine& machine, uint64_t limit = 1 << 20);

} // namespace weft
