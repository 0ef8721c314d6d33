#!/usr/bin/env bash
# The main job on its embedded default: real data, a real sandbox, a real small model; no key, no account.
set -euo pipefail

cd "$(dirname "$0")/.."
bench=.venv/bin/bench
out=results/demo
models=(-m reference -m llamacpp/smollm2-135m-instruct)

# Status 1 says that something could not be measured: worth showing in the tables, not a reason to stop.
run() { "$bench" run "${models[@]}" --max-tokens 384 --yes "$@" || [[ $? -eq 1 ]]; }

run -s humaneval --limit 20 -o "$out/humaneval"
run -s smoke -o "$out/smoke"
"$bench" leaderboard "$out/humaneval" "$out/smoke" -o "$out/leaderboard.csv"
"$bench" leaderboard "$out/humaneval" "$out/smoke" -o "$out/leaderboard.md"
"$bench" report "$out/humaneval" "$out/smoke" -o "$out/report.html"
cat "$out/leaderboard.md"
printf '\nwrote %s, and %s: open it to see every answer\n' "$out/leaderboard.csv" "$out/report.html"
