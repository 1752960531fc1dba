"""Inner loops compile where nothing can be cached, and nobody pays for Numba who needs none."""

from __future__ import annotations

import subprocess
import sys

from pipelines.statistics.compiled import compiled


def test_a_function_compiles_where_no_cache_can_be_written():
    # Without a source file Numba finds no folder, as in a read-only installation.
    namespace: dict = {}
    exec("def double(x):\n    return 2 * x", namespace)
    assert compiled(namespace["double"])(21) == 42


def test_the_modules_that_use_compiled_loops_import_without_numba():
    modules = "pipelines.importance, pipelines.statistics.dominance, pipelines.statistics.em"
    check = f"import {modules}, sys; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
