// From a line of the scratchpad to N elements that enter the array: takes the N bytes of the access from the line,
// extends them by their type and subtracts the zero point. An access that is granted in t leaves in t + 3: the line comes
// in t + 1, the bytes are registered at its end, the differences at the end of t + 2.
module weft_mx_operand #(
  parameter int unsigned N = 4,
  localparam int unsigned LB = weft_params_pkg::LINE_BYTES
) (
  input  logic            clk_i,
  input  logic            rst_ni,
  input  logic            granted_i,
  /* verilator lint_off UNUSEDSIGNAL */ // only the bits that tell which part of the line
  input  logic [31:0]     addr_i,    // a multiple of N
  /* verilator lint_on UNUSEDSIGNAL */
  input  logic            s8_i,      // else u8
  input  logic [8:0]      zero_i,    // signed
  input  logic [8*LB-1:0] line_i,    // in the cycle after granted_i
  output logic            valid_o,
  output logic [10*N-1:0] elements_o // signed; holds its value if nothing new is valid
);

  logic            granted_q, valid_q;
  logic            granted_s8_q, s8_q;
  logic [8:0]      granted_zero_q, zero_q;
  logic [8*N-1:0]  bytes, bytes_q;
  logic [10*N-1:0] elements;

  if (LB == N) begin : g_whole
    assign bytes = line_i;
  end else begin : g_part
    logic [$clog2(LB/N)-1:0] part_q;
    always_ff @(posedge clk_i) begin
      if (granted_i) begin
        part_q <= addr_i[$clog2(LB)-1:$clog2(N)];
      end
    end
    assign bytes = line_i[8*N*part_q +: 8*N];
  end

  always_comb begin
    for (int unsigned i = 0; i < N; i++) begin
      elements[10*i +: 10] = {{2{s8_q && bytes_q[8*i+7]}}, bytes_q[8*i +: 8]} - {zero_q[8], zero_q};
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      granted_q <= 1'b0;
      valid_q   <= 1'b0;
      valid_o   <= 1'b0;
    end else begin
      granted_q <= granted_i;
      valid_q   <= granted_q;
      valid_o   <= valid_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (granted_i) begin
      granted_s8_q   <= s8_i;
      granted_zero_q <= zero_i;
    end
    if (granted_q) begin
      bytes_q <= bytes;
      s8_q    <= granted_s8_q;
      zero_q  <= granted_zero_q;
    end
    if (valid_q) begin
      elements_o <= elements;
    end
  end

endmodule
