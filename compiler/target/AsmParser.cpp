// The assembly parser. The matcher is generated; this file reads operands.
#include "compiler/target/MCTargetDesc.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCExpr.h"
#include "llvm/MC/MCInst.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCParser/MCAsmLexer.h"
#include "llvm/MC/MCParser/MCParsedAsmOperand.h"
#include "llvm/MC/MCParser/MCTargetAsmParser.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCSectionELF.h"
#include "llvm/MC/MCStreamer.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/Casting.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

static std::string WeftMnemonicSpellCheck(StringRef name, const FeatureBitset& features, unsigned variant = 0);

namespace {

struct PatternField {
  const char* Name;
  unsigned Encoding;
};
using ConfigField = PatternField;
#define GET_PatternFieldTable_IMPL
#define GET_ConfigFieldTable_IMPL
#include "WeftGenFields.inc"

constexpr int64_t kNoSemaphore = 31;

// LLVM's parser knows many more, of other object formats and debuggers, and does not survive all of them here.
// Conditions (.if, .else, .endif) are not directives to it.
constexpr StringLiteral kDirectives[] = {
    // sections
    ".text", ".data", ".bss", ".rodata", ".section", ".pushsection", ".popsection", ".previous",
    // symbols
    ".globl", ".global", ".local", ".weak", ".hidden", ".protected", ".extern", ".type", ".size", ".comm", ".lcomm",
    ".set", ".equ", ".equiv",
    // data
    ".byte", ".2byte", ".half", ".short", ".4byte", ".word", ".long", ".int", ".8byte", ".dword", ".quad", ".ascii",
    ".asciz", ".string", ".float", ".double", ".uleb128", ".sleb128", ".zero", ".space", ".skip", ".fill", ".org",
    ".align", ".balign", ".p2align", ".incbin",
    // text
    ".include", ".macro", ".endmacro", ".endm", ".purgem", ".rept", ".irp", ".irpc", ".endr", ".error", ".end",
    // what compilers say about functions
    ".file", ".loc", ".ident", ".addrsig", ".addrsig_sym", ".cfi_sections", ".cfi_startproc", ".cfi_endproc",
    ".cfi_def_cfa", ".cfi_def_cfa_offset", ".cfi_def_cfa_register", ".cfi_offset", ".cfi_restore",
    ".cfi_remember_state", ".cfi_restore_state"};

class WeftOperand : public MCParsedAsmOperand {
public:
  enum class Kind { token, reg, immediate, pattern, field, semaphore };

  static std::unique_ptr<WeftOperand> createToken(StringRef text, SMLoc start) {
    auto operand = std::make_unique<WeftOperand>(Kind::token, start, start);
    operand->text_ = text;
    return operand;
  }
  static std::unique_ptr<WeftOperand> createReg(MCRegister reg, SMLoc start, SMLoc end) {
    auto operand = std::make_unique<WeftOperand>(Kind::reg, start, end);
    operand->reg_ = reg;
    return operand;
  }
  static std::unique_ptr<WeftOperand> createImmediate(Kind kind, const MCExpr* value, SMLoc start, SMLoc end) {
    auto operand = std::make_unique<WeftOperand>(kind, start, end);
    operand->value_ = value;
    return operand;
  }

  WeftOperand(Kind kind, SMLoc start, SMLoc end) : kind_(kind), start_(start), end_(end) {}

  bool isToken() const override { return kind_ == Kind::token; }
  bool isImm() const override { return kind_ == Kind::immediate; }
  bool isReg() const override { return kind_ == Kind::reg; }
  bool isMem() const override { return false; }
  MCRegister getReg() const override { return reg_; }
  StringRef getToken() const { return text_; }
  SMLoc getStartLoc() const override { return start_; }
  SMLoc getEndLoc() const override { return end_; }

