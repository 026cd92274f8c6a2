// Runs the reference executor on every case of a folder, for the scripts that compare it with other implementations:
// for each NAME.wnet (a serialised network) with NAME.in.npz, writes NAME.out.npz, or NAME.err with the message of the
// error.
#include "isa/program/network.h"
#include "isa/support/error.h"
#include "isa/support/file.h"
#include "runtime/ref/ref.h"
#include "runtime/tensor/io.h"

#include <cstdio>
#include <filesystem>

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: weft_ref_run FOLDER\n");
    return 2;
  }
  try {
    for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
      std::filesystem::path path = entry.path();
      if (path.extension() != ".wnet")
        continue;
      auto beside = [&](const char* extension) { return std::filesystem::path(path).replace_extension(extension); };
      try {
        weft::net::Network network = weft::net::deserialise(weft::readFile(path));
        weft::writeTensors(beside(".out.npz"), weft::ref::run(network, weft::readTensors(beside(".in.npz"))));
      } catch (const weft::Error& error) {
        weft::writeFile(beside(".err"), std::string_view(error.what()));
      }
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "weft_ref_run: error: %s\n", error.what());
    return 1;
  }
  return 0;
}
