// The pattern registers (isa/docs/manual.md): written by two neighbouring fields at most (a beat of `pload` from DRAM),
// or set to their reset value as a whole; read four at once by a tensor instruction.
module weft_patterns (
  input  logic          clk_i,
  input  logic          rst_ni,
  input  logic [3:0]    register_i,    // the one that is written
  input  logic          preset_i,
  input  logic [1:0]    write_i,       // the even, the odd field of the pair
  input  logic [2:0]    pair_i,
  input  logic [63:0]   data_i,
  input  logic [15:0]   read_i,        // register of port p: 4 bits from 4 * p on
  output logic [2047:0] read_data_o    // of port p: field f in 32 bits from 512 * p + 32 * f on
);

  localparam logic [31:0] RESET_COUNT = 32'd1;                   // a walk of one point
  localparam logic [31:0] RESET_HIGH = weft_isa_pkg::LARGEST_COUNT;  // a window that cuts nothing off

  logic [511:0] reset_value;
  logic [511:0] value [16];

  always_comb begin
    reset_value = '0;
    reset_value[32*weft_isa_pkg::FIELD_COUNT0 +: 32] = RESET_COUNT;
    reset_value[32*weft_isa_pkg::FIELD_COUNT1 +: 32] = RESET_COUNT;
    reset_value[32*weft_isa_pkg::FIELD_COUNT2 +: 32] = RESET_COUNT;
    reset_value[32*weft_isa_pkg::FIELD_COUNT3 +: 32] = RESET_COUNT;
    reset_value[32*weft_isa_pkg::FIELD_HI0 +: 32]    = RESET_HIGH;
    reset_value[32*weft_isa_pkg::FIELD_HI1 +: 32]    = RESET_HIGH;
  end

  for (genvar r = 0; r < 16; r++) begin : gen_register
    logic [511:0] value_q;
    for (genvar f = 0; f < 16; f++) begin : gen_field
      always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
          value_q[32*f +: 32] <= reset_value[32*f +: 32];
        end else if (register_i == 4'(r)) begin
          if (preset_i) begin
            value_q[32*f +: 32] <= reset_value[32*f +: 32];
          end else if (write_i[f%2] && pair_i == 3'(f / 2)) begin
            value_q[32*f +: 32] <= data_i[32*(f%2) +: 32];
          end
        end
      end
    end
    assign value[r] = value_q;
  end

  for (genvar p = 0; p < 4; p++) begin : gen_read
    assign read_data_o[512*p +: 512] = value[read_i[4*p +: 4]];
  end

endmodule