  // Named by isa/Formats.td.
  bool isSImm32() const { return isImm() && (!constant() || fits(INT32_MIN, UINT32_MAX)); }
  bool isTarget32() const { return isImm() && (!constant() || fits(INT32_MIN, INT32_MAX)); }
  bool isPattern() const { return kind_ == Kind::pattern; }
  bool isPatternField() const { return kind_ == Kind::field; }
  bool isSemaphore() const { return kind_ == Kind::semaphore; }
  bool isEngineSet() const { return isImm() && fits(0, 15); }
  bool isCounterIndex() const { return isImm() && fits(0, 255); }

  void addRegOperands(MCInst& inst, unsigned /*count*/) const { inst.addOperand(MCOperand::createReg(reg_)); }
  void addImmOperands(MCInst& inst, unsigned /*count*/) const {
    if (const auto* number = dyn_cast<MCConstantExpr>(value_))
      inst.addOperand(MCOperand::createImm(int32_t(uint32_t(number->getValue()))));
    else
      inst.addOperand(MCOperand::createExpr(value_));
  }

  void print(raw_ostream& out) const override {
    if (isToken())
      out << text_;
    else if (isReg())
      out << "register " << reg_.id();
    else
      value_->print(out, nullptr);
  }

private:
  const MCConstantExpr* constant() const { return dyn_cast<MCConstantExpr>(value_); }
  bool fits(int64_t low, int64_t high) const {
    return constant() && constant()->getValue() >= low && constant()->getValue() <= high;
  }

  Kind kind_;
  SMLoc start_;
  SMLoc end_;
  StringRef text_;
  MCRegister reg_;
  const MCExpr* value_ = nullptr;
};

class WeftAsmParser : public MCTargetAsmParser {
public:
  WeftAsmParser(const MCSubtargetInfo& subtarget, MCAsmParser& parser, const MCInstrInfo& info,
                const MCTargetOptions& options)
      : MCTargetAsmParser(options, subtarget, info) {
    parser.addAliasForDirective(".half", ".2byte");
    parser.addAliasForDirective(".word", ".4byte");
    parser.addAliasForDirective(".dword", ".8byte");
    setAvailableFeatures(ComputeAvailableFeatures(subtarget.getFeatureBits()));
  }

  enum WeftMatchResultTy {
    Match_Dummy = FIRST_TARGET_MATCH_RESULT_TY,
#define GET_OPERAND_DIAGNOSTIC_TYPES
#include "WeftGenAsmMatcher.inc"
  };

private:
#define GET_ASSEMBLER_HEADER
#include "WeftGenAsmMatcher.inc"

  bool parseRegister(MCRegister& reg, SMLoc& start, SMLoc& end) override;
  ParseStatus tryParseRegister(MCRegister& reg, SMLoc& start, SMLoc& end) override;
  ParseStatus parseDirective(AsmToken directive) override;
  bool ParseInstruction(ParseInstructionInfo& info, StringRef name, SMLoc nameLoc, OperandVector& operands) override;
  bool MatchAndEmitInstruction(SMLoc loc, unsigned& opcode, OperandVector& operands, MCStreamer& out,
                               uint64_t& errorInfo, bool matchingInlineAsm) override;

  ParseStatus parseTensor(StringRef direction);
  void countStatement();
  bool parseOperand(OperandVector& operands, StringRef mnemonic);
  bool parseGroup(OperandVector& operands, StringRef mnemonic);
  bool parseRegisterInParentheses(OperandVector& operands);
  bool parseComma();

  // Named by isa/Formats.td.
  ParseStatus parsePattern(OperandVector& operands);
  ParseStatus parsePatternField(OperandVector& operands);
  ParseStatus parseSemaphore(OperandVector& operands);

  unsigned statements_ = 0;

  // Adds an operand with a small number, read from the current token.
  ParseStatus addNumber(OperandVector& operands, WeftOperand::Kind kind, int64_t value) {
    SMLoc start = getTok().getLoc();
    SMLoc end = getTok().getEndLoc();
    getLexer().Lex();
    operands.push_back(WeftOperand::createImmediate(kind, MCConstantExpr::create(value, getContext()), start, end));
    return ParseStatus::Success;
  }
};

// "p12" with prefix 'p' and limit 16 gives 12.
std::optional<unsigned> numbered(StringRef text, char prefix, unsigned limit) {
  unsigned number = 0;
  if (text.size() < 2 || text[0] != prefix || (text[1] == '0' && text.size() > 2) ||
      text.drop_front().getAsInteger(10, number) || number >= limit)
    return std::nullopt;
  return number;
}

} // namespace

