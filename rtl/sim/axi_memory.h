// The memory behind one AXI port: accepts every request, answers with the data of DRAM in the cycles that a DRAM timing
// model says (isa/docs/timing.md, section 4).
#pragma once

#include "isa/semantics/state.h"

#include <cstdint>
#include <cstring>
#include <deque>
#include <vector>

namespace weft::rtl {

// The R channel: beats in the order of their requests, one in a cycle.
class ReadChannel {
public:
  struct Wires { // of the model
    uint8_t* valid;
    uint8_t* data;
    uint8_t* last;
    const uint8_t* ready;
  };
  ReadChannel(const Dram& dram, uint32_t busBytes, const Wires& wires)
      : dram_(dram), bus_(busBytes), wires_(wires), data_(kBeats * busBytes), beats_(kBeats) {}

  // A request of whole beats, the first of which can be taken in cycle `ready`. The data is that of now. Throws Error
  // if the address is not in DRAM.
  void request(uint64_t ready, uint32_t address, uint32_t bytes);

  // Drives the wires for a cycle.
  void present(uint64_t cycle) {
    const bool valid = head_ != tail_ && beats_[head_].from <= cycle;
    *wires_.valid = valid;
    if (valid && !presented_) {
      std::memcpy(wires_.data, &data_[head_ * bus_], bus_);
      *wires_.last = beats_[head_].last;
      presented_ = true;
    }
  }
  // The handshake, after the model has been evaluated.
  void finish() {
    if (*wires_.valid && *wires_.ready) {
      head_ = next(head_);
      presented_ = false;
    }
  }

private:
  static constexpr size_t kBeats = 16; // to begin with
  struct Beat {
    uint64_t from = 0; // cycle
    bool last = false;
  };
  size_t next(size_t position) const { return position + 1 == beats_.size() ? 0 : position + 1; }
  void grow();

  const Dram& dram_;
  uint32_t bus_;
  Wires wires_;
  // A ring.
  std::vector<uint8_t> data_;
  std::vector<Beat> beats_;
  size_t head_ = 0, tail_ = 0;
  bool presented_ = false; // the head is on the wires
};

// The W and B channels. W beats may come before or after the request that they belong to; the write happens when all
// are there, its answer in the cycle that the timing model says, one in a cycle.
class WriteChannel {
public:
  struct Wires {
    const uint8_t* valid;
    const uint8_t* data;
    const uint8_t* strobe;
    const uint8_t* last;
    uint8_t* answered; // B
    const uint8_t* ready;
  };
  WriteChannel(Dram& dram, uint32_t busBytes, const Wires& wires) : dram_(dram), bus_(busBytes), wires_(wires) {}

  // A request of whole beats, answered in cycle `done`. Throws Error if the address is not in DRAM.
  void request(uint64_t done, uint32_t address, uint32_t bytes);

  void present(uint64_t cycle) {
    if (idle_)
      return;
    *wires_.answered = !answers_.empty() && answers_.front() <= cycle;
  }
  void finish(uint64_t cycle) {
    if (*wires_.valid)
      take();
    if (idle_)
      return;
    if (*wires_.answered && *wires_.ready)
      answers_.pop_front();
    complete(cycle);
  }

private:
  struct Request {
    uint64_t done;
    uint32_t address;
    uint32_t beats;
  };
  void take();
  void complete(uint64_t cycle);

  Dram& dram_;
  uint32_t bus_;
  Wires wires_;
  std::deque<Request> requests_; // not complete
  std::vector<uint8_t> data_;    // W beats of them, from the first on
  std::vector<bool> strobes_;    // of every byte
  std::vector<bool> last_;       // of every beat
  std::deque<uint64_t> answers_; // cycles
  bool idle_ = true;             // nothing is waiting, and no answer on the wire
};

} // namespace weft::rtl
