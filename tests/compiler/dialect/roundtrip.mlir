// Every operation prints and parses back to itself.
// RUN: weft-opt %s | weft-opt | FileCheck %s

// CHECK-LABEL: func.func @floats
func.func @floats(%x: tensor<1x4x8x8xf32>, %m: tensor<2x4xf32>) -> tensor<1x4x1x1xf32> {
  // CHECK: weft_graph.none
  %none = weft_graph.none
  // CHECK: weft_graph.constant dense<1.000000e+00> : tensor<4x4x3x3xf32>
  %w = weft_graph.constant dense<1.0> : tensor<4x4x3x3xf32>
  %four = weft_graph.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  // CHECK: weft_graph.conv {{.*}} : (tensor<1x4x8x8xf32>, tensor<4x4x3x3xf32>, none) -> tensor<1x4x8x8xf32>
  %c = weft_graph.conv %x, %w, %none {kernel_shape = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, group = 1 : i64} : (tensor<1x4x8x8xf32>, tensor<4x4x3x3xf32>, none) -> tensor<1x4x8x8xf32>
  // CHECK: weft_graph.batch_norm
  %n = weft_graph.batch_norm %c, %four, %four, %four, %four {epsilon = 1.0e-5 : f32} : (tensor<1x4x8x8xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x8x8xf32>
  // CHECK: weft_graph.max_pool
  %p = weft_graph.max_pool %n {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x4x4xf32>
  // CHECK: weft_graph.hard_sigmoid
  %h = weft_graph.hard_sigmoid %p {alpha = 0.2 : f32, beta = 0.5 : f32} : (tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
  // CHECK: weft_graph.global_average_pool
  %g = weft_graph.global_average_pool %h : (tensor<1x4x4x4xf32>) -> tensor<1x4x1x1xf32>
  return %g : tensor<1x4x1x1xf32>
}

// CHECK-LABEL: func.func @integers
func.func @integers(%x: tensor<1x4x8x8xui8>, %w: tensor<8x4x1x1xsi8>, %table: tensor<256xsi8>) -> tensor<1x8x8x8xsi8> {
  %s = weft_graph.constant dense<0.5> : tensor<f32>
  %z = weft_graph.constant dense<3> : tensor<ui8>
  %wz = weft_graph.constant dense<0> : tensor<si8>
  %b = weft_graph.constant dense<7> : tensor<8xi32>
  // CHECK: weft_graph.qlinear_conv {{.*}}clamp_lo = 3 : i64
  %c = weft_graph.qlinear_conv %x, %s, %z, %w, %s, %wz, %s, %z, %b {kernel_shape = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, group = 1 : i64, clamp_lo = 3 : i64} : (tensor<1x4x8x8xui8>, tensor<f32>, tensor<ui8>, tensor<8x4x1x1xsi8>, tensor<f32>, tensor<si8>, tensor<f32>, tensor<ui8>, tensor<8xi32>) -> tensor<1x8x8x8xui8>
  // CHECK: weft_graph.qlinear_add
  %a = weft_graph.qlinear_add %c, %s, %z, %c, %s, %z, %s, %z : (tensor<1x8x8x8xui8>, tensor<f32>, tensor<ui8>, tensor<1x8x8x8xui8>, tensor<f32>, tensor<ui8>, tensor<f32>, tensor<ui8>) -> tensor<1x8x8x8xui8>
  // CHECK: weft_graph.lut8
  %l = weft_graph.lut8 %a, %table : (tensor<1x8x8x8xui8>, tensor<256xsi8>) -> tensor<1x8x8x8xsi8>
  return %l : tensor<1x8x8x8xsi8>
}
