#include "tests/runtime/networks/random_network.h"

#include "tests/support/network_builder.h"
#include "tests/support/random.h"

#include <algorithm>
#include <cmath>

namespace weft::test {
namespace {

using net::DType;
using net::Shape;

constexpr int64_t kMacLimit = 1'500'000; // of one node, so that hundreds of networks run in a minute
constexpr float kTypical = 74;           // standard deviation of uniformly distributed bytes

using Ints = std::vector<int64_t>;

struct Axis { // one axis of a window
  int64_t kernel = 1, stride = 1, dilation = 1, begin = 0, end = 0, out = 1;
};

class Generator {
public:
  Generator(uint64_t seed, int steps, Extent extent)
      : random_(seed), left_(steps), extreme_(extent == Extent::extreme) {}

  net::Network build() {
    builder_.network.name = "random";
    Shape shape = {random_.percent(70) ? 1 : int64_t{random_.between(2, 3)}, channels(), map(), map()};
    while (shape[0] * shape[1] * shape[2] * shape[3] > 40000)
      shape[2 + random_.below(2)] = 1 + random_.below(8);
    if (random_.percent(10))
      shape.resize(2);
    values_.push_back(input(shape));
    if (random_.percent(15))
      values_.push_back(input(shape));
    for (; left_ > 0; --left_)
      step();
    finish();
    return std::move(builder_.network);
  }

private:
  int64_t channels() {
    if (extreme_ && random_.percent(15))
      return random_.between(200, 5000);
    switch (random_.below(4)) {
    case 0:
      return random_.between(1, 4);
    case 1:
      return 8 * random_.between(1, 8);
    case 2:
      return random_.between(1, 40);
    default:
      return random_.between(1, 200);
    }
  }
  int64_t map() { return random_.percent(70) ? random_.between(1, 16) : random_.between(1, 40); }
  DType type() { return random_.percent(50) ? DType::s8 : DType::u8; }
  int32_t zero(DType of) {
    int32_t offset = of == DType::u8 ? 128 : 0;
    switch (random_.below(5)) {
    case 0:
      return 0;
    case 1:
      return offset - 128; // one end
    default:
      return offset + static_cast<int32_t>(random_.below(80)) - 40;
    }
  }
  float scale() { return 0.01f + 0.0001f * static_cast<float>(random_.below(1000)); }
  const Shape& shape(const Value& value) const { return builder_.shape(value); }
  int64_t bytes(const Value& value) const { return net::elementCount(shape(value)); }

  std::vector<uint8_t> randomBytes(int64_t count) {
    std::vector<uint8_t> data(static_cast<size_t>(count));
    for (uint8_t& byte : data)
      byte = static_cast<uint8_t>(random_.below(256));
    return data;
  }

  // Fused Relu or Clip.
  NetworkBuilder::Attributes clamp(DType of, NetworkBuilder::Attributes attributes = {}) {
    if (random_.percent(25)) {
      int64_t least = of == DType::s8 ? -128 : 0;
      attributes["clamp_lo"] = least + random_.below(100);
      attributes["clamp_hi"] = least + 150 + random_.below(106);
    }
    return attributes;
  }

  Value input(const Shape& of) {
    if (random_.percent(30)) { // quantised by the host
      Value real = builder_.input(DType::f32, of);
      DType quantised = type();
      float s = scale();
      int32_t z = zero(quantised);
      return builder_.node("QuantizeLinear", join({{real.tensor}, builder_.quantisation(quantised, s, z)}), quantised,
                           of, {}, s, z);
    }
    DType stored = type();
    int32_t z = zero(stored);
    return builder_.input(stored, of, scale(), z);
  }

  // The newest value as a rule, else any.
  Value pick() { return random_.percent(75) ? values_.back() : values_[random_.below(values_.size())]; }
  bool isMap(const Value& value) const { return shape(value).size() == 4; }

  void keep(const Value& value) { values_.push_back(value); }

