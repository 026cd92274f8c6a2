// The vector engine's datapath: the rows of the memories' lines; lanes, LUT, and the delay that makes the way of a row
// VX_PIPELINE cycles long (LENGTH cycles are work); wide lanes, beside them, with a way of VX_FLOAT_PIPELINE cycles. An
// instruction is alone in it, so its configuration travels with no stage.
module weft_vx_datapath #(
  localparam int unsigned COLS = weft_params_pkg::ARRAY_COLS,
  localparam int unsigned LB = weft_params_pkg::LINE_BYTES
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  weft_pkg::vector_op_t     op_i,
  input  logic                     begin_i,            // an instruction starts
  // What is granted in t; its data arrive in t + 1.
  input  logic                     got_a_i,            // operand A of a tap, from the scratchpad
  input  logic                     got_b_i,
  input  logic                     got_acc_i,
  input  logic                     got_table_i,
  input  logic                     got_parameter_i,
  input  logic [6:0]               got_row_i,          // number of the row of LUT or parameters
  input  logic [$clog2(LB)-1:0]    place_a_i,          // of the row in its line
  input  logic [$clog2(LB)-1:0]    place_b_i,
  input  logic [8*LB-1:0]          line_a_i,           // data
  input  logic [8*LB-1:0]          line_b_i,
  input  logic [32*COLS-1:0]       acc_i,
  // Taps that are issued in t.
  input  logic                     issue_i,
  input  logic                     issue_last_i,       // the last one of a row
  // Rows.
  output logic                     write_o,            // the last tap was issued as many cycles ago
  output logic [8*COLS-1:0]        result_o
);

  localparam int unsigned PIPELINE = weft_isa_pkg::VX_PIPELINE;
  localparam int unsigned LENGTH = 16;           // lanes 14, LUT 1; the next cycle writes
  localparam int unsigned WIDE_PIPELINE = weft_isa_pkg::VX_FLOAT_PIPELINE;
  localparam int unsigned WIDE_LENGTH = 19;      // wide lanes 18
  localparam int unsigned LONGEST = PIPELINE > WIDE_PIPELINE ? PIPELINE : WIDE_PIPELINE;
  localparam int unsigned TABLE_ROWS = weft_isa_pkg::LUT_ENTRIES / COLS;
  localparam int unsigned TW = TABLE_ROWS > 1 ? $clog2(TABLE_ROWS) : 1;
  localparam int unsigned WORD_ROWS = 4;         // rows of biases, and of scales: COLS words of 4 bytes
  localparam int unsigned WORDS = COLS / 4;      // of a row

  if (PIPELINE < LENGTH || WIDE_PIPELINE < WIDE_LENGTH) begin : gen_too_short
    $error("VX_PIPELINE or VX_FLOAT_PIPELINE is less than the length of the vector engine's pipeline");
  end

  // --- What is under way ---------------------------------------------------------------------------------------------

  logic [LONGEST:1]  row_q;             // k: the last tap of a row was issued k cycles ago
  logic [LENGTH:3]   lane_row;          // the same if lanes and LUT work
  logic [2:1]        tap_q, first_q;    // k: a tap, and whether it is the first of its row
  logic              next_is_first_q;
  logic              data_a_q, data_b_q, data_acc_q, data_table_q, data_parameter_q;
  logic [6:0]        data_row_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      row_q            <= '0;
      tap_q            <= '0;
      data_a_q         <= 1'b0;
      data_b_q         <= 1'b0;
      data_acc_q       <= 1'b0;
      data_table_q     <= 1'b0;
      data_parameter_q <= 1'b0;
    end else begin
      // The rows of an instruction before, if its way was shorter, are not this one's.
      row_q            <= begin_i ? '0 : {row_q[LONGEST-1:1], issue_last_i};
      tap_q            <= {tap_q[1], issue_i};
      data_a_q         <= got_a_i;
      data_b_q         <= got_b_i;
      data_acc_q       <= got_acc_i;
      data_table_q     <= got_table_i;
      data_parameter_q <= got_parameter_i;
    end
  end

  always_ff @(posedge clk_i) begin
    if (begin_i) begin
      next_is_first_q <= 1'b1;
    end else if (issue_i) begin
      next_is_first_q <= issue_last_i;
    end
    first_q    <= {first_q[1], next_is_first_q};
    data_row_q <= got_row_i;
  end

  logic wide; // the wide lanes' instruction

  assign write_o  = wide ? row_q[WIDE_PIPELINE] : row_q[PIPELINE];
  assign lane_row = row_q[LENGTH:3] & {LENGTH-2{!wide}};

  logic [8*COLS-1:0] row_a, row_b;

  if (LB > COLS) begin : gen_place
    localparam int unsigned CB = $clog2(COLS);
    localparam int unsigned PB = $clog2(LB) - CB;
    logic [PB-1:0] place_a_q, place_b_q;

    always_ff @(posedge clk_i) begin
      place_a_q <= place_a_i[CB +: PB];
      place_b_q <= place_b_i[CB +: PB];
    end
    assign row_a = line_a_i[8*COLS*place_a_q +: 8*COLS];
    assign row_b = line_b_i[8*COLS*place_b_q +: 8*COLS];
  end else begin : gen_whole
    assign row_a = line_a_i;
    assign row_b = line_b_i;
  end

  // --- Lanes ---------------------------------------------------------------------------------------------------------

  logic        parameters, accumulator_a, signed_a, signed_b, product, maximum, is_float, multiply, fma, swap, lut;
  logic [8:0]  za, zb, zo1;
  logic [10:0] lo1, hi1, lo2, hi2;
  logic [31:0] x1, z1, x2;

  weft_vx_config u_config (
    .op_i            (op_i),
    .parameters_o    (parameters),
    .accumulator_a_o (accumulator_a),
    .signed_a_o      (signed_a),
    .signed_b_o      (signed_b),
    .za_o            (za),
    .zb_o            (zb),
    .product_o       (product),
    .maximum_o       (maximum),
    .float_o         (is_float),
    .multiply_o      (multiply),
    .lo1_o           (lo1),
    .hi1_o           (hi1),
    .zo1_o           (zo1),
    .fma_o           (fma),
    .swap_o          (swap),
    .x1_o            (x1),
    .z1_o            (z1),
    .x2_o            (x2),
    .lo2_o           (lo2),
    .hi2_o           (hi2),
    .lut_o           (lut),
    .wide_o          (wide)
  );

  logic [8*COLS-1:0] lane_result, lut_result;

  for (genvar c = 0; c < COLS; c++) begin : gen_lane
    logic take_bias, take_scale;
    assign take_bias  = data_parameter_q && !wide && data_row_q == 7'(c / WORDS);
    assign take_scale = data_parameter_q && !wide && data_row_q == 7'(WORD_ROWS + c / WORDS);

    weft_lane u_lane (
      .clk_i,
      .take_a_i        (data_a_q && !wide),
      .take_b_i        (data_b_q && !wide),
      .take_acc_i      (data_acc_q),
      .take_bias_i     (take_bias),
      .take_scale_i    (take_scale),
      .a_i             (row_a[8*c +: 8]),
      .b_i             (row_b[8*c +: 8]),
      .acc_i           (acc_i[32*c +: 32]),
      .parameter_i     (row_a[32*(c % WORDS) +: 32]),
      .tap_i           (tap_q[2] && !wide),
      .first_i         (first_q[2]),
      .row_i           (lane_row[14:3]),
      .parameters_i    (parameters),
      .accumulator_a_i (accumulator_a),
      .signed_a_i      (signed_a),
      .signed_b_i      (signed_b),
      .za_i            (za),
      .zb_i            (zb),
      .product_i       (product),
      .maximum_i       (maximum),
      .float_i         (is_float),
      .multiply_i      (multiply),
      .lo1_i           (lo1),
      .hi1_i           (hi1),
      .zo1_i           (zo1),
      .fma_i           (fma),
      .swap_i          (swap),
      .ra_i            (op_i.ra),
      .x1_i            (x1),
      .z1_i            (z1),
      .x2_i            (x2),
      .lo2_i           (lo2),
      .hi2_i           (hi2),
      .result_o        (lane_result[8*c +: 8])
    );
  end

  weft_vx_lut u_lut (
    .clk_i,
    .write_i  (data_table_q),
    .word_i   (data_row_q[TW-1:0]),
    .data_i   (row_a),
    .en_i     (lane_row[LENGTH-1]),
    .lookup_i (lut),
    .index_i  (lane_result),
    .data_o   (lut_result)
  );

  // Enables of the delays' registers; where there is none, one bit that nothing reads.
  localparam int unsigned DELAY = PIPELINE - LENGTH;
  localparam int unsigned WIDE_DELAY = WIDE_PIPELINE - WIDE_LENGTH;

  logic [8*COLS-1:0] narrow_result;

  weft_vx_delay #(.WIDTH(8 * COLS), .DEPTH(DELAY)) u_delay (
    .clk_i,
    .en_i (row_q[LENGTH +: (DELAY > 0 ? DELAY : 1)] & {(DELAY > 0 ? DELAY : 1){!wide}}),
    .d_i  (lut_result),
    .q_o  (narrow_result)
  );

  // --- Wide lanes ----------------------------------------------------------------------------------------------------

  logic              from_int, to_int, compare, smaller, w_is_b, z_is_b, z_is_d, special, is_exp, is_rcp, is_rsq, is_tanh;
  logic [31:0]       w, z;
  logic [8*COLS-1:0] lane_words, wide_result;

  weft_vx_wide_config u_wide_config (
    .op_i       (op_i),
    .from_int_o (from_int),
    .to_int_o   (to_int),
    .compare_o  (compare),
    .smaller_o  (smaller),
    .w_is_b_o   (w_is_b),
    .z_is_b_o   (z_is_b),
    .z_is_d_o   (z_is_d),
    .w_o        (w),
    .z_o        (z),
    .special_o  (special),
    .exp_o      (is_exp),
    .rcp_o      (is_rcp),
    .rsq_o      (is_rsq),
    .tanh_o     (is_tanh)
  );

  for (genvar c = 0; c < WORDS; c++) begin : gen_wide_lane
    weft_wide_lane u_lane (
      .clk_i,
      .take_a_i   (data_a_q && wide),
      .take_b_i   (data_b_q && wide),
      .take_d_i   (data_parameter_q && wide),
      .a_i        (row_a[32*c +: 32]),
      .b_i        (row_b[32*c +: 32]),
      .row_i      (row_q[18:2] & {17{wide}}),
      .from_int_i (from_int),
      .to_int_i   (to_int),
      .compare_i  (compare),
      .smaller_i  (smaller),
      .w_is_b_i   (w_is_b),
      .z_is_b_i   (z_is_b),
      .z_is_d_i   (z_is_d),
      .w_i        (w),
      .z_i        (z),
      .special_i  (special),
      .exp_i      (is_exp),
      .rcp_i      (is_rcp),
      .rsq_i      (is_rsq),
      .tanh_i     (is_tanh),
      .result_o   (lane_words[32*c +: 32])
    );
  end

  weft_vx_delay #(.WIDTH(8 * COLS), .DEPTH(WIDE_DELAY)) u_wide_delay (
    .clk_i,
    .en_i (row_q[WIDE_LENGTH +: (WIDE_DELAY > 0 ? WIDE_DELAY : 1)] & {(WIDE_DELAY > 0 ? WIDE_DELAY : 1){wide}}),
    .d_i  (lane_words),
    .q_o  (wide_result)
  );

  assign result_o = wide ? wide_result : narrow_result;

  // What only the control needs of an instruction, and of the place of a row the bytes within it.
  logic unused;
  assign unused = &{1'b0, op_i, place_a_i, place_b_i};

endmodule
