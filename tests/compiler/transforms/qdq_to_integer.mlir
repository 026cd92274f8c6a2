// RUN: weft-opt %s -pass-pipeline='builtin.module(func.func(weft-qdq-to-integer,weft-explain-float,canonicalize,cse))' | FileCheck %s

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

// alpha * (a b) + beta * c: 2 / 0.5 times c, which is 6 in units of 0.25; the transposition is its own operator. ONNX
// Runtime has no integer kernel with beta.
// CHECK-LABEL: @gemm_alpha
// CHECK-DAG: %[[C:.*]] = weft_graph.constant dense<24> : tensor<2xi32>
// CHECK: %[[A:.*]] = weft_graph.transpose %arg0
// CHECK: weft_graph.qgemm %[[A]], {{.*}}, %[[C]], {{.*}} {alpha = 5.000000e-01 : f32, rounding = "{{.*}}", transA = 0
func.func @gemm_alpha(%x: tensor<2x1xsi8>) -> tensor<1x2xsi8> {
  %s = weft_graph.constant dense<0.5> : tensor<f32>
  %z = weft_graph.constant dense<0> : tensor<si8>
  %w = weft_graph.constant dense<[[1, 2], [3, 4]]> : tensor<2x2xsi8>
  %c = weft_graph.constant dense<1.5> : tensor<1x1xf32>
  %xf = weft_graph.dequantize %x, %s, %z {axis = 0 : i64} : (tensor<2x1xsi8>, tensor<f32>, tensor<si8>) -> tensor<2x1xf32>
  %wf = weft_graph.dequantize %w, %s, %z {axis = 0 : i64} : (tensor<2x2xsi8>, tensor<f32>, tensor<si8>) -> tensor<2x2xf32>
  %g = weft_graph.gemm %xf, %wf, %c {alpha = 0.5 : f32, beta = 2.0 : f32, transA = 1 : i64, transB = 0 : i64} : (tensor<2x1xf32>, tensor<2x2xf32>, tensor<1x1xf32>) -> tensor<1x2xf32>
  %y = weft_graph.quantize %g, %s, %z {axis = 0 : i64} : (tensor<1x2xf32>, tensor<f32>, tensor<si8>) -> tensor<1x2xsi8>
  return %y : tensor<1x2xsi8>
}

// One bias per row is not one per column: it stays in float, with the reason, and nothing is left behind.
// CHECK-LABEL: @rows
// CHECK-NOT: tensor<{{.*}}xi32>
// CHECK: weft_graph.gemm {{.*}} why_host = "its bias differs from row to row
// CHECK-NEXT: weft_graph.quantize
func.func @rows(%x: tensor<2x2xsi8>) -> tensor<2x2xsi8> {
  %s = weft_graph.constant dense<0.5> : tensor<f32>
  %z = weft_graph.constant dense<0> : tensor<si8>
  %w = weft_graph.constant dense<[[1, 2], [3, 4]]> : tensor<2x2xsi8>
  %c = weft_graph.constant dense<[[1.5], [2.5]]> : tensor<2x1xf32>
  %xf = weft_graph.dequantize %x, %s, %z {axis = 0 : i64} : (tensor<2x2xsi8>, tensor<f32>, tensor<si8>) -> tensor<2x2xf32>
  %wf = weft_graph.dequantize %w, %s, %z {axis = 0 : i64} : (tensor<2x2xsi8>, tensor<f32>, tensor<si8>) -> tensor<2x2xf32>
  %g = weft_graph.gemm %xf, %wf, %c {alpha = 1.0 : f32, beta = 1.0 : f32, transA = 0 : i64, transB = 0 : i64} : (tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x1xf32>) -> tensor<2x2xf32>
  %y = weft_graph.quantize %g, %s, %z {axis = 0 : i64} : (tensor<2x2xf32>, tensor<f32>, tensor<si8>) -> tensor<2x2xsi8>
  return %y : tensor<2x2xsi8>
}

