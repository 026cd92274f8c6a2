#include "simulator/cycle/dram_meter.h"

#include <algorithm>
#include <bit>

namespace weft {

DramMeter::DramMeter(const std::vector<ProgramPart>& parts, const std::vector<MeteredRange>& ranges, uint32_t busBytes)
    : parts_(parts), rangeCount_(ranges.size()), busBytes_(busBytes), places_(parts.size() + 1), seen_(ranges.size()) {
  for (size_t part = 0; part < parts.size(); ++part)
    for (size_t range = 0; range < ranges.size(); ++range)
      if (ranges[range].firstPart <= part && part <= ranges[range].lastPart)
        places_[part].push_back({ranges[range].first, ranges[range].end, range, {}});
  for (std::vector<Place>& places : places_) {
    std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) { return a.first < b.first; });
    places.push_back({0, 0, ranges.size(), {}}); // what is outside of all
  }
}

size_t DramMeter::partAt(uint32_t pc) {
  auto [at, isNew] = partOfPc_.try_emplace(pc, parts_.size());
  if (isNew)
    for (size_t part = 0; part < parts_.size(); ++part)
      if (parts_[part].first <= pc && pc < parts_[part].end)
        at->second = part;
  return at->second;
}

DramMeter::Place& DramMeter::placeAt(std::vector<Place>& places, uint32_t address) {
  auto after = std::upper_bound(places.begin(), places.end() - 1, address,
                                [](uint32_t value, const Place& place) { return value < place.first; });
  if (after == places.begin() || address >= std::prev(after)->end)
    return places.back();
  return *std::prev(after);
}

// Marks the beats and returns how many of them were new.
uint64_t DramMeter::mark(std::vector<uint64_t>& beats, uint64_t first, uint64_t count) {
  const uint64_t end = first + count;
  if (beats.size() * 64 < end)
    beats.resize((end + 63) / 64);
  uint64_t found = 0;
  while (first < end) {
    const uint64_t bit = first % 64, size = std::min(64 - bit, end - first);
    const uint64_t mask = (size == 64 ? ~uint64_t{0} : (uint64_t{1} << size) - 1) << bit;
    uint64_t& word = beats[first / 64];
    found += static_cast<uint64_t>(std::popcount(mask & ~word));
    word |= mask;
    first += size;
  }
  return found;
}

void DramMeter::request(uint32_t pc, uint32_t address, uint32_t bytes, bool write) {
  if (pc != pc_) {
    pc_ = pc;
    part_ = partAt(pc);
    place_ = nullptr;
  }
  if (!place_ || address < place_->first || address >= place_->end)
    place_ = &placeAt(places_[part_], address);
  DramMoves& moves = place_->moves;
  (write ? moves.written : moves.read) += bytes;
  if (place_->range == rangeCount_)
    return;
  const uint64_t fresh =
      mark(seen_[place_->range].beats[write ? 1 : 0], (address - place_->first) / busBytes_, bytes / busBytes_) *
      busBytes_;
  (write ? moves.writtenAgain : moves.readAgain) += bytes - fresh;
}

std::vector<DramMeter::Count> DramMeter::takeCounts() {
  std::vector<Count> counts;
  for (size_t part = 0; part < places_.size(); ++part) {
    const size_t first = counts.size();
    for (Place& place : places_[part]) {
      if (place.moves.read + place.moves.written > 0)
        counts.push_back({part, place.range, place.moves});
      place.moves = {};
    }
    std::sort(counts.begin() + static_cast<std::ptrdiff_t>(first), counts.end(),
              [](const Count& a, const Count& b) { return a.range < b.range; });
  }
  return counts;
}

} // namespace weft
