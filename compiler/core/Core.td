// The core dialect: tensor instructions with i32 operands, between the mapping's loops (scf, arith) and LLVM IR.
#ifndef WEFT_COMPILER_CORE_TD
#define WEFT_COMPILER_CORE_TD

include "mlir/IR/OpBase.td"

def Core_Dialect : Dialect {
  let name = "weft_core";
  let cppNamespace = "::weft::core";
  let summary = "Instructions of the accelerator's engines";
}

class Core_Op<string mnemonic> : Op<Core_Dialect, mnemonic>;

def Core_IssueOp : Core_Op<"issue"> {
  let summary = "dispatch a tensor instruction";
  let description = [{
    `mnemonic` is a tensor instruction of the ISA. `operands` are the values of its scalar registers, `patterns` the
    numbers of its pattern registers, both in the order of the assembly syntax. `waits` and `signals` name at most two
    semaphores each.
  }];
  let arguments = (ins StrAttr:$mnemonic, Variadic<I32>:$registers, DenseI32ArrayAttr:$patterns,
                       DenseI32ArrayAttr:$waits, DenseI32ArrayAttr:$signals);
  let assemblyFormat = [{
    $mnemonic `(` $registers `)` `patterns` $patterns `wait` $waits `signal` $signals attr-dict
  }];
  let hasVerifier = 1;
}

def Core_SetFieldOp : Core_Op<"pset"> {
  let summary = "set one field of a pattern register";
  let arguments = (ins I32Attr:$pattern, I32Attr:$field, I32:$value);
  let assemblyFormat = "$pattern `,` $field `,` $value attr-dict";
  let hasVerifier = 1;
}

def Core_PresetOp : Core_Op<"preset"> {
  let summary = "reset a pattern register";
  let arguments = (ins I32Attr:$pattern);
  let assemblyFormat = "$pattern attr-dict";
}

def Core_FenceOp : Core_Op<"fence"> {
  let summary = "wait until the engines of a set are idle";
  let arguments = (ins I32Attr:$engines);
  let assemblyFormat = "$engines attr-dict";
}

#endif