// MatMul of rank 3 and the constant row behind it: one product of matrices.
// CHECK-LABEL: @linear
// CHECK-DAG: %[[B:.*]] = weft_graph.constant dense<[6, -4]> : tensor<2xi32>
// CHECK: %[[X:.*]] = weft_graph.reshape %arg0, {{.*}} -> tensor<3x2xsi8>
// CHECK: %[[Y:.*]] = weft_graph.qgemm %[[X]], {{.*}}, %[[B]], {{.*}} {alpha = 1.000000e+00 : f32, clamp_lo = 0
// CHECK: weft_graph.reshape %[[Y]], {{.*}} -> tensor<1x3x2xsi8>
func.func @linear(%x: tensor<1x3x2xsi8>) -> tensor<1x3x2xsi8> {
  %s = weft_graph.constant dense<0.5> : tensor<f32>
  %z = weft_graph.constant dense<0> : tensor<si8>
  %w = weft_graph.constant dense<[[1, 2], [3, 4]]> : tensor<2x2xsi8>
  %b = weft_graph.constant dense<[1.5, -1.0]> : tensor<2xf32>
  %xf = weft_graph.dequantize %x, %s, %z {axis = 0 : i64} : (tensor<1x3x2xsi8>, tensor<f32>, tensor<si8>) -> tensor<1x3x2xf32>
  %wf = weft_graph.dequantize %w, %s, %z {axis = 0 : i64} : (tensor<2x2xsi8>, tensor<f32>, tensor<si8>) -> tensor<2x2xf32>
  %m = weft_graph.matmul %xf, %wf : (tensor<1x3x2xf32>, tensor<2x2xf32>) -> tensor<1x3x2xf32>
  %a = weft_graph.add %m, %b : (tensor<1x3x2xf32>, tensor<2xf32>) -> tensor<1x3x2xf32>
  %r = weft_graph.relu %a : (tensor<1x3x2xf32>) -> tensor<1x3x2xf32>
  %y = weft_graph.quantize %r, %s, %z {axis = 0 : i64} : (tensor<1x3x2xf32>, tensor<f32>, tensor<si8>) -> tensor<1x3x2xsi8>
  return %y : tensor<1x3x2xsi8>
}

// CHECK-LABEL: @attention
// CHECK: weft_graph.qlinear_matmul %arg0, {{.*}}, %arg1,
func.func @attention(%a: tensor<2x3x4xsi8>, %b: tensor<2x4x5xsi8>) -> tensor<2x3x5xsi8> {
  %s = weft_graph.constant dense<0.5> : tensor<f32>
  %z = weft_graph.constant dense<0> : tensor<si8>
  %af = weft_graph.dequantize %a, %s, %z {axis = 0 : i64} : (tensor<2x3x4xsi8>, tensor<f32>, tensor<si8>) -> tensor<2x3x4xf32>
  %bf = weft_graph.dequantize %b, %s, %z {axis = 0 : i64} : (tensor<2x4x5xsi8>, tensor<f32>, tensor<si8>) -> tensor<2x4x5xf32>
  %m = weft_graph.matmul %af, %bf : (tensor<2x3x4xf32>, tensor<2x4x5xf32>) -> tensor<2x3x5xf32>
  %y = weft_graph.quantize %m, %s, %z {axis = 0 : i64} : (tensor<2x3x5xf32>, tensor<f32>, tensor<si8>) -> tensor<2x3x5xsi8>
  return %y : tensor<2x3x5xsi8>
}

