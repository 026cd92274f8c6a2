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

struct Row {
  Op op;
  UnaryFunction function;
};

constexpr Row kFunctions[] = {
    {Op::Abs, [](float x, Parameters) { return std::fabs(x); }},
    {Op::Elu, [](float x, Parameters p) { return x < 0 ? p[0] * narrow(std::expm1(double(x))) : x; }},
    {Op::Erf, [](float x, Parameters) { return narrow(std::erf(double(x))); }},
    {Op::Exp, [](float x, Parameters) { return narrow(std::exp(double(x))); }},
    {Op::HardSigmoid, [](float x, Parameters p) { return hardSigmoid(x, p[0], p[1]); }},
    {Op::HardSwish, [](float x, Parameters) { return x * hardSigmoid(x, 1.0f / 6.0f, 0.5f); }},
    {Op::LeakyRelu, [](float x, Parameters p) { return x >= 0 ? x : p[0] * x; }},
    {Op::Log, [](float x, Parameters) { return narrow(std::log(double(x))); }},
    {Op::Neg, [](float x, Parameters) { return -x; }},
    {Op::Reciprocal, [](float x, Parameters) { return 1 / x; }},
    {Op::Relu, [](float x, Parameters) { return x < 0 ? 0.0f : x; }},
    {Op::Sigmoid, [](float x, Parameters) { return narrow(1 / (1 + std::exp(-double(x)))); }},
    {Op::Softplus,
     [](float x, Parameters) {
       return narrow(std::max(double(x), 0.0) + std::log1p(std::exp(-std::fabs(double(x)))));
     }},
    {Op::Sqrt, [](float x, Parameters) { return std::sqrt(x); }},
    {Op::Tanh, [](float x, Parameters) { return narrow(std::tanh(double(x))); }},
};

} // namespace

UnaryFunction unaryFunction(Op op) {
  for (const Row& row : kFunctions)
    if (row.op == op)
      return row.function;
  return nullptr;
}

} // namespace weft::net