#define GET_REGISTER_MATCHER
#define GET_MATCHER_IMPLEMENTATION
#define GET_MNEMONIC_SPELL_CHECKER
#include "WeftGenAsmMatcher.inc"

bool WeftAsmParser::parseRegister(MCRegister& reg, SMLoc& start, SMLoc& end) {
  if (!tryParseRegister(reg, start, end).isSuccess())
    return Error(start, "expected a register: x0 to x31, or its name in the calling convention");
  return false;
}

ParseStatus WeftAsmParser::tryParseRegister(MCRegister& reg, SMLoc& start, SMLoc& end) {
  const AsmToken& token = getTok();
  start = token.getLoc();
  end = token.getEndLoc();
  if (token.isNot(AsmToken::Identifier))
    return ParseStatus::NoMatch;
  StringRef name = token.getIdentifier();
  reg = MatchRegisterName(name);
  if (!reg)
    reg = MatchRegisterAltName(name);
  if (!reg && name == "s0") // the frame pointer's other name
    reg = Weft::X8;
  if (!reg)
    return ParseStatus::NoMatch;
  getLexer().Lex();
  return ParseStatus::Success;
}

ParseStatus WeftAsmParser::parsePattern(OperandVector& operands) {
  const AsmToken& token = getTok();
  if (token.is(AsmToken::Identifier))
    if (auto number = numbered(token.getIdentifier(), 'p', 16))
      return addNumber(operands, WeftOperand::Kind::pattern, *number);
  return Error(token.getLoc(), "expected a pattern register: p0 to p15");
}

ParseStatus WeftAsmParser::parsePatternField(OperandVector& operands) {
  const AsmToken& token = getTok();
  if (token.is(AsmToken::Integer) && token.getIntVal() >= 0 && token.getIntVal() < 16)
    return addNumber(operands, WeftOperand::Kind::field, token.getIntVal());
  if (token.is(AsmToken::Identifier)) {
    for (const PatternField& field : PatternFieldTable)
      if (token.getIdentifier() == field.Name)
        return addNumber(operands, WeftOperand::Kind::field, field.Encoding);
    for (const ConfigField& field : ConfigFieldTable)
      if (token.getIdentifier() == field.Name)
        return addNumber(operands, WeftOperand::Kind::field, field.Encoding);
  }
  return Error(token.getLoc(), "expected a field of a pattern register: 0 to 15, or a name such as count0, stride0, "
                               "lo0, fill, types, za or ra");
}

ParseStatus WeftAsmParser::parseSemaphore(OperandVector& operands) {
  const AsmToken& token = getTok();
  if (token.is(AsmToken::Minus))
    return addNumber(operands, WeftOperand::Kind::semaphore, kNoSemaphore);
  if (token.is(AsmToken::Identifier))
    if (auto number = numbered(token.getIdentifier(), 's', kNoSemaphore))
      return addNumber(operands, WeftOperand::Kind::semaphore, *number);
  return Error(token.getLoc(), "expected a semaphore: s0 to s30, or - for none");
}

bool WeftAsmParser::parseComma() {
  if (getTok().isNot(AsmToken::Comma))
    return Error(getTok().getLoc(), "expected ','");
  getLexer().Lex();
  return false;
}

// wait(A, B) or signal(A, B): the matcher's tokens are "wait(" and ")".
bool WeftAsmParser::parseGroup(OperandVector& operands, StringRef mnemonic) {
  SMLoc start = getTok().getLoc();
  bool wait = getTok().getIdentifier() == "wait";
  getLexer().Lex();
  getLexer().Lex();
  operands.push_back(WeftOperand::createToken(wait ? "wait(" : "signal(", start));
  if (parseOperand(operands, mnemonic) || parseComma() || parseOperand(operands, mnemonic))
    return true;
  if (getTok().isNot(AsmToken::RParen))
    return Error(getTok().getLoc(), "expected ')'");
  operands.push_back(WeftOperand::createToken(")", getTok().getLoc()));
  getLexer().Lex();
  return false;
}

