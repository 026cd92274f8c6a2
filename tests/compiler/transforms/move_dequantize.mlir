// RUN: weft-opt %s -pass-pipeline='builtin.module(func.func(weft-move-dequantize,canonicalize,cse))' | FileCheck %s

// CHECK-LABEL: @movement
// CHECK: %[[P:.*]] = weft_graph.max_pool %arg0 {{.*}} -> tensor<1x2x2x2xsi8>
// CHECK: %[[T:.*]] = weft_graph.transpose %[[P]]
// CHECK: %[[R:.*]] = weft_graph.reshape %[[T]]
// CHECK-NEXT: return %[[R]]
func.func @movement(%x: tensor<1x2x4x4xsi8>) -> tensor<1x8xsi8> {
  %s = weft_graph.constant dense<0.5> : tensor<f32>
  %z = weft_graph.constant dense<1> : tensor<si8>
  %shape = weft_graph.constant dense<[1, 8]> : tensor<2xi64>
  %f = weft_graph.dequantize %x, %s, %z {axis = 0 : i64} : (tensor<1x2x4x4xsi8>, tensor<f32>, tensor<si8>) -> tensor<1x2x4x4xf32>
  %p = weft_graph.max_pool %f {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x2x2xf32>
  %t = weft_graph.transpose %p {perm = array<i64: 0, 2, 3, 1>} : (tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %r = weft_graph.reshape %t, %shape : (tensor<1x2x2x2xf32>, tensor<2xi64>) -> tensor<1x8xf32>
  %y = weft_graph.quantize %r, %s, %z {axis = 0 : i64} : (tensor<1x8xf32>, tensor<f32>, tensor<si8>) -> tensor<1x8xsi8>
  return %y : tensor<1x8xsi8>
}

// Padding by real zero is padding by the zero point.
// CHECK-LABEL: @pad
// CHECK: %[[V:.*]] = weft_graph.constant dense<5> : tensor<si8>
// CHECK: weft_graph.pad %arg0, %{{.*}}, %[[V]]
func.func @pad(%x: tensor<4xsi8>) -> tensor<6xsi8> {
  %none = weft_graph.none
  %s = weft_graph.constant dense<0.5> : tensor<f32>
  %z = weft_graph.constant dense<5> : tensor<si8>
  %pads = weft_graph.constant dense<1> : tensor<2xi64>
  %f = weft_graph.dequantize %x, %s, %z {axis = 0 : i64} : (tensor<4xsi8>, tensor<f32>, tensor<si8>) -> tensor<4xf32>
  %p = weft_graph.pad %f, %pads, %none {mode = "constant"} : (tensor<4xf32>, tensor<2xi64>, none) -> tensor<6xf32>
  %y = weft_graph.quantize %p, %s, %z {axis = 0 : i64} : (tensor<6xf32>, tensor<f32>, tensor<si8>) -> tensor<6xsi8>
  return %y : tensor<6xsi8>
}

// 0.3 is not a multiple of the scale: the padding stays in float.
// CHECK-LABEL: @pad_between_codes
// CHECK: weft_graph.pad {{.*}} -> tensor<6xf32>
func.func @pad_between_codes(%x: tensor<4xsi8>) -> tensor<6xf32> {
  %v = weft_graph.constant dense<0.3> : tensor<f32>
  %s = weft_graph.constant dense<0.5> : tensor<f32>
  %z = weft_graph.constant dense<5> : tensor<si8>
  %pads = weft_graph.constant dense<1> : tensor<2xi64>
  %f = weft_graph.dequantize %x, %s, %z {axis = 0 : i64} : (tensor<4xsi8>, tensor<f32>, tensor<si8>) -> tensor<4xf32>
  %p = weft_graph.pad %f, %pads, %v {mode = "constant"} : (tensor<4xf32>, tensor<2xi64>, tensor<f32>) -> tensor<6xf32>
  return %p : tensor<6xf32>
}

// ui8 -> si8 on the same grid changes no real value.
// CHECK-LABEL: @regrid
// CHECK: weft_graph.dequantize %arg0
// CHECK-NOT: weft_graph.quantize
func.func @regrid(%x: tensor<4xui8>) -> tensor<4xf32> {
  %s = weft_graph.constant dense<0.5> : tensor<f32>
  %u = weft_graph.constant dense<127> : tensor<ui8>
  %z = weft_graph.constant dense<-1> : tensor<si8>
  %f = weft_graph.dequantize %x, %s, %u {axis = 0 : i64} : (tensor<4xui8>, tensor<f32>, tensor<ui8>) -> tensor<4xf32>
  %q = weft_graph.quantize %f, %s, %z {axis = 0 : i64} : (tensor<4xf32>, tensor<f32>, tensor<si8>) -> tensor<4xsi8>
  %y = weft_graph.dequantize %q, %s, %z {axis = 0 : i64} : (tensor<4xsi8>, tensor<f32>, tensor<si8>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// Another scale does.
// CHECK-LABEL: @requantise
// CHECK: weft_graph.quantize
func.func @requantise(%x: tensor<4xui8>) -> tensor<4xsi8> {
  %s = weft_graph.constant dense<0.5> : tensor<f32>
  %t = weft_graph.constant dense<0.4> : tensor<f32>
  %u = weft_graph.constant dense<127> : tensor<ui8>
  %z = weft_graph.constant dense<-1> : tensor<si8>
  %f = weft_graph.dequantize %x, %s, %u {axis = 0 : i64} : (tensor<4xui8>, tensor<f32>, tensor<ui8>) -> tensor<4xf32>
  %q = weft_graph.quantize %f, %t, %z {axis = 0 : i64} : (tensor<4xf32>, tensor<f32>, tensor<si8>) -> tensor<4xsi8>
  return %q : tensor<4xsi8>
}

// CHECK-LABEL: @concat
// CHECK: weft_graph.concat %arg0, %arg1 {{.*}} -> tensor<8xsi8>
// CHECK-NEXT: return
func.func @concat(%a: tensor<4xsi8>, %b: tensor<4xsi8>) -> tensor<8xsi8> {
  %s = weft_graph.constant dense<0.5> : tensor<f32>
  %z = weft_graph.constant dense<-1> : tensor<si8>
  %0 = weft_graph.dequantize %a, %s, %z {axis = 0 : i64} : (tensor<4xsi8>, tensor<f32>, tensor<si8>) -> tensor<4xf32>
  %1 = weft_graph.dequantize %b, %s, %z {axis = 0 : i64} : (tensor<4xsi8>, tensor<f32>, tensor<si8>) -> tensor<4xf32>
  %2 = weft_graph.concat %0, %1 {axis = 0 : i64} : (tensor<4xf32>, tensor<4xf32>) -> tensor<8xf32>
  %3 = weft_graph.quantize %2, %s, %z {axis = 0 : i64} : (tensor<8xf32>, tensor<f32>, tensor<si8>) -> tensor<8xsi8>
  return %3 : tensor<8xsi8>
}

// Weights quantised in the graph, half to even: 0.75 / 0.5 = 1.5 -> 2, 0.25 / 0.5 -> 0.
// CHECK-LABEL: @weights
// CHECK: dense<[2, 0, 127]> : tensor<3xsi8>
func.func @weights() -> tensor<3xsi8> {
  %w = weft_graph.constant dense<[0.75, 0.25, 1000.0]> : tensor<3xf32>
  %s = weft_graph.constant dense<0.5> : tensor<f32>
  %z = weft_graph.constant dense<0> : tensor<si8>
  %q = weft_graph.quantize %w, %s, %z {axis = 0 : i64} : (tensor<3xf32>, tensor<f32>, tensor<si8>) -> tensor<3xsi8>
  return %q : tensor<3xsi8>
}

// The per-channel axis follows a transposition.
// CHECK-LABEL: @transposed_weights
// CHECK: weft_graph.dequantize {{.*}}{axis = 1 : i64}
func.func @transposed_weights() -> tensor<3x2xf32> {
  %w = weft_graph.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xsi8>
  %s = weft_graph.constant dense<[0.5, 0.25]> : tensor<2xf32>
  %z = weft_graph.constant dense<0> : tensor<2xsi8>
  %f = weft_graph.dequantize %w, %s, %z {axis = 0 : i64} : (tensor<2x3xsi8>, tensor<2xf32>, tensor<2xsi8>) -> tensor<2x3xf32>
  %t = weft_graph.transpose %f {perm = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  return %t : tensor<3x2xf32>
}

// ... but before a QuantizeLinear only what becomes of the filler matters: 0.3 / 0.5 is code 6.
// CHECK-LABEL: @pad_quantised
// CHECK: %[[V:.*]] = weft_graph.constant dense<6> : tensor<si8>
// CHECK: %[[P:.*]] = weft_graph.pad %arg0, %{{.*}}, %[[V]]
// CHECK-NEXT: return %[[P]]
func.func @pad_quantised(%x: tensor<4xsi8>) -> tensor<6xsi8> {
  %v = weft_graph.constant dense<0.3> : tensor<f32>
  %s = weft_graph.constant dense<0.5> : tensor<f32>
  %z = weft_graph.constant dense<5> : tensor<si8>
  %pads = weft_graph.constant dense<1> : tensor<2xi64>
  %f = weft_graph.dequantize %x, %s, %z {axis = 0 : i64} : (tensor<4xsi8>, tensor<f32>, tensor<si8>) -> tensor<4xf32>
  %p = weft_graph.pad %f, %pads, %v {mode = "constant"} : (tensor<4xf32>, tensor<2xi64>, tensor<f32>) -> tensor<6xf32>
  %q = weft_graph.quantize %p, %s, %z {axis = 0 : i64} : (tensor<6xf32>, tensor<f32>, tensor<si8>) -> tensor<6xsi8>
  return %q : tensor<6xsi8>
}

// Unlike quantisations stay.
// CHECK-LABEL: @concat_of_two_grids
// CHECK: weft_graph.concat {{.*}} -> tensor<8xf32>
func.func @concat_of_two_grids(%a: tensor<4xsi8>, %b: tensor<4xsi8>) -> tensor<8xf32> {
  %s = weft_graph.constant dense<0.5> : tensor<f32>
  %t = weft_graph.constant dense<0.25> : tensor<f32>
  %z = weft_graph.constant dense<-1> : tensor<si8>
  %0 = weft_graph.dequantize %a, %s, %z {axis = 0 : i64} : (tensor<4xsi8>, tensor<f32>, tensor<si8>) -> tensor<4xf32>
  %1 = weft_graph.dequantize %b, %t, %z {axis = 0 : i64} : (tensor<4xsi8>, tensor<f32>, tensor<si8>) -> tensor<4xf32>
  %2 = weft_graph.concat %0, %1 {axis = 0 : i64} : (tensor<4xf32>, tensor<4xf32>) -> tensor<8xf32>
  return %2 : tensor<8xf32>
}

// Weights that are quantised a second time, by channel: -3 * 0.5 in units of 0.25, 4 * 0.25 in units of 0.5.
// CHECK-LABEL: @weights_again
// CHECK: dense<{{\[\[}}-6], [2]]> : tensor<2x1xsi8>
func.func @weights_again() -> tensor<2x1xsi8> {
  %w = weft_graph.constant dense<[[-3], [4]]> : tensor<2x1xsi8>
  %s = weft_graph.constant dense<[0.5, 0.25]> : tensor<2xf32>
  %t = weft_graph.constant dense<[0.25, 0.5]> : tensor<2xf32>
  %z = weft_graph.constant dense<0> : tensor<2xsi8>
  %f = weft_graph.dequantize %w, %s, %z {axis = 0 : i64} : (tensor<2x1xsi8>, tensor<2xf32>, tensor<2xsi8>) -> tensor<2x1xf32>
  %q = weft_graph.quantize %f, %t, %z {axis = 0 : i64} : (tensor<2x1xf32>, tensor<2xf32>, tensor<2xsi8>) -> tensor<2x1xsi8>
  return %q : tensor<2x1xsi8>
}
