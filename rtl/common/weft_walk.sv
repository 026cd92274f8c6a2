// Four nested loops, dimension 0 fastest, that move N offsets: the affine walk of isa/docs/manual.md. No multiplier: each
// dimension keeps the offsets at which its current iteration began.
module weft_walk #(
  parameter int unsigned N = 1,
  parameter int unsigned CW = 16, // bits of a count
  parameter int unsigned OW = 32  // bits of an offset
) (
  input  logic              clk_i,
  input  logic              begin_i,    // to the first point, from the next cycle on
  input  logic              advance_i,  // to the next point, from the next cycle on; after the last comes the first
  input  logic [4*CW-1:0]   count_i,    // CW bits for each dimension, dimension 0 lowest: 1 to 2^CW - 1
  input  logic [4*OW*N-1:0] stride_i,   // of offset n, dimension k: OW bits from OW * (4 * n + k) on
  output logic [OW*N-1:0]   offset_o,   // of the current point, modulo 2^OW
  output logic [CW-1:0]     index1_o,   // of dimension 1
  output logic              last_o      // the current point is the last one
);

  logic [4*CW-1:0]   index_q;
  logic [4*OW*N-1:0] offset_q, offset_d; // at the beginning of the current iteration of dimension k
  logic [3:0]        wraps;              // the dimension and all below it are at their end
  logic [3:0]        steps;              // the dimension goes on to its next iteration

  always_comb begin
    wraps = '0;
    steps = '0;
    wraps[0] = index_q[0 +: CW] + CW'(1) == count_i[0 +: CW];
    steps[0] = !wraps[0];
    for (int unsigned k = 1; k < 4; k++) begin
      wraps[k] = wraps[k-1] && index_q[CW*k +: CW] + CW'(1) == count_i[CW*k +: CW];
      steps[k] = wraps[k-1] && !wraps[k];
    end
  end

  always_ff @(posedge clk_i) begin
    for (int unsigned k = 0; k < 4; k++) begin
      if (begin_i || (advance_i && wraps[k])) begin
        index_q[CW*k +: CW] <= CW'(0);
      end else if (advance_i && steps[k]) begin
        index_q[CW*k +: CW] <= index_q[CW*k +: CW] + CW'(1);
      end
    end
  end

  // The dimension that steps adds its stride; all below it begin anew from there.
  always_comb begin
    offset_d = offset_q;
    for (int unsigned n = 0; n < N; n++) begin
      for (int unsigned k = 0; k < 4; k++) begin
        if (steps[k]) begin
          for (int unsigned j = 0; j <= k; j++) begin
            offset_d[OW*(4*n + j) +: OW] = offset_q[OW*(4*n + k) +: OW] + stride_i[OW*(4*n + k) +: OW];
          end
        end
      end
    end
    if (begin_i || last_o) begin
      offset_d = '0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (begin_i || advance_i) begin
      offset_q <= offset_d;
    end
  end

  for (genvar n = 0; n < N; n++) begin : gen_offset
    assign offset_o[OW*n +: OW] = offset_q[4*OW*n +: OW];
  end
  assign index1_o = index_q[CW +: CW];
  assign last_o   = wraps[3];

endmodule
