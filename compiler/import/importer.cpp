#include "compiler/import/importer.h"

#include "isa/support/error.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace weft::onnx_import {

using namespace mlir;

namespace {

constexpr int64_t kOldestOpset = 7;

// The ONNX node name at or inside a location.
std::string nameOf(Location location) {
  std::string name;
  location->walk([&](Location inner) {
    auto named = dyn_cast<NameLoc>(inner);
    if (!named)
      return WalkResult::advance();
    name = named.getName().str();
    return WalkResult::interrupt();
  });
  return name;
}

} // namespace

Diagnostics::Diagnostics(MLIRContext& context)
    : handler(&context, [this](Diagnostic& diagnostic) {
        if (diagnostic.getSeverity() != DiagnosticSeverity::Error)
          return success();
        std::string message = diagnostic.str();
        if (const size_t end = message.find(" op "); message.starts_with("'weft_graph.") && end != std::string::npos)
          message.erase(0, end + 4);
        const std::string name = nameOf(diagnostic.getLocation());
        text += fmt::format("{}{}{}", text.empty() ? "" : "\n", name.empty() ? "" : fmt::format("node '{}': ", name),
                            message);
        return success();
      }) {}

std::string Diagnostics::take() {
  return std::exchange(text, {});
}

GraphImporter::GraphImporter(MLIRContext& mlirContext, onnx::ModelProto& onnxModel, const ImportOptions& options)
    : context(mlirContext), model(onnxModel), importOptions(options), opBuilder(&context), diagnostics(context) {}

Location GraphImporter::location(const NodeReader& node) {
  return NameLoc::get(StringAttr::get(&context, node.name()));
}

Type GraphImporter::elementType(int32_t onnxType) {
  switch (onnxType) {
  case onnx::TensorProto::FLOAT:
    return opBuilder.getF32Type();
  case onnx::TensorProto::FLOAT16:
    return opBuilder.getF16Type();
  case onnx::TensorProto::BFLOAT16:
    return opBuilder.getBF16Type();
  case onnx::TensorProto::DOUBLE:
    return opBuilder.getF64Type();
  case onnx::TensorProto::BOOL:
    return opBuilder.getI1Type();
  case onnx::TensorProto::UINT8:
    return opBuilder.getIntegerType(8, false);
  case onnx::TensorProto::INT8:
    return opBuilder.getIntegerType(8, true);
  case onnx::TensorProto::UINT16:
    return opBuilder.getIntegerType(16, false);
  case onnx::TensorProto::INT16:
    return opBuilder.getIntegerType(16, true);
  case onnx::TensorProto::INT32:
    return opBuilder.getI32Type();
  case onnx::TensorProto::UINT32:
    return opBuilder.getIntegerType(32, false);
  case onnx::TensorProto::INT64:
    return opBuilder.getI64Type();
  case onnx::TensorProto::UINT64:
    return opBuilder.getIntegerType(64, false);
  default:
    throw Error(fmt::format("element type {} is not supported; supported are float16, bfloat16, float32, float64, bool "
                            "and integers of 8, 16, 32 and 64 bits",
                            elementName(onnxType)));
  }
}

NamedAttribute GraphImporter::attribute(StringRef name, int64_t value) {
  return opBuilder.getNamedAttr(name, opBuilder.getI64IntegerAttr(value));
}
NamedAttribute GraphImporter::attribute(StringRef name, float value) {
  return opBuilder.getNamedAttr(name, opBuilder.getF32FloatAttr(value));
}
NamedAttribute GraphImporter::attribute(StringRef name, ArrayRef<int64_t> list) {
  return opBuilder.getNamedAttr(name, opBuilder.getDenseI64ArrayAttr(list));
}
NamedAttribute GraphImporter::attribute(StringRef name, StringRef value) {
  return opBuilder.getNamedAttr(name, opBuilder.getStringAttr(value));
}

