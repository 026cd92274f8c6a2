#include "runtime/tools/weft/inputs.h"

#include "runtime/tensor/io.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <fmt/format.h>
#include <optional>
#include <random>

namespace weft::tool {
namespace {

using runtime::TensorInfo;

bool has(const std::vector<TensorInfo>& wanted, const std::string& name) {
  return std::any_of(wanted.begin(), wanted.end(), [&](const TensorInfo& info) { return info.name == name; });
}

// 3 for "input_3".
std::optional<size_t> testDataNumber(const std::string& stem) {
  constexpr std::string_view prefix = "input_";
  if (!stem.starts_with(prefix) || stem.size() == prefix.size() || stem.size() > prefix.size() + 3 ||
      !std::all_of(stem.begin() + prefix.size(), stem.end(), [](unsigned char c) { return std::isdigit(c); }))
    return std::nullopt;
  return std::stoul(stem.substr(prefix.size()));
}

// Which input the only tensor of a file is.
std::string match(const std::string& own, const std::filesystem::path& file, const std::vector<TensorInfo>& wanted) {
  if (has(wanted, own))
    return own;
  if (auto number = testDataNumber(file.stem().string()); number && *number < wanted.size())
    return wanted[*number].name;
  if (wanted.size() == 1)
    return wanted.front().name;
  throw Error(fmt::format("{}: cannot tell which input '{}' is; write NAME={}. The inputs are:\n{}", file.string(), own,
                          file.string(), listInputs(wanted)));
}

template <typename T> void fillIntegers(HostTensor& tensor, std::mt19937_64& random) {
  constexpr bool small = sizeof(T) == 1;
  for (T& value : elements<T>(tensor))
    value = small ? static_cast<T>(random()) : static_cast<T>(random() % 256);
}

template <typename T> void fillReals(HostTensor& tensor, std::mt19937_64& random) {
  // 24 random bits: exact in every float.
  for (T& value : elements<T>(tensor))
    value = static_cast<T>(static_cast<int64_t>(random() >> 40) - (1 << 23)) / static_cast<T>(1 << 23);
}

} // namespace

void addInputOptions(CLI::App& command, std::vector<std::string>& files, std::optional<uint64_t>& randomSeed) {
  CLI::Option* input =
      command.add_option("-i,--input", files, "FILE or NAME=FILE (.npz, .npy, or ONNX test data .pb); may be repeated");
  input->allow_extra_args(false);
  command.add_option("--random-input", randomSeed, "Random inputs from this seed instead of files")->excludes(input);
}

std::string listInputs(const std::vector<TensorInfo>& wanted) {
  std::string text;
  for (const TensorInfo& info : wanted)
    text += fmt::format("{}  {}: {}", text.empty() ? "" : "\n", info.name, describe(info.type, info.shape));
  return text;
}

HostTensors readInputs(const std::vector<std::string>& arguments, const std::vector<TensorInfo>& wanted) {
  HostTensors inputs;
  // Before a member of an archive is inflated: a few kilobytes can become gigabytes.
  auto check = [&](const std::string& name, uint64_t bytes, const std::string& argument) {
    constexpr uint64_t kLargestElement = 8, kLargestHeader = 1 << 16;
    auto info = std::find_if(wanted.begin(), wanted.end(), [&](const TensorInfo& one) { return one.name == name; });
    if (info == wanted.end())
      throw Error(fmt::format("{}: there is no input '{}'; the inputs are:\n{}", argument, name, listInputs(wanted)));
    if (bytes > static_cast<uint64_t>(net::elementCount(info->shape)) * kLargestElement + kLargestHeader)
      throw Error(fmt::format("{}: '{}' has {} bytes, too many for {}", argument, name, bytes,
                              describe(info->type, info->shape)));
  };
  auto add = [&](const std::string& name, HostTensor tensor, const std::string& argument) {
    check(name, tensor.data.size(), argument);
    if (!inputs.emplace(name, std::move(tensor)).second)
      throw Error(fmt::format("{}: input '{}' is given twice", argument, name));
  };
  for (const std::string& argument : arguments) {
    // A file's own name may hold '=': it is NAME=FILE only if no such file exists.
    const size_t equals = std::filesystem::exists(argument) ? std::string::npos : argument.find('=');
    const std::filesystem::path file = equals == std::string::npos ? argument : argument.substr(equals + 1);
    const std::string given = equals == std::string::npos ? "" : argument.substr(0, equals);
    HostTensors tensors = readTensors(
        file, [&](const std::string& name, uint64_t bytes) { check(given.empty() ? name : given, bytes, argument); });
    if (equals != std::string::npos) {
      if (tensors.size() != 1)
        throw Error(
            fmt::format("{}: NAME=FILE needs a file with one tensor; this one has {}", argument, tensors.size()));
      add(given, std::move(tensors.begin()->second), argument);
    } else if (file.extension() == ".npz") {
      for (auto& [name, tensor] : tensors)
        add(name, std::move(tensor), argument);
    } else {
      auto& [own, tensor] = *tensors.begin();
      add(match(own, file, wanted), std::move(tensor), argument);
    }
  }
  return inputs;
}

std::vector<std::string> namesOf(const std::vector<std::string>& arguments, std::vector<std::string> others) {
  for (const std::string& argument : arguments) {
    others.push_back(argument);
    others.push_back(argument.substr(argument.find('=') + 1));
  }
  return others;
}

HostTensors randomInputs(uint64_t seed, const std::vector<TensorInfo>& wanted) {
  HostTensors inputs;
  std::mt19937_64 random(seed);
  for (const TensorInfo& info : wanted) {
    HostTensor tensor = makeTensor(info.type, info.shape);
    switch (info.type) {
    case net::DType::f32:
      fillReals<float>(tensor, random);
      break;
    case net::DType::f64:
      fillReals<double>(tensor, random);
      break;
    case net::DType::s8:
      fillIntegers<int8_t>(tensor, random);
      break;
    case net::DType::u8:
      fillIntegers<uint8_t>(tensor, random);
      break;
    case net::DType::s32:
      fillIntegers<int32_t>(tensor, random);
      break;
    case net::DType::s64:
      fillIntegers<int64_t>(tensor, random);
      break;
    default:
      throw Error(fmt::format("input '{}' is {}; random inputs are made for int8, uint8, int32, int64, float32 and "
                              "float64; give this one with --input",
                              info.name, net::name(info.type)));
    }
    inputs.emplace(info.name, std::move(tensor));
  }
  return inputs;
}

HostTensors chooseInputs(const std::string& origin, const std::vector<std::string>& files,
                         const std::optional<uint64_t>& randomSeed, const runtime::LoadedProgram& program) {
  if (!files.empty())
    return readInputs(files, program.inputs());
  if (randomSeed && program.inputs().empty())
    throw Error(fmt::format("{}: --random-input has no use: the program takes no inputs", origin));
  if (randomSeed)
    return randomInputs(*randomSeed, program.inputs());
  if (!program.inputs().empty())
    throw Error(fmt::format("{}: no input is given; use --input FILE for these, or --random-input SEED:\n{}", origin,
                            listInputs(program.inputs())));
  return {};
}

} // namespace weft::tool
