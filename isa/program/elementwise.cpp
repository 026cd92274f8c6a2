#include "isa/program/elementwise.h"

#include <algorithm>
#include <cmath>

namespace weft::net {
namespace {

using Parameters = const float (&)[kMaxParameters];

// Functions that the C library does not round correctly are computed in double and rounded once more.
float narrow(double value) {
  return static_cast<float>(value);
}

float hardSigmoid(float x, float alpha, float beta) {
  const float product = alpha * x;
  return std::clamp(product + beta, 0.0f, 1.0f);
}

double softplus(double x) {
  return std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x)));
}

float gelu(float x, Parameters) {
  constexpr double kRootHalf = 0.70710678118654752440;
  return narrow(0.5 * x * (1 + std::erf(x * kRootHalf)));
}

float fastGelu(float x, Parameters) {
  constexpr double kRootTwoByPi = 0.79788456080286535588;
  return narrow(0.5 * x * (1 + std::tanh(kRootTwoByPi * (x + 0.044715 * double(x) * x * x))));
}

struct Row {
  Op op;
  UnaryFunction function;
};

constexpr Row kFunctions[] = {
    {Op::Abs, [](float x, Parameters) { return std::fabs(x); }},
    {Op::Ceil, [](float x, Parameters) { return std::ceil(x); }},
    {Op::Celu, [](float x, Parameters p) { return x > 0 ? x : p[0] * narrow(std::expm1(double(x / p[0]))); }},
    {Op::Cos, [](float x, Parameters) { return narrow(std::cos(double(x))); }},
    {Op::Elu, [](float x, Parameters p) { return x < 0 ? p[0] * narrow(std::expm1(double(x))) : x; }},
    {Op::Erf, [](float x, Parameters) { return narrow(std::erf(double(x))); }},
    {Op::Exp, [](float x, Parameters) { return narrow(std::exp(double(x))); }},
    {Op::FastGelu, fastGelu},
    {Op::Floor, [](float x, Parameters) { return std::floor(x); }},
    {Op::Gelu, gelu},
    {Op::HardSigmoid, [](float x, Parameters p) { return hardSigmoid(x, p[0], p[1]); }},
    {Op::HardSwish, [](float x, Parameters) { return x * hardSigmoid(x, 1.0f / 6.0f, 0.5f); }},
    {Op::LeakyRelu, [](float x, Parameters p) { return x >= 0 ? x : p[0] * x; }},
    {Op::Log, [](float x, Parameters) { return narrow(std::log(double(x))); }},
    {Op::Mish, [](float x, Parameters) { return narrow(x * std::tanh(softplus(x))); }},
    {Op::Neg, [](float x, Parameters) { return -x; }},
    {Op::QuickGelu, [](float x, Parameters p) { return narrow(x / (1 + std::exp(-double(p[0]) * x))); }},
    {Op::Reciprocal, [](float x, Parameters) { return 1 / x; }},
    {Op::Relu, [](float x, Parameters) { return x < 0 ? 0.0f : x; }},
    {Op::Round, [](float x, Parameters) { return std::nearbyint(x); }}, // half to even
    {Op::Selu, [](float x, Parameters p) { return p[1] * (x > 0 ? x : p[0] * narrow(std::expm1(double(x)))); }},
    {Op::Sigmoid, [](float x, Parameters) { return narrow(1 / (1 + std::exp(-double(x)))); }},
    {Op::Sign, [](float x, Parameters) { return x > 0   ? 1.0f
                                                : x < 0 ? -1.0f
                                                        : x; }},
    {Op::Sin, [](float x, Parameters) { return narrow(std::sin(double(x))); }},
    {Op::Softplus, [](float x, Parameters) { return narrow(softplus(x)); }},
    {Op::Softsign, [](float x, Parameters) { return x / (1 + std::fabs(x)); }},
    {Op::Sqrt, [](float x, Parameters) { return std::sqrt(x); }},
    {Op::Tanh, [](float x, Parameters) { return narrow(std::tanh(double(x))); }},
    {Op::ThresholdedRelu, [](float x, Parameters p) { return x > p[0] ? x : 0.0f; }},
};

} // namespace

UnaryFunction unaryFunction(Op op) {
  for (const Row& row : kFunctions)
    if (row.op == op)
      return row.function;
  return nullptr;
}

} // namespace weft::net