void GraphImporter::accountComputed(const NodeReader& node, RankedTensorType type) {
  const int64_t bytes = type.getNumElements() * static_cast<int64_t>(graph::elementBytes(type.getElementType()));
  if (bytes > importOptions.maxComputedConstantBytes - computedBytes)
    node.fail(fmt::format("the constants computed at import need more than the {} bytes allowed",
                          importOptions.maxComputedConstantBytes));
  computedBytes += bytes;
}

Value GraphImporter::none() {
  return opBuilder.create<graph::NoneOp>(opBuilder.getUnknownLoc(), opBuilder.getNoneType());
}

Value GraphImporter::constant(const NodeReader& node, DenseElementsAttr value) {
  return opBuilder.create<graph::ConstantOp>(location(node), value.getType(), value);
}

Value GraphImporter::constant(const NodeReader& node, const TensorData& data) {
  return constant(node, graph::constantFromBytes(RankedTensorType::get(data.dims, elementType(data.type)), data.bytes));
}

Value GraphImporter::integers(const NodeReader& node, ArrayRef<int64_t> integerValues) {
  const auto type = RankedTensorType::get({static_cast<int64_t>(integerValues.size())}, opBuilder.getI64Type());
  return constant(node, graph::constantFromIntegers(type, integerValues));
}

Value GraphImporter::lookup(const std::string& name) {
  if (auto value = values.find(name); value != values.end())
    return value->second;
  auto initializer = initializers.find(name);
  if (initializer == initializers.end())
    return {};
  const std::string what = fmt::format("initializer '{}'", name);
  loadExternal(*initializer->second, importOptions, what);
  const TensorData data = readTensor(*initializer->second, what);
  const auto type = RankedTensorType::get(data.dims, elementType(data.type));
  Value value = opBuilder.create<graph::ConstantOp>(NameLoc::get(StringAttr::get(&context, name)), type,
                                                    graph::constantFromBytes(type, data.bytes));
  delete initializer->second->release_raw_data(); // the attribute has the bytes now
  values.emplace(name, value);
  return value;
}

Value GraphImporter::input(const NodeReader& node, size_t i) {
  if (!node.has(i))
    return none();
  const std::string& name = node.inputName(i);
  if (Value value = lookup(name))
    return value;
  if (auto other = otherOutputs.find(name); other != otherOutputs.end())
    node.fail(fmt::format("input '{}' is an output of {} that is not supported; only its first output is", name,
                          other->second));
  node.fail(fmt::format("input '{}' is not a network input, an initializer or the output of an earlier node", name));
}

std::vector<int64_t> GraphImporter::constantInput(const NodeReader& node, size_t i) {
  const std::optional<std::vector<int64_t>> constant = graph::constantIntegers(input(node, i));
  if (!constant)
    node.fail(fmt::format("input {} ('{}') must be a constant of an integer type that is known at compile time", i,
                          node.has(i) ? node.inputName(i) : ""));
  return *constant;
}

Value GraphImporter::emit(const NodeReader& node, StringRef mnemonic, ValueRange operands,
                          ArrayRef<NamedAttribute> attributes) {
  OperationState state(location(node), ("weft_graph." + mnemonic).str());
  state.addOperands(operands);
  state.addAttributes(attributes);
  state.addTypes(RankedTensorType::get({}, opBuilder.getF32Type())); // replaced below
  Operation* op = opBuilder.create(state);
  const FailureOr<RankedTensorType> type = cast<graph::TypeInference>(op).checkAndInferType();
  if (failed(type)) {
    op->erase();
    std::string text = diagnostics.take();
    const std::string prefix = fmt::format("node '{}': ", node.name());
    if (text.starts_with(prefix))
      text.erase(0, prefix.size());
    node.fail(text);
  }
  op->getResult(0).setType(*type);

  SmallVector<Attribute> constants;
  for (Value operand : operands)
    constants.push_back(graph::constantOf(operand));
  SmallVector<OpFoldResult> folded;
  if (failed(op->fold(constants, folded)) || folded.empty())
    return op->getResult(0);
  op->erase();
  if (auto value = dyn_cast<Value>(folded.front()))
    return value;
  accountComputed(node, *type);
  return constant(node, cast<DenseElementsAttr>(cast<Attribute>(folded.front())));
}

