# ./run demo: sourced by ./run after everything is built. Two networks on edge-16, cycle by cycle, with their reports.
demo_directory=build/demo
mkdir -p "$demo_directory"

# demo NAME NETWORK RUN-OPTIONS...
demo() {
  local name=$1 network=$2
  shift 2
  say "$name: compiling for edge-16"
  build/bin/weft compile "$network" --arch edge-16 -o "$demo_directory/$name.weft"
  say "$name: simulating every cycle"
  build/bin/weft run "$demo_directory/$name.weft" --device cycle "$@" \
    --output "$demo_directory/$name.npz" --report "$demo_directory/$name.json"
  # The reference on the host must give the same bytes.
  build/bin/weft run "$demo_directory/$name.weft" --device ref "$@" --output "$demo_directory/$name.ref.npz" --quiet
  cmp "$demo_directory/$name.npz" "$demo_directory/$name.ref.npz" || die "$name: cycle and ref disagree"
  say "$name: the outputs are those of the reference, bit for bit"
  echo
  build/bin/weft report "$demo_directory/$name.json"
  echo
}

demo digits workloads/digits/digits_int8_qdq.onnx --random-input 1
if [[ -n $PYTHON ]]; then
  [[ -f $demo_directory/resnet50.onnx ]] || "$PYTHON" workloads/build.py resnet50 -o "$demo_directory/resnet50.onnx"
  demo resnet50 "$demo_directory/resnet50.onnx" --random-input 1
else
  skip "ResNet-50 (building it needs the Python packages)"
fi
say "programs, outputs and reports are in $demo_directory/"
summary
