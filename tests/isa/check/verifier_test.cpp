// Does the verifier accept correct programs and name what is wrong with the others?
#include "isa/check/verifier.h"
#include "tests/support/program_builder.h"

#include <gtest/gtest.h>

namespace weft {
namespace {

using test::pattern;
using test::ProgramBuilder;
using test::Sync;
using test::TensorArguments;
using Kind = Finding::Kind;

constexpr uint32_t kData = kDramBase + 0x10000;

class VerifierTest : public testing::Test {
protected:
  std::vector<Finding> check(const ProgramBuilder& program, VerifyOptions options = {}) {
    CoreMemory memory(machine);
    program.load(memory);
    return verify(machine, memory, options);
  }
  // The kinds of all findings, in order.
  std::vector<Kind> kinds(const ProgramBuilder& program, const VerifyOptions& options = {}) {
    std::vector<Kind> result;
    for (const Finding& finding : check(program, options))
      result.push_back(finding.kind);
    return result;
  }

  static TensorArguments dma(uint32_t dram, uint32_t scratchpad, uint32_t bytes, Sync sync = {}) {
    TensorArguments t;
    t.a = dram;
    t.b = scratchpad;
    t.pA = pattern(test::Walk{.count = {bytes}});
    t.sync = sync;
    return t;
  }
  // 16 activation rows at `a`, one tile at `w`, results from accumulator row `c`.
  static TensorArguments mm(uint32_t a, uint32_t w, uint32_t c, Sync sync = {}) {
    TensorArguments t;
    t.a = a;
    t.b = w;
    t.c = c;
    t.pA = pattern(test::Walk{.count = {16}, .stride = {16}});
    t.pD = pattern(test::Config{});
    t.sync = sync;
    return t;
  }
  // Copies 16 rows of scratchpad.
  static TensorArguments copy(uint32_t from, uint32_t to, Sync sync = {}) {
    TensorArguments t;
    t.a = from;
    t.c = to;
    t.pA = pattern(test::Walk{.stride = {16}});
    t.pC = pattern(test::Walk{.count = {16}, .stride = {16}});
    t.pD = pattern(test::Config{});
    t.sync = sync;
    return t;
  }

  // Loads tile after tile into `buffers` buffers and multiplies each; the buffers are handed back if `release`.
  ProgramBuilder stream(int tiles, int buffers, bool release) {
    ProgramBuilder p;
    p.tensor(Opcode::LD, dma(kData, 0x8000, 256, {.s0 = 2}));
    for (int i = 0; i < tiles; ++i) {
      auto buffer = static_cast<uint32_t>(i % buffers) * 256;
      Sync load{.s0 = 0};
      Sync use{.w0 = 0};
      if (i == 0)
        use.w1 = 2;
      if (release && i >= buffers)
        load.w0 = 1;
      if (release && i + buffers < tiles)
        use.s0 = 1;
      p.tensor(Opcode::LD, dma(kData + 256 * static_cast<uint32_t>(i % 16), buffer, 256, load));
      p.tensor(Opcode::MM, mm(buffer, 0x8000, 0, use));
    }
    p.halt();
    return p;
  }