RankedTensorType GraphImporter::inputType(const onnx::ValueInfoProto& info) {
  const std::string what = fmt::format("network input '{}'", info.name());
  if (!info.type().has_tensor_type() || !info.type().tensor_type().has_shape())
    throw Error(what + " must be a tensor with a known number of dimensions");
  const onnx::TypeProto_Tensor& tensor = info.type().tensor_type();
  if (elementBytes(tensor.elem_type()) == 0)
    throw Error(fmt::format("{}: element type {} is not supported; supported are float16, bfloat16, float32, float64, "
                            "bool and integers of 8, 16, 32 and 64 bits",
                            what, elementName(tensor.elem_type())));
  std::vector<int64_t> dims;
  for (int i = 0; i < tensor.shape().dim_size(); ++i) {
    const onnx::TensorShapeProto_Dimension& dim = tensor.shape().dim(i);
    if (dim.has_dim_param())
      symbols.insert(dim.dim_param());
    if (dim.has_dim_value() && dim.dim_value() >= 0) {
      dims.push_back(dim.dim_value());
    } else if (auto given = importOptions.dimensions.find(dim.dim_param());
               dim.has_dim_param() && given != importOptions.dimensions.end()) {
      dims.push_back(given->second);
    } else if (i == 0) {
      dims.push_back(importOptions.batch);
      batchUsed = true;
    } else {
      throw Error(fmt::format("{}: dimension {} ('{}') has no fixed extent; give it one (only the first dimension, "
                              "the batch, has a default)",
                              what, i, dim.dim_param()));
    }
  }
  for (int64_t dim : dims)
    if (dim < 1)
      throw Error(fmt::format("{}: extents must be 1 or more, but one is {}", what, dim));
  if (!countElements(dims, graph::kMaxElements))
    throw Error(fmt::format("{}: its shape [{}] is too large", what, fmt::join(dims, ", ")));
  return RankedTensorType::get(dims, elementType(tensor.elem_type()));
}

// What was given and has no use is a mistake.
void GraphImporter::checkDimensionsUsed() const {
  for (const auto& [name, extent] : importOptions.dimensions)
    if (!symbols.contains(name))
      throw Error(fmt::format("no input has an open dimension '{}'; {}", name,
                              symbols.empty() ? "all extents are fixed or have no name"
                                              : fmt::format("open are '{}'", fmt::join(symbols, "', '"))));
  if (importOptions.batchRequired && !batchUsed)
    throw Error(
        fmt::format("the batch is given as {}, but no input leaves its first dimension open", importOptions.batch));
}

void GraphImporter::define(const std::string& name, Value value, const std::string& by) {
  if (name.empty())
    throw Error(by + " has no name");
  if (initializers.contains(name) || !values.emplace(name, value).second)
    throw Error(fmt::format("{}: the value '{}' is defined more than once", by, name));
}