// a - b is a + b with a negative scale, where all pairs of codes round alike.
// CHECK-LABEL: @sub
// CHECK-DAG: %[[S:.*]] = weft_graph.constant dense<-2.910000e-02> : tensor<f32>
// CHECK: weft_graph.qlinear_add %arg0, {{.*}}, %arg1, %[[S]],
func.func @sub(%a: tensor<2xsi8>, %b: tensor<2xsi8>) -> tensor<2xsi8> {
  %s = weft_graph.constant dense<0.0473> : tensor<f32>
  %t = weft_graph.constant dense<0.0291> : tensor<f32>
  %u = weft_graph.constant dense<0.0617> : tensor<f32>
  %z = weft_graph.constant dense<1> : tensor<si8>
  %af = weft_graph.dequantize %a, %s, %z {axis = 0 : i64} : (tensor<2xsi8>, tensor<f32>, tensor<si8>) -> tensor<2xf32>
  %bf = weft_graph.dequantize %b, %t, %z {axis = 0 : i64} : (tensor<2xsi8>, tensor<f32>, tensor<si8>) -> tensor<2xf32>
  %c = weft_graph.sub %af, %bf : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %y = weft_graph.quantize %c, %u, %z {axis = 0 : i64} : (tensor<2xf32>, tensor<f32>, tensor<si8>) -> tensor<2xsi8>
  return %y : tensor<2xsi8>
}

// Half of these sums lie in the middle between two codes. Float rounds them to even reals, QLinearAdd to even codes: with
// an odd zero point no scales bring the two together.
// CHECK-LABEL: @mixed_tie
// CHECK-NOT: qlinear_add
// CHECK: weft_graph.add {{.*}} {why_host = "the accelerator's arithmetic does not round it as float does
func.func @mixed_tie(%a: tensor<2xui8>, %b: tensor<2xsi8>) -> tensor<2xsi8> {
  %s = weft_graph.constant dense<0.5> : tensor<f32>
  %t = weft_graph.constant dense<1.0> : tensor<f32>
  %uz = weft_graph.constant dense<128> : tensor<ui8>
  %sz = weft_graph.constant dense<1> : tensor<si8>
  %af = weft_graph.dequantize %a, %s, %uz {axis = 0 : i64} : (tensor<2xui8>, tensor<f32>, tensor<ui8>) -> tensor<2xf32>
  %bf = weft_graph.dequantize %b, %s, %sz {axis = 0 : i64} : (tensor<2xsi8>, tensor<f32>, tensor<si8>) -> tensor<2xf32>
  %c = weft_graph.add %af, %bf : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %y = weft_graph.quantize %c, %t, %sz {axis = 0 : i64} : (tensor<2xf32>, tensor<f32>, tensor<si8>) -> tensor<2xsi8>
  return %y : tensor<2xsi8>
}

