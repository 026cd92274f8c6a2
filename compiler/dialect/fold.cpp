// Constant folding and canonicalisation of data movement and arithmetic.
#include "compiler/dialect/constants.h"

#include <functional>

namespace weft::graph {

using namespace mlir;

namespace {

// Folding stops here: a small file cannot make the compiler build huge constants, or compute for minutes.
constexpr int64_t kMaxMovedBytes = int64_t(64) << 20;
constexpr int64_t kMaxComputedBytes = int64_t(16) << 20;

bool mayFold(RankedTensorType type, int64_t limit = kMaxMovedBytes) {
  return type.getNumElements() * static_cast<int64_t>(elementBytes(type.getElementType())) <= limit;
}

SmallVector<int64_t> stridesOf(ArrayRef<int64_t> dims) {
  SmallVector<int64_t> strides(dims.size(), 1);
  for (size_t i = dims.size(); i-- > 1;)
    strides[i - 1] = strides[i] * dims[i];
  return strides;
}

// Calls visit(position) with every index vector of `dims`, last axis fastest.
void forEachIndex(ArrayRef<int64_t> dims, llvm::function_ref<void(ArrayRef<int64_t>)> visit) {
  for (int64_t dim : dims)
    if (dim == 0)
      return;
  SmallVector<int64_t> index(dims.size(), 0);
  while (true) {
    visit(index);
    size_t axis = dims.size();
    while (axis > 0 && ++index[axis - 1] == dims[axis - 1])
      index[--axis] = 0;
    if (axis == 0)
      return;
  }
}

// Elements of `source` gathered in the order of `type`'s positions; `offset` gives each one's element offset.
DenseElementsAttr gather(DenseElementsAttr source, RankedTensorType type,
                         llvm::function_ref<int64_t(ArrayRef<int64_t>)> offset) {
  if (source.isSplat())
    return source.resizeSplat(type);
  const size_t width = elementBytes(type.getElementType());
  const std::vector<uint8_t> from = bytesOf(source);
  std::vector<uint8_t> to;
  to.reserve(static_cast<size_t>(type.getNumElements()) * width);
  forEachIndex(type.getShape(), [&](ArrayRef<int64_t> index) {
    const auto at = static_cast<size_t>(offset(index)) * width;
    to.insert(to.end(), from.begin() + static_cast<std::ptrdiff_t>(at),
              from.begin() + static_cast<std::ptrdiff_t>(at + width));
  });
  return constantFromBytes(type, to);
}

// The offset of `index` (of a broadcast result) in an operand of shape `dims`.
int64_t broadcastOffset(ArrayRef<int64_t> index, ArrayRef<int64_t> dims) {
  const SmallVector<int64_t> strides = stridesOf(dims);
  const size_t lead = index.size() - dims.size();
  int64_t offset = 0;
  for (size_t i = 0; i < dims.size(); ++i)
    offset += dims[i] == 1 ? 0 : index[lead + i] * strides[i];
  return offset;
}

// Element-wise arithmetic on two constants. Integers wrap, as ONNX Runtime's do; each float result is the double
// result rounded once more, which for + - * / equals the operation in the narrower type.
OpFoldResult foldArithmetic(Attribute a, Attribute b, Type result, double (*real)(double, double),
                            std::optional<uint64_t> (*integer)(int64_t, int64_t)) {
  auto left = dyn_cast_or_null<DenseElementsAttr>(a), right = dyn_cast_or_null<DenseElementsAttr>(b);
  auto type = dyn_cast<RankedTensorType>(result);
  if (!left || !right || !type || !mayFold(type, kMaxComputedBytes))
    return {};
  const auto leftShape = left.getType().getShape(), rightShape = right.getType().getShape();
  if (isa<FloatType>(type.getElementType())) {
    const std::vector<double> x = realsOf(left), y = realsOf(right);
    std::vector<double> z;
    forEachIndex(type.getShape(), [&](ArrayRef<int64_t> index) {
      z.push_back(real(x[static_cast<size_t>(broadcastOffset(index, leftShape))],
                       y[static_cast<size_t>(broadcastOffset(index, rightShape))]));
    });
    return constantFromReals(type, z);
  }
  const std::vector<int64_t> x = integersOf(left), y = integersOf(right);
  std::vector<int64_t> z;
  bool defined = true;
  forEachIndex(type.getShape(), [&](ArrayRef<int64_t> index) {
    const std::optional<uint64_t> value = integer(x[static_cast<size_t>(broadcastOffset(index, leftShape))],
                                                  y[static_cast<size_t>(broadcastOffset(index, rightShape))]);
    defined = defined && value.has_value();
    z.push_back(static_cast<int64_t>(value.value_or(0)));
  });
  if (!defined)
    return {};
  return constantFromIntegers(type, z);
}

// Element-wise comparison of two constants.
template <typename Compare> OpFoldResult foldComparison(Attribute a, Attribute b, Type result, Compare compare) {
  auto left = dyn_cast_or_null<DenseElementsAttr>(a), right = dyn_cast_or_null<DenseElementsAttr>(b);
  auto type = dyn_cast<RankedTensorType>(result);
  if (!left || !right || !type || !mayFold(type, kMaxComputedBytes))
    return {};
  const auto leftShape = left.getType().getShape(), rightShape = right.getType().getShape();
  const auto compareAll = [&](const auto& x, const auto& y) {
    std::vector<uint8_t> z;
    forEachIndex(type.getShape(), [&](ArrayRef<int64_t> index) {
      z.push_back(compare(x[static_cast<size_t>(broadcastOffset(index, leftShape))],
                          y[static_cast<size_t>(broadcastOffset(index, rightShape))]));
    });
    return constantFromBytes(type, z);
  };
  if (isa<FloatType>(left.getElementType()))
    return compareAll(realsOf(left), realsOf(right));
  return compareAll(integersOf(left), integersOf(right));
}

struct FoldReshapeOfReshape : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReshapeOp op, PatternRewriter& rewriter) const override {
    auto inner = op.getX().getDefiningOp<ReshapeOp>();
    if (!inner)
      return failure();
    Location location = rewriter.getFusedLoc({op.getLoc(), inner.getLoc()});
    Value merged = rewriter.create<ReshapeOp>(location, op.getType(), inner.getX(), op.getShape());
    rewriter.replaceOp(op, merged);
    return success();
  }
};

} // namespace

