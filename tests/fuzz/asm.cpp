// Assembly: any text either assembles or throws Error, and so does linking what assembles. Random bytes seldom are
// statements, so a mutator of its own also moves lines, changes numbers and adds directives.
#include "compiler/link/link.h"
#include "compiler/target/target.h"

#include "isa/support/error.h"

#include <cctype>
#include <cstring>
#include <random>

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t maxSize);

namespace {

constexpr const char* kNumbers[] = {
    "0",   "1",  "-1",     "3",   "8", "31",    "64", "0x7fffffff", "0x80000000", "0xffffffff",         "32",
    "255", "1b", "main-.", "a-b", ".", "1<<40", "-8", "a",          "100",        "9223372036854775807"};
constexpr const char* kLines[] = {".text",
                                  ".data",
                                  ".bss",
                                  ".section .x,\"aw\",@nobits",
                                  ".section .g,\"axG\",@progbits,g,comdat",
                                  ".pushsection .y,\"\",@progbits",
                                  ".popsection",
                                  ".previous",
                                  ".subsection 1",
                                  ".byte 1",
                                  ".word a",
                                  ".quad a",
                                  ".p2align 6",
                                  ".balign 8, 1, 3",
                                  ".org 64",
                                  ".fill 3, 2, 1",
                                  ".zero 8",
                                  ".nops 16",
                                  ".uleb128 a-b",
                                  ".sleb128 -5",
                                  ".asciz \"text\"",
                                  ".float 1.5",
                                  ".set a, b+4",
                                  ".equiv b, 4",
                                  "a:",
                                  "1:",
                                  ".comm c, 4, 4",
                                  ".lcomm d, 4",
                                  ".local c",
                                  ".globl a",
                                  ".weak a",
                                  ".hidden b",
                                  ".symver a, b@c",
                                  ".weakref a, b",
                                  ".type a, @function",
                                  ".size a, .-a",
                                  ".file 1 \"a.c\"",
                                  ".loc 1 1",
                                  ".ident \"x\"",
                                  ".cfi_sections .debug_frame",
                                  ".cfi_startproc",
                                  ".cfi_endproc",
                                  ".cfi_def_cfa_offset 16",
                                  ".cfi_remember_state",
                                  ".cfi_restore_state",
                                  ".cfi_personality 0, a",
                                  ".cfi_escape 1",
                                  ".macro m x",
                                  "m 1",
                                  ".endm",
                                  ".rept 3",
                                  ".irp x, 1, 2",
                                  ".endr",
                                  ".if 1",
                                  ".else",
                                  ".endif",
                                  ".altmacro",
                                  ".reloc 0, R_RISCV_NONE, a",
                                  ".addrsig",
                                  ".addrsig_sym a",
                                  ".cv_file 1 \"a\"",
                                  ".cv_loc 1 1 1",
                                  ".bundle_align_mode 5",
                                  ".dc.b 1",
                                  ".dcb.w 3, 1",
                                  ".ds.b 3",
                                  ".bundle_lock",
                                  ".lto_discard a",
                                  ".pseudoprobe 1 1 0 0 a",
                                  ".stack_size 1",
                                  ".version \"1\"",
                                  ".end",
                                  ".input a, uint8[1,16]",
                                  ".output b, int32[2]",
                                  "j a",
                                  "call main",
                                  "li a0, a-b"};

class Mutator {
public:
  explicit Mutator(unsigned seed) : random_(seed) {}

  void change(std::vector<std::string>& lines) {
    if (lines.empty())
      lines.push_back("");
    std::string& line = pick(lines);
    switch (random_() % 5) {
    case 0:
      std::swap(line, pick(lines));
      break;
    case 1:
      changeNumber(line);
      break;
    case 2:
      line.clear();
      break;
    default:
      lines.insert(lines.begin() + static_cast<ptrdiff_t>(random_() % (lines.size() + 1)),
                   random_() % 4 == 0 ? std::string(line) : std::string(kLines[random_() % std::size(kLines)]));
    }
  }

private:
  std::string& pick(std::vector<std::string>& lines) { return lines[random_() % lines.size()]; }

  // A word that begins with a digit, or the last word.
  void changeNumber(std::string& line) {
    size_t at = line.empty() ? 0 : random_() % line.size();
    while (at < line.size() && !std::isdigit(static_cast<unsigned char>(line[at])))
      ++at;
    size_t end = at;
    while (end < line.size() && std::isalnum(static_cast<unsigned char>(line[end])))
      ++end;
    line.replace(at, end - at, kNumbers[random_() % std::size(kNumbers)]);
  }

  std::mt19937 random_;
};

} // namespace

// LLVM's parser leaks a few bytes of a macro that is cut off.
extern "C" const char* __asan_default_options() {
  return "detect_leaks=0";
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    weft::LinkInput input;
    input.objects.push_back({"input", weft::assembleToObject({reinterpret_cast<const char*>(data), size}, "input")});
    input.entry = "main";
    input.dramBytes = 1 << 20;
    weft::link(std::move(input));
  } catch (const weft::Error&) {
  }
  return 0;
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t maxSize, unsigned seed) {
  if (seed % 4 == 0)
    return LLVMFuzzerMutate(data, size, maxSize);
  std::vector<std::string> lines(1);
  for (size_t i = 0; i < size; ++i)
    if (data[i] == '\n')
      lines.emplace_back();
    else
      lines.back() += static_cast<char>(data[i]);
  Mutator mutator(seed);
  for (unsigned i = 0; i <= seed / 4 % 3; ++i)
    mutator.change(lines);
  std::string text;
  for (const std::string& line : lines)
    text += line + '\n';
  text.resize(std::min(text.size() - 1, maxSize));
  std::memcpy(data, text.data(), text.size());
  return text.size();
}
