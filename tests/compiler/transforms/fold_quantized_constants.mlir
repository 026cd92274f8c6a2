// RUN: weft-opt %s -pass-pipeline='builtin.module(func.func(weft-fold-quantized-constants))' | FileCheck %s

// CHECK-LABEL: @per_channel
// CHECK: dense<{{\[\[}}5.000000e-01, 1.000000e+00], [5.000000e-01, 7.500000e-01]]> : tensor<2x2xf32>
func.func @per_channel() -> tensor<2x2xf32> {
  %w = weft_graph.constant dense<[[1, 2], [3, 4]]> : tensor<2x2xsi8>
  %s = weft_graph.constant dense<[0.5, 0.25]> : tensor<2xf32>
  %z = weft_graph.constant dense<[0, 1]> : tensor<2xsi8>
  %f = weft_graph.dequantize %w, %s, %z {axis = 0 : i64} : (tensor<2x2xsi8>, tensor<2xf32>, tensor<2xsi8>) -> tensor<2x2xf32>
  return %f : tensor<2x2xf32>
}