OpFoldResult AddOp::fold(FoldAdaptor adaptor) {
  return foldArithmetic(
      adaptor.getA(), adaptor.getB(), getType(), [](double x, double y) { return x + y; },
      [](int64_t x, int64_t y) { return std::optional(static_cast<uint64_t>(x) + static_cast<uint64_t>(y)); });
}

OpFoldResult SubOp::fold(FoldAdaptor adaptor) {
  return foldArithmetic(
      adaptor.getA(), adaptor.getB(), getType(), [](double x, double y) { return x - y; },
      [](int64_t x, int64_t y) { return std::optional(static_cast<uint64_t>(x) - static_cast<uint64_t>(y)); });
}

OpFoldResult MulOp::fold(FoldAdaptor adaptor) {
  return foldArithmetic(
      adaptor.getA(), adaptor.getB(), getType(), [](double x, double y) { return x * y; },
      [](int64_t x, int64_t y) { return std::optional(static_cast<uint64_t>(x) * static_cast<uint64_t>(y)); });
}

OpFoldResult DivOp::fold(FoldAdaptor adaptor) {
  return foldArithmetic(
      adaptor.getA(), adaptor.getB(), getType(), [](double x, double y) { return x / y; },
      [](int64_t x, int64_t y) -> std::optional<uint64_t> {
        if (y == 0 || y == -1) // -1: the quotient of the smallest integer is not representable
          return y == 0 ? std::nullopt : std::optional(uint64_t(0) - static_cast<uint64_t>(x));
        return static_cast<uint64_t>(x / y);
      });
}

