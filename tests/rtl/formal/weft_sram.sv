// In proofs of what drives memories: what a memory gives is anything.
module weft_sram #(
  parameter int unsigned WIDTH = 64,
  parameter int unsigned DEPTH = 64,
  parameter int unsigned GRAIN = 8,
  localparam int unsigned AW = DEPTH > 1 ? $clog2(DEPTH) : 1,
  localparam int unsigned EW = WIDTH / GRAIN
) (
  input  logic             clk_i,
  input  logic             read_i,
  input  logic [AW-1:0]    read_address_i,
  output logic [WIDTH-1:0] read_data_o,
  input  logic [EW-1:0]    write_enable_i,
  input  logic [AW-1:0]    write_address_i,
  input  logic [WIDTH-1:0] write_data_i
);
endmodule
