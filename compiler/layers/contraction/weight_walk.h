// How the weight tiles of a matrix group get from DRAM into the scratchpad.
//
// In DRAM tiles are whole, padded with the zero point, in the order in which they stream. A chunk is a *stack* of tiles
// for each of its kernel rows and columns: the array rows of its channel blocks, of which the last may lie beyond the
// last channel; in the last column tile the last bytes of every row may lie beyond the last result. Either all is
// fetched, contiguously, or a walk with a window fetches what is real and the load engine writes the rest as fill.
//
// The walk's dimension 1 steps through the *parts* of a stack, dimension 2 through the runs of a part, dimension 3
// through stacks. So fill comes in small portions between real runs, and is written while DRAM delivers the next: all
// of it at the end of a stack would fill the engine's FIFO, and DRAM would idle. Padding along columns is written only
// when a column tile uses a buffer for the first time, and stays while later chunks put shorter runs beside it.
#pragma once

#include "compiler/layers/geometry.h"

namespace weft::layers {

struct WeightWalk {
  int64_t runRows = 0;  // array rows of a run; 0: contiguous
  int64_t partRows = 0; // array rows of a part, a multiple of runRows; real ones are rounded up to whole parts
  double cycles = 0;    // of loading all weights once, nothing colliding
  bool windowed() const { return runRows > 0; }
};

// The walk with the fewest cycles by the closed form of the load engine (timing chapter, section 6); contiguous where
// windows gain nothing.
WeightWalk chooseWeightWalk(const Geometry& geometry, const GroupMapping& mapping, const Machine& machine);

} // namespace weft::layers
