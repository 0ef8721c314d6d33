"""Published claims: from a file that states one, over a plan that costs nothing, to a verdict.

::

    claim          what a claim file says, as records
    files          reading one; every error names its line
    toml, lines    what is no TOML, or stands twice; where a key stands
    decision       the rule: where an interval lies, beside what is claimed
    margins, plan  can it be decided, with how many problems, for how much
    registration   the hash that is written before a run
    evidence       from finished runs to the claimed quantity with its interval
    check          equal terms, planned size, the rule
    report, page   a verdict for people, for machines, and as a page
    models_dev     claims of vendors, imported
"""
