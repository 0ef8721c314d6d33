"""``bench doctor``: what holds on this machine."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer


def doctor(
    attack: Annotated[
        bool, typer.Option("--attack", help="Run hostile answers here, and see what they achieve.")
    ] = False,
    sandbox: Annotated[str, typer.Option(help="Where --attack runs them.")] = "docker",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")] = False,
) -> None:
    """Look at what a run needs: Docker, image, disk, memory, keys, data, cache.

    Exit status: 0 a run can work here, 1 something must be put right first. Of --attack: 0 no attack passed,
    hurt another answer or left anything behind, else 1.
    """
    if attack:
        from bench.cli.attack import attack as run_attacks

        raise typer.Exit(run_attacks(sandbox, as_json=as_json))

    from bench.doctor import Level, examine

    findings = []
    for finding in examine():
        findings.append(finding)
        if not as_json:
            typer.echo(f"{finding.level:<4}  {finding.about:<15} {finding.text}")
            if finding.hint:
                typer.echo(f"{'':<22}{finding.hint}")
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings]))
    raise typer.Exit(1 if any(finding.level is Level.FAIL for finding in findings) else 0)
