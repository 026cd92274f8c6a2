// An ONNX file to a program: consumer NET.onnx NET.weft
#include "compiler/driver/compiler.h"
#include "compiler/import/import.h"
#include "isa/support/file.h"

int main(int, char** argv) {
  weft::writeFile(argv[2], weft::compile(weft::importOnnx(weft::readFile(argv[1])), weft::loadMachine("edge-16"), {}));
}
