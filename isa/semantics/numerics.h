// The scalar arithmetic of integer networks, bit for bit that of ONNX Runtime's kernels on x86. The reference executor,
// the functional semantics of the instructions, the simulators and the RTL tests all use these functions and no others.
//
// Notation: fl(x) is x rounded to float32, nearest even; RNE(x) is x rounded to an integer, nearest even. Every float
// operation below is one IEEE float32 operation in the order written: a file that includes this header is compiled with
// -ffp-contract=off and without -ffast-math, in the default rounding mode.
//
// `lo` and `hi` are always the bounds of the 8-bit (or narrower) result, zero point included: the type's range, or the
// tighter range of a fused activation (Relu of a u8 tensor with zero point zp has lo = zp). lo <= hi.
//
// C++17: the SystemC files include it.
#pragma once

#include <cmath>
#include <cstdint>

namespace weft::num {

// RNE(x) for |x| <= 2^22. Adding 1.5 * 2^23 leaves no fraction bits, so the addition itself rounds; the subtraction is
// exact. (std::nearbyint does the same but is a library call on the x86-64 baseline.)
inline int32_t roundToEven(float x) {
  constexpr float kMagic = 12582912.0f; // 1.5 * 2^23
  return static_cast<int32_t>((x + kMagic) - kMagic);
}

// x limited to [lo, hi]; NaN gives lo, as x86's maxps(x, lo) does.
inline float clamp(float x, float lo, float hi) {
  float low = x > lo ? x : lo;
  return low < hi ? low : hi;
}

// --- Requantise: QLinearConv, QLinearMatMul, QGemm, QLinearGlobalAveragePool -----------------------------------------

// s = fl(fl(sx * sw) / sy), the factor from an int32 accumulator to the result's units. ONNX Runtime: QLinearConv and
// QLinearMatMul (output_scales); QGemm multiplies alpha first: fl(fl(fl(alpha * sx) * sw) / sy).
inline float requantiseScale(float sx, float sw, float sy) {
  float product = sx * sw;
  return product / sy;
}

// y = RNE(clamp(fl(fl(acc) * scale), lo - zp, hi - zp)) + zp. The clamp comes before the rounding and is exact, because
// its bounds are integers. ONNX Runtime: MlasRequantizeOutput.
inline int32_t requantise(int32_t acc, float scale, int32_t zp, int32_t lo, int32_t hi) {
  float scaled = static_cast<float>(acc) * scale;
  return roundToEven(clamp(scaled, static_cast<float>(lo - zp), static_cast<float>(hi - zp))) + zp;
}

// The factor for a sum over `count` elements: s = fl(sx / fl(sy * fl(count))). The accumulator is
// sum(x) - count * zx. ONNX Runtime: MlasQLinearGlobalAveragePool.
inline float averageScale(float sx, float sy, int32_t count) {
  float divisor = sy * static_cast<float>(count);
  return sx / divisor;
}

// --- Residual add and product ----------------------------------------------------------------------------------------

// The constants of a residual add c = a + b with scales sa, sb, sc and zero points za, zb, zc:
// rA = fl(sa / sc), rB = fl(sb / sc), fixed = fl(zc - fma(rA, za, fl(rB * zb))). The fma is there because ONNX Runtime's
// AVX2 kernel is compiled with contraction; without it about one result in a million differs.
struct QAdd {
  float rA;
  float rB;
  float fixed;
};

inline QAdd makeQAdd(float sa, int32_t za, float sb, int32_t zb, float sc, int32_t zc) {
  QAdd add{sa / sc, sb / sc, 0.0f};
  float offset = std::fma(add.rA, static_cast<float>(za), add.rB * static_cast<float>(zb));
  add.fixed = static_cast<float>(zc) - offset;
  return add;
}

// c = clamp(RNE(fma(a, rA, fma(b, rB, fixed))), lo, hi) with the raw 8-bit values a and b; the zero points are in
// `fixed`, inside the rounding. ONNX Runtime: MlasQLinearAdd, AVX2 kernel.
inline int32_t qadd(int32_t a, int32_t b, const QAdd& add, int32_t lo, int32_t hi) {
  float inner = std::fma(static_cast<float>(b), add.rB, add.fixed);
  float sum = std::fma(static_cast<float>(a), add.rA, inner);
  return roundToEven(clamp(sum, static_cast<float>(lo), static_cast<float>(hi)));
}

// c = clamp(RNE(fl(fl(fl((a - za) * (b - zb)) * scale) + zc)), lo, hi) with scale = requantiseScale(sa, sb, sc): unlike
// in requantise, the zero point is added before the rounding. ONNX Runtime: MlasQLinearMul, SSE2 kernel.
inline int32_t qmul(int32_t a, int32_t za, int32_t b, int32_t zb, float scale, int32_t zc, int32_t lo, int32_t hi) {
  float scaled = static_cast<float>((a - za) * (b - zb)) * scale;
  float sum = scaled + static_cast<float>(zc);
  return roundToEven(clamp(sum, static_cast<float>(lo), static_cast<float>(hi)));
}

// --- Conversion ------------------------------------------------------------------------------------------------------

// q = RNE(clamp(fl(x / scale), lo - zp, hi - zp)) + zp; NaN gives lo. 8- and 16-bit results. ONNX Runtime:
// MlasQuantizeLinear.
inline int32_t quantise(float x, float scale, int32_t zp, int32_t lo, int32_t hi) {
  float units = x / scale;
  return roundToEven(clamp(units, static_cast<float>(lo - zp), static_cast<float>(hi - zp))) + zp;
}

// x = fl(fl(q - zp) * scale). ONNX: DequantizeLinear.
inline float dequantise(int32_t q, float scale, int32_t zp) {
  return static_cast<float>(static_cast<int64_t>(q) - zp) * scale;
}

// q = clamp(RNE(fl(fl(x / scale) + zp)), lo, hi): the zero point is inside the rounding. ONNX Runtime: quantize_value
// of QLinearAveragePool.
inline int32_t quantiseShifted(float x, float scale, int32_t zp, int32_t lo, int32_t hi) {
  float units = x / scale;
  float shifted = units + static_cast<float>(zp);
  return roundToEven(clamp(shifted, static_cast<float>(lo), static_cast<float>(hi)));
}

} // namespace weft::num
