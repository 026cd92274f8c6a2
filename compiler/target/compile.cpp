// The library's interface: whole files through LLVM's pipelines.
#include "compiler/target/Builtins.h"
#include "compiler/target/MCTargetDesc.h"
#include "compiler/target/target.h"
#include "isa/support/error.h"
#include "llvm/CodeGen/TargetPassConfig.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/DiagnosticPrinter.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/IRReader/IRReader.h"
#include "llvm/MC/MCAsmBackend.h"
#include "llvm/MC/MCAsmInfo.h"
#include "llvm/MC/MCCodeEmitter.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCDisassembler/MCDisassembler.h"
#include "llvm/MC/MCInst.h"
#include "llvm/MC/MCInstPrinter.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCObjectFileInfo.h"
#include "llvm/MC/MCObjectWriter.h"
#include "llvm/MC/MCParser/MCAsmParser.h"
#include "llvm/MC/MCParser/MCTargetAsmParser.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCStreamer.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Target/TargetMachine.h"

#include <fmt/format.h>
#include <mutex>

namespace weft {
namespace {

// The target. Where LLVM would end the process, it throws Error: what was being made is not used after that.
llvm::Target& target() {
  static std::once_flag once;
  std::call_once(once, [] {
    llvm::install_fatal_error_handler(
        [](void*, const char* reason, bool) { throw Error(fmt::format("LLVM cannot go on: {}", reason)); });
  });
  initialiseWeftTarget();
  return llvm::getTheWeftTarget();
}

// Collects error diagnostics while it lives.
class DiagnosticCollector {
public:
  explicit DiagnosticCollector(llvm::LLVMContext& context) : context_(context) {
    previous_ = context.getDiagnosticHandler();
    context.setDiagnosticHandler(std::make_unique<Handler>(errors_));
  }
  ~DiagnosticCollector() { context_.setDiagnosticHandler(std::move(previous_)); }
  DiagnosticCollector(const DiagnosticCollector&) = delete;
  DiagnosticCollector& operator=(const DiagnosticCollector&) = delete;

  void throwIfAny() const {
    if (!errors_.empty())
      throw Error(errors_);
  }

private:
  struct Handler : llvm::DiagnosticHandler {
    explicit Handler(std::string& text) : errors(text) {}
    bool handleDiagnostics(const llvm::DiagnosticInfo& info) override {
      if (info.getSeverity() == llvm::DS_Error) {
        llvm::raw_string_ostream stream(errors);
        llvm::DiagnosticPrinterRawOStream printer(stream);
        if (!errors.empty())
          stream << '\n';
        info.print(printer);
      }
      return true;
    }
    std::string& errors;
  };

  llvm::LLVMContext& context_;
  std::unique_ptr<llvm::DiagnosticHandler> previous_;
  std::string errors_;
};

std::unique_ptr<llvm::TargetMachine> makeMachine(const CodegenOptions& options) {
  llvm::TargetOptions targetOptions;
  targetOptions.MCOptions.AsmVerbose = options.assembly;
  targetOptions.FunctionSections = true; // the linker can place the entry first
  static constexpr llvm::CodeGenOptLevel kLevels[] = {llvm::CodeGenOptLevel::None, llvm::CodeGenOptLevel::Less,
                                                      llvm::CodeGenOptLevel::Default,
                                                      llvm::CodeGenOptLevel::Aggressive};
  return std::unique_ptr<llvm::TargetMachine>(target().createTargetMachine(kTriple, "generic", "", targetOptions,
                                                                           llvm::Reloc::Static, llvm::CodeModel::Small,
                                                                           kLevels[options.optimisation]));
}

// Makes a module ours: triple, data layout, and none of another target's attributes.
void retarget(llvm::Module& module, const llvm::TargetMachine& machine) {
  llvm::DataLayout ours = machine.createDataLayout();
  if (!module.getDataLayoutStr().empty() && module.getDataLayout() != ours)
    throw Error(fmt::format("module {} was made for the data layout \"{}\"; code generation needs \"{}\" (that of "
                            "riscv32)",
                            module.getModuleIdentifier(), module.getDataLayoutStr(), kDataLayout));
  module.setTargetTriple(kTriple);
  module.setDataLayout(ours);
  for (llvm::Function& function : module) {
    function.removeFnAttr("target-cpu");
    function.removeFnAttr("tune-cpu");
    function.removeFnAttr("target-features");
    // Two calls of a builtin that differ in a constant argument must not become one with a variable.
    if (function.isDeclaration() && isBuiltinName(function.getName())) {
      function.addFnAttr(llvm::Attribute::NoMerge);
      function.addFnAttr(llvm::Attribute::NoUnwind);
    }
  }
}

void optimise(llvm::Module& module, llvm::TargetMachine& machine, const CodegenOptions& options) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager graphs;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(&machine);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(graphs);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, graphs, modules);
  llvm::OptimizationLevel level = options.forSize             ? llvm::OptimizationLevel::Os
                                  : options.optimisation == 0 ? llvm::OptimizationLevel::O0
                                  : options.optimisation == 1 ? llvm::OptimizationLevel::O1
                                  : options.optimisation == 2 ? llvm::OptimizationLevel::O2
                                                              : llvm::OptimizationLevel::O3;
  llvm::ModulePassManager passes = level == llvm::OptimizationLevel::O0 ? builder.buildO0DefaultPipeline(level)
                                                                        : builder.buildPerModuleDefaultPipeline(level);
  passes.run(module, modules);
}

