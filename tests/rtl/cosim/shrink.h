// Makes a failing random program small.
#pragma once

#include "tests/support/random_program.h"

#include <functional>

namespace weft::test {

struct ShrinkResult {
  RandomTree tree;
  int attempts = 0; // programs that were tried
};

// Takes parts out of the tree and makes what is left simpler as long as `fails` says that the difference is still
// there. Ends when nothing more can go, or after `limit` attempts. Trees that are tried stay legal (and free of races
// where `options` ask for it); `tree` itself must fail.
ShrinkResult shrink(const RandomTree& tree, const Machine& machine, const RandomProgramOptions& options,
                    const std::function<bool(const RandomTree&)>& fails, int limit = 3000);

// Nodes of the tree, those in bodies included.
size_t size(const RandomTree& tree);

} // namespace weft::test
