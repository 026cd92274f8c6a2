// Tensors as views of storages. Whatever only rearranges a tensor (reshape, transposition, slice, expansion,
// repetition) is arithmetic on its view and costs nothing; a layer that cannot read a view as it is gets a copy of it
// (move).
#pragma once

#include "isa/program/workload.h"

#include <optional>
#include <span>

namespace weft::mapping {

// Levels without those of count 1; neighbours that are one walk joined.
View::Levels normalise(const View::Levels& levels);

// The whole storage, as a tensor whose dimension i lies along dimension order[i] of the storage.
View wholeView(const Storage& storage, std::span<const int32_t> order);

// The same elements in the same (row-major) order with another shape of as many elements; nothing if a digit would have
// to be cut where it cannot.
std::optional<View> reshaped(const View& view, const net::Shape& shape);
// Dimension i of the result is dimension permutation[i].
View transposed(const View& view, std::span<const int64_t> permutation);
// Indices begin, begin + step, ... (count of them; step may be negative) of one dimension; nothing if its digits do not
// allow that.
std::optional<View> sliced(const View& view, size_t dimension, int64_t begin, int64_t count, int64_t step = 1);
// NumPy's broadcasting to a shape of at least the same rank.
View broadcast(const View& view, const net::Shape& shape);
// Every index of a dimension `times` times in a row.
View repeated(const View& view, size_t dimension, int64_t times);

// The levels of several dimensions as one, outermost first.
View::Levels joined(const View& view, std::span<const size_t> dimensions);

} // namespace weft::mapping
