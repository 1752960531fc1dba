"""Publish: derived and validation tables in, the bundle the app reads out."""

from __future__ import annotations

import shutil

from pipelines.contract import registry
from pipelines.contract.publish import PublishSettings
from pipelines.core import imports, params, store, versions
from pipelines.core.study import Study
from pipelines.core.tables import Read
from pipelines.publish import differences, manifest, register, withholding
from pipelines.publish.contents import require_declared_files
from pipelines.publish.structure import structure_of


def run(study: Study, settings: PublishSettings, read: Read) -> str:
    """Publish a study into ``published/``; readers see the old bundle or the new one."""
    with imports.lean():  # Great Expectations takes seconds to import
        from pipelines.publish import judgement

    declared, limit = registry.published(), settings.withhold_below
    require_declared_files(study, registry.steps().values())
    made = {table.name: read.table(place) for place, table in registry.places().items()}
    responses, customers = (read.scan(f"canonical/{name}") for name in ("responses", "customers"))
    structure = structure_of(study.map, customers, responses)
    tables = withholding.withhold(made, declared, structure, limit)
    differences.require_safe(tables, structure.kinds, limit)
    judgement.judge(tables, withhold_below=limit)
    waves = register.waves(read.table("derived/waves"), limit)
    published = study.folder / "published"
    with versions.draft(published) as filled:
        for name, rows in tables.items():
            store.write(filled / f"{name}.parquet", rows, declared[name])
        about = register.describe(study.map, tables["scores"], waves)
        store.write_json(filled / "register.json", about, sort_keys=False)
        shutil.copytree(study.folder / "validation" / "docs", filled / "docs")
        hashes = manifest.Hashes(
            files=versions.hashes_of(filled),
            inputs=versions.hashes_of(study.folder, manifest.inputs(study.map, made["ledger"])),
            code=manifest.code(params.PROJECT),
        )
        content = manifest.describe(study.name, tables, hashes, params.read(), waves)
        versions.settle(published, filled, content)
    return manifest.summary(content["bundle"], tables)
