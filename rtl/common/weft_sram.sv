// Memory with one read and one write port, both synchronous; a read of the word that is written in the same cycle gives
// the old word. The only kind of large memory in the design: replace this module by a macro of the process.
module weft_sram #(
  parameter int unsigned WIDTH = 64, // bits of a word, a multiple of GRAIN
  parameter int unsigned DEPTH = 64, // words
  parameter int unsigned GRAIN = 8,  // bits that one write enable covers
  localparam int unsigned AW = DEPTH > 1 ? $clog2(DEPTH) : 1,
  localparam int unsigned EW = WIDTH / GRAIN
) (
  input  logic             clk_i,
  input  logic             read_i,
  input  logic [AW-1:0]    read_address_i,
  output logic [WIDTH-1:0] read_data_o,    // in the cycle after read_i; holds its value until the next read
  input  logic [EW-1:0]    write_enable_i,
  input  logic [AW-1:0]    write_address_i,
  input  logic [WIDTH-1:0] write_data_i
);

  logic [WIDTH-1:0] mem [DEPTH];

  always_ff @(posedge clk_i) begin
    if (read_i) begin
      read_data_o <= mem[read_address_i];
    end
    for (int unsigned i = 0; i < EW; i++) begin
      if (write_enable_i[i]) begin
        mem[write_address_i][GRAIN*i +: GRAIN] <= write_data_i[GRAIN*i +: GRAIN];
      end
    end
  end

endmodule
