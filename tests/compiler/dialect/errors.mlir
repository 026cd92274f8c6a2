// What the verifier refuses, and in which words.
// RUN: weft-opt %s -split-input-file -verify-diagnostics

func.func @conv_channels(%x: tensor<1x3x8x8xf32>, %w: tensor<4x4x3x3xf32>) -> tensor<1x4x6x6xf32> {
  %none = weft_graph.none
  // expected-error @+1 {{w must have 3 input channels per group, but has 4}}
  %y = weft_graph.conv %x, %w, %none {kernel_shape = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, group = 1 : i64} : (tensor<1x3x8x8xf32>, tensor<4x4x3x3xf32>, none) -> tensor<1x4x6x6xf32>
  return %y : tensor<1x4x6x6xf32>
}

// -----

func.func @conv_window(%x: tensor<1x3x2x2xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x4x1x1xf32> {
  %none = weft_graph.none
  // expected-error @+1 {{window of 3 does not fit into the padded input of 2 along spatial axis 0}}
  %y = weft_graph.conv %x, %w, %none {kernel_shape = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, group = 1 : i64} : (tensor<1x3x2x2xf32>, tensor<4x3x3x3xf32>, none) -> tensor<1x4x1x1xf32>
  return %y : tensor<1x4x1x1xf32>
}

// -----

func.func @wrong_result(%x: tensor<2x3xf32>) -> tensor<3x2xf32> {
  // expected-error @+1 {{result type must be 'tensor<2x3xf32>', as operands and attributes imply, but is 'tensor<3x2xf32>'}}
  %y = weft_graph.relu %x : (tensor<2x3xf32>) -> tensor<3x2xf32>
  return %y : tensor<3x2xf32>
}

// -----

func.func @float_only(%x: tensor<2x3xsi8>) -> tensor<2x3xsi8> {
  // expected-error @+1 {{operand #0 must be statically shaped tensor}}
  %y = weft_graph.relu %x : (tensor<2x3xsi8>) -> tensor<2x3xsi8>
  return %y : tensor<2x3xsi8>
}

// -----

func.func @broadcast(%a: tensor<2x3xf32>, %b: tensor<2x4xf32>) -> tensor<2x3xf32> {
  // expected-error @+1 {{shapes of 'tensor<2x3xf32>' and 'tensor<2x4xf32>' do not broadcast}}
  %y = weft_graph.add %a, %b : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// -----

func.func @reshape_count(%x: tensor<2x3xf32>) -> tensor<7xf32> {
  %s = weft_graph.constant dense<7> : tensor<1xi64>
  // expected-error @+1 {{cannot give 'tensor<2x3xf32>' a shape of 7 elements}}
  %y = weft_graph.reshape %x, %s : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<7xf32>
  return %y : tensor<7xf32>
}

// -----

func.func @reshape_dynamic(%x: tensor<2x3xf32>, %s: tensor<1xi64>) -> tensor<6xf32> {
  // expected-error @+1 {{shape must be a constant}}
  %y = weft_graph.reshape %x, %s : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<6xf32>
  return %y : tensor<6xf32>
}

// -----

func.func @permutation(%x: tensor<2x3xf32>) -> tensor<3x2xf32> {
  // expected-error @+1 {{perm must be a permutation of 0..1}}
  %y = weft_graph.transpose %x {perm = array<i64: 1, 1>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  return %y : tensor<3x2xf32>
}

// -----

func.func @zero_point_type(%x: tensor<2xui8>, %s: tensor<f32>, %z: tensor<si8>) -> tensor<2xf32> {
  // expected-error @+1 {{x and zero_point must have the same element type, but have 'ui8' and 'si8'}}
  %y = weft_graph.dequantize %x, %s, %z {axis = 0 : i64} : (tensor<2xui8>, tensor<f32>, tensor<si8>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// -----

func.func @scales(%x: tensor<2x3xf32>, %s: tensor<2xf32>, %z: tensor<2xui8>) -> tensor<2x3xui8> {
  // expected-error @+1 {{scale and zero point must both have 1 or 3 elements}}
  %y = weft_graph.quantize %x, %s, %z {axis = 1 : i64} : (tensor<2x3xf32>, tensor<2xf32>, tensor<2xui8>) -> tensor<2x3xui8>
  return %y : tensor<2x3xui8>
}

// -----

func.func @table(%x: tensor<2xui8>, %t: tensor<255xui8>) -> tensor<2xui8> {
  // expected-error @+1 {{table must have shape [256], but is 'tensor<255xui8>'}}
  %y = weft_graph.lut8 %x, %t : (tensor<2xui8>, tensor<255xui8>) -> tensor<2xui8>
  return %y : tensor<2xui8>
}

// -----

func.func @clamp(%x: tensor<1x1x2x2xui8>, %s: tensor<f32>, %z: tensor<ui8>) -> tensor<1x1x1x1xui8> {
  // expected-error @+1 {{clamp_lo and clamp_hi must be an interval in [0, 255], but are -1 and 255}}
  %y = weft_graph.qlinear_global_average_pool %x, %s, %z, %s, %z {clamp_lo = -1 : i64} : (tensor<1x1x2x2xui8>, tensor<f32>, tensor<ui8>, tensor<f32>, tensor<ui8>) -> tensor<1x1x1x1xui8>
  return %y : tensor<1x1x1x1xui8>
}
