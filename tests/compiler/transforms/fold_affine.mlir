// RUN: weft-opt %s -pass-pipeline='builtin.module(func.func(weft-fold-affine,canonicalize))' | FileCheck %s

// y = (x * 2 + 1 - 3) * (4 / sqrt(3 + 1)) + 5: weights 4, bias 1.
// CHECK-LABEL: @batch_norm
// CHECK-DAG: %[[W:.*]] = weft_graph.constant dense<4.000000e+00> : tensor<1x1x1x1xf32>
// CHECK-DAG: %[[B:.*]] = weft_graph.constant dense<1.000000e+00> : tensor<1xf32>
// CHECK: weft_graph.conv %arg0, %[[W]], %[[B]]
// CHECK-NOT: batch_norm
func.func @batch_norm(%x: tensor<1x1x2x2xf32>) -> tensor<1x1x2x2xf32> {
  %w = weft_graph.constant dense<2.0> : tensor<1x1x1x1xf32>
  %b = weft_graph.constant dense<1.0> : tensor<1xf32>
  %scale = weft_graph.constant dense<4.0> : tensor<1xf32>
  %shift = weft_graph.constant dense<5.0> : tensor<1xf32>
  %three = weft_graph.constant dense<3.0> : tensor<1xf32>
  %c = weft_graph.conv %x, %w, %b {kernel_shape = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, group = 1 : i64} : (tensor<1x1x2x2xf32>, tensor<1x1x1x1xf32>, tensor<1xf32>) -> tensor<1x1x2x2xf32>
  %n = weft_graph.batch_norm %c, %scale, %shift, %three, %three {epsilon = 1.0 : f32} : (tensor<1x1x2x2xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x2x2xf32>
  return %n : tensor<1x1x2x2xf32>
}

// The convolution's own result is used elsewhere: it must stay.
// CHECK-LABEL: @shared
// CHECK: weft_graph.conv
// CHECK: weft_graph.mul
// CHECK: weft_graph.add
func.func @shared(%x: tensor<1x1x2x2xf32>) -> (tensor<1x1x2x2xf32>, tensor<1x1x2x2xf32>) {
  %none = weft_graph.none
  %w = weft_graph.constant dense<2.0> : tensor<1x1x1x1xf32>
  %three = weft_graph.constant dense<3.0> : tensor<1xf32>
  %c = weft_graph.conv %x, %w, %none {kernel_shape = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, group = 1 : i64} : (tensor<1x1x2x2xf32>, tensor<1x1x1x1xf32>, none) -> tensor<1x1x2x2xf32>
  %n = weft_graph.batch_norm %c, %three, %three, %three, %three {epsilon = 1.0 : f32} : (tensor<1x1x2x2xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x2x2xf32>
  return %c, %n : tensor<1x1x2x2xf32>, tensor<1x1x2x2xf32>
}

// CHECK-LABEL: @conv_bias
// CHECK: %[[B:.*]] = weft_graph.constant dense<[5.000000e+00, 6.000000e+00]> : tensor<2xf32>
// CHECK: weft_graph.conv %arg0, %{{.*}}, %[[B]]
// CHECK-NOT: weft_graph.add
func.func @conv_bias(%x: tensor<1x1x2x2xf32>) -> tensor<1x2x2x2xf32> {
  %none = weft_graph.none
  %w = weft_graph.constant dense<2.0> : tensor<2x1x1x1xf32>
  %b = weft_graph.constant dense<[[[5.0]], [[6.0]]]> : tensor<2x1x1xf32>
  %c = weft_graph.conv %x, %w, %none {kernel_shape = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, group = 1 : i64} : (tensor<1x1x2x2xf32>, tensor<2x1x1x1xf32>, none) -> tensor<1x2x2x2xf32>
  %y = weft_graph.add %c, %b : (tensor<1x2x2x2xf32>, tensor<2x1x1xf32>) -> tensor<1x2x2x2xf32>
  return %y : tensor<1x2x2x2xf32>
}

// One addend per column of the image is no bias.
// CHECK-LABEL: @not_a_bias
// CHECK: weft_graph.add
func.func @not_a_bias(%x: tensor<1x1x2x2xf32>) -> tensor<1x2x2x2xf32> {
  %none = weft_graph.none
  %w = weft_graph.constant dense<2.0> : tensor<2x1x1x1xf32>
  %b = weft_graph.constant dense<[5.0, 6.0]> : tensor<2xf32>
  %c = weft_graph.conv %x, %w, %none {kernel_shape = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, group = 1 : i64} : (tensor<1x1x2x2xf32>, tensor<2x1x1x1xf32>, none) -> tensor<1x2x2x2xf32>
  %y = weft_graph.add %c, %b : (tensor<1x2x2x2xf32>, tensor<2xf32>) -> tensor<1x2x2x2xf32>
  return %y : tensor<1x2x2x2xf32>
}

// CHECK-LABEL: @linear
// CHECK: %[[C:.*]] = weft_graph.constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>
// CHECK: weft_graph.gemm %arg0, %{{.*}}, %[[C]]
func.func @linear(%x: tensor<3x4xf32>, %w: tensor<4x2xf32>) -> tensor<3x2xf32> {
  %b = weft_graph.constant dense<[[1.0, 2.0]]> : tensor<1x2xf32>
  %m = weft_graph.matmul %x, %w : (tensor<3x4xf32>, tensor<4x2xf32>) -> tensor<3x2xf32>
  %y = weft_graph.add %b, %m : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
  return %y : tensor<3x2xf32>
}

// Behind quantised weights the factors go into the scales, one per channel: 0.5 * 4 / sqrt(3 + 1) and 0.5 * -8 / 2. The
// bias becomes (0 - 3) * 1 + 5 and (1 - 3) * -4 + 6.
// CHECK-LABEL: @batch_norm_of_quantised_weights
// CHECK-DAG: %[[W:.*]] = weft_graph.constant dense<{{.*}}> : tensor<2x1x1x1xsi8>
// CHECK-DAG: %[[S:.*]] = weft_graph.constant dense<[1.000000e+00, -2.000000e+00]> : tensor<2xf32>
// CHECK-DAG: %[[B:.*]] = weft_graph.constant dense<[-1.000000e+00, 1.400000e+01]> : tensor<2xf32>
// CHECK: %[[F:.*]] = weft_graph.dequantize %[[W]], %[[S]], %{{.*}} {axis = 0 : i64}
// CHECK: weft_graph.conv %arg0, %[[F]], %[[B]] {{.*}} rounding = "BatchNormalization is part of
// CHECK-NEXT: return
func.func @batch_norm_of_quantised_weights(%x: tensor<1x1x2x2xf32>) -> tensor<1x2x2x2xf32> {
  %w = weft_graph.constant dense<[[[[2]]], [[[3]]]]> : tensor<2x1x1x1xsi8>
  %s = weft_graph.constant dense<0.5> : tensor<f32>
  %z = weft_graph.constant dense<0> : tensor<si8>
  %b = weft_graph.constant dense<[0, 4]> : tensor<2xi32>
  %bs = weft_graph.constant dense<0.25> : tensor<f32>
  %bz = weft_graph.constant dense<0> : tensor<i32>
  %scale = weft_graph.constant dense<[4.0, -8.0]> : tensor<2xf32>
  %shift = weft_graph.constant dense<[5.0, 6.0]> : tensor<2xf32>
  %three = weft_graph.constant dense<3.0> : tensor<2xf32>
  %wf = weft_graph.dequantize %w, %s, %z {axis = 0 : i64} : (tensor<2x1x1x1xsi8>, tensor<f32>, tensor<si8>) -> tensor<2x1x1x1xf32>
  %bf = weft_graph.dequantize %b, %bs, %bz {axis = 0 : i64} : (tensor<2xi32>, tensor<f32>, tensor<i32>) -> tensor<2xf32>
  %c = weft_graph.conv %x, %wf, %bf {kernel_shape = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, group = 1 : i64} : (tensor<1x1x2x2xf32>, tensor<2x1x1x1xf32>, tensor<2xf32>) -> tensor<1x2x2x2xf32>
  %n = weft_graph.batch_norm %c, %scale, %shift, %three, %three {epsilon = 1.0 : f32} : (tensor<1x2x2x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x2x2xf32>
  return %n : tensor<1x2x2x2xf32>
}