std::vector<uint8_t> bytesOf(const llvm::SmallVectorImpl<char>& buffer) {
  return {buffer.begin(), buffer.end()};
}

} // namespace

std::vector<uint8_t> compileToObject(llvm::Module& module, const CodegenOptions& options) {
  if (options.optimisation < 0 || options.optimisation > 3)
    throw Error(fmt::format("optimisation level {} does not exist: 0 to 3", options.optimisation));
  std::unique_ptr<llvm::TargetMachine> machine = makeMachine(options);
  retarget(module, *machine);
  std::string problems;
  llvm::raw_string_ostream problemStream(problems);
  if (llvm::verifyModule(module, &problemStream))
    throw Error(fmt::format("module {} is not valid LLVM IR: {}", module.getModuleIdentifier(), problems));

  DiagnosticCollector diagnostics(module.getContext());
  if (options.optimiseIr)
    optimise(module, *machine, options);
  llvm::SmallVector<char, 0> buffer;
  llvm::raw_svector_ostream stream(buffer);
  llvm::legacy::PassManager passes;
  auto type = options.assembly ? llvm::CodeGenFileType::AssemblyFile : llvm::CodeGenFileType::ObjectFile;
  bool refused = machine->addPassesToEmitFile(passes, stream, nullptr, type, !options.verifyMachine);
  WEFT_CHECK(!refused, "the target emits both assembly and objects");
  passes.run(module);
  diagnostics.throwIfAny();
  return bytesOf(buffer);
}

std::vector<uint8_t> compileIrToObject(std::string_view ir, const std::string& name, const CodegenOptions& options) {
  llvm::LLVMContext context;
  llvm::SMDiagnostic diagnostic;
  auto buffer = llvm::MemoryBuffer::getMemBufferCopy(llvm::StringRef(ir.data(), ir.size()), name);
  std::unique_ptr<llvm::Module> module = llvm::parseIR(buffer->getMemBufferRef(), diagnostic, context);
  if (!module)
    throw Error(
        fmt::format("{}:{}: not LLVM IR: {}", name, diagnostic.getLineNo(), std::string(diagnostic.getMessage())));
  return compileToObject(*module, options);
}

std::vector<uint8_t> assembleToObject(std::string_view text, const std::string& name) {
  const llvm::Target& weftTarget = target();
  llvm::Triple triple(kTriple);
  llvm::MCTargetOptions options;
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(llvm::MemoryBuffer::getMemBufferCopy(llvm::StringRef(text.data(), text.size()), name),
                             llvm::SMLoc());
  struct Messages {
    std::string text;
    size_t count = 0;
  } errors;
  auto collect = [](const llvm::SMDiagnostic& diagnostic, void* all) {
    constexpr size_t kMost = 100;
    if (diagnostic.getKind() != llvm::SourceMgr::DK_Error)
      return;
    auto& messages = *static_cast<Messages*>(all);
    messages.text +=
        fmt::format("{}{}:{}:{}: {}", messages.count == 0 ? "" : "\n", std::string(diagnostic.getFilename()),
                    diagnostic.getLineNo(), diagnostic.getColumnNo() + 1, std::string(diagnostic.getMessage()));
    if (++messages.count == kMost)
      throw Error(messages.text + "\ntoo many errors");
  };
  sources.setDiagHandler(collect, &errors);

  std::unique_ptr<llvm::MCRegisterInfo> registers(weftTarget.createMCRegInfo(kTriple));
  std::unique_ptr<llvm::MCAsmInfo> asmInfo(weftTarget.createMCAsmInfo(*registers, kTriple, options));
  std::unique_ptr<llvm::MCInstrInfo> instructions(weftTarget.createMCInstrInfo());
  std::unique_ptr<llvm::MCSubtargetInfo> subtarget(weftTarget.createMCSubtargetInfo(kTriple, "generic", ""));
  llvm::MCContext context(triple, asmInfo.get(), registers.get(), subtarget.get(), &sources, &options);
  context.setDiagnosticHandler([&](const llvm::SMDiagnostic& diagnostic, bool, const llvm::SourceMgr&,
                                   std::vector<const llvm::MDNode*>&) { collect(diagnostic, &errors); });
  std::unique_ptr<llvm::MCObjectFileInfo> objectFile(weftTarget.createMCObjectFileInfo(context, /*PIC=*/false));
  context.setObjectFileInfo(objectFile.get());

  llvm::SmallVector<char, 0> buffer;
  llvm::raw_svector_ostream stream(buffer);
  std::unique_ptr<llvm::MCAsmBackend> backend(weftTarget.createMCAsmBackend(*subtarget, *registers, options));
  std::unique_ptr<llvm::MCObjectWriter> writer = backend->createObjectWriter(stream);
  std::unique_ptr<llvm::MCCodeEmitter> emitter(weftTarget.createMCCodeEmitter(*instructions, context));
  std::unique_ptr<llvm::MCStreamer> streamer(weftTarget.createMCObjectStreamer(
      triple, context, std::move(backend), std::move(writer), std::move(emitter), *subtarget));
  std::unique_ptr<llvm::MCAsmParser> parser(llvm::createMCAsmParser(sources, context, *streamer, *asmInfo));
  std::unique_ptr<llvm::MCTargetAsmParser> targetParser(
      weftTarget.createMCAsmParser(*subtarget, *parser, *instructions, options));
  parser->setTargetParser(*targetParser);
  bool failed = parser->Run(/*NoInitialTextSection=*/false);
  if (failed || context.hadError() || errors.count > 0)
    throw Error(errors.count == 0 ? name + ": cannot be assembled" : errors.text);
  return bytesOf(buffer);
}

