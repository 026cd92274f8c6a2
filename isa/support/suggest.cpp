#include "isa/support/suggest.h"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>

namespace weft {
namespace {

// Edits that turn one name into the other.
size_t distance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row.back();
}

} // namespace

std::vector<std::string> nearest(const std::string& name, const std::vector<std::string>& names, size_t most) {
  std::vector<std::pair<size_t, std::string>> ranked;
  for (const std::string& candidate : names)
    ranked.emplace_back(distance(name, candidate), candidate);
  std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> result;
  for (size_t i = 0; i < std::min(most, ranked.size()); ++i)
    result.push_back(ranked[i].second);
  return result;
}

std::string didYouMean(const std::string& name, const std::vector<std::string>& names) {
  const std::vector<std::string> first = nearest(name, names, 1);
  if (first.empty() || distance(name, first[0]) > std::max<size_t>(2, name.size() / 3))
    return "";
  return fmt::format("; did you mean '{}'?", first[0]);
}

} // namespace weft
