// A FIFO of any depth keeps everything that is pushed while there is room, and gives it back in order: it equals a
// queue that shifts.
module weft_fifo_proof #(
  parameter int unsigned WIDTH = 2,
  parameter int unsigned DEPTH = 3,
  localparam int unsigned PW = DEPTH > 1 ? $clog2(DEPTH) : 1,
  localparam int unsigned CW = $clog2(DEPTH + 1)
) (
  input logic             clk_i,
  input logic             push_i,
  input logic             pop_i,
  input logic [WIDTH-1:0] data_i
);

  logic             running_q = 1'b0; // the first cycle is the reset
  logic [WIDTH-1:0] data;
  logic             empty, full;

  weft_fifo #(.WIDTH(WIDTH), .DEPTH(DEPTH)) dut (
    .clk_i, .rst_ni(running_q), .push_i, .data_i, .pop_i, .data_o(data), .empty_o(empty), .full_o(full)
  );

  // The queue; the oldest entry is the lowest.
  logic [WIDTH*DEPTH-1:0] queue_q, queue_d;
  logic [CW-1:0]          length_q, kept;

  always_comb begin
    kept    = length_q;
    queue_d = queue_q;
    if (pop_i && length_q != '0) begin
      kept    = length_q - CW'(1);
      queue_d = queue_q >> WIDTH;
    end
    if (push_i && length_q != CW'(DEPTH)) begin
      queue_d[WIDTH*kept +: WIDTH] = data_i;
      kept = kept + CW'(1);
    end
  end

  always_ff @(posedge clk_i) begin
    running_q <= 1'b1;
    length_q  <= running_q ? kept : '0;
    queue_q   <= queue_d;
  end

  logic [CW-1:0]          count; // probe dut.count_q
  logic [PW-1:0]          head;  // probe dut.head_q
  logic [PW-1:0]          tail;  // probe dut.tail_q
  logic [WIDTH*DEPTH-1:0] mem;   // probe dut.mem[DEPTH]

  always_comb begin
    if (running_q) begin
      assert (count == length_q);
      assert (empty == (length_q == '0));
      assert (full == (length_q == CW'(DEPTH)));
      assert (empty || data == queue_q[WIDTH-1:0]);

      // Where the entries are.
      assert (32'(length_q) <= DEPTH && 32'(head) < DEPTH);
      assert (32'(tail) == (32'(head) + 32'(length_q)) % DEPTH);
      for (int unsigned i = 0; i < DEPTH; i++) begin
        assert (i >= 32'(length_q) || mem[WIDTH*((32'(head) + i) % DEPTH) +: WIDTH] == queue_q[WIDTH*i +: WIDTH]);
      end
    end
  end

endmodule
