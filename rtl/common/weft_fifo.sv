// First in, first out, of flip-flops. What is pushed in a cycle can be popped from the next one on. Any depth.
module weft_fifo #(
  parameter int unsigned WIDTH = 8,
  parameter int unsigned DEPTH = 4,
  localparam int unsigned PW = DEPTH > 1 ? $clog2(DEPTH) : 1, // position
  localparam int unsigned CW = $clog2(DEPTH + 1)              // count
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             push_i,  // ignored if full
  input  logic [WIDTH-1:0] data_i,
  input  logic             pop_i,   // ignored if empty
  output logic [WIDTH-1:0] data_o,  // the oldest; meaningless if empty
  output logic             empty_o,
  output logic             full_o
);

  logic [WIDTH-1:0] mem [DEPTH];
  logic [PW-1:0]    head_q, tail_q;
  logic [CW-1:0]    count_q;
  logic             push, pop;

  assign empty_o = count_q == '0;
  assign full_o  = count_q == CW'(DEPTH);
  assign data_o  = mem[head_q];
  assign push    = push_i && !full_o;
  assign pop     = pop_i && !empty_o;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      head_q  <= '0;
      tail_q  <= '0;
      count_q <= '0;
    end else begin
      if (push) begin
        tail_q <= tail_q == PW'(DEPTH - 1) ? '0 : tail_q + PW'(1);
      end
      if (pop) begin
        head_q <= head_q == PW'(DEPTH - 1) ? '0 : head_q + PW'(1);
      end
      if (push && !pop) begin
        count_q <= count_q + CW'(1);
      end else if (pop && !push) begin
        count_q <= count_q - CW'(1);
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (push) begin
      mem[tail_q] <= data_i;
    end
  end

endmodule
