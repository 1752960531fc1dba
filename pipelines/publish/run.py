"""Publish: derived and validation tables in, the bundle the app reads out."""

from __future__ import annotations

import shutil

from pipelines.core import imports, params, step, store, versions
from pipelines.core.estimate import DERIVED, published()
from pipelines.core.study import Study
from pipelines.publish import manifest, register, suppression


def run(study: Study) -> str:
    """Publish a study into ``published/``; readers see the old bundle or the new one."""
    with imports.without_grammars():  # Great Expectations takes seconds to import
        from pipelines.publish import judgement

    settings = params.load()
    limit = settings.publish.withhold_below
    folders = {name: "derived" if name in DERIVED else "validation" for name in published()}
    made = {name: store.read(study.path(folder, name)) for name, folder in folders.items()}
    tables = suppression.suppress(made, limit)
    judgement.judge(tables, withhold_below=limit)
    waves = register.waves(store.scan(study.path("canonical", "responses")), limit)
    published = study.folder / "published"
    with versions.draft(published) as filled:
        for name, rows in tables.items():
            store.write(filled / f"{name}.parquet", rows, published()[name])
        about = register.describe(study.map, tables["scores"], waves)
        store.write_json(filled / "register.json", about, sort_keys=False)
        shutil.copytree(study.folder / "validation" / "docs", filled / "docs")
        hashes = manifest.Hashes(
            files=versions.hashes_of(filled),
            inputs=versions.hashes_of(study.folder, manifest.inputs(study.map, made["ledger"])),
            code=versions.hashes_of(params.PROJECT, manifest.CODE),
        )
        content = manifest.describe(study.name, tables, hashes, settings, waves)
        versions.settle(published, filled, content)
    return f"{study.name}: {manifest.summary(content['bundle'], tables)}"


if __name__ == "__main__":
    step.main(run)
