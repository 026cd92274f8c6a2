#include "runtime/api/races.h"

#include "runtime/api/fault.h"

#include <fmt/format.h>

namespace weft::runtime {

void throwIfRaces(const std::vector<Race>& races, const std::vector<SemaphoreProblem>& problems, const Program& program,
                  const Dram& dram) {
  constexpr size_t kShown = 10;
  if (races.empty() && problems.empty())
    return;
  std::string message =
      fmt::format("the race detector found {} race(s) and {} misuse(s) of semaphores", races.size(), problems.size());
  for (size_t i = 0; i < std::min(races.size(), kShown); ++i) {
    message += fmt::format("\n  {}", describe(races[i]));
    message += fmt::format("\n    {}", describePlace(program, dram, races[i].first.pc));
    message += fmt::format("\n    {}", describePlace(program, dram, races[i].second.pc));
  }
  for (size_t i = 0; i < std::min(problems.size(), kShown); ++i)
    message += fmt::format("\n  {}", describe(problems[i]));
  if (races.size() > kShown || problems.size() > kShown)
    message += fmt::format("\n  ... ({} of each kind are shown)", kShown);
  throw ProgramError(message);
}

} // namespace weft::runtime
