"""``bench doctor``: what holds on this machine."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")] = False) -> None:
    """Look at what a run needs: Docker, image, disk, memory, keys, data, cache.

    Exit status: 0 a run can work here, 1 something must be put right first.
    """
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
