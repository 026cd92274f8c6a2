// One semaphore, counted: it gains one for each unit that signals it and loses one for each that takes it.
module weft_semaphore_model #(
  localparam int unsigned UNITS = 5
) (
  input  logic               clk_i,
  input  logic               running_i,
  input  logic [4:0]         number_i,
  input  logic [5*UNITS-1:0] w0_i,
  input  logic [5*UNITS-1:0] w1_i,
  input  logic [UNITS-1:0]   take_i,
  input  logic [UNITS-1:0]   signal_i,
  input  logic [5*UNITS-1:0] s0_i,
  input  logic [5*UNITS-1:0] s1_i,
  output logic [15:0]        count_o,
  output logic               above_o, // its count leaves the range in this cycle
  output logic               below_o,
  output logic [UNITS-1:0]   blamed_o // units that push it there
);

  logic        [UNITS-1:0] takes, signals;
  logic signed [15:0]      count_q, next;

  always_comb begin
    next = count_q;
    for (int unsigned u = 0; u < UNITS; u++) begin
      takes[u]   = take_i[u] && (w0_i[5*u +: 5] == number_i || w1_i[5*u +: 5] == number_i);
      signals[u] = signal_i[u] && (s0_i[5*u +: 5] == number_i || s1_i[5*u +: 5] == number_i);
      if (takes[u]) begin
        next = next - 16'sd1;
      end
      if (signals[u]) begin
        next = next + 16'sd1;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    count_q <= running_i ? next : 16'sd0;
  end

  assign count_o  = count_q;
  assign above_o  = next > signed'(16'(weft_isa_pkg::SEMAPHORE_MAX));
  assign below_o  = next < 16'sd0;
  assign blamed_o = above_o ? signals : below_o ? takes : '0;

endmodule
