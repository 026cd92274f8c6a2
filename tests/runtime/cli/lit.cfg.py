# lit configuration of the tests of the `weft` command. CTest passes the build's folders as parameters.
import os
import shutil

import lit.formats

config.name = "weft-cli"
config.test_format = lit.formats.ShTest(True)
config.suffixes = [".test"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = lit_config.params["output_dir"]
config.environment["PATH"] = os.pathsep.join(
    [lit_config.params["tools_dir"], lit_config.params["llvm_tools_dir"], os.environ["PATH"]]
)
project = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
# Compiled models of the RTL stay in the build folder.
config.environment["WEFT_CACHE"] = lit_config.params["cache_dir"]
if shutil.which("verilator"):
    config.available_features.add("verilator")
config.substitutions.append(("%machines", os.path.join(project, "tests", "rtl", "machines")))
config.substitutions.append(("%project", project))
# A small trained network that is part of the project.
config.substitutions.append(("%digits", os.path.join(project, "workloads", "digits", "digits_int8_qdq.onnx")))
# "%exits 2 COMMAND...": the command must end with exactly this exit code.
config.substitutions.append(("%exits", os.path.join(os.path.dirname(__file__), "exits")))
