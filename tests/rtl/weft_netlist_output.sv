// An output of a netlist, so that nothing inside reads the port.
module weft_netlist_output (
  input  logic inner_i,
  output logic outer_o
);
  assign outer_o = inner_i;
endmodule
