#include "compiler/export/export.h"

#include "compiler/dialect/constants.h"
#include "isa/support/error.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/TypeSwitch.h"

#include <fmt/format.h>
#include <set>

namespace weft::graph {

using namespace mlir;

namespace {

net::DType dtypeOf(Type type) {
  if (type.isF32())
    return net::DType::f32;
  if (type.isF16())
    return net::DType::f16;
  if (type.isBF16())
    return net::DType::bf16;
  if (type.isF64())
    return net::DType::f64;
  const bool isUnsigned = type.isUnsignedInteger();
  switch (type.getIntOrFloatBitWidth()) {
  case 1:
    return net::DType::boolean;
  case 8:
    return isUnsigned ? net::DType::u8 : net::DType::s8;
  case 16:
    return isUnsigned ? net::DType::u16 : net::DType::s16;
  case 32:
    return isUnsigned ? net::DType::u32 : net::DType::s32;
  case 64:
    return isUnsigned ? net::DType::u64 : net::DType::s64;
  default:
    throw Error("the graph dialect has an element type that networks have not");
  }
}

// The names of the ONNX nodes in a location, first the one that stands for all.
std::vector<std::string> nodeNames(Location location) {
  std::vector<std::string> names;
  location->walk([&](Location inner) {
    if (auto named = dyn_cast<NameLoc>(inner))
      if (std::find(names.begin(), names.end(), named.getName().str()) == names.end())
        names.push_back(named.getName().str());
    return WalkResult::advance();
  });
  return names;
}

std::string join(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names)
    text += (text.empty() ? "" : "\n") + name;
  return text;
}

std::optional<net::Attribute> attributeOf(Attribute attribute) {
  return llvm::TypeSwitch<Attribute, std::optional<net::Attribute>>(attribute)
      .Case([](IntegerAttr value) { return net::Attribute(value.getInt()); })
      .Case([](FloatAttr value) { return net::Attribute(value.getValueAsDouble()); })
      .Case([](StringAttr value) { return net::Attribute(value.str()); })
      .Case([](DenseI64ArrayAttr value) { return net::Attribute(std::vector<int64_t>(value.asArrayRef())); })
      .Default([](Attribute) { return std::nullopt; });
}

class Exporter {
public:
  net::Network run(ModuleOp module) {
    auto function = module.lookupSymbol<func::FuncOp>("main");
    WEFT_CHECK(function && function.getBody().hasOneBlock(), "the module has a function main of one block");
    network.name = module.getSymName().value_or("").str();
    auto result = cast<func::ReturnOp>(function.front().getTerminator());
    nameInterface(function, result);
    for (BlockArgument argument : function.getArguments())
      network.inputs.push_back(addTensor(argument, interfaceNames.lookup(argument)));
    for (Operation& op : function.front())
      if (!isa<func::ReturnOp>(op))
        addOperation(&op);
    for (auto [i, value] : llvm::enumerate(result.getOperands()))
      addOutput(function.getResultAttrOfType<StringAttr>(static_cast<unsigned>(i), kNameAttribute), value);
    net::validate(network);
    return std::move(network);
  }

private:
  net::Network network;
  llvm::DenseMap<Value, int32_t> indices;
  llvm::DenseMap<Value, std::string> interfaceNames; // of inputs and of the results that are outputs
  std::set<std::string> usedNames;

  void nameInterface(func::FuncOp function, func::ReturnOp result) {
    for (BlockArgument argument : function.getArguments()) {
      auto name = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(), kNameAttribute);
      interfaceNames[argument] = name ? name.str() : fmt::format("input{}", argument.getArgNumber());
      usedNames.insert(interfaceNames[argument]);
    }
    for (auto [i, value] : llvm::enumerate(result.getOperands())) {
      auto name = function.getResultAttrOfType<StringAttr>(static_cast<unsigned>(i), kNameAttribute);
      if (!name)
        continue;
      usedNames.insert(name.str());
      if (value.getDefiningOp() && !isa<ConstantOp>(value.getDefiningOp()) && !interfaceNames.contains(value))
        interfaceNames[value] = name.str();
    }
  }

  std::string unique(const std::string& wanted) {
    std::string name = wanted;
    for (int i = 2; !usedNames.insert(name).second; ++i)
      name = fmt::format("{}.{}", wanted, i);
    return name;
  }

  int32_t addTensor(Value value, const std::string& name) {
    const RankedTensorType type = tensorType(value);
    net::Tensor tensor;
    tensor.name = name;
    tensor.type = dtypeOf(type.getElementType());
    tensor.shape = type.getShape().vec();
    if (DenseElementsAttr constant = constantOf(value)) {
      tensor.isConstant = true;
      tensor.data = bytesOf(constant);
    }
    const auto index = static_cast<int32_t>(network.tensors.size());
    network.tensors.push_back(std::move(tensor));
    indices[value] = index;
    return index;
  }

  void addOperation(Operation* op) {
    if (isa<ConstantOp, NoneOp>(op))
      return;
    const std::vector<std::string> names = nodeNames(op->getLoc());
    const net::OperatorInfo* info = operatorOf(op);
    WEFT_CHECK(info, "only the graph dialect's operations are exported");
    net::Node node;
    node.op = info->name;
    node.name = names.empty() ? node.op : names.front();
    for (OpOperand& operand : op->getOpOperands()) {
      Value value = operand.get();
      if (isNone(value))
        node.inputs.push_back(-1);
      else if (auto known = indices.find(value); known != indices.end())
        node.inputs.push_back(known->second);
      else // a constant at its first use
        node.inputs.push_back(addTensor(value, unique(fmt::format("{}.{}", node.name, operand.getOperandNumber()))));
    }
    while (!node.inputs.empty() && node.inputs.back() == -1)
      node.inputs.pop_back();
    for (NamedAttribute attribute : op->getAttrs())
      if (std::optional<net::Attribute> value = attributeOf(attribute.getValue()))
        node.attributes.emplace(attribute.getName().str(), *value);
    node.attributes["onnx_nodes"] = join(names);
    Value result = op->getResult(0);
    auto interface = interfaceNames.find(result);
    node.outputs.push_back(
        addTensor(result, interface != interfaceNames.end() ? interface->second : unique(node.name)));
    network.nodes.push_back(std::move(node));
  }

  // An output that is not the result of a node of its own (an input, a constant, a second name) is a copy.
  void addOutput(StringAttr name, Value value) {
    auto interface = interfaceNames.find(value);
    const bool own =
        value.getDefiningOp() && interface != interfaceNames.end() && (!name || interface->second == name.getValue());
    if (own || !name) {
      network.outputs.push_back(indices.contains(value) ? indices[value] : addTensor(value, unique("output")));
      return;
    }
    const int32_t source = indices.contains(value) ? indices[value] : addTensor(value, unique(name.str() + ".value"));
    net::Node node;
    node.op = "Identity";
    node.name = name.str();
    node.inputs = {source};
    node.attributes["onnx_nodes"] = name.str();
    net::Tensor copy = network.tensors[static_cast<size_t>(source)];
    copy.name = name.str();
    copy.isConstant = false;
    copy.data = {};
    node.outputs = {static_cast<int32_t>(network.tensors.size())};
    network.outputs.push_back(node.outputs.front());
    network.tensors.push_back(std::move(copy));
    network.nodes.push_back(std::move(node));
  }
};

} // namespace

net::Network exportNetwork(ModuleOp module) {
  return Exporter().run(module);
}

} // namespace weft::graph
