# lit configuration of the target's text tests. CTest passes the build's tool folder as a parameter.
import os

import lit.formats

config.name = "weft-target"
config.test_format = lit.formats.ShTest(True)
config.suffixes = [".ll", ".s", ".c"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = lit_config.params["output_dir"]
config.environment["PATH"] = os.pathsep.join(
    [lit_config.params["tools_dir"], lit_config.params["llvm_tools_dir"], os.environ["PATH"]]
)
plugin = lit_config.params["plugin"]
config.substitutions.append(("%llc", f"llc -load={plugin} -mtriple=weft-unknown-elf -verify-machineinstrs"))
config.substitutions.append(("%mc", f"env LD_PRELOAD={plugin} llvm-mc --triple=weft-unknown-elf"))
config.substitutions.append(("%objdump", f"env LD_PRELOAD={plugin} llvm-objdump --triple=weft-unknown-elf"))
config.substitutions.append(("%plugin", plugin))
config.substitutions.append(("%headers", lit_config.params["headers_dir"]))