  // A window over `in` elements; nothing if the draw does not fit.
  bool window(int64_t in, int64_t largestKernel, bool dilated, bool padded, Axis& axis) {
    if (extreme_ && random_.percent(25))
      largestKernel = in;
    axis.kernel = random_.percent(40) ? 3 : int64_t{1} + random_.below(static_cast<uint64_t>(largestKernel));
    axis.stride = random_.percent(60) ? 1 : random_.between(1, 3);
    axis.dilation = dilated && random_.percent(25) ? 2 : 1;
    int64_t reach = (axis.kernel - 1) * axis.dilation + 1;
    if (padded && random_.percent(70)) {
      axis.begin = random_.below(static_cast<uint64_t>(std::min(reach, axis.kernel)));
      axis.end = random_.percent(50) ? axis.begin : random_.below(static_cast<uint64_t>(std::min(reach, axis.kernel)));
    }
    if (in + axis.begin + axis.end < reach)
      return false;
    axis.out = (in + axis.begin + axis.end - reach) / axis.stride + 1;
    return axis.out <= 40;
  }

  static NetworkBuilder::Attributes attributes(const Axis& h, const Axis& w) {
    return {{"kernel_shape", Ints{h.kernel, w.kernel}},
            {"strides", Ints{h.stride, w.stride}},
            {"dilations", Ints{h.dilation, w.dilation}},
            {"pads", Ints{h.begin, w.begin, h.end, w.end}}};
  }

  // Weights of a convolution or matrix product with `depth` terms in each sum: the operands (weights, scale, zero
  // point), and the scale of a result that fills its range.
  std::vector<int32_t> weights(const Shape& of, int64_t outputs, int64_t depth, float inputScale, float& resultScale) {
    DType stored = type();
    bool perChannel = random_.percent(60);
    std::vector<float> scales(perChannel ? static_cast<size_t>(outputs) : 1);
    for (float& s : scales)
      s = 0.001f + 0.00001f * static_cast<float>(random_.below(200));
    resultScale = inputScale * 0.002f * kTypical * std::sqrt(static_cast<float>(depth)) *
                  (0.7f + 0.1f * float(random_.below(20)));
    Shape scaleShape;
    if (perChannel)
      scaleShape = {outputs};
    return {builder_.constant(stored, of, randomBytes(net::elementCount(of))),
            builder_.constant(DType::f32, scaleShape, scales), builder_.zeroPoint(stored, zero(stored))};
  }

  int32_t bias(int64_t outputs, int64_t depth) {
    if (random_.percent(20))
      return -1;
    auto limit = static_cast<int32_t>(5000 * std::sqrt(static_cast<double>(depth)));
    std::vector<int32_t> values(static_cast<size_t>(outputs));
    for (int32_t& value : values)
      value = static_cast<int32_t>(random_.below(static_cast<uint64_t>(2 * limit))) - limit;
    return builder_.constant(DType::s32, {outputs}, values);
  }

  Value convolution(const Value& x, int64_t outputs, int64_t groups, const Axis& h, const Axis& w, DType stored) {
    const Shape in = shape(x);
    int64_t perGroup = in[1] / groups, depth = perGroup * h.kernel * w.kernel;
    float s = 1;
    auto operands = weights({outputs, perGroup, h.kernel, w.kernel}, outputs, depth, x.scale, s);
    int32_t z = zero(stored);
    auto all = join({builder_.quantised(x), operands, builder_.quantisation(stored, s, z)});
    if (int32_t b = bias(outputs, depth); b >= 0)
      all.push_back(b);
    auto attrs = attributes(h, w);
    attrs["group"] = groups;
    return builder_.node("QLinearConv", all, stored, {in[0], outputs, h.out, w.out}, clamp(stored, attrs), s, z);
  }

