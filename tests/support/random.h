// Random numbers for generated tests: the same seed gives the same sequence everywhere.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <random>
#include <vector>

namespace weft::test {

class Random {
public:
  explicit Random(uint64_t seed) : engine_(seed * 0x9e3779b97f4a7c15u + 1) {}
  // 0 to limit - 1. Modulo, since the standard's distributions differ between libraries.
  uint32_t below(uint64_t limit) { return static_cast<uint32_t>(engine_() % limit); }
  uint32_t between(uint32_t low, uint32_t high) { return low + below(uint64_t{high} - low + 1); }
  bool percent(uint32_t chance) { return below(100) < chance; }
  template <typename T> T pick(std::initializer_list<T> values) { return values.begin()[below(values.size())]; }
  template <typename T> T pick(const std::vector<T>& values) { return values[below(values.size())]; }
  uint64_t word() { return engine_(); }

private:
  std::mt19937_64 engine_;
};

} // namespace weft::test
