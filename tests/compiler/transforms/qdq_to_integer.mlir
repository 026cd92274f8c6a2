// RUN: weft-opt %s -pass-pipeline='builtin.module(func.func(weft-qdq-to-integer,canonicalize,cse))' | FileCheck %s

// Bias as DequantizeLinear of int32 stays bit for bit; Clip(0, 6) becomes the clamp [Q(0), Q(6)] = [3, 63].
// CHECK-LABEL: @conv
// CHECK-DAG: %[[B:.*]] = weft_graph.constant dense<[100, -100]> : tensor<2xi32>
// CHECK: weft_graph.qlinear_conv %arg0, {{.*}}, %[[B]] {clamp_hi = 63 : i64, clamp_lo = 3 : i64
// CHECK-NOT: weft_graph.quantize
func.func @conv(%x: tensor<1x1x2x2xui8>) -> tensor<1x2x2x2xui8> {
  %xs = weft_graph.constant dense<0.5> : tensor<f32>
  %xz = weft_graph.constant dense<128> : tensor<ui8>
  %w = weft_graph.constant dense<[[[[1]]], [[[2]]]]> : tensor<2x1x1x1xsi8>
  %ws = weft_graph.constant dense<[0.25, 0.5]> : tensor<2xf32>
  %wz = weft_graph.constant dense<0> : tensor<2xsi8>
  %b = weft_graph.constant dense<[100, -100]> : tensor<2xi32>
  %bs = weft_graph.constant dense<[0.125, 0.25]> : tensor<2xf32>
  %bz = weft_graph.constant dense<0> : tensor<2xi32>
  %ys = weft_graph.constant dense<0.1> : tensor<f32>
  %yz = weft_graph.constant dense<3> : tensor<ui8>
  %lo = weft_graph.constant dense<0.0> : tensor<f32>
  %hi = weft_graph.constant dense<6.0> : tensor<f32>
  %xf = weft_graph.dequantize %x, %xs, %xz {axis = 0 : i64} : (tensor<1x1x2x2xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x1x2x2xf32>
  %wf = weft_graph.dequantize %w, %ws, %wz {axis = 0 : i64} : (tensor<2x1x1x1xsi8>, tensor<2xf32>, tensor<2xsi8>) -> tensor<2x1x1x1xf32>
  %bf = weft_graph.dequantize %b, %bs, %bz {axis = 0 : i64} : (tensor<2xi32>, tensor<2xf32>, tensor<2xi32>) -> tensor<2xf32>
  %c = weft_graph.conv %xf, %wf, %bf {kernel_shape = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, group = 1 : i64} : (tensor<1x1x2x2xf32>, tensor<2x1x1x1xf32>, tensor<2xf32>) -> tensor<1x2x2x2xf32>
  %r = weft_graph.clip %c, %lo, %hi : (tensor<1x2x2x2xf32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2x2xf32>
  %y = weft_graph.quantize %r, %ys, %yz {axis = 0 : i64} : (tensor<1x2x2x2xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x2x2x2xui8>
  return %y : tensor<1x2x2x2xui8>
}

// A float bias is rounded to units of x scale * w scale = 0.5; Relu at zero point 0 of ui8 needs no clamp.
// CHECK-LABEL: @gemm
// CHECK-DAG: %[[C:.*]] = weft_graph.constant dense<[3, -2]> : tensor<2xi32>
// CHECK: weft_graph.qgemm %arg0, {{.*}}, %[[C]], %{{.*}}, %{{[^ ]*}} {alpha = 1.000000e+00 : f32, transA
func.func @gemm(%x: tensor<1x2xui8>) -> tensor<1x2xui8> {
  %s = weft_graph.constant dense<0.5> : tensor<1xf32>
  %one = weft_graph.constant dense<1.0> : tensor<f32>
  %z = weft_graph.constant dense<0> : tensor<1xui8>
  %w = weft_graph.constant dense<[[1, 2], [3, 4]]> : tensor<2x2xsi8>
  %wz = weft_graph.constant dense<0> : tensor<si8>
  %b = weft_graph.constant dense<[1.3, -0.9]> : tensor<2xf32>
  %xf = weft_graph.dequantize %x, %s, %z {axis = 0 : i64} : (tensor<1x2xui8>, tensor<1xf32>, tensor<1xui8>) -> tensor<1x2xf32>
  %wf = weft_graph.dequantize %w, %one, %wz {axis = 0 : i64} : (tensor<2x2xsi8>, tensor<f32>, tensor<si8>) -> tensor<2x2xf32>
  %g = weft_graph.gemm %xf, %wf, %b {alpha = 1.0 : f32, beta = 1.0 : f32, transA = 0 : i64, transB = 1 : i64} : (tensor<1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %r = weft_graph.relu %g : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %y = weft_graph.quantize %r, %s, %z {axis = 0 : i64} : (tensor<1x2xf32>, tensor<1xf32>, tensor<1xui8>) -> tensor<1x2xui8>
  return %y : tensor<1x2xui8>
}

// Operands of the other 8-bit type go through a table.
// CHECK-LABEL: @add
// CHECK: %[[A:.*]] = weft_graph.lut8 %arg0, %{{.*}} : (tensor<2xui8>, tensor<256xsi8>) -> tensor<2xsi8>
// CHECK: weft_graph.qlinear_add %[[A]], {{.*}}, %arg1,
func.func @add(%a: tensor<2xui8>, %b: tensor<2xsi8>) -> tensor<2xsi8> {
  %s = weft_graph.constant dense<0.5> : tensor<f32>
  %uz = weft_graph.constant dense<128> : tensor<ui8>
  %sz = weft_graph.constant dense<1> : tensor<si8>
  %af = weft_graph.dequantize %a, %s, %uz {axis = 0 : i64} : (tensor<2xui8>, tensor<f32>, tensor<ui8>) -> tensor<2xf32>
  %bf = weft_graph.dequantize %b, %s, %sz {axis = 0 : i64} : (tensor<2xsi8>, tensor<f32>, tensor<si8>) -> tensor<2xf32>
  %c = weft_graph.add %af, %bf : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %y = weft_graph.quantize %c, %s, %sz {axis = 0 : i64} : (tensor<2xf32>, tensor<f32>, tensor<si8>) -> tensor<2xsi8>
  return %y : tensor<2xsi8>
}

// The float sum is used elsewhere too.
// CHECK-LABEL: @shared
// CHECK: weft_graph.add
// CHECK: weft_graph.quantize
func.func @shared(%a: tensor<2xsi8>) -> (tensor<2xsi8>, tensor<2xf32>) {
  %s = weft_graph.constant dense<0.5> : tensor<f32>
  %z = weft_graph.constant dense<1> : tensor<si8>
  %f = weft_graph.dequantize %a, %s, %z {axis = 0 : i64} : (tensor<2xsi8>, tensor<f32>, tensor<si8>) -> tensor<2xf32>
  %c = weft_graph.add %f, %f : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %y = weft_graph.quantize %c, %s, %z {axis = 0 : i64} : (tensor<2xf32>, tensor<f32>, tensor<si8>) -> tensor<2xsi8>
  return %y, %c : tensor<2xsi8>, tensor<2xf32>
}

// CHECK-LABEL: @pools
// CHECK: weft_graph.qlinear_average_pool
// CHECK: weft_graph.qlinear_global_average_pool
// CHECK: weft_graph.qlinear_softmax {{.*}}{axis = 1 : i64, opset = 13 : i64}
func.func @pools(%a: tensor<1x3x4x4xsi8>) -> tensor<1x3x1x1xsi8> {
  %s = weft_graph.constant dense<0.5> : tensor<f32>
  %z = weft_graph.constant dense<1> : tensor<si8>
  %f = weft_graph.dequantize %a, %s, %z {axis = 0 : i64} : (tensor<1x3x4x4xsi8>, tensor<f32>, tensor<si8>) -> tensor<1x3x4x4xf32>
  %p = weft_graph.average_pool %f {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, count_include_pad = 0 : i64} : (tensor<1x3x4x4xf32>) -> tensor<1x3x2x2xf32>
  %pq = weft_graph.quantize %p, %s, %z {axis = 0 : i64} : (tensor<1x3x2x2xf32>, tensor<f32>, tensor<si8>) -> tensor<1x3x2x2xsi8>
  %pf = weft_graph.dequantize %pq, %s, %z {axis = 0 : i64} : (tensor<1x3x2x2xsi8>, tensor<f32>, tensor<si8>) -> tensor<1x3x2x2xf32>
  %g = weft_graph.global_average_pool %pf : (tensor<1x3x2x2xf32>) -> tensor<1x3x1x1xf32>
  %gq = weft_graph.quantize %g, %s, %z {axis = 0 : i64} : (tensor<1x3x1x1xf32>, tensor<f32>, tensor<si8>) -> tensor<1x3x1x1xsi8>
  %gf = weft_graph.dequantize %gq, %s, %z {axis = 0 : i64} : (tensor<1x3x1x1xsi8>, tensor<f32>, tensor<si8>) -> tensor<1x3x1x1xf32>
  %m = weft_graph.softmax %gf {axis = 1 : i64} : (tensor<1x3x1x1xf32>) -> tensor<1x3x1x1xf32>
  %y = weft_graph.quantize %m, %s, %z {axis = 0 : i64} : (tensor<1x3x1x1xf32>, tensor<f32>, tensor<si8>) -> tensor<1x3x1x1xsi8>
  return %y : tensor<1x3x1x1xsi8>
}
