"""The published names, and where they are imported from."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

PUBLISHED = {
    "wt_engine": """Pipe Event EventType Meta Stop Suspend Retry Skip Raise DefinitionError simple_logging_middleware
        TestPipe TestResult""",
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
