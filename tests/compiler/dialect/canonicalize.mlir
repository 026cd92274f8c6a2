// Folding of constants and of data movement that moves nothing.
// RUN: weft-opt %s -canonicalize | FileCheck %s

// CHECK-LABEL: @arithmetic
// CHECK: weft_graph.constant dense<{{\[\[}}1.100000e+01, 2.100000e+01], [1.200000e+01, 2.200000e+01]]> : tensor<2x2xf32>
// CHECK-NEXT: return
func.func @arithmetic() -> tensor<2x2xf32> {
  %a = weft_graph.constant dense<[[1.0], [2.0]]> : tensor<2x1xf32>
  %b = weft_graph.constant dense<[10.0, 20.0]> : tensor<2xf32>
  %c = weft_graph.add %a, %b : (tensor<2x1xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  return %c : tensor<2x2xf32>
}

// Division of integers by zero is left to whoever runs it.
// CHECK-LABEL: @divide_by_zero
// CHECK: weft_graph.div
func.func @divide_by_zero() -> tensor<1xi64> {
  %a = weft_graph.constant dense<1> : tensor<1xi64>
  %b = weft_graph.constant dense<0> : tensor<1xi64>
  %c = weft_graph.div %a, %b : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  return %c : tensor<1xi64>
}

// CHECK-LABEL: @transpose_constant
// CHECK: dense<{{\[\[}}1, 4], [2, 5], [3, 6]]> : tensor<3x2xsi8>
func.func @transpose_constant() -> tensor<3x2xsi8> {
  %a = weft_graph.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xsi8>
  %c = weft_graph.transpose %a {perm = array<i64: 1, 0>} : (tensor<2x3xsi8>) -> tensor<3x2xsi8>
  return %c : tensor<3x2xsi8>
}

// CHECK-LABEL: @slice_constant
// CHECK: dense<[2, 4]> : tensor<2xi64>
func.func @slice_constant() -> tensor<2xi64> {
  %a = weft_graph.constant dense<[1, 2, 3, 4, 5]> : tensor<5xi64>
  %s = weft_graph.constant dense<1> : tensor<1xi64>
  %e = weft_graph.constant dense<5> : tensor<1xi64>
  %x = weft_graph.constant dense<0> : tensor<1xi64>
  %t = weft_graph.constant dense<2> : tensor<1xi64>
  %c = weft_graph.slice %a, %s, %e, %x, %t : (tensor<5xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  return %c : tensor<2xi64>
}

// CHECK-LABEL: @concat_constant
// CHECK: dense<{{\[\[}}1, 2, 5], [3, 4, 6]]> : tensor<2x3xi64>
func.func @concat_constant() -> tensor<2x3xi64> {
  %a = weft_graph.constant dense<[[1, 2], [3, 4]]> : tensor<2x2xi64>
  %b = weft_graph.constant dense<[[5], [6]]> : tensor<2x1xi64>
  %c = weft_graph.concat %a, %b {axis = 1 : i64} : (tensor<2x2xi64>, tensor<2x1xi64>) -> tensor<2x3xi64>
  return %c : tensor<2x3xi64>
}

// CHECK-LABEL: @reshapes
// CHECK: %[[ONE:.*]] = weft_graph.reshape %arg0
// CHECK-NEXT: return %[[ONE]]
func.func @reshapes(%x: tensor<2x6xf32>) -> tensor<3x4xf32> {
  %a = weft_graph.constant dense<[12]> : tensor<1xi64>
  %b = weft_graph.constant dense<[3, 4]> : tensor<2xi64>
  %0 = weft_graph.reshape %x, %a : (tensor<2x6xf32>, tensor<1xi64>) -> tensor<12xf32>
  %1 = weft_graph.reshape %0, %b : (tensor<12xf32>, tensor<2xi64>) -> tensor<3x4xf32>
  return %1 : tensor<3x4xf32>
}

// CHECK-LABEL: @dead
// CHECK-NEXT: return %arg0
func.func @dead(%x: tensor<2xf32>) -> tensor<2xf32> {
  %0 = weft_graph.relu %x : (tensor<2xf32>) -> tensor<2xf32>
  return %x : tensor<2xf32>
}