  Machine machine = test::smallMachine();
};

TEST_F(VerifierTest, AcceptsDoubleBuffering) {
  EXPECT_EQ(kinds(stream(20, 2, true)), std::vector<Kind>{});
  EXPECT_EQ(kinds(stream(300, 3, true)), std::vector<Kind>{});
}

TEST_F(VerifierTest, FindsBuffersThatAreOverwrittenTooEarly) {
  std::vector<Finding> findings = check(stream(4, 2, false));
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings[0].kind, Kind::race);
  EXPECT_EQ(findings[0].severity, Finding::Severity::error);
  EXPECT_EQ(kinds(stream(2, 2, false)), std::vector<Kind>{}) << "nothing is overwritten yet";
}

TEST_F(VerifierTest, FindsAMissingWaitAndNamesBothInstructions) {
  ProgramBuilder p;
  uint32_t load = p.tensor(Opcode::LD, dma(kData, 0, 1024));
  uint32_t use = p.tensor(Opcode::MM, mm(0, 512, 0));
  p.halt();
  VerifyOptions options;
  options.place = [&](uint32_t pc) { return pc == use ? "node Conv_1" : ""; };
  std::vector<Finding> findings = check(p, options);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].kind, Kind::race);
  EXPECT_EQ(findings[0].otherPc, load);
  EXPECT_EQ(findings[0].pc, use);
  EXPECT_NE(findings[0].message.find("nothing orders ld at"), std::string::npos);
  EXPECT_NE(findings[0].message.find("[node Conv_1]"), std::string::npos) << findings[0].message;
}

TEST_F(VerifierTest, FindsAMissingWaitForTheAccumulators) {
  for (bool waits : {true, false}) {
    ProgramBuilder p;
    p.tensor(Opcode::LD, dma(kData, 0, 1024, {.s0 = 0, .s1 = 2}));
    p.tensor(Opcode::MM, mm(0, 512, 0, {.w0 = 0, .s0 = 1}));
    TensorArguments drain = copy(15, 0x2000, {.w0 = 2});
    drain.pA = pattern(test::Walk{.stride = {1}});
    drain.pC = pattern(test::Walk{});
    if (waits)
      drain.sync.w1 = 1;
    p.tensor(Opcode::VRQ, drain);
    p.halt();
    if (waits)
      EXPECT_EQ(kinds(p), std::vector<Kind>{});
    else
      EXPECT_EQ(kinds(p), (std::vector<Kind>{Kind::race, Kind::leftover}));
  }
}

TEST_F(VerifierTest, OrderIsTransitive) {
  // load -> matrix -> vector -> store -> load: the last load overwrites what all others used.
  ProgramBuilder p;
  p.tensor(Opcode::LD, dma(kData, 0, 4096, {.s0 = 0}));
  p.tensor(Opcode::MM, mm(0, 512, 0, {.w0 = 0, .s0 = 1}));
  p.tensor(Opcode::VMAX, copy(256, 1024, {.w0 = 1, .s0 = 2}));
  p.tensor(Opcode::ST, dma(kData + 8192, 1024, 256, {.w0 = 2, .s0 = 3}));
  p.tensor(Opcode::LD, dma(kData + 8192, 0, 256, {.w0 = 3}));
  p.halt();
  EXPECT_EQ(kinds(p), std::vector<Kind>{});
}

TEST_F(VerifierTest, DramIsSharedByStoreLoadAndSequencer) {
  auto storeThenLoad = [&](uint32_t from) {
    ProgramBuilder p;
    p.tensor(Opcode::LD, dma(kData, 0, 1024));
    p.fence(1);
    p.tensor(Opcode::ST, dma(kData + 100, 0, 50));
    p.tensor(Opcode::LD, dma(from, 512, 20));
    p.halt();
    return kinds(p);
  };
  EXPECT_EQ(storeThenLoad(kData + 149), std::vector<Kind>{Kind::race});
  EXPECT_EQ(storeThenLoad(kData + 150), std::vector<Kind>{}) << "the next byte, in the same 64";
  EXPECT_EQ(storeThenLoad(kData + 80), std::vector<Kind>{});
  EXPECT_EQ(storeThenLoad(kData + 81), std::vector<Kind>{Kind::race});

  auto scalarStore = [&](bool fence, bool before) {
    ProgramBuilder p;
    p.li(10, kData + 8);
    if (before)
      p.store(Opcode::SW, 0, 10, 0);
    p.tensor(Opcode::LD, dma(kData, 0, 16));
    if (fence)
      p.fence(1);
    if (!before)
      p.store(Opcode::SW, 0, 10, 0);
    p.halt();
    return kinds(p);
  };
  EXPECT_EQ(scalarStore(false, true), std::vector<Kind>{});
  EXPECT_EQ(scalarStore(true, false), std::vector<Kind>{});
  EXPECT_EQ(scalarStore(false, false), std::vector<Kind>{Kind::race});
}

