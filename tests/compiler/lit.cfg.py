# lit configuration of the compiler's text tests. CTest passes the build's tool folder as a parameter.
import os

import lit.formats

config.name = "weft-compiler"
config.test_format = lit.formats.ShTest(True)
config.suffixes = [".mlir"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = lit_config.params["output_dir"]
config.environment["PATH"] = os.pathsep.join(
    [lit_config.params["tools_dir"], lit_config.params["llvm_tools_dir"], os.environ["PATH"]]
)
