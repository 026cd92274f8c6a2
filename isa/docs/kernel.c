#include <weft.h>

// y = requantise((x - 128) * w + bias) on a machine whose array has 16 rows and 16 columns.
uint8_t x[16][16], y[16][16];
int8_t w[16][16];
WEFT_INPUT(x, "uint8[16,16]");
WEFT_INPUT(w, "int8[16,16]");
WEFT_OUTPUT(y, "uint8[16,16]");

struct {
  int32_t bias[16];
  float scale[16];
} parameters = {{[0 ... 15] = 100}, {[0 ... 15] = 0x1p-8f}};

enum { P_256, P_128, P_ROWS, P_ONE, P_SUMS, P_CONFIG };          // pattern registers
enum { AT_X = 0, AT_W = 256, AT_PARAMETERS = 512, AT_Y = 1024 }; // scratchpad bytes
enum { LOADED, SUMMED, MADE };                                   // semaphores

int main(void) {
  weft_preset(P_256); // one run of 256 bytes in DRAM
  weft_pseti(P_256, WEFT_COUNT0, 256);
  weft_preset(P_128); // and of 128
  weft_pseti(P_128, WEFT_COUNT0, 128);
  weft_preset(P_ROWS); // 16 rows of 16 bytes in the scratchpad
  weft_pseti(P_ROWS, WEFT_COUNT0, 16);
  weft_pseti(P_ROWS, WEFT_STRIDE0, 16);
  weft_preset(P_ONE);  // one step, no strides
  weft_preset(P_SUMS); // accumulator rows one after the other
  weft_pseti(P_SUMS, WEFT_STRIDE0, 1);
  weft_preset(P_CONFIG);
  weft_pseti(P_CONFIG, WEFT_CONFIG_TYPES, 0x010); // A u8, B s8, result u8
  weft_pseti(P_CONFIG, WEFT_CONFIG_ZA, 128);
  weft_pseti(P_CONFIG, WEFT_CONFIG_ZB, 0);
  weft_pseti(P_CONFIG, WEFT_CONFIG_ZO, 128);
  weft_pseti(P_CONFIG, WEFT_CONFIG_LO, 0);
  weft_pseti(P_CONFIG, WEFT_CONFIG_HI, 255);

  weft_ld((weft_value)x, AT_X, P_256, P_ONE, WEFT_NO_WAIT, WEFT_NO_SIGNAL);
  weft_ld((weft_value)w, AT_W, P_256, P_ONE, WEFT_NO_WAIT, WEFT_NO_SIGNAL);
  weft_ld((weft_value)&parameters, AT_PARAMETERS, P_128, P_ONE, WEFT_NO_WAIT, WEFT_SIGNAL(LOADED));
  weft_mm(AT_X, AT_W, 0, P_ROWS, P_ONE, P_CONFIG, WEFT_WAIT(LOADED), WEFT_SIGNAL(SUMMED));
  weft_vrq(0, 0, AT_Y, AT_PARAMETERS, P_SUMS, P_ONE, P_ROWS, P_CONFIG, WEFT_WAIT(SUMMED), WEFT_SIGNAL(MADE));
  weft_st((weft_value)y, AT_Y, P_256, P_ONE, WEFT_WAIT(MADE), WEFT_NO_SIGNAL);
  return 0;
}
