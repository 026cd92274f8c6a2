// Who moves which bytes of DRAM, and which of them not for the first time. Told of the requests of load and store
// engine by the cycle model and by the harness of the RTL alike.
#pragma once

#include "simulator/cycle/program_part.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace weft {

// Bytes [first, end) of DRAM that mean one thing while the parts [firstPart, lastPart] of the program run. `first` is a
// multiple of the bus; ranges of the same part do not overlap.
struct MeteredRange {
  uint32_t first = 0;
  uint32_t end = 0;
  size_t firstPart = 0, lastPart = 0;
};

// Bytes as the memory moved them: whole beats. "Again": of beats that were read (written) before through this range.
struct DramMoves {
  uint64_t read = 0, readAgain = 0;
  uint64_t written = 0, writtenAgain = 0;
};

class DramMeter {
public:
  // `busBytes` is the size of a beat of load and store engine.
  DramMeter(const std::vector<ProgramPart>& parts, const std::vector<MeteredRange>& ranges, uint32_t busBytes);

  // A request of whole beats by the instruction at `pc`. It belongs to the range of its first byte.
  void request(uint32_t pc, uint32_t address, uint32_t bytes, bool write);

  struct Count {
    size_t part;  // number of parts: outside of all
    size_t range; // number of ranges: outside of all
    DramMoves moves;
  };
  // What is not 0, by part, then range. Later requests are counted from 0 again; which beats were moved before is
  // remembered.
  std::vector<Count> takeCounts();

private:
  struct Seen {                                 // one bit for each beat of a range
    std::array<std::vector<uint64_t>, 2> beats; // read, written
  };
  struct Place { // a range in a part
    uint32_t first, end;
    size_t range;
    DramMoves moves;
  };
  size_t partAt(uint32_t pc);
  static Place& placeAt(std::vector<Place>& places, uint32_t address);
  static uint64_t mark(std::vector<uint64_t>& beats, uint64_t first, uint64_t count);

  std::vector<ProgramPart> parts_;
  size_t rangeCount_;
  uint32_t busBytes_;
  std::unordered_map<uint32_t, size_t> partOfPc_;
  std::vector<std::vector<Place>> places_; // of each part, by address; its last is outside of all ranges
  std::vector<Seen> seen_;                 // of each range
  // Of the last request: most are like the one before.
  uint32_t pc_ = ~uint32_t{0}; // no instruction's
  size_t part_ = 0;
  Place* place_ = nullptr;
};

} // namespace weft
