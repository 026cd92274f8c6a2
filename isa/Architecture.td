//===- Architecture.td - limits, address map, faults, memories, element types --------------------------------===//
//
// What every core has, whatever its sizes. Generated into C++ (isa/generated/architecture.h and timing.h),
// SystemVerilog (weft_isa_pkg) and the manual.
//
//===----------------------------------------------------------------------------------------------------------===//

// --- Limits -----------------------------------------------------------------------------------------------------

class Constant<int value, string doc> {
  int Value = value;
  string Doc = doc;
}

def SEMAPHORES : Constant<31, "number of semaphores">;
def SEMAPHORE_MAX : Constant<255, "largest count of a semaphore; a signal beyond it faults">;
def PATTERN_REGISTERS : Constant<16, "number of pattern registers">;
def PATTERN_FIELDS : Constant<16, "32-bit fields of a pattern register">;
def LARGEST_COUNT : Constant<65535, "largest count of a walk; 0 and larger ones fault">;
def LUT_ENTRIES : Constant<256, "entries of the vector engine's look-up table">;

// --- Address map ------------------------------------------------------------------------------------------------

// Byte addresses of the sequencer and of DMA.
class Address<string name, int value, string doc> {
  string Name = name;
  int Value = value;
  string Doc = doc;
}
def SCALAR_MEMORY_BASE : Address<"scalar_memory_base", 0x00010000, "first byte of scalar memory">;
def DRAM_BASE : Address<"dram_base", 0x80000000, "first byte of DRAM, which has at most 2 GiB">;
def RESET_PC : Address<"reset_pc", DRAM_BASE.Value, "where a core starts">;

// --- Faults -----------------------------------------------------------------------------------------------------

// What stopped a core; the number is what hardware reports, 0 is none. `Information` is the second word of the report.
class FaultCause<int number, string name, string doc, string information> {
  int Number = number;
  string Name = name;
  string Doc = doc;
  string Information = information;
}
def FAULT_ILLEGAL_INSTRUCTION : FaultCause<1, "illegal_instruction", "the word is no instruction", "the word">;
def FAULT_UNIMPLEMENTED : FaultCause<2, "unimplemented", "an instruction or element type that is defined, not built",
                                     "the word, or the type">;
def FAULT_BAD_OPERAND : FaultCause<3, "bad_operand", "a count or element type that is not defined", "its value">;
def FAULT_MISALIGNED : FaultCause<4, "misaligned", "an address or stride is no multiple of what its use needs",
                                  "its value">;
def FAULT_ADDRESS : FaultCause<5, "address", "an access outside its memory", "the address (accumulators: the row)">;
def FAULT_SEMAPHORE_OVERFLOW : FaultCause<6, "semaphore_overflow", "a signal beyond SEMAPHORE_MAX",
                                          "the semaphore's number">;
def FAULT_DEADLOCK : FaultCause<7, "deadlock", "nothing can ever happen again",
                                "the number of the first waiting engine: 1 load, 2 store, 3 matrix, 4 vector, 0 none">;
def FAULT_SOFTWARE : FaultCause<8, "software", "the instruction `trap`", "its immediate">;

// --- Memories ---------------------------------------------------------------------------------------------------

// What tensor instructions read and write, each with an address space of its own.
class Space<int number, string name, string doc> {
  int Number = number;
  string Name = name;
  string Doc = doc;
}
def Dram : Space<0, "dram", "DRAM, by bytes">;
def Scratchpad : Space<1, "scratchpad", "the scratchpad, by bytes">;
def Accumulators : Space<2, "accumulator", "the accumulators, by rows of C int32">;
def Lut : Space<3, "lut", "the vector engine's look-up table">;

// --- Element types and flags of a configuration -----------------------------------------------------------------

// `Number` is its code in the field `types`. An element type is built if an instruction that is built takes it.
class ElementType<int number, string name, int width, string doc> {
  int Number = number;
  string Name = name;
  int Bits = width;
  string Doc = doc;
}
def U8 : ElementType<0, "u8", 8, "unsigned integer">;
def S8 : ElementType<1, "s8", 8, "signed integer">;
def S32 : ElementType<2, "s32", 32, "signed integer">;
def U4 : ElementType<3, "u4", 4, "unsigned integer">;
def S4 : ElementType<4, "s4", 4, "signed integer">;
def BF16 : ElementType<5, "bf16", 16, "bfloat16">;
def E4M3 : ElementType<6, "e4m3", 8, "OCP fp8 E4M3">;
def E5M2 : ElementType<7, "e5m2", 8, "OCP fp8 E5M2">;
def FP32 : ElementType<8, "fp32", 32, "IEEE 754 binary32">;

// The operands whose element type a configuration names: bits Number to Number + 3 of its field `types`.
class TypeSlot<int number, string name, string doc> {
  int Number = number;
  string Name = name;
  string Doc = doc;
}
def TypeA : TypeSlot<0, "a", "operand A">;
def TypeB : TypeSlot<4, "b", "operand B">;
def TypeResult : TypeSlot<8, "result", "the result">;

// One bit of the field `types`.
class ConfigFlag<int number, string name, string doc> {
  int Number = number;
  string Name = name;
  string Doc = doc;
}
def FlagLut : ConfigFlag<12, "lut", "each 8-bit result passes through the LUT">;
def FlagExchange : ConfigFlag<13, "exchange", "the two addends change places">;
