// RUN: weft-opt %s -pass-pipeline='builtin.module(func.func(weft-fold-pad,canonicalize))' | FileCheck %s

// CHECK-LABEL: @zero_point
// CHECK-NOT: weft_graph.pad
// CHECK: weft_graph.qlinear_conv %arg0, {{.*}}pads = array<i64: 1, 2, 3, 4>
func.func @zero_point(%x: tensor<1x1x4x4xui8>, %w: tensor<1x1x3x3xsi8>) -> tensor<1x1x6x8xui8> {
  %none = weft_graph.none
  %s = weft_graph.constant dense<0.5> : tensor<f32>
  %z = weft_graph.constant dense<9> : tensor<ui8>
  %wz = weft_graph.constant dense<0> : tensor<si8>
  %pads = weft_graph.constant dense<[0, 0, 1, 2, 0, 0, 3, 4]> : tensor<8xi64>
  %p = weft_graph.pad %x, %pads, %z {mode = "constant"} : (tensor<1x1x4x4xui8>, tensor<8xi64>, tensor<ui8>) -> tensor<1x1x8x10xui8>
  %y = weft_graph.qlinear_conv %p, %s, %z, %w, %s, %wz, %s, %z, %none {kernel_shape = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, group = 1 : i64} : (tensor<1x1x8x10xui8>, tensor<f32>, tensor<ui8>, tensor<1x1x3x3xsi8>, tensor<f32>, tensor<si8>, tensor<f32>, tensor<ui8>, none) -> tensor<1x1x6x8xui8>
  return %y : tensor<1x1x6x8xui8>
}

// Padding by something else stays.
// CHECK-LABEL: @other_value
// CHECK: weft_graph.pad
func.func @other_value(%x: tensor<1x1x4x4xf32>, %w: tensor<1x1x3x3xf32>) -> tensor<1x1x4x4xf32> {
  %none = weft_graph.none
  %v = weft_graph.constant dense<1.0> : tensor<f32>
  %pads = weft_graph.constant dense<[0, 0, 1, 1, 0, 0, 1, 1]> : tensor<8xi64>
  %p = weft_graph.pad %x, %pads, %v {mode = "constant"} : (tensor<1x1x4x4xf32>, tensor<8xi64>, tensor<f32>) -> tensor<1x1x6x6xf32>
  %y = weft_graph.conv %p, %w, %none {kernel_shape = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, group = 1 : i64} : (tensor<1x1x6x6xf32>, tensor<1x1x3x3xf32>, none) -> tensor<1x1x4x4xf32>
  return %y : tensor<1x1x4x4xf32>
}