TEST_F(VerifierTest, RefusesScalarCodeThatDependsOnTensorData) {
  ProgramBuilder p;
  p.tensor(Opcode::LD, dma(kData, 0, 64, {.s0 = 0}));
  p.tensor(Opcode::ST, dma(kData + 256, 0, 64, {.w0 = 0}));
  p.fence(15);
  p.li(10, kData + 256);
  p.regImm(Opcode::LW, 11, 10, 64); // behind what was stored
  p.regImm(Opcode::LW, 11, 10, 60);
  p.halt();
  std::vector<Finding> findings = check(p);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].kind, Kind::dataDependent);
  EXPECT_EQ(findings[0].severity, Finding::Severity::unknown);
  EXPECT_EQ(findings[0].pc, p.pc() - 16 - (p.instructions().back().rs1 == 31 ? 8u : 0u));

  ProgramBuilder input;
  input.li(10, kData);
  input.regImm(Opcode::LW, 11, 10, 0);
  input.halt();
  VerifyOptions options;
  options.unknown = {{kData + 3, 1}};
  EXPECT_EQ(kinds(input, options), std::vector<Kind>{Kind::dataDependent});
  options.unknown = {{kData + 4, 1000}, {kData - 1, 1}};
  EXPECT_EQ(kinds(input, options), std::vector<Kind>{});
}

TEST_F(VerifierTest, SemaphoresHaveOneProducerAndOneConsumer) {
  ProgramBuilder p;
  p.tensor(Opcode::LD, dma(kData, 0, 16, {.s0 = 0}));
  p.semSignal(0);
  p.semWait(0);
  p.tensor(Opcode::LD, dma(kData, 16, 16, {.w0 = 0}));
  p.halt();
  std::vector<Finding> findings = check(p);
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].kind, Kind::semaphore);
  EXPECT_NE(findings[0].message.find("signals semaphore s0, which another unit signals too"), std::string::npos);
  EXPECT_NE(findings[1].message.find("waits for semaphore s0"), std::string::npos);
}

TEST_F(VerifierTest, OverflowIsJudgedOnTheWorstTiming) {
  // 300 loads signal; the matrix engine takes the tokens. It may be as late as its queue allows: fine.
  EXPECT_EQ(kinds(stream(300, 1, true)), std::vector<Kind>{});
  ProgramBuilder interleaved;
  for (int i = 0; i < 300; ++i) {
    interleaved.tensor(Opcode::LD, dma(kData, 0, 16, {.s0 = 0}));
    interleaved.tensor(Opcode::ST, dma(kData + 4096, 64, 16, {.w0 = 0}));
  }
  interleaved.halt();
  std::vector<Finding> findings = check(interleaved);
  for (const Finding& finding : findings)
    EXPECT_NE(finding.kind, Kind::overflow) << finding.message;

  // All loads first, fenced, then the waits: the semaphore does reach 300.
  ProgramBuilder late;
  for (int i = 0; i < 300; ++i)
    late.tensor(Opcode::LD, dma(kData, 0, 16, {.s0 = 0}));
  late.fence(1);
  for (int i = 0; i < 300; ++i)
    late.semWait(0);
  late.halt();
  EXPECT_EQ(kinds(late), std::vector<Kind>{Kind::overflow});

  // As above with 255: just fits.
  ProgramBuilder fits;
  for (int i = 0; i < 255; ++i)
    fits.tensor(Opcode::LD, dma(kData, 0, 16, {.s0 = 0}));
  for (int i = 0; i < 255; ++i)
    fits.semWait(0);
  fits.halt();
  EXPECT_EQ(kinds(fits), std::vector<Kind>{});
}