void GraphImporter::importNode(const onnx::NodeProto& proto) {
  const NodeReader node(proto);
  const net::OperatorInfo* info = findImportable(node.operatorName());
  if (!info)
    node.fail(fmt::format("the operator is not supported; supported are: {}", fmt::join(importableNames(), ", ")));
  const size_t least = info->minOnnxInputs, most = info->maxInputs;
  if (node.inputCount() < least || node.inputCount() > most)
    node.fail(least == most ? fmt::format("has {} inputs, but must have {}", node.inputCount(), least)
                            : fmt::format("has {} inputs, but must have at least {}{}", node.inputCount(), least,
                                          most == net::kVariadic ? "" : fmt::format(" and at most {}", most)));
  for (size_t i = 0; i < least; ++i)
    if (const net::OperandInfo& item = info->operands[std::min(i, info->operands.size() - 1)];
        item.presence == net::Presence::required && !item.attributeBefore && !node.has(i))
      node.fail(fmt::format("input {} is missing", i));
  node.checkAttributes(info->onnxAttributes);
  if (proto.output_size() < 1)
    node.fail("has no output");
  const std::string label = fmt::format("node '{}' ({})", node.name(), node.operatorName());
  const SmallVector<Value> results = importOperator(*this, node, *info);
  for (int i = 0; i < proto.output_size(); ++i)
    if (static_cast<size_t>(i) < results.size())
      define(proto.output(i), results[static_cast<size_t>(i)], label);
    else if (!proto.output(i).empty())
      otherOutputs.emplace(proto.output(i), label);
}

OwningOpRef<ModuleOp> GraphImporter::run() {
  const onnx::GraphProto& graph = model.graph();
  for (const onnx::OperatorSetIdProto& opsetId : model.opset_import())
    if (opsetId.domain().empty() || opsetId.domain() == "ai.onnx")
      version = opsetId.version();
  if (version < kOldestOpset)
    throw Error(fmt::format("the model is written for opset {} of the default domain; supported are {} and newer",
                            version, kOldestOpset));
  if (graph.sparse_initializer_size() > 0)
    throw Error("sparse initializers are not supported; save them as dense tensors");
  for (onnx::TensorProto& initializer : *model.mutable_graph()->mutable_initializer())
    if (!initializers.emplace(initializer.name(), &initializer).second)
      throw Error(fmt::format("the initializer '{}' is defined more than once", initializer.name()));

  const Location unknown = opBuilder.getUnknownLoc();
  OwningOpRef<ModuleOp> module = ModuleOp::create(unknown);
  module->setSymName(graph.name());
  opBuilder.setInsertionPointToEnd(module->getBody());

  std::vector<const onnx::ValueInfoProto*> inputs;
  SmallVector<Type> inputTypes;
  for (const onnx::ValueInfoProto& info : graph.input())
    if (!initializers.contains(info.name())) { // IR version 3 lists initializers among the inputs
      inputs.push_back(&info);
      inputTypes.push_back(inputType(info));
    }
  checkDimensionsUsed();
  // The result types are known at the end.
  auto function = opBuilder.create<func::FuncOp>(unknown, "main", opBuilder.getFunctionType(inputTypes, {}));
  Block* body = function.addEntryBlock();
  opBuilder.setInsertionPointToEnd(body);
  for (size_t i = 0; i < inputs.size(); ++i) {
    define(inputs[i]->name(), body->getArgument(static_cast<unsigned>(i)), "network input");
    function.setArgAttr(static_cast<unsigned>(i), graph::kNameAttribute, opBuilder.getStringAttr(inputs[i]->name()));
  }
  for (const onnx::NodeProto& proto : graph.node())
    importNode(proto);

  SmallVector<Value> results;
  SmallVector<Type> resultTypes;
  for (const onnx::ValueInfoProto& info : graph.output()) {
    Value value = lookup(info.name());
    if (!value)
      throw Error(fmt::format("network output '{}' is not the (first) output of any node", info.name()));
    results.push_back(value);
    resultTypes.push_back(value.getType());
  }
  if (results.empty())
    throw Error("the model has no outputs");
  opBuilder.create<func::ReturnOp>(unknown, results);
  function.setType(opBuilder.getFunctionType(inputTypes, resultTypes));
  for (size_t i = 0; i < results.size(); ++i)
    function.setResultAttr(static_cast<unsigned>(i), graph::kNameAttribute,
                           opBuilder.getStringAttr(graph.output(static_cast<int>(i)).name()));
  return module;
}

} // namespace weft::onnx_import