namespace {

// LLVM's objects for disassembly. Made once per thread: they take longer to make than to use.
struct DisassemblerContext {
  DisassemblerContext() {
    const llvm::Target& weftTarget = target();
    llvm::Triple triple(kTriple);
    registers.reset(weftTarget.createMCRegInfo(kTriple));
    asmInfo.reset(weftTarget.createMCAsmInfo(*registers, kTriple, options));
    instructions.reset(weftTarget.createMCInstrInfo());
    subtarget.reset(weftTarget.createMCSubtargetInfo(kTriple, "generic", ""));
    context = std::make_unique<llvm::MCContext>(triple, asmInfo.get(), registers.get(), subtarget.get());
    disassembler.reset(weftTarget.createMCDisassembler(*subtarget, *context));
    printer.reset(weftTarget.createMCInstPrinter(triple, 0, *asmInfo, *instructions, *registers));
  }
  bool decode(uint64_t word, uint64_t address, llvm::MCInst& inst) const {
    uint8_t bytes[8];
    for (unsigned i = 0; i < 8; ++i)
      bytes[i] = uint8_t(word >> (8 * i));
    uint64_t size = 0;
    return disassembler->getInstruction(inst, size, bytes, address, llvm::nulls()) == llvm::MCDisassembler::Success;
  }
  llvm::MCTargetOptions options;
  std::unique_ptr<llvm::MCRegisterInfo> registers;
  std::unique_ptr<llvm::MCAsmInfo> asmInfo;
  std::unique_ptr<llvm::MCInstrInfo> instructions;
  std::unique_ptr<llvm::MCSubtargetInfo> subtarget;
  std::unique_ptr<llvm::MCContext> context;
  std::unique_ptr<llvm::MCDisassembler> disassembler;
  std::unique_ptr<llvm::MCInstPrinter> printer;
};

DisassemblerContext& disassemblerContext() {
  thread_local DisassemblerContext context;
  return context;
}

} // namespace

bool isInstruction(uint64_t word) {
  llvm::MCInst inst;
  return disassemblerContext().decode(word, 0, inst);
}

std::optional<std::string> disassembleWord(uint64_t word, std::optional<uint64_t> address) {
  DisassemblerContext& tools = disassemblerContext();
  llvm::MCInst inst;
  if (!tools.decode(word, address.value_or(0), inst))
    return std::nullopt;
  std::string text;
  llvm::raw_string_ostream stream(text);
  tools.printer->setPrintBranchImmAsAddress(address.has_value());
  tools.printer->printInst(&inst, address.value_or(0), "", *tools.subtarget, stream);
  return llvm::StringRef(text).ltrim().str(); // LLVM puts a tab before the mnemonic
}

std::string disassemble(std::span<const uint64_t> words, uint64_t address) {
  std::string text;
  for (uint64_t word : words) {
    std::optional<std::string> line = disassembleWord(word, address);
    text += fmt::format("{:08x}: {:016x}  {}\n", address, word, line ? *line : fmt::format(".quad {:#x}", word));
    address += 8;
  }
  return text;
}

} // namespace weft
