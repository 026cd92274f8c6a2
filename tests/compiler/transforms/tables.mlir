// RUN: weft-opt %s -pass-pipeline='builtin.module(func.func(weft-unary-to-lut,weft-fold-clamp,canonicalize))' | FileCheck %s

// x = code * 1: HardSigmoid(0.25, 0.5) in units of 1/256 is 64 code + 128, saturated. Byte order: 0, 1, ... -1.
// CHECK-LABEL: @hard_sigmoid
// CHECK: weft_graph.constant dense<"0x80C0FFFF{{[0F]*}}0040"> : tensor<256xui8>
// CHECK: weft_graph.lut8
func.func @hard_sigmoid(%x: tensor<4xsi8>) -> tensor<4xui8> {
  %s = weft_graph.constant dense<1.0> : tensor<f32>
  %z = weft_graph.constant dense<0> : tensor<si8>
  %ys = weft_graph.constant dense<0.00390625> : tensor<f32>
  %yz = weft_graph.constant dense<0> : tensor<ui8>
  %f = weft_graph.dequantize %x, %s, %z {axis = 0 : i64} : (tensor<4xsi8>, tensor<f32>, tensor<si8>) -> tensor<4xf32>
  %h = weft_graph.hard_sigmoid %f {alpha = 0.25 : f32, beta = 0.5 : f32} : (tensor<4xf32>) -> tensor<4xf32>
  %y = weft_graph.quantize %h, %ys, %yz {axis = 0 : i64} : (tensor<4xf32>, tensor<f32>, tensor<ui8>) -> tensor<4xui8>
  return %y : tensor<4xui8>
}

// Several operators of one tensor are one table.
// CHECK-LABEL: @expression
// CHECK-COUNT-1: weft_graph.lut8
// CHECK-NEXT: return
func.func @expression(%x: tensor<4xsi8>) -> tensor<4xsi8> {
  %s = weft_graph.constant dense<0.05> : tensor<f32>
  %z = weft_graph.constant dense<0> : tensor<si8>
  %f = weft_graph.dequantize %x, %s, %z {axis = 0 : i64} : (tensor<4xsi8>, tensor<f32>, tensor<si8>) -> tensor<4xf32>
  %h = weft_graph.sigmoid %f : (tensor<4xf32>) -> tensor<4xf32>
  %m = weft_graph.mul %f, %h : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %y = weft_graph.quantize %m, %s, %z {axis = 0 : i64} : (tensor<4xf32>, tensor<f32>, tensor<si8>) -> tensor<4xsi8>
  return %y : tensor<4xsi8>
}

// Two tensors are not one.
// CHECK-LABEL: @two_tensors
// CHECK-NOT: weft_graph.lut8
// CHECK: return
func.func @two_tensors(%x: tensor<4xsi8>, %w: tensor<4xsi8>) -> tensor<4xsi8> {
  %s = weft_graph.constant dense<0.05> : tensor<f32>
  %z = weft_graph.constant dense<0> : tensor<si8>
  %f = weft_graph.dequantize %x, %s, %z {axis = 0 : i64} : (tensor<4xsi8>, tensor<f32>, tensor<si8>) -> tensor<4xf32>
  %g = weft_graph.dequantize %w, %s, %z {axis = 0 : i64} : (tensor<4xsi8>, tensor<f32>, tensor<si8>) -> tensor<4xf32>
  %m = weft_graph.mul %f, %g : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %y = weft_graph.quantize %m, %s, %z {axis = 0 : i64} : (tensor<4xf32>, tensor<f32>, tensor<si8>) -> tensor<4xsi8>
  return %y : tensor<4xsi8>
}

// Relu after an integer operator of the same quantisation is its clamp.
// CHECK-LABEL: @relu
// CHECK: %[[A:.*]] = weft_graph.qlinear_add {{.*}} {clamp_lo = 7 : i64}
// CHECK-NEXT: return %[[A]]
func.func @relu(%x: tensor<4xsi8>) -> tensor<4xsi8> {
  %s = weft_graph.constant dense<0.05> : tensor<f32>
  %z = weft_graph.constant dense<7> : tensor<si8>
  %a = weft_graph.qlinear_add %x, %s, %z, %x, %s, %z, %s, %z : (tensor<4xsi8>, tensor<f32>, tensor<si8>, tensor<4xsi8>, tensor<f32>, tensor<si8>, tensor<f32>, tensor<si8>) -> tensor<4xsi8>
  %f = weft_graph.dequantize %a, %s, %z {axis = 0 : i64} : (tensor<4xsi8>, tensor<f32>, tensor<si8>) -> tensor<4xf32>
  %r = weft_graph.relu %f : (tensor<4xf32>) -> tensor<4xf32>
  %y = weft_graph.quantize %r, %s, %z {axis = 0 : i64} : (tensor<4xf32>, tensor<f32>, tensor<si8>) -> tensor<4xsi8>
  return %y : tensor<4xsi8>
}