bool WeftAsmParser::parseRegisterInParentheses(OperandVector& operands) {
  operands.push_back(WeftOperand::createToken("(", getTok().getLoc()));
  getLexer().Lex();
  MCRegister reg;
  SMLoc start, end;
  if (parseRegister(reg, start, end))
    return true;
  operands.push_back(WeftOperand::createReg(reg, start, end));
  if (getTok().isNot(AsmToken::RParen))
    return Error(getTok().getLoc(), "expected ')'");
  operands.push_back(WeftOperand::createToken(")", getTok().getLoc()));
  getLexer().Lex();
  return false;
}

bool WeftAsmParser::parseOperand(OperandVector& operands, StringRef mnemonic) {
  ParseStatus custom = MatchOperandParserImpl(operands, mnemonic, /*ParseForAllFeatures=*/true);
  if (!custom.isNoMatch())
    return custom.isFailure();
  if (getTok().is(AsmToken::Identifier) && getLexer().peekTok().is(AsmToken::LParen) &&
      (getTok().getIdentifier() == "wait" || getTok().getIdentifier() == "signal"))
    return parseGroup(operands, mnemonic);
  MCRegister reg;
  SMLoc start, end;
  if (tryParseRegister(reg, start, end).isSuccess()) {
    operands.push_back(WeftOperand::createReg(reg, start, end));
    return false;
  }
  start = getTok().getLoc();
  // "(a0)" is "0(a0)".
  if (getTok().is(AsmToken::LParen) && getLexer().peekTok().is(AsmToken::Identifier)) {
    StringRef name = getLexer().peekTok().getIdentifier();
    if (MatchRegisterName(name) || MatchRegisterAltName(name)) {
      operands.push_back(WeftOperand::createImmediate(WeftOperand::Kind::immediate,
                                                      MCConstantExpr::create(0, getContext()), start, start));
      return parseRegisterInParentheses(operands);
    }
  }
  const MCExpr* value = nullptr;
  if (getParser().parseExpression(value, end))
    return true;
  operands.push_back(WeftOperand::createImmediate(WeftOperand::Kind::immediate, value, start, end));
  if (getTok().is(AsmToken::LParen))
    return parseRegisterInParentheses(operands);
  return false;
}

// Macros that call themselves double with every level, of which LLVM allows twenty.
void WeftAsmParser::countStatement() {
  constexpr unsigned kMostStatements = 1 << 21;
  if (++statements_ > kMostStatements)
    report_fatal_error("more than " + Twine(kMostStatements) + " statements; does a macro call itself?",
                       /*gen_crash_diag=*/false);
}

// ".input SYMBOL, TYPE[EXTENTS]" or ".output ...": a record for isa/program/declared_tensor.h.
ParseStatus WeftAsmParser::parseTensor(StringRef direction) {
  StringRef symbol;
  if (getParser().parseIdentifier(symbol) || parseComma())
    return Error(getTok().getLoc(), "expected a symbol, a comma and a type such as uint8[1,16]");
  std::string text = (direction + " " + symbol + " " + getParser().parseStringToEndOfStatement().trim()).str();
  MCStreamer& out = getStreamer();
  out.pushSection();
  out.switchSection(getContext().getELFSection(".weft.tensors", ELF::SHT_PROGBITS, 0));
  out.emitValue(MCSymbolRefExpr::create(getContext().getOrCreateSymbol(symbol), getContext()), 4);
  out.emitBytes(StringRef(text.c_str(), text.size() + 1)); // with its 0
  out.popSection();
  return ParseStatus::Success;
}

