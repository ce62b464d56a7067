#!/bin/sh
# What the container runs: the server, or `place NAME [--mirror /files]` to build a place into the store.
set -eu
if [ "${1:-}" = place ]; then
  shift
  python -m data.build "$@"
  exec python -m ui.prepare "$1"
fi
python -m data.build demo --if-missing
python -m ui.prepare demo
exec python -m streamlit run serve.py "$@"