// si8 -> ui8 on one grid after a Gemm, behind a Reshape: the Gemm gives ui8.
// CHECK-LABEL: @regrid
// CHECK-DAG: %[[Z:.*]] = weft_graph.constant dense<138> : tensor<ui8>
// CHECK: %[[G:.*]] = weft_graph.qgemm {{.*}}, %[[Z]] {{.*}}clamp_lo = 133 : i64{{.*}} -> tensor<2x2xui8>
// CHECK-NEXT: %[[R:.*]] = weft_graph.reshape %[[G]]
// CHECK-NEXT: return %[[R]]
func.func @regrid(%x: tensor<2x2xsi8>, %w: tensor<2x2xsi8>) -> tensor<4xui8> {
  %none = weft_graph.none
  %s = weft_graph.constant dense<0.05> : tensor<f32>
  %z = weft_graph.constant dense<10> : tensor<si8>
  %u = weft_graph.constant dense<138> : tensor<ui8>
  %four = weft_graph.constant dense<4> : tensor<1xi64>
  %g = weft_graph.qgemm %x, %s, %z, %w, %s, %z, %none, %s, %z {alpha = 1.0 : f32, transA = 0 : i64, transB = 0 : i64, clamp_lo = 5 : i64} : (tensor<2x2xsi8>, tensor<f32>, tensor<si8>, tensor<2x2xsi8>, tensor<f32>, tensor<si8>, none, tensor<f32>, tensor<si8>) -> tensor<2x2xsi8>
  %r = weft_graph.reshape %g, %four : (tensor<2x2xsi8>, tensor<1xi64>) -> tensor<4xsi8>
  %f = weft_graph.dequantize %r, %s, %z {axis = 0 : i64} : (tensor<4xsi8>, tensor<f32>, tensor<si8>) -> tensor<4xf32>
  %y = weft_graph.quantize %f, %s, %u {axis = 0 : i64} : (tensor<4xf32>, tensor<f32>, tensor<ui8>) -> tensor<4xui8>
  return %y : tensor<4xui8>
}

// A constant may be quantised, too, and may be any shape as long as its elements are equal: (x - 1) / 2 in units of 1.
// CHECK-LABEL: @constants
// CHECK: weft_graph.constant dense<"0x{{[0-9A-F]*}}"> : tensor<256xsi8>
// CHECK: weft_graph.lut8 %arg0
// CHECK-NEXT: return
func.func @constants(%x: tensor<4xsi8>) -> tensor<4xsi8> {
  %s = weft_graph.constant dense<1.0> : tensor<f32>
  %half = weft_graph.constant dense<0.5> : tensor<f32>
  %z = weft_graph.constant dense<0> : tensor<si8>
  %two = weft_graph.constant dense<2> : tensor<4xsi8>
  %d = weft_graph.constant dense<2.0> : tensor<1xf32>
  %f = weft_graph.dequantize %x, %s, %z {axis = 0 : i64} : (tensor<4xsi8>, tensor<f32>, tensor<si8>) -> tensor<4xf32>
  %c = weft_graph.dequantize %two, %half, %z {axis = 0 : i64} : (tensor<4xsi8>, tensor<f32>, tensor<si8>) -> tensor<4xf32>
  %m = weft_graph.sub %f, %c : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %h = weft_graph.div %m, %d : (tensor<4xf32>, tensor<1xf32>) -> tensor<4xf32>
  %y = weft_graph.quantize %h, %s, %z {axis = 0 : i64} : (tensor<4xf32>, tensor<f32>, tensor<si8>) -> tensor<4xsi8>
  return %y : tensor<4xsi8>
}

// The table leaves nothing of the clamp before it: its bounds are the new ones alone.
// CHECK-LABEL: @clamp_at_top
// CHECK: weft_graph.qlinear_add {{.*}} {clamp_hi = 0 : i64} :
// CHECK-NEXT: return
func.func @clamp_at_top(%x: tensor<4xui8>) -> tensor<4xui8> {
  %s = weft_graph.constant dense<0.05> : tensor<f32>
  %top = weft_graph.constant dense<255> : tensor<ui8>
  %z = weft_graph.constant dense<0> : tensor<ui8>
  %lo = weft_graph.constant dense<0.0> : tensor<f32>
  %hi = weft_graph.constant dense<2.0> : tensor<f32>
  %a = weft_graph.qlinear_add %x, %s, %z, %x, %s, %z, %s, %top {clamp_lo = 255 : i64} : (tensor<4xui8>, tensor<f32>, tensor<ui8>, tensor<4xui8>, tensor<f32>, tensor<ui8>, tensor<f32>, tensor<ui8>) -> tensor<4xui8>
  %f = weft_graph.dequantize %a, %s, %top {axis = 0 : i64} : (tensor<4xui8>, tensor<f32>, tensor<ui8>) -> tensor<4xf32>
  %r = weft_graph.clip %f, %lo, %hi : (tensor<4xf32>, tensor<f32>, tensor<f32>) -> tensor<4xf32>
  %y = weft_graph.quantize %r, %s, %z {axis = 0 : i64} : (tensor<4xf32>, tensor<f32>, tensor<ui8>) -> tensor<4xui8>
  return %y : tensor<4xui8>
}
