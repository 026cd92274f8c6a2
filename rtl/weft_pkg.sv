// What the blocks of the core share: the tensor instructions as their engines see them. Address map, fault causes and
// element types are in weft_isa_pkg, sizes in weft_params_pkg (Yosys 0.23 does not let one package use another).
package weft_pkg;

  // A tensor instruction with the values of its registers at dispatch. Field k of a pattern register is [k].
  typedef struct packed {
    logic [7:0]        op;
    logic [31:0]       pc;
    logic [31:0]       a;
    logic [31:0]       b;
    logic [31:0]       c;
    logic [31:0]       d;
    logic [15:0][31:0] pA;
    logic [15:0][31:0] pB;
    logic [15:0][31:0] pC;
    logic [15:0][31:0] pD;
    logic [4:0]        w0;
    logic [4:0]        w1;
    logic [4:0]        s0;
    logic [4:0]        s1;
  } tensor_op_t;

  // The same as each engine's queue holds it, without what the engine does not use. Counts and strides of dimension k
  // are [k]; they are raw: the engine checks them in the cycle of the start.
  typedef struct packed {
    logic [4:0]       w0;
    logic [4:0]       w1;
    logic [4:0]       s0;
    logic [4:0]       s1;
    logic [31:0]      pc;
    logic [31:0]      dram;       // rA
    logic [31:0]      pad;        // rB: scratchpad address
    logic [3:0][31:0] count;      // of pA; dimension 0 is the bytes of a run
    logic [3:0][31:0] dram_stride; // of pA, dimension 0 unused
    logic [3:0][31:0] pad_stride; // of pB, dimension 0 unused
    logic [31:0]      lo0;        // lo0 to fill: load only
    logic [31:0]      hi0;
    logic [31:0]      lo1;
    logic [31:0]      hi1;
    logic [7:0]       fill;
  } dma_op_t;

  typedef struct packed {
    logic [4:0]       w0;
    logic [4:0]       w1;
    logic [4:0]       s0;
    logic [4:0]       s1;
    logic [31:0]      pc;
    logic             accumulate; // mma
    logic [31:0]      a;          // activations, scratchpad
    logic [31:0]      b;          // weights, scratchpad
    logic [31:0]      c;          // accumulator row
    logic [3:0][31:0] row_count;  // of pA
    logic [3:0][31:0] row_stride;
    logic [3:0][31:0] step_count; // of pB
    logic [3:0][31:0] step_stride;
    logic [3:0]       type_a;
    logic [3:0]       type_b;
    logic [8:0]       za;         // signed
    logic [8:0]       zb;
  } matrix_op_t;

  typedef struct packed {
    logic [4:0]       w0;
    logic [4:0]       w1;
    logic [4:0]       s0;
    logic [4:0]       s1;
    logic [31:0]      pc;
    logic [7:0]       op;
    logic [31:0]      a;
    logic [31:0]      b;
    logic [31:0]      c;
    logic [31:0]      d;
    logic [3:0][31:0] stride_a;  // of pA
    logic [3:0][31:0] count_b;   // of pB: taps of a window
    logic [3:0][31:0] stride_b;
    logic [3:0][31:0] count_c;   // of pC: result rows
    logic [3:0][31:0] stride_c;
    logic [15:0]      types;     // configuration (pD) from here on: element types and flags
    logic [8:0]       za;        // signed, as all 9-bit fields
    logic [8:0]       zb;
    logic [8:0]       zo;
    logic [8:0]       lo;
    logic [8:0]       hi;
    logic [8:0]       lo2;
    logic [8:0]       hi2;
    logic [31:0]      ra;        // fp32
    logic [31:0]      rb;
    logic [31:0]      rf;
  } vector_op_t;

endpackage