// The sequencer signals 256 times, and each time an engine waits; in this order of events the count never exceeds 5,
// but a slow engine would let it grow if its queue were longer than the semaphore is deep.
TEST_F(VerifierTest, QueuesBoundTheLeadOfTheSequencer) {
  ProgramBuilder p;
  p.tensor(Opcode::LD, dma(kData, 0, 16));
  for (int i = 0; i < 600; ++i) {
    p.semSignal(0);
    p.tensor(Opcode::LD, dma(kData, 0, 16, {.w0 = 0}));
  }
  p.halt();
  EXPECT_EQ(kinds(p), std::vector<Kind>{});
}

// The store engine may be its queue (4) behind the dispatch: after a head start of n loads the semaphore can reach n
// + 5.
TEST_F(VerifierTest, QueuesAddToTheLeadOfAnEngine) {
  for (int head : {250, 251}) {
    ProgramBuilder p;
    p.tensor(Opcode::LD, dma(kData, 0, 128));
    p.fence(1);
    for (int i = 0; i < head; ++i)
      p.tensor(Opcode::LD, dma(kData, 0, 16, {.s0 = 0}));
    for (int i = 0; i < 20; ++i) {
      p.tensor(Opcode::LD, dma(kData, 0, 16, {.s0 = 0}));
      p.tensor(Opcode::ST, dma(kData + 4096, 64, 16, {.w0 = 0}));
    }
    for (int i = 0; i < head; ++i)
      p.tensor(Opcode::ST, dma(kData + 4096, 64, 16, {.w0 = 0}));
    p.halt();
    EXPECT_EQ(kinds(p), head == 250 ? std::vector<Kind>{} : std::vector<Kind>{Kind::overflow});
  }
}

TEST_F(VerifierTest, DeadlockNamesWhoWaitsForWhat) {
  ProgramBuilder p;
  uint32_t pc = p.tensor(Opcode::MM, mm(0, 512, 0, {.w0 = 4}));
  p.halt();
  std::vector<Finding> findings = check(p);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].kind, Kind::deadlock);
  EXPECT_EQ(findings[0].pc, pc);
  EXPECT_NE(findings[0].message.find("the matrix waits at"), std::string::npos) << findings[0].message;
  EXPECT_NE(findings[0].message.find("in mm for semaphore s4; the sequencer waits at"), std::string::npos);
}

TEST_F(VerifierTest, QueueSizesDecideAboutDeadlock) {
  machine.queues.load = 3;
  ProgramBuilder p;
  for (int i = 0; i < 4; ++i)
    p.tensor(Opcode::LD, dma(kData, 0, 16, {.w0 = 1}));
  for (int i = 0; i < 4; ++i)
    p.semSignal(1);
  p.halt();
  EXPECT_EQ(kinds(p), std::vector<Kind>{Kind::deadlock});
  machine.queues.load = 4;
  EXPECT_EQ(kinds(p), std::vector<Kind>{});
}

TEST_F(VerifierTest, CollectsAllFaultsOfTensorInstructions) {
  ProgramBuilder p;
  p.tensor(Opcode::LD, dma(kData, 65536 - 8, 16));
  p.tensor(Opcode::LD, dma(kData, 0, 0x10000));
  p.tensor(Opcode::LD, dma(0, 0, 16));
  p.tensor(Opcode::LD, dma(kData, 0, 16));
  p.halt();
  std::vector<Finding> findings = check(p);
  ASSERT_EQ(findings.size(), 3u);
  EXPECT_NE(findings[0].message.find("(load) faults: address, 0x10000"), std::string::npos) << findings[0].message;
  EXPECT_NE(findings[1].message.find("bad-operand, 0x10000"), std::string::npos) << findings[1].message;
  EXPECT_NE(findings[2].message.find("address, 0x0"), std::string::npos) << findings[2].message;
}

