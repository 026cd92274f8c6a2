#!/usr/bin/env bash
# Whole networks on simulator and RTL of edge-16: no event and no byte may differ, nor (small) any figure of the reports.
#
#   cosim.sh WEFT small|large      small: digits and MLPerf Tiny; large: MobileNetV2 and ResNet-50
#
# Exit code 77 if a network is not there (../shared/data, or what builds networks): the others are compared nevertheless.
set -euo pipefail
weft=$1 suite=$2
root=$(cd "$(dirname "$0")/../../.." && pwd)
models=${WEFT_DATA:-$root/../shared/data}/models
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

case $suite in
small) networks=("$root/workloads/digits/digits_int8_qdq.onnx" "$models"/{resnet8,dscnn,ad}_int8_qdq.onnx) ;;
large)
  networks=("$models/mobilenetv2_int8_perchannel_qdq.onnx" "$scratch/resnet50.onnx")
  "${WEFT_PYTHON:-$root/.venv/bin/python3}" "$root/workloads/build.py" resnet50 -o "$scratch/resnet50.onnx" ||
    echo "cosim.sh: ResNet-50 cannot be built"
  ;;
*) echo "cosim.sh: error: '$suite' is neither small nor large" >&2; exit 2 ;;
esac

missing=0
for network in "${networks[@]}"; do
  if [[ ! -f $network ]]; then
    echo "$(basename "$network"): not there"
    missing=77
    continue
  fi
  "$weft" compile "$network" --arch edge-16 -o "$scratch/net.weft" --quiet
  echo "$(basename "$network"): $("$weft" cosim "$scratch/net.weft" --random-input 1)"
  [[ $suite == small ]] || continue
  for device in cycle rtl; do
    "$weft" run "$scratch/net.weft" --device "$device" --random-input 1 --report "$scratch/$device.json" --quiet
  done
  python3 "$root/tests/runtime/networks/same_report.py" "$scratch/cycle.json" "$scratch/rtl.json"
done
exit "$missing"
