//===- Operands.td - what a tensor instruction does with its registers ----------------------------------------===//
//
// A tensor instruction lists the roles of its operands: which memory each one is in, what is read or written there at
// a time, and by which walks. From the roles follow the checks at the start of the instruction, the regions that
// verifier and race detector see, the unit's address generators (C++ and SystemVerilog), and the manual's tables.
//
//===----------------------------------------------------------------------------------------------------------===//

// What is accessed at once, and of what its address is a multiple. R and C are the rows and columns of the array.
class Unit<int number, string name, string alignment, string doc> {
  int Number = number;
  string Name = name;
  string Alignment = alignment; // "1", "R" or "C"
  string Doc = doc;
}
def Run : Unit<0, "run", "1", "count0 bytes">;
def Sums : Unit<1, "sums", "1", "a row">;
def ActivationRow : Unit<2, "activation_row", "R", "R bytes">;
def LaneRow : Unit<3, "lane_row", "C", "C bytes">;
def WeightTile : Unit<4, "weight_tile", "C", "R*C bytes">;
def Table : Unit<5, "table", "C", "LUT_ENTRIES bytes">;

// Addresses: the strides of one pattern register, as many times as the counts of one say. For units of runs dimension 0
// is the run itself.
class Walk<string strides, string counts = strides> {
  string Strides = strides;
  string Counts = counts;
}

class Role<string name, Space space, string register, Unit unit> {
  string Name = name;
  Space In = space;
  string Register = register; // its address: rA to rD; empty: the memory holds one unit
  Unit Each = unit;
  bit Write = 0;
  list<Walk> Walks = [];      // at most two, whose offsets are added
  string Sequence = "";       // units follow each other: one for each point of this pattern register
  int Units = 1;              // so many units follow each other
  bit Window = 0;             // nothing outside of the window of its walk is accessed
  TypeSlot Type = ?;          // of its elements, if a configuration names it
  list<ElementType> Types = [];
  ConfigFlag OnlyIf = ?;      // it is used if the flag is set
}

// A role whose element type is named by the configuration: one of `types` is built.
class Typed<string name, Space space, string register, Unit unit, TypeSlot slot, list<ElementType> types>
    : Role<name, space, register, unit> {
  let Type = slot;
  let Types = types;
}
