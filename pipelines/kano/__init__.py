"""What must not fail, and what delights: of ratings, and of Kano's questionnaire.

For any table: `kano`. What a module imports lies on a floor below it: levels; models; sample;
asymmetry, and survey; features and gates; frames, tables and run.
"""

from pipelines.kano.frames import kano

__all__ = ["kano"]