// Float weights become int8 over their range, as ONNX Runtime makes them. A float result that is quantised twice is
// computed twice in integers.
// CHECK-LABEL: @float_weights
// CHECK-DAG: %[[W:.*]] = weft_graph.constant dense<{{\[\[\[\[}}-128]]], {{\[\[\[}}127]]]]> : tensor<2x1x1x1xsi8>
// CHECK-DAG: %[[WZ:.*]] = weft_graph.constant dense<-28> : tensor<si8>
// CHECK: weft_graph.qlinear_conv %arg0, {{.*}}, %[[W]], %{{.*}}, %[[WZ]],
// CHECK: weft_graph.qlinear_conv %arg0, {{.*}} rounding =
// CHECK: weft_graph.qlinear_conv %arg0, {{.*}} {clamp_lo = 128
// CHECK-NOT: weft_graph.conv
func.func @float_weights(%x: tensor<1x1x2x2xui8>) -> (tensor<1x2x2x2xui8>, tensor<1x2x2x2xui8>) {
  %none = weft_graph.none
  %s = weft_graph.constant dense<0.5> : tensor<f32>
  %t = weft_graph.constant dense<0.25> : tensor<f32>
  %z = weft_graph.constant dense<128> : tensor<ui8>
  %w = weft_graph.constant dense<[[[[-1.0]]], [[[1.55]]]]> : tensor<2x1x1x1xf32>
  %ws = weft_graph.constant dense<0.5> : tensor<f32>
  %wz = weft_graph.constant dense<0> : tensor<si8>
  %wq = weft_graph.constant dense<[[[[1]]], [[[2]]]]> : tensor<2x1x1x1xsi8>
  %xf = weft_graph.dequantize %x, %s, %z {axis = 0 : i64} : (tensor<1x1x2x2xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x1x2x2xf32>
  %wf = weft_graph.dequantize %wq, %ws, %wz {axis = 0 : i64} : (tensor<2x1x1x1xsi8>, tensor<f32>, tensor<si8>) -> tensor<2x1x1x1xf32>
  %c = weft_graph.conv %xf, %w, %none {kernel_shape = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, group = 1 : i64} : (tensor<1x1x2x2xf32>, tensor<2x1x1x1xf32>, none) -> tensor<1x2x2x2xf32>
  %y = weft_graph.quantize %c, %s, %z {axis = 0 : i64} : (tensor<1x2x2x2xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x2x2x2xui8>
  %d = weft_graph.conv %xf, %wf, %none {kernel_shape = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, group = 1 : i64} : (tensor<1x1x2x2xf32>, tensor<2x1x1x1xf32>, none) -> tensor<1x2x2x2xf32>
  %r = weft_graph.relu %d : (tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %y1 = weft_graph.quantize %d, %s, %z {axis = 0 : i64} : (tensor<1x2x2x2xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x2x2x2xui8>
  %y2 = weft_graph.quantize %r, %t, %z {axis = 0 : i64} : (tensor<1x2x2x2xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x2x2x2xui8>
  %y3 = weft_graph.qlinear_add %y1, %s, %z, %y2, %t, %z, %s, %z : (tensor<1x2x2x2xui8>, tensor<f32>, tensor<ui8>, tensor<1x2x2x2xui8>, tensor<f32>, tensor<ui8>, tensor<f32>, tensor<ui8>) -> tensor<1x2x2x2xui8>
  return %y, %y3 : tensor<1x2x2x2xui8>, tensor<1x2x2x2xui8>
}

// The bias of channel 0 does not fit in units of 1e-12, in which no sum changes the result: 2.0 is code 20 for every
// input. Its weights become nothing, its unit 1/256 of the result's.
// CHECK-LABEL: @dead_channel
// CHECK-DAG: %[[B:.*]] = weft_graph.constant dense<[5120, 100]> : tensor<2xi32>
// CHECK-DAG: %[[W:.*]] = weft_graph.constant dense<{{\[\[}}0, 7], [0, 8]]> : tensor<2x2xsi8>
// CHECK-DAG: %[[S:.*]] = weft_graph.constant dense<[3.906250e-03, 1.000000e-01]> : tensor<2xf32>
// CHECK: weft_graph.qgemm {{.*}}, %[[W]], %[[S]], %{{.*}}, %[[B]],
func.func @dead_channel(%x: tensor<1x2xsi8>) -> tensor<1x2xsi8> {
  %s = weft_graph.constant dense<0.1> : tensor<f32>
  %z = weft_graph.constant dense<0> : tensor<si8>
  %w = weft_graph.constant dense<[[5, 7], [6, 8]]> : tensor<2x2xsi8>
  %ws = weft_graph.constant dense<[1.0e-11, 0.1]> : tensor<2xf32>
  %wz = weft_graph.constant dense<0> : tensor<2xsi8>
  %c = weft_graph.constant dense<[2.0, 1.0]> : tensor<2xf32>
  %xf = weft_graph.dequantize %x, %s, %z {axis = 0 : i64} : (tensor<1x2xsi8>, tensor<f32>, tensor<si8>) -> tensor<1x2xf32>
  %wf = weft_graph.dequantize %w, %ws, %wz {axis = 1 : i64} : (tensor<2x2xsi8>, tensor<2xf32>, tensor<2xsi8>) -> tensor<2x2xf32>
  %g = weft_graph.gemm %xf, %wf, %c {alpha = 1.0 : f32, beta = 1.0 : f32, transA = 0 : i64, transB = 0 : i64} : (tensor<1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %y = weft_graph.quantize %g, %s, %z {axis = 0 : i64} : (tensor<1x2xf32>, tensor<f32>, tensor<si8>) -> tensor<1x2xsi8>
  return %y : tensor<1x2xsi8>
}

// A constant of one element in ONNX Runtime's kernel: a table, 1 * x + 0.5 in units of 0.5.
// CHECK-LABEL: @scalar
// CHECK: weft_graph.constant dense<"0x0103050709
// CHECK: weft_graph.lut8 %arg0
func.func @scalar(%x: tensor<2xui8>) -> tensor<2xui8> {
  %one = weft_graph.constant dense<1.0> : tensor<f32>
  %half = weft_graph.constant dense<0.5> : tensor<f32>
  %z = weft_graph.constant dense<0> : tensor<ui8>
  %c = weft_graph.constant dense<1> : tensor<ui8>
  %xf = weft_graph.dequantize %x, %one, %z {axis = 0 : i64} : (tensor<2xui8>, tensor<f32>, tensor<ui8>) -> tensor<2xf32>
  %cf = weft_graph.dequantize %c, %half, %z {axis = 0 : i64} : (tensor<ui8>, tensor<f32>, tensor<ui8>) -> tensor<f32>
  %a = weft_graph.add %xf, %cf : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  %y = weft_graph.quantize %a, %half, %z {axis = 0 : i64} : (tensor<2xf32>, tensor<f32>, tensor<ui8>) -> tensor<2xui8>
  return %y : tensor<2xui8>
}

// What is wrong with a quantisation is said of the node that it keeps in float; what follows in float names its origin.
// CHECK-LABEL: @reasons
// CHECK: weft_graph.matmul {{.*}} {why_host = "its input has the scale 0; a scale must be positive and finite"}
// CHECK: weft_graph.tanh {{.*}} {why_host = "its result goes to 'product' (MatMul) without a QuantizeLinear in between"}
// CHECK: weft_graph.matmul {{.*}} {why_host = "its input comes from 'tangent' (Tanh) without a QuantizeLinear in between"}
func.func @reasons(%x: tensor<2x2xsi8>) -> (tensor<2x2xsi8>, tensor<2x2xsi8>) {
  %s = weft_graph.constant dense<0.5> : tensor<f32>
  %none = weft_graph.constant dense<0.0> : tensor<f32>
  %z = weft_graph.constant dense<0> : tensor<si8>
  %w = weft_graph.constant dense<1> : tensor<2x2xsi8>
  %a = weft_graph.dequantize %x, %none, %z {axis = 0 : i64} : (tensor<2x2xsi8>, tensor<f32>, tensor<si8>) -> tensor<2x2xf32>
  %b = weft_graph.dequantize %x, %s, %z {axis = 0 : i64} : (tensor<2x2xsi8>, tensor<f32>, tensor<si8>) -> tensor<2x2xf32>
  %wf = weft_graph.dequantize %w, %s, %z {axis = 0 : i64} : (tensor<2x2xsi8>, tensor<f32>, tensor<si8>) -> tensor<2x2xf32>
  %m = weft_graph.matmul %a, %wf : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %y = weft_graph.quantize %m, %s, %z {axis = 0 : i64} : (tensor<2x2xf32>, tensor<f32>, tensor<si8>) -> tensor<2x2xsi8>
  %t = weft_graph.tanh %b : (tensor<2x2xf32>) -> tensor<2x2xf32> loc("tangent")
  %n = weft_graph.matmul %t, %wf : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32> loc("product")
  %q = weft_graph.quantize %n, %s, %z {axis = 0 : i64} : (tensor<2x2xf32>, tensor<f32>, tensor<si8>) -> tensor<2x2xsi8>
  return %y, %q : tensor<2x2xsi8>, tensor<2x2xsi8>
}

// A transposed convolution of stride 2: its four results around each position are channels of a convolution, here by
// (row, column, filter), and views of its result. The taps that no result of a phase meets are the zero point.
// CHECK-LABEL: @transposed
// CHECK-DAG: %[[W:.*]] = weft_graph.constant dense<{{.*}}> : tensor<4x1x2x2xsi8>
// CHECK-DAG: %[[B:.*]] = weft_graph.constant dense<12> : tensor<4xi32>
// CHECK: %[[C:.*]] = weft_graph.qlinear_conv %arg0, {{.*}}, %[[W]], {{.*}}, %[[B]]
// CHECK: weft_graph.reshape %[[C]]
// CHECK: weft_graph.transpose
// CHECK: weft_graph.reshape
// CHECK: weft_graph.slice
func.func @transposed(%x: tensor<1x1x3x3xsi8>) -> tensor<1x1x5x5xsi8> {
  %s = weft_graph.constant dense<0.5> : tensor<f32>
  %z = weft_graph.constant dense<0> : tensor<si8>
  %w = weft_graph.constant dense<[[[[1, 2, 3], [4, 5, 6], [7, 8, 9]]]]> : tensor<1x1x3x3xsi8>
  %b = weft_graph.constant dense<3.0> : tensor<1xf32>
  %xf = weft_graph.dequantize %x, %s, %z {axis = 0 : i64} : (tensor<1x1x3x3xsi8>, tensor<f32>, tensor<si8>) -> tensor<1x1x3x3xf32>
  %wf = weft_graph.dequantize %w, %s, %z {axis = 0 : i64} : (tensor<1x1x3x3xsi8>, tensor<f32>, tensor<si8>) -> tensor<1x1x3x3xf32>
  %c = weft_graph.conv_transpose %xf, %wf, %b {kernel_shape = array<i64: 3, 3>, strides = array<i64: 2, 2>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, output_padding = array<i64: 0, 0>, group = 1 : i64} : (tensor<1x1x3x3xf32>, tensor<1x1x3x3xf32>, tensor<1xf32>) -> tensor<1x1x5x5xf32>
  %y = weft_graph.quantize %c, %s, %z {axis = 0 : i64} : (tensor<1x1x5x5xf32>, tensor<f32>, tensor<si8>) -> tensor<1x1x5x5xsi8>
  return %y : tensor<1x1x5x5xsi8>
}

// The mean over any axes: those become the plane of a global average.
// CHECK-LABEL: @mean
// CHECK: %[[T:.*]] = weft_graph.transpose %arg0 {perm = array<i64: 0, 2, 1>}
// CHECK: %[[P:.*]] = weft_graph.reshape %[[T]], {{.*}} -> tensor<2x4x1x3xsi8>
// CHECK: weft_graph.qlinear_global_average_pool %[[P]], {{.*}} -> tensor<2x4x1x1xsi8>
func.func @mean(%x: tensor<2x3x4xsi8>) -> tensor<2x4xsi8> {
  %s = weft_graph.constant dense<0.5> : tensor<f32>
  %z = weft_graph.constant dense<0> : tensor<si8>
  %axes = weft_graph.constant dense<1> : tensor<1xi64>
  %xf = weft_graph.dequantize %x, %s, %z {axis = 0 : i64} : (tensor<2x3x4xsi8>, tensor<f32>, tensor<si8>) -> tensor<2x3x4xf32>
  %m = weft_graph.reduce_mean %xf, %axes {keepdims = 0 : i64, noop_with_empty_axes = 0 : i64} : (tensor<2x3x4xf32>, tensor<1xi64>) -> tensor<2x4xf32>
  %y = weft_graph.quantize %m, %s, %z {axis = 0 : i64} : (tensor<2x4xf32>, tensor<f32>, tensor<si8>) -> tensor<2x4xsi8>
  return %y : tensor<2x4xsi8>
}
