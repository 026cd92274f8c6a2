// Use of pattern registers and semaphores, the same in all layers.
#pragma once

namespace weft::lowering::patterns {

enum Pattern : int {
  kMatrixRows,
  kMatrixSteps,
  kMatrixConfig,
  kVectorA,
  kVectorB,
  kVectorResult,
  kVectorConfig,
  kInputDram,
  kInputScratch,
  kBlockDram,
  kBlockScratch,
  kOutputDram,
  kOutputScratch,
  kSyncConfig,
  kUnit, // always in its reset value
  kParameterDram,
};

// Each has one producing and one consuming engine in the whole program.
enum Semaphore : int {
  // load and matrix
  kInputFull,
  kInputEmpty,
  kWeightsFull,
  kWeightsEmpty,
  // matrix and vector
  kAccumulatorFull,
  kAccumulatorEmpty,
  // vector and store
  kOutputFull,
  kOutputEmpty,
  // load and vector
  kResidualFull,
  kResidualEmpty,
  kParametersFull,
  kParametersEmpty,
  kTableFull,
  kVectorInputFull,
  kVectorInputEmpty,
  // load and store
  kCopyFull,
  kCopyEmpty,
};

} // namespace weft::lowering::patterns
