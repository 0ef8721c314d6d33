#!/usr/bin/env bash
# The main job on its embedded default: real data, a real sandbox, a real small model; no key, no account.
set -euo pipefail

cd "$(dirname "$0")/.."
bench=.venv/bin/bench
out=results/demo
models=(-m reference -m llamacpp/smollm2-135m-instruct)

"$bench" run "${models[@]}" -s humaneval --limit 20 --max-tokens 384 -o "$out/humaneval" --yes
"$bench" run "${models[@]}" -s smoke --max-tokens 384 -o "$out/smoke" --yes
"$bench" leaderboard "$out/humaneval" "$out/smoke" -o "$out/leaderboard.csv"
"$bench" leaderboard "$out/humaneval" "$out/smoke" -o "$out/leaderboard.md"
cat "$out/leaderboard.md"
printf '\nwrote %s\n' "$out/leaderboard.csv"