  void addConvolution(const Value& x) {
    const Shape in = shape(x);
    for (int attempt = 0; attempt < 20; ++attempt) {
      Axis h, w;
      if (!window(in[2], 7, true, true, h) || !window(in[3], 7, true, true, w))
        continue;
      int64_t groups = 1, outputs = channels();
      uint32_t kind = random_.below(10);
      if (kind < 3)
        groups = outputs = in[1]; // depthwise
      else if (kind < 5)
        for (int64_t g : {2, 3, 4, 8})
          if (in[1] % g == 0 && random_.percent(60)) {
            groups = g;
            outputs = g * random_.between(1, 12);
          }
      if (in[0] * outputs * h.out * w.out * (in[1] / groups) * h.kernel * w.kernel > kMacLimit)
        continue;
      keep(convolution(x, outputs, groups, h, w, type()));
      return;
    }
  }

  // A convolution whose result has the shape and type of `x`.
  Value sameConvolution(const Value& x) {
    const Shape in = shape(x);
    Axis h{1, 1, 1, 0, 0, in[2]}, w{1, 1, 1, 0, 0, in[3]};
    if (in[0] * in[1] * in[1] * in[2] * in[3] * 9 <= kMacLimit && random_.percent(60)) {
      h = {3, 1, 1, 1, 1, in[2]};
      w = {3, 1, 1, 1, 1, in[3]};
    }
    int64_t groups = in[0] * in[1] * in[1] * in[2] * in[3] > kMacLimit || random_.percent(10) ? in[1] : 1;
    return convolution(x, in[1], groups, h, w, builder_.type(x));
  }

  // Over the last axis of a map or of vectors.
  void addGemm(const Value& x) {
    Shape out = shape(x);
    const int64_t depth = out.back(), rows = net::elementCount(out) / depth;
    int64_t outputs = random_.between(1, random_.percent(70) ? 40 : 200);
    if (isMap(x) || depth * outputs * rows > kMacLimit)
      outputs = 4;
    out.back() = outputs;
    bool gemm = !isMap(x) && random_.percent(60), transposed = gemm && random_.percent(50);
    DType stored = type();
    float s = 1;
    auto operands = weights(transposed ? Shape{outputs, depth} : Shape{depth, outputs}, outputs, depth, x.scale, s);
    int32_t z = zero(stored);
    auto all = join({builder_.quantised(x), operands});
    NetworkBuilder::Attributes attrs;
    if (gemm) {
      all.push_back(bias(outputs, depth));
      attrs["transB"] = int64_t{transposed};
      attrs["alpha"] = random_.percent(80) ? 1.0 : 0.5;
    }
    all = join({all, builder_.quantisation(stored, s, z)});
    keep(builder_.node(gemm ? "QGemm" : "QLinearMatMul", all, stored, out, clamp(stored, attrs), s, z));
  }

  void addFlatten(const Value& x) {
    const Shape in = shape(x);
    int64_t features = in[1] * in[2] * in[3];
    Value flat = x;
    if (random_.percent(50)) {
      flat.tensor =
          builder_.node("Flatten", {x.tensor}, builder_.type(x), {in[0], features}, {{"axis", int64_t{1}}}).tensor;
    } else {
      int32_t to = builder_.constant(DType::s64, {2}, std::vector<int64_t>{in[0], -1});
      flat.tensor = builder_.node("Reshape", {x.tensor, to}, builder_.type(x), {in[0], features}).tensor;
    }
    keep(flat);
    if (random_.percent(85))
      addGemm(flat);
  }

  void addUnsqueeze(const Value& x) {
    const Shape in = shape(x);
    Value made = x;
    int32_t axes = builder_.constant(DType::s64, {2}, std::vector<int64_t>{2, 3});
    made.tensor = builder_.node("Unsqueeze", {x.tensor, axes}, builder_.type(x), {in[0], in[1], 1, 1}).tensor;
    keep(made);
  }

  // `b` may have to be broadcast to the shape of `a`.
  void addBinary(const Value& a, const Value& b) {
    bool add = random_.percent(75);
    DType stored = builder_.type(a);
    float s = add ? 1.3f * (a.scale + b.scale) : a.scale * b.scale * 90;
    int32_t z = zero(stored);
    keep(builder_.node(add ? "QLinearAdd" : "QLinearMul",
                       join({builder_.quantised(a), builder_.quantised(b), builder_.quantisation(stored, s, z)}),
                       stored, shape(a), clamp(stored), s, z));
  }

