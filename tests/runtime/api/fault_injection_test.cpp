// One fault of each kind, planted into a compiled network: does the verifier find it before the run, do the simulators
// in it, and does each name the instruction and the ONNX node, without hanging?
#include "compiler/driver/compiler.h"
#include "compiler/import/import.h"
#include "isa/check/verify_program.h"
#include "isa/generated/instructions.h"
#include "isa/support/error.h"
#include "isa/support/file.h"
#include "runtime/api/device.h"
#include "runtime/api/fault.h"

#include <algorithm>
#include <cstring>
#include <gtest/gtest.h>

namespace weft::runtime {
namespace {

constexpr uint8_t kNone = 31;
constexpr uint8_t kUnusedSemaphore = 30;

class FaultInjection : public testing::Test {
protected:
  static void SetUpTestSuite() {
    const net::Network network =
        importOnnx(readFile(std::string(WEFT_PROJECT_DIR) + "/workloads/digits/digits_int8_qdq.onnx"), {});
    compiled() = compile(network, loadMachine("edge-16"), {});
  }
  static std::vector<uint8_t>& compiled() {
    static std::vector<uint8_t> bytes;
    return bytes;
  }

  // Changes the first instruction of the network's groups for which `change` returns true.
  void plant(const std::function<bool(Instruction&)>& change) {
    if (file_.empty())
      file_ = compiled();
    const Program program = Program::parse(file_, "digits");
    const Segment& code = program.segments().front();
    const size_t base = codeOffset(program);
    for (size_t offset = 0; offset + 8 <= code.content.size(); offset += 8) {
      const auto pc = static_cast<uint32_t>(code.address + offset);
      const Group* group = program.groupAt(pc);
      uint64_t word;
      std::memcpy(&word, file_.data() + base + offset, 8);
      Instruction instruction;
      if (!group || !decode(word, instruction) || !change(instruction))
        continue;
      word = encode(instruction);
      std::memcpy(file_.data() + base + offset, &word, 8);
      node_ = group->onnxNodes.front();
      pc_ = pc;
      return;
    }
    FAIL() << "no instruction to change";
  }

  // Where the code is in the file: its bytes occur there once.
  size_t codeOffset(const Program& program) const {
    const auto& content = program.segments().front().content;
    return static_cast<size_t>(std::search(file_.begin(), file_.end(), content.begin(), content.end()) - file_.begin());
  }

  std::string verifierSays(Finding::Kind kind) {
    for (const Finding& finding : verifyProgram(Program::parse(file_, "digits"), machine_))
      if (finding.severity == Finding::Severity::error && finding.kind == kind)
        return finding.message;
    return "(not found)";
  }

  std::string deviceSays(const std::string& name, bool detectRaces = false) {
    auto loaded = openDevice(name, machine_)->load(std::make_shared<const Program>(Program::parse(file_, "digits")));
    const TensorInfo& info = loaded->inputs().front();
    HostTensor input{info.type, info.shape, {}};
    input.data.resize(static_cast<size_t>(net::elementCount(info.shape)) * net::byteSize(info.type));
    try {
      RunOptions options;
      options.detectRaces = detectRaces;
      loaded->run({{info.name, input}}, options);
    } catch (const Error& error) {
      return error.what();
    }
    return "(no error)";
  }

  // On every device that executes instructions.
  void expectFault(const std::string& cause, const std::string& mnemonic) {
    for (const char* device : {"func", "cycle"}) {
      const std::string message = deviceSays(device);
      for (const std::string& part : {"'" + cause + "'", mnemonic, node_})
        EXPECT_NE(message.find(part), std::string::npos) << device << ": " << part << " in\n" << message;
    }
  }

  void expectFinding(Finding::Kind kind) {
    const std::string message = verifierSays(kind);
    EXPECT_NE(message.find(node_), std::string::npos) << name(kind) << ": " << node_ << " in\n" << message;
  }

  const Machine machine_ = loadMachine("edge-16");
  std::vector<uint8_t> file_;
  std::string node_;
  uint32_t pc_ = 0;
};

TEST_F(FaultInjection, MissingWait) {
  plant([](Instruction& instruction) {
    if (instruction.op != Opcode::MM || instruction.w0 == kNone)
      return false;
    instruction.w0 = instruction.w1 = kNone;
    return true;
  });
  expectFinding(Finding::Kind::race);
  for (const char* device : {"func", "cycle"}) {
    const std::string message = deviceSays(device, true);
    EXPECT_NE(message.find(node_), std::string::npos) << device << "\n" << message;
    EXPECT_NE(message.find("mm"), std::string::npos) << device << "\n" << message;
  }
}

TEST_F(FaultInjection, ExtraWaitIsADeadlockNotAHang) {
  plant([](Instruction& instruction) {
    if (instruction.op != Opcode::MM)
      return false;
    instruction.w1 = kUnusedSemaphore;
    return true;
  });
  expectFinding(Finding::Kind::deadlock);
  expectFault("deadlock", "mm");
}

TEST_F(FaultInjection, SemaphoreOverflow) {
  // A group that starts by signalling for ever: semsignal s30, -; jump back.
  plant([](Instruction& instruction) {
    instruction = {};
    instruction.op = Opcode::SEMSIGNAL;
    instruction.s0 = kUnusedSemaphore;
    instruction.s1 = kNone;
    return true;
  });
  const uint32_t first = pc_;
  int position = 0;
  plant([&](Instruction& instruction) {
    if (++position != 2)
      return false;
    instruction = {};
    instruction.op = Opcode::JAL;
    instruction.imm = static_cast<uint32_t>(-8);
    return true;
  });
  ASSERT_EQ(pc_, first + 8);
  expectFinding(Finding::Kind::overflow);
  expectFault("semaphore-overflow", "semsignal");
}

TEST_F(FaultInjection, AddressOutOfRange) {
  plant([](Instruction& instruction) {
    if (instruction.op != Opcode::ST)
      return false;
    instruction.rA = 0; // DRAM address 0
    return true;
  });
  expectFinding(Finding::Kind::fault);
  expectFault("address", "st");
}

TEST_F(FaultInjection, UnimplementedInstruction) {
  plant([](Instruction& instruction) {
    if (instruction.op != Opcode::VRQ)
      return false;
    instruction.op = Opcode::VROPE;
    return true;
  });
  expectFinding(Finding::Kind::fault);
  expectFault("unimplemented", "vrope");
}

TEST_F(FaultInjection, IllegalInstruction) {
  plant([](Instruction& instruction) { return instruction.op == Opcode::MM; });
  const Program program = Program::parse(file_, "digits");
  file_[codeOffset(program) + pc_ - program.segments().front().address] = 0xff; // no opcode
  expectFinding(Finding::Kind::fault);
  for (const char* device : {"func", "cycle"}) {
    const std::string message = deviceSays(device);
    EXPECT_NE(message.find("'illegal-instruction'"), std::string::npos) << message;
    EXPECT_NE(message.find(node_), std::string::npos) << message;
  }
}

} // namespace
} // namespace weft::runtime
