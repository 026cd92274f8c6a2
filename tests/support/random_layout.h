// Where random programs keep what. Internal to random programs.
#pragma once

#include <cstdint>

namespace weft::test::layout {

inline constexpr uint32_t kDramBytes = 1 << 20;
// Code below; the last page before it belongs to the sequencer.
inline constexpr uint32_t kDataOffset = 1 << 18;
inline constexpr uint32_t kSequencerOffset = kDataOffset - 4096;
inline constexpr uint32_t kSequencerBytes = 4096;
// The data begins with int32 values fit for biases, then fp32 values fit for scales, then fp32 values of all kinds; the
// rest is random.
inline constexpr uint32_t kBiasBytes = 8192;
inline constexpr uint32_t kScaleBytes = 8192;
inline constexpr uint32_t kFloatBytes = 32768;

// Scalar memory: random code uses the first part, the rest is for getting values into registers and for results.
inline constexpr uint32_t kScalarBytes = 512;
inline constexpr uint32_t kPatternSlot = 576;
inline constexpr uint32_t kValueSlot = 640;
inline constexpr uint32_t kResultSlot = 704;

// Registers: 1 to 8 operands, 9 and 23 temporary, 10 to 20 random code, 21 counters, 22 rounds of a loop, 26 return
// address, 31 exit code.
inline constexpr uint8_t kFirstRandom = 10;
inline constexpr uint8_t kLastRandom = 20;
inline constexpr uint8_t kTemporary = 9;
inline constexpr uint8_t kSecondTemporary = 23;
inline constexpr uint8_t kCounter = 21;
inline constexpr uint8_t kRounds = 22;
inline constexpr uint8_t kLink = 26;
// Pattern registers 0 to 14 are operands, 15 random code's.
inline constexpr uint8_t kRandomPattern = 15;

// Semaphores: one from each unit to each other (0 sequencer, 1 to 4 engines), then those that order accesses to the
// same memory, then one that nothing else uses.
inline constexpr uint8_t kUnits = 5;
inline constexpr uint8_t kWishSemaphores = kUnits * (kUnits - 1);
inline constexpr uint8_t semaphoreOf(uint8_t from, uint8_t to) {
  return static_cast<uint8_t>(from * (kUnits - 1) + (to < from ? to : to - 1));
}
inline constexpr uint8_t consumerOf(uint8_t semaphore) {
  const auto from = static_cast<uint8_t>(semaphore / (kUnits - 1));
  const auto rest = static_cast<uint8_t>(semaphore % (kUnits - 1));
  return rest < from ? rest : static_cast<uint8_t>(rest + 1);
}
inline constexpr uint8_t kFreeSemaphore = 30;
// Orders accesses of vector and matrix engine, and is 0 when both are idle.
inline constexpr uint8_t kIdleSemaphore = kWishSemaphores + 9;

} // namespace weft::test::layout