  // An operand that stands still along some dimensions: a constant, or what has been averaged over the map.
  void addBroadcast(const Value& x) {
    const Shape in = shape(x);
    if (isMap(x) && random_.percent(40)) {
      addGlobalAverage(x);
      addBinary(x, values_.back());
      return;
    }
    Shape shape = in;
    for (int64_t& extent : shape)
      if (random_.percent(50))
        extent = 1;
    if (random_.percent(30))
      shape.erase(shape.begin(), shape.begin() + random_.below(shape.size()));
    DType stored = builder_.type(x);
    addBinary(x, {builder_.constant(stored, shape, randomBytes(net::elementCount(shape))), scale(), zero(stored)});
  }

  // Another value of the same shape and type, a convolution of `x` if it is a map and there is none; in either order.
  void addResidual(const Value& x) {
    std::vector<Value> others;
    for (const Value& value : values_)
      if (value.tensor != x.tensor && shape(value) == shape(x) && builder_.type(value) == builder_.type(x))
        others.push_back(value);
    Value other = x;
    if (isMap(x) && (others.empty() || random_.percent(60)))
      other = sameConvolution(x);
    else if (!others.empty())
      other = others[random_.below(others.size())];
    if (random_.percent(50))
      addBinary(x, other);
    else
      addBinary(other, x);
    if (random_.percent(30))
      addLut(values_.back());
  }

  void addLut(const Value& x) {
    DType stored = type();
    int32_t table = builder_.constant(stored, {256}, randomBytes(256));
    keep(builder_.node("Lut8", {x.tensor, table}, stored, shape(x), {}, scale(), zero(stored)));
  }

  void addPool(const Value& x) {
    const Shape in = shape(x);
    bool max = random_.percent(60);
    for (int attempt = 0; attempt < 20; ++attempt) {
      Axis h, w;
      if (!window(in[2], 5, max, true, h) || !window(in[3], 5, max, true, w))
        continue;
      auto attrs = attributes(h, w);
      DType stored = builder_.type(x);
      if (max) {
        Shape out = {in[0], in[1], h.out, w.out};
        if (random_.percent(40)) {
          attrs["ceil_mode"] = int64_t{1};
          const Axis* axes[2] = {&h, &w};
          for (size_t i = 0; i < 2; ++i) {
            const Axis& axis = *axes[i];
            int64_t room = in[2 + i] + axis.begin + axis.end - (axis.kernel - 1) * axis.dilation - 1;
            if (room % axis.stride != 0 && axis.out * axis.stride < in[2 + i] + axis.begin)
              ++out[2 + i];
          }
        }
        keep(builder_.node("MaxPool", {x.tensor}, stored, out, clamp(stored, attrs), x.scale, x.zeroPoint));
        return;
      }
      attrs.erase("dilations");
      attrs["integer_mean"] = int64_t{1};
      if (h.begin || h.end || w.begin || w.end)
        attrs["count_include_pad"] = int64_t{random_.percent(50)};
      float s = x.scale * 0.6f;
      int32_t z = zero(stored);
      keep(builder_.node("QLinearAveragePool", join({builder_.quantised(x), builder_.quantisation(stored, s, z)}),
                         stored, {in[0], in[1], h.out, w.out}, clamp(stored, attrs), s, z));
      return;
    }
  }

  void addGlobalAverage(const Value& x) {
    const Shape in = shape(x);
    DType stored = builder_.type(x);
    float s = x.scale * 0.3f;
    int32_t z = zero(stored);
    keep(builder_.node("QLinearGlobalAveragePool", join({builder_.quantised(x), builder_.quantisation(stored, s, z)}),
                       stored, {in[0], in[1], 1, 1}, clamp(stored, {{"channels_last", int64_t{0}}}), s, z));
  }

