// Systolic array, weight-stationary: R x C processing elements, element (k, c) holds weight k of output channel c. With
// the skew at its edges (isa/docs/timing.md, section 8):
//
//              weights: row by row, column c is c cycles later
//                       |        |        |
//   activation 0 ---- (0,0) -- (0,1) -- (0,2)
//   activation 1 -[1]- (1,0) -- (1,1) -- (1,2)     activation k enters k cycles later
//   activation 2 -[2]- (2,0) -- (2,1) -- (2,2)
//                       |        |        |
//                      [2]      [1]       |        sum c waits C - 1 - c cycles for the others
//
// What enters in u meets PE (k, c) in u + k + c, and its sums are there in u + R + C - 1. A swap that enters in u makes
// the activation row that enters in u the first one that meets the new weights. Row k of the next tile may enter in
// u + k at the earliest (PE (k, c) reads the old shadow in the cycle in which it is loaded), and a swap in the cycle
// after the tile's last row at the earliest: the loader is slower than both.
module weft_array #(
  localparam int unsigned R = weft_params_pkg::ARRAY_ROWS,
  localparam int unsigned C = weft_params_pkg::ARRAY_COLS
) (
  input  logic            clk_i,
  input  logic            en_i,     // something is in the array, or enters
  input  logic [10*R-1:0] act_i,    // a row of activations; element k in [10*k +: 10]
  input  logic            swap_i,
  input  logic [R-1:0]    load_i,   // the row of the tile that weight_i is: one-hot, or none
  input  logic [10*C-1:0] weight_i,
  output logic [32*C-1:0] sum_o
);

  // Load enables and weights on their way from column to column.
  for (genvar c = 0; c < C; c++) begin : g_weight
    logic [R-1:0] load;
    logic [9:0]   weight;
    if (c == 0) begin : g_first
      assign load = load_i;
    end else begin : g_next
      weft_mx_delay #(.WIDTH(R), .DEPTH(1)) u_load (.clk_i, .en_i, .data_i(g_weight[c-1].load), .data_o(load));
    end
    weft_mx_delay #(.WIDTH(10), .DEPTH(c)) u_weight (.clk_i, .en_i, .data_i(weight_i[10*c +: 10]), .data_o(weight));
  end

  for (genvar k = 0; k < R; k++) begin : g_row
    logic [9:0] act;
    logic       swap;
    weft_mx_delay #(.WIDTH(10), .DEPTH(k)) u_act (.clk_i, .en_i, .data_i(act_i[10*k +: 10]), .data_o(act));
    if (k == 0) begin : g_first
      assign swap = swap_i;
    end else begin : g_next
      weft_mx_delay #(.WIDTH(1), .DEPTH(1)) u_swap (.clk_i, .en_i, .data_i(g_row[k-1].swap), .data_o(swap));
    end

    for (genvar c = 0; c < C; c++) begin : g_col
      logic [9:0]  act_in;
      logic        swap_in;
      logic [31:0] psum_in, psum_out;
      /* verilator lint_off UNUSEDSIGNAL */ // of the last column
      logic [9:0]  act_out;
      logic        swap_out;
      /* verilator lint_on UNUSEDSIGNAL */

      if (c == 0) begin : g_left
        assign act_in  = act;
        assign swap_in = swap;
      end else begin : g_inner
        assign act_in  = g_row[k].g_col[c-1].act_out;
        assign swap_in = g_row[k].g_col[c-1].swap_out;
      end
      if (k == 0) begin : g_top
        assign psum_in = 32'd0;
      end else begin : g_below
        assign psum_in = g_row[k-1].g_col[c].psum_out;
      end

      weft_pe_int8 u_pe (
        .clk_i,
        .en_i,
        .act_i   (act_in),
        .swap_i  (swap_in),
        .act_o   (act_out),
        .swap_o  (swap_out),
        .psum_i  (psum_in),
        .psum_o  (psum_out),
        .load_i  (g_weight[c].load[k]),
        .weight_i(g_weight[c].weight)
      );
    end
  end

  for (genvar c = 0; c < C; c++) begin : g_sum
    weft_mx_delay #(.WIDTH(32), .DEPTH(C - 1 - c)) u_sum (
      .clk_i, .en_i, .data_i(g_row[R-1].g_col[c].psum_out), .data_o(sum_o[32*c +: 32]));
  end

endmodule