OpFoldResult EqualOp::fold(FoldAdaptor adaptor) {
  return foldComparison(adaptor.getA(), adaptor.getB(), getType(), std::equal_to<>());
}
OpFoldResult GreaterOp::fold(FoldAdaptor adaptor) {
  return foldComparison(adaptor.getA(), adaptor.getB(), getType(), std::greater<>());
}
OpFoldResult GreaterOrEqualOp::fold(FoldAdaptor adaptor) {
  return foldComparison(adaptor.getA(), adaptor.getB(), getType(), std::greater_equal<>());
}
OpFoldResult LessOp::fold(FoldAdaptor adaptor) {
  return foldComparison(adaptor.getA(), adaptor.getB(), getType(), std::less<>());
}
OpFoldResult LessOrEqualOp::fold(FoldAdaptor adaptor) {
  return foldComparison(adaptor.getA(), adaptor.getB(), getType(), std::less_equal<>());
}

OpFoldResult WhereOp::fold(FoldAdaptor adaptor) {
  auto condition = dyn_cast_or_null<DenseElementsAttr>(adaptor.getCondition());
  auto x = dyn_cast_or_null<DenseElementsAttr>(adaptor.getX()), y = dyn_cast_or_null<DenseElementsAttr>(adaptor.getY());
  if (!condition || !x || !y || !mayFold(getType(), kMaxComputedBytes))
    return {};
  const std::vector<uint8_t> choice = bytesOf(condition), left = bytesOf(x), right = bytesOf(y);
  const size_t width = elementBytes(getType().getElementType());
  std::vector<uint8_t> bytes;
  forEachIndex(getType().getShape(), [&](ArrayRef<int64_t> index) {
    const auto at = [&](DenseElementsAttr of) {
      return static_cast<size_t>(broadcastOffset(index, of.getType().getShape()));
    };
    const bool first = choice[at(condition)] != 0;
    const auto from = (first ? left : right).begin() + static_cast<std::ptrdiff_t>(width * at(first ? x : y));
    bytes.insert(bytes.end(), from, from + static_cast<std::ptrdiff_t>(width));
  });
  return constantFromBytes(getType(), bytes);
}

OpFoldResult ReshapeOp::fold(FoldAdaptor adaptor) {
  if (getX().getType() == getType())
    return getX();
  if (auto constant = dyn_cast_or_null<DenseElementsAttr>(adaptor.getX()))
    return constant.reshape(getType());
  return {};
}

void GraphDialect::getCanonicalizationPatterns(RewritePatternSet& patterns) const {
  patterns.add<FoldReshapeOfReshape>(getContext());
}

OpFoldResult TransposeOp::fold(FoldAdaptor adaptor) {
  if (llvm::equal(getPerm(), llvm::seq<int64_t>(0, static_cast<int64_t>(getPerm().size()))))
    return getX();
  auto constant = dyn_cast_or_null<DenseElementsAttr>(adaptor.getX());
  if (!constant || !mayFold(getType()))
    return {};
  const SmallVector<int64_t> strides = stridesOf(constant.getType().getShape());
  return gather(constant, getType(), [&](ArrayRef<int64_t> index) {
    int64_t offset = 0;
    for (size_t i = 0; i < index.size(); ++i)
      offset += index[i] * strides[static_cast<size_t>(getPerm()[i])];
    return offset;
  });
}

OpFoldResult ConcatOp::fold(FoldAdaptor adaptor) {
  if (getInputs().size() == 1)
    return getInputs().front();
  RankedTensorType type = getType();
  if (!mayFold(type))
    return {};
  const auto axis = static_cast<size_t>(getAxis());
  int64_t outer = 1;
  for (size_t i = 0; i < axis; ++i)
    outer *= type.getDimSize(static_cast<unsigned>(i));
  std::vector<std::vector<uint8_t>> parts;
  for (Attribute input : adaptor.getInputs()) {
    auto constant = dyn_cast_or_null<DenseElementsAttr>(input);
    if (!constant)
      return {};
    parts.push_back(bytesOf(constant));
  }
  std::vector<uint8_t> bytes;
  for (int64_t i = 0; i < outer; ++i)
    for (const std::vector<uint8_t>& part : parts) {
      const auto chunk = static_cast<std::ptrdiff_t>(part.size()) / outer;
      bytes.insert(bytes.end(), part.begin() + i * chunk, part.begin() + (i + 1) * chunk);
    }
  return constantFromBytes(type, bytes);
}