  void addConcat(const Value& x) {
    const Shape in = shape(x);
    const size_t axis = random_.percent(60) ? 1 : random_.below(in.size());
    std::vector<Value> parts = {x};
    for (const Value& value : values_) {
      Shape other = shape(value);
      if (other.size() != in.size() || parts.size() >= 4 || !random_.percent(60))
        continue;
      other[axis] = in[axis];
      if (other == in && builder_.type(value) == builder_.type(x))
        parts.insert(parts.begin() + (random_.percent(50) ? 0 : static_cast<int64_t>(parts.size())), value);
    }
    Shape out = in;
    out[axis] = 0;
    for (const Value& part : parts)
      out[axis] += shape(part)[axis];
    if (out[axis] > (axis == 1 ? 300 : 60))
      return;
    const auto along = static_cast<int64_t>(axis) - (random_.percent(20) ? static_cast<int64_t>(in.size()) : 0);
    if (random_.percent(50)) {
      std::vector<int32_t> inputs;
      for (const Value& part : parts)
        inputs.push_back(part.tensor);
      keep(builder_.node("Concat", inputs, builder_.type(x), out, {{"axis", along}}, x.scale, x.zeroPoint));
      return;
    }
    DType stored = builder_.type(x);
    float s = x.scale;
    int32_t z = x.zeroPoint;
    if (random_.percent(50)) {
      s *= 1.5f;
      z = zero(stored);
    }
    auto operands = builder_.quantisation(stored, s, z);
    for (const Value& part : parts)
      operands = join({operands, builder_.quantised(part)});
    keep(builder_.node("QLinearConcat", operands, stored, out, {{"axis", along}}, s, z));
  }

  void addPad(const Value& x) {
    const Shape in = shape(x);
    std::vector<int64_t> pads = {0, 0, random_.below(3), random_.below(3), 0, 0, random_.below(3), random_.below(3)};
    std::vector<int32_t> operands = {x.tensor, builder_.constant(DType::s64, {8}, pads)};
    if (random_.percent(80))
      operands.push_back(builder_.zeroPoint(builder_.type(x), x.zeroPoint));
    keep(builder_.node("Pad", operands, builder_.type(x),
                       {in[0], in[1], in[2] + pads[2] + pads[6], in[3] + pads[3] + pads[7]}, {}, x.scale, x.zeroPoint));
  }

  void addTranspose(const Value& x) {
    const Shape in = shape(x);
    Ints order = {0, 1, 2, 3};
    const size_t first = random_.percent(20) ? 0 : 1; // dimension that may move
    for (size_t i = 3; i > first; --i)
      std::swap(order[i], order[first + random_.below(i - first + 1)]);
    Shape out;
    for (int64_t axis : order)
      out.push_back(in[static_cast<size_t>(axis)]);
    if (out[0] <= 8 && out[1] <= 200 && out[2] <= 40 && out[3] <= 40)
      keep(builder_.node("Transpose", {x.tensor}, builder_.type(x), out, {{"perm", order}}, x.scale, x.zeroPoint));
  }

  void step() {
    Value x = pick();
    if (!isMap(x)) {
      switch (random_.below(10)) {
      case 0:
        addLut(x);
        break;
      case 1:
        addConcat(x);
        break;
      case 2:
        addUnsqueeze(x);
        break;
      case 3:
      case 4:
        addResidual(x);
        break;
      case 5:
        addBroadcast(x);
        break;
      default:
        addGemm(x);
      }
      return;
    }
    uint32_t kind = random_.below(100);
    if (kind < 40)
      addConvolution(x);
    else if (kind < 52)
      addResidual(x);
    else if (kind < 56)
      addBroadcast(x);
    else if (kind < 68)
      addPool(x);
    else if (kind < 72)
      addGlobalAverage(x);
    else if (kind < 80)
      addConcat(x);
    else if (kind < 85)
      addPad(x);
    else if (kind < 88)
      addLut(x);
    else if (kind < 90)
      addGemm(x);
    else if (kind < 93)
      addTranspose(x);
    else if (bytes(x) / shape(x)[0] <= 2000)
      addFlatten(x);
    else
      addGlobalAverage(x);
  }

