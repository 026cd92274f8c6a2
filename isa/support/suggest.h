// What someone meant who wrote a name that does not exist.
//
// C++17: isa/machine includes it.
#pragma once

#include <string>
#include <vector>

namespace weft {

// The `most` names that the fewest edits make `name` of, the nearest first.
std::vector<std::string> nearest(const std::string& name, const std::vector<std::string>& names, size_t most);

// "; did you mean 'edge-16'?" if a name is near enough for that, otherwise nothing.
std::string didYouMean(const std::string& name, const std::vector<std::string>& names);

} // namespace weft