TEST_F(VerifierTest, FaultsOfTheSequencer) {
  ProgramBuilder illegal;
  illegal.emitWord(0xff);
  EXPECT_EQ(kinds(illegal), std::vector<Kind>{Kind::fault});
  ProgramBuilder trap;
  trap.trap(3);
  EXPECT_EQ(kinds(trap), std::vector<Kind>{Kind::fault});
}

TEST_F(VerifierTest, ProgramsThatDoNotHalt) {
  ProgramBuilder p;
  int loop = p.newLabel();
  p.bind(loop);
  p.jal(0, loop);
  VerifyOptions options;
  options.instructionLimit = 1000;
  EXPECT_EQ(kinds(p, options), std::vector<Kind>{Kind::noHalt});
  EXPECT_EQ(check(p, options)[0].severity, Finding::Severity::unknown);
}

TEST_F(VerifierTest, StopsWhenCancelled) {
  ProgramBuilder p;
  int loop = p.newLabel();
  p.bind(loop);
  p.jal(0, loop);
  const std::atomic<bool> cancel = true;
  VerifyOptions options;
  options.instructionLimit = UINT64_MAX;
  options.cancel = &cancel;
  EXPECT_EQ(kinds(p, options), std::vector<Kind>{});
}

TEST_F(VerifierTest, Warnings) {
  ProgramBuilder p;
  p.tensor(Opcode::LD, dma(kData, 0, 255, {.s0 = 0}));
  p.tensor(Opcode::VMAX, copy(16, 0x1000, {.w0 = 0, .s0 = 9}));
  p.halt(4);
  std::vector<Finding> findings = check(p);
  ASSERT_EQ(findings.size(), 3u);
  for (const Finding& finding : findings)
    EXPECT_EQ(finding.severity, Finding::Severity::warning);
  EXPECT_EQ(findings[0].kind, Kind::uninitialised);
  EXPECT_EQ(findings[1].kind, Kind::leftover);
  EXPECT_NE(findings[1].message.find("s9 is 1"), std::string::npos);
  EXPECT_EQ(findings[2].kind, Kind::exitCode);
}

TEST_F(VerifierTest, InstructionsMayWorkInPlaceButNotReadTheirOtherResults) {
  auto copying = [&](uint32_t from, uint32_t to, int32_t stride) {
    ProgramBuilder p;
    p.tensor(Opcode::LD, dma(kData, 0, 4096));
    p.fence(1);
    TensorArguments t = copy(from, to);
    t.pA = pattern(test::Walk{.stride = {stride, 4096}}); // the second one is not used
    p.tensor(Opcode::VMAX, t);
    p.halt();
    return kinds(p);
  };
  EXPECT_EQ(copying(256, 256, 16), std::vector<Kind>{});
  EXPECT_EQ(copying(256, 512, 16), std::vector<Kind>{});
  EXPECT_EQ(copying(256, 272, 16), std::vector<Kind>{Kind::selfOverlap});
  EXPECT_EQ(copying(256, 240, 16), std::vector<Kind>{}); // only what is written later
  EXPECT_EQ(copying(256, 256, 32), std::vector<Kind>{}); // ahead of the results
  EXPECT_EQ(copying(256, 256, 0), std::vector<Kind>{Kind::selfOverlap});
  EXPECT_EQ(copying(256, 288, 32), std::vector<Kind>{Kind::selfOverlap});
}

TEST_F(VerifierTest, FindingsAreLimited) {
  ProgramBuilder p;
  for (int i = 0; i < 50; ++i)
    p.tensor(Opcode::LD, dma(0, 0, 16));
  p.halt();
  VerifyOptions options;
  options.findingLimit = 7;
  EXPECT_EQ(check(p, options).size(), 7u);
}

TEST(FindingKind, HasAName) {
  EXPECT_STREQ(name(Kind::dataDependent), "data-dependent");
  EXPECT_STREQ(name(Kind::exitCode), "exit-code");
}

} // namespace
} // namespace weft
