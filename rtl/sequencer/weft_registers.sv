// The 32 scalar registers: register 0 reads as 0, all are 0 after reset. One write, four reads (a tensor instruction
// takes the values of four).
module weft_registers (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic [4:0]   write_register_i, // 0: no write
  input  logic [31:0]  write_data_i,
  input  logic [19:0]  read_register_i,  // of port p: 5 bits from 5 * p on
  output logic [127:0] read_data_o      // of port p: 32 bits from 32 * p on, what was written before this cycle
);

  logic [31:0] value [32];

  assign value[0] = '0;
  for (genvar r = 1; r < 32; r++) begin : gen_register
    logic [31:0] value_q;
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        value_q <= '0;
      end else if (write_register_i == 5'(r)) begin
        value_q <= write_data_i;
      end
    end
    assign value[r] = value_q;
  end

  for (genvar p = 0; p < 4; p++) begin : gen_read
    assign read_data_o[32*p +: 32] = value[read_register_i[5*p +: 5]];
  end

endmodule