  void finish() {
    std::vector<bool> read(builder_.network.tensors.size(), false);
    for (const net::Node& node : builder_.network.nodes)
      for (int32_t input : node.inputs)
        if (input >= 0)
          read[static_cast<size_t>(input)] = true;
    bool real = random_.percent(40);
    for (const Value& value : values_) {
      bool isInput = std::count(builder_.network.inputs.begin(), builder_.network.inputs.end(), value.tensor) > 0;
      if (isInput || (read[static_cast<size_t>(value.tensor)] && !random_.percent(10)))
        continue;
      if (real) // dequantised by the host
        builder_.output(builder_.node("DequantizeLinear", builder_.quantised(value), DType::f32, shape(value)));
      else if (!std::count(builder_.network.outputs.begin(), builder_.network.outputs.end(), value.tensor))
        builder_.output(value);
    }
  }

  Random random_;
  int left_;
  bool extreme_;
  NetworkBuilder builder_;
  std::vector<Value> values_;
};

} // namespace

int stepsOf(uint64_t seed) {
  return static_cast<int>(Random(seed ^ 0x7374657073).between(1, 6));
}

net::Network randomNetwork(uint64_t seed, int steps, Extent extent) {
  return Generator(seed, steps, extent).build();
}

Machine randomNetworkMachine(uint64_t seed) {
  Random random(seed ^ 0x6d616368696e65);
  Machine machine = parseMachine(builtinMachines()[1].yaml, "base");
  machine.name = "random";
  switch (random.below(5)) {
  case 0:
    machine.array = {4, 4};
    break;
  case 1:
    machine.array = {8, 16};
    break;
  case 2:
    machine.array = {16, 8};
    break;
  case 3:
    machine.array = {16, 16};
    break;
  default:
    machine.array = {32, 32};
  }
  machine.clockMhz = random.pick({333u, 1000u});
  machine.scratchpad.banks = random.pick({1u, 2u, 4u, 8u, 16u});
  machine.scratchpad.bytes = 1024 * random.pick({16u, 24u, 32u, 48u, 64u, 256u});
  machine.accumulator.banks = random.pick({1u, 2u, 4u});
  machine.accumulator.bytes = machine.accumulatorRowBytes() * random.pick({32u, 128u, 256u, 1024u});
  machine.queues = {random.between(1, 6), random.between(1, 6), random.between(1, 6), random.between(1, 6)};
  machine.dma.busBytes = random.pick({4u, 8u, 16u, 32u, 64u});
  machine.dma.burstBytes = machine.dma.busBytes * random.pick({1u, 2u, 4u});
  machine.dma.loadOutstanding = random.pick({1u, 4u, 32u});
  machine.dma.storeOutstanding = random.pick({1u, 4u, 16u});
  machine.icache.bytes = random.pick({256u, 8192u});
  machine.dram.model = random.percent(35) ? DramModel::detailed : DramModel::ideal;
  machine.dram.latencyNs = random.pick({5u, 100u});
  machine.dram.bandwidthMbS = random.pick({4000u, 16000u, 64000u});
  machine.dram.preset = random.pick({DramPreset::ddr4_2400, DramPreset::lpddr4_3200, DramPreset::hbm2});
  machine.dram.channels = random.pick({1u, 2u});
  return parseMachine(toYaml(machine), "random machine"); // checks it
}

Machine randomLegalMachine(uint64_t seed) {
  Random random(seed ^ 0x6c6567616c);
  Machine machine = parseMachine(builtinMachines()[1].yaml, "base");
  machine.name = "legal";
  auto power = [&](uint32_t least, uint32_t most) { // of two
    uint32_t value = least;
    while (value < most && random.percent(75))
      value *= 2;
    return value;
  };
  machine.clockMhz = random.pick({1u, 333u, 1000u, 10000u});
  machine.array = {power(4, 256), power(4, 256)};
  machine.dma.busBytes = power(4, 1024);
  machine.dma.burstBytes = power(machine.dma.busBytes, std::min(256 * machine.dma.busBytes, 4096u));
  machine.dma.loadOutstanding = random.pick({1u, 2u, 32u, 256u});
  machine.dma.storeOutstanding = random.pick({1u, 2u, 16u, 256u});
  // Two buffers of everything for one pixel, one array row of channels and one column tile; a table; what the runtime
  // keeps for itself.
  const uint32_t rows = machine.array.rows, cols = machine.array.cols, row = machine.rowBytes();
  const uint32_t smallest = 2 * rows * cols + 16 * cols + 512 + 10 * row + 2 * machine.lineBytes();
  machine.scratchpad.banks = power(1, 256);
  const uint32_t unit = machine.scratchpad.banks * machine.lineBytes();
  const uint32_t wanted = random.percent(60) ? smallest : smallest * random.pick({2u, 8u, 64u});
  machine.scratchpad.bytes = (wanted + unit - 1) / unit * unit;
  machine.accumulator.banks = power(1, 64);
  const uint32_t banksRows = machine.accumulator.banks * random.pick({1u, 2u, 16u, 256u});
  machine.accumulator.bytes = machine.accumulatorRowBytes() * std::max(2u, banksRows);
  machine.queues = {random.between(1, 64), random.between(1, 64), random.between(1, 64), random.between(1, 64)};
  if (random.percent(30))
    machine.queues = {1, 1, 1, 1};
  machine.icache.bytes = power(256, 8192);
  machine.dram.model = random.percent(35) ? DramModel::detailed : DramModel::ideal;
  machine.dram.latencyNs = random.pick({1u, 100u, 1000u});
  machine.dram.bandwidthMbS = random.pick({100u, 16000u, 1000000u});
  machine.dram.preset = random.pick({DramPreset::ddr4_2400, DramPreset::lpddr4_3200, DramPreset::hbm2});
  machine.dram.channels = power(1, 32);
  return parseMachine(toYaml(machine), "random machine"); // checks it
}

HostTensors randomInputs(uint64_t seed, const net::Network& network) {
  Random random(seed ^ 0x696e70757473);
  HostTensors inputs;
  for (int32_t index : network.inputs) {
    const net::Tensor& info = network.tensors[static_cast<size_t>(index)];
    HostTensor tensor = makeTensor(info.type, info.shape);
    if (info.type == DType::f32)
      for (float& value : elements<float>(tensor))
        value = 0.001f * (static_cast<float>(random.below(20000)) - 10000.0f);
    else
      for (uint8_t& byte : tensor.data)
        byte = static_cast<uint8_t>(random.below(256));
    inputs[info.name] = std::move(tensor);
  }
  return inputs;
}

std::string describe(const net::Network& network) {
  auto show = [&](int32_t index) {
    if (index < 0)
      return std::string("-");
    const net::Tensor& tensor = network.tensors[static_cast<size_t>(index)];
    return fmt::format("{}{} {}[{}]", tensor.isConstant ? "const " : "", tensor.name, net::name(tensor.type),
                       fmt::join(tensor.shape, "x"));
  };
  std::string text;
  for (const net::Node& node : network.nodes) {
    text += "  " + show(node.outputs[0]) + " = " + node.op;
    for (const auto& [key, value] : node.attributes) {
      if (const auto* number = std::get_if<int64_t>(&value))
        text += fmt::format(" {}={}", key, *number);
      else if (const auto* list = std::get_if<std::vector<int64_t>>(&value))
        text += fmt::format(" {}=[{}]", key, fmt::join(*list, ","));
    }
    for (int32_t input : node.inputs)
      text += ", " + show(input);
    text += "\n";
  }
  return text;
}

} // namespace weft::test
