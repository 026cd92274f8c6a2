// The importer of one model: ONNX values to values of the graph dialect.
#pragma once

#include "compiler/dialect/constants.h"
#include "compiler/import/import.h"
#include "compiler/import/model.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <set>
#include <string>
#include <unordered_map>

namespace weft::onnx_import {

// Collects the errors that MLIR emits while it is alive, "node 'conv1': text" each.
class Diagnostics {
public:
  explicit Diagnostics(mlir::MLIRContext& context);
  // What was collected since the last call, one per line, without the operation's name.
  std::string take();

private:
  std::string text;
  mlir::ScopedDiagnosticHandler handler;
};

class GraphImporter {
public:
  // Takes the initializers out of the model as it needs them.
  GraphImporter(mlir::MLIRContext& context, onnx::ModelProto& model, const ImportOptions& options);

  mlir::OwningOpRef<mlir::ModuleOp> run();

  // --- For the operators (operators.cpp) ---

  // The version of the default domain that the model was written for.
  int64_t opset() const { return version; }
  mlir::OpBuilder& builder() { return opBuilder; }
  const ImportOptions& options() const { return importOptions; }

  // Input i of a node; the value of weft_graph.none if it is omitted.
  mlir::Value input(const NodeReader& node, size_t i);
  // The integers of input i, which must be a constant.
  std::vector<int64_t> constantInput(const NodeReader& node, size_t i);
  // A graph-dialect operation, its result type inferred; a constant where it folds.
  mlir::Value emit(const NodeReader& node, llvm::StringRef mnemonic, mlir::ValueRange operands,
                   llvm::ArrayRef<mlir::NamedAttribute> attributes = {});
  mlir::Value constant(const NodeReader& node, const TensorData& data);
  mlir::Value constant(const NodeReader& node, mlir::DenseElementsAttr value);
  mlir::Value integers(const NodeReader& node, llvm::ArrayRef<int64_t> values);
  mlir::Value none();
  mlir::Type elementType(int32_t onnxType);
  mlir::NamedAttribute attribute(llvm::StringRef name, int64_t value);
  mlir::NamedAttribute attribute(llvm::StringRef name, float value);
  mlir::NamedAttribute attribute(llvm::StringRef name, llvm::ArrayRef<int64_t> values);
  mlir::NamedAttribute attribute(llvm::StringRef name, llvm::StringRef value);

  // Takes the bytes of a tensor from what computed constants may have.
  void accountComputed(const NodeReader& node, mlir::RankedTensorType type);

private:
  mlir::Location location(const NodeReader& node);
  mlir::RankedTensorType inputType(const onnx::ValueInfoProto& info);
  void checkDimensionsUsed() const;
  mlir::Value lookup(const std::string& name);
  void importNode(const onnx::NodeProto& proto);
  void define(const std::string& name, mlir::Value value, const std::string& by);

  mlir::MLIRContext& context;
  onnx::ModelProto& model;
  const ImportOptions& importOptions;
  int64_t version = 0;
  int64_t computedBytes = 0;
  bool batchUsed = false;
  std::set<std::string> symbols; // open dimensions of the inputs that have a name
  mlir::OpBuilder opBuilder;
  Diagnostics diagnostics;
  std::unordered_map<std::string, mlir::Value> values;
  std::unordered_map<std::string, onnx::TensorProto*> initializers;
  // Outputs beyond the first, by name, with the node that would make them.
  std::unordered_map<std::string, std::string> otherOutputs;
};

// The importable operator of a qualified name ("Conv", "com.microsoft.QGemm"), or null; and all of these names.
const net::OperatorInfo* findImportable(std::string_view name);
std::vector<std::string> importableNames();

// Imports a node of it whose inputs and attributes are as many as they may be. Returns its results, the first of them
// at least.
llvm::SmallVector<mlir::Value> importOperator(GraphImporter& importer, const NodeReader& node,
                                              const net::OperatorInfo& info);

} // namespace weft::onnx_import
