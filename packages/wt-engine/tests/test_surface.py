"""The published names, and where they are imported from."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys

import pytest
from wt_engine import (
    Alerts,
    AutoRegister,
    Background,
    CheckpointManager,
    Condition,
    For,
    Parallel,
    Pipe,
    Pipeline,
    PipelineAsync,
    PipelineExporter,
    ResourceMonitor,
    Wsqlite,
    step,
)

PUBLISHED = {
    "wt_engine": """Pipe Event EventType Meta Stop Suspend Retry Skip Raise DefinitionError simple_logging_middleware
        TestPipe TestResult Pipeline PipelineAsync Condition For Parallel Background step AutoRegister StepRegistry
        get_step_registry clear_registry CheckpointManager ResourceMonitor PipelineExporter
        PipelineTracker Wsqlite SQLite""",
    "wt_engine.types": """Event EventType Meta Stop Suspend Retry Skip Raise DefinitionError NodeKind BarrierType
        InjectionSource PipelineTerminalStatus FailureKind FailureSource FailureReason StepStatus FailureRecord
        PipelineEndData RuntimeMetrics QueueMetrics TaskMetrics StepTiming BarrierMetrics MapMetrics StepContext
        StepInfo HookSpec CancellationToken PipelineCancelled PipelineValidationWarning ScopedMeta PipelineMeta
        _Next""",
    "wt_engine.failures": """FailureKind FailureSource FailureReason FailureRecord FailureContext FailureClassification
        SourceClassifier""",
    "wt_engine.middleware": """Middleware StepContext tenacity_retry_middleware simple_logging_middleware
        HAS_TENACITY""",
    "wt_engine.observability": """Observer ObserverProtocol ObserverMeta validate_observer EventLogger LogRecord LogSink
        StreamLogSink BarrierDebugger BarrierDebugRecord BarrierDebugSink TimelineVisualizer StateDiffTracker
        compare_runs RunComparison format_comparison ResourceMonitor""",
    "wt_engine.storage": "StorageBackend SQLiteBackend InMemoryBackend RunRecord StoredEvent Wsqlite SQLite",
    "wt_engine.visualization": """GraphRenderer MermaidRenderer MermaidTheme VisualAST VisualNode VisualEdge
        ParallelGroup VisualNodeKind generate_mermaid_graph""",
    "wt_engine.testing": "TestPipe TestResult",
}


WAREHOUSE = """pipeline_name verbose tracking_db worker_id worker_name api_config max_retries retry_delay
    retry_on_exceptions pipeline_version config_dir parent_pipeline_id collect_system_metrics continue_on_error
    break_on_error show_progress save_json_input_output"""
KEYWORDS = {
    Pipe: """state_type context_type name strict allow_multi_root middleware queue_size max_map_items debug
        cancellation_token failure_classification metadata persist flush_interval max_retries""",
    Pipe.step: "name to barrier_timeout barrier_type on_error",
    Pipe.map: "name each to barrier_timeout barrier_type on_error max_concurrency",
    Pipe.switch: "name to default barrier_timeout barrier_type on_error",
    Pipe.sub: "name pipeline to barrier_timeout barrier_type on_error",
    Pipe.run: "state context start queue_size timeout",
    Pipe.graph: "renderer",
    Pipe.validate: "start strict allow_multi_root",
    Pipeline: WAREHOUSE,
    Pipeline.add_state: "name func version depends_on timeout retry_count retry_delay retry_on_exceptions",
    Pipeline.add_event: "type name message data tags steps",
    Pipeline.add_checkpoint: "name expression steps",
    Pipeline.add_error_capture: "steps break_on_error",
    Pipeline.run: "data checkpoint_mgr checkpoint_id",
    Condition: "expression branch_true branch_false",
    For: "iterations validation_expression steps merge_policy",
    Parallel: "steps max_workers use_processes merge_policy",
    Background: "step capture_error",
    step: "name version timeout depends_on retry_count retry_delay retry_on_exceptions parallel description tags",
    AutoRegister.register_all: "pipeline registry",
    AutoRegister.register_by_tag: "pipeline tag registry",
    CheckpointManager: "db_path",
    ResourceMonitor: "task_name db_path",
    PipelineExporter.export_pipeline_logs: "pipeline_id format output_path",
    Alerts.add_alert_threshold: "metric expression severity steps",
    Wsqlite: "db_name",
}
FIRST = {
    Pipe: "state_type context_type name",
    Pipe.run: "self state context start",
    Pipeline: "pipeline_name verbose tracking_db",
    Pipeline.add_state: "self name func version",
    Pipeline.add_checkpoint: "self name expression",
    Condition: "expression branch_true branch_false",
    For: "iterations validation_expression steps",
    Parallel: "steps max_workers use_processes",
    step: "name version retry_count timeout depends_on tags",
}


def parameters(thing):
    return list(inspect.signature(thing).parameters)


@pytest.mark.parametrize("thing", KEYWORDS, ids=lambda thing: thing.__qualname__)
def test_every_published_keyword_is_accepted(thing):
    assert [name for name in KEYWORDS[thing].split() if name not in parameters(thing)] == []


@pytest.mark.parametrize("thing", FIRST, ids=lambda thing: thing.__qualname__)
def test_the_first_arguments_are_the_published_ones(thing):
    published = FIRST[thing].split()
    assert parameters(thing)[: len(published)] == published


def test_both_pipelines_have_the_same_methods_and_arguments():
    names = [name for name in dir(Pipeline) if not name.startswith("_")]
    assert names == [name for name in dir(PipelineAsync) if not name.startswith("_")]
    methods = [name for name in names if inspect.isfunction(getattr(Pipeline, name))]
    for name in ["__init__", *methods]:
        assert parameters(getattr(PipelineAsync, name)) == parameters(getattr(Pipeline, name)), name


@pytest.mark.parametrize("module", PUBLISHED)
def test_a_published_name_is_where_it_should_be(module):
    found = importlib.import_module(module)
    assert [name for name in PUBLISHED[module].split() if not hasattr(found, name)] == []


@pytest.mark.parametrize("module", [name for name in PUBLISHED if hasattr(importlib.import_module(name), "__all__")])
def test_what_a_module_offers_exists(module):
    found = importlib.import_module(module)
    assert [name for name in found.__all__ if not hasattr(found, name)] == []
    assert list(found.__all__) == sorted(set(found.__all__), key=found.__all__.index)


def test_importing_the_engine_loads_nothing_that_runs_do_not_need():
    program = "import sys; from wt_engine import Pipe; print(*(n for n in sys.modules if n.startswith('wt_engine.')))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    lazy = ("storage", "observability", "visualization", "testing", "types")
    assert [name for name in done.stdout.split() if name.split(".")[1] in lazy] == []


def test_every_name_of_the_package_can_be_had_and_no_other():
    import wt_engine

    assert [name for name in wt_engine.__all__ if not hasattr(wt_engine, name)] == []
    assert dir(wt_engine) == sorted(wt_engine.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'Pip'"):
        _ = wt_engine.Pip


def test_importing_the_package_alone_does_not_import_asyncio():
    program = "import sys, wt_engine; print('asyncio' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
