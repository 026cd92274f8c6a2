// A delay line of LENGTH cycles for data that come with a valid bit; of length 0 it is wires.
module weft_dma_delay #(
  parameter int unsigned WIDTH = 8,
  parameter int unsigned LENGTH = 1
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             valid_i,
  input  logic [WIDTH-1:0] data_i,
  output logic             valid_o,
  output logic [WIDTH-1:0] data_o,
  output logic             any_o    // something is on its way (what comes out in this cycle included)
);

  if (LENGTH == 0) begin : gen_wires
    logic unused_clock;
    assign unused_clock = clk_i ^ rst_ni;
    assign valid_o      = valid_i;
    assign data_o       = data_i;
    assign any_o        = valid_i;
  end else begin : gen_line
    logic [LENGTH-1:0]       valid_q;
    logic [LENGTH*WIDTH-1:0] data_q;

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        valid_q <= '0;
      end else begin
        valid_q <= LENGTH'({valid_q, valid_i});
      end
    end

    always_ff @(posedge clk_i) begin
      data_q <= (LENGTH * WIDTH)'({data_q, data_i});
    end

    assign valid_o = valid_q[LENGTH-1];
    assign data_o  = data_q[LENGTH*WIDTH-1 -: WIDTH];
    assign any_o   = valid_q != '0;
  end

endmodule
