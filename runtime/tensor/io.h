// Tensor files: NumPy's .npy and .npz, and ONNX test data (.pb, one TensorProto). The parsers take untrusted bytes: any
// malformed or unsupported input throws Error, whose message starts with `where` (a path, as a rule).
#pragma once

#include "runtime/tensor/tensor.h"

#include <filesystem>
#include <functional>
#include <span>

namespace weft {

// .npy, format versions 1 to 3, little endian, C or Fortran order (the result is in C order). Element types: float16,
// float32, float64, bool and the integers of 8 to 64 bits.
HostTensor parseNpy(std::span<const uint8_t> bytes, const std::string& where);
// Throws Error for bfloat16, which NumPy does not have.
std::vector<uint8_t> formatNpy(const HostTensor& tensor);

// Told of each tensor of a .npz file before it is inflated, with the bytes that its .npy member will have; throws Error
// for one that is not wanted.
using TensorCheck = std::function<void(const std::string& name, uint64_t bytes)>;

// .npz: a zip archive of .npy members. Names lose their ".npy".
HostTensors parseNpz(std::span<const uint8_t> bytes, const std::string& where, const TensorCheck& check = {});
// Deflated if `compress`. The same tensors give the same bytes.
std::vector<uint8_t> formatNpz(const HostTensors& tensors, bool compress = true);

// One onnx.TensorProto; the data is in the message (raw or typed fields), not in another file.
struct NamedTensor {
  std::string name;
  HostTensor tensor;
};
NamedTensor parseTensorProto(std::span<const uint8_t> bytes, const std::string& where);
std::vector<uint8_t> formatTensorProto(const HostTensor& tensor, const std::string& name);

// Reads by extension: .npz gives its members; .npy one tensor named after the file; .pb one tensor with the name that
// it has inside (after the file if it has none).
HostTensors readTensors(const std::filesystem::path& path, const TensorCheck& check = {});
// Writes by extension: .npz, or .npy and .pb for exactly one tensor.
void writeTensors(const std::filesystem::path& path, const HostTensors& tensors);

} // namespace weft
