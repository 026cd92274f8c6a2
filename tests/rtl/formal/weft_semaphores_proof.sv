// Every semaphore (of two, A and B) counts as the model does until the first fault; a unit is told that
// it may start if what it waits for is there; a count that leaves its range is reported for the first unit that pushed
// it, and of that unit for the semaphore with the lowest number.
module weft_semaphores_proof #(
  parameter int unsigned A = 0,
  parameter int unsigned B = 30,
  localparam int unsigned UNITS = 5,
  localparam int unsigned COUNT = weft_isa_pkg::SEMAPHORES,
  localparam int unsigned CW = $clog2(weft_isa_pkg::SEMAPHORE_MAX + 1)
) (
  input logic                clk_i,
  input logic [5*UNITS-1:0]  w0_i,
  input logic [5*UNITS-1:0]  w1_i,
  input logic [UNITS-1:0]    take_i,
  input logic [32*UNITS-1:0] take_pc_i,
  input logic [UNITS-1:0]    signal_i,
  input logic [5*UNITS-1:0]  s0_i,
  input logic [5*UNITS-1:0]  s1_i,
  input logic [32*UNITS-1:0] signal_pc_i
);

  logic             running_q = 1'b0; // the first cycle is the reset
  logic             fine_q;           // no fault so far
  logic [UNITS-1:0] ok;
  logic             fault;
  logic [2:0]       unit;
  logic [31:0]      pc;
  logic [4:0]       semaphore;

  weft_semaphores dut (
    .clk_i, .rst_ni(running_q), .w0_i, .w1_i, .ok_o(ok), .take_i, .take_pc_i, .signal_i, .s0_i, .s1_i, .signal_pc_i,
    .fault_o(fault), .fault_unit_o(unit), .fault_pc_o(pc), .fault_semaphore_o(semaphore)
  );

  logic [15:0]      a_count, b_count;
  logic             a_above, a_below, b_above, b_below;
  logic [UNITS-1:0] a_blamed, b_blamed;
  weft_semaphore_model model_a (
    .clk_i, .running_i(running_q), .number_i(5'(A)), .w0_i, .w1_i, .take_i, .signal_i, .s0_i, .s1_i,
    .count_o(a_count), .above_o(a_above), .below_o(a_below), .blamed_o(a_blamed)
  );
  weft_semaphore_model model_b (
    .clk_i, .running_i(running_q), .number_i(5'(B)), .w0_i, .w1_i, .take_i, .signal_i, .s0_i, .s1_i,
    .count_o(b_count), .above_o(b_above), .below_o(b_below), .blamed_o(b_blamed)
  );

  always_ff @(posedge clk_i) begin
    running_q <= 1'b1;
    fine_q    <= !running_q || (fine_q && !fault);
  end

  logic [CW*COUNT-1:0] counts; // probe dut.count_q
  logic                watched, present;

  always_comb begin
    watched = 1'b0;
    present = 1'b0;
    if (running_q && fine_q) begin
      assert (16'(counts[CW*A +: CW]) == a_count);
      assert (16'(counts[CW*B +: CW]) == b_count);

      for (int unsigned u = 0; u < UNITS; u++) begin
        watched = (w0_i[5*u +: 5] == 5'(A) || w0_i[5*u +: 5] == 5'd31) && (w1_i[5*u +: 5] == 5'(B) || w1_i[5*u +: 5] == 5'd31);
        present = (w0_i[5*u +: 5] == 5'd31 || a_count != 16'd0) && (w1_i[5*u +: 5] == 5'd31 || b_count != 16'd0);
        assert (!watched || ok[u] == present);
      end

      assert (fault || (!a_above && !a_below));
      if (fault) begin
        assert (unit < 3'd5 && 32'(semaphore) < COUNT);
        for (int unsigned u = 0; u < UNITS; u++) begin
          if (unit == 3'(u)) begin
            assert (semaphore != 5'(A) || a_blamed[u]);
            assert (semaphore != 5'(A) || pc == (a_above ? signal_pc_i[32*u +: 32] : take_pc_i[32*u +: 32]));
            assert (!a_blamed[u] || semaphore <= 5'(A));
          end else if (3'(u) < unit) begin
            assert (!a_blamed[u]);
          end
        end
      end
    end
  end

endmodule
