#include "isa/support/file.h"
#include "runtime/tensor/io.h"

#include <fmt/format.h>

namespace weft {

HostTensors readTensors(const std::filesystem::path& path, const TensorCheck& check) {
  const std::string extension = path.extension().string();
  if (extension == ".npz")
    return parseNpz(readFile(path), path.string(), check);
  HostTensors tensors;
  if (extension == ".npy") {
    tensors.emplace(path.stem().string(), parseNpy(readFile(path), path.string()));
  } else if (extension == ".pb") {
    NamedTensor named = parseTensorProto(readFile(path), path.string());
    tensors.emplace(named.name.empty() ? path.stem().string() : named.name, std::move(named.tensor));
  } else {
    throw Error(fmt::format("cannot read tensors from '{}': the extension must be .npz, .npy or .pb", path.string()));
  }
  return tensors;
}

void writeTensors(const std::filesystem::path& path, const HostTensors& tensors) {
  const std::string extension = path.extension().string();
  if (extension == ".npz") {
    writeFile(path, formatNpz(tensors));
    return;
  }
  if (extension != ".npy" && extension != ".pb")
    throw Error(fmt::format("cannot write tensors to '{}': the extension must be .npz, .npy or .pb", path.string()));
  if (tensors.size() != 1)
    throw Error(fmt::format("cannot write {} tensors to '{}': {} files hold exactly one (use .npz)", tensors.size(),
                            path.string(), extension));
  const auto& [name, tensor] = *tensors.begin();
  writeFile(path, extension == ".npy" ? formatNpy(tensor) : formatTensorProto(tensor, name));
}

} // namespace weft