// Of constants: what is left of a model's shape arithmetic.
OpFoldResult GatherOp::fold(FoldAdaptor adaptor) {
  auto constant = dyn_cast_or_null<DenseElementsAttr>(adaptor.getX());
  auto indices = dyn_cast_or_null<DenseElementsAttr>(adaptor.getIndices());
  if (!constant || !indices || !mayFold(getType()))
    return {};
  const ArrayRef<int64_t> dims = constant.getType().getShape(), indexDims = indices.getType().getShape();
  const auto axis = static_cast<size_t>(getAxis());
  const int64_t extent = dims[axis];
  std::vector<int64_t> at = integersOf(indices);
  for (int64_t& index : at) {
    if (index < -extent || index >= extent)
      return {};
    index = index < 0 ? index + extent : index;
  }
  const SmallVector<int64_t> strides = stridesOf(dims), indexStrides = stridesOf(indexDims);
  return gather(constant, getType(), [&](ArrayRef<int64_t> index) {
    int64_t which = 0, offset = 0;
    for (size_t i = 0; i < indexDims.size(); ++i)
      which += index[axis + i] * indexStrides[i];
    for (size_t i = 0; i < dims.size(); ++i)
      offset += strides[i] * (i == axis  ? at[static_cast<size_t>(which)]
                              : i < axis ? index[i]
                                         : index[i + indexDims.size() - 1]);
    return offset;
  });
}

OpFoldResult PadOp::fold(FoldAdaptor adaptor) {
  auto pads = dyn_cast_or_null<DenseElementsAttr>(adaptor.getPads());
  if (pads && llvm::all_of(integersOf(pads), [](int64_t pad) { return pad == 0; }))
    return getX();
  return {};
}

OpFoldResult SliceOp::fold(FoldAdaptor adaptor) {
  if (getX().getType() == getType())
    return getX();
  auto constant = dyn_cast_or_null<DenseElementsAttr>(adaptor.getX());
  auto starts = dyn_cast_or_null<DenseElementsAttr>(adaptor.getStarts());
  auto axes = dyn_cast_or_null<DenseElementsAttr>(adaptor.getAxes());
  auto steps = dyn_cast_or_null<DenseElementsAttr>(adaptor.getSteps());
  if (!constant || !starts || !axes || !steps || !mayFold(getType()))
    return {};
  const auto rank = static_cast<size_t>(getType().getRank());
  SmallVector<int64_t> start(rank, 0), step(rank, 1);
  const std::vector<int64_t> where = integersOf(axes), first = integersOf(starts), by = integersOf(steps);
  for (size_t i = 0; i < where.size(); ++i) {
    start[static_cast<size_t>(where[i])] = first[i];
    step[static_cast<size_t>(where[i])] = by[i];
  }
  const SmallVector<int64_t> strides = stridesOf(constant.getType().getShape());
  return gather(constant, getType(), [&](ArrayRef<int64_t> index) {
    int64_t offset = 0;
    for (size_t i = 0; i < index.size(); ++i)
      offset += (start[i] + index[i] * step[i]) * strides[i];
    return offset;
  });
}

OpFoldResult CastOp::fold(FoldAdaptor adaptor) {
  if (getX().getType() == getType())
    return getX();
  auto constant = dyn_cast_or_null<DenseElementsAttr>(adaptor.getX());
  if (!constant || !mayFold(getType()))
    return {};
  if (getType().getElementType().isInteger(1)) {
    std::vector<uint8_t> bytes;
    for (double value : realsOf(constant))
      bytes.push_back(value != 0);
    return constantFromBytes(getType(), bytes);
  }
  if (isa<FloatType>(getType().getElementType()))
    return constantFromReals(getType(), realsOf(constant));
  if (isa<IntegerType>(constant.getElementType()))
    return constantFromIntegers(getType(), integersOf(constant));
  std::vector<int64_t> values;
  for (double value : realsOf(constant)) {
    if (!(value > -9.2e18 && value < 9.2e18)) // undefined in ONNX
      return {};
    values.push_back(static_cast<int64_t>(value));
  }
  return constantFromIntegers(getType(), values);
}

} // namespace weft::graph
