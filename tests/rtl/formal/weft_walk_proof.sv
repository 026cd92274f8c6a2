// The walk visits every point of the box of its counts once, dimension 0 fastest, and then begins again; each offset is the sum
// of index times stride. In narrow words, of which the block's logic does not know how wide they are.
module weft_walk_proof #(
  parameter int unsigned N = 2,
  parameter int unsigned CW = 2,
  parameter int unsigned OW = 3,
  localparam int unsigned PW = 4 * CW // bits of the number of a point
) (
  input logic              clk_i,
  input logic              begin_i,
  input logic              advance_i,
  input logic [4*CW-1:0]   count_i,
  input logic [4*OW*N-1:0] stride_i
);

  logic              begun_q = 1'b0; // counts and strides are those of the last beginning
  logic [4*CW-1:0]   count_q;
  logic [4*OW*N-1:0] stride_q;
  logic [OW*N-1:0]   offset;
  logic [CW-1:0]     index1;
  logic              last;

  weft_walk #(.N(N), .CW(CW), .OW(OW)) dut (
    .clk_i, .begin_i, .advance_i, .count_i(count_q), .stride_i(stride_q), .offset_o(offset), .index1_o(index1), .last_o(last)
  );

  // The model: the number of the current point, which is the number of advances since the first.
  logic [PW-1:0] point_q, points;

  assign points = PW'(count_q[0 +: CW]) * PW'(count_q[CW +: CW]) * PW'(count_q[2*CW +: CW]) * PW'(count_q[3*CW +: CW]);

  always_ff @(posedge clk_i) begin
    if (begin_i) begin
      begun_q  <= 1'b1;
      count_q  <= count_i;
      stride_q <= stride_i;
      point_q  <= '0;
    end else if (advance_i) begin
      point_q <= point_q + PW'(1) == points ? '0 : point_q + PW'(1);
    end
  end

  logic [4*CW-1:0]   index; // probe dut.index_q
  logic [4*OW*N-1:0] start; // probe dut.offset_q

  logic [PW-1:0] number; // of the point at these indices
  logic [OW-1:0] sum;

  always_comb begin
    for (int unsigned k = 0; k < 4; k++) begin
      assume (!begin_i || count_i[CW*k +: CW] != '0);
    end
    number = '0;
    sum    = '0;
    for (int unsigned k = 4; k > 0; k--) begin
      number = number * PW'(count_q[CW*(k-1) +: CW]) + PW'(index[CW*(k-1) +: CW]);
    end
    if (begun_q) begin
      for (int unsigned k = 0; k < 4; k++) begin
        assert (index[CW*k +: CW] < count_q[CW*k +: CW]);
      end
      assert (point_q == number && index1 == index[CW +: CW]);
      assert (last == (point_q + PW'(1) == points));
      for (int unsigned n = 0; n < N; n++) begin
        sum = '0;
        for (int unsigned k = 4; k > 0; k--) begin
          sum = sum + OW'(index[CW*(k-1) +: CW]) * stride_q[OW*(4*n+k-1) +: OW];
          assert (start[OW*(4*n+k-1) +: OW] == sum); // where the iteration of dimension k - 1 began
        end
        assert (offset[OW*n +: OW] == sum);
      end
    end
  end

endmodule
