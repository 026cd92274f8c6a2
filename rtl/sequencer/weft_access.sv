// Scalar loads, stores and `pload`: checks the address, holds the scalar memory, and arranges the bytes of both memories.
//
// Scalar memory answers in the next cycle. `pload` reads one word of it in each cycle, the first in the cycle of its
// execution; what comes of it, and what beats of DRAM bring, goes to the pattern registers.
module weft_access (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        access_i,        // it is executed, and neither misaligned nor unmapped
  input  logic [7:0]  op_i,
  input  logic [31:0] address_i,
  input  logic [31:0] store_data_i,
  output logic        store_o,         // op_i is a store
  output logic        misaligned_o,    // goes before unmapped_o
  output logic        unmapped_o,
  output logic        scalar_o,        // the address is in scalar memory
  output logic        dram_o,          // the address is in DRAM
  output logic [63:0] dram_data_o,     // of a store
  output logic [7:0]  dram_strobe_o,
  input  logic        dram_beat_i,     // what a load or pload of DRAM gets
  input  logic [63:0] dram_data_i,
  output logic [31:0] load_data_o,     // in the cycle of the beat, or from the cycle after the execution on
  output logic [1:0]  pattern_write_o, // the even, the odd field of the pair
  output logic [2:0]  pattern_pair_o,
  output logic [63:0] pattern_data_o
);

  localparam int unsigned WORDS = weft_params_pkg::SCALAR_MEMORY_BYTES / 4;
  localparam int unsigned AW = $clog2(WORDS);
  localparam logic [3:0]  LAST_FIELD = 4'd15;

  if (weft_isa_pkg::SRAM_LOAD_CYCLES < 32'd2) begin : gen_check_load
    $error("SRAM_LOAD_CYCLES is less than the scalar memory takes");
  end
  if (weft_isa_pkg::PLOAD_CYCLES < weft_isa_pkg::PATTERN_FIELDS + 32'd1) begin : gen_check_pload
    $error("PLOAD_CYCLES is less than the scalar memory takes");
  end

  // The address.
  logic        byte_op, half_op, pload, inside_scalar, inside_dram, scalar_access;
  logic [31:0] scalar_offset, dram_offset;

  always_comb begin
    byte_op = 1'b0;
    half_op = 1'b0;
    store_o = 1'b0;
    case (op_i)
      weft_isa_pkg::OP_LB, weft_isa_pkg::OP_LBU: byte_op = 1'b1;
      weft_isa_pkg::OP_LH, weft_isa_pkg::OP_LHU: half_op = 1'b1;
      weft_isa_pkg::OP_SB: begin
        byte_op = 1'b1;
        store_o = 1'b1;
      end
      weft_isa_pkg::OP_SH: begin
        half_op = 1'b1;
        store_o = 1'b1;
      end
      weft_isa_pkg::OP_SW: store_o = 1'b1;
      weft_isa_pkg::OP_LW, weft_isa_pkg::OP_PLOAD: begin end
      default: begin end // no access
    endcase
  end

  assign pload         = op_i == weft_isa_pkg::OP_PLOAD;
  assign scalar_offset = address_i - weft_isa_pkg::SCALAR_MEMORY_BASE;
  assign dram_offset   = address_i - weft_isa_pkg::DRAM_BASE;
  assign inside_scalar = scalar_offset < weft_params_pkg::SCALAR_MEMORY_BYTES;
  assign inside_dram   = dram_offset < weft_params_pkg::DRAM_BYTES;

  always_comb begin
    if (pload) begin
      misaligned_o = address_i[5:0] != '0;
    end else if (byte_op) begin
      misaligned_o = 1'b0;
    end else if (half_op) begin
      misaligned_o = address_i[0];
    end else begin
      misaligned_o = address_i[1:0] != '0;
    end
  end

  assign scalar_o      = inside_scalar;
  assign dram_o        = inside_dram;
  assign unmapped_o    = !inside_scalar && !inside_dram;
  assign scalar_access = access_i && inside_scalar;

  // Bytes of a store.
  logic [31:0] store_data;
  logic [3:0]  store_bytes;

  always_comb begin
    if (byte_op) begin
      store_data  = {4{store_data_i[7:0]}};
      store_bytes = 4'b0001 << address_i[1:0];
    end else if (half_op) begin
      store_data  = {2{store_data_i[15:0]}};
      store_bytes = 4'b0011 << address_i[1:0];
    end else begin
      store_data  = store_data_i;
      store_bytes = 4'b1111;
    end
  end

  assign dram_data_o   = {2{store_data}};
  assign dram_strobe_o = address_i[2] ? {store_bytes, 4'd0} : {4'd0, store_bytes};

  // Fields of a pload: field_q is what the scalar memory gives in this cycle, or the first of the next beat.
  logic          stream_q, pload_q, dram_pload_beat;
  logic [3:0]    field_q;
  logic [AW-5:0] block_q; // of PATTERN_FIELDS words in scalar memory
  logic [31:0]   scalar_data;

  assign dram_pload_beat = dram_beat_i && pload_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      stream_q <= 1'b0;
      field_q  <= '0;
    end else if (access_i) begin
      stream_q <= pload && scalar_access;
      field_q  <= '0;
    end else if (stream_q) begin
      stream_q <= field_q != LAST_FIELD;
      field_q  <= field_q + 4'd1;
    end else if (dram_pload_beat) begin
      field_q <= field_q + 4'd2;
    end
  end

  assign pattern_write_o = stream_q ? {field_q[0], !field_q[0]} : {2{dram_pload_beat}};
  assign pattern_pair_o  = field_q[3:1];
  assign pattern_data_o  = stream_q ? {2{scalar_data}} : dram_data_i;

  // The scalar memory.
  logic [AW-1:0] read_address;

  assign read_address = stream_q ? {block_q, field_q + 4'd1} : scalar_offset[2 +: AW];

  weft_sram #(
    .WIDTH(32), .DEPTH(WORDS), .GRAIN(8)
  ) u_memory (
    .clk_i,
    .read_i         ((scalar_access && !store_o) || stream_q),
    .read_address_i (read_address),
    .read_data_o    (scalar_data),
    .write_enable_i (scalar_access && store_o ? store_bytes : 4'd0),
    .write_address_i(scalar_offset[2 +: AW]),
    .write_data_i   (store_data)
  );

  // What is being loaded, and what becomes of it.
  logic        byte_q, half_q, signed_q, dram_q;
  logic [2:0]  offset_q;
  logic [31:0] word;
  logic [15:0] half;
  logic [7:0]  lowest;

  always_ff @(posedge clk_i) begin
    if (access_i) begin
      byte_q   <= byte_op;
      half_q   <= half_op;
      signed_q <= op_i == weft_isa_pkg::OP_LB || op_i == weft_isa_pkg::OP_LH;
      dram_q   <= inside_dram;
      pload_q  <= pload;
      offset_q <= address_i[2:0];
      block_q  <= scalar_offset[6 +: AW-4];
    end
  end

  always_comb begin
    if (!dram_q) begin
      word = scalar_data;
    end else begin
      word = offset_q[2] ? dram_data_i[63:32] : dram_data_i[31:0];
    end
  end

  assign half   = offset_q[1] ? word[31:16] : word[15:0];
  assign lowest = offset_q[0] ? half[15:8] : half[7:0];

  always_comb begin
    if (byte_q) begin
      load_data_o = {{24{signed_q && lowest[7]}}, lowest};
    end else if (half_q) begin
      load_data_o = {{16{signed_q && half[15]}}, half};
    end else begin
      load_data_o = word;
    end
  end

endmodule
