// A row's way through DEPTH registers, each of which moves when its bit of en_i is set. Without registers, a wire.
module weft_vx_delay #(
  parameter int unsigned WIDTH = 32,
  parameter int unsigned DEPTH = 1
) (
  input  logic                         clk_i,
  input  logic [(DEPTH > 0 ? DEPTH : 1)-1:0] en_i,
  input  logic [WIDTH-1:0]             d_i,
  output logic [WIDTH-1:0]             q_o
);

  if (DEPTH > 0) begin : gen_delay
    logic [WIDTH-1:0] delay_q [DEPTH];

    always_ff @(posedge clk_i) begin
      if (en_i[0]) begin
        delay_q[0] <= d_i;
      end
      for (int unsigned i = 1; i < DEPTH; i++) begin
        if (en_i[i]) begin
          delay_q[i] <= delay_q[i-1];
        end
      end
    end
    assign q_o = delay_q[DEPTH-1];
  end else begin : gen_wire
    assign q_o = d_i;

    logic unused;
    assign unused = &{1'b0, clk_i, en_i};
  end

endmodule
