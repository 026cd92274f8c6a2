// The counting semaphores (isa/docs/timing.md, section 2). Units in their order: sequencer, load, store, matrix, vector.
module weft_semaphores #(
  localparam int unsigned UNITS = 5
) (
  input  logic                clk_i,
  input  logic                rst_ni,

  // What each unit waits for, 5 bits a unit, and whether both counts are at least 1.
  input  logic [5*UNITS-1:0]  w0_i,
  input  logic [5*UNITS-1:0]  w1_i,
  output logic [UNITS-1:0]    ok_o,
  // In this cycle the unit takes what it waits for; the unit signals.
  input  logic [UNITS-1:0]    take_i,
  input  logic [32*UNITS-1:0] take_pc_i,
  input  logic [UNITS-1:0]    signal_i,
  input  logic [5*UNITS-1:0]  s0_i,
  input  logic [5*UNITS-1:0]  s1_i,
  input  logic [32*UNITS-1:0] signal_pc_i,
  // A count leaves its range: the first unit that pushed it there.
  output logic                fault_o,
  output logic [2:0]          fault_unit_o,
  output logic [31:0]         fault_pc_o,
  output logic [4:0]          fault_semaphore_o
);

  localparam int unsigned COUNT = weft_isa_pkg::SEMAPHORES;
  localparam int unsigned CW = $clog2(weft_isa_pkg::SEMAPHORE_MAX + 1);
  localparam logic [CW+2:0] MAX = (CW + 3)'(weft_isa_pkg::SEMAPHORE_MAX);

  logic [CW*COUNT-1:0] count_q, count_d;
  logic [31:0]         present; // counts that are at least 1; number 31, "none", always is
  logic [32*UNITS-1:0] takes, signals; // a bit for each semaphore: naming one twice counts once
  logic [COUNT-1:0]    below, above;
  logic [3:0]          change; // two's complement: at most 5 more or 5 less
  logic [CW+2:0]       next;   // two's complement

  always_comb begin
    present = '1;
    for (int unsigned s = 0; s < COUNT; s++) begin
      present[s] = count_q[CW*s +: CW] != '0;
    end
    takes   = '0;
    signals = '0;
    for (int unsigned u = 0; u < UNITS; u++) begin
      ok_o[u] = present[w0_i[5*u +: 5]] && present[w1_i[5*u +: 5]];
      if (take_i[u]) begin
        takes[32*u +: 32] = (32'd1 << w0_i[5*u +: 5]) | (32'd1 << w1_i[5*u +: 5]);
      end
      if (signal_i[u]) begin
        signals[32*u +: 32] = (32'd1 << s0_i[5*u +: 5]) | (32'd1 << s1_i[5*u +: 5]);
      end
    end
  end

  always_comb begin
    count_d = count_q;
    below   = '0;
    above   = '0;
    change  = '0;
    next    = '0;
    if (take_i != '0 || signal_i != '0) begin
      for (int unsigned s = 0; s < COUNT; s++) begin
        change = '0;
        for (int unsigned u = 0; u < UNITS; u++) begin
          change = change + 4'(signals[32*u + s]) - 4'(takes[32*u + s]);
        end
        next = (CW + 3)'(count_q[CW*s +: CW]) + {{(CW - 1){change[3]}}, change};
        below[s] = next[CW+2];
        above[s] = !next[CW+2] && next > MAX;
        count_d[CW*s +: CW] = next[CW-1:0];
      end
    end
  end

  // Of each unit its lowest semaphore; of the units the first.
  logic [31:0] hit, lowest;

  always_comb begin
    fault_o           = 1'b0;
    fault_unit_o      = '0;
    fault_pc_o        = '0;
    fault_semaphore_o = '0;
    hit               = '0;
    lowest            = '0;
    if (take_i != '0 || signal_i != '0) begin
      for (int u = UNITS - 1; u >= 0; u--) begin
        hit    = (takes[32*u +: 32] & 32'(below)) | (signals[32*u +: 32] & 32'(above));
        lowest = hit & -hit;
        if (hit != '0) begin
          fault_o           = 1'b1;
          fault_unit_o      = 3'(u);
          fault_semaphore_o = {|(lowest & 32'hffff_0000), |(lowest & 32'hff00_ff00), |(lowest & 32'hf0f0_f0f0),
                               |(lowest & 32'hcccc_cccc), |(lowest & 32'haaaa_aaaa)};
          fault_pc_o        = (lowest & 32'(above)) != '0 ? signal_pc_i[32*u +: 32] : take_pc_i[32*u +: 32];
        end
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      count_q <= '0;
    end else begin
      count_q <= count_d;
    end
  end

endmodule