// Refuses what LLVM's own parser would not bound, or not survive.
ParseStatus WeftAsmParser::parseDirective(AsmToken directive) {
  constexpr int64_t kMostEntries = 1 << 20;
  countStatement();
  StringRef name = directive.getIdentifier();
  const AsmToken& token = getTok();
  if (name == ".input" || name == ".output")
    return parseTensor(name.drop_front());
  if (!is_contained(kDirectives, name))
    return Error(directive.getLoc(), "unknown directive '" + name + "'");
  if (name == ".rept" || (name == ".file" && token.is(AsmToken::Integer))) {
    SMLoc start = token.getLoc();
    int64_t number;
    if (getParser().parseAbsoluteExpression(number))
      return ParseStatus::Failure;
    if (number > kMostEntries)
      return Error(start, "expected a number up to " + Twine(kMostEntries));
    size_t length = size_t(getTok().getLoc().getPointer() - start.getPointer());
    getLexer().UnLex(AsmToken(AsmToken::Integer, StringRef(start.getPointer(), length), number));
  }
  if ((name == ".incbin" || name == ".include") && token.is(AsmToken::String)) {
    sys::fs::file_status status;
    if (!sys::fs::status(token.getStringContents(), status) && !sys::fs::is_regular_file(status))
      return Error(token.getLoc(), "not a regular file");
  }
  return ParseStatus::NoMatch;
}

bool WeftAsmParser::ParseInstruction(ParseInstructionInfo& /*info*/, StringRef name, SMLoc nameLoc,
                                     OperandVector& operands) {
  countStatement();
  operands.push_back(WeftOperand::createToken(name, nameLoc));
  if (getTok().is(AsmToken::EndOfStatement)) {
    getLexer().Lex();
    return false;
  }
  do {
    if (operands.size() > 1 && parseComma())
      return true;
    if (parseOperand(operands, name))
      return true;
  } while (getTok().is(AsmToken::Comma));
  if (getTok().isNot(AsmToken::EndOfStatement))
    return Error(getTok().getLoc(), "unexpected text after the operands");
  getLexer().Lex();
  return false;
}

bool WeftAsmParser::MatchAndEmitInstruction(SMLoc loc, unsigned& opcode, OperandVector& operands, MCStreamer& out,
                                            uint64_t& errorInfo, bool matchingInlineAsm) {
  MCInst inst;
  FeatureBitset missing;
  unsigned result = MatchInstructionImpl(operands, inst, errorInfo, missing, matchingInlineAsm);
  if (result == Match_Success) {
    inst.setLoc(loc);
    opcode = inst.getOpcode();
    if (!matchingInlineAsm)
      out.emitInstruction(inst, getSTI());
    return false;
  }
  StringRef name = static_cast<WeftOperand&>(*operands[0]).getToken();
  if (result == Match_MnemonicFail)
    return Error(loc, "unknown instruction '" + name + "'" +
                          WeftMnemonicSpellCheck(name, ComputeAvailableFeatures(getSTI().getFeatureBits())));
  if (errorInfo != ~0ULL && errorInfo < operands.size())
    loc = operands[errorInfo]->getStartLoc();
  else if (result == Match_InvalidOperand)
    return Error(loc, "too few operands for '" + name + "'");
  switch (result) {
  case Match_InvalidSImm32:
    return Error(loc, "expected a number from -2147483648 to 4294967295, or a symbol");
  case Match_InvalidTarget32:
    return Error(loc, "expected a label, or a distance from -2147483648 to 2147483647");
  case Match_InvalidEngineSet:
    return Error(loc, "expected a set of engines: 0 to 15 (1 load, 2 store, 4 matrix, 8 vector)");
  case Match_InvalidCounterIndex:
    return Error(loc, "expected the number of a counter: 0 to 255");
  default:
    return Error(loc, "invalid operand for '" + name + "'");
  }
}

MCTargetAsmParser* llvm::createWeftAsmParser(const MCSubtargetInfo& subtarget, MCAsmParser& parser,
                                             const MCInstrInfo& info, const MCTargetOptions& options) {
  return new WeftAsmParser(subtarget, parser, info, options);
}
