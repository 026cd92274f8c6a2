# ./run bench: sourced by ./run after everything is built. Prints the figures of the README: whole processes first, then
# the Google Benchmark programs.
bench_directory=build/bench-networks
mkdir -p "$bench_directory"

# measure LABEL COMMAND...: seconds on the wall and of the processor, and peak memory, of one process.
measure() {
  local label=$1
  shift
  python3 - "$label" "$@" <<'PYTHON'
import resource, subprocess, sys, time
started = time.monotonic()
code = subprocess.call(sys.argv[2:], stdout=subprocess.DEVNULL)
seconds = time.monotonic() - started
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"  {sys.argv[1]:44} {seconds:8.2f} s wall {usage.ru_utime + usage.ru_stime:8.2f} s cpu "
      f"{usage.ru_maxrss / 2**20:8.2f} GiB" + (f"   FAILED ({code})" if code else ""))
sys.exit(code != 0)
PYTHON
}

# bench_network NAME NETWORK: compile and run on each machine; one thread each.
bench_network() {
  local name=$1 network=$2 machine program
  for machine in edge-16 cloud-128 tpu-256; do
    program=$bench_directory/$name-$machine
    measure "$name: compile for $machine" build/bin/weft compile "$network" --arch "$machine" -o "$program.weft" --quiet || continue
    measure "$name: cycle-accurate on $machine" build/bin/weft run "$program.weft" --device cycle \
      --random-input 1 --report "$program.json" --quiet || continue
    build/bin/weft report "$program.json" | grep -E '^  (cycles|utilisation) '
  done
}

echo "Whole processes"
bench_network digits workloads/digits/digits_int8_qdq.onnx
if [[ -n $PYTHON ]]; then
  for network in resnet50 resnet18 mobilenetv2 mobilenetv3 efficientnet_lite0 unet vgg16; do
    [[ -f $bench_directory/$network.onnx ]] || "$PYTHON" workloads/build.py "$network" -o "$bench_directory/$network.onnx"
    bench_network "$network" "$bench_directory/$network.onnx"
  done
else
  skip "the networks of workloads/build.py (building them needs the Python packages)"
fi

for program in build/bin/*_bench; do
  [[ -x $program ]] || continue
  echo
  basename "$program"
  "$program" --benchmark_color=false
done
summary
